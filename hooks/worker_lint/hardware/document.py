"""Strict reading of one JSON file, with the place of what is wrong in it, and its canonical writing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from worker_lint.errors import ProfileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LARGEST = 2**63 - 1  # what the C side of every system can count
_WIDTH = 60
"""Digits of a number that an error shows."""


class _Object(dict[str, Any]):
    """A JSON object that remembers a key that stood in it twice (``json`` silently keeps the last)."""

    twice: str | None = None


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = next(key for key in keys if keys.count(key) > 1)
    return found


def problem(path: Path | str, where: str, what: str, remedy: str) -> ProfileError:
    """Return the error that says on one line which file, where in it, what is wrong and what to do."""
    place = f"{path}: at {where}" if where else str(path)
    text = f"{place}: {what}; {remedy}"
    return ProfileError("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))


def read(path: Path, remedy: str) -> Any:
    """Return the JSON document in ``path``; raise ProfileError, ending in ``remedy``, where it is none."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # editors on Windows may put a mark in front
    except FileNotFoundError:
        raise problem(path, "", "there is no such file", remedy) from None
    except UnicodeDecodeError as error:
        raise problem(path, f"byte {error.start}", "is not UTF-8", remedy) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise problem(path, "", f"cannot be read ({reason})", remedy) from None
    try:
        document = json.loads(text, object_pairs_hook=_object)
        fault = next(_faults(document), None)
    except json.JSONDecodeError as error:
        raise problem(path, f"line {error.lineno} column {error.colno}", f"is not JSON ({error.msg})", remedy) from None
    except ValueError:  # Python refuses to convert thousands of digits
        raise problem(path, "", "holds a number with thousands of digits", remedy) from None
    except RecursionError:
        raise problem(path, "", "is nested too deep to be a profile", remedy) from None
    if fault:
        raise problem(path, *fault, remedy)
    return document


def _faults(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of each thing that ``json`` lets pass and JSON does not, and what it is."""
    match value:
        case _Object():
            if value.twice is not None:
                yield where or "the top", f"the key {json.dumps(value.twice)} stands twice"
            for key, child in value.items():
                yield from _text_faults(key, where or "the top")
                yield from _faults(child, f"{where}/{key.replace('~', '~0').replace('/', '~1')}")
        case list():
            for index, child in enumerate(value):
                yield from _faults(child, f"{where}/{index}")
        case str():
            yield from _text_faults(value, where)
        case int() | float() if not abs(value) <= _LARGEST:  # nor is NaN
            text = str(value)
            shown = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
            yield where, f"{shown} is no finite 64-bit number"


def _text_faults(text: str, where: str) -> Iterator[tuple[str, str]]:
    if any("\ud800" <= character <= "\udfff" for character in text):
        yield where, "half of a surrogate pair is no text"


def canonical(document: dict[str, Any]) -> str:
    """Return the one way to write ``document``: its own order of keys, two spaces, a newline at the end."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
