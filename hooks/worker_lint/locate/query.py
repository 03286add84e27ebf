"""Query files with the vocabulary's words filled in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import tree_sitter

if TYPE_CHECKING:
    from collections.abc import Sequence


def compiled(language: tree_sitter.Language, name: str, **words: Sequence[str]) -> tree_sitter.Query:
    """Return the query file ``name``, in which each word in capitals stands for the strings given for it."""
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    for placeholder, strings in words.items():
        listed = " ".join(json.dumps(string) for string in strings)
        text = re.sub(rf"(?m)^(?!\s*;)(.*)\b{placeholder}\b", lambda match: match[1] + listed, text)  # noqa: B023
    return tree_sitter.Query(language, text)
