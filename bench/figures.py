"""The statistics: what many runs of several programs come to, and how a figure is written."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def paired_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """Return the median of ``ours[i] / theirs[i]``; None where there are no pairs.

    The runs of one round follow each other at once, so what slows the machine in between divides out, as it would not
    in the ratio of two medians.
    """
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=False) if other > 0]
    return median(ratios) if ratios else None


def seconds(value: float) -> str:
    """Return a time, in seconds, with its unit and three digits."""
    for limit, factor, unit in ((1e-3, 1e6, "µs"), (1.0, 1e3, "ms"), (float("inf"), 1.0, "s")):
        if abs(value) < limit:
            return f"{_three_digits(value * factor)} {unit}"
    raise AssertionError(value)


def spread(values: Sequence[float]) -> str:
    """Return the median of times, in seconds, and in brackets the least and the greatest where there are several."""
    middle = seconds(median(values))
    return middle if len(values) == 1 else f"{middle} ({seconds(min(values))} to {seconds(max(values))})"


def mebibytes(value: int) -> str:
    """Return a number of bytes in MiB."""
    return f"{_three_digits(value / 2**20)} MiB"


def times(value: float) -> str:
    """Return a ratio, as in ``1.32``, or with the only one that a small one is sure of, as in ``0.004``."""
    return _three_digits(value) if value >= 0.095 else f"{value:.1g}"


def _three_digits(value: float) -> str:
    if abs(value) >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 9.995 else f"{value:.2f}"
