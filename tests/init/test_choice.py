"""The mode that the counts of a repository speak for."""

from __future__ import annotations

import pytest

from worker_lint.init.choice import chosen, named


@pytest.mark.parametrize(
    ("counts", "mode", "count", "reason"),
    [
        ([8] * 12 + [4] * 7, "training", None, "12 of 19 counts are 8, so mode training"),
        ([16], "production", None, "the only count is 16, so mode production"),
        ([4, 4], "development", None, "all 2 counts are 4, so mode development"),
        ([0, 0], "debug", None, "all 2 counts are 0, so mode debug"),
        ([0, 0, 8], "training", None, "the only count above 0 is 8, so mode training"),
        ([0, 0, 0, 8, 8, 4], "training", None, "2 of 3 counts above 0 are 8, so mode training"),
        ([0, 4, 8], None, None, "4 and 8 are equally frequent among 2 counts above 0, so no mode is declared"),
        ([8, 8, 1, 2, 3], "training", None, "2 of 5 counts are 8, so mode training"),
        ([6, 6, 8], "training", 6, "2 of 3 counts are 6, so mode training with 6 workers"),
        ([6, 6, 8, 4], None, None, "2 of 4 counts are 6, which is no built-in mode's count, so no mode is declared"),
        ([4, 8], None, None, "4 and 8 are equally frequent among 2 counts, so no mode is declared"),
        ([1, 2, 3], None, None, "1, 2 and 3 are equally frequent among 3 counts, so no mode is declared"),
        ([-1, -1, 8], "training", None, "the only count is 8, so mode training"),
        ([-1], None, None, "no count is written as a number, so no mode is declared"),
        ([], None, None, "no count is written as a number, so no mode is declared"),
    ],
)
def test_the_most_frequent_count_speaks(counts: list[int], mode: str | None, count: int | None, reason: str) -> None:
    choice = chosen(counts)
    assert (choice.mode, choice.count, choice.reason) == (mode, count, reason)


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        ([16, 8, 8], "1 of 3 counts is 16; mode production, as asked"),
        ([8, 8], "none of 2 counts are 16; mode production, as asked"),
        ([], "no count is written as a number; mode production (16), as asked"),
    ],
)
def test_a_mode_that_is_asked_for_is_taken(counts: list[int], reason: str) -> None:
    choice = named("production", counts)
    assert (choice.mode, choice.count, choice.reason) == ("production", None, reason)


def test_an_unknown_mode_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'prodcution' is no mode; did you mean 'production'\? The modes are debug"):
        named("prodcution", [])
