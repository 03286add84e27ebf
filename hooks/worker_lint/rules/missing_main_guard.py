"""# missing-main-guard (WL601)

## What it does

Finds scripts that go through a loader with workers as soon as they are imported: in a loop, or in a function that is
called, outside of `if __name__ == "__main__":`. One finding a file; it stands at the first such loop.

A loader whose workers are certainly forked is left alone (as in
[WL602](WL602.md)), and so are notebooks, which have no main module to import.

## Why is this bad?

A worker that is not forked begins by importing the program's main module. That is so on Windows and on macOS, and since
Python 3.14 on Linux too. Without the guard the import arrives at the same loop, and wants to start workers of its own:

    RuntimeError:
            An attempt has been made to start a new process before the
            current process has finished its bootstrapping phase.

The worker ends, and the program with `RuntimeError: DataLoader worker (pid(s) 4242) exited unexpectedly`, which names
no reason.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, batch_size=32, num_workers=4)
for batch in loader:
    train(batch)
```

## Use instead

```python
from torch.utils.data import DataLoader

def main():
    loader = DataLoader(dataset, batch_size=32, num_workers=4)
    for batch in loader:
        train(batch)

if __name__ == "__main__":
    main()
```

## Fix safety

There is no fix: what stands below the guard must be indented, which changes strings that go over several lines, and
what other modules import from this one has to stay outside.

## Options

- `platforms`: with `"windows"` or `"macos"` in it, a finding is an error, not a warning. With `"linux"` alone, and
  `requires-python` below 3.14, there is none.
- `requires-python`: a finding is an error where only Python 3.14 and later are allowed, or where an upper bound shows
  that they were thought of, as in `>=3.10,<3.15`.

## References

- [multiprocessing: programming guidelines](https://docs.python.org/3/library/multiprocessing.html#the-spawn-and-forkserver-start-methods),
  "Safe importing of main module"
- [pytorch#5858](https://github.com/pytorch/pytorch/issues/5858),
  [pytorch#51344](https://github.com/pytorch/pytorch/issues/51344),
  [pytorch#25302](https://github.com/pytorch/pytorch/issues/25302)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._afresh import afresh
from worker_lint.rules._loader_counts import in_words
from worker_lint.rules._loops import passes, runs_on_import

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group
    from worker_lint.start_methods import Afresh

_LEAVES = regex(rb"__name__\s*!=|!=\s*__name__")
"""A module that stops where it is not the program guards itself otherwise."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding at the first loop over a loader with workers that runs when the module is imported."""
    module = document.module
    if module is None or document.source.inset is not None:
        return
    found: list[tuple[Node, Group, Afresh]] = []
    for group in document.groups:
        start = afresh(group, document, policy)
        call = module.node(group.start, group.end) if start is not None else None
        # What is gone through on import was made on import.
        if start is not None and call is not None and runs_on_import(call, module):
            found += [(each, group, start) for each in passes(call, module) if runs_on_import(each, module)]
    if not found or _LEAVES.search(module.code):
        return
    node, group, start = min(found, key=lambda each: each[0].start_byte)
    place = document.source.position(group.start)
    yield RULE.finding(
        module.value(node),
        f"this goes through a loader ({in_words(group)}) whenever the module is imported, and its workers import it: "
        f"they end with RuntimeError, and so does the loader, {start.where}",
        'put it into a function, and call that below if __name__ == "__main__":',
        group=group,
        severity=Severity.ERROR if start.certain else None,
        related=()
        if group.start <= node.start_byte < group.end
        else (Related(document.source.path, place, "the loader"),),
    )


RULE = Rule(
    code="WL601",
    name="missing-main-guard",
    summary="A script starts workers whenever it is imported, as its workers import it",
    severity=Severity.WARNING,
    check=check,
)
