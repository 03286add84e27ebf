from __future__ import annotations

import json
import re

import pytest

from worker_lint.rules import RULES

LOADER = "from torch.utils.data import DataLoader\n"
DECLARED = 'mode = "training"\nprofile = "none"\n'
ON_A_MACHINE = 'mode = "training"\nprofile = "g4dn-xlarge.json"\n'


def said(found):
    return [finding.message for finding in found.findings]


@pytest.mark.parametrize(
    ("text", "message", "fixed"),
    [
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL101] was -1 once\n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "num_workers = 8\n",
            id="a rule that finds nothing",
        ),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL1]\n",
            "ignore[WL1] suppresses nothing: WL1 finds nothing here",
            "num_workers = 8\n",
            id="a family of rules that find nothing",
        ),
        pytest.param(
            LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL103, WL101, WL999] a  # b\n",
            "ignore[WL103, WL101, WL999] suppresses less than it says: WL103 finds nothing here, "
            "no rule is called WL999, or begins with it",
            LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL101] a  # b\n",
            id="one of three is used",
        ),
        pytest.param(
            LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL101,WL101]\n",
            "ignore[WL101, WL101] suppresses less than it says: WL101 is listed twice",
            LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL101]\n",
            id="the same twice",
        ),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL999]\n",
            "ignore[WL999] suppresses nothing: no rule is called WL999, or begins with it",
            "num_workers = 8\n",
            id="a rule that there is not",
        ),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[]\n",
            "ignore[] names no rule: nothing is suppressed",
            "num_workers = 8\n",
            id="no rule",
        ),
        pytest.param(
            "# worker-lint: ignore-file[WL101]\n\nnum_workers = 8\n",
            "ignore-file[WL101] suppresses nothing: WL101 finds nothing in the file",
            "\nnum_workers = 8\n",
            id="for the file",
        ),
        pytest.param(
            "x = 1  # worker-lint: keep\nnum_workers = 8\n",
            "keep suppresses nothing: no rule finds anything here",
            "x = 1\nnum_workers = 8\n",
            id="keep where there is no count",
        ),
        pytest.param(
            "x = 1  # worker-lint: ignore\nnum_workers = 8\n",
            "ignore suppresses nothing: no rule finds anything here",
            "x = 1\nnum_workers = 8\n",
            id="every rule where there is no count",
        ),
        pytest.param(
            "def f():\r\n    # worker-lint: ignore[WL101]\r\n    num_workers = 8\r\n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "def f():\r\n    num_workers = 8\r\n",
            id="a line of its own",
        ),
        pytest.param(
            "num_workers = 8\n# worker-lint: ignore[WL101]",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "num_workers = 8\n",
            id="the last line",
        ),
        pytest.param(
            "num_workers = 8  # noqa: E501  # worker-lint: ignore[WL101] see #12   \n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "num_workers = 8  # noqa: E501\n",
            id="behind another comment",
        ),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL101] slow  # noqa: E501\n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "num_workers = 8  # noqa: E501\n",
            id="in front of another comment",
        ),
        pytest.param(
            "num_workers = 8  # a  # worker-lint: ignore[WL101]  # noqa\n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "num_workers = 8  # a  # noqa\n",
            id="between two",
        ),
        pytest.param(
            "# worker-lint: ignore[WL101]  # noqa\nnum_workers = 8\n",
            "ignore[WL101] suppresses nothing: WL101 finds nothing here",
            "# noqa\nnum_workers = 8\n",
            id="in front of another on a line of its own",
        ),
    ],
)
def test_what_suppresses_nothing_is_found_and_removed(judged, text, message, fixed):
    found = judged("WL001", text.encode())
    assert said(found) == [message]
    assert found.fixed == fixed
    assert judged("WL001", fixed.encode()).findings == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "num_workers = 8  # worker-lint: ignored\n",
            "worker-lint knows no 'ignored': nothing is suppressed; write ignore",
        ),
        ("num_workers = 8  # worker-lint: Keep\n", "worker-lint knows no 'Keep': nothing is suppressed; write keep"),
        (
            "num_workers = 8  # worker-lint: disable\n",
            "worker-lint knows no 'disable': nothing is suppressed; write ignore, ignore-file or keep",
        ),
        (
            "num_workers = 8  # worker-lint: ignore[WL201\n",
            "the bracket behind ignore is not closed: nothing is suppressed; close it",
        ),
        (
            "num_workers = 8  # worker-lint: keep[WL201]\n",
            "keep takes no codes: nothing is suppressed; write keep alone, or ignore[CODES]",
        ),
        (
            "num_workers = 8  # worker-lint: ignore[wl101] small letters\n",
            "ignore[wl101] suppresses nothing: no rule has the code wl101; write ignore[WL101]",
        ),
        (
            "num_workers = 8  # worker-lint: ignore[WL101 WL102, WL103]\n",
            "ignore[WL101 WL102, WL103] suppresses less than it says: no rule has the code WL101 WL102; "
            "write ignore[WL101, WL102, WL103]",
        ),
        (
            "num_workers = 8  # worker-lint: ignore[negative-worker-count]\n",
            "ignore[negative-worker-count] suppresses nothing: no rule has the code negative-worker-count; "
            "write ignore[WL101]",
        ),
    ],
)
def test_what_is_not_understood_is_left_to_its_author(judged, text, says):
    found = judged("WL001", text)
    assert found.says == f"warning: {says}"
    assert found.fixed == text


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param(LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL101]\n", "", id="used"),
        pytest.param(LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore[WL1]\n", "", id="used by its beginning"),
        pytest.param(LOADER + "DataLoader(d, num_workers=-1)  # worker-lint: ignore\n", "", id="every rule, used by one"),
        pytest.param("num_workers = 2  # worker-lint: keep\n", DECLARED, id="keep, used"),
        pytest.param("num_workers = 8  # worker-lint: see the README\n", "", id="prose"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL101]\n", "ignore = ['WL101']", id="a rule that is ignored"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL101]\n", "select = ['WL2']", id="one not selected"),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL101]\n", "per-file-ignores = {'*.py' = ['WL1']}", id="one ignored for the file"
        ),
        pytest.param("num_workers = 8  # worker-lint: keep\n", "", id="keep, and no mode is in force"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL201]\n", "mode = 'training'", id="no profile is declared"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL301]\n", DECLARED, id="a bound, and no profile"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL204]\n", DECLARED, id="a rule that compares files"),
        pytest.param("num_workers = 8  # worker-lint: ignore\n", DECLARED, id="every rule, and no profile"),
        pytest.param("num_workers = 8  # worker-lint: ignore[WL001]\n", "", id="this rule itself"),
        pytest.param(
            "num_workers = 8  # worker-lint: ignore[WL999]  # worker-lint: ignore[WL001]\n", "", id="silenced by its name"
        ),
        pytest.param(
            "# worker-lint: ignore-file[WL001]\nnum_workers = 8  # worker-lint: ignore[WL999]\n", "", id="silenced for the file"
        ),
        pytest.param(
            LOADER + "# worker-lint: ignore-file\nDataLoader(d, num_workers=-1)\nx = 1  # worker-lint: ignore[WL999]\n", "", id="all silenced for the file"
        ),
    ],
)  # fmt: skip
def test_what_may_be_needed_is_left_alone(judged, text, settings):
    found = judged("WL001", text, settings)
    assert said(found) == []


def test_an_unused_comment_does_not_silence_what_is_said_about_it(judged):
    assert len(judged("WL001", "# worker-lint: ignore-file\nx = 1\n").findings) == 1
    assert len(judged("WL001", "x = 1  # worker-lint: ignore\n").findings) == 1


@pytest.mark.parametrize(
    ("code", "settings", "unused"),
    [
        ("WL201", DECLARED, True),
        ("WL201", 'mode = "training"\nprofile = "live"\n', False),
        ("WL201", 'profile = "none"\n', False),
        ("WL301", ON_A_MACHINE, True),
        ("WL301", 'mode = "training"\nprofile = "live"\n', False),
        ("WL204", ON_A_MACHINE, False),
    ],
)
def test_a_rule_that_rests_on_more_than_the_file_is_judged_by_what_is_declared(judged, code, settings, unused):
    text = f"num_workers = {3 if 'g4dn' in settings else 8}  # worker-lint: ignore[{code}]\n"
    assert (said(judged("WL001", text, settings)) != []) == unused
    # Where there is no count, there is nothing that another mode or machine would find.
    assert said(judged("WL001", f"num_workers = 8\nx = 1  # worker-lint: ignore[{code}]\n", settings)) != []


def test_keep_is_unused_where_a_declared_mode_and_machine_agree_with_the_count(judged):
    text = "num_workers = {}  # worker-lint: keep\n"
    settings = 'mode = "development"\nprofile = "server-88c-126g.json"\n'
    assert said(judged("WL001", text.format(4), settings)) == ["keep suppresses nothing: no rule finds anything here"]
    assert said(judged("WL001", text.format(5), settings)) == []


def test_rules_that_rest_on_a_mode_or_a_machine_say_so():
    import inspect
    import sys

    asks = {
        "machine": re.compile(r"policy\.(?:bounds|tightest|term|profiles|target)\b|rules\._bounds\b"),
        "mode": re.compile(r"policy\.target\b|settings\.mode\b"),
    }
    others = {"WL101"}  # for what is written in the place of a count, and not for what is found
    for rule in RULES:
        own = rule.check or rule.across or rule.review
        text = inspect.getsource(sys.modules[own.__module__])
        found = {premise for premise, pattern in asks.items() if pattern.search(text)}
        if rule.check is not None and rule.code not in others:
            assert found <= set(rule.rests_on), f"{rule.code} rests on {found}; say so in rests_on"


@pytest.mark.parametrize(
    ("name", "text", "fixed"),
    [
        ("a.yaml", "num_workers: 8  # worker-lint: ignore[WL101]\n", "num_workers: 8\n"),
        ("a.yaml", "a:\n  # worker-lint: ignore[WL101]\n  num_workers: 8\n", "a:\n  num_workers: 8\n"),
        (
            "b.yaml",
            "run: |\n    # worker-lint: ignore[WL101]\n    python train.py --num_workers 8\n",
            "run: |\n    python train.py --num_workers 8\n",
        ),
        (
            "b.yaml",
            "run: |\n    python train.py --num_workers 8  # worker-lint: ignore[WL101]\n",
            "run: |\n    python train.py --num_workers 8\n",
        ),
        ("a.toml", "num_workers = 8  # worker-lint: ignore[WL101]\n", "num_workers = 8\n"),
        ("a.json", '{\n"num_workers": 8 // worker-lint: ignore[WL101]\n}', '{\n"num_workers": 8\n}'),
        ("a.json", '{\n"num_workers": 8 /* worker-lint: ignore[WL101] */\n}', '{\n"num_workers": 8\n}'),
        ("a.json", '{/* worker-lint: ignore[WL101] */ "num_workers": 8}', '{ "num_workers": 8}'),
        ("a.json5", "{\n// worker-lint: ignore[WL101]\nnum_workers: 8\n}", "{\nnum_workers: 8\n}"),
        ("a.jsonnet", "{\nnum_workers: 8, # worker-lint: ignore[WL101]\n}", "{\nnum_workers: 8,\n}"),
        ("a.sh", "python train.py --num_workers 8 # worker-lint: ignore[WL101]\n", "python train.py --num_workers 8\n"),
        (
            "a.sh",
            "# worker-lint: ignore[WL101]\npython train.py \\\n --num_workers 8\n",
            "python train.py \\\n --num_workers 8\n",
        ),
        (
            "Makefile",
            "# worker-lint: ignore[WL101]\nNUM_WORKERS = 8\nt:\n\tpython train.py --num_workers $(NUM_WORKERS)\n",
            "NUM_WORKERS = 8\nt:\n\tpython train.py --num_workers $(NUM_WORKERS)\n",
        ),
        (
            "Makefile",
            "t:\n\tpython train.py --num_workers 8  # worker-lint: ignore[WL101]\n",
            "t:\n\tpython train.py --num_workers 8\n",
        ),
        (
            "Makefile",
            "t: # worker-lint: ignore[WL101]\n\tpython train.py --num_workers 8\n",
            "t:\n\tpython train.py --num_workers 8\n",
        ),
        (
            "Dockerfile",
            "FROM x\n# worker-lint: ignore[WL101]\nRUN python train.py --num_workers 8\n",
            "FROM x\nRUN python train.py --num_workers 8\n",
        ),
        (
            "a.md",
            "# A\n\n> ```python\n> num_workers = 8  # worker-lint: ignore[WL101]\n> ```\n",
            "# A\n\n> ```python\n> num_workers = 8\n> ```\n",
        ),
    ],
)
def test_in_every_language(judged, name, text, fixed):
    found = judged("WL001", text, "markdown = true", name)
    assert said(found) == ["ignore[WL101] suppresses nothing: WL101 finds nothing here"]
    assert found.fixed == fixed


def notebook(*cells):
    return json.dumps(
        {
            "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": cell} for cell in cells],
            "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
        },
        indent=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["num_workers = 8  # worker-lint: ignore[WL101]"], ["num_workers = 8"]),
        (["num_workers = 8  # worker-lint: ignore[WL101]\nx = 1"], ["num_workers = 8\nx = 1"]),
        ([["# worker-lint: ignore[WL101]\n", "num_workers = 8"]], [["num_workers = 8"]]),
        ([["x = 'ü'\n", "# worker-lint: ignore[WL101]\n", "num_workers = 8\n", "y = 2"]], [["x = 'ü'\n", "num_workers = 8\n", "y = 2"]]),
        ([["num_workers = 8\n", "# worker-lint: ignore[WL101]"]], [["num_workers = 8"]]),
        ([["# worker-lint: ignore[WL101]"], ["num_workers = 8"]], [[""], ["num_workers = 8"]]),
        ([["# worker-lint: ignore[WL101]\n", "\n", "num_workers = 8"]], [["\n", "num_workers = 8"]]),
        (["# worker-lint: ignore[WL101]\n!python train.py --num_workers 8"], ["!python train.py --num_workers 8"]),
        (["num_workers = 8\n%time f()\n# worker-lint: ignore[WL101]"], ["num_workers = 8\n%time f()"]),
        (["!python train.py --num_workers 8  # worker-lint: ignore[WL101]"], ["!python train.py --num_workers 8"]),
    ],
)  # fmt: skip
def test_in_notebooks(judged, before, after):
    found = judged("WL001", notebook(*before), name="a.ipynb")
    assert len(found.findings) == 1
    assert json.loads(found.fixed) == json.loads(notebook(*after))


def test_what_only_looks_like_a_comment_is_found_and_stays(judged):
    text = "sbatch <<EOF\npython train.py --num_workers 8  # worker-lint: ignore[WL101]\nEOF\n"
    found = judged("WL001", text, name="a.sh")
    assert said(found) == ["ignore[WL101] suppresses nothing: WL101 finds nothing here"]
    assert found.fixed == text


def test_in_a_template_nothing_is_certain(judged):
    assert said(judged("WL001", "num_workers: {{ n }}\nx: 1  # worker-lint: ignore[WL101]\n", name="a.yaml")) == []


def test_the_severity_is_that_of_the_settings(judged):
    found = judged("WL001", "num_workers = 8  # worker-lint: ignore[WL999]\n", "severity = {WL0 = 'error'}")
    assert [str(finding.severity) for finding in found.findings] == ["error"]


def test_a_comment_that_splits_code_in_two_is_not_removed(judged):
    text = LOADER + "x = [f(a, [Me# worker-lint: ignore[WL101])\n   b][c] for d in e]\n"
    found = judged("WL001", text)
    assert said(found) == ["ignore[WL101] suppresses nothing: WL101 finds nothing here"]
    assert found.fixed == text
