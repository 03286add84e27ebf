"""The grammars of tree-sitter, each loaded when its first file comes, and a parser for each."""

from __future__ import annotations

import sys
from functools import cache, lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Any

import tree_sitter

if TYPE_CHECKING:
    from worker_lint.languages import Language

GRAMMARS: dict[Language, str] = {
    "python": "tree_sitter_python",
    "shell": "tree_sitter_bash",
    "yaml": "tree_sitter_yaml",
    "toml": "tree_sitter_toml",
    "json": "tree_sitter_json",
}
"""The packages of the grammars, by language."""


@cache
def grammar(language: Language) -> tree_sitter.Language:
    """Return the grammar of one of the languages that have one."""
    package = GRAMMARS[language]
    return tree_sitter.Language((_binding(package) or import_module(package)).language())


@cache
def parser(language: Language) -> tree_sitter.Parser:
    """Return the parser that all files of a language share; whoever sets it up differently makes one of his own."""
    return tree_sitter.Parser(grammar(language))


@lru_cache(maxsize=1)  # the program of a notebook is parsed to see whether it can be, and then read
def python_tree(code: bytes) -> tree_sitter.Tree:
    """Return the syntax tree of a whole program."""
    return parser("python").parse(code)


def _binding(package: str) -> Any:
    """Return the part of ``package`` that is the grammar; None where it cannot be found so.

    The package itself also offers queries that editors use, and to import what reads them takes longer than most files.
    """
    found = PathFinder.find_spec(package)
    places = None if found is None else found.submodule_search_locations
    part = None if places is None else PathFinder.find_spec(f"{package}._binding", places)
    if part is None or part.loader is None:
        return None
    module = sys.modules[part.name] = module_from_spec(part)
    part.loader.exec_module(module)
    return module
