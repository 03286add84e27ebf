"""The families of rules: what those have in common whose codes begin alike."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from worker_lint.named_tuple import NamedTuple


class Family(NamedTuple):
    """What the rules of a family are about."""

    title: str
    tag: str
    """One word, for programs that group findings."""


@cache
def families() -> dict[str, Family]:
    """Return the families by the beginning of their codes, in that order."""
    document = json.loads(Path(__file__).with_name("families.json").read_bytes())
    return {prefix: Family(**family) for prefix, family in document.items()}


def family_of(code: str) -> Family:
    """Return the family that the rule with this code belongs to."""
    return families()[code[:3]]
