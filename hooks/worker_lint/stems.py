"""The bytes without which no file concerns worker-lint; imports nothing, because every run begins with them."""

from __future__ import annotations

STEMS = (b"worker", b"WORKER", b"DataLoader", b"prefetch_factor", b"multiprocessing_context", b"ffcv", b" -j", b'"-j')
"""Every name of the vocabulary, and every callable that takes a count by position, contains one (a test holds that)."""
MARK = b"worker-lint:"
"""How comments to worker-lint begin; names that the settings add may have another stem, but comments have this."""
PROBES = (b"worker", b"dataloader", b"prefetch_factor", b"multiprocessing_context", b"ffcv", b"-j")
"""What the lower case of a file holds wherever the file holds one of the above: they are fewer."""
WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""How UTF-16 and UTF-32 begin: the words must be looked for in the text."""


def mentions(code: bytes, stems: tuple[bytes, ...] = STEMS) -> bool:
    """Return whether ``code``, in UTF-8, holds one of ``stems`` (``STEMS`` and more behind them) or a comment to us."""
    if STEMS[0] in code:  # as in nearly every file with any of them
        return True
    lowered = code.lower()
    if not any(probe in lowered for probe in PROBES):
        return any(stem in code for stem in stems[len(STEMS) :])
    return any(stem in code for stem in stems) or MARK in code


def may_mention(data: bytes, stems: tuple[bytes, ...] = STEMS) -> bool:
    """Return whether a file of these bytes, in an encoding that is not known yet, may hold one of them."""
    return mentions(data, stems) or b"\0" in data[:4] or data.startswith(WIDE_MARKS)
