"""The loaders of a Python file that read a dataset of the same file."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped
from worker_lint.rules._datasets import datasets_in
from worker_lint.rules._loader_counts import may_exceed
from worker_lint.rules._names import functions_named, parameters, values_of, within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document, Group

_WRAPPERS = frozenset({"Subset", "random_split"})
"""Callables whose first argument is the dataset that is read."""
_MOST_STEPS = 4
"""Names that a dataset is followed through on its way to the loader."""


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A call of a loader that reads an instance of a dataset of the file."""

    group: Group
    call: Node
    """The loader's."""
    dataset: DatasetClass
    instance: Node
    """The call that makes the instance."""


@lru_cache(maxsize=1)
def uses_of(document: Document) -> tuple[Use, ...]:
    """Return each loader of ``document`` with the dataset of the same file that it reads, where that is clear."""
    module = document.module
    datasets = datasets_in(module) if module is not None else {}
    if module is None or not datasets:
        return ()
    found: list[Use] = []
    for group in document.loaders:
        call = module.node(group.start, group.end)
        given = dataset_argument(call) if call is not None else None
        if call is None or given is None:
            continue
        for instance in _instances(given, module, datasets):
            dataset = datasets[text_of(instance.child_by_field_name("function"))]
            found.append(Use(group, call, dataset, instance))
    return tuple(found)


@lru_cache(maxsize=1)
def _uses_by_dataset(document: Document) -> dict[DatasetClass, list[Use]]:
    found: dict[DatasetClass, list[Use]] = {}
    for use in uses_of(document):
        found.setdefault(use.dataset, []).append(use)
    return found


def uses_with_workers(document: Document, dataset: DatasetClass) -> list[Use] | None:
    """Return the loaders of ``document`` that read ``dataset`` with what may be one worker or more.

    Empty where none of the file's loaders is known to read it, but one of them, or one elsewhere, may; None where the
    file has loaders that could, and all of them have no workers.
    """
    uses = _uses_by_dataset(document).get(dataset, [])
    if not uses:
        return [] if not document.loaders or _has_workers(document) else None
    if not any(_may_have_workers(use.group) for use in uses):
        return None
    return [use for use in uses if may_exceed(use.group, 0)]


@lru_cache(maxsize=1)
def _has_workers(document: Document) -> bool:
    return any(_may_have_workers(group) for group in document.loaders)


def _may_have_workers(group: Group) -> bool:
    return may_exceed(group, 0) or (group.count is None and group.open)


def dataset_argument(call: Node) -> Node | None:
    """Return what a loader's ``call`` is given to read: its first argument, or ``dataset=``."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None or last_name(call.child_by_field_name("function")) == "partial":
        return None
    first = next((child for child in arguments.named_children if child.type != "comment"), None)
    if first is not None and first.type not in ("keyword_argument", "dictionary_splat", "list_splat"):
        return first
    return keyword(arguments, "dataset")


def _instances(
    expression: Node, module: Module, datasets: Mapping[str, DatasetClass], steps: int = _MOST_STEPS
) -> list[Node]:
    """Return the calls of classes of ``datasets`` that ``expression`` may stand for, as far as names tell."""
    expression = unwrapped(expression)
    if steps == 0:
        return []
    if expression.type == "call":
        name = last_name(expression.child_by_field_name("function"))
        if text_of(expression.child_by_field_name("function")) in datasets:
            return [expression]
        arguments = expression.child_by_field_name("arguments")
        if name in _WRAPPERS and arguments is not None and arguments.named_children:
            return _instances(arguments.named_children[0], module, datasets, steps - 1)
        return []
    if expression.type == "conditional_expression":
        branches = (expression.named_children[0], expression.named_children[-1])
        return [found for branch in branches for found in _instances(branch, module, datasets, steps - 1)]
    return [
        found for value in values_of(expression, module) for found in _instances(value, module, datasets, steps - 1)
    ]


def passed(value: Node, use: Use) -> Node | None:
    """Return what the instance of ``use`` is made with where ``value`` is a parameter of ``__init__``, else ``value``.

    That is the argument, or the parameter's default; None where neither can be told.
    """
    function = around(value, "function_definition")
    if value.type != "identifier" or function is None or text_of(value) not in parameters(function):
        return value
    arguments = use.instance.child_by_field_name("arguments")
    if function != use.dataset.methods.get("__init__") or arguments is None:
        return None
    given = [argument for argument in arguments.named_children if argument.type != "comment"]
    if any(argument.type in ("list_splat", "dictionary_splat") for argument in given):
        return None
    named = keyword(arguments, text_of(value))
    positional = [argument for argument in given if argument.type != "keyword_argument"]
    index = parameters(function).index(text_of(value)) - 1
    if named is not None or 0 <= index < len(positional):
        return named if named is not None else positional[index]
    return next(
        (
            parameter.child_by_field_name("value")
            for parameter in within(function, "default_parameter", "typed_default_parameter")
            if text_of(parameter.child_by_field_name("name")) == text_of(value)
        ),
        None,
    )


def functions_given(call: Node, option: str, module: Module) -> list[Node] | None:
    """Return the functions and lambdas of the file that a loader's ``call`` is given as ``option``.

    Empty where it is given none; None where it may be given one that stands elsewhere.
    """
    arguments = call.child_by_field_name("arguments")
    if arguments is None or any(child.type == "dictionary_splat" for child in arguments.named_children):
        return None
    given = keyword(arguments, option)
    if given is None or given.type == "none":
        return []
    return functions_named(given, module) or None


def sets_up(use: Use, attribute: str, module: Module) -> bool:
    """Return whether the ``worker_init_fn`` of a loader may set ``attribute`` of the dataset in each worker anew."""
    functions = functions_given(use.call, "worker_init_fn", module)
    return functions is None or any(
        re.search(rf"\bdataset\b|\b{re.escape(attribute)}\b", text_of(function)) for function in functions
    )
