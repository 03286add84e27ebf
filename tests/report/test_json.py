from __future__ import annotations

import copy
import json
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from worker_lint import __version__
from worker_lint.finding import FixKind, Severity
from worker_lint.schema import load_schema
from worker_lint.site import Form

FILES = {
    "train.py": "from torch.utils.data import DataLoader\nx = '𝔘'; DataLoader(d, num_workers=2, persistent_workers=True)\n",
    "a.json": '{"a~": [{"num_workers": -2}], "num_workers": 4, "num_workers": "auto"}',
    "b.py": "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=(n /\n 2), prefetch_factor=0)\n",
    "c.py": "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=n, timeout=4)\nc.get('num_workers', 3)\n",
}


def test_a_finding_with_its_fix(report, rendered, valid):
    document = valid(rendered(report({"train.py": FILES["train.py"]}, mode="debug"), "json"))
    assert document["schema"] == "worker-lint/report/1"
    assert document["version"] == __version__
    assert document["errors"] == []
    assert document["summary"] == {
        "files_checked": 1, "findings": 1, "errors": 0, "warnings": 1, "infos": 0, "fixable": 1, "fixable_unsafely": 0,
        "fixed": 0,
    }  # fmt: skip
    assert document["findings"] == [
        {
            "path": "train.py",
            "cell": None,
            "line": 2,
            "column": 36,
            "end_line": 2,
            "end_column": 37,
            "code": "WL201",
            "name": "worker-count-not-mode-value",
            "severity": "warning",
            "message": "num_workers is 2, but must be 0: mode debug asks for 0",
            "help": "write 0",
            "site": {"name": "num_workers", "form": "call-keyword", "value": "2", "literal": True, "pointer": None},
            "fix": {
                "kind": "policy",
                "title": "Write 0 (mode debug asks for 0)",
                "edits": [
                    {"line": 2, "column": 36, "end_line": 2, "end_column": 37, "text": "0"},
                    {"line": 2, "column": 58, "end_line": 2, "end_column": 62, "text": "False"},
                ],
            },
            "related": [],
        }
    ]


@pytest.mark.parametrize("mode", ["debug", "training", "high-performance"])
def test_every_report_is_valid(report, rendered, valid, mode):
    document = valid(rendered(report(FILES, mode, errors=["x.py: cannot be read"], fixed=3, files_fixed=1), "json"))
    assert len(document["findings"]) == document["summary"]["findings"] > 5
    assert document["errors"] == [{"message": "x.py: cannot be read"}]
    pointers = {f["site"]["pointer"] for f in document["findings"] if f["site"] and f["path"] == "a.json"}
    assert "/a~0/0/num_workers" in pointers


def test_severities_and_related_places(varied, rendered, valid):
    document = valid(rendered(varied, "json"))
    assert {finding["severity"] for finding in document["findings"]} == {"error", "warning", "info"}
    assert sum(document["summary"][name] for name in ("errors", "warnings", "infos")) == len(varied.findings)
    for found, (_, finding) in zip(document["findings"], varied.findings, strict=True):
        assert [place["text"] for place in found["related"]] == [related.text for related in finding.related]
    there = next(place for found in document["findings"] for place in found["related"] if place["line"] == 7)
    assert there == {"path": "else/wh\udcf6re.py", "line": 7, "column": 3, "text": "and\r\nthere"}


def test_an_empty_report_is_valid(report, rendered, valid):
    assert valid(rendered(report({}), "json"))["findings"] == []


def test_the_text_is_ascii_whatever_the_names_are(report, rendered, valid):
    text = rendered(report({"gr\udcf6ße.py": "num_workers = 2"}), "json")
    assert text.isascii()
    assert valid(text)["findings"][0]["path"] == "gr\udcf6ße.py"


def objects(schema):
    """Every part of a schema that describes an object or a value."""
    if isinstance(schema, dict):
        yield schema
        for inner in schema.values():
            yield from objects(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from objects(inner)


def test_the_schema_is_closed_and_described():
    schema = load_schema("report")
    for part in objects(schema):
        if part.get("type") == "object":
            assert part["additionalProperties"] is False
            assert sorted(part["required"]) == sorted(part["properties"])
            assert all("description" in inner for inner in part["properties"].values())


def test_the_schema_knows_every_form_severity_and_kind_of_fix():
    definitions = load_schema("report")["$defs"]
    assert definitions["site"]["properties"]["form"]["enum"] == list(get_args(Form))
    assert definitions["fix"]["properties"]["kind"]["enum"] == list(get_args(FixKind))
    assert definitions["finding"]["properties"]["severity"]["enum"] == [str(severity) for severity in Severity]


def test_the_schema_refuses_what_is_no_report(report, rendered):
    good = json.loads(rendered(report(FILES), "json"))
    validator = Draft202012Validator(load_schema("report"))
    assert validator.is_valid(good)
    for change in (
        lambda d: d.pop("summary"),
        lambda d: d.update(more=1),
        lambda d: d.update(schema="worker-lint/report/2"),
        lambda d: d["findings"][0].update(line=0),
        lambda d: d["findings"][0].update(severity="hint"),
        lambda d: d["findings"][0].update(code="E501"),
        lambda d: d["findings"][0].pop("fix"),
        lambda d: d["summary"].update(fixed=-1),
    ):
        bad = copy.deepcopy(good)
        change(bad)
        assert not validator.is_valid(bad)
