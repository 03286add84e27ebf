from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from worker_lint.schema import load_schema


def test_the_lines_are_the_objects_of_the_document(hard, rendered, valid):
    document = valid(rendered(hard, "json"))
    text = rendered(hard, "jsonl")
    assert [json.loads(line) for line in text.splitlines()] == document["findings"] + document["errors"]


def test_each_line_is_valid_by_itself(hard, rendered):
    schema = load_schema("report")
    finding = Draft202012Validator({**schema["$defs"]["finding"], "$defs": schema["$defs"]})
    error = Draft202012Validator(schema["properties"]["errors"]["items"])
    lines = [json.loads(line) for line in rendered(hard, "jsonl").splitlines()]
    assert len(lines) == len(hard.findings) + 2
    for line in lines:
        (finding if "code" in line else error).validate(line)


def test_a_line_break_in_a_name_breaks_no_line(report, rendered):
    (line,) = rendered(report({"a\n\u2028\x85\udcf6.py": "num_workers = 2"}), "jsonl").splitlines()
    assert line.isascii()
    assert json.loads(line)["path"] == "a\n\u2028\x85\udcf6.py"


def test_a_finding_in_a_notebook_names_its_cell(hard, rendered):
    lines = [json.loads(line) for line in rendered(hard, "jsonl").splitlines()]
    (found,) = (line for line in lines if line.get("path") == "n.ipynb")
    assert (found["cell"], found["line"]) == (1, 2)


def test_only_errors_and_nothing_at_all(report, rendered):
    assert rendered(report({}), "jsonl") == ""
    assert rendered(report({}, errors=["a.py: is lost"]), "jsonl") == '{"message": "a.py: is lost"}\n'
