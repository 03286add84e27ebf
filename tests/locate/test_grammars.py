"""The grammars: the same whether their packages are imported or only the part of them that is the grammar."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import tree_sitter

from worker_lint.locate import grammars

HOOKS = Path(grammars.__file__).parents[2]
LANGUAGES = sorted(grammars.GRAMMARS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_grammar_is_that_of_its_package(language):
    package = tree_sitter.Language(import_module(grammars.GRAMMARS[language]).language())
    assert grammars.grammar(language) == package


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_package_can_still_be_imported(language):
    package = grammars.GRAMMARS[language]
    code = (
        f"from worker_lint.locate.grammars import grammar; grammar({language!r}); import sys\n"
        f"assert {package!r} not in sys.modules\n"
        f"import tree_sitter, {package}; assert tree_sitter.Language({package}.language()) == grammar({language!r})\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.fspath(HOOKS)}
    subprocess.run([sys.executable, "-c", code], env=environ, check=True)


def test_a_grammar_that_is_no_file_is_imported_with_its_package(monkeypatch):
    monkeypatch.setattr(grammars.PathFinder, "find_spec", lambda *_: None)
    assert grammars.grammar.__wrapped__("python") == grammars.grammar("python")
