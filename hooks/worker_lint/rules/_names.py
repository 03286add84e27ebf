"""What the names in a Python file stand for, as far as the file itself tells."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.locate.descent import node_at
from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_NAME_BYTES = frozenset(bytes((byte,)) for byte in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789")
_MAY_BE_GIVEN = regex(rb"\s*(?:=(?!=)|[:,#\\]|\)\s*=(?!=))")
"""What stands behind a name that an assignment gives a value, perhaps one of several names."""


def within(node: Node, *types: str) -> Iterator[Node]:
    """Yield each node of one of ``types`` below ``node``, in order, but nothing of the classes in there."""
    stack = list(reversed(node.named_children))
    while stack:
        found = stack.pop()
        if found.type in types:
            yield found
        if found.type != "class_definition":
            stack += reversed(found.named_children)


def own_attribute(node: Node | None) -> str | None:
    """Return ``name`` where ``node`` is ``self.name``, else None."""
    if node is None or node.type != "attribute" or text_of(node.child_by_field_name("object")) != "self":
        return None
    return text_of(node.child_by_field_name("attribute"))


def matched(function: Node, pattern: re.Pattern[bytes]) -> Iterator[Node]:
    """Yield the name at the first group of each match of ``pattern`` in ``function``, but none in a comment or string.

    To look at the bytes first is many times faster than to look at every node.
    """
    for match in pattern.finditer(function.text or b""):
        start, end = match.span(1)
        node = node_at(function, function.start_byte + start, function.start_byte + end)
        if node is not None and node.type == "identifier":
            yield node


def parameters(function: Node) -> list[str]:
    """Return the names of the parameters of ``function``, a definition or a lambda, in order; no ``*`` ones."""
    listed = function.child_by_field_name("parameters")
    names = []
    for parameter in listed.named_children if listed is not None else ():
        name = parameter if parameter.type == "identifier" else parameter.child_by_field_name("name")
        if parameter.type == "typed_parameter" and parameter.named_children:
            name = parameter.named_children[0]
        if name is not None and name.type == "identifier":
            names.append(text_of(name))
    return names


def values_of(expression: Node, module: Module) -> list[Node]:
    """Return what the name ``expression`` was last given before it is read there, as far as one file tells.

    A plain name is looked up in the function around it, then in those around that and in the module;
    ``self.name`` in the class, where every assignment counts.
    """
    if expression.type == "attribute":
        if own_attribute(expression) is None:
            return []
        definition = around(expression, "class_definition")
        return [] if definition is None else [value for _, value in _assigned(expression, definition, module)]
    if expression.type != "identifier":
        return []
    scope = around(expression, "function_definition")
    while True:
        region = scope if scope is not None else module.root
        before = [
            value
            for target, value in _assigned(expression, region, module)
            if _same_scope(target, scope) and (scope is None or target.start_byte < expression.start_byte)
        ]
        ahead = [value for value in before if value.start_byte < expression.start_byte]
        if before:
            return [ahead[-1] if ahead else before[-1]]
        if scope is None or _is_parameter(text_of(expression), scope):
            return []
        scope = around(scope, "function_definition")


def _same_scope(target: Node, scope: Node | None) -> bool:
    return around(target, "function_definition", "class_definition") == scope


def _is_parameter(name: str, function: Node) -> bool:
    return name in parameters(function)


def _assigned(target: Node, region: Node, module: Module) -> list[tuple[Node, Node]]:
    """Return each place of ``region`` that assigns to ``target``, a name or ``self.name``, with the value."""
    known, key = _assignments(module), (text_of(target), region.id)
    if key not in known:
        known[key] = list(_looked_up(target, region, module))
    return known[key]


@lru_cache(maxsize=1)
def _assignments(module: Module) -> dict[tuple[str, int], list[tuple[Node, Node]]]:
    """Return what is known of ``module`` by now: the loaders of one file mostly take the same names."""
    return {}


def _looked_up(target: Node, region: Node, module: Module) -> Iterator[tuple[Node, Node]]:
    written = text_of(target)
    last = written.rpartition(".")[2]
    for start, end in _places(last, region, module):
        found = _identifier(start, end, module) if _MAY_BE_GIVEN.match(module.code, end) else None
        if found is None or found.parent is None:
            continue
        if target.type == "attribute":
            found = found.parent
            if found.type != "attribute" or text_of(found) != written:
                continue
        above = found.parent
        if above is None:
            continue
        value = _value_given(found, above)
        if value is not None:
            yield found, value


def named(name: str, region: Node, module: Module) -> Iterator[Node]:
    """Yield each identifier ``name`` in ``region``, in order."""
    for start, end in _places(name, region, module):
        found = _identifier(start, end, module)
        if found is not None:
            yield found


def _places(name: str, region: Node, module: Module) -> Iterator[tuple[int, int]]:
    """Yield the bytes of each ``name`` in ``region`` that is no part of a longer one, in order."""
    # The bytes beside tell that many times faster than the tree.
    word, code = name.encode(), module.code
    start = code.find(word, region.start_byte, region.end_byte) if word else -1
    while start >= 0:
        end = start + len(word)
        if code[start - 1 : start] not in _NAME_BYTES and code[end : end + 1] not in _NAME_BYTES:
            yield start, end
        start = code.find(word, end, region.end_byte)


def _identifier(start: int, end: int, module: Module) -> Node | None:
    found = node_at(module.root, start, end)
    is_one = found is not None and found.type == "identifier"
    return found if is_one and found is not None and (found.start_byte, found.end_byte) == (start, end) else None


def _value_given(target: Node, above: Node) -> Node | None:
    """Return what an assignment ``above`` gives ``target``: also 2 of ``a, b = 1, 2``, and f() of ``a, b = f()``."""
    if above.type in ("assignment", "named_expression"):
        left = above.child_by_field_name("left") or above.child_by_field_name("name")
        return (above.child_by_field_name("right") or above.child_by_field_name("value")) if left == target else None
    if above.type not in ("pattern_list", "tuple_pattern") or above.parent is None or above.parent.type != "assignment":
        return None
    right = above.parent.child_by_field_name("right")
    if right is None or right.type not in ("expression_list", "tuple"):
        return right
    names, values = above.named_children, right.named_children
    return values[names.index(target)] if len(names) == len(values) and target in names else None


def functions_named(expression: Node, module: Module) -> list[Node]:
    """Return the functions and lambdas of the file that ``expression`` may stand for; what ``partial`` calls, too."""
    expression = unwrapped(expression)
    if expression.type == "lambda":
        return [expression]
    if expression.type == "conditional_expression":
        branches = (expression.named_children[0], expression.named_children[-1])
        return [function for branch in branches for function in functions_named(branch, module)]
    if expression.type == "call" and last_name(expression.child_by_field_name("function")) == "partial":
        arguments = expression.child_by_field_name("arguments")
        first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
        return [] if first is None else functions_named(first, module)
    if expression.type == "attribute" and own_attribute(expression) is not None:
        region = around(expression, "class_definition")
    else:
        region = module.root if expression.type == "identifier" else None
    if region is None:
        return []
    found = []
    for start, end in _places(last_name(expression), region, module):
        may_be = _MAY_BE_GIVEN.match(module.code, end) or module.code[:start].rstrip().endswith(b"def")
        name = _identifier(start, end, module) if may_be else None
        above = name.parent if name is not None else None
        if above is None or name != above.child_by_field_name(
            "name" if above.type == "function_definition" else "left"
        ):
            continue
        if above.type == "function_definition":
            found.append(above)
        elif above.type == "assignment" and (right := above.child_by_field_name("right")) is not None:
            found += [right] if right.type == "lambda" else []
    return found
