"""# negative-worker-count (WL101)

## What it does

Finds worker counts below the lowest that what takes them allows: below 0 for every `DataLoader` derived from
torch's. In data files it finds those below -1, and `-1` itself where the data name the loader that takes it
(`_target_: torch.utils.data.DataLoader`, `dataloader_num_workers`).

## Why is this bad?

Many tools read `-1` as "every CPU"; a `DataLoader` does not, and raises as soon as it is built:

    ValueError: num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.

Where `-1` does have a meaning (FFCV's `Loader`), or what takes the count is not known, nothing is reported. The `-1`
of a configuration is nearly always one that its program replaces by the number of CPUs before a loader sees it.

## Example

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=-1)
```

## Use instead

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=4)
```

## Fix safety

Where a mode is in force, the fix writes the mode's count. Without one there is no fix: what was meant is not known.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
- [pytorch#4019](https://github.com/pytorch/pytorch/pull/4019)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.count_fix import CountFixes
from worker_lint.counts import broken_constraint
from worker_lint.finding import Severity
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rule import Rule
from worker_lint.rules._readers import reaches_a_loader
from worker_lint.rules._words import subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_EVERY_CPU = -1
"""What programs take for a count of all CPUs."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count below the lowest that its taker allows."""
    fixes = CountFixes(document, policy)
    for site in document.sites:
        if site.value.number is None or site.value.number >= 0:
            continue
        lowest = _lowest_in_data(site) if document.source.is_data else _lowest_in_python(site)
        if lowest is None or site.value.number >= lowest:
            continue
        target = policy.target(site.group)
        yield RULE.finding(
            site.value,
            f"{subject(site)} is {site.value.number}; a loader takes {lowest} or more and raises ValueError on this",
            f"write {target.count} ({target.why})" if target else "write 0 to load in the main process, or a count",
            fix=fixes.at(site),
            site=site,
        )


def _lowest_in_data(site: Site) -> int | None:
    if site.value.number == _EVERY_CPU and not reaches_a_loader(site.group):
        return None  # the program that reads it resolves it
    if site.group is not None and site.group.loader is not None:
        return site.group.loader.minimum
    return 0 if broken_constraint(site.value) == "minimum" else None


def _lowest_in_python(site: Site) -> int | None:
    group = site.group
    if group is None:
        return None
    if group.loader is not None:
        return group.loader.minimum
    return 0 if group.kind == "dict" and vocabulary().is_loader_group(group.options) else None


RULE = Rule(
    code="WL101",
    name="negative-worker-count",
    summary="A worker count is negative where the loader takes none below 0",
    severity=Severity.ERROR,
    check=check,
    fix="policy",
)
