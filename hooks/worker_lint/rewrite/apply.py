"""The fixes of one file, made until nothing is left to make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from worker_lint.dataclass import replace
from worker_lint.errors import SourceError
from worker_lint.file_report import Mended
from worker_lint.finding import is_made
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.elision import sparingly
from worker_lint.opening import words_of
from worker_lint.rewrite.edits import chosen, splice, swaps_integers

if TYPE_CHECKING:
    from worker_lint.file_report import FileReport
    from worker_lint.finding import Fix, FoundIn
    from worker_lint.locate.vocabulary import Vocabulary
    from worker_lint.policies import Policies
    from worker_lint.policy import Policy
    from worker_lint.source import Edit, Source

_MOST_PASSES = 100
"""Passes after which fixes that undo each other are given up; two or three are what it takes."""


def mended(report: FileReport, policies: Policies, *, unsafe: bool) -> Mended | None:
    """Return what the file of ``report`` becomes, or None where no fix is to be made in it.

    Raises what ``apply_fixes`` does.
    """
    source = report.source
    if source is None or not any(is_made(finding.fix, unsafe) for _, finding in report.findings):
        return None
    return apply_fixes(source, report.findings, policies.for_path(source.path), unsafe=unsafe)


def apply_fixes(source: Source, findings: list[FoundIn], policy: Policy, *, unsafe: bool = False) -> Mended:
    """Return the file with every fix made, what is left to find in it, and how many findings were mended.

    Unsafe fixes are made where ``unsafe`` asks for them. Nothing is written. Raises SourceError where an edit cannot be
    made safely; the source is then as it was.
    """
    number = 0
    for _ in range(_MOST_PASSES):
        fixes = chosen(findings, unsafe=unsafe)
        if not fixes:
            return Mended(source, findings, number)
        _refuse_more_than_comments(source, fixes, words_of(policy.settings))
        edits = [piece.outward(edit) for piece, fix in fixes for edit in _confirmed(piece, fix)]
        source = replace(source, code=splice(source.code, edits))
        before, findings = len(findings), sparingly(partial(_found, source, policy))
        number += max(len(fixes), before - len(findings))  # a count that gets workers mends the options beside it too
    raise SourceError(f"{source.path}: its fixes undo each other; nothing was written, report this with the file")


def _found(source: Source, policy: Policy, whole: bool) -> list[FoundIn]:
    return judge(locate(source, words_of(policy.settings), whole=whole), policy)


def _refuse_more_than_comments(source: Source, fixes: list[tuple[Source, Fix]], words: Vocabulary) -> None:
    """Raise SourceError where those of ``fixes`` that are to change comments alone change more than that."""
    edits = [piece.outward(edit) for piece, fix in fixes if fix.comments for edit in fix.edits]
    if not edits:
        return
    from worker_lint.rewrite.comments import differ_in_comments_alone

    if not differ_in_comments_alone(source, replace(source, code=splice(source.code, edits)), words):
        raise SourceError(
            f"{source.path}: cannot be fixed, a comment would take code with it; nothing was written, "
            "report this with the file"
        )


def _confirmed(source: Source, fix: Fix) -> tuple[Edit, ...]:
    """Return the edits of ``fix``; those that change syntax of Python are as libcst makes them.

    Raises SourceError where it does not agree.
    """
    if source.language != "python" or fix.comments or all(swaps_integers(source.code, edit) for edit in fix.edits):
        return fix.edits
    # libcst is heavy: it is loaded when the first such edit is made.
    from worker_lint.rewrite.transform import TransformError, rewritten

    try:
        return tuple(rewritten(source.code, edit) for edit in fix.edits)
    except TransformError as error:
        raise SourceError(
            f"{source.path}: cannot be fixed, {error}; nothing was written, report this with the file"
        ) from error
