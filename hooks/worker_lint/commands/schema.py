"""``worker-lint schema``: the JSON Schemas, for editors and other validators."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.commands.arguments import add_settings, resolver
from worker_lint.counts import schema_with_bound
from worker_lint.errors import UsageError
from worker_lint.policies import Policies
from worker_lint.schema import NAMES, load_schema

if TYPE_CHECKING:
    import argparse

SUMMARY = "print a JSON Schema; that of worker counts with the bound of a profile filled in"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    add_settings(parser)


def run(args: argparse.Namespace) -> int:
    """Print the schema."""
    if args.name == "worker-counts":
        limit = None
        if args.profile is not None:
            settings = resolver(args)
            bound = Policies(settings).for_folder(Path()).tightest()
            limit = bound.limits.limit if bound else None
        schema = schema_with_bound(limit)
    elif args.profile is not None:
        raise UsageError(f"--profile has no bearing on the schema {args.name}; only worker-counts has a bound")
    else:
        schema = load_schema(args.name)
    json.dump(schema, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
    return 0
