"""What stands for the tags of a template where the text around them is read as data."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate.templates import masked

PIECES = (b"{{", b"}}", b"{%", b"%}", b"{#", b"#}", b" ", b"\t", b"\n", b"\r\n", b"\r", b"a", b": ", b"}", b"{")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (b"a: {{ n }}\n", b"a: 1111111\n"),
        (b"a: {% if n %}4{% endif %}\n", b"a: " + b" " * 10 + b"4" + b" " * 11 + b"\n"),
        (b"  {{- if .Values.n }}\n  a: 4\n  {{- end }}\n", b"                     \n  a: 4\n            \n"),
        (b"{{ a }} {# b #}\t{% c %}\r\nb: 1", b"                       \r\nb: 1"),
        (b"{{ a\n}}\nb: 1", b"    \n  \nb: 1"),
        (b"  {{ a }}: 4", b"  1111111: 4"),
        (b"a: {{ never closed", b"a: {{ never closed"),
    ],
    ids=["a value", "a test around one", "lines of tags", "several in a line", "over lines", "a key", "no tag"],
)
def test_a_tag_is_a_number_or_nothing(code: bytes, expected: bytes) -> None:
    assert masked(code) == expected


@given(st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join))
def test_nothing_but_tags_and_lines_of_blanks_is_changed(code: bytes) -> None:
    found = masked(code)
    assert [len(line) for line in re.split(rb"\r|\n", found)] == [len(line) for line in re.split(rb"\r|\n", code)]
    if not re.search(rb"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", code, re.DOTALL):
        assert found.replace(b"\t", b" ") == code.replace(b"\t", b" ")
