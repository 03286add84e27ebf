"""Which mode a repository lives by already, to judge from the counts that it holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.modes import BUILT_IN, unknown_mode

if TYPE_CHECKING:
    from collections.abc import Iterable

OWN_COUNT_FOR = "training"
"""The mode that gets a count of the repository's own, where that is no built-in mode's."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The mode to declare, and why."""

    mode: str | None
    """None where no mode can be told from the counts."""
    reason: str
    """A sentence with the numbers, without its full stop."""
    count: int | None = None
    """What the mode is to stand for; None for its built-in count."""


def named(mode: str, counts: Iterable[int]) -> Choice:
    """Return the choice of a ``mode`` that somebody named. Raises ValueError, with what to say, for an unknown one."""
    if mode not in BUILT_IN:
        raise ValueError(unknown_mode(mode, BUILT_IN))
    tally = Counter(counts)
    if not tally:
        return Choice(mode, f"no count is written as a number; mode {mode} ({BUILT_IN[mode]}), as asked")
    return Choice(mode, f"{_share(tally, BUILT_IN[mode])}; mode {mode}, as asked")


def chosen(counts: Iterable[int]) -> Choice:
    """Return the mode that ``counts``, the literal ones of a repository, speak for.

    That is the built-in mode whose count is the most frequent one. A 0 is left out of it where there is anything else:
    tests and debugging have none, whatever the repository trains with. A count that is no built-in mode's becomes that
    of mode training where more than half of all counts are the same. A tie, or less than that, speaks for none: to
    declare a mode makes a finding of every other count.
    """
    written = [count for count in counts if count >= 0]
    tally = Counter([count for count in written if count > 0] or written)
    above = " above 0" if len(written) > tally.total() else ""
    if not tally:
        return Choice(None, "no count is written as a number, so no mode is declared")
    frequent = max(tally.values())
    most = sorted(count for count in tally if tally[count] == frequent)
    if len(most) > 1:
        *others, last = map(str, most)
        shares = f"{', '.join(others)} and {last} are equally frequent among {tally.total()} counts{above}"
        return Choice(None, f"{shares}, so no mode is declared")
    (count,) = most
    share = _share(tally, count, above)
    mode = next((name for name, built_in in BUILT_IN.items() if built_in == count), None)
    if mode is not None:
        return Choice(mode, f"{share}, so mode {mode}")
    if 2 * frequent > tally.total():
        return Choice(OWN_COUNT_FOR, f"{share}, so mode {OWN_COUNT_FOR} with {count} workers", count)
    return Choice(None, f"{share}, which is no built-in mode's count, so no mode is declared")


def _share(tally: Counter[int], count: int, above: str = "") -> str:
    """Return how many of the counts in ``tally`` are ``count``; ``above`` says which counts are in it."""
    number, total = tally[count], tally.total()
    if total == 1:
        return f"the only count{above} is {next(iter(tally))}"
    if number == total:
        return f"all {total} counts{above} are {count}"
    return f"{number or 'none'} of {total} counts{above} {'is' if number == 1 else 'are'} {count}"
