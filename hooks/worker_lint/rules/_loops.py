"""Where a loader of a Python file is gone through: by which loops, and whether they run on import, or again."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from worker_lint.locate.forms import last_name, text_of
from worker_lint.locate.module import around
from worker_lint.rules._afresh import is_main_test
from worker_lint.rules._names import definitions, named, own_attribute, parameters, values_of, within
from worker_lint.rules._once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

    Span = tuple[int, int]

_ITERATES = frozenset({"iter", "list", "tuple", "set", "deque"})
"""Callables that go through what they are given."""
_PASSES_ON = frozenset(
    {"enumerate", "tqdm", "trange", "zip", "cycle", "islice", "chain", "track", "progress_bar", "log_every"}
)
"""Callables whose result goes through what they are given, as it is gone through itself."""
_FUNCTIONS = ("function_definition", "lambda")
_LOOPS = ("for_statement", "while_statement")
_BLOCKS = ("block", "module")
_UPWARD = ("conditional_expression", "parenthesized_expression")
_MOST_STEPS = 3
"""Functions that call each other through which it is asked when something runs."""


def passes(call: Node, module: Module) -> Iterator[Node]:
    """Yield each expression that starts to go through the loader that ``call`` makes, as far as names tell.

    That is what stands behind the ``in`` of a loop, or a call such as ``iter(loader)``; where a function of the file
    is given the loader and goes through it, the call of that function.
    """
    if _is_gone_through(call):
        yield call
    name = _name_of(call)
    if name is None:
        return
    if own_attribute(name) is not None:
        by_class = _passes_by_class(text_of(name), module)
        found = [each for definition in _classes_around(name) for each in by_class.get(definition.id, ())]
    else:
        by_value = _passes_by_value(text_of(name), module)
        found = [each for span in _expressions_around(call) for each in by_value.get(span, ())]
    yield from sorted(found, key=lambda each: each.start_byte)


@once
def _passes_by_value(name: str, module: Module) -> dict[Span, list[Node]]:
    """Return what starts to go through the plain ``name``, by the bytes of the value that it has there."""
    found: dict[Span, list[Node]] = {}
    for used, started in _started(name, None, module):
        for value in values_of(used, module):
            found.setdefault((value.start_byte, value.end_byte), []).append(started)
    return found


@once
def _passes_by_class(written: str, module: Module) -> dict[int, list[Node]]:
    """Return what starts to go through ``written``, which is ``self.name``, by the id of the class around it."""
    found: dict[int, list[Node]] = {}
    for used, started in _started(written.rpartition(".")[2], written, module):
        definition = around(used, "class_definition")
        if definition is not None:
            found.setdefault(definition.id, []).append(started)
    return found


def _started(name: str, attribute: str | None, module: Module) -> Iterator[tuple[Node, Node]]:
    """Yield each place at which a loader called ``name``, or the ``attribute``, is used, with what goes through it."""
    for used in _mentions(name, attribute, module):
        started = used if _is_gone_through(used) else _taker(used, module)
        if started is not None:
            yield used, started


def _classes_around(node: Node) -> Iterator[Node]:
    definition = around(node, "class_definition")
    while definition is not None:
        yield definition
        definition = around(definition, "class_definition")


def _expressions_around(node: Node) -> Iterator[Span]:
    """Yield the bytes of ``node``, and of each larger expression around it."""
    above: Node | None = node
    spans: dict[Span, None] = {}
    while above is not None and above.type not in _BLOCKS:
        spans[above.start_byte, above.end_byte] = None
        above = above.parent
    yield from spans


def runs_on_import(node: Node, module: Module, steps: int = _MOST_STEPS) -> bool:
    """Return whether ``node`` runs whenever the module is imported, not only where it is the program."""
    function = around(node, *_FUNCTIONS)
    return not _is_guarded(node) if function is None else _is_run_on_import((function, steps), module)


@once
def _is_run_on_import(asked: tuple[Node, int], module: Module) -> bool:
    function, steps = asked
    if not steps or (b"yield" in (function.text or b"") and any(within(function, "yield"))):
        return False  # a call of a generator does not run it
    return any(runs_on_import(call, module, steps - 1) for call in _calls_of(function, module))


def runs_again(node: Node, built: Node, module: Module, steps: int = _MOST_STEPS) -> bool:
    """Return whether ``node`` runs again and again, in a loop in which ``built`` is not made anew each time."""
    function = around(node, *_FUNCTIONS)
    loop = around(node, *_LOOPS)
    while loop is not None and around(loop, *_FUNCTIONS) == function:
        if not _is_head(loop, node):
            return not _holds(loop, built)
        loop = around(loop, *_LOOPS)
    if function is None or not steps or _holds(function, built):
        return False
    return any(runs_again(call, built, module, steps - 1) for call in _calls_of(function, module))


def _is_head(loop: Node, node: Node) -> bool:
    """Return whether ``node`` stands in what a ``for`` evaluates once, before it runs."""
    head = loop.child_by_field_name("right")
    return head is not None and _holds(head, node)


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _is_guarded(node: Node) -> bool:
    """Return whether ``node``, in no function, runs only where the module is the program."""
    test = around(node, "if_statement")
    while test is not None:
        condition, body = test.child_by_field_name("condition"), test.child_by_field_name("consequence")
        if condition is not None and body is not None and is_main_test(condition) and _holds(body, node):
            return True
        test = around(test, "if_statement")
    return False


def _name_of(call: Node) -> Node | None:
    """Return the name, or the attribute of ``self``, that is given the value of ``call``; None where none is."""
    node = call
    while (above := node.parent) is not None and above.type in _UPWARD:
        node = above
    if above is None or above.type != "assignment" or above.child_by_field_name("right") != node:
        return None
    target = above.child_by_field_name("left")
    if target is None or not (target.type == "identifier" or own_attribute(target) is not None):
        return None
    return target


def _mentions(name: str, attribute: str | None, module: Module) -> Iterator[Node]:
    """Yield each place at which the plain ``name``, or the ``attribute`` that ends in it, is written."""
    for found in module.words({name}):
        if found.type != "identifier" or found.parent is None:
            continue
        if attribute is None and not _is_label(found, found.parent):
            yield found
        elif attribute is not None and text_of(found.parent) == attribute:
            yield found.parent


def _is_label(name: Node, above: Node) -> bool:
    field = {"attribute": "attribute", "keyword_argument": "name"}.get(above.type)
    return field is not None and above.child_by_field_name(field) == name


def _is_gone_through(node: Node) -> bool:
    """Return whether a loop, or a call that does the same, goes through what ``node`` is."""
    while (above := node.parent) is not None and above.type == "parenthesized_expression":
        node = above
    if above is None:
        return False
    if above.type in ("for_statement", "for_in_clause"):
        return above.child_by_field_name("right") == node
    call = above.parent
    if above.type != "argument_list" or call is None or call.type != "call":
        return False
    function = last_name(call.child_by_field_name("function"))
    return function in _ITERATES or (function in _PASSES_ON and _is_gone_through(call))


def _taker(used: Node, module: Module) -> Node | None:
    """Return the call of a function of the file that is given ``used`` and goes through it, or None."""
    keyword = used.parent if used.parent is not None and used.parent.type == "keyword_argument" else None
    argument = keyword or used
    listed = argument.parent
    call = listed.parent if listed is not None and listed.type == "argument_list" else None
    if listed is None or call is None or call.type != "call":
        return None
    function = _function_called(call, module)
    if function is None:
        return None
    names = _parameters(function, module)
    if keyword is not None:
        name = text_of(keyword.child_by_field_name("name"))
    else:
        index = _indexes(listed, module).get(used.start_byte)
        if index is None or index >= len(names):
            return None
        name = names[index]
    return call if name in names and _is_taken_through((function, name), module) else None


@once
def _parameters(function: Node, module: Module) -> list[str]:
    return parameters(function)


@once
def _indexes(listed: Node, module: Module) -> dict[int, int]:
    """Return the indexes of the positional arguments of a call, up to the first ``*``, by where they begin."""
    positional = (child for child in listed.named_children if child.type not in ("keyword_argument", "comment"))
    before = takewhile(lambda child: child.type != "list_splat", positional)
    return {child.start_byte: index for index, child in enumerate(before)}


@once
def _is_taken_through(asked: tuple[Node, str], module: Module) -> bool:
    """Return whether a function goes through the parameter that has a name."""
    function, name = asked
    return any(
        around(found, *_FUNCTIONS) == function and _is_gone_through(found) and not values_of(found, module)
        for found in named(name, function, module)
    )


def _function_called(call: Node, module: Module) -> Node | None:
    """Return the only function of the module itself that ``call`` calls by its name, or None."""
    name = call.child_by_field_name("function")
    return _function_named(text_of(name), module) if name is not None and name.type == "identifier" else None


@once
def _function_named(name: str, module: Module) -> Node | None:
    """Return the only function of the module itself that is called ``name``, or None."""
    found = [
        definition
        for definition in definitions(name, module.root, module)
        if definition.type == "function_definition"
        and around(definition, "function_definition", "class_definition") is None
    ]
    return found[0] if len(found) == 1 else None


@once
def _calls_of(function: Node, module: Module) -> list[Node]:
    """Return each call of ``function`` by its name, where it is the only one of the module itself that is called so."""
    name = function.child_by_field_name("name")
    if name is None or around(function, "function_definition", "class_definition") is not None:
        return []
    if _function_named(text_of(name), module) != function:
        return []
    calls = [(call, call.child_by_field_name("function")) for call in module.calls({text_of(name)})]
    return [call for call, called in calls if called is not None and called.type == "identifier"]
