"""Findings as SARIF 2.1.0, which code scanning services, editors and viewers read.

What it knows of places, names and failures serves the other formats for programs too.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO
from urllib.parse import quote

from worker_lint import __version__
from worker_lint.rules import RULES
from worker_lint.source import Edit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import Finding, Fix
    from worker_lint.report.summary import Report
    from worker_lint.rule import Rule
    from worker_lint.source import Source

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
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
        "results": [_result(*found) for found in fingerprints(report)],
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
        "defaultConfiguration": {"level": str(rule.severity)},
    }


def _result(source: Source, finding: Finding, fingerprint: str) -> dict[str, Any]:
    artifact = _artifact(str(source.path))
    region = _region(source, file_edit(source, finding.start, finding.end))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "level": str(finding.severity),
        "message": {"text": plain(f"{finding.message}; {finding.help}")},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"workerLint/v1": fingerprint},
    }
    if finding.fix is not None:
        result["fixes"] = [_fix(source, finding.fix, artifact)]
    return result


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


def near(path: Path) -> Path:
    """Return ``path`` from the current folder where it is in it, as the services want it that know no other."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


class Span(NamedTuple):
    """A place in a whole file: lines and columns from 1, the end behind the last character."""

    line: int
    column: int
    end_line: int
    end_column: int


def file_edit(source: Source, start: int, end: int) -> Edit:
    """Return bytes ``start`` to ``end`` of a source's code as bytes of the whole file's, to be replaced by nothing."""
    return source.outward(Edit(start, end, ""))


def file_span(source: Source, edit: Edit, encoding: str | None = None) -> Span:
    """Return where ``edit``, of the whole file's code, stands.

    Columns count characters or, given an encoding, its code units: bytes of ``utf-8``, pairs of them of ``utf-16-le``.
    """
    return Span(*_place(source.root, edit.start, encoding), *_place(source.root, edit.end, encoding))


def _place(root: Source, offset: int, encoding: str | None) -> tuple[int, int]:
    line, column = root.position(offset)
    if encoding is None:
        return line, column
    # A character has at most four bytes, so these hold all that stands before the place in its line.
    near = root.code[max(0, offset - 4 * column) : offset].decode("utf-8", "replace")
    units = len(near[len(near) - (column - 1) :].encode(encoding, "replace"))
    return line, 1 + (units // 2 if encoding.startswith("utf-16") else units)


def fingerprints(report: Report) -> Iterator[tuple[Source, Finding, str]]:
    """Yield each finding with a name of its own, that stays when lines move.

    It is made of the path, the rule, the name and the text; those of which all are the same are numbered in order.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    for source, finding in report.findings:
        name = "" if finding.site is None else finding.site.name
        text = " ".join(source.code[finding.start : finding.end].decode("utf-8", "replace").split())
        key = (near(source.path).as_posix(), finding.code, name, text)
        digest = sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "surrogatepass"))
        seen[key] += 1
        yield source, finding, digest.hexdigest()


class Failure(NamedTuple):
    """An error of a report, taken apart."""

    path: str
    """The file or folder that it is about; "." where it names none."""
    line: int | None
    column: int | None
    message: str
    """The whole error, with the path."""


_FAILURE = re.compile(r"(?P<path>.+?)(?::(?P<line>[1-9]\d*)(?::(?P<column>[1-9]\d*))?)?: ", re.DOTALL)


def failures(report: Report) -> Iterator[Failure]:
    """Yield the errors of ``report`` with the places that they begin with."""
    for error in report.errors:
        match = _FAILURE.match(error)
        if match is None:
            yield Failure(".", None, None, error)
        else:
            line, column = (None if found is None else int(found) for found in match.group("line", "column"))
            yield Failure(match["path"], line, column, error)


_NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Return ``text`` with a replacement character for each that XML, or UTF-8, has no place for."""
    return _NO_TEXT.sub("\ufffd", text)
