"""Findings as annotations of GitHub Actions: one workflow command each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from worker_lint.finding import Severity

if TYPE_CHECKING:
    from worker_lint.report.summary import Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report, stream: TextIO) -> None:
    """Write a workflow command for each finding and each failure, then the summary."""
    for source, finding in report.findings:
        line, column = source.file_position(finding.start)
        end_line, end_column = source.file_position(finding.end)
        properties = {
            "file": source.path.as_posix(),
            "line": line,
            "col": column,
            "endLine": end_line,
            "endColumn": end_column,
            "title": f"worker-lint ({finding.code})",
        }
        listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
        stream.write(f"::{_COMMANDS[finding.severity]} {listed}::{_data(f'{finding.message}; {finding.help}')}\n")
    stream.writelines(f"::error title=worker-lint::{_data(error)}\n" for error in report.errors)
    stream.write(f"{report.summary()}\n")


def _data(text: str) -> str:
    """Return ``text`` as the message of a workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Return ``text`` as a property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
