"""The dataset classes of a Python file, what their methods do, and the loaders of the file that read them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.descent import node_at
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

    from worker_lint.locate.module import Module
    from worker_lint.site import Document, Group, Value

_CLASS = re.compile(rb"class[ \t]+(\w+)[ \t]*\(")
_OWN_SETTING = re.compile(rb"\bself\s*\.\s*(\w+)\s*(?::[^=\n]*)?=(?!=)")
_OWN_NAME = re.compile(rb"\b(?:self|cls)\s*\.\s*(\w+)")
_ITERABLE = re.compile(r"torch\.utils\.data\.(?:dataset\.)?(?:Iterable|Chain)Dataset")
_MAP = re.compile(r"torch\.utils\.data\.(?:dataset\.)?\w*Dataset")
_NEUTRAL = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol", "ABC", "Generic"})
_OTHER_WORKERS = re.compile(r"(?:tensorflow|tf|datasets|mindspore|mxnet|keras|ray|netCDF4|grain|h5py)\.")
"""The packages whose datasets no torch loader reads."""
_WORKER = re.compile(rb"(?i)worker|split_dataset_by_node")
_WRAPPERS = frozenset({"Subset", "random_split"})
"""Callables whose first argument is the dataset that is read."""
_MOST_STEPS = 4
"""Names that a dataset is followed through on its way to the loader."""


@dataclass(frozen=True, slots=True, eq=False)
class DatasetClass:
    """A class of the file whose instances a loader can read."""

    name: str
    node: Node
    iterable: bool
    """Whether it is a torch ``IterableDataset``: each worker runs all of ``__iter__``."""
    whole: bool
    """Whether every class that it inherits from is in the file, or torch's own: nothing else can be in it."""
    methods: Mapping[str, Node]
    """The functions that it has, those of its bases in the same file too."""
    _reached: dict[tuple[str, ...], tuple[Node, ...]] = field(default_factory=dict)

    def reached(self, *names: str) -> tuple[Node, ...]:
        """Return the methods ``names`` that there are, and every other that they name on ``self``, each once."""
        if names in self._reached:
            return self._reached[names]
        found: dict[str, Node] = {}
        waiting = [name for name in names if name in self.methods]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found[name] = self.methods[name]
                waiting += [used for used in own_names(found[name]) if used in self.methods]
        self._reached[names] = tuple(found.values())
        return self._reached[names]

    @property
    def reading(self) -> tuple[Node, ...]:
        """The methods that run in a worker for each sample."""
        return self.reached("__getitem__", "__getitems__", "__iter__", "__next__")

    @property
    def building(self) -> tuple[Node, ...]:
        """The methods that run in the main process, before any worker starts."""
        return self.reached("__init__", "__post_init__")


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A call of a loader that reads an instance of a dataset of the file."""

    group: Group
    call: Node
    """The loader's."""
    dataset: DatasetClass
    instance: Node
    """The call that makes the instance."""


def own_names(function: Node) -> list[str]:
    """Return every name that ``function`` takes from ``self``, or from its class, as often as it does."""
    return [name.decode("utf-8", "replace") for name in _OWN_NAME.findall(function.text or b"")]


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


def own_settings(functions: Iterable[Node]) -> Iterator[tuple[str, Node]]:
    """Yield each attribute of ``self`` that ``functions`` assign to, with the expression that it is given."""
    for function in functions:
        for place in matched(function, _OWN_SETTING):
            assignment = place.parent.parent if place.parent is not None else None
            if assignment is None or assignment.type != "assignment":
                continue
            name = own_attribute(assignment.child_by_field_name("left"))
            value: Node | None = assignment
            while value is not None and value.type == "assignment":  # self.a = self.b = value
                value = value.child_by_field_name("right")
            if name is not None and value is not None:
                yield name, unwrapped(value)


def matched(function: Node, pattern: re.Pattern[bytes]) -> Iterator[Node]:
    """Yield the name at the first group of each match of ``pattern`` in ``function``, but none in a comment or string.

    To look at the bytes first is many times faster than to look at every node.
    """
    for match in pattern.finditer(function.text or b""):
        start, end = match.span(1)
        node = node_at(function, function.start_byte + start, function.start_byte + end)
        if node is not None and node.type == "identifier":
            yield node


@lru_cache(maxsize=1)
def datasets_in(module: Module) -> Mapping[str, DatasetClass]:
    """Return the dataset classes of ``module`` by name.

    A class is one where it inherits from something that is called ``...Dataset``, itself or through other classes of
    the file. Of two that have the same name, as in a notebook, the last counts.
    """
    if b"Dataset" not in module.code:
        return {}
    classes: dict[str, Node] = {}
    for match in _CLASS.finditer(module.code):
        name = node_at(module.root, *match.span(1))
        if name is not None and name.parent is not None and name.parent.type == "class_definition":
            classes[text_of(name)] = name.parent
    found = {name: _described(name, classes, module) for name in classes}
    return {name: dataset for name, dataset in found.items() if dataset is not None}


def _described(name: str, classes: Mapping[str, Node], module: Module) -> DatasetClass | None:
    """Return the class ``name`` as a dataset, or None where nothing that it inherits from is one."""
    iterable = is_dataset = False
    whole = True
    methods: dict[str, Node] = {}
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        for method in _methods(classes[current]):
            methods.setdefault(text_of(method.child_by_field_name("name")), method)
        for base in _bases(classes[current]):
            if text_of(base) in classes:
                waiting.append(text_of(base))
                continue
            dotted = _resolved(base, module)
            iterable = iterable or bool(_ITERABLE.fullmatch(dotted))
            is_dataset = is_dataset or (
                dotted.rpartition(".")[2].endswith("Dataset") and not _OTHER_WORKERS.match(dotted)
            )
            whole = whole and bool(_ITERABLE.fullmatch(dotted) or _MAP.fullmatch(dotted) or dotted in _NEUTRAL)
    return DatasetClass(name, classes[name], iterable, whole, methods) if is_dataset else None


def _resolved(base: Node, module: Module) -> str:
    """Return the dotted name of a base class; a bare ``Dataset`` of unknown origin is taken for torch's."""
    dotted = module.dotted(base) or text_of(base)
    if dotted in ("Dataset", "IterableDataset") and dotted not in module.imports.names:
        foreign = [star for star in module.imports.stars if not star.startswith("torch")]
        return dotted if foreign else f"torch.utils.data.{dotted}"
    return dotted


def _bases(definition: Node) -> Iterator[Node]:
    """Yield the expressions of a class's bases; ``Dataset[int]`` is ``Dataset``."""
    listed = definition.child_by_field_name("superclasses")
    for base in listed.named_children if listed is not None else ():
        if base.type == "subscript":
            inner = base.child_by_field_name("value")
            if inner is not None:
                yield inner
        elif base.type not in ("comment", "keyword_argument"):
            yield base


def _methods(definition: Node) -> Iterator[Node]:
    """Yield the functions that a class itself defines; of two with one name the last."""
    body = definition.child_by_field_name("body")
    found: dict[str, Node] = {}
    for statement in body.named_children if body is not None else ():
        inner = statement.child_by_field_name("definition") if statement.type == "decorated_definition" else statement
        if inner is not None and inner.type == "function_definition":
            found[text_of(inner.child_by_field_name("name"))] = inner
    yield from found.values()


@lru_cache(maxsize=1)
def _uses(module: Module, groups: tuple[Group, ...]) -> tuple[Use, ...]:
    datasets = datasets_in(module)
    found: list[Use] = []
    for group in groups if datasets else ():
        if group.loader is None or group.kind != "call":
            continue
        call = module.node(group.start, group.end)
        given = dataset_argument(call) if call is not None else None
        if call is None or given is None:
            continue
        for instance in _instances(given, module, datasets):
            dataset = datasets[text_of(instance.child_by_field_name("function"))]
            found.append(Use(group, call, dataset, instance))
    return tuple(found)


def uses_of(document: Document) -> tuple[Use, ...]:
    """Return each loader of ``document`` with the dataset of the same file that it reads, where that is clear."""
    return _uses(document.module, document.groups) if document.module is not None else ()


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


def _assigned(target: Node, region: Node, module: Module) -> Iterator[tuple[Node, Node]]:
    """Yield each place of ``region`` that assigns to ``target``, a name or ``self.name``, with the value."""
    written = text_of(target)
    last = written.rpartition(".")[2]
    for found in named(last, region, module):
        if found.parent is None:
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
    word = name.encode()
    start = module.code.find(word, region.start_byte, region.end_byte) if word else -1
    while start >= 0:
        end = start + len(word)
        found = node_at(module.root, start, end)
        if found is not None and found.type == "identifier" and (found.start_byte, found.end_byte) == (start, end):
            yield found
        start = module.code.find(word, end, region.end_byte)


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


def may_exceed(group: Group, workers: int) -> bool:
    """Return whether the loader of ``group`` may be given more than ``workers`` workers."""
    count = group.count
    if count is None:
        return False

    def may(value: Value) -> bool:
        if value.kind in ("null", "string", "boolean", "float"):
            return False
        return value.number is None or value.number > workers

    return any(may(value) for value in group.count_values) if group.count_values else may(count)


def uses_with_workers(document: Document, dataset: DatasetClass) -> list[Use] | None:
    """Return the loaders of ``document`` that read ``dataset`` with what may be one worker or more.

    Empty where none of the file's loaders is known to read it, but one of them, or one elsewhere, may; None where the
    file has loaders that could, and all of them have no workers.
    """
    uses = [use for use in uses_of(document) if use.dataset is dataset]
    groups = [use.group for use in uses] or [g for g in document.groups if g.loader is not None and g.kind == "call"]
    if groups and not any(may_exceed(group, 0) or (group.count is None and group.open) for group in groups):
        return None
    return [use for use in uses if may_exceed(use.group, 0)]


def in_words(group: Group) -> str:
    """Return how many workers the loader of ``group`` has, as messages say it."""
    count = group.count
    if count is None or group.loader is None:
        return "no workers"
    if count.number is not None:
        return f"{count.number} worker{'' if count.number == 1 else 's'}"
    return f"{group.loader.count}={' '.join(count.text.split())}"


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
    for name in named(last_name(expression), region, module):
        above = name.parent
        if above is None or name != above.child_by_field_name(
            "name" if above.type == "function_definition" else "left"
        ):
            continue
        if above.type == "function_definition":
            found.append(above)
        elif above.type == "assignment" and (right := above.child_by_field_name("right")) is not None:
            found += [right] if right.type == "lambda" else []
    return found


def speaks_of_workers(dataset: DatasetClass, module: Module) -> bool:
    """Return whether a name or a string in ``dataset`` has to do with workers; comments and docstrings may."""
    return any(_names_workers(part, module) for part in (dataset.node, *dataset.methods.values()))


def _names_workers(part: Node, module: Module) -> bool:
    for match in _WORKER.finditer(part.text or b""):
        node = node_at(module.root, part.start_byte + match.start(), part.start_byte + match.end())
        string = node.parent if node is not None else None
        if node is None or node.type == "comment":
            continue
        if node.type != "string_content" or string is None or string.parent is None:
            return True
        if string.parent.type != "expression_statement":  # which is a docstring
            return True
    return False


def sets_up(use: Use, attribute: str, module: Module) -> bool:
    """Return whether the ``worker_init_fn`` of a loader may set ``attribute`` of the dataset in each worker anew."""
    functions = functions_given(use.call, "worker_init_fn", module)
    return functions is None or any(
        re.search(rf"\bdataset\b|\b{re.escape(attribute)}\b", text_of(function)) for function in functions
    )
