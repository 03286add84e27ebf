"""Where the value of a name comes from, as far as its own file tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import keyword, last_name, placed, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.rules._reads import arguments, fallback, last_part, read, string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_FUNCTIONS = ("function_definition", "lambda")
_BRANCHES = ("if_statement", "try_statement", "match_statement")
_LOOPS = ("for_statement", "while_statement")
_OPTION_CALLS = frozenset({"add_argument", "add_option", "option", "add_arg"})


@dataclass(frozen=True, slots=True)
class Source:
    """One place that gives a name its value."""

    value: Node | None
    """The expression; None for an option, or a parameter, without a default."""
    option: Node | None = None
    """The arguments of the call that defines the option of a command line, where it is one."""

    @property
    def is_certain(self) -> bool:
        """Whether it is no part of a branch or a loop of its function."""
        inside = around(self.value, *_BRANCHES, *_LOOPS, *_FUNCTIONS) if self.value is not None else None
        return inside is None or inside.type in _FUNCTIONS


def sources(node: Node, module: Module) -> Iterator[Source]:
    """Yield each place in the file that gives what the expression ``node`` looks up its value.

    A place that cannot come before ``node`` is left out: one further down in the same function, or in another branch
    of the same test.
    """
    looked_up = read(node)
    if looked_up is None:
        return
    name = last_part(looked_up)
    holder = looked_up[: -len(name) - (2 if looked_up.endswith("]") else 1)]
    if not holder:
        found = _of_plain_name(node, name, module)
    elif looked_up.endswith("]"):
        found = _of_entry(node, looked_up, name, holder, module)
    else:
        found = _of_attribute(node, looked_up, name, holder, module)
    yield from (source for source in found if source.value is None or _may_precede(source.value, node))


def parameter(node: Node, name: str) -> Node | None:
    """Return the name of the parameter ``name`` of the innermost function around ``node`` that has one."""
    function = around(node, *_FUNCTIONS)
    while function is not None:
        found = _parameter_of(function, name)
        if found is not None:
            return found
        function = around(function, *_FUNCTIONS)
    return None


def _parameter_of(function: Node, name: str) -> Node | None:
    parameters = function.child_by_field_name("parameters")
    for declared in parameters.named_children if parameters is not None else ():
        named = declared.child_by_field_name("name")
        if named is None:
            named = declared.named_children[0] if declared.type == "typed_parameter" else declared
        if text_of(named) == name:
            return named
    return None


def _of_plain_name(node: Node, name: str, module: Module) -> Iterator[Source]:
    """Yield the sources in the innermost function around ``node`` that gives ``name`` a value, else in the module."""
    assigned: dict[int | None, list[Node]] = {}
    for place in module.words({name}):
        found = placed(place) if place.type == "identifier" else None
        is_bare = place.parent is not None and place.parent.type != "attribute"
        if found is not None and found.form == "assignment" and is_bare:
            scope = around(place, *_FUNCTIONS)
            assigned.setdefault(scope.id if scope is not None else None, []).append(found.value)
    function = around(node, *_FUNCTIONS)
    while True:
        here: list[Source] = []
        declared = _parameter_of(function, name) if function is not None else None
        if declared is not None:
            default = placed(declared)
            if default is None:
                here += [Source(None), *_options(name, module)]  # click fills the parameters that options are called
            else:
                here.append(Source(default.value))
        for value in assigned.get(function.id if function is not None else None, ()):
            source = Source(value)
            if source.is_certain and value.end_byte <= node.start_byte:
                here.clear()  # what was there before is gone
            here.append(source)
        if here or function is None:
            yield from here
            return
        function = around(function, *_FUNCTIONS)


def _of_attribute(node: Node, looked_up: str, name: str, holder: str, module: Module) -> Iterator[Source]:
    own = around(node, "class_definition")
    is_own = holder in ("self", "cls")
    if not is_own:
        yield from _options(name, module)
    declared: dict[int, Source] = {}
    for place in module.words({name}):
        found = placed(place) if place.type == "identifier" else None
        if found is None:
            continue
        inside = around(place, "class_definition")
        if found.form in ("class-attribute", "field-default"):
            if inside is not None and (not is_own or inside == own):
                declared[inside.id] = Source(found.value)
        elif found.form == "assignment" and read(place.parent) == looked_up and (not is_own or inside == own):
            yield Source(found.value)
        elif found.form == "parameter-default" and holder == "self.hparams" and inside == own:
            yield Source(found.value)  # what Lightning's save_hyperparameters() saves
    if len(declared) == 1:  # of two classes with such an attribute, nobody knows which it is
        yield from declared.values()


def _of_entry(node: Node, looked_up: str, name: str, holder: str, module: Module) -> Iterator[Source]:
    for place in module.words({name}):
        string_node = place.parent if place.type == "string_content" else None
        above = string_node.parent if string_node is not None else None
        found = placed(place) if above is not None else None
        if found is None or above is None:
            continue
        if (found.form == "assignment" and read(above) == looked_up) or (
            found.form == "dict-entry" and found.holder is not None and _is_made_for(found.holder, holder)
        ):
            yield Source(found.value)
    if node.type == "call":
        default = fallback(node)
        if default is not None:
            yield Source(default)


def _is_made_for(made: Node, holder: str) -> bool:
    """Return whether the dict ``made`` is what ``holder`` is assigned."""
    above = made.parent
    return above is not None and above.type == "assignment" and read(above.child_by_field_name("left")) == holder


def _options(name: str, module: Module) -> Iterator[Source]:
    """Yield the definitions of the option of a command line that is called ``name``."""
    seen: set[int] = set()
    for word in module.words({name, f"--{name}", f"--{name.replace('_', '-')}", f"-{name}"}):
        call = around(word, "call") if word.type == "string_content" else None
        if call is None or call.id in seen or last_name(call.child_by_field_name("function")) not in _OPTION_CALLS:
            continue
        listed = call.child_by_field_name("arguments")
        if listed is not None and _names(listed, name):
            seen.add(call.id)
            yield Source(keyword(listed, "default"), listed)


def _names(listed: Node, name: str) -> bool:
    """Return whether the arguments of an option's definition call it ``name``."""
    target = keyword(listed, "dest")
    if target is not None:
        return string(target) == name
    flags = [string(argument) or "" for argument in listed.named_children]
    return any(flag.lstrip("-").replace("-", "_") == name for flag in flags)


def _may_precede(value: Node, node: Node) -> bool:
    """Return whether ``value`` may be given before ``node`` is reached, and on the same way."""
    if value.start_byte <= node.start_byte < value.end_byte:
        return False
    if node.start_byte <= value.start_byte < node.end_byte:
        return True
    if around(value, *_FUNCTIONS) != around(node, *_FUNCTIONS):
        return True
    if around(node, *_LOOPS) is not None:
        return True
    if value.start_byte >= node.start_byte:
        return False
    test = around(value, "if_statement")
    while test is not None and test.end_byte > node.start_byte:
        if _part(test, value) != _part(test, node):
            return False
        test = around(test, "if_statement")
    return True


def _part(test: Node, node: Node) -> int | None:
    """Return the start of the block or clause of ``test`` in which ``node`` stands."""
    parts = [child for child in test.named_children if child.type in ("block", "elif_clause", "else_clause")]
    return next((part.start_byte for part in parts if part.start_byte <= node.start_byte < part.end_byte), None)


def alternatives(value: Node) -> Iterator[Node]:
    """Yield the expressions one of which ``value`` is: both of ``a if c else b``; ``int(a)`` is ``a``."""
    value = unwrapped(value)
    if value.type == "conditional_expression":
        yield from alternatives(value.named_children[0])
        yield from alternatives(value.named_children[-1])
    elif (
        value.type == "call" and text_of(value.child_by_field_name("function")) == "int" and len(arguments(value)) == 1
    ):
        yield from alternatives(arguments(value)[0])
    else:
        yield value
