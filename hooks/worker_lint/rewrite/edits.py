"""Edits by byte span: which fixes go together, and the code that their edits make."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker_lint.finding import Edit, Finding, Fix


def splice(code: bytes, edits: Iterable[Edit]) -> bytes:
    """Return ``code`` with every edit made; the edits do not overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        code = code[: edit.start] + edit.text.encode() + code[edit.end :]
    return code


def chosen(findings: Iterable[Finding]) -> list[Fix]:
    """Return the fixes that can be made in one pass: no two of them in one group, no two of them overlapping.

    Where two fixes meet, the policy's goes first: a count that gets workers may leave nothing to mend in the options
    beside it. What is left over is judged again before the next pass.
    """
    fixes: list[Fix] = []
    groups: set[int] = set()
    for finding in sorted(
        findings, key=lambda finding: (finding.fix is None or finding.fix.kind != "policy", finding.start)
    ):
        fix, group = finding.fix, finding.group
        if fix is None or (group is not None and id(group) in groups):
            continue
        if any(_overlap(edit, other) for edit in fix.edits for made in fixes for other in made.edits):
            continue
        fixes.append(fix)
        if group is not None:
            groups.add(id(group))
    return fixes


def _overlap(one: Edit, other: Edit) -> bool:
    return one.start < other.end and other.start < one.end
