"""Where the words of the vocabulary occur in code: a search over bytes, so that only those places are looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator, Set

_STEM = b"worker"
_REST = regex(rb"[\w-]*")
_NAME_BYTES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_WORD_BYTES = _NAME_BYTES | frozenset(b"-")
_BLANK = bytes(byte if byte in _NAME_BYTES else ord(" ") for byte in range(256))
"""Turns what cannot stand in a name into blanks."""
_PART = 1 << 20
"""Bytes whose names are taken apart at a time, so that a large file takes no multiple of its size."""

Hit = tuple[int, int]
"""The first byte of a word, and the one behind its last."""
Named = tuple[str, Hit]
"""A word with a place at which it stands."""


def worker_words(code: bytes) -> Iterator[Named]:
    """Yield every word of ``code`` with "worker" in it, dashes included, in order."""
    lowered = code.lower()  # a search that heeds no case takes several times as long
    found = lowered.find(_STEM)
    while found >= 0:
        start = found
        while start and code[start - 1] in _WORD_BYTES:
            start -= 1
        rest = _REST.match(code, found)
        end = rest.end() if rest else found
        yield code[start:end].decode("ascii", "replace"), (start, end)
        found = lowered.find(_STEM, end)


def present(code: bytes, words: frozenset[str]) -> list[str]:
    """Return those of ``words`` that can stand in ``code``, as far as its names tell, in no order."""
    names = names_of(code)
    return [word for word in words if _names_in(word) <= names]


@lru_cache(maxsize=256)
def _names_in(word: str) -> frozenset[bytes]:
    """Return the names that ``word`` is made of: those between its dashes."""
    return frozenset(word.encode().translate(_BLANK).split())


@lru_cache(maxsize=1)
def names_of(code: bytes) -> Set[bytes]:
    """Return every name in ``code``, and every number: one pass over it, whatever is looked for afterwards."""
    names: set[bytes] = set()
    start = 0
    while start < len(code):
        end = code.find(b"\n", start + _PART)
        end = len(code) if end < 0 else end
        names.update(code[start:end].translate(_BLANK).split())
        start = end
    return names


def in_comment_line(code: bytes, start: int) -> bool:
    """Return whether the word at ``start`` surely names nothing: behind the ``#`` and a blank that a line begins with.

    It then stands in a comment of Python, or within a longer text in quotes that has such a line, outside of its
    interpolations.
    """
    before = code[code.rfind(b"\n", 0, start) + 1 : start]
    return before.lstrip(b" \t").startswith(b"#") and b" " in before and b"{" not in before
