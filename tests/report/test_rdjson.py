from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator


def record(required, **properties):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


POSITION = record("line", line={"type": "integer", "minimum": 1}, column={"type": "integer", "minimum": 1})
RANGE = record("start", start=POSITION, end=POSITION)
DIAGNOSTIC = record(
    "message location severity",
    message={"type": "string", "minLength": 1},
    location=record("path", path={"type": "string", "minLength": 1}, range=RANGE),
    severity={"enum": ["ERROR", "WARNING", "INFO"]},
    code=record("value", value={"type": "string"}),
    suggestions={"type": "array", "items": record("range text", range=RANGE, text={"type": "string"})},
    related_locations={
        "type": "array",
        "items": record(
            "message location",
            message={"type": "string"},
            location=record("path range", path={"type": "string"}, range=RANGE),
        ),
    },
)
RESULT = record(
    "source diagnostics",
    source=record("name", name={"const": "worker-lint"}),
    diagnostics={"type": "array", "items": DIAGNOSTIC},
)
"""The parts of reviewdog's DiagnosticResult that reports use; its own schema lets more pass."""


@pytest.fixture
def diagnostics(rendered):
    """The diagnostics of a report, once they are valid."""

    def load(report):
        result = json.loads(rendered(report, "rdjson"))
        Draft202012Validator(RESULT).validate(result)
        return result["diagnostics"]

    return load


@pytest.fixture
def cut(offset):
    """The offsets of the bytes between the two ends of a range."""

    def between(text, place):
        return tuple(offset(text, place[end]["line"], place[end]["column"]) for end in ("start", "end"))

    return between


def test_a_finding(report, diagnostics):
    # The columns of reviewdog's own example: a letter of four bytes takes four.
    place = {"start": {"line": 1, "column": 27}, "end": {"line": 1, "column": 29}}
    assert diagnostics(report({"src/a.py": "s = '𐐀'; num_workers = 20"})) == [
        {
            "message": "num_workers is 20, but must be 8: mode training asks for 8; write 8",
            "location": {"path": "src/a.py", "range": place},
            "severity": "WARNING",
            "code": {"value": "WL201"},
            "suggestions": [{"range": place, "text": "8"}],
        }
    ]


def test_columns_count_bytes(hard, diagnostics, spans, cut):
    found = diagnostics(hard)
    assert len(found) == len(hard.findings) + 2
    for diagnostic, (text, expected) in zip(found, spans(hard), strict=False):
        start, end = cut(text, diagnostic["location"]["range"])
        assert text.encode()[start:end].decode() == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "DataLoader(d, num_workers=2, persistent_workers=True)",
            "DataLoader(d, num_workers=0, persistent_workers=False)",
            id="in one line",
        ),
        pytest.param(
            "DataLoader(\n    d,\n    persistent_workers=True,  # é𝔘\n    num_workers=2,\n)",
            "DataLoader(\n    d,\n    persistent_workers=False,  # é𝔘\n    num_workers=0,\n)",
            id="over several lines, the count last",
        ),
    ],
)
def test_all_edits_of_a_fix_are_one_suggestion(report, diagnostics, cut, before, after):
    head = "from torch.utils.data import DataLoader\nx = '𝔘'; "
    (diagnostic,) = diagnostics(report({"a.py": f"{head}{before}\n"}, "debug"))
    (suggestion,) = diagnostic["suggestions"]
    data = f"{head}{before}\n".encode()
    start, end = cut(data.decode(), suggestion["range"])
    assert (data[:start] + suggestion["text"].encode() + data[end:]).decode() == f"{head}{after}\n"


def test_a_suggestion_in_a_notebook_leaves_a_notebook(hard, diagnostics, spans, cut):
    (diagnostic,) = (found for found in diagnostics(hard) if found["location"]["path"] == "n.ipynb")
    (text,) = {text for text, _ in spans(hard) if '"nbformat"' in text}
    (suggestion,) = diagnostic["suggestions"]
    start, end = cut(text, suggestion["range"])
    mended = json.loads(text.encode()[:start] + suggestion["text"].encode() + text.encode()[end:])
    assert mended["cells"][1]["source"][1] == "s = '\U0001d518'; DataLoader(d, num_workers=0)"


def test_what_cannot_be_mended_has_no_suggestion(report, diagnostics):
    (diagnostic,) = diagnostics(report({"a.json": '{"num_workers": "auto"}'}))
    assert "suggestions" not in diagnostic
    assert diagnostic["severity"] == "ERROR"


def test_a_file_that_could_not_be_judged_is_an_error(report, diagnostics):
    assert diagnostics(report({}, errors=["a.py:3:7: byte \x01", "b.py: is lost", "no place"])) == [
        {
            "message": "a.py:3:7: byte \ufffd",
            "location": {"path": "a.py", "range": {"start": {"line": 3}}},
            "severity": "ERROR",
        },
        {"message": "b.py: is lost", "location": {"path": "b.py"}, "severity": "ERROR"},
        {"message": "no place", "location": {"path": "."}, "severity": "ERROR"},
    ]


def test_nothing(report, diagnostics):
    assert diagnostics(report({})) == []
