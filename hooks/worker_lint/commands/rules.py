"""``worker-lint rules``: the catalogue, one line a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from worker_lint.rules import RULES

if TYPE_CHECKING:
    import argparse

SUMMARY = "list the rules"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print the catalogue."""
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        fix = f"fix: {rule.fix}" if rule.fix else ""
        sys.stdout.write(f"{rule.code}  {rule.name:{width}}  {rule.severity!s:7}  {fix:11}  {rule.summary}\n")
    return 0
