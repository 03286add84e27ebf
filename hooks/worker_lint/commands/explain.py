"""``worker-lint explain``: the pages of rules."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from worker_lint.errors import UsageError
from worker_lint.rules import RULES
from worker_lint.schema import suggestion

if TYPE_CHECKING:
    import argparse

    from worker_lint.rule import Rule

SUMMARY = "print the pages of rules"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("codes", nargs="*", metavar="CODE", help="a rule's code or name, such as WL401")
    parser.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print the pages."""
    if args.all and args.codes:
        raise UsageError(f"--all explains every rule, {args.codes[0]} among them; leave one of the two out")
    if not (args.all or args.codes):
        raise UsageError("no rule is named; name one, such as WL401, or give --all; 'worker-lint rules' lists them")
    rules = RULES if args.all else tuple(dict.fromkeys(map(_called, args.codes)))
    if args.output_format == "json":
        from worker_lint.report.catalogue import describe

        describe(rules, sys.stdout)
    else:
        sys.stdout.write("\n".join(rule.page for rule in rules))
    return 0


def _called(name: str) -> Rule:
    """Return the rule with this code or name. Raises UsageError where there is none."""
    for rule in RULES:
        if name.lower() in (rule.code.lower(), rule.name):
            return rule
    known = [known for rule in RULES for known in (rule.code, rule.name)]
    raise UsageError(f"no rule is called {name}{suggestion(name, known)}; 'worker-lint rules' lists them")
