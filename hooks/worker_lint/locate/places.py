"""Where names stand in one text, however many different ones are asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker_lint.locate.words import present
from worker_lint.regex import regex

if TYPE_CHECKING:
    from array import array
    from collections.abc import Collection, Iterator, Sequence

    from worker_lint.locate.words import Hit, Named

_RUN = regex(rb"\w+")
_NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_DASH = ord("-")
_FEW = 4
"""Words that are looked for one by one at once, without asking first which of them are there."""
_MOST_SEARCHES = 100
"""Words for each of which the text is searched; to list every word in it takes about as long as so many searches."""


class Places:
    """The places of the names in one text, each name looked for once."""

    def __init__(self, code: bytes) -> None:
        self._code = code
        self._known: dict[str, Sequence[int]] = {}

    def of(self, word: str) -> Sequence[int]:
        """Return where ``word``, a name or several joined by dashes, begins, in order, wherever it is no part of one.

        A dash may stand before it.
        """
        known = self._known.get(word)
        if known is None:
            found = self._searched if len(self._known) < _MOST_SEARCHES else self._looked_up
            known = self._known[word] = found(word.encode())
        return known

    def occurrences(self, words: Collection[str]) -> list[Hit]:
        """Return every place at which one of ``words`` stands as a whole word, in order.

        A dash belongs to a word that it stands before, not to one that it stands behind.
        """
        code = self._code
        # Two words overlap only where one begins with the other: then the longer one stands there.
        longest: dict[int, int] = {}
        for word in words if len(words) <= _FEW else present(code, frozenset(words)):
            length = len(word.encode())
            for start in self.of(word):
                if start == 0 or code[start - 1] != _DASH:
                    longest[start] = max(start + length, longest.get(start, 0))
        return sorted(longest.items())

    def _searched(self, word: bytes) -> Sequence[int]:
        code = self._code
        found: list[int] = []
        start = code.find(word) if word else -1
        while start >= 0:
            if self._is_whole(start, start + len(word)):
                found.append(start)
            start = code.find(word, start + 1)
        return found

    def _looked_up(self, word: bytes) -> Sequence[int]:
        parts = [(len(self._index.get(part[0], ())), part.start(), part[0]) for part in _RUN.finditer(word)]
        if not parts:
            return self._searched(word)
        count, ahead, rarest = min(parts)
        if not count or rarest == word:
            return self._index.get(rarest, ())
        code = self._code
        starts = (place - ahead for place in self._index[rarest] if place >= ahead)
        return [start for start in starts if code.startswith(word, start) and self._is_whole(start, start + len(word))]

    def _is_whole(self, start: int, end: int) -> bool:
        code = self._code
        return (start == 0 or code[start - 1] not in _NAME_BYTES) and (end == len(code) or code[end] not in _NAME_BYTES)

    @cached_property
    def _index(self) -> dict[bytes, array[int]]:
        """The first byte of every name and number in the text."""
        from array import array  # a list of them would take more than the syntax tree

        found: dict[bytes, array[int]] = {}
        for each in _RUN.finditer(self._code):
            places = found.get(each[0])
            if places is None:
                places = found[each[0]] = array("Q")
            places.append(each.start())
        return found


def occurrences(code: bytes, words: Collection[str]) -> Iterator[Named]:
    """Yield every place at which one of ``words`` stands as ``Places.occurrences`` says, with the word."""
    for start, end in Places(code).occurrences(words):
        yield code[start:end].decode(), (start, end)
