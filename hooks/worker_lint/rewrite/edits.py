"""Edits by byte span: which fixes go together, and the code that their edits make."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker_lint.finding import Fix, FoundIn
    from worker_lint.source import Edit, Source


def splice(code: bytes, edits: Iterable[Edit]) -> bytes:
    """Return ``code`` with every edit made; the edits do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        code = code[: edit.start] + edit.text.encode() + code[edit.end :]
    return code


def chosen(findings: Iterable[FoundIn]) -> list[tuple[Source, Fix]]:
    """Return the fixes that can be made in one pass: no two of them in one group, no two of them overlapping.

    Where two fixes meet, the policy's goes first: a count that gets workers may leave nothing to mend in the options
    beside it. What is left over is judged again before the next pass.
    """
    fixes: list[tuple[Source, Fix]] = []
    made: list[Edit] = []
    groups: set[int] = set()
    for source, finding in sorted(findings, key=_policy_first):
        fix, group = finding.fix, finding.group
        if fix is None or (group is not None and id(group) in groups):
            continue
        edits = [source.outward(edit) for edit in fix.edits]
        if any(_overlap(edit, other) for edit in edits for other in made):
            continue
        fixes.append((source, fix))
        made += edits
        if group is not None:
            groups.add(id(group))
    return fixes


def _policy_first(found: FoundIn) -> tuple[bool, int]:
    _, finding = found
    return finding.fix is None or finding.fix.kind != "policy", finding.start


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end
