"""Text that something else fills in: interpolations inside a value, and files that are data only once rendered."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.regex import regex

if TYPE_CHECKING:
    from worker_lint.site import ValueKind

_MARKS = regex(r"\$\{|\{\{|\{%|<%|\?\?\?|%\(\w+\)|^[$@<%]|^\$\w+$")
_REFERENCE = regex(r"\$\{[\w.\[\]]+\}|\$\w+|\{\{\s*[\w.]+\s*\}\}|\?\?\?")

_RENDERED = regex(rb"\{\{|\{%")
_COMMENT = rb"\{\#(?:[^#]|\#(?!\}))*\#\}"
_STATEMENT = rb"\{%(?:[^%]|%(?!\}))*%\}"
_EXPRESSION = rb"\{\{(?:[^}]|\}(?!\}))*\}\}"
_ANY = _COMMENT + rb"|" + _STATEMENT + rb"|" + _EXPRESSION
_TAG = regex(
    # tags alone on their lines, which leave nothing or whole lines of their own; or blanks alone
    rb"(?m:^)[ \t]*(?P<lines>(?:" + _ANY + rb")(?:" + _ANY + rb"|[ \t])*|[ \t])(?=\r?\n|\r|\Z)"
    rb"|(?P<silent>" + _COMMENT + rb"|" + _STATEMENT + rb")"
    rb"|(?P<number>" + _EXPRESSION + rb")"
)


def kind_of_text(text: str) -> ValueKind:
    """Return whether the string ``text`` refers to a value elsewhere, is to be filled in, or is itself what it says."""
    if _REFERENCE.fullmatch(text):
        return "reference"
    return "expression" if _MARKS.search(text) else "string"


def is_template(code: bytes) -> bool:
    """Return whether ``code`` holds the tags of a template language (Jinja, Go, mustache)."""
    return _RENDERED.search(code) is not None


def masked(code: bytes) -> bytes:
    """Return ``code`` with every tag of a template replaced, by blanks or by a number, byte for byte as long."""
    return _TAG.sub(_mask, code)


def _mask(match: re.Match[bytes]) -> bytes:
    return re.sub(rb"[^\r\n]", b"1" if match["number"] else b" ", match[0])
