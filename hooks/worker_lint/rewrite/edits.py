"""Edits by byte span: which fixes go together, and the code that their edits make."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from worker_lint.finding import is_made
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker_lint.finding import Fix, FixKind, FoundIn
    from worker_lint.source import Edit, Source


_INTEGER = regex(rb"-?(?:0|[1-9][0-9]{0,17})")


def swaps_integers(code: bytes, edit: Edit) -> bool:
    """Return whether ``edit``, of Python ``code``, puts one integer in the place of another.

    Both are whole expressions then, and the syntax around them is what it was: there is nothing to ask a parser.
    """
    return all(_INTEGER.fullmatch(each) for each in (code[edit.start : edit.end], edit.text.encode()))


def splice(code: bytes, edits: Iterable[Edit]) -> bytes:
    """Return ``code`` with every edit made; the edits do not overlap."""
    pieces: list[bytes] = []
    end = 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        pieces += [code[end : edit.start], edit.text.encode()]
        end = edit.end
    return b"".join([*pieces, code[end:]])


_ORDER: tuple[FixKind, ...] = ("policy", "safe", "unsafe")
"""A count that gets workers may leave nothing to mend in the options beside it; the unsafe come last."""


def chosen(findings: Iterable[FoundIn], *, unsafe: bool = False) -> list[tuple[Source, Fix]]:
    """Return the fixes that can be made in one pass: of one kind in each group, and no two of them overlapping.

    Unsafe ones only where ``unsafe`` asks for them. What is left over is judged again before the next pass.
    """
    fixes: list[tuple[Source, Fix]] = []
    kinds: dict[int, FixKind] = {}
    taken: list[tuple[int, int]] = []
    for source, finding in sorted((found for found in findings if is_made(found[1].fix, unsafe)), key=_order):
        fix, group = finding.fix, finding.group
        if fix is None or (group is not None and kinds.get(id(group), fix.kind) != fix.kind):
            continue
        edits = [source.outward(edit) for edit in fix.edits]
        if any(_meets(edit, taken) for edit in edits):
            continue
        fixes.append((source, fix))
        for edit in edits:
            insort(taken, (edit.start, edit.end))
        if group is not None:
            kinds[id(group)] = fix.kind
    return fixes


def _order(found: FoundIn) -> tuple[int, int]:
    _, finding = found
    return 0 if finding.fix is None else _ORDER.index(finding.fix.kind), finding.start


def _meets(edit: Edit, taken: list[tuple[int, int]]) -> bool:
    """Return whether ``edit`` overlaps one of the spans ``taken``, which are in order."""
    index = bisect_left(taken, (edit.start, edit.end))
    before, after = taken[index - 1 : index], taken[index : index + 1]
    return any(start < edit.end and edit.start < end for start, end in (*before, *after))
