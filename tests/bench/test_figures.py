"""The statistics of the bench, and how its figures are written."""

from __future__ import annotations

import pytest

from bench.figures import mebibytes, paired_ratio, seconds, spread, times


def test_a_ratio_is_taken_within_each_round() -> None:
    # The machine was ten times as slow in the second round, for both.
    assert paired_ratio([1.0, 20.0, 2.0], [1.0, 10.0, 1.0]) == 2.0


def test_a_round_that_took_no_time_has_no_ratio() -> None:
    assert paired_ratio([1.0, 3.0], [0.0, 1.0]) == 3.0
    assert paired_ratio([], []) is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0000123, "12.3 µs"), (0.00949, "9.49 ms"), (0.01, "10.0 ms"), (0.9996, "1,000 ms"), (1.0, "1.00 s"),
        (9.996, "10.0 s"), (99.96, "100 s"), (1234.5, "1,234 s"),
    ],
)  # fmt: skip
def test_times_have_three_digits_and_a_unit(value: float, written: str) -> None:
    assert seconds(value) == written


def test_several_times_are_their_median_with_the_extremes() -> None:
    assert spread([3.0, 1.0, 2.0]) == "2.00 s (1.00 s to 3.00 s)"
    assert spread([3.0]) == "3.00 s"


def test_memory_and_ratios() -> None:
    assert mebibytes(3 * 2**19) == "1.50 MiB"
    assert [times(value) for value in (13.04, 0.951, 0.0949, 0.0004)] == ["13.0", "0.95", "0.09", "0.0004"]
