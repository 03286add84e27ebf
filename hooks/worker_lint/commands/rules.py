"""``worker-lint rules``: the catalogue, one line a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from worker_lint.rules import RULES

if TYPE_CHECKING:
    import argparse

SUMMARY = "list the rules"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print the catalogue."""
    if args.output_format == "json":
        from worker_lint.report.catalogue import describe

        describe(RULES, sys.stdout)
        return 0
    width = max(len(rule.name) for rule in RULES)
    for rule in RULES:
        on = "on" if rule.default else "off"
        fix = f"fix: {rule.fix}" if rule.fix else ""
        sys.stdout.write(f"{rule.code}  {rule.name:{width}}  {rule.severity!s:7}  {on:3}  {fix:11}  {rule.summary}\n")
    return 0
