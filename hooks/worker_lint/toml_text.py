"""TOML as its author sees it: parsed, with the line to look at when something is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGITS = regex(r"[0-9](?:_?[0-9]){999}")
_POSITION = regex(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlError(Exception):
    """Text that is no TOML; ``line`` and ``column`` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def parse(text: str) -> dict[str, Any]:
    """Return the document that ``text`` is. Raises TomlError."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _located(str(error), text) from None
    except RecursionError:
        raise TomlError("nested too deeply", 1, 1) from None
    except ValueError:  # Python refuses to convert thousands of digits
        line = next((n for n, written in enumerate(text.split("\n"), 1) if _DIGITS.search(written)), 1)
        raise TomlError("a number with thousands of digits", line, 1) from None


def _located(message: str, text: str) -> TomlError:
    position = _POSITION.search(message)
    reason = _POSITION.sub("", message)
    if position and position[1]:
        return TomlError(reason, int(position[1]), int(position[2]))
    lines = text.split("\n")
    return TomlError(f"{reason} (the text ends too soon)", len(lines), len(lines[-1]) + 1)


def line_of(text: str, where: Sequence[str | int]) -> int | None:
    """Return the line, counted from 1, of the key that makes ``where`` exist in the document ``text``.

    The parser itself is asked: it is the first line that names the key and, with those above it and those up to
    the end of its statement, is a document in which ``where`` exists. That holds for dotted keys, inline tables
    and arrays of tables alike. None where the key is written with escapes.
    """
    names = [part for part in where if isinstance(part, str)]
    if not names:
        return None
    lines = text.replace("\r\n", "\n").split("\n")
    for start, line in enumerate(lines):
        if names[-1] in line:
            grown = (_holds(lines[:end], where) for end in range(start + 1, len(lines) + 1))
            if next((held for held in grown if held is not None), False):
                return start + 1
    return None


def _holds(lines: list[str], where: Sequence[str | int]) -> bool | None:
    """Return whether ``where`` exists in the document of ``lines``; None where they are no document."""
    try:
        value: Any = parse("\n".join(lines))
    except TomlError:
        return None
    for part in where:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return False
    return True
