"""The page that says what is read lists every kind of file, and its links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

from worker_lint.languages import NAMES, SUFFIXES

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "coverage.md").read_text(encoding="utf-8")


def test_every_suffix_and_every_name_is_listed() -> None:
    listed = {name.lower() for name in re.findall(r"`([\w.]+)`", PAGE)}
    assert {*SUFFIXES, *NAMES} - listed == set()


def test_every_key_that_is_linked_to_has_a_heading() -> None:
    headings = set(re.findall(r"^### `(.*)`$", (DOCS / "settings.md").read_text(encoding="utf-8"), re.MULTILINE))
    linked = set(re.findall(r"\(settings\.md#([\w-]+)\)", PAGE))
    assert linked
    assert linked - headings == set()
