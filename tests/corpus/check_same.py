#!/usr/bin/env python3
"""Check every repository of a folder in several ways, and hold the reports against each other, byte for byte.

    check_same.py CHECKOUTS [--tool COMMAND] [--reference COMMAND]

CHECKOUTS holds one checkout of a repository in each folder. Each is checked in one process and in three, with a cache
that is empty, and with the one that this has left. With ``--reference`` (such as ``old-venv/bin/worker-lint``) another
worker-lint must report the same, and list the same sites.

The checkouts are data: nothing in them is run or written. Exit status 0 where all is the same, else 1, with a line for
each run that gave something else.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TOOL = f"{shlex.quote(sys.executable)} -m worker_lint"
CHECK = ("check", "--isolated", "--profile", "none", "--select", "WL", "--output-format", "json")
SITES = ("sites", "--isolated", "--output-format", "json")


def output_of(tool: str, folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """Return the exit status of a run in ``folder``, and what it wrote."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if tool == TOOL:
        environ["PYTHONPATH"] = os.fspath(ROOT / "hooks")
    done = subprocess.run([*shlex.split(tool), *arguments], cwd=folder, env=environ, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def differing(folder: Path, tool: str, reference: str | None) -> Iterator[str]:
    """Yield the name of each run over ``folder`` that gives another report than a single process without a cache."""
    plain = output_of(tool, folder, *CHECK, "--jobs", "1", "--no-cache")
    with tempfile.TemporaryDirectory() as temporary:
        cache = ("--cache-dir", f"{temporary}/cache")
        runs = {
            "three processes": ("--jobs", "3", "--no-cache"),
            "an empty cache": (*cache, "--jobs", "3"),
            "a filled cache": (*cache, "--jobs", "3"),
            "a filled cache and one process": (*cache, "--jobs", "1"),
        }
        for name, arguments in runs.items():
            if output_of(tool, folder, *CHECK, *arguments) != plain:
                yield name
    if reference is not None:
        if output_of(reference, folder, *CHECK)[:2] != plain[:2]:
            yield "the reference"
        if output_of(reference, folder, *SITES)[:2] != output_of(tool, folder, *SITES)[:2]:
            yield "the sites of the reference"


def main(argv: list[str] | None = None) -> int:
    """Compare, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", type=Path, help="a folder of checkouts")
    parser.add_argument("--tool", default=TOOL, help="how worker-lint is started (default: %(default)s)")
    parser.add_argument("--reference", metavar="COMMAND", help="another worker-lint, which must report the same")
    args = parser.parse_args(argv)
    status = 0
    number = 0
    for folder in sorted(each for each in args.checkouts.iterdir() if each.is_dir()):
        number += 1
        for run in differing(folder, args.tool, args.reference):
            sys.stdout.write(f"{folder.name}: {run} gives another report\n")
            status = 1
    sys.stdout.write(f"{number} compared\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
