"""What of a loader's arguments no process can pickle: found as far as one file shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.rules._dataset_uses import dataset_argument
from worker_lint.rules._datasets import datasets_in, own_settings
from worker_lint.rules._names import definitions, parameters, values_of, within
from worker_lint.rules._once import once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.rules._datasets import DatasetClass

Error = Literal["PicklingError or AttributeError", "TypeError"]

_WORKERS_CALL = ("collate_fn", "worker_init_fn")
"""Arguments of a loader that its workers call."""
_KEPT = frozenset({"transform", "transforms", "target_transform", "pre_transform", "pre_filter", "loader"})
"""Arguments that the datasets of torchvision, MONAI, TorchIO and PyG keep as they are."""
_HOLDERS = frozenset(
    {"Compose", "Lambda", "Lambdad", "LambdaD", "LambdaDict", "RandomApply", "RandomChoice", "RandomOrder", "OneOf"}
)
"""Transforms that keep the functions that they are given."""
_WRAPPERS = frozenset({"Subset", "random_split", "ConcatDataset", "ChainDataset"})
"""Callables whose first argument is the dataset, or a list of them."""
_HANDLES = {
    "threading.Lock": "a lock",
    "threading.RLock": "a lock",
    "threading.Condition": "a condition",
    "threading.Event": "an event",
    "open": "an open file",
    "io.open": "an open file",
    "gzip.open": "an open file",
    "h5py.File": "an open HDF5 file",
    "lmdb.open": "an LMDB environment",
    "sqlite3.connect": "a connection to SQLite",
    "socket.socket": "a socket",
    "zipfile.ZipFile": "an open archive",
    "tarfile.open": "an open archive",
}
"""What can be made and not pickled, by what makes it."""
_PICKLES_ITSELF = frozenset({"__getstate__", "__reduce__", "__reduce_ex__"})
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Unpicklable:
    """An expression that gives a loader something that cannot be pickled."""

    node: Node
    what: str
    """A noun phrase: "a lambda"."""
    role: str
    """What it is to the loader: "collate_fn", "part of the dataset"."""
    error: Error = "PicklingError or AttributeError"


def unpicklable(call: Node, module: Module) -> Iterator[Unpicklable]:
    """Yield everything that the loader's ``call`` is given for its workers and that cannot be pickled."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return
    for option in _WORKERS_CALL:
        given = keyword(arguments, option)
        for node, what in _functions(given, module) if given is not None else ():
            yield Unpicklable(node, what, option)
    dataset = dataset_argument(call)
    for made in _makers(dataset, module) if dataset is not None else ():
        yield from _of_dataset(made, module)


def _functions(expression: Node, module: Module, steps: int = _MOST_STEPS) -> Iterator[tuple[Node, str]]:
    """Yield each function without a name of its own in a module that ``expression`` may be, with what it is."""
    expression = unwrapped(expression)
    if steps == 0:
        return
    match expression.type:
        case "lambda":
            yield expression, "a lambda"
        case "conditional_expression":
            for branch in (expression.named_children[0], expression.named_children[-1]):
                yield from _functions(branch, module, steps - 1)
        case "call":
            arguments = expression.child_by_field_name("arguments")
            if last_name(expression.child_by_field_name("function")) == "partial" and arguments is not None:
                for first in arguments.named_children[:1]:
                    yield from _functions(first, module, steps - 1)
            else:
                yield from _closure(expression, module)
        case "identifier":
            definition = local_definition(expression, module)
            if definition is None:
                for value in values_of(expression, module):
                    yield from _functions(value, module, steps - 1)
            elif definition.type == "function_definition":
                yield expression, f"{text_of(expression)}, a function within {_outer(definition)}"


def _closure(call: Node, module: Module) -> Iterator[tuple[Node, str]]:
    """Yield ``call`` where it is of a function of the file that can only return functions within itself."""
    function = call.child_by_field_name("function")
    maker = _module_function(function, module) if function is not None and function.type == "identifier" else None
    if maker is None:
        return
    returned = [
        unwrapped(value)
        for statement in within(maker, "return_statement")
        if around(statement, "function_definition") == maker
        for value in statement.named_children[:1]
    ]
    inner = {
        text_of(each.child_by_field_name("name"))
        for each in within(maker, "function_definition")
        if around(each, "function_definition") == maker
        and each.parent is not None
        and each.parent.type != "decorated_definition"
    }
    if returned and all(value.type == "lambda" or text_of(value) in inner for value in returned):
        yield call, f"the function within {text_of(function)}() that it returns"


def _module_function(name: Node, module: Module) -> Node | None:
    """Return the only definition of the function ``name`` in the file, if it stands in the module itself."""
    found = [node for node, scope in _definitions(text_of(name), module) if scope is None]
    plain = [each for each in found if each.type == "function_definition" and each.parent == module.root]
    return plain[0] if len(found) == len(plain) == 1 else None


def local_definition(name: Node, module: Module) -> Node | None:
    """Return the function or class that the name ``name`` stands for, where it is defined within a function."""
    scope = around(name, "function_definition", "lambda")
    found = _definitions(text_of(name), module) if scope is not None else []
    while scope is not None:
        here = [definition for definition, outer in found if outer == scope]
        if here:
            return here[-1]
        if scope.type == "function_definition" and text_of(name) in parameters(scope):
            return None
        scope = around(scope, "function_definition", "lambda")
    return None


@once
def _definitions(name: str, module: Module) -> list[tuple[Node, Node | None]]:
    """Return each function and class called ``name`` with the function in whose own scope it is; None the module."""
    found = (
        (each, around(each, "function_definition", "class_definition"))
        for each in definitions(name, module.root, module)
    )
    return [(each, outer) for each, outer in found if outer is None or outer.type == "function_definition"]


def _outer(definition: Node) -> str:
    outer = around(definition, "function_definition")
    return f"{text_of(outer.child_by_field_name('name'))}()" if outer is not None else "a function"


def _makers(expression: Node, module: Module, steps: int = _MOST_STEPS) -> Iterator[Node]:
    """Yield each call that may make the dataset that ``expression`` is, as far as names tell."""
    expression = unwrapped(expression)
    if steps == 0:
        return
    if expression.type == "call":
        arguments = expression.child_by_field_name("arguments")
        if last_name(expression.child_by_field_name("function")) not in _WRAPPERS:
            yield expression
        elif arguments is not None and arguments.named_children:
            first = unwrapped(arguments.named_children[0])
            for each in first.named_children if first.type in ("list", "tuple") else [first]:
                yield from _makers(each, module, steps - 1)
    elif expression.type == "conditional_expression":
        for branch in (expression.named_children[0], expression.named_children[-1]):
            yield from _makers(branch, module, steps - 1)
    else:
        for value in values_of(expression, module):
            yield from _makers(value, module, steps - 1)


def _of_dataset(made: Node, module: Module) -> Iterator[Unpicklable]:
    """Yield what makes the dataset that the call ``made`` returns unpicklable."""
    function = made.child_by_field_name("function")
    if function is None:
        return
    known = datasets_in(module).get(text_of(function))
    if known is not None and _PICKLES_ITSELF & known.methods.keys():
        return
    local = local_definition(function, module) if function.type == "identifier" else None
    if local is not None and local.type == "class_definition":
        if not any(b"def " + each.encode() in (local.text or b"") for each in _PICKLES_ITSELF):
            what = f"{text_of(function)}, a class within {_outer(local)}"
            yield Unpicklable(function, what, "the class of the dataset")
        return
    if local is None and last_name(function)[:1].isupper():
        for name, given in _kept(made, known):
            for node, what in _held(given, module):
                yield Unpicklable(node, what, f"{name} of the dataset")
    if known is not None:
        yield from _own(known, module)


def _kept(made: Node, known: DatasetClass | None) -> Iterator[tuple[str, Node]]:
    """Yield each argument of ``made`` that the dataset keeps, with its name."""
    arguments = made.child_by_field_name("arguments")
    init = known.methods.get("__init__") if known is not None else None
    names = parameters(init)[1:] if init is not None else []
    stored = {text_of(value) for _, value in own_settings([init])} if init is not None else _KEPT
    index = 0
    for argument in arguments.named_children if arguments is not None else ():
        if argument.type == "keyword_argument":
            name, value = text_of(argument.child_by_field_name("name")), argument.child_by_field_name("value")
        elif argument.type == "comment":
            continue
        else:
            name, value = names[index] if index < len(names) else "", argument
            index += 1
        if value is not None and name in stored:
            yield name, value


def _held(expression: Node, module: Module, steps: int = _MOST_STEPS) -> Iterator[tuple[Node, str]]:
    """Yield the functions that cannot be pickled which ``expression``, a transform or several, keeps."""
    expression = unwrapped(expression)
    if steps == 0:
        return
    if expression.type in ("list", "tuple"):
        for each in expression.named_children:
            yield from _held(each, module, steps)
    elif expression.type == "call" and last_name(expression.child_by_field_name("function")) in _HOLDERS:
        arguments = expression.child_by_field_name("arguments")
        for argument in arguments.named_children if arguments is not None else ():
            value = argument.child_by_field_name("value") if argument.type == "keyword_argument" else argument
            if value is not None:
                yield from _held(value, module, steps)
    elif expression.type == "identifier" and local_definition(expression, module) is None:
        for value in values_of(expression, module):
            yield from _held(value, module, steps - 1)
    else:
        yield from _functions(expression, module, steps)


def _own(dataset: DatasetClass, module: Module) -> Iterator[Unpicklable]:
    """Yield what the dataset itself sets on ``self`` while it is made, and leaves there."""
    last = dict(own_settings(dataset.building))
    deleted = b"".join(function.text or b"" for function in dataset.building)
    for name, value in last.items():
        if b"del self." + name.encode() in deleted:
            continue
        role = f"self.{name} of the dataset"
        if value.type == "generator_expression":
            yield Unpicklable(value, "a generator", role, "TypeError")
        elif value.type == "call" and module.callee(value) in _HANDLES:
            yield Unpicklable(value, _HANDLES[module.callee(value) or ""], role, "TypeError")
        elif value.type in ("lambda", "conditional_expression", "identifier", "list", "tuple", "call"):
            for node, what in _held(value, module):
                yield Unpicklable(node, what, role)
