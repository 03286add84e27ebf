"""Pictures are well-formed, and as long as the figures are large."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree

from bench.pictures import pictures
from bench.plot import WIDTH, Line, bars, lines
from bench.results import Result, Session
from bench.rounds import Runs

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> Any:
    """Return the root of ``svg``."""
    return etree.fromstring(svg.encode())


def test_bars_are_as_long_as_the_decades() -> None:
    root = parsed(bars("a <title> & more", [("one", [("worker-lint", 0.1), ("ruff", 1.0)]), ("two", [("rg", 0.01)])]))
    widths = [float(rect.get("width")) for rect in root.iter(f"{SVG}rect")]
    # 0.01 s is the end of the axis, and is drawn as a stroke.
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
    assert widths[2] == 1.0
    assert root.find(f"{SVG}title").text == "a <title> & more"


def test_only_ours_stands_out() -> None:
    root = parsed(bars("t", [("one", [("worker-lint", 0.1), ("ruff", 1.0)])]))
    assert [rect.get("class") for rect in root.iter(f"{SVG}rect")] == ["bar ours", "bar"]


def test_all_that_is_drawn_is_within_the_picture() -> None:
    svg = lines("t", str, [Line("a", [(1e3, 0.1), (1e8, 120.0)]), Line("b", [(1e3, 0.1), (1e8, 119.0)])])
    height = float(parsed(svg).get("viewBox").split()[3])
    for x, y in re.findall(
        r"([\d.]+),([\d.]+)", " ".join(each.get("points") for each in parsed(svg).iter(f"{SVG}polyline"))
    ):
        assert 0 <= float(x) <= WIDTH
        assert 0 <= float(y) <= height


def test_names_at_the_end_of_lines_do_not_cover_each_other() -> None:
    root = parsed(lines("t", str, [Line(name, [(1.0, 1.0), (10.0, 5.0)]) for name in "abc"]))
    heights = [float(text.get("y")) for text in root.iter(f"{SVG}text") if text.text in "abc"]
    assert min(abs(one - other) for one, other in pairwise(heights)) >= 12


def result(name: str, series: str, amount: int, *runs: Runs) -> Result:
    """Return a result of a quiet machine."""
    return Result(name, name, "", series, amount, Session("", "", {}, {}), 0.0, list(runs))


def test_each_picture_shows_the_programs_or_the_languages() -> None:
    ours, ruff = Runs("worker-lint", [0.2], [0.2]), Runs("ruff", [0.3], [0.3])
    drawn = pictures(
        [
            result("tree/a", "", 0, ours, ruff, Runs("slow", overdue=9.0)),
            result("files/10", "", 10, ours, ruff),
            result("files/100", "", 100, ours, Runs("ruff", overdue=9.0)),
            result("size/python-1-kB", "Python", 1_000, ours),
            result("size/json-1-kB", "JSON", 1_000, ours),
            result("size/json-1-MB", "JSON", 1_000_000, ours),
        ]
    )
    shown = {key: [text.text for text in parsed(svg).iter(f"{SVG}text")] for key, svg in drawn.items()}
    assert {"worker-lint", "ruff"} <= set(shown["tree"])
    assert "slow" not in shown["tree"]
    assert {"worker-lint", "ruff", "10", "100"} <= set(shown["files"])
    assert {"Python", "JSON", "1 kB", "1 MB"} <= set(shown["size"])
    assert pictures([]) == {}
