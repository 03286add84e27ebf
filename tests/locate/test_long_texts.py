"""Leaving out the insides of long texts changes nothing of a tree but what it shows of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate.grammars import parser
from worker_lint.locate.long_texts import without_long_texts

if TYPE_CHECKING:
    from tree_sitter import Node

LONG = "x" * 3000
TEXTS = st.lists(st.sampled_from([LONG, "é" * 700, '"', "\\", "\n", ": ", "a", "{", "]", "#", " "]), max_size=6).map(
    "".join
)
DOCUMENTS = st.recursive(
    TEXTS | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def outline(root: Node) -> list[tuple[str, int, int]]:
    """Return every node below ``root`` with its place; of a text only the whole of it."""
    found, stack = [], [root]
    while stack:
        node = stack.pop()
        found.append((node.type, node.start_byte, node.end_byte))
        if node.type != "string":
            stack += node.children
    return found


def texts(node: Node) -> int:
    """Return how many bytes the tree shows of what stands in texts."""
    return node.end_byte - node.start_byte if node.type == "string_content" else sum(map(texts, node.children))


@given(DOCUMENTS, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_the_tree_is_the_same_but_for_the_texts(document: object, indent: int | str | None, ascii_only: bool) -> None:
    code = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode()
    assert outline(without_long_texts(code)) == outline(parser("json").parse(code).root_node)


@pytest.mark.parametrize(
    "code",
    [
        f'{{\n  "image/png": "{LONG}\\n"\n}}',
        f'[\n"{LONG}"\n]',
        f'{{\r\n\t"{LONG}" : 1\r\n}}',
        f'[1,\n  "{LONG}", "{LONG[:99]}"]',
    ],
    ids=["an image", "in a list", "a key", "behind something else"],
)
def test_long_texts_are_left_out(code: str) -> None:
    root = without_long_texts(code.encode())
    assert not root.has_error
    assert texts(root) < 200


@pytest.mark.parametrize(
    "code",
    [
        f'["a\n{LONG}"]',
        f'["a\n"{LONG}"]',
        f'[\n"{LONG}\n]',
        f'[\n"{LONG}\n"{LONG}\n\\n{LONG}"\n]',
        f'[\n"{LONG}\n{{]\\n"\n]',
        f'[\n"{LONG}" "{LONG}"\n]',
        f"[\n{LONG}\n]",
        f'[\n"key": "{LONG}"\n]',
    ],
    ids=[
        "a line break in a text",
        "and a quote behind it",
        "no end",
        "two without",
        "an escape behind",
        "no comma",
        "no quotes",
        "a pair in a list",
    ],
)
def test_what_is_no_json_is_none_without_its_long_texts(code: str) -> None:
    assert parser("json").parse(code.encode()).root_node.has_error
    assert without_long_texts(code.encode()).has_error
