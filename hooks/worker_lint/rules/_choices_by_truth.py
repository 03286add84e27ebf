"""Counts chosen by their truth in one expression: ``n or 8``, ``n if n else 8``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.locate.flow import POOL_LIKE
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rules._absence import is_empty
from worker_lint.rules._dropped import Dropped, counts_with, last_word, unconverted
from worker_lint.rules._reads import PLAIN, read

if TYPE_CHECKING:
    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Document, Site

_KEEPING = frozenset({"int", "min", "max"})
_SIMPLE = ("identifier", "attribute", "subscript", "integer", "call", "parenthesized_expression")
_INWARD = ("parenthesized_expression", "call", "argument_list", "boolean_operator", "conditional_expression")


def chosen(site: Site, document: Document, module: Module) -> Dropped | None:
    """Return what is dropped by the choice that gives the count at ``site`` its value, or None."""
    if site.form in ("or-fallback", "fallback"):
        value = module.node(site.value.start, site.value.end)
        choice = _choice_around(value) if value is not None else None
    elif site.value.kind == "expression":
        value = module.node(site.value.start, site.value.end)
        choice = unwrapped(value) if value is not None else None
    else:
        return None
    if choice is None:
        return None
    target = _target(choice, document, module)
    if target is None:
        return None
    dropped = _of_or(choice, target) if choice.type == "boolean_operator" else _of_conditional(choice, target)
    if dropped is None or dropped.instead is None or is_empty(dropped.instead):
        return None
    if text_of(dropped.instead) == "1" and counts_with(target, module):
        return None
    return dropped


def _choice_around(value: Node) -> Node | None:
    """Return the choice whose last alternative ``value`` is, or is the fallback in."""
    node = value
    while node.parent is not None and node.parent.type in _INWARD:
        node = node.parent
        if node.type in ("boolean_operator", "conditional_expression"):
            return node
    return None


def _of_or(choice: Node, target: str) -> Dropped | None:
    left, operator, right = (choice.child_by_field_name(field) for field in ("left", "operator", "right"))
    if left is None or operator is None or right is None or operator.type != "or":
        return None
    left = unwrapped(left)
    if read(left) is None:
        return None
    mended = None
    if left.type in PLAIN and right.type in _SIMPLE and not _in_choice(choice):
        mended = f"{text_of(right)} if {text_of(left)} is None else {text_of(left)}"
    return Dropped(left, choice, mended, unwrapped(right), target)


def _in_choice(choice: Node) -> bool:
    return choice.parent is not None and choice.parent.type in ("boolean_operator", "conditional_expression")


def _of_conditional(choice: Node, target: str) -> Dropped | None:
    if choice.type != "conditional_expression" or len(parts := choice.named_children) != 3:
        return None
    chosen_first, condition, chosen_second = parts
    tested = unwrapped(condition)
    count = tested
    if tested.type == "not_operator":
        count = unwrapped(tested.named_children[0])
        chosen_first, chosen_second = chosen_second, chosen_first
    looked_up = read(count)
    used, converted = unconverted(chosen_first)
    if looked_up is None or read(used) != looked_up:
        return None
    mended = f"{text_of(count)} is {'' if tested.type == 'not_operator' else 'not '}None"
    return Dropped(count, tested, mended, unwrapped(chosen_second), target, converted)


def _target(choice: Node, document: Document, module: Module) -> str | None:
    """Return the worker count that gets what ``choice`` gives; None where it goes elsewhere."""
    node, above = choice, choice.parent
    words = vocabulary()
    while above is not None:
        if above.type == "parenthesized_expression" or _hands_on(above, node):
            node, above = above, above.parent
        elif above.type == "argument_list":
            call = above.parent
            if call is None:
                return None
            if text_of(call.child_by_field_name("function")) in _KEEPING:
                node, above = call, call.parent
                continue
            group = document.group_at(call.start_byte, call.end_byte)
            count = group.count if group is not None and group.counts_by_position else None
            if group is None or count is None or not count.start <= choice.start_byte < count.end:
                return None
            return group.loader.count if group.loader is not None and group.loader.minimum == 0 else None
        elif above.type == "keyword_argument":
            name = text_of(above.child_by_field_name("name"))
            call = around(above, "call")
            return name if call is not None and words.is_count(name) and _may_be_zero(call, document, module) else None
        elif above.type in ("assignment", "pair", "named_expression"):
            field = {"assignment": "left", "pair": "key", "named_expression": "name"}[above.type]
            target = text_of(above.child_by_field_name(field))
            return target if words.is_count(last_word(target)) else None
        else:
            return None
    return None


def _hands_on(above: Node, node: Node) -> bool:
    """Return whether the value of ``node`` may be that of the choice ``above`` it stands in."""
    if above.type == "boolean_operator":
        operator = above.child_by_field_name("operator")
        return operator is not None and operator.type == "or"
    return above.type == "conditional_expression" and above.named_children[1] != node


def _may_be_zero(call: Node, document: Document, module: Module) -> bool:
    """Return whether ``call`` takes a count of which 0 is legal, and no pool's."""
    group = document.group_at(call.start_byte, call.end_byte)
    if group is not None and group.loader is not None:
        return group.loader.minimum <= 0
    callee = module.callee(call) or ""
    return not POOL_LIKE.search(callee) and callee.rpartition(".")[2] not in vocabulary().not_callables
