"""Findings as JUnit's XML, which most CI servers show as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree

from worker_lint.finding import Severity
from worker_lint.report.markup import write
from worker_lint.report.places import failures, file_edit, file_span, plain

if TYPE_CHECKING:
    from worker_lint.report.summary import Report


def render(report: Report, stream: TextIO) -> None:
    """Write a suite with a test that failed for each finding, and one with an error for each failure.

    Where there are none, one test passed: servers take a suite without tests for one that did not run.
    """
    counts = {
        "name": "worker-lint",
        "tests": str(len(report.findings) + len(report.errors) or 1),
        "failures": str(len(report.findings)),
        "errors": str(len(report.errors)),
    }
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", counts)
    for source, finding in report.findings:
        path = plain(source.path.as_posix())
        line, column, *_ = file_span(source, file_edit(source, finding.start, finding.end))
        names = {"name": f"{finding.code} {path}:{line}:{column}", "classname": path, "file": path, "line": str(line)}
        test = ElementTree.SubElement(suite, "testcase", names)
        message = plain(f"{finding.message}; {finding.help}")
        failure = ElementTree.SubElement(test, "failure", {"message": message, "type": str(finding.severity)})
        failure.text = _line(f"{path}:{line}:{column}: {finding.code} {finding.severity}: {message}")
    for number, failed in enumerate(failures(report), 1):
        path, message = plain(failed.path), plain(failed.message)
        names = {"name": f"failure {number} {path}", "classname": path, "file": path}
        test = ElementTree.SubElement(suite, "testcase", names)
        ElementTree.SubElement(test, "error", {"message": message, "type": str(Severity.ERROR)}).text = _line(message)
    if not (report.findings or report.errors):
        ElementTree.SubElement(suite, "testcase", {"name": "no findings", "classname": "worker-lint"})
    write(root, stream)


def _line(text: str) -> str:
    """Return ``text`` without carriage returns, which readers of XML would take for line breaks."""
    return text.replace("\r", "\ufffd")
