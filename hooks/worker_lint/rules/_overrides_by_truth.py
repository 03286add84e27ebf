"""Counts that a statement gives or keeps by their truth: ``if args.n: config.n = args.n``, ``if not n: n = 8``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.descent import line_of_descent
from worker_lint.locate.forms import last_name, placed, text_of
from worker_lint.locate.module import around
from worker_lint.locate.reach import values_of
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex
from worker_lint.rules._absence import is_empty
from worker_lint.rules._dropped import Dropped, counts_with, unconverted
from worker_lint.rules._reads import arguments, last_part, read, string
from worker_lint.rules._sources import parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Site

_FORMS = ("assignment", "dict-entry", "dict-keyword", "call-keyword", "fallback")
_BRANCHES = ("if_statement", "elif_clause")
_OPTIONS_OF_A_CALL = regex(r"(?i)kwarg|kwds|(?:^|_)kw(?:_|$|\.|\[)")
"""Names of what is passed on as ``**kwargs``: a count that is not in there takes the loader's default, which is 0."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """A statement that sets a count."""

    statement: Node
    target: str
    """What is set, as ``read`` writes it."""
    shown: str
    """The same, as it is written."""
    holder: Node | None
    """The object or dict in which it is set; None for a plain name."""
    value: Node


def overridden(site: Site, module: Module) -> Dropped | None:
    """Return what is dropped by the ``if`` under which the count at ``site`` is set, or None."""
    if site.form not in _FORMS:
        return None
    line = line_of_descent(module.root, site.value.start, site.value.end)
    block = max((index for index, node in enumerate(line) if node.type == "block"), default=0)
    if not block or line[block - 1].type not in _BRANCHES:
        return None
    clause, value = line[block - 1], module.node(site.value.start, site.value.end)
    if value is not None and site.form == "fallback":
        value = around(value, "call")
    condition = clause.child_by_field_name("condition")
    setting = _setting(value, line[block + 1]) if value is not None and len(line) > block + 1 else None
    if condition is None or setting is None or clause.child_by_field_name("consequence") != line[block]:
        return None
    return _default(condition, setting, module) or _override(clause, condition, setting, module)


def _default(condition: Node, setting: _Setting, module: Module) -> Dropped | None:
    """Return what ``if not n: n = 8`` drops."""
    for operand in _operands(condition):
        if operand.type != "not_operator":
            continue
        count = unwrapped(operand.named_children[-1])
        if read(count) == setting.target and not is_empty(setting.value):
            if text_of(setting.value) == "1" and counts_with(setting.shown, module):
                return None
            return Dropped(count, operand, f"{text_of(count)} is None", setting.value, setting.shown)
    return None


def _override(clause: Node, condition: Node, setting: _Setting, module: Module) -> Dropped | None:
    """Return what ``if args.n: config.n = args.n`` drops."""
    used, converted = unconverted(setting.value)
    looked_up = read(used)
    tested = [operand for operand in _operands(condition) if read(operand) == looked_up]
    if looked_up is None or looked_up == setting.target or len(tested) != 1 or _is_asked_more(condition, looked_up):
        return None
    others = list(_set_in(_later(clause), setting.target))
    instead = next((value for value in others if not is_empty(value)), None)
    if instead is None and (others or not _has_another(setting, module)):
        return None
    mended = f"{text_of(tested[0])} is not None"
    return Dropped(tested[0], tested[0], mended, instead, setting.shown, converted)


def _operands(condition: Node) -> Iterator[Node]:
    """Yield what ``condition`` joins by ``and``."""
    condition = unwrapped(condition)
    operator = condition.child_by_field_name("operator") if condition.type == "boolean_operator" else None
    if operator is None or operator.type != "and":
        yield condition
        return
    for field in ("left", "right"):
        side = condition.child_by_field_name(field)
        if side is not None:
            yield from _operands(side)


def _is_asked_more(condition: Node, looked_up: str) -> bool:
    """Return whether ``condition`` compares the count, too: it is then known what 0 is."""
    name = last_part(looked_up)
    return any(
        name in text_of(operand) and operand.type in ("comparison_operator", "not_operator")
        for operand in _operands(condition)
    )


def _setting(value: Node, statement: Node) -> _Setting | None:
    """Return how ``statement`` sets the count that gets ``value``."""
    outer = statement.named_children[0] if statement.type == "expression_statement" else None
    above = value.parent
    while above is not None and above.type == "parenthesized_expression":
        above = above.parent
    if outer is None or above is None:
        return None
    if outer.type == "assignment" and above.type == "assignment":
        left = above.child_by_field_name("left")
        target = read(left)
        if left is None or target is None:
            return None
        holder = left.child_by_field_name("object" if left.type == "attribute" else "value")
        return _Setting(statement, target, text_of(left), holder, value)
    if outer.type != "call":
        return None
    function = outer.child_by_field_name("function")
    if text_of(function) == "setattr" and above.type == "argument_list" and above.parent == outer:
        holder, name = arguments(outer)[0], string(arguments(outer)[1])
        return _Setting(statement, f"{read(holder)}.{name}", f"{text_of(holder)}.{name}", holder, value)
    if last_name(function) != "update" or function is None or above.type not in ("pair", "keyword_argument"):
        return None
    holder = function.child_by_field_name("object")
    name = text_of(above.child_by_field_name("key" if above.type == "pair" else "name"))
    if holder is None or not _is_argument(above, outer):
        return None
    key = name if above.type == "pair" else f'"{name}"'
    looked_up = f"{read(holder)}[{key[1:-1]}]"
    return _Setting(statement, looked_up, f"{text_of(holder)}[{key}]", holder, value)


def _is_argument(entry: Node, call: Node) -> bool:
    """Return whether ``entry`` is a keyword of ``call``, or stands in the dict that is its only argument."""
    listed = call.child_by_field_name("arguments")
    return listed is not None and (entry.parent == listed or arguments(call)[:1] == [entry.parent])


def _later(clause: Node) -> Iterator[Node]:
    """Yield the blocks that run where the one of ``clause`` does not."""
    statement = clause if clause.type == "if_statement" else clause.parent
    for other in statement.children_by_field_name("alternative") if statement is not None else ():
        if other.start_byte >= clause.end_byte or clause.type == "if_statement":
            block = other.child_by_field_name("consequence" if other.type == "elif_clause" else "body")
            if block is not None:
                yield block


def _set_in(blocks: Iterator[Node], target: str) -> Iterator[Node]:
    for block in blocks:
        for statement in block.named_children:
            assignment = statement.named_children[0] if statement.type == "expression_statement" else None
            if assignment is None or assignment.type != "assignment":
                continue
            right = assignment.child_by_field_name("right")
            if right is not None and read(assignment.child_by_field_name("left")) == target:
                yield unwrapped(right)


def _has_another(setting: _Setting, module: Module) -> bool:
    """Return whether what is set holds another count before, which a 0 then leaves in force."""
    if setting.holder is None or read(setting.holder) in ("self", "cls"):
        return any(not is_empty(value) for value in _before(setting, module))
    if _OPTIONS_OF_A_CALL.search(text_of(setting.holder)):
        return False
    if setting.holder.type != "identifier":
        return True
    made = [module.node(value.start, value.end) for value in values_of(setting.holder, module.value(setting.holder))]
    return all(_may_hold(value, last_part(setting.target)) for value in made if value is not None)


def _may_hold(made: Node, key: str) -> bool:
    """Return whether what ``made`` makes may hold a count other than 0 under ``key``: a dict may not without that."""
    if made.type == "dictionary":
        entries = made.named_children
        pairs = [(string(e.named_children[0]), e.named_children[-1]) for e in entries if e.type == "pair"]
    elif made.type == "call" and text_of(made.child_by_field_name("function")) == "dict":
        listed = made.child_by_field_name("arguments")
        entries = listed.named_children if listed is not None else []
        pairs = [(text_of(e.named_children[0]), e.named_children[-1]) for e in entries if e.type == "keyword_argument"]
    else:
        return True
    if any(entry.type not in ("pair", "keyword_argument", "comment") for entry in entries):
        return True
    return any(name == key and not is_empty(value) for name, value in pairs)


def _before(setting: _Setting, module: Module) -> Iterator[Node]:
    """Yield what else the file gives to a plain name, or to an attribute of ``self``."""
    name = last_part(setting.target)
    if setting.holder is None:
        declared = parameter(setting.statement, name, module)
        found = placed(declared) if declared is not None else None
        if found is not None:
            yield found.value
        left = module.node(setting.statement.start_byte, setting.statement.start_byte + len(name))
        for value in values_of(left, module.value(left)) if left is not None else ():
            expression = module.node(value.start, value.end)
            if value.start < setting.statement.start_byte and expression is not None:
                yield expression
        return
    for word in module.words({name}):
        found = placed(word) if word.type == "identifier" else None
        if found is None or found.form not in ("assignment", "class-attribute", "field-default"):
            continue
        is_other = found.value.start_byte < setting.value.start_byte
        if is_other and (found.form != "assignment" or read(word.parent) == setting.target):
            yield found.value
