"""Each format, read the way its readers do it, says of a report what the report says."""

from __future__ import annotations

import io
import json
import os
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker_lint.dataclass import replace
from worker_lint.finding import Related, Severity
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policy import Policy
from worker_lint.report import FORMATS, renderer
from worker_lint.report.places import described, plain
from worker_lint.report.summary import Report
from worker_lint.settings import Settings
from worker_lint.source import Position, Source

FAILURES = {
    "gone.py: cannot be read: No such file": ("gone.py", None),
    "x\udcf6.json:3:7: byte \x01\n<&": ("x\ufffd.json", 3),
    "nothing that names a place": (".", None),
}
"""Errors of a report, and the places that readers are to see."""


class Row(NamedTuple):
    """What a reader gets of a finding or of a failure."""

    path: str
    line: int | None
    rule: str | None
    severity: str
    message: str
    related: tuple[tuple[str, int, str], ...] = ()


def rows_of(report, *, apart):
    """What a report says; related places stand apart from the message, or at its end."""
    for source, finding in report.findings:
        line = source.file_position(finding.start).line
        message = f"{finding.message}; {finding.help}" if apart else described(finding)
        related = ((plain(r.path.as_posix()), r.position.line, plain(r.text)) for r in finding.related if apart)
        path = plain(source.path.as_posix())
        yield Row(path, line, finding.code, str(finding.severity), plain(message), tuple(related))
    for error in report.errors:
        yield Row(*FAILURES[error], None, "error", plain(error))


def read_github(text):
    """As the runner does it: TryParseV2 of a command, and ValidateLinesAndColumns of an annotation."""

    def unescaped(text, *more):
        for code, char in (("%0D", "\r"), ("%0A", "\n"), *more, ("%25", "%")):
            text = text.replace(code, char)
        return text

    *commands, summary, rest = re.split("\r\n|\r|\n", text)
    assert "::" not in summary
    assert rest == ""
    for command in commands:
        key, information, data = re.fullmatch("(::)(.*?)::(.*)", command, re.DOTALL).groups()
        assert key == "::"
        name, _, listed = information.partition(" ")
        pairs = (pair.split("=", 1) for pair in listed.split(",") if pair)
        known = {key: unescaped(value, ("%3A", ":"), ("%2C", ",")) for key, value in pairs}
        assert set(known) <= {"file", "line", "col", "endLine", "endColumn", "title"}
        line, column = (int(known.get(name, 0)) for name in ("line", "col"))
        assert line <= int(known.get("endLine", line))
        assert not column or int(known.get("endLine", line)) == line > 0
        assert column <= int(known.get("endColumn", column))
        rule = re.fullmatch(r"worker-lint(?: \((.*)\))?", known["title"])[1]
        severity = {"error": "error", "warning": "warning", "notice": "info"}[name]
        yield Row(known.get("file", "."), line or None, rule, severity, unescaped(data))


def read_sarif(text):
    (run,) = json.loads(text)["runs"]
    (invocation,) = run["invocations"]

    def place_of(location):
        place = location["physicalLocation"]
        path = plain(os.fsdecode(unquote_to_bytes(place["artifactLocation"]["uri"])))
        return path, place.get("region", {}).get("startLine")

    for found in (*run["results"], *invocation["toolExecutionNotifications"]):
        (location,) = found["locations"]
        severity = {"error": "error", "warning": "warning", "note": "info"}[found["level"]]
        related = tuple((*place_of(other), other["message"]["text"]) for other in found.get("relatedLocations", ()))
        yield Row(*place_of(location), found.get("ruleId"), severity, found["message"]["text"], related)


def read_gitlab(text):
    for issue in json.loads(text):
        rule = None if issue["check_name"] == "failure" else issue["check_name"]
        line = issue["location"]["lines"]["begin"]
        severity = {"critical": "error", "minor": "warning", "info": "info", "blocker": "error"}[issue["severity"]]
        if rule is None and line == 1:
            line = None  # the format asks for one
        yield Row(issue["location"]["path"], line, rule, severity, issue["description"])


def read_rdjson(text):
    def place_of(location):
        return location["path"], location.get("range", {}).get("start", {}).get("line")

    for found in json.loads(text)["diagnostics"]:
        related = tuple(
            (*place_of(other["location"]), other["message"]) for other in found.get("related_locations", ())
        )
        rule = found.get("code", {}).get("value")
        yield Row(*place_of(found["location"]), rule, found["severity"].lower(), found["message"], related)


def read_checkstyle(text):
    for file in ElementTree.fromstring(text.encode()):  # noqa: S314
        for error in file:
            rule = error.get("source").removeprefix("worker-lint.").replace("failure", "") or None
            yield Row(
                file.get("name"), int(error.get("line")) or None, rule, error.get("severity"), error.get("message")
            )


def read_junit(text):
    for suite in ElementTree.fromstring(text.encode()):  # noqa: S314
        for test in suite:
            if test.get("name") == "no findings":
                continue
            (said,) = test
            if test.get("name").startswith("failure "):
                yield Row(suite.get("file"), None, None, said.get("type"), said.get("message"))
                continue
            rule, line = test.get("name").split(" ")[0], int(test.get("name").rsplit(":", 2)[1])
            severity = "info" if said.tag == "system-out" else said.get("type")
            start = f"{test.get('name').removeprefix(f'{rule} ')}: {rule} {severity}: "
            assert said.text.startswith(start.replace("\r", "\ufffd"))
            yield Row(suite.get("file"), line, rule, severity, said.get("message") or said.text[len(start) :])


READERS = {
    "github": read_github,
    "sarif": read_sarif,
    "gitlab": read_gitlab,
    "rdjson": read_rdjson,
    "checkstyle": read_checkstyle,
    "junit": read_junit,
}
APART = ("sarif", "rdjson")
"""Those that have a place for related places."""


def both(form, report):
    """What a report says, and what the reader of a format gets: to be the same."""
    stream = io.StringIO()
    renderer(form)(report, stream)
    said, read = list(rows_of(report, apart=form in APART)), list(READERS[form](stream.getvalue()))
    if form == "junit":
        # A failure's line is in its message alone, and carriage returns have no place in the text of an element.
        said = [row._replace(line=row.line if row.rule else None) for row in said]
        said, read = (
            [row._replace(message=row.message.replace("\r", "\ufffd")) for row in rows] for rows in (said, read)
        )
    if form in ("junit", "checkstyle"):
        # What is in one file stands together.
        said, read = sorted(said, key=repr), sorted(read, key=repr)
    return said, read


def test_every_format_of_another_program_has_a_reader():
    assert set(READERS) == set(FORMATS) - {"text", "concise", "json", "jsonl"}


@pytest.mark.parametrize("form", READERS)
def test_what_is_suppressed_is_in_no_format(report, form):
    code = "num_workers = 2  # worker-lint: ignore[WL201] it is slow\nnum_workers = 3\n"
    said, read = both(form, report({"a.py": code}))
    assert [row.line for row in read] == [row.line for row in said] == [2]


@pytest.mark.parametrize("form", READERS)
def test_every_reader_gets_what_the_report_says(varied, form):
    varied.errors.append("nothing that names a place")
    said, read = both(form, varied)
    assert read == said
    assert {row.severity for row in read} == {"error", "warning", "info"}


@pytest.mark.parametrize("form", READERS)
def test_every_reader_gets_nothing_of_nothing(report, form):
    assert both(form, report({"a.py": "x"})) == ([], [])


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1).map("d/{}.py".format)
TEXTS = st.text(min_size=1)
CODE = "s = {!r}; num_workers = 20\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=(n /\n 2))\n"


@given(
    name=NAMES,
    code=TEXTS.map(CODE.format),
    messages=st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(Severity)), min_size=2, max_size=2),
    related=st.lists(st.tuples(NAMES, st.integers(1, 4), st.integers(1, 9), TEXTS), max_size=2),
    errors=st.lists(st.sampled_from(sorted(FAILURES)), unique=True),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_names_and_messages_are(sarif, junit, name, code, messages, related, errors):
    source = Source(Path(name), "python", code.encode())
    found = judge(locate(source, vocabulary()), Policy(Settings(mode="training", policy="exact")))
    assert len(found) == 2
    places = tuple(Related(Path(path), Position(line, column), text) for path, line, column, text in related)
    more = [
        replace(finding, message=message, help=text, severity=severity, related=places)
        for (_, finding), (message, text, severity) in zip(found, messages, strict=True)
    ]
    report = Report(findings=[(source, finding) for finding in more], errors=errors)
    for form in READERS:
        said, read = both(form, report)
        assert read == said, form
    for form, valid in (("sarif", sarif), ("junit", junit)):
        stream = io.StringIO()
        renderer(form)(report, stream)
        valid(stream.getvalue())
