"""# worker-count-not-mode-value (WL201)

## What it does

Finds integer worker counts that differ from the target: the count of the mode in force for the path, clamped to what
every declared profile bears. Under `policy = "at-most"` only counts above the target are found; under
`"bounds-only"`, the default where no mode is declared, none.

## Why is this bad?

A repository's counts drift apart: a debugging 0 is committed, a notebook's 2 ends up in production, one config says 8
and the trainer's fallback 4. A declared mode says once what all of them should be.

## Example

```toml
mode = "training"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=2)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8)
```

## Fix safety

The fix writes the count that the repository declared. No rewrite of a count keeps a run's random numbers the same:
the sampler's order stays, what `__getitem__` draws does not. A count of 0 takes the options that would then raise
along in one edit: `persistent_workers`, `prefetch_factor`, `timeout`, `multiprocessing_context`.

There is no fix where it could break something else: a 0 is not written while such an option is on elsewhere in the
file with no count beside it, nor in a command or in TOML, which have no way to write that an option is off; and a
value that another name has as well (`num_workers = batch_size = 4`, a YAML anchor) stays.

## Options

- `mode`, `modes`: which count
- `policy`: `exact`, `at-most` or `bounds-only`
- `overrides`: another mode for some paths
- `profile`: the machines that clamp the count
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import CountFixes
from worker_lint.finding import Severity
from worker_lint.rule import Rule
from worker_lint.rules._readers import reaches_a_loader
from worker_lint.rules._words import subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each literal count that the policy does not allow."""
    kind = policy.settings.policy
    if kind == "bounds-only":
        return
    fixes = CountFixes(document, policy)
    for site in document.sites:
        number, target = site.value.number, policy.target(site.group)
        if number is None or target is None or _is_left_to_another_rule(site):
            continue
        if number == target.count or (kind == "at-most" and number < target.count):
            continue
        allowed = f"at most {target.count}" if kind == "at-most" else str(target.count)
        yield RULE.finding(
            site.value,
            f"{subject(site)} is {number}, but must be {allowed}: {target.why}",
            f"write {target.count}{_beside(site, document, fixes) if target.count == 0 else ''}",
            fix=fixes.at(site),
            site=site,
        )


def _beside(site: Site, document: Document, fixes: CountFixes) -> str:
    """Return what else has to change for a count of 0, where a fix leaves that to its reader."""
    offset = fixes.blocked_by(site)
    if offset is None:
        return ""
    return f", and turn off the option in line {document.source.position(offset).line}, which raises without workers"


def _is_left_to_another_rule(site: Site) -> bool:
    """Return whether the count at ``site`` is negative, and another rule looks at it.

    None does in a command, nor at a -1 in a data file that a program resolves before a loader sees it.
    """
    number = site.value.number
    if number is None or number >= 0 or site.form in ("flag", "override", "variable"):
        return False
    return site.form != "key" or number != -1 or reaches_a_loader(site.group)


RULE = Rule(
    code="WL201",
    name="worker-count-not-mode-value",
    summary="A worker count is not the one that the mode in force asks for",
    severity=Severity.WARNING,
    check=check,
    fix="policy",
    yields_to=("WL301", "WL304", "WL305", "WL306"),
    rests_on=("mode", "machine"),
)
