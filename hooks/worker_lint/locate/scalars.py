"""What the scalars of data files mean: numbers, words and truth values, as their usual readers take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.templates import kind_of_text
from worker_lint.locate.values import MOST_DIGITS
from worker_lint.regex import regex
from worker_lint.site import Value

if TYPE_CHECKING:
    import re

    from worker_lint.site import ValueKind

_JSON_INTEGER = regex(r"-?\d+")
_JSON_NUMBER = regex(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_WORDS: dict[str, ValueKind] = {"true": "boolean", "false": "boolean", "null": "null"}

# YAML 1.1 as PyYAML reads it, and with it OmegaConf, Hydra and most training repositories.
_YAML_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_YAML_TRUTH = regex(r"(?:[Yy]es|YES|[Nn]o|NO|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|ON|[Oo]ff|OFF)")
_YAML_PLAIN_TRUTH = regex(r"(?:[Tt]rue|TRUE|[Ff]alse|FALSE)")
_YAML_INTEGER = regex(
    r"(?P<sign>[-+]?)(?:0b(?P<two>[0-1_]+)|0x(?P<sixteen>[0-9a-fA-F_]+)|0(?P<eight>[0-7_]+)"
    r"|(?P<sixty>[1-9][0-9_]*(?::[0-5]?[0-9])+)|(?P<ten>0|[1-9][0-9_]*))"
)
_YAML_FLOAT = regex(
    r"[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_LOOKS_LIKE_A_NUMBER = regex(r"[-+]?(?:\d[\d_]*|0[oO][0-7_]+|(?:\d+\.?\d*|\.\d+)[eE][-+]?\d+)")

_TOML_INTEGER = regex(r"[-+]?(?:0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9_]+)")


def json_value(start: int, end: int, text: str) -> Value:
    """Return the JSON scalar ``text`` as a value."""
    if text.startswith('"'):
        return Value(start, end, text, kind_of_text(text.strip('"')))
    if text in _WORDS:
        return Value(start, end, text, _WORDS[text])
    if _JSON_INTEGER.fullmatch(text):
        return Value(start, end, text, "integer", _integer(text, 10))
    return Value(start, end, text, "float") if _JSON_NUMBER.fullmatch(text) else _filled_in(start, end, text)


def toml_value(start: int, end: int, text: str) -> Value:
    """Return the TOML scalar ``text`` as a value."""
    if text.startswith(('"', "'")):
        return Value(start, end, text, kind_of_text(text.strip("\"'")))
    if text in _WORDS:
        return Value(start, end, text, "boolean")
    if _TOML_INTEGER.fullmatch(text):
        number = _integer(text.lstrip("+"), 0)
        return Value(start, end, text, "integer", number)
    try:
        float(text)
    except ValueError:  # a date or a time, or a template's tag
        return _filled_in(start, end, text)
    return Value(start, end, text, "float")


def quoted_yaml_value(start: int, end: int, text: str) -> Value:
    """Return the quoted YAML scalar ``text``, a string whatever it says, as a value."""
    return Value(start, end, text, kind_of_text(text.strip("\"'")))


def plain_yaml_value(start: int, end: int, text: str) -> Value:
    """Return the plain YAML scalar ``text`` as a value, with what readers make of it where that may surprise."""
    if text in _YAML_NULLS:
        return Value(start, end, text, "null", surprise=None if text else "empty, which reads as null")
    if _YAML_TRUTH.fullmatch(text):
        plain = _YAML_PLAIN_TRUTH.fullmatch(text) is not None
        meant = str(text.lower() in ("true", "yes", "on")).lower()
        return Value(start, end, text, "boolean", surprise=None if plain else f"{meant} to YAML 1.1")
    if found := _YAML_INTEGER.fullmatch(text):
        return _yaml_integer(start, end, text, found)
    if _YAML_FLOAT.fullmatch(text):
        return Value(start, end, text, "float")
    surprise = "a string to YAML 1.1, and no number" if _LOOKS_LIKE_A_NUMBER.fullmatch(text) else None
    return Value(start, end, text, kind_of_text(text), surprise=surprise)


def _yaml_integer(start: int, end: int, text: str, found: re.Match[str]) -> Value:
    number: int | None
    surprise = None
    if found["sixty"]:
        number = 0
        for part in found["sixty"].replace("_", "").split(":"):
            number = number * 60 + int(part)
        surprise = f"{number} to YAML 1.1, which counts in sixties"
    elif found["eight"]:
        number = _integer("0" + found["eight"], 8)
        surprise = f"{number} to YAML 1.1, an octal number"
    elif found["two"]:
        number = _integer(found["two"], 2)
    elif found["sixteen"]:
        number = _integer(found["sixteen"], 16)
    else:
        number = _integer(found["ten"], 10)
        if "_" in text:
            surprise = f"{number} to YAML 1.1, and a string to YAML 1.2"
    if number is None and len(text) <= MOST_DIGITS:  # 0_, 0x_: of no digits
        return Value(start, end, text, "expression")
    if found["sign"] == "-" and number is not None:
        number = -number
    return Value(start, end, text, "integer", number, surprise=surprise)


def _filled_in(start: int, end: int, text: str) -> Value:
    """Return ``text``, which is none of the language's scalars, as a value."""
    kind = kind_of_text(text)
    return Value(start, end, text, kind if kind != "string" else "expression")


def _integer(digits: str, base: int) -> int | None:
    if len(digits) > MOST_DIGITS:
        return None
    try:
        return int(digits.replace("_", ""), base)
    except ValueError:
        return None
