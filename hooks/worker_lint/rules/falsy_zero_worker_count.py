"""# falsy-zero-worker-count (WL501)

## What it does

Finds worker counts that are tested for truth to see whether one was given, so that a 0 that somebody asked for is
replaced by another count, or ignored in favour of one: `if args.num_workers: config["num_workers"] = args.num_workers`,
`num_workers or 8`, `num_workers if num_workers else 8`, `if not num_workers: num_workers = 8`.

Tests for truth that do something else are not reported: to start a pool or to choose an option only where there are
workers is right. Neither are strings (`"0"` is true), nor counts whose own default in the file is 0, which is then
what the file writes for "none given".

## Why is this bad?

0 is a count: it loads data in the main process, and is what people pass to debug. In Python 0 is as false as `None`, so
the program goes on with the other count and says nothing.

## Example

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--num-workers", type=int)
args = parser.parse_args()
config = {"num_workers": 8}
if args.num_workers:
    config["num_workers"] = args.num_workers
```

## Use instead

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--num-workers", type=int)
args = parser.parse_args()
config = {"num_workers": 8}
if args.num_workers is not None:
    config["num_workers"] = args.num_workers
```

## Fix safety

Safe where the file shows that what was not given is `None`: then only a 0 is treated otherwise. It is no longer
dropped, so that a command that passes 0 loads its data in the main process from then on. Elsewhere the fix is unsafe,
for a caller in another file may pass 0 for "none given". Where a 0 stands for that here, too, say so with a comment:
`# worker-lint: ignore[WL501]`.

## References

- [g2pW#34](https://github.com/GitYCC/g2pW/pull/34), [eva#859](https://github.com/kaiko-ai/eva/pull/859): the same
  mistake, mended
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity
from worker_lint.locate.forms import text_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._absence import absence
from worker_lint.rules._choices_by_truth import chosen
from worker_lint.rules._overrides_by_truth import overridden
from worker_lint.rules._words import in_short
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._dropped import Dropped
    from worker_lint.site import Document, Site

_CHOOSES = regex(rb"\b(?:if|or)\b")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each worker count that a test for truth drops where it is 0."""
    module = document.module
    if module is None or not document.sites or _CHOOSES.search(module.code) is None:
        return
    seen: set[int] = set()
    for site in document.sites:
        dropped = chosen(site, document, module) or overridden(site, module)
        if dropped is None or dropped.tested.start_byte in seen:
            continue
        seen.add(dropped.tested.start_byte)
        absent = absence(dropped.count, module)
        if absent == "none" or (absent == "unknown" and not dropped.converted):
            yield _finding(dropped, site, module, certain=absent == "none")


def _finding(dropped: Dropped, site: Site, module: Module, *, certain: bool) -> Finding:
    tested, count = dropped.tested, in_short(text_of(dropped.count))
    drops = (
        f"{in_short(dropped.target)} stays as it was"
        if dropped.instead is None
        else f"{in_short(text_of(dropped.instead))} is used in its place"
    )
    fix = None
    if dropped.mended is not None and module.intact(tested):
        edit = Edit(tested.start_byte, tested.end_byte, dropped.mended)
        fix = Fix("safe" if certain else "unsafe", 'Test it with "is None"', (edit,))
    return RULE.finding(
        module.value(tested),
        f"{count} is tested for truth, so that a 0 counts as none given: {drops}",
        f"write {in_short(dropped.mended)}" if dropped.mended else f"test whether {count} is None",
        fix=fix,
        site=site,
    )


RULE = Rule(
    code="WL501",
    name="falsy-zero-worker-count",
    summary="A worker count of 0 is taken for none given",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
