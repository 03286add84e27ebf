"""Byte counts as people write them: ``147MiB``, ``4 GB``, ``64KiB``."""

from __future__ import annotations

import re

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
_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def parse_bytes(text: str | int) -> int:
    """Return the number of bytes that ``text`` names; a bare number is bytes, ``K`` is 1,024 (as in Kubernetes).

    Raises ValueError, with the forms that are allowed, where ``text`` is no size.
    """
    if isinstance(text, int):
        if text < 0:
            raise ValueError(f"{text} is negative")
        return text
    match = _SIZE.fullmatch(text)
    if match is None or match[2].lower() not in _FACTORS:
        raise ValueError(
            f"{text!r} is no size in bytes; write a number with B, KB, MB, GB, KiB, MiB or GiB, as in '147MiB'"
        )
    return round(float(match[1]) * _FACTORS[match[2].lower()])


def format_bytes(count: float) -> str:
    """Return ``count`` bytes as a person would say it: three significant digits and a binary unit."""
    value, units = float(count), iter(("B", "KiB", "MiB", "GiB", "TiB"))
    unit = next(units)
    while abs(value) >= 1024 and unit != "TiB":
        value, unit = value / 1024, next(units)
    text = f"{value:.0f}" if value >= 100 or value == int(value) else f"{value:.1f}"
    return f"{text} {unit}"
