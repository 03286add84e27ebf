"""Findings as JUnit's XML, which most CI servers show as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO
from xml.etree import ElementTree

from worker_lint.finding import Severity
from worker_lint.report.markup import write
from worker_lint.report.places import described, failures, file_edit, file_span, plain

if TYPE_CHECKING:
    from worker_lint.report.summary import Report


def render(report: Report, stream: TextIO) -> None:
    """Write a suite for each file: a test for each finding, which failed, and one with an error for each failure.

    A finding of severity info is a test that passed, and says so in its output. Where there is nothing at all, one
    test passed: servers take a report without tests for a run that did not happen.
    """
    suites: dict[str, ElementTree.Element] = {}

    def add(path: str, name: str) -> ElementTree.Element:
        if path not in suites:
            # The file is said of the suite: the strictest reader, Jenkins' xUnit plugin, refuses it in a test.
            suites[path] = ElementTree.Element("testsuite", {"name": path, "file": path})
        return ElementTree.SubElement(suites[path], "testcase", {"name": name, "classname": path})

    for source, finding in report.findings:
        path = plain(source.path.as_posix())
        line, column, *_ = file_span(source, file_edit(source, finding.start, finding.end))
        message = plain(described(finding))
        text = _line(f"{path}:{line}:{column}: {finding.code} {finding.severity}: {message}")
        test = add(path, f"{finding.code} {path}:{line}:{column}")
        if finding.severity is Severity.INFO:
            ElementTree.SubElement(test, "system-out").text = text
        else:
            attributes = {"message": message, "type": str(finding.severity)}
            ElementTree.SubElement(test, "failure", attributes).text = text
    for number, failed in enumerate(failures(report), 1):
        path, message = plain(failed.path), plain(failed.message)
        test = add(path, f"failure {number} {path}")
        attributes = {"message": message, "type": str(Severity.ERROR)}
        ElementTree.SubElement(test, "error", attributes).text = _line(message)
    if not suites:
        suites["."] = ElementTree.Element("testsuite", {"name": "worker-lint"})
        ElementTree.SubElement(suites["."], "testcase", {"name": "no findings", "classname": "worker-lint"})
    root = ElementTree.Element("testsuites", {"name": "worker-lint"})
    root.extend(suites.values())
    kinds = {"tests": "testcase", "failures": "failure", "errors": "error"}
    for element in (root, *suites.values()):
        for name, tag in kinds.items():
            element.set(name, str(sum(1 for _ in element.iter(tag))))
    write(root, stream)


def _line(text: str) -> str:
    """Return ``text`` without carriage returns, which readers of XML would take for line breaks."""
    return text.replace("\r", "\ufffd")
