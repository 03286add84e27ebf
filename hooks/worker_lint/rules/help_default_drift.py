"""# help-default-drift (WL107)

## What it does

Finds options for a worker count whose help text tells another default than they have: in argparse, optparse, click,
typer and absl, and in fields with `metadata={"help": ...}`.

## Why is this bad?

One of the two numbers is wrong, and nobody sees it: the text is what people read before they decide not to set the
option. Such texts are copied from script to script, and their numbers with them.

## Example

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--num-workers", type=int, default=4, help="processes that load data (default: 16)")
```

## Use instead

```python
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--batch-size", type=int, default=32)
parser.add_argument("--num-workers", type=int, default=4, help="processes that load data (default: %(default)s)")
```

## Fix safety

Safe: only the help text changes. In argparse it becomes `%(default)s`, which cannot drift again, elsewhere the number
that is the default. Whether the default was meant to be the other number only its author knows.

## References

- [argparse, `help`](https://docs.python.org/3/library/argparse.html#help)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Severity
from worker_lint.locate.forms import keyword, text_of
from worker_lint.locate.module import around
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._command_line import options
from worker_lint.site import Value
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_TOLD = regex(
    rb"(?i)\bdefaults?(?:[ \t]+(?:value|is|to|of|number))*[ \t]*[:=]?[ \t]*(-?[0-9]+)"
    rb"(?=[ \t]*(?:[)\]}>,;'\"]|\.(?![0-9])|$|[ \t](?![-+*/x%][ \t])\w))"
)
"""A default in prose; not of ``default: 4 * gpus``, ``default 0.5`` or ``default 4-8``."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each help text that tells another default than the option has."""
    module = document.module
    if module is None:
        return
    for site, text, formats in _helps(document, module):
        told = [(string, match) for string in _strings(text) for match in _TOLD.finditer(string.text or b"")]
        number = site.value.number
        if len(told) != 1 or number is None or int(told[0][1][1]) == number:
            continue
        string, match = told[0]
        start, end = (string.start_byte + offset for offset in match.span(1))
        right = "%(default)s" if formats else str(number)
        new = f"{match.string[: match.start(1)].decode()}{right}{match.string[match.end(1) :].decode()}"
        yield RULE.finding(
            Value(start, end, match[1].decode(), "integer", int(match[1])),
            f"the help text of {site.name} says that its default is {match[1].decode()}, and it is {number}",
            f"write {right}",
            fix=Fix("safe", f"Write {right}", (Edit(string.start_byte, string.end_byte, new),))
            if module.intact(string)
            else None,
            site=site,
        )


def _helps(document: Document, module: Module) -> Iterator[tuple[Site, Node, bool]]:
    """Yield each default that is a number with the help text, and whether ``%(default)s`` has a meaning in it."""
    for option in options(document):
        if option.site is None or not option.site.value.literal:
            continue
        text = option.keyword("help")
        if option.framework == "absl" and text is None:
            strings = [child for child in option.arguments.named_children if child.type in _TEXTS]
            text = strings[-1] if len(strings) > 1 else None
        if text is not None:
            yield option.site, text, option.framework == "argparse"
    for site in document.sites:
        if site.form != "field-default" or not site.value.literal:
            continue
        default = module.node(site.value.start, site.value.end)
        arguments = around(default, "argument_list") if default is not None else None
        text = _described(arguments) if arguments is not None else None
        if text is not None:
            yield site, text, False


def _described(arguments: Node) -> Node | None:
    """Return the text that describes a field of a dataclass or of pydantic."""
    metadata = keyword(arguments, "metadata")
    for entry in metadata.named_children if metadata is not None else ():
        if entry.type == "pair" and text_of(entry.child_by_field_name("key")).strip("\"'") == "help":
            return entry.child_by_field_name("value")
    return keyword(arguments, "description")


def _strings(text: Node) -> list[Node]:
    """Return the string literals that ``text`` is made of, without those that something is put into."""
    literals = [text] if text.type == "string" else []
    if text.type in ("concatenated_string", "parenthesized_expression"):
        literals = [string for child in text.named_children for string in _strings(child)]
    return [string for string in literals if all(child.type != "interpolation" for child in string.named_children)]


_TEXTS = ("string", "concatenated_string", "parenthesized_expression")

RULE = Rule(
    code="WL107",
    name="help-default-drift",
    summary="The help text of an option tells another default than it has",
    severity=Severity.INFO,
    check=check,
    fix="safe",
)
