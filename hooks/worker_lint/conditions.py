"""The tests that are made around a call, looked at once for all the calls of one scope."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    Span = tuple[int, int]

_WORD = regex(r"\w+")
_ANY_WORD = regex(r"\b")


class ConditionTable:
    """Every test (``if``, ``assert``, ``max``, conditional expression) of one function, or of the module itself.

    Ten thousand calls may stand among ten thousand tests: each test is read once.
    """

    def __init__(self, tests: Iterable[tuple[str, Span]] = ()) -> None:
        """Take each test, as written, with the bytes of what makes it."""
        self._tests = tuple(tests)
        self._fitting: dict[tuple[re.Pattern[str], str | None], list[Span]] = {}

    def fitting(self, pattern: re.Pattern[str], word: str | None) -> list[Span]:
        """Return the bytes of those in which ``pattern`` is found and ``word``, if one is given, stands."""
        key = pattern, word
        if key not in self._fitting:
            tests = self._tests if word is None else self._naming.get(word, [])
            self._fitting[key] = [span for test, span in tests if pattern.search(test)]
        return self._fitting[key]

    @cached_property
    def _naming(self) -> dict[str, list[tuple[str, Span]]]:
        """The tests by the words in them."""
        found: dict[str, list[tuple[str, Span]]] = {}
        for each in self._tests:
            for word in set(_WORD.findall(each[0])):
                found.setdefault(word, []).append(each)
        return found


@dataclass(frozen=True, slots=True)
class Conditions:
    """The tests around bytes ``start`` to ``end``: those of the same scope that are no part of what stands there."""

    tests: ConditionTable
    start: int
    end: int

    def fit(self, pattern: re.Pattern[str], word: str | None = None) -> bool:
        """Return whether ``pattern`` is found in one of them, be it in one in which ``word`` stands alone.

        That has to be a whole word that ``pattern`` looks for: the others need not be searched for it.
        """
        spans = self.tests.fitting(pattern, word if word is not None and _WORD.fullmatch(word) else None)
        return any(first < self.start or last > self.end for first, last in spans)

    def name(self, word: str) -> bool:
        """Return whether ``word`` stands in one of them as a whole word."""
        return self.fit(_ANY_WORD, word)


NO_CONDITIONS = Conditions(ConditionTable(), 0, 0)
