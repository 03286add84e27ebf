"""Findings as a Code Quality report of GitLab, which merge requests show."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from worker_lint.finding import Severity
from worker_lint.report.places import described, failures, file_edit, file_span, fingerprints, near, plain

if TYPE_CHECKING:
    from worker_lint.finding import Finding
    from worker_lint.report.places import Failure
    from worker_lint.report.summary import Report
    from worker_lint.source import Source

_SEVERITIES = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report, stream: TextIO) -> None:
    """Write a list with an issue for each finding, and one for each failure."""
    issues = [_issue(*found) for found in fingerprints(report)]
    issues += [_failed(failure, number) for number, failure in enumerate(failures(report))]
    json.dump(issues, stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def _issue(source: Source, finding: Finding, fingerprint: str) -> dict[str, Any]:
    span = file_span(source, file_edit(source, finding.start, finding.end))
    return {
        "description": plain(described(finding)),
        "check_name": finding.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": plain(near(source.path).as_posix()), "lines": {"begin": span.line, "end": span.end_line}},
    }


def _failed(failure: Failure, number: int) -> dict[str, Any]:
    """Return a failure as an issue of the gravest kind: the format knows no other place for it."""
    return {
        "description": plain(failure.message),
        "check_name": "failure",
        "fingerprint": sha256(f"{number}\0{failure.message}".encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": "blocker",
        "location": {"path": plain(near(Path(failure.path)).as_posix()), "lines": {"begin": failure.line or 1}},
    }
