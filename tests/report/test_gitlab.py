from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "additionalProperties": False,
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\./)."},
                    "lines": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["begin"],
                        "properties": {name: {"type": "integer", "minimum": 1} for name in ("begin", "end")},
                    },
                },
            },
        },
    },
}
"""What GitLab's documentation asks of a Code Quality report: a list, and these members with these values."""


@pytest.fixture
def issues(rendered):
    """The issues of a report, once they are valid and each has a fingerprint of its own."""

    def load(report):
        text = rendered(report, "gitlab")
        found = json.loads(text)
        Draft202012Validator(SCHEMA).validate(found)
        assert len({issue["fingerprint"] for issue in found}) == len(found)
        return found

    return load


def test_a_finding(report, issues):
    (issue,) = issues(report({"src/a.py": "\nnum_workers = 20"}))
    assert issue.pop("fingerprint")
    assert issue == {
        "description": "num_workers is 20, but must be 8: mode training asks for 8; write 8",
        "check_name": "WL201",
        "severity": "minor",
        "location": {"path": "src/a.py", "lines": {"begin": 2, "end": 2}},
    }


def test_severities(report, issues):
    files = {"a.json": '{"num_workers": -2}', "b.py": "num_workers = 20"}
    found = issues(report(files, errors=["c.py:3:4: is wrong"]))
    assert [issue["severity"] for issue in found] == ["critical", "minor", "blocker"]


def test_what_is_hard(hard, issues, spans):
    found = issues(hard)
    assert len(found) == len(hard.findings) + 2
    for issue, (text, expected) in zip(found, spans(hard), strict=False):
        lines = issue["location"]["lines"]
        assert expected in "\n".join(text.splitlines()[lines["begin"] - 1 : lines["end"]])
    places = {issue["location"]["path"] for issue in found}
    assert {"run/\U0001d518 \"'&<é%:#?.py", "n.ipynb", "gone.py", "x\ufffd.json"} <= places


def test_the_same_failure_twice_has_two_fingerprints(report, issues):
    found = issues(report({}, errors=["a.py: is wrong", "a.py: is wrong", "nothing that names a place"]))
    assert [issue["location"] for issue in found] == [
        {"path": "a.py", "lines": {"begin": 1}},
        {"path": "a.py", "lines": {"begin": 1}},
        {"path": ".", "lines": {"begin": 1}},
    ]


def test_fingerprints_stay_when_lines_move(report, issues):
    code = "num_workers = 2\nnum_workers = 2\n"
    before = [issue["fingerprint"] for issue in issues(report({"a.py": code}))]
    assert [issue["fingerprint"] for issue in issues(report({"a.py": f"\n{code}"}))] == before


def test_nothing(report, issues):
    assert issues(report({})) == []


def test_paths_and_fingerprints_are_those_from_the_current_folder(report, issues):
    code = "num_workers = 2"
    assert issues(report({str(Path.cwd() / "src" / "a.py"): code})) == issues(report({"src/a.py": code}))
    (failure,) = issues(report({}, errors=[f"{Path.cwd() / 'a.py'}: is lost"]))
    assert failure["location"]["path"] == "a.py"
