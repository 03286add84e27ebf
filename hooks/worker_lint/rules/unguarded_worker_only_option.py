"""# unguarded-worker-only-option (WL404)

## What it does

Finds calls of a loader, and dicts with its options, whose worker count is not written there and may be 0 (a parameter,
an argument, an attribute, a config entry, a division), while an option that needs workers is fixed:
`persistent_workers`, `prefetch_factor`, `timeout`, `multiprocessing_context`.

A function that looks at the count at all (an `if`, an `assert`, a `max`) is taken to know, and is not reported. Neither
is a count that the file refuses or replaces elsewhere where it is 0, nor an option of a command line whose type or
choices leave 0 out. Whether there is a count at all (`is None`) is another question, and settles nothing.

## Why is this bad?

The program works until the day somebody passes 0 to debug it, and then stops before the first batch, with one of

    ValueError: persistent_workers option needs num_workers > 0
    ValueError: prefetch_factor option could only be specified in multiprocessing. ...
    ValueError: multiprocessing_context can only be used with multi-process loading ...
    AssertionError

It is an error, and not a warning, where the file itself makes the count 0: by a default, or in a branch for debugging.

## Example

```python
from torch.utils.data import DataLoader

def train_loader(dataset, num_workers):
    return DataLoader(dataset, num_workers=num_workers, persistent_workers=True)
```

## Use instead

```python
from torch.utils.data import DataLoader

def train_loader(dataset, num_workers):
    return DataLoader(dataset, num_workers=num_workers, persistent_workers=num_workers > 0)
```

## Fix safety

Safe: with workers the option keeps its value, without them it takes the loader's default. Where the count calls
something, it would be called twice, and there is no fix.

## References

- [neural-lam#235](https://github.com/mllam/neural-lam/pull/235),
  [torchmd-net#322](https://github.com/torchmd/torchmd-net/pull/322): the same guard, written by hand
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Related, Severity, replacing
from worker_lint.guards import guarded, is_repeatable, unguarded
from worker_lint.locate.forms import text_of
from worker_lint.rule import Rule
from worker_lint.rules._sources import alternatives
from worker_lint.rules._words import in_short, shown
from worker_lint.rules._zeros import is_refused, zero

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document

_FAILS = {"timeout": "fails with AssertionError at its first batch"}
_RAISES = "raises ValueError"


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each fixed option of a loader whose count may be 0."""
    module = document.module
    if module is None:
        return
    for group in document.groups:
        options, count = unguarded(group), group.count
        if not options or count is None or (group.loader is None and _is_for_paddle(module)):
            continue
        node = module.node(count.start, count.end)
        if node is None or is_refused(node, module):
            continue
        nothing = _zero(node, module)
        repeatable = is_repeatable(count)
        for name, value in options:
            fails = f"the loader {_FAILS.get(name, _RAISES)}"
            yield RULE.finding(
                value,
                f"{name} is {shown(value)} whatever {in_short(count.text)} is, {_when(nothing, node, document)}{fails}",
                f"write {guarded(name, value, count)}" if repeatable else "compute the count before, and test it here",
                fix=Fix("safe", "Guard the option", (replacing(value, guarded(name, value, count)),))
                if group.intact and repeatable
                else None,
                group=group,
                severity=None if nothing is None else Severity.ERROR,
                related=()
                if nothing is None
                else (Related(document.source.path, document.source.position(nothing.start_byte), "0 workers"),),
            )


def _is_for_paddle(module: Module) -> bool:
    """Return whether dicts in the file are for Paddle's loader, which takes such options without workers."""
    imported = {name.partition(".")[0] for name in module.imports.modules}
    return "paddle" in imported and "torch" not in imported


def _zero(count: Node, module: Module) -> Node | None:
    """Return a literal 0 in the file that the expression ``count`` may be."""
    for value in alternatives(count):
        found = value if text_of(value) == "0" else zero(value, module)
        if found is not None:
            return found
    return None


def _when(nothing: Node | None, count: Node, document: Document) -> str:
    """Return what leads from the count to the failure, up to the failure itself."""
    if nothing is None or count.start_byte <= nothing.start_byte < count.end_byte:
        return "and where that is 0, "
    return f"and line {document.source.position(nothing.start_byte).line} makes that 0: "


RULE = Rule(
    code="WL404",
    name="unguarded-worker-only-option",
    summary="An option that needs workers is fixed while the worker count may be 0",
    severity=Severity.WARNING,
    check=check,
    fix="safe",
)
