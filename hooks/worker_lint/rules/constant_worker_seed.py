"""# constant-worker-seed (WL503)

## What it does

Finds a `worker_init_fn` that seeds a random generator (numpy's, `random`'s, torch's) with the same number in every
worker, or with the number of the worker alone.

A seed that is computed by a call (`torch.initial_seed()`, `get_worker_info()`, the time), or of the worker's number
together with another, is left alone. The last is the same in each epoch too, but it is mostly written on purpose. So
are the seeds of tests.

## Why is this bad?

torch seeds its own generator, that of `random` and (since 1.9) numpy's differently for each worker and each epoch, and
then calls the `worker_init_fn`. A constant undoes that: all workers draw the same numbers, so that N samples of
different batches get one and the same augmentation, and every epoch draws what the first did. With 4 workers 6 of the
first 8 draws were duplicates. The number of the worker keeps the workers apart, but not the epochs, and it makes runs
with different seeds draw the same.

## Example

```python
import numpy as np
import torch
from torch.utils.data import DataLoader

def seed_worker(worker_id):
    np.random.seed(42)

loader = DataLoader(dataset, num_workers=4, worker_init_fn=seed_worker)
```

## Use instead

```python
import numpy as np
import torch
from torch.utils.data import DataLoader

def seed_worker(worker_id):
    np.random.seed(torch.initial_seed() % 2**32)

loader = DataLoader(dataset, num_workers=4, worker_init_fn=seed_worker)
```

## Fix safety

Unsafe: other random numbers are drawn. Runs stay repeatable, as `torch.initial_seed()` follows from the seed of the
main process. There is a fix where the file imports torch, and nothing before it seeds torch itself.

## References

- [PyTorch, Randomness in multi-process data loading](https://docs.pytorch.org/docs/stable/data.html)
- [sparse-to-dense.pytorch#19](https://github.com/fangchangma/sparse-to-dense.pytorch/issues/19)
- [pytorch#56488](https://github.com/pytorch/pytorch/pull/56488): numpy's generator, seeded since 1.9
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._loader_counts import may_exceed
from worker_lint.rules._names import functions_named, parameters, values_of, within
from worker_lint.rules._readers import is_test
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group

_OPTION = "worker_init_fn"
_NAMES = frozenset({"worker_init_fn", "seed_worker", "init_worker", "worker_init", "_worker_init_fn", "_seed_worker"})
"""What a function is called that is meant to be a ``worker_init_fn``, wherever it is given to a loader."""
_WORDS = (b"worker_init", b"seed_worker", b"init_worker")
"""What stands in any of them."""
_FIXABLE = {"numpy.random.seed": "numpy", "random.seed": "random"}
_SEEDERS = {**_FIXABLE, "torch.manual_seed": "torch", "torch.random.manual_seed": "torch"}
_SEED_ALL = frozenset({"seed_everything", "set_seed", "setup_seed", "set_random_seed", "seed_all", "fix_seed"})
"""Helpers, by their last name, that seed every generator with their first argument."""
_FRESH = "torch.initial_seed() % 2**32"
_DIFFERS = regex(r"(?i)epoch|time|initial|base|worker|entropy|pid")
"""Names of what may be another number in each worker, or each time."""
_DELIBERATE = regex(r"(?i)debug|test|determin|repro|(?:^|_)(?:val|eval|dev)")
"""Functions that are called so are meant to give the same each time."""
_PERSISTENT = regex(rb"\bpersistent_workers[\"']?\s*[=:]\s*True")
"""Workers that stay are seeded once, not for each epoch."""
_MOST_STEPS = 4


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each function that seeds all workers, or all epochs, alike."""
    module = document.module
    if module is None or b"seed" not in module.code or not any(word in module.code for word in _WORDS):
        return
    if is_test(document.source.path):
        return
    idle = {(group.start, group.end) for group in document.groups if _has_none(group)}
    for function in _init_functions(module, idle):
        finding = _judge(function, module)
        if finding is not None:
            yield finding


def _has_none(group: Group) -> bool:
    """Return whether ``group`` is a loader that certainly has no workers, which the function would run in."""
    unknown = group.count is None and group.open
    return group.loader is not None and not unknown and not may_exceed(group, 0)


def _init_functions(module: Module, idle: set[tuple[int, int]]) -> list[Node]:
    """Return every function of the file that is given as a ``worker_init_fn``, or is called like one.

    One that only loaders without workers are given, the calls at ``idle``, is not among them.
    """
    found: dict[int, Node] = {}
    used: set[int] = set()
    unused: set[int] = set()
    for name in module.words({_OPTION, *_NAMES}):
        above = name.parent
        if name.type != "identifier" or above is None:
            continue
        if above.type == "function_definition" and above.child_by_field_name("name") == name:
            found.setdefault(above.id, above)
        elif text_of(name) == _OPTION and above.type == "keyword_argument":
            given, call = above.child_by_field_name("value"), around(above, "call")
            for function in functions_named(given, module) if given is not None and call is not None else ():
                if call is not None and (call.start_byte, call.end_byte) in idle:
                    unused.add(function.id)
                else:
                    found[function.id] = function
                    used.add(function.id)
        elif text_of(name) == _OPTION and above.type == "assignment" and above.child_by_field_name("left") == name:
            given = above.child_by_field_name("right")
            for function in functions_named(given, module) if given is not None else ():
                found.setdefault(function.id, function)
    return [function for function in found.values() if function.id not in unused - used]


def _judge(function: Node, module: Module) -> Finding | None:
    """Return the finding at the first seed in ``function`` that is no good, with a fix of all of them."""
    name = text_of(function.child_by_field_name("name"))
    own = [parameter for parameter in parameters(function) if parameter not in ("self", "cls")]
    if _DELIBERATE.search(name) or len(own) != 1:
        return None
    seeds = [(call, seed) for call, seed in _seeds(function, module)]
    kinds = [_kind(seed, own[0], module) for _, seed in seeds]
    if not kinds or None in kinds or ("worker" in kinds and _PERSISTENT.search(module.code)):
        return None
    (call, seed), kind = seeds[0], kinds[0]
    what = _SEEDERS.get(module.callee(call) or "", "every generator")
    says = f"{name or 'the worker_init_fn'} seeds {what} with {shown(python_value(seed))}"
    if kind == "constant":
        message = f"{says} in every worker: all of them draw the same random numbers, and again in each epoch"
    else:
        message = (
            f"{says}, which depends on the number of the worker alone: each epoch draws the random numbers of the "
            "first, and each run those of every other, whatever its seed"
        )
    return RULE.finding(
        python_value(seed),
        message,
        f"seed with {_FRESH}, which differs by worker and epoch, or leave it to torch >= 1.9",
        fix=_fix(seeds, module),
    )


def _fix(seeds: list[tuple[Node, Node]], module: Module) -> Fix | None:
    fixable = all(module.callee(call) in _FIXABLE and module.intact(seed) for call, seed in seeds)
    if not fixable or module.imports.names.get("torch") != "torch":
        return None
    edits = tuple(replacing(python_value(seed), _FRESH) for _, seed in seeds)
    return Fix("unsafe", f"Seed with {_FRESH}", edits)


def _seeds(function: Node, module: Module) -> Iterator[tuple[Node, Node]]:
    """Yield each call in ``function`` that seeds a generator, with its seed."""
    for call in within(function, "call"):
        arguments = call.child_by_field_name("arguments")
        if arguments is None:
            continue
        name = last_name(call.child_by_field_name("function"))
        if module.callee(call) not in _SEEDERS and name not in _SEED_ALL:
            continue
        first = next((child for child in arguments.named_children if child.type != "comment"), None)
        seed = first if first is not None and first.type != "keyword_argument" else keyword(arguments, "seed")
        if seed is not None:
            yield call, seed


def _kind(seed: Node, parameter: str, module: Module) -> str | None:
    """Return "constant" or "worker" for a seed that is either; None where it may be anything else."""
    names = _names_in(seed, parameter, module, _MOST_STEPS)
    if names is None or any(_DIFFERS.search(name) for name in names - {parameter}):
        return None
    if parameter not in names:
        return "constant"
    return "worker" if names == {parameter} else None


def _names_in(expression: Node, parameter: str, module: Module, steps: int) -> set[str] | None:
    """Return the names that ``expression`` is computed of; None where a call, or too much, stands behind it."""
    expression = unwrapped(expression)
    if steps == 0:
        return None
    match expression.type:
        case "integer" | "float":
            return set()
        case "identifier" if text_of(expression) == parameter:
            return {parameter}
        case "identifier":
            return _names_behind(expression, parameter, module, steps)
        case "attribute":
            holder: Node | None = expression
            while holder is not None and holder.type == "attribute":
                holder = holder.child_by_field_name("object")
            own = holder is None or _computed(holder, module) is not None or text_of(holder) == parameter
            return None if own else {text_of(expression)}
        case "binary_operator" | "unary_operator":
            parts = [child for child in expression.named_children if child.type != "comment"]
        case "call" if text_of(expression.child_by_field_name("function")) == "int":
            arguments = expression.child_by_field_name("arguments")
            parts = arguments.named_children if arguments is not None else []
        case _:
            return None
    names: set[str] = set()
    for part in parts:
        found = _names_in(part, parameter, module, steps)
        if found is None:
            return None
        names |= found
    return names


def _names_behind(name: Node, parameter: str, module: Module, steps: int) -> set[str] | None:
    """Return the names that the plain ``name`` is computed of, where the function itself computes it; else itself."""
    value = _computed(name, module)
    return {text_of(name)} if value is None else _names_in(value, parameter, module, steps - 1)


def _computed(name: Node, module: Module) -> Node | None:
    """Return what the function around ``name`` gives it, or None where it does not."""
    function = around(name, "function_definition", "lambda")
    if function is None:
        return None
    given = values_of(name, module)
    return next((value for value in given if function.start_byte < value.start_byte < function.end_byte), None)


RULE = Rule(
    code="WL503",
    name="constant-worker-seed",
    summary="A worker_init_fn seeds every worker, or every epoch, alike",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
