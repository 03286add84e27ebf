"""# worker-count-in-checkpoint (WL903)

## What it does

Finds literal worker counts of loaders whose checkpoints hold the count, in files that save or resume a state:
torchdata's `StatefulDataLoader`, where it is that loader's own state, and Grain's `DataLoader`. Tests are left alone:
they resume what they have just saved.

## Why is this bad?

It is not, as long as nobody changes the number. A checkpoint that 2 workers have written is refused by 4, or by none:

    AssertionError
    AssertionError: State doesn't contain key '_num_yielded' expected for single process dataloader
    ValueError: Worker count in checkpoint does not match dataloader worker count.

So a debugging run without workers cannot resume what a training run has left behind. `--fix` does not rewrite such a
count to that of the mode; `--fix --unsafe-fixes` does.

## Example

```python
from torchdata.stateful_dataloader import StatefulDataLoader

def resumed(dataset, state):
    loader = StatefulDataLoader(dataset, batch_size=32, num_workers=4)
    loader.load_state_dict(state["loader"])
    return loader
```

## Use instead

```python
from torchdata.stateful_dataloader import StatefulDataLoader

def resumed(dataset, state):
    loader = StatefulDataLoader(dataset, batch_size=32, num_workers=state["num_workers"])
    loader.load_state_dict(state["loader"])
    return loader
```

## Fix safety

There is no fix: the count has to be kept beside the state, or never changed.

## References

- `torchdata/stateful_dataloader/stateful_dataloader.py`, `_MultiProcessingDataLoaderIter`
- `grain/_src/python/data_loader.py`, `DataLoader._validate_state`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import checkpoint_error, saves_state
from worker_lint.finding import Severity
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._readers import is_test

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group

_OF_AN_ITERATOR = regex(rb"\b[gs]et_state\b")
"""How Grain saves and resumes: by the iterator, under a name of its own."""
_OF_A_NAME = regex(rb"\.\s*(?:load_)?state_dict\b")
_BOUNDARY = regex(rb"\b")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each literal count that checkpoints hold."""
    holding = [(group, error) for group in document.groups if (error := checkpoint_error(group)) is not None]
    if not holding or is_test(document.source.path) or not saves_state(document):
        return
    module = document.module
    asked = _asked(module)
    for group, error in holding:
        count = group.count
        if group.loader is None or count is None or not count.literal or not _is_saved(group, module, asked):
            continue
        yield RULE.finding(
            count,
            f"checkpoints of {group.loader.short} hold its worker count, {count.number}; "
            f"resuming one with another count raises {error}",
            "keep the count beside the state, or leave the number as it is",
            site=document.site_at(count),
            group=group,
        )


def _asked(module: Module | None) -> list[int] | None:
    """Return where in the code the names end that are asked for their state; None where anything may be."""
    if module is None or _OF_AN_ITERATOR.search(module.code):
        return None
    return [_behind_blanks(module.code, each.start()) for each in _OF_A_NAME.finditer(module.code)]


def _behind_blanks(code: bytes, end: int) -> int:
    """Return where the blanks begin that end at ``end``."""
    while code[end - 1 : end].isspace():
        end -= 1
    return end


def _is_saved(group: Group, module: Module | None, asked: Sequence[int] | None) -> bool:
    """Return whether a state of the loader that ``group`` builds may be saved or resumed.

    A loader that goes into a name is asked for its state by that name; any other may be handed to whoever does it.
    """
    call = module.node(group.start, group.end) if module is not None else None
    statement = around(call, "assignment", "call", "return_statement", "function_definition") if call else None
    name = statement.child_by_field_name("left") if statement is not None and statement.type == "assignment" else None
    if module is None or name is None or asked is None:
        return True
    own, code = text_of(name).encode(), module.code
    ends = (end for end in asked if code.endswith(own, 0, end))
    return any(_BOUNDARY.match(code, end - len(own)) for end in ends)


RULE = Rule(
    code="WL903",
    name="worker-count-in-checkpoint",
    summary="A literal worker count that checkpoints of the loader hold as well",
    severity=Severity.INFO,
    check=check,
)
