"""# mode-undeclared (WL205)

## What it does

Finds files with literal worker counts for which a policy that needs a mode (`exact` or `at-most`) is declared, but no
mode applies.

## Why is this bad?

The policy says that counts must equal a mode's, and nothing says which mode's: the files would pass unchecked.

## Example

```toml
policy = "exact"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8)
```

## Use instead

```toml
policy = "exact"
mode = "training"
```

```python
from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=8)
```

## Fix safety

There is no fix: which mode is meant is the repository's to say.

## Options

- `mode`, `policy`, `overrides`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Severity
from worker_lint.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield one finding, at the first literal count, where the policy needs a mode and none applies."""
    settings = policy.settings
    if settings.mode is not None or settings.policy == "bounds-only":
        return
    for site in document.sites:
        if site.value.literal:
            yield RULE.finding(
                site.value,
                f'policy = "{settings.policy}" needs a mode, and none applies to this file',
                f"declare a mode for it: one of {', '.join(settings.modes)}",
                site=site,
            )
            return


RULE = Rule(
    code="WL205",
    name="mode-undeclared",
    summary="The policy needs a mode, and none applies to the file",
    severity=Severity.ERROR,
    check=check,
    rests_on=("mode",),
)
