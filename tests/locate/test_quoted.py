"""That a text in a JSON string is read as Python's own parser reads it, and that each byte knows its place."""

from __future__ import annotations

import json
from functools import cache

import tree_sitter
import tree_sitter_json
from hypothesis import example, given
from hypothesis import strategies as st

from worker_lint.locate.quoted import Text, escaped

CHARACTERS = st.characters(codec=None) | st.sampled_from('"\\/\b\f\n\r\t\u00e9\u2028\U0001f680\ud83d\ude80u0041')
"""Any character, halves of one among them, and more often those that have escapes."""
SHORT = {'"': '\\"', "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@cache
def parser() -> tree_sitter.Parser:
    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_json.language()))


def written(character: str, way: int) -> str:
    """One of the ways in which JSON can write ``character``."""
    if way == 1 and character in SHORT:
        return SHORT[character]
    plain = character.isprintable() and character not in '"\\'
    if way == 0 and plain:
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    digits = (f"{units[at] << 8 | units[at + 1]:04x}" for at in range(0, len(units), 2))
    return "".join(f"\\u{unit if way == 2 else unit.upper()}" for unit in digits)


@st.composite
def strings(draw: st.DrawFn) -> str:
    return (
        '"' + "".join(written(draw(CHARACTERS), draw(st.integers(0, 3))) for _ in range(draw(st.integers(0, 12)))) + '"'
    )


def read(quoted: str) -> tuple[bytes, Text]:
    document = quoted.encode()
    node = parser().parse(document).root_node.named_children[0]
    text = Text()
    text.append_string(document, node)
    return document, text


@given(strings())
@example('"\\ud83d\\ud83d\\ude80\\ude80"')
@example('"\\\\u0041\\\\"')
def test_a_string_stands_for_what_python_says(quoted: str) -> None:
    document, text = read(quoted)
    meant = json.loads(document)
    assert bytes(text.code).decode() == "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in meant)


@given(strings())
def test_each_byte_knows_where_it_is_written(quoted: str) -> None:
    document, text = read(quoted)
    assert len(text.code) == len(text.starts) == len(text.ends)
    covered = {at for start, end in zip(text.starts, text.ends, strict=True) for at in range(start, end)}
    assert covered == set(range(1, len(document) - 1))
    for at, (start, end) in enumerate(zip(text.starts, text.ends, strict=True)):
        if end == start + 1:
            assert document[start] == text.code[at]
        else:
            assert document[start : start + 1] == b"\\"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_written_as_a_string_holds_it(text: str) -> None:
    assert json.loads(f'"{escaped(text)}"') == text
