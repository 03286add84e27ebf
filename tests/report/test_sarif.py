from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from jsonschema import ValidationError
from sarif import loader

from worker_lint import __version__
from worker_lint.dataclass import replace
from worker_lint.finding import Fix, Related
from worker_lint.rules import RULES
from worker_lint.source import Edit, Position

URI = re.compile(r"(file:///)?([A-Za-z0-9_.~/-]|%[0-9A-F]{2})+")
"""RFC 3986: a relative reference whose first segment has no colon, or a file with its scheme."""


@pytest.fixture
def run(rendered, sarif):
    """The one run of a report's log, once that is valid."""

    def load(report):
        text = rendered(report, "sarif")
        assert text.isascii()
        assert text.endswith("}\n")
        log = sarif(text)
        (run,) = log["runs"]
        assert all(URI.fullmatch(uri) for uri in uris(run))
        return run

    return load


def uris(part):
    """Every URI of an artifact that is somewhere in a part of a log."""
    if isinstance(part, dict):
        yield from (value for key, value in part.items() if key == "uri")
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from uris(inner)


def region_of(result):
    region = result["locations"][0]["physicalLocation"]["region"]
    return tuple(region[name] for name in ("startLine", "startColumn", "endLine", "endColumn"))


def test_a_finding(report, run):
    (result,) = run(report({"src/a.py": "s = '𝔘'; num_workers = 20"}))["results"]
    digest = result.pop("partialFingerprints")["workerLint/v1"]
    assert len(digest) == 64
    place = {"uri": "src/a.py"}
    region = {"startLine": 1, "startColumn": 25, "endLine": 1, "endColumn": 27}
    assert result == {
        "ruleId": "WL201",
        "ruleIndex": [rule.code for rule in RULES].index("WL201"),
        "level": "warning",
        "message": {"text": "num_workers is 20, but must be 8: mode training asks for 8; write 8"},
        "locations": [{"physicalLocation": {"artifactLocation": place, "region": region}}],
        "fixes": [
            {
                "description": {"text": "Write 8 (mode training asks for 8)"},
                "artifactChanges": [
                    {
                        "artifactLocation": place,
                        "replacements": [{"deletedRegion": region, "insertedContent": {"text": "8"}}],
                    }
                ],
            }
        ],
    }


def test_every_rule_is_there_with_its_page(report, run):
    driver = run(report({}))["tool"]["driver"]
    assert driver["version"] == __version__
    assert [rule["id"] for rule in driver["rules"]] == [rule.code for rule in RULES]
    assert all(rule["help"]["markdown"].startswith("# ") for rule in driver["rules"])


def test_a_rule_says_whether_it_runs_how_grave_it_is_and_how_sure(report, run):
    for found, rule in zip(run(report({}))["tool"]["driver"]["rules"], RULES, strict=True):
        level = {"error": "error", "warning": "warning", "info": "note"}[rule.severity]
        assert found["defaultConfiguration"] == {"level": level, "enabled": rule.default}
        # What GitHub's code scanning reads.
        assert found["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert found["properties"]["precision"] == rule.confidence
        assert found["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert found["properties"]["tags"][0] == "data-loading"


def test_the_schema_is_one_that_refuses(report, rendered, sarif):
    text = rendered(report({"a.py": "num_workers = 2"}), "sarif")
    assert sarif(text)
    for before, after in (
        ('"startLine": 1', '"startLine": 0'),
        ('"level": "warning"', '"level": "info"'),
        ('"replacements"', '"replacement"'),
        ('"results"', '"findings"'),
    ):
        assert before in text
        with pytest.raises(ValidationError):
            sarif(text.replace(before, after))


def test_another_program_reads_it(varied, rendered, run, tmp_path):
    (tmp_path / "a.sarif").write_text(rendered(varied, "sarif"), encoding="utf-8")
    (read,) = loader.load_sarif_file(str(tmp_path / "a.sarif")).runs
    assert read.get_tool_name() == "worker-lint"
    levels = {"error": "error", "warning": "warning", "info": "note"}
    assert [(record["Severity"], record["Code"], str(record["Line"])) for record in read.get_records()] == [
        (levels[finding.severity], finding.code, str(source.file_position(finding.start).line))
        for source, finding in varied.findings
    ]
    assert [unquote(record["Location"]) for record in read.get_records()] == [
        str(source.path) for source, _ in varied.findings
    ]


def test_related_places(report, run):
    found = report({"src/a.py": "s = '𝔘'; num_workers = 20"})
    ((source, finding),) = found.findings
    places = (Related(source.path, Position(1, 10), "here"), Related(Path("b ü.py"), Position(3, 4), "there"))
    found.findings = [(source, replace(finding, related=places))]
    (result,) = run(found)["results"]
    assert result["relatedLocations"] == [
        {
            "id": 0,
            "message": {"text": "here"},
            "physicalLocation": {
                "artifactLocation": {"uri": "src/a.py"},
                "region": {"startLine": 1, "startColumn": 11},
            },
        },
        {
            "id": 1,
            "message": {"text": "there"},
            "physicalLocation": {"artifactLocation": {"uri": "b%20%C3%BC.py"}, "region": {"startLine": 3}},
        },
    ]


@pytest.mark.parametrize("unsafe", [False, True])
def test_an_unsafe_fix_is_there_only_where_it_is_asked_for(report, run, unsafe):
    found = report({"a.py": "num_workers = 20"}, unsafe=unsafe)
    ((source, finding),) = found.findings
    found.findings = [(source, replace(finding, fix=Fix("unsafe", "Write 1", (Edit(14, 16, "1"),))))]
    (result,) = run(found)["results"]
    assert ("fixes" in result) is unsafe


def test_the_index_is_that_of_the_rule(hard, run):
    log = run(hard)
    for result in log["results"]:
        assert log["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_columns_count_the_units_of_utf_16(hard, run, spans, offset):
    results = run(hard)["results"]
    assert len({result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}) == 8
    for result, (text, expected) in zip(results, spans(hard), strict=True):
        line, column, end_line, end_column = region_of(result)
        start = offset(text, line, column, "utf-16-le")
        end = offset(text, end_line, end_column, "utf-16-le")
        assert text.encode("utf-16-le")[start:end].decode("utf-16-le") == expected


def test_a_fix_gives_what_it_promises(report, run, offset):
    code = "from torch.utils.data import DataLoader\nx = '𝔘'; DataLoader(d, num_workers=2, persistent_workers=True)\n"
    (result,) = run(report({"a.py": code}, "debug"))["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    data = code.encode("utf-16-le")
    for part in reversed(change["replacements"]):
        region = part["deletedRegion"]
        start = offset(code, region["startLine"], region["startColumn"], "utf-16-le")
        end = offset(code, region["endLine"], region["endColumn"], "utf-16-le")
        data = data[:start] + part["insertedContent"]["text"].encode("utf-16-le") + data[end:]
    assert data.decode("utf-16-le") == code.replace("=2", "=0").replace("True", "False")


def test_a_finding_in_a_notebook_stands_in_the_file(hard, run):
    (result,) = (result for result in run(hard)["results"] if "n.ipynb" in json.dumps(result))
    assert region_of(result)[0] == 17
    (replacement,) = result["fixes"][0]["artifactChanges"][0]["replacements"]
    assert replacement["deletedRegion"] == result["locations"][0]["physicalLocation"]["region"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b/ü%.py", "a%20b/%C3%BC%25.py"),
        ("a:b.py", "a%3Ab.py"),
        ("gr\udcf6.py", "gr%F6.py"),
        ("a\n\x1b.py", "a%0A%1B.py"),
        ("/elsewhere/a.py", "file:///elsewhere/a.py"),
    ],
)
def test_uris_are_encoded(report, run, name, uri):
    (result,) = run(report({name: "num_workers = 2"}))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_uris_are_relative_to_the_current_folder(report, run):
    (result,) = run(report({str(Path.cwd() / "src" / "a.py"): "num_workers = 2"}))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "src/a.py"


def digests(run_of_report):
    return [result["partialFingerprints"]["workerLint/v1"] for result in run_of_report["results"]]


def test_fingerprints_stay_when_lines_move_and_differ_otherwise(report, run):
    code = "num_workers = 2\nnum_workers = 2\nnum_workers = 4\n"
    before = digests(run(report({"a.py": code})))
    assert len(set(before)) == 3
    assert digests(run(report({"a.py": f"# more\n\n    \n{code}"}))) == before
    assert not set(before) & set(digests(run(report({"b.py": code}))))


def test_what_could_not_be_judged_is_a_notification(hard, run):
    (invocation,) = run(hard)["invocations"]
    assert invocation["executionSuccessful"] is False
    gone, broken = invocation["toolExecutionNotifications"]
    assert gone == {
        "level": "error",
        "message": {"text": "gone.py: cannot be read: No such file"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": "gone.py"}}}],
    }
    assert broken["message"]["text"] == "x\ufffd.json:3:7: byte \ufffd\n<&"
    assert broken["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "x%F6.json"},
        "region": {"startLine": 3},
    }


def test_only_errors_and_nothing_at_all(report, run):
    empty = run(report({}))
    assert empty["results"] == []
    assert empty["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    failed = run(report({}, errors=["nothing that names a place"]))
    assert failed["results"] == []
    (note,) = failed["invocations"][0]["toolExecutionNotifications"]
    assert unquote(note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) == "."
