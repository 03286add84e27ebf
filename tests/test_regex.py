"""Expressions that are compiled late are those that ``re`` compiles at once."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module

import pytest

import worker_lint
from worker_lint.regex import regex

MODULES = [
    each.name for each in pkgutil.walk_packages(worker_lint.__path__, "worker_lint.") if "__main__" not in each.name
]


def test_every_expression_of_the_package_compiles():
    found = 0
    for module in map(import_module, MODULES):
        for value in vars(module).values():
            if type(value) is type(regex("")):
                found += value.groups >= 0  # asking for anything compiles it
    assert found > 20


@pytest.mark.parametrize("text", ["", "aXb", "no such letter", "xx"])
def test_it_finds_what_a_compiled_one_finds(text):
    late, early = regex("(?P<it>x)", re.IGNORECASE), re.compile("(?P<it>x)", re.IGNORECASE)
    for name in ("search", "match", "fullmatch"):
        found = [getattr(each, name)(text) for each in (late, early)]
        assert [match and match["it"] for match in found] == [found[1] and found[1]["it"]] * 2
    assert [match.span() for match in late.finditer(text)] == [match.span() for match in early.finditer(text)]
    assert (late.findall(text), late.split(text)) == (early.findall(text), early.split(text))
    assert (late.sub("-", text), late.subn("-", text)) == (early.sub("-", text), early.subn("-", text))
    assert (late.pattern, late.flags, late.groups) == (early.pattern, early.flags, early.groups)
    assert late.groupindex == early.groupindex


def test_what_is_wrong_with_it_is_raised_when_it_is_used():
    late = regex("(")
    with pytest.raises(re.error, match="unterminated subpattern"):
        late.search("")


def test_it_has_nothing_else():
    with pytest.raises(AttributeError, match="has no 'scanner' here"):
        _ = regex("x").scanner
