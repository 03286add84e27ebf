"""What a name holds where nobody gave it a value, as far as its own file tells."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, get_args

from worker_lint.locate.forms import keyword, text_of
from worker_lint.locate.module import around
from worker_lint.regex import regex
from worker_lint.rules._reads import fallback, read
from worker_lint.rules._sources import answers

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.rules._gathered import Source

Absence = Literal[
    "none",  # None, and nothing else, says that no value was given
    "zero",  # the file itself writes 0, or something as empty, for no value
    "text",  # a string, in which "0" is as true as any other
    "unknown",
]

_ENVIRONMENT = regex(r"\benviron\b|\bgetenv\b")
_EMPTY = frozenset({"0", "0.0", "False", "''", '""', "[]", "()", "{}"})
_MOST_STEPS = 4
"""Names that a value is followed through: ``self.n`` to ``n`` to ``args.n`` to ``--n``."""


def absence(node: Node, module: Module, steps: int = _MOST_STEPS) -> Absence:
    """Return what the expression ``node`` is where nobody gave a value."""
    if _ENVIRONMENT.search(text_of(node)):
        return "text"
    if read(node) is None or not steps:
        return "unknown"
    if node.type == "call":
        default = fallback(node)
        return "none" if default is None else _of_value(default, module, steps)
    for each in ("text", "zero", "unknown", "none"):
        if any(answers(_SAYS[each], steps, node, module)):
            return each
    return "unknown"


def is_empty(node: Node) -> bool:
    """Return whether the expression ``node`` is a literal as false as 0."""
    return node.type == "none" or text_of(node) in _EMPTY


def _of_source(source: Source, module: Module, steps: int) -> Absence | None:
    """Return what ``source`` says of it; None where it is no default."""
    value = source.value
    if source.option is not None:
        if text_of(keyword(source.option, "type")).strip("\"'") in ("", "str", "string"):
            return "text"
        return "none" if value is None else _of_value(value, module, steps)
    if value is None or around(value, "if_statement") is not None:
        return None
    return _of_value(value, module, steps)


def _says(absence: Absence, source: Source, steps: int, module: Module) -> Literal[True] | None:
    return True if _of_source(source, module, steps) == absence else None


_SAYS = {each: partial(_says, each) for each in get_args(Absence)}
"""Asks a source whether it says this and nothing else: one that does is enough."""


def _of_value(value: Node, module: Module, steps: int) -> Absence:
    if value.type == "none":
        return "none"
    if is_empty(value):
        return "zero"
    return absence(value, module, steps - 1) if read(value) is not None or "env" in text_of(value) else "unknown"
