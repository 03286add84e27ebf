"""Findings in the Diagnostic Format of reviewdog, which comments on pull requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from worker_lint.finding import is_made
from worker_lint.report.places import failures, file_edit, file_span, plain, related_place
from worker_lint.source import Edit

if TYPE_CHECKING:
    from worker_lint.finding import Finding, Fix, Related
    from worker_lint.report.places import Failure
    from worker_lint.report.summary import Report
    from worker_lint.source import Source


def render(report: Report, stream: TextIO) -> None:
    """Write one result with a diagnostic for each finding and each failure."""
    diagnostics = [_diagnostic(source, finding, report.unsafe) for source, finding in report.findings]
    diagnostics += [_failed(failure) for failure in failures(report)]
    json.dump({"source": {"name": "worker-lint"}, "diagnostics": diagnostics}, stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def _diagnostic(source: Source, finding: Finding, unsafe: bool) -> dict[str, Any]:
    diagnostic: dict[str, Any] = {
        "message": plain(f"{finding.message}; {finding.help}"),
        "location": {
            "path": plain(source.path.as_posix()),
            "range": _range(source, file_edit(source, finding.start, finding.end)),
        },
        "severity": str(finding.severity).upper(),
        "code": {"value": finding.code},
    }
    if finding.fix is not None and is_made(finding.fix, unsafe):
        edit = _whole(source, finding.fix)
        diagnostic["suggestions"] = [{"range": _range(source, edit), "text": edit.text}]
    if finding.related:
        diagnostic["related_locations"] = [_related(source, related) for related in finding.related]
    return diagnostic


def _related(source: Source, related: Related) -> dict[str, Any]:
    line, column = related_place(source, related, "utf-8")
    start = {"line": line} if column is None else {"line": line, "column": column}
    location = {"path": plain(related.path.as_posix()), "range": {"start": start}}
    return {"message": plain(related.text), "location": location}


def _whole(source: Source, fix: Fix) -> Edit:
    """Return the edits of ``fix`` as one of the whole file: each suggestion is taken, or not, by itself."""
    edits = sorted((source.outward(edit) for edit in fix.edits), key=lambda edit: (edit.start, edit.end))
    text, last = "", edits[0].start
    for edit in edits:
        text += source.root.code[last : edit.start].decode("utf-8", "replace") + edit.text
        last = edit.end
    return Edit(edits[0].start, last, text)


def _range(source: Source, edit: Edit) -> dict[str, Any]:
    line, column, end_line, end_column = file_span(source, edit, "utf-8")
    return {"start": {"line": line, "column": column}, "end": {"line": end_line, "column": end_column}}


def _failed(failure: Failure) -> dict[str, Any]:
    location: dict[str, Any] = {"path": plain(failure.path)}
    if failure.line is not None:
        # The column is left out: it counts characters, and bytes are asked for.
        location["range"] = {"start": {"line": failure.line}}
    return {"message": plain(failure.message), "location": location, "severity": "ERROR"}
