"""Rules for programs: what ``worker-lint rules`` and ``worker-lint explain`` say as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TextIO

from worker_lint.rules._families import family_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker_lint.rule import Rule


def describe(rules: Iterable[Rule], stream: TextIO) -> None:
    """Write one document with an object for each of ``rules``."""
    json.dump({"rules": [_described(rule) for rule in rules]}, stream, indent=2, ensure_ascii=True)
    stream.write("\n")


def _described(rule: Rule) -> dict[str, str | bool | None]:
    return {
        "code": rule.code,
        "name": rule.name,
        "family": family_of(rule.code).title,
        "summary": rule.summary,
        "severity": str(rule.severity),
        "confidence": rule.confidence,
        "default": rule.default,
        "fix": rule.fix,
        "page": rule.page,
        "docs": f"docs/rules/{rule.code}.md",  # in the repository: the pages are published nowhere else
    }
