from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.json", '{"num_workers": 1, "val_num_workers": 1}', id="two knobs"),
        pytest.param("a.json", '{"train": {"num_workers": 1}, "val": {"num_workers": 2}}', id="two objects"),
        pytest.param("a.json", '[{"num_workers": 1}, {"num_workers": 2}]', id="two elements"),
        pytest.param("a.json", '{"lr": 1, "lr": 2, "num_workers": 1}', id="another key twice"),
        pytest.param("a.json", '{"num_workers": 1}\n{"num_workers": 2}\n', id="a document a line"),
        pytest.param("a.json", '{"num_workers": 1, "NUM_WORKERS": 2}', id="two spellings"),
        pytest.param("a.jsonc", '{"num_workers": 1 // "num_workers": 2\n}', id="a comment"),
        pytest.param("a.py", "x = {'num_workers': 1, 'num_workers': 2}", id="Python, which other linters check"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL106", text, name=name).findings == []


def test_found(judged):
    text = '{\n  "num_workers": 8,\n  "num_workers": 2\n}\n'
    found = judged("WL106", text, name="a.json")
    assert found.says == (
        "warning: num_workers is 8 here and 2 in line 3 of the same object; the last wins; keep one of them"
    )
    assert found.fixed == text


def test_each_value_that_is_overruled_is_found(judged):
    found = judged("WL106", '{"num_workers": 1, "num_workers": 2, "num_workers": 3}', name="a.json")
    assert [finding.message.split(" here")[0] for finding in found.findings] == ["num_workers is 1", "num_workers is 2"]


def test_a_value_of_many_lines_is_told_in_one(judged):
    text = '{"num_workers": "' + "x" * 500 + '", "num_workers": 2}'
    (finding,) = judged("WL106", text, name="a.json").findings
    assert "\n" not in finding.message
    assert len(finding.message) < 200
