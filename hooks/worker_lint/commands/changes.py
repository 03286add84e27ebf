"""What becomes of the files in which ``check`` finds something: mended, commented, or shown as a diff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.errors import SourceError
from worker_lint.finding import is_made
from worker_lint.named_tuple import NamedTuple

if TYPE_CHECKING:
    import argparse

    from worker_lint.file_report import FileReport
    from worker_lint.finding import FoundIn
    from worker_lint.policies import Policies

    Taken = tuple[FileReport, "Change | SourceError | None"]
    """What was found in a file, and what becomes of it; the error where that cannot be done."""


class Change(NamedTuple):
    """What becomes of a file."""

    data: bytes
    """What it will hold, or the diff that shows that."""
    left: list[FoundIn]
    """What is then still found in it."""
    number: int
    """How many findings were mended, or accepted."""


class Changes:
    """What the arguments ask to be made of each file."""

    def __init__(self, args: argparse.Namespace, policies: Policies) -> None:
        self._args = args
        self._policies = policies

    def of(self, file: FileReport) -> Change | SourceError | None:
        """Return what the file becomes with its fixes made, or comments written into it; the error where it cannot."""
        args, source = self._args, file.source
        if source is None or not file.findings:
            return None
        mends = not args.add_ignore and any(is_made(finding.fix, args.unsafe_fixes) for _, finding in file.findings)
        if not (args.add_ignore or (mends and (args.fix or args.diff))):
            return None
        policy = self._policies.for_path(source.path)
        # Rewriting is imported where something is rewritten.
        try:
            if args.add_ignore:
                from worker_lint.rewrite.ignores import add_ignores

                changed, left, number = add_ignores(source, file.findings, policy, args.reason or "")
                if not number:
                    return None
            else:
                from worker_lint.rewrite.apply import apply_fixes

                changed, left, number = file.mended or apply_fixes(
                    source, file.findings, policy, unsafe=args.unsafe_fixes
                )
            data = changed.encode(changed.code)
            if args.diff:
                from worker_lint.rewrite.diff import unified_diff

                data = unified_diff(source, changed)
        except SourceError as error:
            return error
        return Change(data, left, number)


def write_changes(taken: list[Taken]) -> list[Taken]:
    """Write each file that changes; where one cannot be written, that takes the place of the change."""
    changes = [(file.path, change.data) for file, change in taken if isinstance(change, Change)]
    if not changes:
        return taken
    from worker_lint.rewrite.files import write_each

    outcomes = iter(write_each(changes))
    return [(file, (next(outcomes) or change) if isinstance(change, Change) else change) for file, change in taken]
