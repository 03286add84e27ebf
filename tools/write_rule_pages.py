"""Writes docs/rules/, docs/rules.md and the table of the README from the rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.rules import RULES
from worker_lint.rules._families import families

if TYPE_CHECKING:
    from worker_lint.rule import Rule

ROOT = Path(__file__).parents[1]
START, END = "<!-- rules: written by tools/write_rule_pages.py -->", "<!-- end of the rules -->"
FIXES = {None: "no", "safe": "safe", "policy": "under a mode", "unsafe": "unsafe"}


def pages() -> dict[Path, str]:
    """Return the text of every file that this script writes, by its path."""
    readme = ROOT / "README.md"
    written = {ROOT / "docs" / "rules" / f"{rule.code}.md": _page(rule) for rule in RULES}
    written[ROOT / "docs" / "rules.md"] = _overview()
    written[readme] = _with_table(readme.read_text(encoding="utf-8"))
    return written


def _page(rule: Rule) -> str:
    title, _, rest = rule.page.partition("\n")
    on = "" if rule.default else " Off by default."
    return f"{title}\n\nSeverity: {rule.severity}. Confidence: {rule.confidence}. Fix: {FIXES[rule.fix]}.{on}\n{rest}"


def _overview() -> str:
    parts = [
        "# Rules\n\n"
        "A fix is `safe`, or `unsafe`, or writes a count and is made `under a mode` alone: [fixing](fixing.md).\n"
    ]
    for prefix, family in families().items():
        rules = [rule for rule in RULES if rule.code.startswith(prefix)]
        rows = "".join(
            f"| [{rule.code}](rules/{rule.code}.md) | {rule.name} | {rule.severity} | {FIXES[rule.fix]} "
            f"| {'on' if rule.default else 'off'} | {rule.summary} |\n"
            for rule in rules
        )
        if rules:
            parts.append(
                f"## {family.title}\n\n| code | name | severity | fix | default | what it finds |\n"
                f"|---|---|---|---|---|---|\n{rows}"
            )
    return "\n".join(parts)


def _with_table(readme: str) -> str:
    rows = "".join(
        f"| [{rule.code}](docs/rules/{rule.code}.md) | {rule.summary} | {FIXES[rule.fix]} |\n" for rule in RULES
    )
    table = f"{START}\n| rule | what it finds | fix |\n|---|---|---|\n{rows}{END}"
    return re.sub(f"{re.escape(START)}.*?{re.escape(END)}", lambda _: table, readme, flags=re.DOTALL)


if __name__ == "__main__":
    for path, text in pages().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
