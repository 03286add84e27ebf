"""Which rules speak, and which finding of several for one thing is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.finding import Finding, Severity
from worker_lint.rules import RULES
from worker_lint.settings import Settings
from worker_lint.site import Document
from worker_lint.source import Source
from worker_lint.suppressions import Suppressions
from worker_lint.triage import selected, triage

DEFAULT = [rule.code for rule in RULES if rule.default]
ALL = [rule.code for rule in RULES]
SOURCE = Source.decode(Path("a.py"), "python", b"num_workers = 2\nnum_workers = 3  # worker-lint: ignore[WL301]\n")


def told(findings, settings=None):
    document = Document(SOURCE)
    return triage(findings, RULES, document, Suppressions([document]), settings or Settings())


def finding(code, start=14):
    return Finding(code, Severity.WARNING, start, start + 1, "is wrong", "write what is right")


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        pytest.param(None, (), DEFAULT, id="every rule"),
        pytest.param(("WL",), (), ALL, id="every rule by its first letters"),
        pytest.param(("WL1",), (), [code for code in ALL if code.startswith("WL1")], id="a family"),
        pytest.param(("WL401", "WL101"), (), ["WL101", "WL401"], id="two, in the order of the codes"),
        pytest.param(("WL1",), ("WL101",), [c for c in ALL if c.startswith("WL1") and c != "WL101"], id="all but one"),
        pytest.param(None, ("WL",), [], id="none"),
        pytest.param((), (), [], id="an empty selection"),
    ],
)
def test_selected(select, ignore, expected):
    assert [rule.code for rule in selected(Settings(select=select, ignore=ignore))] == expected


@pytest.mark.parametrize(
    ("settings", "more", "fewer"),
    [
        pytest.param({"extend_select": ("WL301",)}, {"WL301"}, set(), id="a rule besides those selected"),
        pytest.param({"extend_select": ("WL301",), "ignore": ("WL301",)}, set(), set(), id="ignored all the same"),
        pytest.param(
            {"per_file_ignores": {"a.py": ("WL101", "WL2"), "*.py": ("WL103",)}},
            set(),
            {"WL101", "WL103"},
            id="ignored for the file",
        ),
        pytest.param({"per_file_ignores": {"a.py": ()}}, set(), set(), id="nothing ignored for the file"),
    ],
)
def test_rules_are_added_and_left_out(settings, more, fewer):
    before = {rule.code for rule in selected(Settings(select=("WL1",)))}
    assert {rule.code for rule in selected(Settings(select=("WL1",), **settings))} == (before | more) - fewer


@pytest.mark.parametrize(
    ("severities", "expected"),
    [
        pytest.param({}, "warning", id="its own"),
        pytest.param({"WL201": "error"}, "error", id="by its code"),
        pytest.param({"WL2": "info"}, "info", id="by the beginning of its code"),
        pytest.param({"WL": "info", "WL201": "error", "WL2": "info"}, "error", id="the longest beginning has the say"),
        pytest.param({"WL1": "error"}, "warning", id="that of another"),
    ],
)
def test_severity_by_the_settings(severities, expected):
    (found,) = told([finding("WL201")], Settings(severity=severities))
    assert str(found.severity) == expected


def test_findings_come_in_the_order_of_the_text_and_of_the_codes():
    found = told([finding("WL402", 30), finding("WL401", 30), finding("WL101")])
    assert [(f.start, f.code) for f in found] == [(14, "WL101"), (30, "WL401"), (30, "WL402")]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["WL201"], ["WL201"]),
        (["WL201", "WL301"], ["WL301"]),
        (["WL201", "WL301", "WL305"], ["WL305"]),
        (["WL304", "WL305", "WL306"], ["WL304"]),
        (["WL201", "WL401"], ["WL201", "WL401"]),
    ],
)
def test_of_several_findings_for_one_thing_the_best_is_told(codes, expected):
    assert [f.code for f in told([finding(code) for code in codes])] == expected


def test_a_finding_elsewhere_silences_nothing():
    found = told([finding("WL201", 14), finding("WL304", 30)])
    assert [f.code for f in found] == ["WL201", "WL304"]


def test_a_finding_that_is_suppressed_leaves_the_word_to_the_next():
    found = told([finding("WL201", 30), finding("WL301", 30)])
    assert [f.code for f in found] == ["WL201"]
