r"""# workers-in-notebook (WL603)

## What it does

Finds loaders of a notebook that are given workers, by a number or a name that the notebook sets to one, and that read a
dataset, or use a `collate_fn` or a `worker_init_fn`, which the notebook itself defines. Off by default: in notebooks
that run on Linux, as on Colab, workers are forked before Python 3.14, and all is well.

## Why is this bad?

A worker that is not forked gets the names of such classes and functions, and looks for them in a main module that it
imports anew. A notebook is none. That is so on Windows and on macOS, and since Python 3.14 on Linux too:

    AttributeError: Can't get attribute 'Squares' on <module '__main__' (built-in)>
    RuntimeError: DataLoader worker (pid(s) 4242) exited unexpectedly

The first of these stands in the terminal in which Jupyter was started, and not in the notebook, where the cell fails
with the second or waits for ever.

## Example

```ipynb
{
 "cells": [
  {
   "cell_type": "code",
   "source": [
    "from torch.utils.data import DataLoader, Dataset\n",
    "class Squares(Dataset):\n",
    "    def __len__(self):\n",
    "        return 100\n",
    "    def __getitem__(self, index):\n",
    "        return index * index\n",
    "loader = DataLoader(Squares(), num_workers=2, prefetch_factor=4)"
   ]
  }
 ],
 "nbformat": 4,
 "nbformat_minor": 5
}
```

## Use instead

```ipynb
{
 "cells": [
  {
   "cell_type": "code",
   "source": [
    "from torch.utils.data import DataLoader, Dataset\n",
    "class Squares(Dataset):\n",
    "    def __len__(self):\n",
    "        return 100\n",
    "    def __getitem__(self, index):\n",
    "        return index * index\n",
    "loader = DataLoader(Squares(), num_workers=0, prefetch_factor=None)"
   ]
  }
 ],
 "nbformat": 4,
 "nbformat_minor": 5
}
```

or move the class into a module, and import it.

## Fix safety

Unsafe: without workers the samples are read by the notebook itself, which may take longer, and draws other random
numbers. The options that would raise without workers are turned off with the count. A count that is not written in the
call itself is left to people.

## Options

- `platforms`, `requires-python`: nothing is found where only `"linux"` is listed and only Pythons before 3.14 are
  allowed.

## References

- [pytorch#51344](https://github.com/pytorch/pytorch/issues/51344),
  [pytorch#59451](https://github.com/pytorch/pytorch/issues/59451)
- fastai writes 0 workers for notebooks on Windows, and for macOS: `fastai/data/load.py`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import options_off
from worker_lint.finding import Fix, Related, Severity, replacing
from worker_lint.locate.forms import text_of
from worker_lint.rule import Rule
from worker_lint.rules._afresh import afresh
from worker_lint.rules._dataset_uses import functions_given, uses_of
from worker_lint.rules._loader_counts import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each loader of a notebook whose workers need something that only the notebook has."""
    module = document.module
    if module is None or document.source.root.language != "notebook":
        return
    for group in document.groups:
        start = afresh(group, document, policy)
        count = group.count
        certain = count is not None and (count.literal or group.count_values)
        defined = next(_defined(group, document, module), None) if start is not None and certain else None
        if start is None or count is None or defined is None:
            continue
        what, name = defined
        place = document.source.position(name.start_byte)
        yield RULE.finding(
            count,
            f"the loader ({in_words(group)}) needs {what} of this notebook, which workers do not find {start.where}: "
            f"they end with AttributeError, and the loader with RuntimeError",
            "write 0, or move the definition into a module and import it",
            fix=_fix(group, document),
            site=document.site_at(count),
            group=group,
            related=(Related(document.source.path, place, "where it is defined"),),
        )


def _defined(group: Group, document: Document, module: Module) -> Iterator[tuple[str, Node]]:
    """Yield what the workers of ``group`` are given that the notebook defines: what it is, and its name there."""
    for use in uses_of(document):
        name = use.dataset.node.child_by_field_name("name")
        if use.group is group and name is not None:
            yield f"the class {use.dataset.name}", name
    call = module.node(group.start, group.end)
    for option in ("collate_fn", "worker_init_fn") if call is not None else ():
        for function in functions_given(call, option, module) or () if call is not None else ():
            name = function.child_by_field_name("name")
            if name is not None:
                yield f"the function {text_of(name)}", name


def _fix(group: Group, document: Document) -> Fix | None:
    count, off = group.count, options_off(group, document)
    if count is None or off is None or not count.literal or not group.intact or group.open:
        return None
    edits = sorted([replacing(count, "0"), *off], key=lambda edit: edit.start)
    return Fix("unsafe", "Write 0", tuple(edits))


RULE = Rule(
    code="WL603",
    name="workers-in-notebook",
    summary="Workers need a class or a function that only the notebook has",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    default=False,
)
