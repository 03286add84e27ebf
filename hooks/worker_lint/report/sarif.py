"""Findings as SARIF 2.1.0, which code scanning services, editors and viewers read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote

from worker_lint import __version__
from worker_lint.finding import Severity, is_made
from worker_lint.report.places import failures, file_edit, file_span, fingerprints, near, plain, related_place
from worker_lint.rules import RULES
from worker_lint.rules._families import family_of

if TYPE_CHECKING:
    from worker_lint.finding import Finding, Fix, Related
    from worker_lint.report.places import Failure
    from worker_lint.report.summary import Report
    from worker_lint.rule import Rule
    from worker_lint.source import Edit, Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEMS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
"""What GitHub's code scanning calls the severities of what is no matter of security."""
_INDEX = {rule.code: index for index, rule in enumerate(RULES)}


def render(report: Report, stream: TextIO) -> None:
    """Write the whole report as one log of one run."""
    notifications = [_notification(failure) for failure in failures(report)]
    run = {
        "tool": {
            "driver": {
                "name": "worker-lint",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(rule) for rule in RULES],
            }
        },
        "invocations": [{"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}],
        "columnKind": "utf16CodeUnits",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [_result(*found, report.unsafe) for found in fingerprints(report)],
    }
    json.dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": _LEVELS[rule.severity], "enabled": rule.default},
        "properties": {
            "precision": rule.confidence,
            "problem.severity": _PROBLEMS[rule.severity],
            "tags": ["data-loading", family_of(rule.code).tag],
        },
    }


def _result(source: Source, finding: Finding, fingerprint: str, unsafe: bool) -> dict[str, Any]:
    artifact = _artifact(str(source.path))
    region = _region(source, file_edit(source, finding.start, finding.end))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "level": _LEVELS[finding.severity],
        "message": {"text": plain(f"{finding.message}; {finding.help}")},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"workerLint/v1": fingerprint},
    }
    if finding.related:
        result["relatedLocations"] = [_related(source, *found) for found in enumerate(finding.related)]
    if finding.fix is not None and is_made(finding.fix, unsafe):
        result["fixes"] = [_fix(source, finding.fix, artifact)]
    return result


def _related(source: Source, number: int, related: Related) -> dict[str, Any]:
    line, column = related_place(source, related, "utf-16-le")
    region = {"startLine": line} if column is None else {"startLine": line, "startColumn": column}
    return {
        "id": number,
        "message": {"text": plain(related.text)},
        "physicalLocation": {"artifactLocation": _artifact(str(related.path)), "region": region},
    }


def _fix(source: Source, fix: Fix, artifact: dict[str, str]) -> dict[str, Any]:
    edits = sorted((source.outward(edit) for edit in fix.edits), key=lambda edit: (edit.start, edit.end))
    replacements = [{"deletedRegion": _region(source, edit), "insertedContent": {"text": edit.text}} for edit in edits]
    return {
        "description": {"text": plain(fix.title)},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }


def _region(source: Source, edit: Edit) -> dict[str, int]:
    line, column, end_line, end_column = file_span(source, edit, "utf-16-le")
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _notification(failure: Failure) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": _artifact(failure.path)}
    if failure.line is not None:
        # The column is left out: it counts characters, and the file that holds them could not be read.
        location["region"] = {"startLine": failure.line}
    return {
        "level": "error",
        "message": {"text": plain(failure.message)},
        "locations": [{"physicalLocation": location}],
    }


def _artifact(name: str) -> dict[str, str]:
    """Return the place of a file: relative to the current folder where the file is in it."""
    path = near(Path(name))
    return {"uri": path.as_uri() if path.is_absolute() else quote(os.fsencode(path.as_posix()), safe="/")}
