"""Byte counts as people write them: ``147MiB``, ``4 GB``, ``64KiB``."""

from __future__ import annotations

from worker_lint.regex import regex

_FACTORS = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "k": 2**10,
    "m": 2**20,
    "g": 2**30,
    "t": 2**40,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}
_SIZE = regex(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]*)\s*")
_LARGEST = 2**63 - 1  # what the C side of every system can count
_WIDTH = 60


def parse_bytes(text: str | int) -> int:
    """Return the number of bytes that ``text`` names; a bare number is bytes, ``K`` is 1,024 (as in Kubernetes).

    Raises ValueError, with the forms that are allowed, where ``text`` is no size.
    """
    if isinstance(text, int):
        size: float = text
    else:
        match = _SIZE.fullmatch(text)
        if match is None or match[2].lower() not in _FACTORS:
            shown = _shown(text)
            raise ValueError(
                f"{shown} is no size in bytes; write a number with B, KB, MB, GB, KiB, MiB or GiB, as in '147MiB'"
            )
        size = float(match[1]) * _FACTORS[match[2].lower()]  # infinite where there are hundreds of digits
    if size > _LARGEST:
        shown = _shown(text) if isinstance(text, str) else "the number"
        raise ValueError(f"{shown} is more than any machine has; a size is less than 2^63 bytes")
    if size < 0:
        raise ValueError(f"{text if size > -_LARGEST else 'the number'} is negative")
    return round(size)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…")


def format_bytes(count: float) -> str:
    """Return ``count`` bytes as a person would say it: three significant digits and a binary unit."""
    value, units = float(count), iter(("B", "KiB", "MiB", "GiB", "TiB"))
    unit = next(units)
    while abs(value) >= 1024 and unit != "TiB":
        value, unit = value / 1024, next(units)
    text = f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
    return f"{text} {unit}"
