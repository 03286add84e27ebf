"""# loader-mutated-after-init (WL406)

## What it does

Finds attributes of a torch `DataLoader` that are set after it was built, where that raises: `dataset`, `batch_size`,
`batch_sampler`, `sampler`, `drop_last` and `persistent_workers` always do, `num_workers` where the loader was built
without workers. The loader must be built in the same function, at the top of the same file, or as an attribute in the
same class, from a call that is known to return one.

## Why is this bad?

What a loader is made of is settled when it is built:

    ValueError: dataset attribute should not be set after DataLoader is initialized

`num_workers` can be set, but where it was 0 the loader has no `prefetch_factor` (since torch 2.0), and fails at its
next iteration:

    TypeError: '<=' not supported between instances of 'NoneType' and 'int'

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset)
loader.num_workers = 2
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=2)
```

## Fix safety

There is no fix: the call that builds the loader has to be written anew, and what used the loader before may need the
old one.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__setattr__`
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.finding import Related, Severity
from worker_lint.locate.descent import node_at
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.locate.scopes import scope_of
from worker_lint.regex import regex
from worker_lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Value

_SEALED = frozenset({"dataset", "batch_size", "batch_sampler", "sampler", "drop_last", "persistent_workers"})
"""What ``DataLoader.__setattr__`` refuses to set."""
_LOADERS = frozenset(
    {
        "torch.utils.data.DataLoader",
        "monai.data.DataLoader",
        "monai.data.ThreadDataLoader",
        "torch_geometric.loader.DataLoader",
        "torch_geometric.loader.NeighborLoader",
        "dgl.dataloading.GraphDataLoader",
    }
)
"""torch's loader, and those that are made from it."""
_SHORT = 40
"""Characters of a value that the help shows."""
_BINDERS = ("for_statement", "pattern_list", "as_pattern_target", "parameters", "default_parameter", "typed_parameter")
"""What may give a name another value than an assignment does."""
_NAME_BEFORE = regex(rb"[\w\x80-\xff]+\Z")
_LONGEST = 200
"""Bytes of a name in front of what is set that tell whether it may be a loader's."""
_SETTING = regex(rb"\.(" + "|".join(sorted(_SEALED)).encode() + rb"|num_workers)[ \t]*=(?!=)")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each attribute that a loader does not let be set, or breaks with."""
    module = document.module
    built = {
        (group.start, group.end): group
        for group in document.groups
        if group.kind == "call" and group.loader is not None and group.loader.name in _LOADERS
    }
    if module is None or not built:
        return
    settings = list(_SETTING.finditer(module.code))
    names = _names(built, module) if settings else set()
    written = {name.rpartition(".")[2].encode() for name in names}
    builders = _Built(built, module)
    for match in settings:
        before = _NAME_BEFORE.search(module.code, max(0, match.start() - _LONGEST), match.start())
        if before is not None and len(before[0]) < _LONGEST and before[0] not in written:
            continue
        node = node_at(module.root, *match.span(1))
        target = node.parent if node is not None else None
        setting = target.parent if target is not None else None
        if target is None or setting is None or setting.type != "assignment":
            continue
        if setting.child_by_field_name("left") != target:
            continue
        name, loader = match[1].decode(), text_of(target.child_by_field_name("object"))
        if loader not in names:
            continue
        group = builders.of(loader, target)
        value = setting.child_by_field_name("right")
        certain = name in _SEALED
        if group is None or value is None or not (certain or _gets_workers(group, module.value(value))):
            continue
        if certain:
            says = f"{loader} is a DataLoader that is built already, and setting its {name} raises ValueError"
        else:
            says = f"{loader} was built without workers, and with another num_workers it raises TypeError when iterated"
        text = text_of(value)
        yield RULE.finding(
            module.value(target),
            says,
            f"build {loader} with {name}={text}" if len(text) <= _SHORT else f"build {loader} with that {name}",
            group=group,
            severity=Severity.ERROR if certain else None,
            related=(Related(document.source.path, document.source.position(group.start), f"{loader} is built here"),),
        )


def _names(built: Iterable[tuple[int, int]], module: Module) -> set[str]:
    """Return what the file assigns the loaders that are ``built`` to: few names, of which few attributes are set."""
    calls = (module.node(start, end) for start, end in built)
    assignments = (call.parent for call in calls if call is not None and call.parent is not None)
    return {text_of(each.child_by_field_name("left")) for each in assignments if each.type == "assignment"}


@dataclass(frozen=True, slots=True)
class _Given:
    """What one function gives a name, or one class an attribute of ``self``, in order."""

    starts: list[int]
    """Where the name stands in each assignment."""
    groups: list[Group | None]
    """The call of a loader that it is given there; None for anything else."""
    first_other: int
    """The index of the first None."""


class _Built:
    """The calls that build loaders, by the names that they are given: each name is looked for once."""

    def __init__(self, built: Mapping[tuple[int, int], Group], module: Module) -> None:
        self._built = built
        self._module = module
        self._given: dict[tuple[str, int | None], _Given | None] = {}

    def of(self, loader: str, target: Node) -> Group | None:
        """Return the call that builds ``loader``, an attribute of which ``target`` is; None where it may be another."""
        in_class = loader.startswith("self.")
        key = loader, _place(target, in_class)
        if key not in self._given:
            self._given[key] = self._looked_up(*key, in_class=in_class)
        given = self._given[key]
        if given is None:
            return None
        # What a plain name is given further down is another one.
        count = len(given.starts) if in_class else bisect_right(given.starts, target.start_byte)
        return given.groups[count - 1] if 0 < count <= given.first_other else None

    def _looked_up(self, loader: str, here: int | None, *, in_class: bool) -> _Given | None:
        """Return what the place with the id ``here`` gives ``loader``; None where more than assignments do."""
        starts: list[int] = []
        groups: list[Group | None] = []
        for node in self._module.words({loader.rpartition(".")[2]}):
            named = node.parent if in_class and node.parent is not None and node.parent.type == "attribute" else node
            above = named.parent
            if above is None or text_of(named) != loader or _place(named, in_class) != here:
                continue
            if above.type == "assignment" and above.child_by_field_name("left") == named:
                value = above.child_by_field_name("right")
                starts.append(named.start_byte)
                groups.append(self._built.get((value.start_byte, value.end_byte)) if value is not None else None)
            elif above.type in _BINDERS:
                return None
        return _Given(starts, groups, groups.index(None) if None in groups else len(groups))


def _place(node: Node, in_class: bool) -> int | None:
    """Return the id of what a name at ``node`` belongs to: its class where it is one of ``self``, else its function."""
    if not in_class:
        return scope_of(node)
    definition = around(node, "class_definition")
    return definition.id if definition is not None else None


def _gets_workers(group: Group, value: Value) -> bool:
    """Return whether the loader that ``group`` builds surely has no workers, and ``value`` gives it some."""
    without = group.count.number == 0 if group.count is not None else not group.open
    return without and (value.number is None or value.number > 0) and value.kind != "boolean"


RULE = Rule(
    code="WL406",
    name="loader-mutated-after-init",
    summary="An attribute of a loader is set after it was built, which raises",
    severity=Severity.WARNING,
    check=check,
)
