"""The fixes of one file, made until nothing is left to make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from worker_lint.check import judge
from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.rewrite.edits import chosen, splice

if TYPE_CHECKING:
    from worker_lint.finding import Finding, Fix
    from worker_lint.policy import Policy
    from worker_lint.source import Source

_MOST_PASSES = 100
"""Passes after which fixes that undo each other are given up; two or three are what it takes."""


def apply_fixes(source: Source, findings: list[Finding], policy: Policy) -> tuple[Source, list[Finding], int]:
    """Return the source with every fix made, what is left to find in it, and how many findings were mended.

    Nothing is written. Raises SourceError where an edit cannot be made safely; the source is then as it was.
    """
    mended = 0
    for _ in range(_MOST_PASSES):
        fixes = chosen(findings)
        if not fixes:
            return source, findings, mended
        source = replace(source, code=_rewritten(source, fixes))
        before, findings = len(findings), judge(locate(source), policy)
        mended += max(len(fixes), before - len(findings))  # a count that gets workers mends the options beside it too
    raise SourceError(f"{source.path}: its fixes undo each other; nothing was written, report this with the file")


def _rewritten(source: Source, fixes: list[Fix]) -> bytes:
    if source.language != "python":
        return splice(source.code, (edit for fix in fixes for edit in fix.edits))
    # libcst is heavy: it is loaded when the first Python file is rewritten.
    from worker_lint.rewrite.transform import TransformError, rewrite_python

    try:
        return rewrite_python(source.code, fixes)
    except TransformError as error:
        raise SourceError(
            f"{source.path}: cannot be fixed, {error}; nothing was written, report this with the file"
        ) from error
