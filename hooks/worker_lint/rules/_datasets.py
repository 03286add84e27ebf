"""The dataset classes of a Python file, and what their methods do."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass, field
from worker_lint.locate.descent import node_at
from worker_lint.locate.forms import text_of
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex
from worker_lint.rules._names import matched, own_attribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

    from worker_lint.locate.module import Module

_CLASS = regex(rb"class[ \t]+(\w+)[ \t]*\(")
_INHERITS = regex(rb"class[ \t]+\w+[ \t]*\((?:[^()#]|#[^\n]*\n|\([^()]*\))*?Dataset")
_RENAMED = regex(rb"Dataset[\s\\]+as\b")
"""One of them stands in a file with a class that inherits from a dataset."""
_OWN_SETTING = regex(rb"\bself\s*\.\s*(\w+)\s*(?::[^=\n]*)?=(?!=)")
_OWN_NAME = regex(rb"\b(?:self|cls)\s*\.\s*(\w+)")
_ITERABLE = regex(r"torch\.utils\.data\.(?:dataset\.)?(?:Iterable|Chain)Dataset")
_MAP = regex(r"torch\.utils\.data\.(?:dataset\.)?\w*Dataset")
_NEUTRAL = frozenset({"object", "abc.ABC", "typing.Generic", "typing.Protocol", "ABC", "Generic"})
_OTHER_WORKERS = regex(r"(?:tensorflow|tf|datasets|mindspore|mxnet|keras|ray|netCDF4|grain|h5py)\.")
"""The packages whose datasets no torch loader reads."""
_WORKER = regex(rb"(?i)worker|split_dataset_by_node")


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


def own_names(function: Node) -> list[str]:
    """Return every name that ``function`` takes from ``self``, or from its class, as often as it does."""
    return [name.decode("utf-8", "replace") for name in _OWN_NAME.findall(function.text or b"")]


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


@lru_cache(maxsize=1)
def datasets_in(module: Module) -> Mapping[str, DatasetClass]:
    """Return the dataset classes of ``module`` by name.

    A class is one where it inherits from something that is called ``...Dataset``, itself or through other classes of
    the file. Of two that have the same name, as in a notebook, the last counts.
    """
    # To look at the bytes first is many times faster than to look at every class, and may spare the tree.
    code = module.code
    if b"Dataset" not in code or not (_INHERITS.search(code) or _RENAMED.search(code)):
        return {}
    classes: dict[str, Node] = {}
    for match in _CLASS.finditer(code):
        name = node_at(module.root, *match.span(1))
        if name is not None and name.parent is not None and name.parent.type == "class_definition":
            classes[text_of(name)] = name.parent
    found = {name: _described(name, classes, module) for name in classes}
    return {name: dataset for name, dataset in found.items() if dataset is not None}


def _described(name: str, classes: Mapping[str, Node], module: Module) -> DatasetClass | None:
    """Return the class ``name`` as a dataset, or None where nothing that it inherits from is one."""
    line: dict[str, Node] = {}
    others: list[str] = []
    waiting = [name]
    while waiting:
        current = waiting.pop(0)
        if current in line:
            continue
        line[current] = classes[current]
        for base in _bases(classes[current]):
            if text_of(base) in classes:
                waiting.append(text_of(base))
            else:
                others.append(_resolved(base, module))
    if not any(_is_dataset(other) for other in others):
        return None
    methods: dict[str, Node] = {}
    for definition in line.values():
        for method in _methods(definition):
            methods.setdefault(text_of(method.child_by_field_name("name")), method)
    iterable = any(_ITERABLE.fullmatch(other) for other in others)
    whole = all(_ITERABLE.fullmatch(other) or _MAP.fullmatch(other) or other in _NEUTRAL for other in others)
    return DatasetClass(name, classes[name], iterable, whole, methods)


def _is_dataset(dotted: str) -> bool:
    return dotted.rpartition(".")[2].endswith("Dataset") and not _OTHER_WORKERS.match(dotted)


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
