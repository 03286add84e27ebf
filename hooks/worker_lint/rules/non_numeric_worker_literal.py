"""# non-numeric-worker-literal (WL103)

## What it does

Finds worker counts that are strings, booleans or `None` where a loader takes them: in its call, in a dict that
configures one, and (but for `null`, which leaves the default) in data files.

## Why is this bad?

A loader compares its count with 0 when it is built:

    TypeError: '<' not supported between instances of 'str' and 'int'

`True` passes, and silently means one worker. A string that something fills in later (`${workers}`, `{{ workers }}`)
and the string defaults of environment variables and command-line options are not reported. Neither is a string of
digits in a data file that has more of them beside it: what reads such a file converts them.

## Example

```json
{"batch_size": 32, "num_workers": "4"}
```

## Use instead

```json
{"batch_size": 32, "num_workers": 4}
```

## Fix safety

Safe: a string of digits becomes the number. Others have no fix.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.counts import broken_constraint
from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._readers import reaches_a_loader
from worker_lint.rules._words import shown, subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site, Value

_WORD = regex(r"""(["']?)([-+.\w]*)\1""")
_KINDS = {"string": "the string ", "boolean": "the boolean ", "null": ""}


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each count that is no number at all."""
    is_wrong = _wrong_in_data if document.source.is_data else _wrong_in_python
    for site in document.sites:
        value = site.value
        if value.kind not in _KINDS or value.surprise is not None or not is_wrong(site):
            continue
        word = _WORD.fullmatch(value.text)
        digits = word[2] if word and word[2].isascii() and word[2].isdigit() else None
        boolean = value.kind == "boolean"
        yield RULE.finding(
            value,
            f"{subject(site)} is {_KINDS[value.kind]}{shown(value)}; "
            + (
                f"a loader takes it for {int(value.text.lower() == 'true')}"
                if boolean
                else "a loader raises TypeError on it"
            ),
            f"write {int(digits)}" if digits else "write an integer",
            fix=Fix("safe", f"Write {int(digits)}", (replacing(value, str(int(digits))),))
            if digits and site.intact
            else None,
            site=site,
            severity=Severity.WARNING if boolean else None,
        )


def _wrong_in_data(site: Site) -> bool:
    # Prose under the key of a count is a description of it.
    if site.value.kind == "string" and site.name.isupper():
        return False  # a variable of an environment, whose values are strings
    prose = site.value.kind == "string" and _WORD.fullmatch(site.value.text) is None
    return not prose and broken_constraint(site.value) == "type" and not _is_converted(site)


def _is_converted(site: Site) -> bool:
    """Return whether the count is one of several numbers that the data write as strings, by habit."""
    if site.group is None or not _is_number(site.value) or reaches_a_loader(site.group):
        return False
    return any(_is_number(each) for each in site.group.options.values() if each.start != site.value.start)


def _is_number(value: Value) -> bool:
    """Return whether ``value`` is a string of digits."""
    word = _WORD.fullmatch(value.text) if value.kind == "string" else None
    return word is not None and word[2].isdigit()


def _wrong_in_python(site: Site) -> bool:
    group = site.group
    if group is None:
        return False
    if group.loader is not None:
        return site.name == group.loader.count
    return (
        _is_number(site.value)
        and group.kind == "dict"
        and not site.name.isupper()
        and vocabulary().is_loader_group(group.options)
    )


RULE = Rule(
    code="WL103",
    name="non-numeric-worker-literal",
    summary="A worker count is a string, a boolean or None",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
