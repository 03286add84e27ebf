"""``worker-lint explain``: the page of a rule."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from worker_lint.errors import UsageError
from worker_lint.rules import RULES
from worker_lint.schema import suggestion

if TYPE_CHECKING:
    import argparse

SUMMARY = "print the page of a rule"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("code", metavar="CODE", help="a rule's code or name, such as WL401")


def run(args: argparse.Namespace) -> int:
    """Print the page."""
    for rule in RULES:
        if args.code.lower() in (rule.code.lower(), rule.name):
            sys.stdout.write(rule.page)
            return 0
    known = [name for rule in RULES for name in (rule.code, rule.name)]
    raise UsageError(f"no rule is called {args.code}{suggestion(args.code, known)}; 'worker-lint rules' lists them")
