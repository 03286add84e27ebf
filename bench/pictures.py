"""Which figures are drawn, and how: a picture of the trees, one of each growth."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from bench.plot import Line, bars, lines
from bench.workshop import OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.results import Result

NAMES = {"tree": "performance-trees.svg", "files": "performance-files.svg", "size": "performance-sizes.svg"}
"""The file of the picture of a section, by its key."""


def pictures(results: Sequence[Result]) -> dict[str, str]:
    """Return the picture of each section that has figures and is drawn, by its key."""
    of = {key: [result for result in results if result.section == key] for key in NAMES}
    found = {}
    if of["tree"]:
        found["tree"] = bars("A whole tree without a cache: median wall time, logarithmic", _groups(of["tree"]))
    if of["files"]:
        found["files"] = lines(
            "A tree of so many files: median wall time, logarithmic", lambda x: f"{x:,.0f}", _by_program(of["files"])
        )
    if of["size"]:
        found["size"] = lines(
            "One file of so many bytes: median wall time of worker-lint, logarithmic", _bytes, _by_series(of["size"])
        )
    return found


def _groups(results: Sequence[Result]) -> list[tuple[str, list[tuple[str, float]]]]:
    return [
        (
            result.title,
            sorted(((runs.name, median(runs.wall)) for runs in result.runs if runs.wall), key=lambda b: b[1]),
        )
        for result in results
    ]


def _by_series(results: Sequence[Result]) -> list[Line]:
    points: dict[str, list[tuple[float, float]]] = {}
    for result in results:
        ours = result.of(OURS)
        if ours is not None and ours.wall:
            points.setdefault(result.series, []).append((result.amount, median(ours.wall)))
    return [Line(series, found) for series, found in points.items()]


def _by_program(results: Sequence[Result]) -> list[Line]:
    points: dict[str, list[tuple[float, float]]] = {}
    for result in results:
        for runs in result.runs:
            if runs.wall:
                points.setdefault(runs.name, []).append((result.amount, median(runs.wall)))
    return [Line(name, found) for name, found in points.items()]


def _bytes(value: float) -> str:
    return f"{value / 1e6:g} MB" if value >= 1e6 else f"{value / 1e3:g} kB"
