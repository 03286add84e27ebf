"""Where the words of the vocabulary occur in code: a search over bytes, so that only those places are looked at."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_STEM = re.compile(rb"(?i:worker)")
_REST = re.compile(rb"[\w-]*")
_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_WORD_BYTES = _LETTERS | {ord("-")}

Hit = tuple[int, int]
"""The first byte of a word, and the one behind its last."""


def worker_words(code: bytes) -> Iterator[tuple[str, Hit]]:
    """Yield every word of ``code`` with "worker" in it, dashes included, in order."""
    end = 0
    for match in _STEM.finditer(code):
        start = match.start()
        if start < end:  # the same word again
            continue
        while start and code[start - 1] in _WORD_BYTES:
            start -= 1
        rest = _REST.match(code, match.end())
        end = rest.end() if rest else match.end()
        yield code[start:end].decode("ascii", "replace"), (start, end)


def occurrences(code: bytes, words: Collection[str]) -> Iterator[tuple[str, Hit]]:
    """Yield every place at which one of ``words``, identifiers, stands as a whole word, in order."""
    if not words:
        return
    if len(words) == 1:
        (word,) = words
        yield from ((word, hit) for hit in _places(code, word.encode()))
        return
    search = _pattern(frozenset(words)).search
    match = search(code)
    while match is not None:
        start, end = match.span()
        if start == 0 or code[start - 1] not in _WORD_BYTES:
            yield match[0].decode(), (start, end)
        else:
            end = start + 1
        match = search(code, end)


def _places(code: bytes, word: bytes) -> Iterator[Hit]:
    """Yield every place of ``word`` as a whole word: to compile a pattern for it takes longer than to search a file."""
    start = code.find(word)
    while start >= 0:
        end = start + len(word)
        if (start == 0 or code[start - 1] not in _WORD_BYTES) and (end == len(code) or code[end] not in _LETTERS):
            yield start, end
            start = code.find(word, end)
        else:
            start = code.find(word, start + 1)


@lru_cache(maxsize=64)
def _pattern(words: frozenset[str]) -> re.Pattern[bytes]:
    """Return what finds ``words``, in front of no other letter.

    What stands before them is looked at afterwards: a pattern that begins with a letter is searched for many times
    faster than one that begins by looking behind.
    """
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?:{listed})(?!\w)".encode())
