"""Findings as Checkstyle's XML, which many CI servers and review tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree

from worker_lint.finding import Severity
from worker_lint.report.markup import write
from worker_lint.report.places import described, failures, file_edit, file_span, plain

if TYPE_CHECKING:
    from worker_lint.report.summary import Report


def render(report: Report, stream: TextIO) -> None:
    """Write an element for each file, with the findings and the failures in it."""
    root = ElementTree.Element("checkstyle", {"version": "4.3"})
    files: dict[str, ElementTree.Element] = {}

    def add(path: str, message: str, severity: Severity, rule: str, line: int | None, column: int | None) -> None:
        if path not in files:
            files[path] = ElementTree.SubElement(root, "file", {"name": plain(path)})
        # Checkstyle itself gives every message a line, 0 where it is about a whole file, but only some a column.
        place = {"line": str(line or 0), **({} if column is None else {"column": str(column)})}
        rest = {"severity": str(severity), "message": plain(message), "source": f"worker-lint.{rule}"}
        ElementTree.SubElement(files[path], "error", {**place, **rest})

    for source, finding in report.findings:
        line, column, *_ = file_span(source, file_edit(source, finding.start, finding.end))
        add(source.path.as_posix(), described(finding), finding.severity, finding.code, line, column)
    for failure in failures(report):
        add(failure.path, failure.message, Severity.ERROR, "failure", failure.line, failure.column)
    write(root, stream)
