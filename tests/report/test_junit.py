from __future__ import annotations

import pytest
from lxml import etree

from worker_lint.dataclass import replace
from worker_lint.finding import Severity


@pytest.fixture
def suites(rendered, junit):
    """The suites of a report, once they are valid and their counts right."""

    def load(report):
        text = rendered(report, "junit")
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
        root = junit(text)
        for element in (root, *root):
            assert int(element.get("tests")) == len(element.findall(".//testcase")) > 0
            assert int(element.get("failures")) == len(element.findall(".//failure"))
            assert int(element.get("errors")) == len(element.findall(".//error"))
        tests = root.findall(".//testcase")
        assert len({(test.get("classname"), test.get("name")) for test in tests}) == len(tests)
        return list(root)

    return load


@pytest.fixture
def tests(suites):
    """The tests of a report, whatever suite they are in."""

    def load(report):
        return [test for suite in suites(report) for test in suite]

    return load


def test_a_finding(report, suites):
    (suite,) = suites(report({"src/a.py": "\nnum_workers = 20"}))
    counts = {"tests": "1", "failures": "1", "errors": "0"}
    assert suite.attrib == {"name": "src/a.py", "file": "src/a.py", **counts}
    (test,) = suite
    assert test.attrib == {"name": "WL201 src/a.py:2:15", "classname": "src/a.py"}
    (failure,) = test
    message = "num_workers is 20, but must be 8: mode training asks for 8; write 8"
    assert failure.attrib == {"message": message, "type": "warning"}
    assert failure.text == f"src/a.py:2:15: WL201 warning: {message}"


def test_each_file_is_a_suite_and_its_failure_an_error_in_it(report, suites):
    files = {"a.py": "num_workers = 2\nnum_workers = 3", "b.json": '{"num_workers": -2}'}
    first, second, third = suites(report(files, errors=["b.json: not written", "c.py:1:2: is wrong"]))
    names = ("file", "tests", "failures", "errors")
    assert [first.get(name) for name in names] == ["a.py", "2", "2", "0"]
    assert [second.get(name) for name in names] == ["b.json", "2", "1", "1"]
    assert [third.get(name) for name in names] == ["c.py", "1", "0", "1"]


def test_an_info_is_a_test_that_passed_and_says_it(report, suites):
    found = report({"a.py": "num_workers = 2\nnum_workers = 3"})
    (source, finding), second = found.findings
    found.findings = [(source, replace(finding, severity=Severity.INFO)), second]
    (suite,) = suites(found)
    assert [suite.get(name) for name in ("tests", "failures", "errors")] == ["2", "1", "0"]
    assert [child.tag for child in suite[0]] == ["system-out"]
    assert suite[0][0].text == f"a.py:1:15: WL201 info: {finding.message}; {finding.help}"


def test_what_the_schema_has_no_place_for_is_refused(report, rendered, junit):
    text = rendered(report({"a.py": "num_workers = 2"}), "junit")
    with pytest.raises(etree.DocumentInvalid):
        junit(text.replace("<testcase ", '<testcase file="a.py" '))


def test_what_is_hard(hard, tests, spans, offset):
    found = tests(hard)
    for test, (text, expected) in zip(found, spans(hard), strict=False):
        line, column = map(int, test.get("name").rsplit(":", 2)[1:])
        before = text.split("\n")[line - 1][: column - 1]
        start = offset(text, line, 1) + len(before.encode())
        assert text.encode()[start:].startswith(expected.encode())
    files = {test.get("classname") for test in found}
    assert {"run/\U0001d518 \"'&<é%:#?.py", "n.ipynb", "gone.py", "x\ufffd.json"} <= files


def test_what_xml_has_no_place_for_is_replaced(report, tests):
    name = "a\x00\x1b\x85\ud800\ufffe\r\n\t<&>\"']]>.py"
    (test, error) = tests(report({name: "num_workers = 2"}, errors=["b.py: \x07]]>\r\n"]))
    assert test.get("classname") == "a\ufffd\ufffd\x85\ufffd\ufffd\r\n\t<&>\"']]>.py"
    assert test[0].text.startswith("a\ufffd\ufffd\x85\ufffd\ufffd\ufffd\n\t<&>\"']]>.py:1:15: WL201 ")
    assert error[0].get("message") == "b.py: \ufffd]]>\r\n"
    assert error[0].text == "b.py: \ufffd]]>\ufffd\n"


def test_a_file_that_could_not_be_judged_is_an_error(report, tests):
    (test,) = tests(report({}, errors=["a.py:1:2: is wrong"]))
    assert test.attrib == {"name": "failure 1 a.py", "classname": "a.py"}
    assert [(child.tag, child.text) for child in test] == [("error", "a.py:1:2: is wrong")]


def test_no_findings_are_a_test_that_passed(report, tests):
    (test,) = tests(report({"a.py": "x"}))
    assert test.attrib == {"name": "no findings", "classname": "worker-lint"}
    assert len(test) == 0
