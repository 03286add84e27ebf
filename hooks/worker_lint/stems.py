"""The bytes without which no file concerns worker-lint; imports nothing, because every run begins with them."""

from __future__ import annotations

STEMS = (b"worker", b"WORKER", b"DataLoader", b"prefetch_factor", b"multiprocessing_context", b"ffcv", b" -j", b'"-j')
"""Every name of the vocabulary, and every callable that takes a count by position, contains one (a test holds that)."""
MARK = b"worker-lint:"
"""How comments to worker-lint begin; names that the settings add may have another stem, but comments have this."""
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 and UTF-32 begin: the words must be looked for in the text."""


def mentions(code: bytes, stems: tuple[bytes, ...] = STEMS) -> bool:
    """Return whether ``code``, in UTF-8, holds one of ``stems`` or a comment to worker-lint."""
    return any(stem in code for stem in stems) or MARK in code


def may_mention(data: bytes, stems: tuple[bytes, ...] = STEMS) -> bool:
    """Return whether a file of these bytes, in an encoding that is not known yet, may hold one of them."""
    return mentions(data, stems) or b"\0" in data[:4] or data.startswith(_WIDE_MARKS)
