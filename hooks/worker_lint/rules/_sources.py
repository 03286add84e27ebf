"""Where the value of a name comes from, as far as its own file tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from worker_lint.locate.forms import keyword, last_name, placed, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.rules._gathered import Gathered, Source
from worker_lint.rules._once import once
from worker_lint.rules._reads import arguments, fallback, last_part, read, string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tree_sitter import Node

    from worker_lint.locate.forms import Placed
    from worker_lint.locate.module import Module

    _Part = tuple[Gathered, int, int | None]
    """Some of the sources of a name: from one index up to another, or to the end."""

_Answer = TypeVar("_Answer")
_Key = TypeVar("_Key")
_FUNCTIONS = ("function_definition", "lambda")
_LOOPS = ("for_statement", "while_statement")
_OPTION_CALLS = frozenset({"add_argument", "add_option", "option", "add_arg"})
_NOTHING = Gathered(())


def answers(
    ask: Callable[[Source, int, Module], _Answer | None], steps: int, node: Node, module: Module
) -> Iterator[_Answer]:
    """Yield what ``ask`` says of each place in the file that gives what the expression ``node`` looks up its value.

    It is asked once for all that looks up the same, and what it says goes for them all. None is left out, and so is a
    place that cannot come before ``node``: one further down in the same function, or in another branch of the same
    test.
    """
    looked_up = read(node)
    if looked_up is None:
        return
    name = last_part(looked_up)
    holder = looked_up[: -len(name) - (2 if looked_up.endswith("]") else 1)]
    if not holder:
        found = _of_plain_name(node, name, module)
    elif looked_up.endswith("]"):
        found = _of_entry(node, looked_up, name, module)
    else:
        found = _of_attribute(node, looked_up, name, holder, module)
    for gathered, first, last in found:
        for source, answer in gathered.answers(ask, steps, module, first=first, last=last):
            if source.value is None or _may_precede(source.value, node):
                yield answer


def parameter(node: Node, name: str, module: Module) -> Node | None:
    """Return the name of the parameter ``name`` of the innermost function around ``node`` that has one."""
    function = around(node, *_FUNCTIONS)
    while function is not None:
        found = _parameters(function, module).get(name)
        if found is not None:
            return found
        function = around(function, *_FUNCTIONS)
    return None


@once
def _parameters(function: Node, module: Module) -> dict[str, Node]:
    """Return where each parameter of ``function`` is named."""
    listed = function.child_by_field_name("parameters")
    found: dict[str, Node] = {}
    for declared in listed.named_children if listed is not None else ():
        named = declared.child_by_field_name("name")
        if named is None:
            named = declared.named_children[0] if declared.type == "typed_parameter" else declared
        found.setdefault(text_of(named), named)
    return found


def _of_plain_name(node: Node, name: str, module: Module) -> Iterator[_Part]:
    """Yield the sources in the innermost function around ``node`` that gives ``name`` a value, else in the module."""
    assigned = _assigned_by_scope(name, module)
    function = home = around(node, *_FUNCTIONS)
    while True:
        here = assigned.get(function.id if function is not None else None, _NOTHING)
        first = here.last_certain(node.start_byte)  # what was there before is gone
        declared = _parameters(function, module).get(name) if function is not None and first is None else None
        if declared is not None:
            yield _declared((name, declared), module), 0, None
        if function == home and around(node, *_LOOPS) is None:
            yield here, first or 0, here.before(node.end_byte)
        else:
            yield here, first or 0, None
        if declared is not None or here.sources or function is None:
            return
        function = around(function, *_FUNCTIONS)


@once
def _assigned_by_scope(name: str, module: Module) -> dict[int | None, Gathered]:
    """Return what is assigned to the plain ``name``, by the id of the function; that of the module itself is None."""
    found: dict[int | None, list[Source]] = {}
    for place, given in _given(name, module):
        if given.form == "assignment" and place.parent is not None and place.parent.type != "attribute":
            scope = around(place, *_FUNCTIONS)
            found.setdefault(scope.id if scope is not None else None, []).append(Source(given.value))
    return {scope: Gathered(sources) for scope, sources in found.items()}


@once
def _declared(asked: tuple[str, Node], module: Module) -> Gathered:
    """Return what a parameter is where it is not given, by its name and where it is declared."""
    name, declared = asked
    default = placed(declared)
    # click fills the parameters that options are called
    return _options(name, module) if default is None else Gathered([Source(default.value)])


def _of_attribute(node: Node, looked_up: str, name: str, holder: str, module: Module) -> Iterator[_Part]:
    own = around(node, "class_definition")
    place = own.id if own is not None else None
    if holder in ("self", "cls"):
        yield _assigned_in_classes(name, module).get((looked_up, place), _NOTHING), 0, None
        yield _class_attributes(name, module).get(place, _NOTHING), 0, None
        return
    yield _options(name, module), 0, None
    if holder == "self.hparams":  # what Lightning's save_hyperparameters() saves
        yield _defaults_in_classes(name, module).get(place, _NOTHING), 0, None
    yield _assigned(name, module).get(looked_up, _NOTHING), 0, None
    by_class = _class_attributes(name, module)
    if len(by_class) == 1:  # of two classes with such an attribute, nobody knows which it is
        yield next(iter(by_class.values())), 0, None


@once
def _assigned(name: str, module: Module) -> dict[str | None, Gathered]:
    """Return what is assigned to each attribute that ``name`` is the last part of, by the whole as ``read`` has it."""
    return _by_key((read(place.parent), found) for place, found in _given(name, module) if found.form == "assignment")


@once
def _assigned_in_classes(name: str, module: Module) -> dict[tuple[str | None, int | None], Gathered]:
    """Return the same, by the whole and the id of the class around it."""
    return _by_key(
        ((read(place.parent), _class_of(place)), found)
        for place, found in _given(name, module)
        if found.form == "assignment"
    )


@once
def _defaults_in_classes(name: str, module: Module) -> dict[int | None, Gathered]:
    """Return the defaults of the parameters ``name``, by the id of the class around them."""
    return _by_key(
        (_class_of(place), found) for place, found in _given(name, module) if found.form == "parameter-default"
    )


@once
def _class_attributes(name: str, module: Module) -> dict[int | None, Gathered]:
    """Return what a class declares ``name`` to be in the end, by the id of the class."""
    last = {
        _class_of(place): found
        for place, found in _given(name, module)
        if found.form in ("class-attribute", "field-default")
    }
    return _by_key((inside, found) for inside, found in last.items() if inside is not None)


def _of_entry(node: Node, looked_up: str, name: str, module: Module) -> Iterator[_Part]:
    yield _entries(name, module).get(looked_up, _NOTHING), 0, None
    default = fallback(node) if node.type == "call" else None
    if default is not None:
        yield Gathered([Source(default)]), 0, None


@once
def _entries(name: str, module: Module) -> dict[str | None, Gathered]:
    """Return what each entry ``name`` of something is given, by the whole as ``read`` has it."""

    def entries() -> Iterator[tuple[str | None, Placed]]:
        for place in module.words({name}):
            found = placed(place) if place.type == "string_content" else None
            string_node = place.parent
            if found is None or string_node is None:
                continue
            if found.form == "assignment":
                yield read(string_node.parent), found
            elif found.form == "dict-entry" and found.holder is not None:
                holder = _made_for(found.holder)
                yield None if holder is None else f"{holder}[{name}]", found

    return _by_key(entries())


def _made_for(made: Node) -> str | None:
    """Return what the dict ``made`` is assigned to."""
    above = made.parent
    return read(above.child_by_field_name("left")) if above is not None and above.type == "assignment" else None


def _given(name: str, module: Module) -> Iterator[tuple[Node, Placed]]:
    """Yield each place at which the identifier ``name`` is given a value."""
    for place in module.words({name}):
        found = placed(place) if place.type == "identifier" else None
        if found is not None:
            yield place, found


def _class_of(node: Node) -> int | None:
    definition = around(node, "class_definition")
    return definition.id if definition is not None else None


def _by_key(found: Iterable[tuple[_Key, Placed]]) -> dict[_Key, Gathered]:
    gathered: dict[_Key, list[Source]] = {}
    for key, each in found:
        gathered.setdefault(key, []).append(Source(each.value))
    return {key: Gathered(sources) for key, sources in gathered.items()}


@once
def _options(name: str, module: Module) -> Gathered:
    """Return the definitions of the option of a command line that is called ``name``."""
    found: dict[int, Source] = {}
    for word in module.words({name, f"--{name}", f"--{name.replace('_', '-')}", f"-{name}"}):
        call = around(word, "call") if word.type == "string_content" else None
        if call is None or call.id in found or last_name(call.child_by_field_name("function")) not in _OPTION_CALLS:
            continue
        listed = call.child_by_field_name("arguments")
        if listed is not None and _names(listed, name):
            found[call.id] = Source(keyword(listed, "default"), listed)
    return Gathered(found.values())


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
