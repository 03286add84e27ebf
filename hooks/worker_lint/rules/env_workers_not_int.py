"""# env-workers-not-int (WL105)

## What it does

Finds environment variables that a known loader takes for its worker count as they are: `os.environ["NUM_WORKERS"]`,
`os.environ.get(...)` or `os.getenv(...)` as its argument, or as the one value of the name that is its argument.

## Why is this bad?

The values of environment variables are strings, and a loader compares its count with 0 when it is built:

    TypeError: '<' not supported between instances of 'str' and 'int'

A number for a default hides it: the program works until somebody sets the variable.

## Example

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=os.environ.get("NUM_WORKERS", 4))
```

## Use instead

```python
import os

from torch.utils.data import DataLoader

loader = DataLoader(dataset, num_workers=int(os.environ.get("NUM_WORKERS", 4)))
```

## Fix safety

Safe: it replaces a certain error; a default that is a number stays. There is no fix where the variable may be missing
and there is no default, or none that is a number.

## References

- `torch/utils/data/dataloader.py`, `DataLoader.__init__`
- [`os.environ`](https://docs.python.org/3/library/os.html#os.environ)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.finding import Fix, Severity, replacing
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._words import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Value

_SOURCES = ("os.environ", "os.getenv")
_CONVERSION = regex(r"\b(?:int|float|eval|literal_eval|str|isinstance)\(")
_ASSIGNED = regex(rb"\s*=\s*(?!=)")
_PART_OF_ONE = regex(rb"[\w.]")
_DIGITS = regex(r"""(["']?)[0-9]+\1""")


@dataclass(frozen=True, slots=True)
class _Read:
    """One place where an environment variable is read."""

    node: Node
    """The expression; with what stands behind an ``or``, where something does."""
    variable: str
    """The variable's name as written."""
    fallback: Node | None
    """What takes its place where it is not set."""
    may_be_missing: bool
    """Whether it is None where it is not set, and not an error."""


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each environment variable that a loader takes for its count as it is."""
    module = document.module
    if module is None or not (b"environ" in module.code or b"getenv" in module.code):
        return
    if all(group.loader is None or group.count is None or group.count.literal for group in document.groups):
        return
    takers = _Takers(document, module)
    for read in _reads(module):
        value = module.value(read.node)
        group = takers.of(value)
        if group is None or group.loader is None:
            continue
        fallback = module.value(read.fallback) if read.fallback is not None else None
        hidden = fallback is not None and fallback.kind not in ("string", "null")
        yield RULE.finding(
            value,
            f"{group.loader.count} is {f'a string where {read.variable} is set' if hidden else _what(read)}; "
            "a loader raises TypeError on it",
            f"write int({shown(value)})" if _is_number(read, fallback) else "convert it with int(), and give a default",
            fix=Fix("safe", "Convert it with int()", (replacing(value, f"int({value.text})"),))
            if _is_number(read, fallback) and module.intact(read.node)
            else None,
            group=group,
        )


def _what(read: _Read) -> str:
    return f"the string {read.variable} of the environment{', or None' if read.may_be_missing else ''}"


def _is_number(read: _Read, fallback: Value | None) -> bool:
    """Return whether ``int()`` takes whatever the expression is where the variable is not set."""
    if fallback is None:
        return not read.may_be_missing
    return _DIGITS.fullmatch(fallback.text) is not None or fallback.kind in ("reference", "expression")


def _reads(module: Module) -> Iterator[_Read]:
    names = {local for local, dotted in module.imports.names.items() if dotted in _SOURCES}
    for word in module.words({"environ", "getenv", *names}):
        source = word.parent if word.parent is not None and word.parent.type == "attribute" else word
        if module.dotted(source) in _SOURCES:
            read = _subscript(source) or _lookup(source)
            if read is not None:
                yield _with_alternative(read)


def _subscript(source: Node) -> _Read | None:
    """Return ``os.environ["X"]`` as a read, or None."""
    node = source.parent
    if node is None or node.type != "subscript" or node.child_by_field_name("value") != source:
        return None
    return _Read(node, _variable(node.child_by_field_name("subscript")), None, may_be_missing=False)


def _lookup(source: Node) -> _Read | None:
    """Return ``os.environ.get("X", 4)`` or ``os.getenv("X", 4)`` as a read, or None."""
    function: Node | None = source
    if last_name(source) != "getenv" and source.parent is not None and last_name(source.parent) == "get":
        function = source.parent
    call = function.parent if function is not None else None
    arguments = call.child_by_field_name("arguments") if call is not None and call.type == "call" else None
    if call is None or arguments is None or call.child_by_field_name("function") != function:
        return None
    positional = [child for child in arguments.named_children if child.type not in ("comment", "keyword_argument")]
    if not positional:
        return None
    fallback = positional[1] if len(positional) > 1 else keyword(arguments, "default")
    return _Read(call, _variable(positional[0]), fallback, fallback is None or fallback.type == "none")


def _with_alternative(read: _Read) -> _Read:
    """Return ``read`` with the parentheses around it, and with what stands behind an ``or``."""
    node, above = read.node, read.node.parent
    while above is not None and above.type in ("parenthesized_expression", "boolean_operator"):
        if above.type == "boolean_operator":
            operator = text_of(above.child_by_field_name("operator"))
            if operator != "or" or above.child_by_field_name("left") != node:
                break
            read = _Read(above, read.variable, above.child_by_field_name("right"), may_be_missing=False)
        node, above = above, above.parent
    return read


def _variable(key: Node | None) -> str:
    return text_of(key).strip("\"'")


class _Takers:
    """The calls of known loaders by the expressions that they take for their counts, in them or under a name."""

    def __init__(self, document: Document, module: Module) -> None:
        self._groups = document.loaders
        self._by_value: dict[tuple[int, int], int] = {}
        self._by_attribute: dict[int, int] = {}
        attributes: dict[str, int] = {}
        for index, group in enumerate(self._groups):
            count = group.count
            if count is None:
                continue
            given = [] if any(_CONVERSION.search(each.text) for each in group.count_values) else group.count_values
            for value in (count, *given):
                self._by_value.setdefault((value.start, value.end), index)
            if count.kind == "reference" and "." in count.text:
                attributes.setdefault(count.text, index)
        for target, index in attributes.items():
            only = _only_value(target, module)
            if only is not None:
                self._by_attribute.setdefault(only, index)

    def of(self, value: Value) -> Group | None:
        """Return the first whose count ``value`` is; None where that is sure of none."""
        known = (self._by_value.get((value.start, value.end)), self._by_attribute.get(value.start))
        found = [index for index in known if index is not None]
        return self._groups[min(found)] if found else None


def _only_value(target: str, module: Module) -> int | None:
    """Return where the only value begins that the file assigns to ``target``, an attribute; None for several."""
    name, last = target.encode(), target.rpartition(".")[2]
    found = []
    for start in module.places.of(last):
        end = start + len(last.encode())
        first = end - len(name)
        if first < 0 or not module.code.startswith(name, first):
            continue
        if first and _PART_OF_ONE.match(module.code, first - 1):
            continue
        assigned = _ASSIGNED.match(module.code, end)
        if assigned is not None:
            found.append(assigned.end())
    return found[0] if len(found) == 1 else None


RULE = Rule(
    code="WL105",
    name="env-workers-not-int",
    summary="The text of an environment variable is taken for the worker count",
    severity=Severity.ERROR,
    check=check,
    fix="safe",
)
