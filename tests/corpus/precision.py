#!/usr/bin/env python3
"""Run every rule over real repositories, and hold what it finds against the verdicts of those who read it.

    precision.py CHECKOUTS [--repositories FILE] [--verdicts FILE] [--show CODE] [--unread CODE] [--write PAGE]

CHECKOUTS holds one checkout of a repository in each folder, named OWNER+NAME, at the commit that FILE
(tests/corpus/repositories.tsv: OWNER/NAME and a commit on each line) names. A verdict (tests/corpus/verdicts.jsonl) is
a finding that somebody has read with the code around it: ``rule``, ``repo``, ``path``, ``cell``, ``line``, whether it
is ``right``, ``why``, and ``bug``, what goes wrong and when, where it is a real one.

No mode and no machine is given, so that the rules that need one stay silent: what they say is arithmetic, and as right
as the site is (docs/coverage.md). Nothing in a checkout is run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from worker_lint.rules import RULES

HERE = Path(__file__).parent
START, END = "<!-- written by tests/corpus/precision.py -->", "<!-- end -->"
TOOL = [
    sys.executable,
    "-m",
    "worker_lint",
    "check",
    "--isolated",
    "--profile=none",
    "--select=WL",
    "--quiet",
    "--no-cache",
]

Row = dict[str, Any]
Key = tuple[str, str, str, int | None, int]


def key(row: Row) -> Key:
    """Return what makes a finding the same as a verdict."""
    return row["rule"], row["repo"], row["path"], row["cell"], row["line"]


def findings(checkout: Path, repo: str) -> list[Row]:
    """Return what every rule, also those that are off by default, finds in ``checkout``."""
    done = subprocess.run([*TOOL, "--output-format=json", "."], cwd=checkout, capture_output=True, check=False)
    if done.returncode not in (0, 1, 2) or not done.stdout:
        raise SystemExit(f"{repo}: {done.stderr.decode(errors='replace')}")
    found = json.loads(done.stdout)["findings"]
    return [{**each, "rule": each["code"], "repo": repo} for each in found]


def table(found: dict[str, list[Row]], verdicts: dict[Key, Row]) -> str:
    """Return a row for each rule: its findings, how many of them were read, and how many of those are right."""
    lines = ["| rule | default | severity | findings | read | right | wrong |", "|---|---|---|--:|--:|--:|--:|"]
    for rule in RULES:
        rows = found.get(rule.code, [])
        read = [verdicts[key(row)] for row in rows if key(row) in verdicts]
        right = sum(row["right"] for row in read)
        default = "on" if rule.default else "off"
        name = f"[{rule.code}](rules/{rule.code}.md) {rule.name}"
        numbers = f"{len(rows):,} | {len(read):,} | {right:,} | {len(read) - right:,}"
        lines.append(f"| {name} | {default} | {rule.severity} | {numbers} |")
    return "\n".join(lines)


def bugs(found: dict[str, list[Row]], verdicts: dict[Key, Row], commits: dict[str, str]) -> str:
    """Return the real bugs among the findings, by repository."""
    by_repo: dict[str, list[str]] = defaultdict(list)
    for rows in found.values():
        for row in rows:
            verdict = verdicts.get(key(row))
            if verdict is not None and verdict.get("bug"):
                cell = "" if row["cell"] is None else f" cell {row['cell']}"
                by_repo[row["repo"]].append(
                    f"  - `{row['path']}`{cell} line {row['line']}, {row['rule']}: {verdict['bug']}"
                )
    return "\n".join(
        f"- [{repo}](https://github.com/{repo}) at `{commits[repo][:12]}`:\n" + "\n".join(sorted(set(by_repo[repo])))
        for repo in sorted(by_repo, key=str.lower)
    )


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> int:
    """Print the table, or what was asked for; write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path, nargs="+")
    parser.add_argument("--repositories", type=Path, default=HERE / "repositories.tsv")
    parser.add_argument("--verdicts", type=Path, default=HERE / "verdicts.jsonl")
    parser.add_argument("--show", metavar="CODE", help="list the findings of a rule with their verdicts")
    parser.add_argument("--unread", metavar="CODE", help="list the findings of a rule that nobody has read")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table and the bugs into a page")
    args = parser.parse_args()

    lines = args.repositories.read_text(encoding="utf-8").splitlines()
    commits = dict(line.split("\t")[:2] for line in lines if line)
    verdicts = {key(row): row for row in read_rows(args.verdicts)}
    found: dict[str, list[Row]] = defaultdict(list)
    present = []
    for repo in commits:
        folder = next(
            (each / repo.replace("/", "+") for each in args.checkouts if (each / repo.replace("/", "+")).is_dir()), None
        )
        if folder is None:
            print(f"{repo}: no checkout", file=sys.stderr)  # noqa: T201
            continue
        present.append(repo)
        for row in findings(folder, repo):
            found[row["rule"]].append(row)
    wanted = args.show or args.unread
    if wanted:
        for row in found.get(wanted, []):
            verdict = verdicts.get(key(row))
            if verdict is None or args.show:
                said = (
                    "unread" if verdict is None else ("right" if verdict["right"] else "wrong") + f" ({verdict['why']})"
                )
                print(f"{row['repo']} {row['path']}:{row['cell'] or ''}:{row['line']}: {said}: {row['message']}")  # noqa: T201
        return 0
    text = table(found, verdicts)
    print(text)  # noqa: T201
    seen = {key(row) for rows in found.values() for row in rows}
    lost = [row for at, row in verdicts.items() if row["right"] and row["repo"] in present and at not in seen]
    for row in lost:
        print(f"no longer found: {row['rule']} {row['repo']} {row['path']}:{row['line']}", file=sys.stderr)  # noqa: T201
    if args.write is not None:
        page = args.write.read_text(encoding="utf-8")
        for part in (f"{len(present):,} repositories.\n\n{text}", bugs(found, verdicts, commits)):
            before, _, rest = page.partition(f"{START}\n")
            _, _, after = rest.partition(END)
            page = f"{before}<<>>\n{part}\n{END}{after}" if rest else page
        args.write.write_text(page.replace("<<>>", START), encoding="utf-8", newline="\n")
    return int(bool(lost))


if __name__ == "__main__":
    sys.exit(main())
