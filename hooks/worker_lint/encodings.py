"""The encoding of a file, as its language prescribes it."""

from __future__ import annotations

import codecs
from io import BytesIO
from typing import TYPE_CHECKING

from worker_lint.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

_MARKS = (  # of UTF-32 first, whose little-endian mark begins like that of UTF-16
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PART = 1 << 16
"""Bytes that are looked at together, and those up to the end of their line."""


def is_utf_8(data: bytes) -> bool:
    """Return whether ``data`` is UTF-8; of a large file only the parts are decoded that are not ASCII."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _PART) + 1 or len(data)
        part = data[start:end]
        try:
            if not part.isascii():
                part.decode()
        except UnicodeDecodeError:
            return False
        start = end
    return True


def python_encoding(path: Path, data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark of a Python file, and its encoding."""
    if data.startswith(codecs.BOM_UTF8):
        return codecs.BOM_UTF8, "utf-8"  # and a coding line can only say the same
    if data.isascii() and b"coding" not in data[:400].lower():
        return b"", "utf-8"
    from tokenize import detect_encoding

    try:
        return b"", detect_encoding(BytesIO(data).readline)[0]
    except SyntaxError as error:
        # An undecodable first line is told apart below, with its place.
        if "unknown encoding" in str(error):
            raise SourceError(f"{path}:1: {error.msg}; name a codec that Python knows") from error
        return b"", "utf-8"


def json_encoding(data: bytes) -> tuple[bytes, str]:
    """Return the byte order mark of a JSON file, and its encoding."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return mark, encoding
    if b"\0" not in data[:4]:
        return b"", "utf-8"
    from json import detect_encoding

    return b"", detect_encoding(data)
