"""# division-collapses-to-zero (WL702)

## What it does

Finds worker counts that are divided among ranks, GPUs or datasets by `//` or by `int(a / b)`, which gives 0 where there
are more of those than workers.

Divisions by a number are not reported, nor are those that round up (`(n + ranks - 1) // ranks`) or stand in a `max`,
nor any whose result or dividend the function looks at in an `if` or `assert`. The CPUs of a machine divided among its
own processes are enough for all of them.

## Why is this bad?

4 workers divided among 8 ranks are 0 for each: every rank loads its data in the main process, while its GPU waits. The
same script on a smaller machine was fast, and nothing says why it no longer is. Beside an option that needs workers,
such as `persistent_workers=True`, the loader raises.

## Example

```python
from torch.utils.data import DataLoader

def train_loader(dataset, args, world_size):
    return DataLoader(dataset, num_workers=args.workers // world_size)
```

## Use instead

```python
from torch.utils.data import DataLoader

def train_loader(dataset, args, world_size):
    return DataLoader(dataset, num_workers=max(1, args.workers // world_size) if args.workers > 0 else args.workers)
```

## Fix safety

Safe: only a count that collapsed becomes 1, so that each rank starts a worker where it started none. A 0 that was asked
for stays 0, a -1 stays -1, and every other count stays what it was. Where what is divided is more than a name, there is
no fix. Where ranks without workers are meant, leave the rule out, or say so with a comment:
`# worker-lint: ignore[WL702]`.

## References

- [KAIR](https://github.com/cszn/KAIR/blob/master/main_train_psnr.py) divides like this,
  [pytorch/examples](https://github.com/pytorch/examples/blob/main/imagenet/main.py) rounds up
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
from worker_lint.locate.reach import conditions_around, values_of
from worker_lint.locate.values import unwrapped
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._reads import PLAIN, arguments, last_part, read
from worker_lint.rules._words import in_short, subject
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_ROUNDING = regex(r"(?:int|(?:math\.|np\.|numpy\.)?floor)$")
_CPUS = regex(r"(?i)cpu|affinity")
_ON_ONE_MACHINE = regex(r"(?i)gpu|device|local|per_node")
_MOST_ON_ONE_MACHINE = 16
"""GPUs in one machine, as clouds and vendors sell them."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each worker count that a division may make 0."""
    module = document.module
    if module is None:
        return
    for site in document.sites:
        if "/" not in site.value.text or site.value.kind not in ("expression", "float"):
            continue
        value = module.node(site.value.start, site.value.end)
        for quotient, dividend, divisor in _quotients(value) if value is not None else ():
            if (
                _may_collapse(dividend, divisor, module)
                and not _is_looked_at(quotient, dividend, site)
                and _is_loaded_with(quotient, site, document)
            ):
                yield _finding(quotient, dividend, divisor, site, module)


def _quotients(node: Node) -> Iterator[tuple[Node, Node, Node]]:
    """Yield each division that ``node``, rounded down, is, or is the least of, with its dividend and its divisor."""
    node = unwrapped(node)
    if node.type == "call":
        function, given = text_of(node.child_by_field_name("function")), arguments(node)
        if function == "min":
            for argument in given:
                yield from _quotients(argument)
        elif _ROUNDING.match(function) and len(given) == 1:
            inner = unwrapped(given[0])
            if _operator(inner) == "/":
                yield node, *_sides(inner)
            else:
                yield from ((node, dividend, divisor) for _, dividend, divisor in _quotients(inner))
    elif _operator(node) == "//":
        yield node, *_sides(node)


def _operator(node: Node) -> str:
    operator = node.child_by_field_name("operator") if node.type == "binary_operator" else None
    return operator.type if operator is not None else ""


def _sides(node: Node) -> tuple[Node, Node]:
    left, right = node.named_children[0], node.named_children[-1]
    return unwrapped(left), unwrapped(right)


def _may_collapse(dividend: Node, divisor: Node, module: Module) -> bool:
    """Return whether nothing shows that ``dividend`` is at least ``divisor``, or that 0 was meant."""
    if divisor.type not in (*PLAIN, "call") or _numbers(divisor, module):
        return False
    shared = _ON_ONE_MACHINE.search(text_of(divisor)) is not None
    if _CPUS.search(text_of(dividend)):
        return not shared and "world" in text_of(divisor)
    numbers = _numbers(dividend, module)
    if numbers:
        return min(numbers) > 0 and not (shared and min(numbers) >= _MOST_ON_ONE_MACHINE)
    return read(dividend) is not None


def _numbers(node: Node, module: Module) -> list[int]:
    """Return the integers that the file gives to ``node``, where those are all that it can be."""
    value = module.value(node)
    if value.number is not None:
        return [value.number]
    given = values_of(node, value)
    numbers = [each.number for each in given if each.number is not None]
    return numbers if len(numbers) == len(given) else []


def _is_looked_at(quotient: Node, dividend: Node, site: Site) -> bool:
    """Return whether the function around ``quotient`` tests the count, before or after."""
    looked_up = read(dividend)
    names = {site.name, last_part(looked_up)} if looked_up is not None else {site.name}
    tests = conditions_around(quotient)
    return any(tests.fit(re.compile(rf"\A(?!min\()(?s:.*?)\b{re.escape(name)}\b"), name) for name in names)


def _is_loaded_with(quotient: Node, site: Site, document: Document) -> bool:
    """Return whether a loader may take the count: a name that none of its function's loaders takes is not theirs."""
    assignment, function = around(quotient, "assignment"), around(quotient, "function_definition")
    target = assignment.child_by_field_name("left") if assignment is not None else None
    if site.form != "assignment" or function is None or target is None or target.type != "identifier":
        return True
    taken = [
        group.count.text
        for group in document.loaders_within(function.start_byte, function.end_byte)
        if group.count is not None and not group.start <= quotient.start_byte < group.end
    ]
    return not taken or any(text_of(target) in count for count in taken)


def _finding(quotient: Node, dividend: Node, divisor: Node, site: Site, module: Module) -> Finding:
    written, divided = text_of(quotient), text_of(dividend)
    mended = f"max(1, {written})"
    if dividend.type in PLAIN:
        mended += f" if {divided} > 0 else {divided}"
    fix = None
    if module.intact(quotient) and (dividend.type in PLAIN or dividend.type == "integer") and "\n" not in written:
        fix = Fix("safe", "Keep one worker", (Edit(quotient.start_byte, quotient.end_byte, mended),))
    return RULE.finding(
        module.value(quotient),
        f"{subject(site)} is {in_short(written)}, which is 0 where {in_short(text_of(divisor))} is above "
        f"{in_short(divided)}: no workers are left, and the main process loads the data",
        f"write {in_short(mended)}",
        fix=fix,
        site=site,
    )


RULE = Rule(
    code="WL702",
    name="division-collapses-to-zero",
    summary="A division leaves no workers where it divides by more than there are",
    severity=Severity.WARNING,
    check=check,
    fix="safe",
)
