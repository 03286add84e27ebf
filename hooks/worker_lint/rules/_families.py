"""The families of rules: what those have in common whose codes begin alike."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


@cache
def families() -> dict[str, str]:
    """Return the title of each family by the beginning of its codes, in their order."""
    titles: dict[str, str] = json.loads((files("worker_lint.rules") / "families.json").read_text(encoding="utf-8"))
    return titles


def family_of(code: str) -> str:
    """Return the title of the family that the rule with this code belongs to."""
    return families()[code[:3]]
