"""Whether a count that is no literal can be 0 where it is used: the tests around it and the values it is given."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.conditions import Conditions, ConditionTable
from worker_lint.locate.descent import node_at
from worker_lint.locate.elision import notice
from worker_lint.locate.forms import text_of
from worker_lint.locate.places import Places
from worker_lint.locate.values import python_value
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.site import Value

_SCOPES = ("function_definition", "lambda", "module")
_WITHOUT_TESTS = frozenset(
    ["function_definition", "class_definition", "identifier", "integer", "comment", "import_from_statement"]
)
_OF_PRESENCE = regex(r"""[\w.]+(?:\[[^]]*\])* is (?:not )?None\b|\bhasattr\([^)]*\)""")
_MOST_VALUES = 100
"""Values of one name that are looked at, each time that something takes it."""
_NAMESPACES = (*_SCOPES, "class_definition")


def conditions_around(node: Node) -> Conditions:
    """Return the tests that the function around ``node`` (else the module) makes outside of ``node``, as written.

    Every ``if``, ``elif``, ``while``, ``assert`` and conditional expression counts, and every ``max`` and ``min``:
    code that looks at a count at all is taken to know that it may be 0. What only asks whether there is one is left
    out: ``n is None``, ``hasattr(args, "n")``.
    """
    scope: Node = node
    while scope.type not in _SCOPES and scope.parent is not None:
        scope = scope.parent
    return Conditions(_tests_in(scope), node.start_byte, node.end_byte)


@lru_cache(maxsize=2)  # the scope of a call, and the one around it; each holds the tree of its file
def _tests_in(scope: Node) -> ConditionTable:
    """Return every test that ``scope`` makes: much of a file may ask for them."""
    if scope.type == "function_definition":
        notice(scope.start_byte, scope.end_byte)
    found: list[tuple[Node, Node | None]] = []
    stack = [scope]
    while stack:
        current = stack.pop()
        if current.type in ("if_statement", "elif_clause", "while_statement"):
            found.append((current, current.child_by_field_name("condition")))
        elif current.type == "conditional_expression":
            found.append((current, current.named_children[1]))
        elif current.type == "assert_statement" or _is_bounding_call(current):
            found.append((current, current))
        # What another function tests says nothing about this one.
        stack += [child for child in current.named_children if child.type not in _WITHOUT_TESTS]
    return ConditionTable((_OF_PRESENCE.sub("", text_of(test)), (by.start_byte, by.end_byte)) for by, test in found)


def _is_bounding_call(node: Node) -> bool:
    return node.type == "call" and text_of(node.child_by_field_name("function")) in ("max", "min")


def values_of(node: Node, count: Value) -> tuple[Value, ...]:
    """Return every value that is assigned to the plain name ``count`` in the scope that ``node`` takes it from.

    Empty where something else may set it there too: a parameter, a loop, an import, an unpacking, ``global``. Of more
    than ``_MOST_VALUES`` these are the different ones, those that are no numbers and the smallest of the others first,
    and no more of them. Code in another file cannot be seen and is not looked for.
    """
    if count.kind != "reference" or not count.text.isidentifier():
        return ()
    scopes = list(_scopes_around(node))
    bound = _bindings(scopes[-1]).of(count.text)
    for scope in scopes:
        if scope.id in bound:
            return bound[scope.id] or ()
    return ()


@lru_cache(maxsize=1)
def _bindings(module: Node) -> _Bindings:
    return _Bindings(module)


class _Bindings:
    """What the names of a module are given, each looked up once."""

    def __init__(self, module: Node) -> None:
        self._module = module
        self._places = Places(module.text or b"")
        self._known: dict[str, dict[int, tuple[Value, ...] | None]] = {}

    def of(self, name: str) -> dict[int, tuple[Value, ...] | None]:
        """Return what is assigned to ``name``, by the id of the scope whose name it is; None for more than that."""
        if name not in self._known:
            found = self._look_up(name).items()
            self._known[name] = {scope: None if values is None else _few(values) for scope, values in found}
        return self._known[name]

    def _look_up(self, name: str) -> dict[int, list[Value] | None]:
        module = self._module
        found: dict[int, list[Value] | None] = {}
        for start, end in self._places.occurrences({name}):
            node = node_at(module, module.start_byte + start, module.start_byte + end)
            above = node.parent if node is not None and node.type == "identifier" else None
            if node is None or above is None:
                continue
            if above.type == "global_statement":
                return {}
            if above.type == "assignment" and above.child_by_field_name("left") == node:
                right = above.child_by_field_name("right")
                values = found.setdefault(_namespace(node).id, []) if right is not None else None
                if values is not None and right is not None:
                    values.append(python_value(right))
            elif _binds(node):
                found[_namespace(node).id] = None
        return found


def _few(values: list[Value]) -> tuple[Value, ...]:
    """Return ``values``; of many those that say most of whether one of them may be 0, or less than that."""
    if len(values) > _MOST_VALUES:
        different = {value.text: value for value in values}.values()
        values = sorted(different, key=lambda value: (value.number is not None, value.number or 0))[:_MOST_VALUES]
    return tuple(values)


def _scopes_around(node: Node) -> Iterator[Node]:
    """Yield the scopes in which a name at ``node`` is looked up, innermost first."""
    yield (namespace := _namespace(node))
    while (above := namespace.parent) is not None:
        namespace = _namespace(above)
        if namespace.type in _SCOPES:  # a class's names are not seen from the functions in it
            yield namespace


def _namespace(node: Node) -> Node:
    """Return the function, class or module whose name a name bound at ``node`` is."""
    while node.type not in _NAMESPACES and node.parent is not None:
        node = node.parent
    return node


def _binds(name: Node) -> bool:
    """Return whether this occurrence may give the name a value in a way other than a plain assignment."""
    above = name.parent
    if above is None:
        return False
    if above.type in ("parameters", "lambda_parameters", "pattern_list", "tuple_pattern", "for_in_clause"):
        return True
    if above.type in ("typed_parameter", "aliased_import", "augmented_assignment", "as_pattern_target"):
        return True
    bound = {"default_parameter": "name", "typed_default_parameter": "name", "for_statement": "left"}.get(above.type)
    if bound is not None:
        return above.child_by_field_name(bound) == name
    if above.type == "dotted_name":
        # The module of "from module import name" binds nothing.
        return above.parent is None or above.parent.child_by_field_name("module_name") != above
    return above.type == "named_expression" and above.child_by_field_name("name") == name
