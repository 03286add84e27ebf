from __future__ import annotations

from xml.etree import ElementTree

import pytest
from diff_cover.git_path import GitPathTool
from diff_cover.violationsreporters.java_violations_reporter import CheckstyleXmlDriver

from worker_lint.report.places import described, plain


@pytest.fixture
def files(rendered):
    """The errors of each file of a report, once elements and attributes are Checkstyle's."""

    def load(report):
        text = rendered(report, "checkstyle")
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<checkstyle version="4.3"')
        root = ElementTree.fromstring(text.encode())  # noqa: S314
        for file in root:
            assert (file.tag, set(file.attrib)) == ("file", {"name"})
            for error in file:
                assert error.tag == "error"
                required = {"line", "severity", "message", "source"}
                assert required <= set(error.attrib) <= required | {"column"}
                assert error.get("severity") in ("ignore", "info", "warning", "error")
                assert int(error.get("line")) >= 0
                assert int(error.get("column", 1)) > 0
        return {file.get("name"): [error.attrib for error in file] for file in root}

    return load


def test_the_findings_of_a_file_stand_together(report, files):
    found = files(report({"src/a.py": "s = '𝔘'; num_workers = 20\nnum_workers = 8", "b.json": '{"num_workers": -2}'}))
    assert list(found) == ["src/a.py", "b.json"]
    assert found["src/a.py"] == [
        {
            "line": "1",
            "column": "24",
            "severity": "warning",
            "message": "num_workers is 20, but must be 8: mode training asks for 8; write 8",
            "source": "worker-lint.WL201",
        }
    ]
    assert [error["severity"] for error in found["b.json"]] == ["error"]


def test_what_is_hard(hard, files, spans):
    found = files(hard)
    places = [error for path, errors in found.items() if "num" in str(errors) for error in errors]
    for error, (text, expected) in zip(places, spans(hard), strict=False):
        before = text.split("\n")[: int(error["line"]) - 1]
        at = sum(len(line) + 1 for line in before) + int(error["column"]) - 1
        assert text[at:].startswith(expected)
    assert {"run/\U0001d518 \"'&<é%:#?.py", "n.ipynb", "gone.py", "x\ufffd.json"} <= set(found)


def test_what_xml_has_no_place_for_is_replaced(report, files):
    (name,) = files(report({"a\x00\x1b\ud800\ufffe\r\n<&>\"']]>.py": "num_workers = 2"}))
    assert name == "a\ufffd\ufffd\ufffd\ufffd\r\n<&>\"']]>.py"


def test_a_file_that_could_not_be_judged_is_an_error(report, files):
    found = files(report({"a.py": "num_workers = 2"}, errors=["a.py:3:7: byte \x01", "no place"]))
    assert list(found) == ["a.py", "."]
    common = {"severity": "error", "source": "worker-lint.failure"}
    assert found["a.py"][1] == {"line": "3", "column": "7", "message": "a.py:3:7: byte \ufffd", **common}
    assert found["."] == [{"line": "0", "message": "no place", **common}]


def test_another_program_reads_it(varied, rendered, monkeypatch):
    monkeypatch.setattr(GitPathTool, "relative_path", str)  # asks git where it is
    read = CheckstyleXmlDriver().parse_reports([rendered(varied, "checkstyle")])
    expected = {}
    for source, finding in varied.findings:
        message = plain(f"{finding.severity}: {described(finding)}")
        expected.setdefault(source.path.as_posix(), []).append((source.file_position(finding.start).line, message))
    failed = {
        "gone.py": [(0, f"error: {varied.errors[0]}")],
        "x\ufffd.json": [(3, f"error: {plain(varied.errors[1])}")],
    }
    assert {path: [tuple(found) for found in violations] for path, violations in read.items()} == expected | failed


def test_nothing(report, files):
    assert files(report({"a.py": "x"})) == {}
