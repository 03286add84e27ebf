"""Findings as annotations of GitHub Actions: one workflow command each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from worker_lint.finding import Severity
from worker_lint.report.places import described, failures, file_edit, file_span, plain

if TYPE_CHECKING:
    from worker_lint.report.places import Span
    from worker_lint.report.summary import Report

    _Properties = dict[str, str | int | None]

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, stream: TextIO) -> None:
    """Write a workflow command for each finding and each failure, then the summary."""
    for source, finding in report.findings:
        place = _place(file_span(source, file_edit(source, finding.start, finding.end)))
        properties: _Properties = {"file": source.path.as_posix(), **place, "title": f"worker-lint ({finding.code})"}
        stream.write(_command(_COMMANDS[finding.severity], properties, described(finding)))
    for failure in failures(report):
        path = None if failure.path == "." else failure.path
        where: _Properties = {"file": path, "line": failure.line, "col": failure.column}
        stream.write(_command("error", {**where, "title": "worker-lint"}, failure.message))
    stream.write(f"{report.summary()}\n")


def _place(span: Span) -> dict[str, int]:
    """Return where a finding stands; the runner takes columns only within one line."""
    if span.end_line != span.line:
        return {"line": span.line, "endLine": span.end_line}
    return {"line": span.line, "col": span.column, "endLine": span.end_line, "endColumn": span.end_column}


def _command(name: str, properties: _Properties, message: str) -> str:
    listed = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value is not None)
    return f"::{name} {listed}::{_data(message)}\n"


def _data(text: str) -> str:
    """Return ``text`` as the message of a workflow command."""
    return plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return ``text`` as a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
