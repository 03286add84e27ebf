#!/usr/bin/env python3
"""Check every repository of a folder in several ways, and hold the reports against each other, byte for byte.

    check_same.py CHECKOUTS [--tool COMMAND] [--reference COMMAND] [--alone NUMBER]

CHECKOUTS holds one checkout of a repository in each folder. Each is checked in one process and in three, with a cache
that is empty, by the answer that this run has kept, and with what it knows of each file; then with all of its files
named, as pre-commit names them, and each file with a finding or a count alone, at most NUMBER of them. What is found in
the files must be what is found in the tree; a file that is checked alone may miss what only the others show. With
``--reference`` (such as ``old-venv/bin/worker-lint``) another worker-lint must report the same, and list the same sites.

The checkouts are data: nothing in them is run or written. Exit status 0 where all is the same, else 1, with a line for
each run that gave something else.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
TOOL = f"{shlex.quote(sys.executable)} -m worker_lint"
CHECK = ("check", "--isolated", "--profile", "none", "--select", "WL", "--output-format", "json")
SITES = ("sites", "--isolated", "--output-format", "json")
ACROSS = ("WL204",)
"""The rules that look across files: of one alone they say less."""

_ALONE = 100
_LONGEST_COMMAND = 500_000
"""Bytes of names in one command line; a system takes at least twice as many."""


class Found(NamedTuple):
    """What a run reports."""

    findings: Counter[str]
    """Each as JSON."""
    errors: Counter[str]

    def of(self, path: str, *, across: bool) -> Counter[str]:
        """Return the findings in the file ``path``, those of the rules across files or the others."""
        return Counter(
            {
                each: number
                for each, number in self.findings.items()
                if (found := json.loads(each))["path"] == path and (found["code"] in ACROSS) == across
            }
        )


def output_of(tool: str, folder: Path, *arguments: str) -> tuple[int, bytes, bytes]:
    """Return the exit status of a run in ``folder``, and what it wrote."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if tool == TOOL:
        environ["PYTHONPATH"] = os.fspath(ROOT / "hooks")
    done = subprocess.run([*shlex.split(tool), *arguments], cwd=folder, env=environ, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


def found_in(report: bytes) -> Found:
    """Return what ``report``, as JSON, says."""
    document: dict[str, Any] = json.loads(report)
    return Found(
        Counter(json.dumps(each, sort_keys=True) for each in document["findings"]),
        Counter(each["message"] for each in document["errors"]),
    )


def files_of(folder: Path) -> list[str]:
    """Return the files that a check of ``folder`` may look at, without links."""
    with tempfile.TemporaryDirectory() as temporary:
        git = ["git"]
        if not (folder / ".git").exists():
            # A repository of our own, that tracks nothing, knows what is ignored.
            git = ["git", f"--git-dir={temporary}", f"--work-tree={folder}"]
            subprocess.run([*git, "init", "--quiet"], cwd=folder, check=True, capture_output=True)
        listed = subprocess.run(
            [*git, "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=folder, check=True, capture_output=True,
        ).stdout.split(b"\0")  # fmt: skip
    paths = {os.fsdecode(name): folder / os.fsdecode(name) for name in listed if name}
    return [name for name, path in paths.items() if path.is_file() and not path.is_symlink()]


def spread(names: Sequence[str], number: int) -> list[str]:
    """Return at most ``number`` of ``names``, as far apart as they can be."""
    return [names[index * len(names) // number] for index in range(number)] if len(names) > number else list(names)


def by_name(folder: Path, tool: str, tree: Found, sites: bytes, alone: int) -> Iterator[str]:
    """Yield the name of each run over the files of ``folder`` that finds something else in them than ``tree``."""
    plain = ("--jobs", "1", "--no-cache", "--")
    # Of a binary file only who named it is told, if it is not one that may hold a count.
    told = {error.partition(":")[0] for error in tree.errors}
    names = [name for name in files_of(folder) if name in told or b"\0" not in (folder / name).read_bytes()]
    together = Found(Counter(), Counter())
    batch: list[str] = []
    for index, name in enumerate(names):
        batch.append(name)
        if sum(map(len, batch)) > _LONGEST_COMMAND or index == len(names) - 1:
            found = found_in(output_of(tool, folder, *CHECK, *plain, *batch)[1])
            together.findings.update(found.findings)
            together.errors.update(found.errors)
            batch.clear()
    if together != tree:
        yield "all files by name"
    with_findings = {json.loads(each)["path"] for each in tree.findings}
    with_sites = {each["path"] for each in json.loads(sites)["sites"]}
    for name in spread([each for each in names if each in with_findings | with_sites], alone):
        found = found_in(output_of(tool, folder, *CHECK, *plain, name)[1])
        same = found.of(name, across=False) == tree.of(name, across=False)
        if not same or not found.of(name, across=True) <= tree.of(name, across=True):
            yield f"{name} alone"
        elif found.errors != Counter(each for each in tree.errors if each.startswith(f"{name}:")):
            yield f"the errors of {name} alone"


def differing(folder: Path, tool: str, reference: str | None, alone: int = _ALONE) -> Iterator[str]:
    """Yield the name of each run over ``folder`` that gives another report than a single process without a cache."""
    plain = output_of(tool, folder, *CHECK, "--jobs", "1", "--no-cache")
    with tempfile.TemporaryDirectory() as temporary:
        cache = ("--cache-dir", f"{temporary}/cache")
        runs = {
            "three processes": ("--jobs", "3", "--no-cache"),
            "an empty cache": (*cache, "--jobs", "3"),
            "the answer that this run kept": (*cache, "--jobs", "3"),
            "a filled cache and one process": (*cache, "--jobs", "1"),
        }
        for name, arguments in runs.items():
            if output_of(tool, folder, *CHECK, *arguments) != plain:
                yield name
    sites = output_of(tool, folder, *SITES)
    yield from by_name(folder, tool, found_in(plain[1]), sites[1], alone)
    if reference is not None:
        if output_of(reference, folder, *CHECK)[:2] != plain[:2]:
            yield "the reference"
        if output_of(reference, folder, *SITES)[:2] != sites[:2]:
            yield "the sites of the reference"


def main(argv: list[str] | None = None) -> int:
    """Compare, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkouts", type=Path, help="a folder of checkouts")
    parser.add_argument("--tool", default=TOOL, help="how worker-lint is started (default: %(default)s)")
    parser.add_argument("--reference", metavar="COMMAND", help="another worker-lint, which must report the same")
    parser.add_argument(
        "--alone", type=int, default=_ALONE, metavar="NUMBER",
        help="files of a checkout that are checked alone, at most (default: %(default)s)",
    )  # fmt: skip
    args = parser.parse_args(argv)
    status = 0
    number = 0
    for folder in sorted(each for each in args.checkouts.iterdir() if each.is_dir()):
        number += 1
        for run in differing(folder, args.tool, args.reference, args.alone):
            sys.stdout.write(f"{folder.name}: {run} gives another report\n")
            status = 1
    sys.stdout.write(f"{number} compared\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
