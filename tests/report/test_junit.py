from __future__ import annotations

from xml.etree import ElementTree

import pytest

CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error"},
    "failure": set(),
    "error": set(),
}
ATTRIBUTES = {
    "testsuites": ({"name", "tests", "failures", "errors"}, set()),
    "testsuite": ({"name", "tests", "failures", "errors"}, set()),
    "testcase": ({"name", "classname"}, {"file", "line"}),
    "failure": ({"message", "type"}, set()),
    "error": ({"message", "type"}, set()),
}
"""What Jenkins' schema knows of each element and reports use: what is always there, and what may be."""


@pytest.fixture
def suite(rendered):
    """The one suite of a report, once its elements, attributes and counts are right."""

    def load(report):
        text = rendered(report, "junit")
        assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ')
        root = ElementTree.fromstring(text.encode())  # noqa: S314
        assert root.tag == "testsuites"
        for element in root.iter():
            assert {child.tag for child in element} <= CHILDREN[element.tag]
            required, optional = ATTRIBUTES[element.tag]
            assert required <= set(element.attrib) <= required | optional
        (suite,) = root
        for element in (root, suite):
            assert int(element.get("tests")) == len(suite) > 0
            assert int(element.get("failures")) == len(suite.findall("testcase/failure"))
            assert int(element.get("errors")) == len(suite.findall("testcase/error"))
        assert len({(test.get("classname"), test.get("name")) for test in suite}) == len(suite)
        return suite

    return load


def test_a_finding(report, suite):
    (test,) = suite(report({"src/a.py": "\nnum_workers = 20"}))
    assert test.attrib == {"name": "WL201 src/a.py:2:15", "classname": "src/a.py", "file": "src/a.py", "line": "2"}
    (failure,) = test
    message = "num_workers is 20, but must be 8: mode training asks for 8; write 8"
    assert failure.attrib == {"message": message, "type": "warning"}
    assert failure.text == f"src/a.py:2:15: WL201 warning: {message}"


def test_what_is_hard(hard, suite, spans, offset):
    found = suite(hard)
    for test, (text, expected) in zip(found, spans(hard), strict=False):
        line, column = map(int, test.get("name").rsplit(":", 2)[1:])
        before = text.split("\n")[line - 1][: column - 1]
        start = offset(text, line, 1) + len(before.encode())
        assert text.encode()[start:].startswith(expected.encode())
        assert test.get("line") == str(line)
    files = {test.get("file") for test in found}
    assert {"run/\U0001d518 \"'&<é%:#?.py", "n.ipynb", "gone.py", "x\ufffd.json"} <= files


def test_what_xml_has_no_place_for_is_replaced(report, suite):
    name = "a\x00\x1b\x85\ud800\ufffe\r\n\t<&>\"']]>.py"
    (test, error) = suite(report({name: "num_workers = 2"}, errors=["b.py: \x07]]>\r\n"]))
    assert test.get("file") == "a\ufffd\ufffd\x85\ufffd\ufffd\r\n\t<&>\"']]>.py"
    assert test[0].text.startswith("a\ufffd\ufffd\x85\ufffd\ufffd\ufffd\n\t<&>\"']]>.py:1:15: WL201 ")
    assert error[0].get("message") == "b.py: \ufffd]]>\r\n"
    assert error[0].text == "b.py: \ufffd]]>\ufffd\n"


def test_a_file_that_could_not_be_judged_is_an_error(report, suite):
    (test,) = suite(report({}, errors=["a.py:1:2: is wrong"]))
    assert test.attrib == {"name": "failure 1 a.py", "classname": "a.py", "file": "a.py"}
    assert [(child.tag, child.text) for child in test] == [("error", "a.py:1:2: is wrong")]


def test_no_findings_are_a_test_that_passed(report, suite):
    (test,) = suite(report({"a.py": "x"}))
    assert test.attrib == {"name": "no findings", "classname": "worker-lint"}
    assert len(test) == 0
