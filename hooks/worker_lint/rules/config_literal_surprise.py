"""# config-literal-surprise (WL106)

## What it does

Finds worker counts in data files that do not mean what they seem to: a key that one object gives twice, and numbers
that YAML 1.1, the version that PyYAML, OmegaConf and Hydra read, takes for something else:

| written | read as |
|---|---|
| `010` | 8, an octal number |
| `08`, `1e1`, `0o10` | a string |
| `1:30` | 90, counted in sixties |
| `1_6` | 16, and a string to YAML 1.2 |
| `yes`, `on` | true, one worker |
| nothing behind the colon | null |

## Why is this bad?

Every common reader lets the last of two equal keys win, silently (OmegaConf and ruamel.yaml raise). The count that a
person reads first, and changes, is not the one that runs. A count that is a string raises TypeError when the loader is
built; one that is another number changes the speed of the job, or its memory, and nothing says so.

## Example

```yaml
batch_size: 32
num_workers: 08
```

## Use instead

```yaml
batch_size: 32
num_workers: 8
```

## Fix safety

Safe for a string of digits with a leading zero: `08` becomes `8`; what is replaced raises. The others have no fix:
which of two numbers was meant is not known.

## References

- [YAML 1.1, integers](https://yaml.org/type/int.html) and [booleans](https://yaml.org/type/bool.html)
- RFC 8259, section 4: what a reader makes of equal names is left open
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity, replacing
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document

_LEADING_ZEROS = regex(r"0+(\d+)")


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that its readers take for another, or never see."""
    yield from _overruled(document)
    for site in document.sites:
        value = site.value
        if value.surprise is None:
            continue
        digits = _LEADING_ZEROS.fullmatch(value.text) if value.kind == "string" else None
        yield RULE.finding(
            value,
            f"{site.name} is {value.text or value.surprise}{f', which is {value.surprise}' if value.text else ''}",
            f"write {digits[1]}" if digits else "write the count as a plain decimal integer",
            fix=Fix("safe", f"Write {digits[1]}", (replacing(value, digits[1]),)) if digits and site.intact else None,
            site=site,
        )


def _overruled(document: Document) -> Iterator[Finding]:
    for duplicate in document.duplicates:
        *overruled, last = duplicate.values
        line = document.source.position(last.start).line
        for value in overruled:
            yield RULE.finding(
                value,
                f"{duplicate.name} is {shown(value)} here and {shown(last)} in line {line} of the same object; "
                "the last wins",
                "keep one of them",
            )


RULE = Rule(
    code="WL106",
    name="config-literal-surprise",
    summary="A worker count in a data file does not mean what it seems to",
    severity=Severity.WARNING,
    check=check,
    fix="safe",
)
