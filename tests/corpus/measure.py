#!/usr/bin/env python3
"""Hold what ``worker-lint sites`` finds against lines that people have judged.

    measure.py CHECKOUTS TRUTH [--whole FILE] [--tool COMMAND] [--show misses|alarms]

CHECKOUTS holds one checkout of a repository in each folder, named OWNER+NAME. TRUTH is a file of JSON lines, each a
judged line: its repository (``repo``, OWNER/NAME), ``path``, ``line`` from 1 and ``cell`` from 0 (null outside
notebooks), the ``value`` as written, whether it sets a loader's worker count (``is_worker_count``), and whether its
value is a plain integer (``literal``). FILE is a JSON list of folders of which every line was judged, each with its
``repo``, ``folder`` and ``sites``, the rows that are counts.

Left out are rows that are ``borderline``, documents (``ft``, the kind of file, is docs), what sets nothing (a ``form``
such as compare or nodefault), and rows whose file is not there.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

TOOL = f"{shlex.quote(sys.executable)} -m worker_lint sites --isolated --output-format json"
NO_SETTING = ("truthiness", "compare", "augassign", "environ-get", "nodefault")

Row = dict[str, Any]


def is_counted(row: Row) -> bool:
    """Return whether a judged row says something about what sets a count."""
    return not (row.get("borderline") or row.get("ft") == "docs" or row.get("form", "").endswith(NO_SETTING))


class Found:
    """What the tool reports of some paths of a checkout; each site answers to one judged row."""

    def __init__(self, tool: list[str], checkout: Path, paths: list[str]) -> None:
        done = subprocess.run([*tool, *paths], cwd=checkout, capture_output=True, check=False)
        self.left: list[Row] = json.loads(done.stdout)["sites"]

    def take(self, row: Row) -> bool:
        """Return whether a site is left at the line of ``row``, with its value where that is a literal; take it."""
        for site in self.left:
            here = all(site[key] == row.get(key) for key in ("path", "cell", "line"))
            if here and (not row["literal"] or site["value"].strip("\"'") == str(row["value"]).strip("\"' ")):
                self.left.remove(site)
                return True
        return False


def share(hits: int, total: int) -> str:
    """Return two numbers and the one in percent of the other."""
    return f"{hits:,} of {total:,} ({hits / total:.1%})" if total else "0 of 0"


def main() -> int:
    """Print recall and false alarms by kind of value, and precision and recall of whole folders."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--whole", type=Path, metavar="FILE", help="folders of which every line was judged")
    parser.add_argument("--tool", default=TOOL, help="the command to measure (default: this worker-lint)")
    parser.add_argument("--show", choices=("misses", "alarms"), help="list these rows")
    args = parser.parse_args()
    tool = shlex.split(args.tool)

    def checkout(row: Row) -> Path:
        return Path(args.checkouts / row["repo"].replace("/", "+"))

    def show(kind: str, row: Row, repo: str) -> None:
        if args.show == kind:
            print(f"{repo} {row['path']}:{row['line']}: {row.get('name')} = {row['value']}")  # noqa: T201

    judged: dict[str, list[Row]] = defaultdict(list)
    for line in args.truth.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if is_counted(row) and (checkout(row) / row["path"]).is_file():
            judged[row["repo"]].append(row)
    hits: Counter[tuple[bool, bool]] = Counter()
    totals: Counter[tuple[bool, bool]] = Counter()
    for repo, rows in sorted(judged.items()):
        found = Found(tool, checkout(rows[0]), sorted({row["path"] for row in rows}))
        for row in sorted(rows, key=lambda row: (not row["is_worker_count"], not row["literal"])):
            kind = (row["is_worker_count"], row["literal"])
            hit = found.take(row)
            totals[kind] += 1
            hits[kind] += hit
            if hit != row["is_worker_count"]:
                show("alarms" if hit else "misses", row, repo)
    for kind, name in {
        (True, True): "literals found",
        (True, False): "other settings found",
        (False, True): "literals of another meaning reported",
        (False, False): "others of another meaning reported",
    }.items():
        print(f"{name}: {share(hits[kind], totals[kind])}")  # noqa: T201
    true = reported = wanted = 0
    for folder in json.loads(args.whole.read_text(encoding="utf-8")) if args.whole else ():
        found = Found(tool, checkout(folder), [folder["folder"]])
        rows = [row for row in folder["sites"] if is_counted(row)]
        missed = [row for row in sorted(rows, key=lambda row: not row["literal"]) if not found.take(row)]
        for row in (*folder["sites"], *folder.get("known_negatives", ())):
            if not is_counted(row):
                found.take({**row, "literal": False})
        for row in missed:
            show("misses", row, folder["repo"])
        for site in found.left:
            show("alarms", site, folder["repo"])
        wanted += len(rows)
        true += len(rows) - len(missed)
        reported += len(rows) - len(missed) + len(found.left)
    if args.whole:
        print(f"whole folders, true of what is reported: {share(true, reported)}")  # noqa: T201
        print(f"whole folders, reported of what is true: {share(true, wanted)}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
