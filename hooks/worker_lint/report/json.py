"""Findings for programs: one JSON document, described by ``schemas/report.schema.json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TextIO

from worker_lint import __version__
from worker_lint.finding import Severity
from worker_lint.rules import RULES

if TYPE_CHECKING:
    from worker_lint.finding import Finding
    from worker_lint.report.summary import Report
    from worker_lint.source import Source


def render(report: Report, stream: TextIO) -> None:
    """Write the whole report as one document."""
    document = {
        "schema": "worker-lint/report/1",
        "version": __version__,
        "findings": [_finding(source, finding) for source, finding in report.findings],
        "errors": [{"message": error} for error in report.errors],
        "summary": {
            "files_checked": report.files_checked,
            "findings": len(report.findings),
            "errors": report.count(Severity.ERROR),
            "warnings": report.count(Severity.WARNING),
            "infos": report.count(Severity.INFO),
            "fixable": report.fixable,
            "fixable_unsafely": report.fixable_unsafely,
            "fixed": report.fixed,
        },
    }
    json.dump(document, stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def _finding(source: Source, finding: Finding) -> dict[str, Any]:
    site = finding.site
    return {
        "path": source.path.as_posix(),
        "cell": source.cell(finding.start),
        **_span(source, finding.start, finding.end),
        "code": finding.code,
        "name": _NAMES[finding.code],
        "severity": str(finding.severity),
        "message": finding.message,
        "help": finding.help,
        "site": None
        if site is None
        else {
            "name": site.name,
            "form": site.form,
            "value": site.value.text,
            "literal": site.value.literal,
            "pointer": site.pointer,
        },
        "fix": None
        if finding.fix is None
        else {
            "kind": finding.fix.kind,
            "title": finding.fix.title,
            "edits": [{**_span(source, edit.start, edit.end), "text": edit.text} for edit in finding.fix.edits],
        },
        "related": [
            {
                "path": related.path.as_posix(),
                "line": related.position.line,
                "column": related.position.column,
                "text": related.text,
            }
            for related in finding.related
        ],
    }


def _span(source: Source, start: int, end: int) -> dict[str, int]:
    line, column = source.position(start)
    end_line, end_column = source.position(end)
    return {"line": line, "column": column, "end_line": end_line, "end_column": end_column}


_NAMES = {rule.code: rule.name for rule in RULES}
