"""What stands for bytes: in the names and heads of files of the cache, and for what was judged."""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from hashlib import blake2b

_made: list[type[blake2b]] = []
"""The function, once it was asked for."""


def digest_of(data: bytes) -> str:
    """Return what stands for ``data``: no other bytes have the same."""
    return (_made or _make())[0](data, digest_size=16).hexdigest()


def _make() -> list[type[blake2b]]:
    """Take the function of ``hashlib``, without it where that can be: it loads OpenSSL, which is not needed here."""
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    _made.append(blake2b)
    return _made
