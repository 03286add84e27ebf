"""Every rule's page: what it shows as wrong is found, what it shows as right is not, and its fix leads there."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import worker_lint.rules
from worker_lint.rules import RULES
from worker_lint.settings import KEYS

SECTIONS = ("What it does", "Why is this bad?", "Example", "Use instead", "Fix safety", "Options", "References")
NAMES = {
    "python": "train.py",
    "json": "config.json",
    "yaml": "config.yaml",
    "shell": "train.sh",
    "dockerfile": "Dockerfile",
    "ipynb": "train.ipynb",
}
_BLOCK = re.compile(r"```(\w+)\n(.*?)```\n", re.DOTALL)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def sections(rule):
    _, *parts = re.split(r"^## (.+)\n", rule.page, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def blocks(rule, section):
    """The settings that a section shows, the file that the rule speaks of, and those beside it: names and texts."""
    shown = dict(_BLOCK.findall(sections(rule)[section]))
    settings = shown.pop("toml", None)
    *others, (language, text) = shown.items()
    return settings, NAMES[language], text, {NAMES[other]: beside for other, beside in others}


@each_rule
def test_the_example_is_found(rule, judged):
    settings, name, text, beside = blocks(rule, "Example")
    assert judged(rule.code, text, settings or "", name, beside=beside).findings


@each_rule
def test_what_stands_at_a_count_says_which(rule, judged):
    # Suppressions by pointer and the names in baselines go by it.
    settings, name, text, beside = blocks(rule, "Example")
    found = judged(rule.code, text, settings or "", name, beside=beside)
    names = {(s.value.start, s.value.end): s.name for document in found.documents for s in document.sites}
    at_counts = [each for each in found.findings if (each.start, each.end) in names]
    assert [each.site and each.site.name for each in at_counts] == [names[each.start, each.end] for each in at_counts]


@each_rule
def test_the_example_needs_its_settings(rule, judged):
    settings, name, text, beside = blocks(rule, "Example")
    assert settings is None or not judged(rule.code, text, "", name, beside=beside).findings


@each_rule
def test_what_to_use_instead_is_silent(rule, judged):
    settings, *_ = blocks(rule, "Example")
    own, name, text, beside = blocks(rule, "Use instead")
    assert not judged(rule.code, text, own or settings or "", name, beside=beside).findings


@each_rule
def test_nothing_else_is_wrong_with_what_to_use_instead(rule, judged):
    settings, *_ = blocks(rule, "Example")
    own, name, text, beside = blocks(rule, "Use instead")
    assert not judged(None, text, own or settings or "", name, beside=beside).findings


@each_rule
def test_fixing_the_example_gives_what_to_use_instead(rule, judged):
    # Exactly that text, where the example's finding has a fix. A policy fix is there only under a declared mode,
    # which the examples of the bounds leave out: their limit is not the repository's word.
    settings, name, text, beside = blocks(rule, "Example")
    found = judged(rule.code, text, settings or "", name, beside=beside)
    if all(finding.fix is None for finding in found.findings):
        assert rule.fix in (None, "policy")
        assert found.fixed == text
    else:
        assert found.fixed == blocks(rule, "Use instead")[2]


@each_rule
def test_a_policy_fix_silences_the_example_under_a_mode(rule, judged):
    settings, name, text, beside = blocks(rule, "Example")
    if rule.fix != "policy":
        return
    settings = settings or ""
    under_a_mode = settings if "mode" in settings else f'mode = "training"\n{settings}'
    fixed = judged(rule.code, text, under_a_mode, name, beside=beside).fixed
    assert fixed != text
    assert not judged(None, fixed, under_a_mode, name, beside=beside).findings


@each_rule
def test_the_page_has_its_title_and_sections_in_order(rule):
    assert rule.page.startswith(f"# {rule.name} ({rule.code})\n")
    listed = list(sections(rule))
    assert listed == [section for section in SECTIONS if section in listed]
    assert set(SECTIONS[:5]) <= set(listed)


@each_rule
def test_the_page_says_whether_there_is_a_fix(rule):
    assert (rule.fix is None) == sections(rule)["Fix safety"].strip().startswith("There is no fix")
    assert (rule.fix == "safe") == sections(rule)["Fix safety"].strip().startswith("Safe")
    assert (rule.fix == "unsafe") == sections(rule)["Fix safety"].strip().startswith("Unsafe")


@each_rule
def test_the_options_of_a_page_are_settings(rule):
    named = set(re.findall(r"`([a-z-]+)`", re.sub(r":.*", "", sections(rule).get("Options", ""))))
    assert named <= {*KEYS, "modes", "overrides"}


def test_every_module_is_in_the_catalogue():
    folder = Path(worker_lint.rules.__file__).parent
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    assert modules == {rule.name.replace("-", "_") for rule in RULES}
    for rule in RULES:
        assert import_module(f"worker_lint.rules.{rule.name.replace('-', '_')}").RULE is rule


def test_codes_are_unique_and_in_order():
    codes = [rule.code for rule in RULES]
    assert codes == sorted(set(codes))


def test_a_rule_yields_only_to_rules_that_there_are():
    codes = {rule.code for rule in RULES}
    assert all(codes.issuperset(rule.yields_to) and rule.code not in rule.yields_to for rule in RULES)


def test_every_module_has_a_test():
    here = Path(__file__).parent
    assert {f"test_{rule.name.replace('-', '_')}.py" for rule in RULES} <= {path.name for path in here.glob("*.py")}
