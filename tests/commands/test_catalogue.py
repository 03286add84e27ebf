"""``worker-lint rules`` and ``worker-lint explain``: the catalogue, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from worker_lint.cli import main
from worker_lint.finding import FixKind, Severity
from worker_lint.rule import Confidence
from worker_lint.rules import RULES
from worker_lint.rules._families import families, family_of

ROOT = Path(__file__).parents[2]
CODES = [rule.code for rule in RULES]


@pytest.fixture
def printed(capsys):
    """A function that runs a command and returns what it printed."""

    def run(*arguments, status=0):
        assert main(arguments) == status
        captured = capsys.readouterr()
        assert captured.err == "" if status == 0 else captured.out == ""
        return captured.out + captured.err

    return run


def test_one_line_a_rule(printed):
    lines = printed("rules").splitlines()
    assert [line.split()[:3] for line in lines] == [[rule.code, rule.name, str(rule.severity)] for rule in RULES]
    assert [line.split()[3] for line in lines] == ["on" if rule.default else "off" for rule in RULES]
    assert all(line.endswith(f"  {rule.summary}") for line, rule in zip(lines, RULES, strict=True))
    assert len({line.index(rule.summary) for line, rule in zip(lines, RULES, strict=True)}) == 1


@pytest.mark.parametrize("command", [["rules"], ["explain", "--all"]], ids=" ".join)
def test_every_rule_as_json(printed, command):
    document = json.loads(printed(*command, "--output-format", "json"))
    assert list(document) == ["rules"]
    assert [rule["code"] for rule in document["rules"]] == CODES
    for found, rule in zip(document["rules"], RULES, strict=True):
        assert found == {
            "code": rule.code,
            "name": rule.name,
            "family": family_of(rule.code).title,
            "summary": rule.summary,
            "severity": str(rule.severity),
            "confidence": rule.confidence,
            "default": rule.default,
            "fix": rule.fix,
            "page": rule.page,
            "docs": f"docs/rules/{rule.code}.md",
        }
        assert found["severity"] in list(Severity)
        assert found["confidence"] in get_args(Confidence)
        assert found["fix"] in (None, *get_args(FixKind))
        assert found["page"].startswith(f"# {rule.name} ({rule.code})\n")
        assert (ROOT / found["docs"]).is_file()


def test_every_rule_has_a_family():
    assert {code[:3] for code in CODES} <= set(families())
    assert family_of("WL101") == ("A count that is no count", "types")
    assert list(families()) == sorted(families())


@pytest.mark.parametrize("name", ["WL401", "wl401", "persistent-workers-without-workers"])
def test_a_page_by_code_or_name(printed, name):
    assert printed("explain", name) == next(rule.page for rule in RULES if rule.code == "WL401")
    (rule,) = json.loads(printed("explain", name, "--output-format=json"))["rules"]
    assert rule["code"] == "WL401"


def test_the_pages_are_there_where_python_keeps_no_docstrings():
    environ = {**os.environ, "PYTHONPATH": os.fspath(ROOT / "hooks"), "PYTHONOPTIMIZE": "2"}
    command = [sys.executable, "-m", "worker_lint", "explain", "--all", "--output-format=json"]
    done = subprocess.run(command, env=environ, capture_output=True, encoding="utf-8", check=True)
    pages = {rule["code"]: rule["page"] for rule in json.loads(done.stdout)["rules"]}
    assert pages == {rule.code: rule.page for rule in RULES}


@pytest.mark.parametrize(("beginning", "family"), [("WL4", "WL4"), ("wl4", "WL4"), ("WL90", "WL9"), ("WL", "WL")])
def test_the_pages_of_all_whose_codes_begin_so(printed, beginning, family):
    rules = [rule for rule in RULES if rule.code.startswith(family)]
    assert printed("explain", beginning) == "\n".join(rule.page for rule in rules)
    document = json.loads(printed("explain", beginning, "--output-format=json"))
    whole = json.loads(printed("explain", "--all", "--output-format=json"))
    assert document["rules"] == [each for each in whole["rules"] if each["code"].startswith(family)]


def test_each_page_once(printed):
    named = printed("explain", "WL402", "WL4")
    assert named.startswith("# prefetch-factor-invalid (WL402)\n")
    assert len(named) == len(printed("explain", "WL4"))


def test_several_pages_in_the_order_in_which_they_are_named(printed):
    page = {rule.code: rule.page for rule in RULES}
    assert printed("explain", "WL401", "WL101", "wl401") == f"{page['WL401']}\n{page['WL101']}"
    text = printed("explain", "--all")
    assert [text.index(f"({code})\n") for code in CODES] == sorted(text.index(f"({code})\n") for code in CODES)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["WL999"],
            "error: no rule is called 'WL999', or begins with it; those of WL9 are WL901, WL902, WL903, WL904; 'worker-lint rules' lists",
        ),
        (["WL001x"], "error: no rule is called 'WL001x', or begins with it; those of WL00 are WL001; "),
        (["WL101", "persistent-worker-without-workers"], "; did you mean 'persistent-workers-without-workers'?"),
        (
            ["wl1x", "WL101"],
            "error: no rule is called 'wl1x', or begins with it; those of WL1 are WL101, WL102, WL103, ",
        ),
        (["X1"], "error: no rule is called 'X1', or begins with it; 'worker-lint rules' lists them all"),
        ([""], "error: no rule is called '', or begins with it; "),
        ([], "error: no rule is named; name one, such as WL401, or give --all"),
        (["--all", "WL101"], "error: --all explains every rule, WL101 among them; leave one of the two out"),
    ],
    ids=["no rule", "more than a code", "nearly one", "nearly a family", "no code", "empty", "nothing", "all and one"],
)
def test_what_is_no_rule(printed, arguments, says):
    line = printed("explain", *arguments, status=2)
    assert says in line
    assert line.count("\n") == 1
