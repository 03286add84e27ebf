"""# cli-workers-not-int (WL104)

## What it does

Finds command-line options for a worker count whose values are not converted to an integer: argparse's `add_argument`
and optparse's `add_option` without a type, or with `type=str`, `float` or `bool`; options of click without a type and
without an integer for a default; `typer` parameters annotated as another type; absl's `DEFINE_string` and
`DEFINE_float`.

Options that take several values or none, whose type is a function, or whose value the file converts later, are not
reported; nor are those of parsers that take the type from elsewhere (jsonargparse, Tap, LightningCLI).

## Why is this bad?

The default works, and hides it. The first one who gives the option gets

    TypeError: '<' not supported between instances of 'str' and 'int'

With `type=float` the loader fails at its first batch. With `type=bool` nothing fails: every text is `True`, `0` too,
so that the loader always gets one worker.

## Example

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--num-workers", default=4, help="processes that load data")
```

## Use instead

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--num-workers", type=int, default=4, help="processes that load data")
```

## Fix safety

Safe: it replaces a certain error, or a count that is none. There is no fix where the default is no integer itself.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
- [argparse, `type`](https://docs.python.org/3/library/argparse.html#type)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity
from worker_lint.locate.forms import text_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._command_line import options, reaches_loader
from worker_lint.rules._once import once
from worker_lint.rules._python import with_keyword
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._command_line import Option
    from worker_lint.site import Document

_SPECIAL = frozenset(
    "nargs choices const is_flag flag_value count multiple callback cls parser click_type".split()  # noqa: SIM905
)
"""Arguments of options whose value is no single text, or is looked at by something else."""
_TYPES = {
    "str": "str", '"string"': "str", '"str"': "str", "click.STRING": "str", "DEFINE_string": "str",
    "Optional[str]": "str", "str | None": "str",
    "float": "float", '"float"': "float", "click.FLOAT": "float", "DEFINE_float": "float",
    "bool": "bool",
}  # fmt: skip
"""What becomes of the text under a type that is no integer's, by how it is written."""
_NEAR = 500
"""Bytes before a name, and behind it, in which it is looked at: a line may be as long as a file."""
_DIGITS = regex(r"""(["'])([0-9]+)\1""")
_CONSEQUENCES = {
    "": "has no type, so that a count on the command line is a string; a loader raises TypeError on it",
    "str": "is a string; a loader raises TypeError on it",
    "float": "is a float; a loader fails on it with TypeError at its first batch",
    "bool": "is a boolean, and every text makes True, 0 too; a loader takes that for 1",
}


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each option of a command line whose count is not converted to an integer."""
    module = document.module
    if module is None:
        return
    for option in options(document):
        found = _made(option)
        if found is None or option.is_open or any(option.keyword(name) is not None for name in _SPECIAL):
            continue
        made, written = found
        name = option.destination
        known = option.site is not None and option.site.value.kind in ("integer", "expression")
        if not (known or reaches_loader(option, document)) or _is_converted(name, module):
            continue
        yield RULE.finding(
            module.value(option.name if written is None else written),
            f"{option.flag} {_CONSEQUENCES[made]}",
            f"write {_right(option)}",
            fix=_fix(option, written) if module.intact(option.call) else None,
            site=option.site,
        )


def _made(option: Option) -> tuple[str, Node | None] | None:
    """Return what becomes of the text of ``option``, and where that is written; None where it may well be right."""
    match option.framework:
        case "absl":
            written = option.call.child_by_field_name("function")
            known = text_of(written).rpartition(".")[2]
        case "typer":
            written = option.call.parent.child_by_field_name("type") if option.call.parent is not None else None
            known = text_of(written)
        case "click":
            written = option.keyword("type")
            known = text_of(written)
            inferred = option.site is not None and option.site.value.kind not in ("string", "null")
            if (written is None and inferred) or known == "bool":
                return None
        case _:
            written = option.keyword("type")
            known = text_of(written).replace("'", '"')
            action = option.keyword("action")
            if action is not None and text_of(action).strip("\"'") != "store":
                return None
    if written is None:
        return None if option.framework in ("absl", "typer") else ("", None)
    return (_TYPES[known], written) if known in _TYPES else None


@once
def _is_converted(name: str, module: Module) -> bool:
    """Return whether the file looks at what kind of value ``name`` has, or makes another of it, anywhere."""
    code, word = module.code, re.escape(name.encode())
    converts = re.compile(rb"\b(?:int|float|eval|literal_eval|isinstance|str)\(\s*[^()\n]*\b" + word + rb"\b")
    set_anew = re.compile(rb"\." + word + rb"\b\s*(?:\.\w|[=!]=\s*[\"']|=[^=\n]*\b" + word + rb"\b)")
    return any(
        converts.search(code, max(0, start - _NEAR), start + len(name.encode()))
        or set_anew.match(code, start - 1, start + _NEAR)
        for start in module.places.of(name)
    )


def _right(option: Option) -> str:
    match option.framework:
        case "absl":
            return "DEFINE_integer"
        case "typer":
            return f"{option.destination}: int"
    return "type=int"


def _fix(option: Option, written: Node | None) -> Fix | None:
    """Return the fix, where the default, if there is one, is an integer then."""
    value = option.site.value if option.site is not None else None
    digits = _DIGITS.fullmatch(value.text) if value is not None and value.kind == "string" else None
    if value is not None and (value.kind == "float" or (value.kind == "string" and digits is None)):
        return None
    edit: Edit | None
    if written is None:
        edit = with_keyword(option.call, "type=int", before="default")
    else:
        text = "int"
        if option.framework == "absl":
            text = re.sub(r"DEFINE_\w+$", "DEFINE_integer", text_of(written))
        elif option.framework == "typer" and text_of(written) not in ("str", "float"):
            return None
        edit = Edit(written.start_byte, written.end_byte, text)
    if edit is None:
        return None
    edits = [edit]
    if value is not None and digits is not None and option.framework in ("absl", "typer"):  # they convert no default
        edits.append(Edit(value.start, value.end, str(int(digits[2]))))
    return Fix("safe", f"Write {_right(option)}", tuple(edits))


RULE = Rule(
    code="WL104",
    name="cli-workers-not-int",
    summary="A command-line option for the worker count is not converted to an integer",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
