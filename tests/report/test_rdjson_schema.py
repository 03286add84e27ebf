"""Reports for reviewdog against its own schema, which is on no package registry: the environment says where it is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, ValidationError

VARIABLE = "WORKER_LINT_RDJSON_SCHEMA"
"""Names ``proto/rdf/jsonschema/DiagnosticResult.json`` of a checkout of reviewdog."""

pytestmark = pytest.mark.skipif(
    VARIABLE not in os.environ, reason=f"{VARIABLE} names no schema of reviewdog; CONTRIBUTING.md says how to get it"
)


def closed(schema: Any) -> Any:
    """Return ``schema`` with no property allowed that it does not name: reviewdog passes over such in silence."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: False if key == "additionalProperties" else closed(each) for key, each in schema.items()}


@pytest.fixture(scope="module")
def schema():
    found = json.loads(Path(os.environ[VARIABLE]).read_text(encoding="utf-8"))
    Draft4Validator.check_schema(found)
    assert found["$ref"] == "#/definitions/DiagnosticResult"
    return found


@pytest.fixture
def validated(schema, rendered):
    """A function that returns the result that a report is written as, once it has passed."""

    def validate(report):
        result = json.loads(rendered(report, "rdjson"))
        Draft4Validator(schema).validate(result)
        Draft4Validator(closed(schema)).validate(result)
        return result

    return validate


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe fixes", "unsafe fixes"])
@pytest.mark.parametrize("kind", ["hard", "varied"])
def test_findings_in_files_that_are_hard_to_point_into(kind, unsafe, request, validated):
    report = request.getfixturevalue(kind)
    report.unsafe = unsafe
    found = validated(report)["diagnostics"]
    assert len(found) == len(report.findings) + len(report.errors)
    assert any("suggestions" in each for each in found)
    assert any("related_locations" in each for each in found) == (kind == "varied")


@pytest.mark.parametrize(
    ("files", "more"),
    [
        pytest.param({}, {}, id="nothing"),
        pytest.param({"src/a.py": "num_workers = 20"}, {}, id="a warning with a fix"),
        pytest.param({"a.json": '{"num_workers": "auto"}'}, {}, id="an error without one"),
        pytest.param({}, {"errors": ["a.py:3:7: byte \x01", "b.py: is lost", "no place"]}, id="failures"),
        pytest.param({"a.py": "num_workers = 20"}, {"dry": True}, id="a diff"),
    ],
)
def test_reports(files, more, report, validated):
    validated(report(files, **more))


@pytest.mark.parametrize(
    "change",
    [{"severity": "FATAL"}, {"location": "a.py"}, {"message": 3}, {"relatedLocations": []}],
    ids=lambda change: next(iter(change)),
)
def test_what_reviewdog_does_not_read_is_refused(change, schema, report, validated):
    result = validated(report({"a.py": "num_workers = 20"}))
    result["diagnostics"][0] |= change
    with pytest.raises(ValidationError):
        Draft4Validator(closed(schema)).validate(result)
