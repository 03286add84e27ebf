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
    parser.add_argument(
        "codes", nargs="*", metavar="CODE", help="a code, such as WL401, the beginning of some, such as WL4, or a name"
    )
    parser.add_argument("--all", action="store_true", help="every rule")
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print the pages."""
    if args.all and args.codes:
        raise UsageError(f"--all explains every rule, {args.codes[0]} among them; leave one of the two out")
    if not (args.all or args.codes):
        raise UsageError("no rule is named; name one, such as WL401, or give --all; 'worker-lint rules' lists them")
    rules = RULES if args.all else tuple(dict.fromkeys(rule for name in args.codes for rule in _called(name)))
    if args.output_format == "json":
        from worker_lint.report.catalogue import describe

        describe(rules, sys.stdout)
    else:
        sys.stdout.write("\n".join(rule.page for rule in rules))
    return 0


def _called(name: str) -> tuple[Rule, ...]:
    """Return the rule with this code or name, or those whose codes begin with it. Raises UsageError where none does."""
    found = tuple(rule for rule in RULES if name == rule.name) or _beginning(name)
    if found:
        return found
    raise UsageError(f"no rule is called {name!r}, or begins with it{_near(name)}; 'worker-lint rules' lists them all")


def _beginning(code: str) -> tuple[Rule, ...]:
    """Return the rules whose codes begin with ``code``, in large letters or small."""
    return tuple(rule for rule in RULES if rule.code.startswith(code.upper())) if code else ()


def _near(name: str) -> str:
    """Return what is said of the rules whose codes or names are nearly ``name``."""
    for end in range(min(len(name) - 1, len("WL00")), len("WL"), -1):
        if kin := [rule.code for rule in _beginning(name[:end])]:
            return f"; those of {name[:end].upper()} are {', '.join(kin)}"
    return suggestion(name.lower(), [rule.name for rule in RULES])
