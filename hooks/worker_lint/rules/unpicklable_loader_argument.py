"""# unpicklable-loader-argument (WL602)

## What it does

Finds loaders that may have workers, and that are given for them what cannot be pickled: a lambda, a function or a class
that is defined within a function, or a dataset that keeps one of these, a generator, a lock, an open file or a
connection to a database.

A loader whose workers are certainly forked is left alone: by `multiprocessing_context="fork"`, by
`set_start_method("fork")` in the same file, or by the settings. So is one whose worker count depends on the system.

## Why is this bad?

Workers that are not forked get their dataset, `collate_fn` and `worker_init_fn` by pickle. That is so on Windows and on
macOS, and since Python 3.14 on Linux too. What ran for years stops there at the first batch, with one of

    PicklingError: Can't pickle <function <lambda> at 0x7f56ab6d84a0>: attribute lookup <lambda> on __main__ failed
    AttributeError: Can't pickle local object 'main.<locals>.collate'
    TypeError: cannot pickle '_io.TextIOWrapper' object

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=4, collate_fn=lambda batch: tuple(zip(*batch)))
```

## Use instead

```python
from torch.utils.data import DataLoader


def _collate(batch):
    return tuple(zip(*batch))


loader = DataLoader(dataset, num_workers=4, collate_fn=_collate)
```

## Fix safety

Unsafe: a lambda becomes a function of the module, which other code can see, and whose name tracebacks show. There is a
fix only where the lambda uses nothing but its parameters, builtins and names of the module. What is defined within a
function is left to people, because a definition cannot be moved without the comments and the blank lines around it.

## Options

- `platforms`: with `"windows"` or `"macos"` in it, a finding is an error, not a warning. With `"linux"` alone, and
  `requires-python` below 3.14, there is none.
- `requires-python`: a finding is an error where only Python 3.14 and later are allowed, or where an upper bound shows
  that they were thought of, as in `>=3.10,<3.15`. An open end such as `>=3.10` leaves it a warning: most projects have
  one, and it does not say that anybody runs them there.

## References

- [What's new in Python 3.14](https://docs.python.org/3.14/whatsnew/3.14.html), "multiprocessing": the start method
- [cpython#126831](https://github.com/python/cpython/issues/126831),
  [pytorch#167387](https://github.com/pytorch/pytorch/pull/167387): what that breaks
- `torch/utils/data/_utils/worker.py`, the arguments of `_worker_loop`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.rule import Rule
from worker_lint.rules._afresh import afresh
from worker_lint.rules._loader_counts import in_words
from worker_lint.rules._pickling import unpicklable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding, Fix
    from worker_lint.policy import Policy
    from worker_lint.rules._pickling import Unpicklable
    from worker_lint.site import Document

_NAMES = {"collate_fn": "_collate", "worker_init_fn": "_init_worker"}
"""What a function that was a lambda is called, by what it is to the loader; others become ``_transform``."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each thing that workers cannot get, once for all loaders that it is given to."""
    module = document.module
    if module is None:
        return
    seen: set[int] = set()
    taken: dict[str, int] = {}
    for group in document.groups:
        start = afresh(group, document, policy)
        call = module.node(group.start, group.end) if start is not None else None
        if start is None or call is None:
            continue
        for found in unpicklable(call, module):
            if found.node.start_byte in seen:
                continue
            seen.add(found.node.start_byte)
            place = document.source.position(group.start)
            yield RULE.finding(
                module.value(found.node),
                f"{found.role} is {found.what}, which cannot be pickled: the loader ({in_words(group)}) raises "
                f"{found.error} at its first batch {start.where}",
                _remedy(found),
                fix=_fix(found, document, taken),
                group=group,
                severity=Severity.ERROR if start.certain else None,
                related=()
                if group.start <= found.node.start_byte < group.end
                else (Related(document.source.path, place, "the loader that is given it"),),
            )


def _fix(found: Unpicklable, document: Document, taken: dict[str, int]) -> Fix | None:
    # Few files have a lambda there.
    from worker_lint.rules._hoisting import hoisted

    return hoisted(found.node, _NAMES.get(found.role, "_transform"), document, taken)


def _remedy(found: Unpicklable) -> str:
    if found.error == "TypeError":
        return "make it in the worker, where it is first used"
    if found.role == "the class of the dataset":
        return "define the class in the module itself"
    return "define a function in the module itself; functools.partial gives it what it needs besides"


RULE = Rule(
    code="WL602",
    name="unpicklable-loader-argument",
    summary="A loader with workers is given what cannot be pickled",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
    yields_to=("WL506",),
)
