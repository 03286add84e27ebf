#!/usr/bin/env python3
"""Hold what ``worker-lint sites`` finds against lines that people have judged.

    measure.py CHECKOUTS TRUTH [--tool COMMAND] [--show misses|alarms]

CHECKOUTS holds one checkout of a repository in each folder, named OWNER+NAME. TRUTH is a file of JSON lines, each a
judged line: its repository (``repo``, OWNER/NAME), ``path``, ``line`` from 1 and ``cell`` from 0 (null outside
notebooks), the ``value`` as written, whether it sets a loader's worker count (``is_worker_count``), and whether its
value is a plain integer (``literal``). Rows that are ``borderline`` are left out, and so are those whose file is not
there.
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

Row = dict[str, Any]


def sites(tool: list[str], checkout: Path, paths: list[str]) -> list[Row]:
    """Return the inventory of these files of a checkout."""
    done = subprocess.run([*tool, *paths], cwd=checkout, capture_output=True, check=False)
    found: list[Row] = json.loads(done.stdout)["sites"]
    return found


def is_found(row: Row, found: list[Row]) -> bool:
    """Return whether one of the sites stands at the line of ``row``, with its value where that is a literal."""
    here = [site for site in found if all(site[key] == row.get(key) for key in ("path", "cell", "line"))]
    return any(not row["literal"] or site["value"].strip("\"'") == str(row["value"]).strip("\"' ") for site in here)


def main() -> int:
    """Print recall and false alarms, by kind of value."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--tool", default=TOOL, help="the command to measure (default: this worker-lint)")
    parser.add_argument("--show", choices=("misses", "alarms"), help="list these rows")
    args = parser.parse_args()
    judged: dict[str, list[Row]] = defaultdict(list)
    for line in args.truth.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if not row.get("borderline") and (args.checkouts / row["repo"].replace("/", "+") / row["path"]).is_file():
            judged[row["repo"]].append(row)
    hits: Counter[tuple[bool, bool]] = Counter()
    totals: Counter[tuple[bool, bool]] = Counter()
    for repo, rows in sorted(judged.items()):
        found = sites(
            shlex.split(args.tool), args.checkouts / repo.replace("/", "+"), sorted({r["path"] for r in rows})
        )
        for row in rows:
            kind = (row["is_worker_count"], row["literal"])
            hit = is_found(row, found)
            totals[kind] += 1
            hits[kind] += hit
            if (args.show == "misses" and kind[0] and not hit) or (args.show == "alarms" and not kind[0] and hit):
                print(f"{repo} {row['path']}:{row['line']}: {row.get('name')} = {row['value']}")  # noqa: T201
    for kind, name in {
        (True, True): "literals found",
        (True, False): "other settings found",
        (False, True): "literals of another meaning taken for counts",
        (False, False): "others of another meaning taken for counts",
    }.items():
        share = hits[kind] / totals[kind] if totals[kind] else 0
        print(f"{hits[kind]:,} of {totals[kind]:,} {name} ({share:.1%})")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
