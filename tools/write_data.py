"""Writes the data files of the package, which people edit as TOML, as JSON too: a run reads that much sooner."""

from __future__ import annotations

import json
import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PACKAGE = Path(__file__).parents[1] / "hooks" / "worker_lint"
SOURCES = ("locate/vocabulary.toml", "locate/starters.toml", "rules/frameworks.toml")


def documents() -> dict[Path, str]:
    """Return the text of every file that this script writes, by its path."""
    sources = [PACKAGE / name for name in SOURCES]
    return {path.with_suffix(".json"): _as_json(path.read_text(encoding="utf-8")) for path in sources}


def _as_json(toml: str) -> str:
    # One entry a line, so that a change shows as one.
    parts = ",\n".join(f"{json.dumps(key)}: {_rows(value)}" for key, value in tomllib.loads(toml).items())
    return f"{{\n{parts}\n}}\n"


def _rows(value: object) -> str:
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()]
        return "{\n" + ",\n".join(rows) + "\n}"
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    for path, text in documents().items():
        path.write_text(text, encoding="utf-8")
