"""Whether a worker count can be 0 by its own file: where that makes it 0, and where that forbids it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from worker_lint.locate.forms import keyword, text_of
from worker_lint.locate.module import around
from worker_lint.regex import regex
from worker_lint.rules._once import once
from worker_lint.rules._reads import last_part, read
from worker_lint.rules._sources import alternatives, answers

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.rules._gathered import Source

_MOST_STEPS = 4
"""Names that a count is followed through: ``self.n`` to ``n`` to ``args.n`` to ``--n``."""
_OF_PRESENCE = regex(r"""[\w.]+(?:\[[^]]*\])* is (?:not )?None\b|\bhasattr\([^)]*\)""")
_ABOVE_ZERO = regex(r"(?i)positive|natural|at_?least|range|bounded|min")


def zero(count: Node, module: Module, steps: int = _MOST_STEPS) -> Node | None:
    """Return a literal 0 in the file that the expression ``count`` may stand for, or None where there is none."""
    return next(answers(_zero_of, steps, count, module), None)


def _zero_of(source: Source, steps: int, module: Module) -> Node | None:
    for value in alternatives(source.value) if source.value is not None else ():
        if text_of(value) == "0":
            return value
        found = zero(value, module, steps - 1) if steps and not _is_tested(value) else None
        if found is not None:
            return found
    return None


def _is_tested(value: Node) -> bool:
    """Return whether ``value`` is only passed on after a test that looks at it: ``if args.n > 0: n = args.n``."""
    looked_up = read(value)
    test = around(value, "if_statement", "elif_clause", "conditional_expression", "function_definition")
    while looked_up is not None and test is not None and test.type != "function_definition":
        condition = test.child_by_field_name("condition") or test.named_children[1]
        if re.search(rf"\b{re.escape(last_part(looked_up))}\b", _OF_PRESENCE.sub("", text_of(condition))):
            return True
        test = around(test, "if_statement", "elif_clause", "conditional_expression", "function_definition")
    return False


def is_refused(count: Node, module: Module, steps: int = _MOST_STEPS) -> bool:
    """Return whether the file elsewhere refuses or replaces a ``count`` of 0: by a test, an option's type or choices.

    A test counts where it looks at a name of the count, and then raises, leaves, or sets that name to something else.
    """
    looked_up = read(count)
    if looked_up is None:
        return False
    return _is_settled(last_part(looked_up), module) or any(answers(_refuses, steps, count, module))


@once
def _is_settled(name: str, module: Module) -> bool:
    """Return whether the file has a test of ``name`` after which it is no 0."""
    return any(_settles(place, name) for place in module.words({name}))


def _refuses(source: Source, steps: int, module: Module) -> Literal[True] | None:
    """Return True where ``source`` takes no 0, and None elsewhere."""
    refuses = False
    if source.option is not None:
        choices = text_of(keyword(source.option, "choices"))
        refuses = bool(choices) and not re.search(r"\b0\b", choices)
        refuses = refuses or _ABOVE_ZERO.search(text_of(keyword(source.option, "type"))) is not None
    elif source.value is not None and steps:
        refuses = is_refused(source.value, module, steps - 1)
    return True if refuses else None


def _settles(place: Node, name: str) -> bool:
    """Return whether ``place``, an occurrence of ``name``, stands in a test after which it is no 0."""
    if place.type not in ("identifier", "string_content"):
        return False
    test = around(place, "assert_statement", "if_statement", "elif_clause", "while_statement", "block", "call")
    while test is not None and test.type == "call":
        if text_of(test.child_by_field_name("function")) == "max":
            return True
        test = around(test, "assert_statement", "if_statement", "elif_clause", "while_statement", "block", "call")
    if test is None or test.type == "block":
        return False
    if test.type == "assert_statement":
        return True
    condition, body = test.child_by_field_name("condition"), test.child_by_field_name("consequence")
    if condition is None or body is None or not condition.start_byte <= place.start_byte < condition.end_byte:
        return False
    if name not in _OF_PRESENCE.sub("", text_of(condition)):
        return False
    return _leaves(body) or re.search(rf"\b{re.escape(name)}\b['\"\])]*\s*=(?!=)", text_of(body)) is not None


def _leaves(body: Node) -> bool:
    return any(statement.type in ("raise_statement", "return_statement") for statement in body.named_children)
