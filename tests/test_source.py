"""From bytes to text and back, and from an offset to a line and column."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint import source as module
from worker_lint.errors import SourceError
from worker_lint.file_language import has_suffix, language_by_line, language_by_name
from worker_lint.reading import read
from worker_lint.source import Position, Source


def source(data, language="python"):
    return Source.decode(Path("a.py"), language, data)


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("a.py", "python"),
        ("a.pyi", "python"),
        ("A.PY", "python"),
        ("a.b.json", "json"),
        ("a.jsonc", "json"),
        ("a.txt", None),
        ("py", None),
        (".json", None),
        ("a.py.bak", None),
    ],
)
def test_the_name_tells_the_language(name, language):
    assert language_by_name(Path(name)) == language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        (b"#!/usr/bin/env python3\n", "python"),
        (b"#!/usr/bin/python3.12 -u\nx", "python"),
        (b"#!/opt/venv/bin/python", "python"),
        (b"#!/bin/sh\n# python\n", "shell"),
        (b"#!/usr/bin/perl\n# python\n", None),
        (b"#!/usr/bin/env ipython-like\n", None),
        (b"# python\n", None),
        (b"", None),
    ],
)
def test_else_the_first_line_does(line, language):
    assert language_by_line(line) == language


def test_a_file_without_a_suffix_is_opened_to_see():
    assert not has_suffix(Path("train"))
    assert not has_suffix(".train")
    assert has_suffix(Path("train.txt"))


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        pytest.param(b"", "", "utf-8", id="nothing"),
        pytest.param("é".encode(), "é", "utf-8", id="UTF-8"),
        pytest.param(b"\xef\xbb\xbf# x", "# x", "utf-8", id="byte order mark"),
        pytest.param(b"\xef\xbb\xbf# coding: utf8\n", "# coding: utf8\n", "utf-8", id="byte order mark and a coding line"),
        pytest.param(b"# coding: latin-1\n\xe9", "# coding: latin-1\né", "iso-8859-1", id="Latin-1"),
        pytest.param(b"#!x\n# vim: set fileencoding=cp1252 :\n\x80", "#!x\n# vim: set fileencoding=cp1252 :\n€", "cp1252", id="in line 2"),
        pytest.param(b"x = 1\ny = 2\n# coding: latin-1\n", "x = 1\ny = 2\n# coding: latin-1\n", "utf-8", id="in line 3"),
    ],
)  # fmt: skip
def test_python(data, text, encoding):
    found = source(data)
    assert (found.code.decode(), found.encoding) == (text, encoding)
    assert found.encode(found.code) == data


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["without a mark", "with a mark"])
def test_json(encoding, mark):
    data = (mark + '{"ö": 1}').encode(encoding)
    found = source(data, "json")
    assert found.code.decode() == '{"ö": 1}'
    assert found.encode(found.code) == data


@pytest.mark.parametrize(
    ("data", "language", "message"),
    [
        pytest.param(b"\0", "python", "a.py: is binary", id="binary"),
        pytest.param(
            b"x\n \xff", "python", r"a.py:2:2: byte 0xff is not utf-8; .* or declare its encoding", id="no UTF-8"
        ),
        pytest.param(b"\xef\xbb\xbf\xff", "python", "a.py:1:1: byte 0xff is not utf-8", id="no UTF-8 behind a mark"),
        pytest.param(
            b'"\xff"', "json", "a.py:1:2: byte 0xff is not utf-8; save the file as utf-8$", id="no UTF-8 in JSON"
        ),
        pytest.param(b"\xff\xfe1", "json", "a.py:1:1: byte 0x31 is not utf-16-le", id="half a character"),
        pytest.param(b"# coding: nope", "python", "a.py:1: unknown encoding: nope; name a codec", id="unknown"),
        pytest.param(b"# coding: hex", "python", "a.py: is not text in its declared encoding", id="no text"),
        pytest.param(b"# coding: undefined", "python", "a.py: is not text in its declared encoding", id="undefined"),
        pytest.param(b"# coding: utf-32", "python", "a.py: is not text in its declared encoding", id="cannot be"),
    ],
)
def test_refused(data, language, message):
    with pytest.raises(SourceError, match=message) as caught:
        source(data, language)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("fill", [0, 40, 70_000, 140_000])
def test_what_is_not_utf_8_is_found_wherever_it_stands(fill):
    lines = ("x = 1\n" + "é" * 30 + "\n") * (fill // 66) + "y" * fill
    for wrong in (b"\xff", b"\xc3"):
        for data in (lines.encode() + wrong, lines.encode() + wrong + b"\n" + lines.encode()):
            with pytest.raises(SourceError, match=f"a.py:[0-9]+:{fill + 1}: byte 0x{wrong.hex()} is not utf-8"):
                Source.decode(Path("a.py"), "python", data)
    assert Source.decode(Path("a.py"), "python", lines.encode()).code.decode() == lines


def test_what_an_encoding_cannot_say_is_not_written():
    found = source(b"# coding: latin-1\n\xe9")
    with pytest.raises(SourceError, match="cannot be written back as iso-8859-1"):
        found.encode("数".encode())


@given(st.text(alphabet="ab\r\n\té数𝔘", max_size=30))
def test_positions_are_those_that_splitting_into_lines_gives(text):
    found = source(text.encode())
    line, column = 1, 1
    previous = ""
    for index, char in enumerate(text):
        if not (previous == "\r" and char == "\n"):
            assert found.position(len(text[:index].encode())) == (line, column)
        if char == "\r" or (char == "\n" and previous != "\r"):
            line, column = line + 1, 1
        elif char != "\n":
            column += 1
        previous = char


def test_a_line_is_shown_without_its_end():
    found = source(b"a\r\nb\rc\n\nd")
    assert [found.line(offset) for offset in (0, 3, 5, 7, 8)] == ["a", "b", "c", "", "d"]
    assert [found.line(8, above) for above in (1, 2, 4, 5)] == ["", "c", "a", ""]


def test_what_parsers_get_is_as_long():
    found = source(b"a\rb\r\nc\r")
    assert found.parsed == b"a\nb\r\nc\n"


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path.name), lambda path: None])
def test_what_is_no_file_is_not_read(tmp_path, make):
    path = tmp_path / "a.py"
    make(path)
    with pytest.raises(SourceError, match=r"a\.py: (not a regular file|cannot be read)"):
        read(path)


@given(st.text(st.sampled_from("ab𝔘é\r\n ")))
def test_an_offset_and_its_place_are_each_other_s_inverse(text):
    code = source(f"s = 0\n{text}".encode(), "shell")
    for end in range(len(text) + 1):
        if not (text[:end].endswith("\r") and text[end:].startswith("\n")):
            offset = len(f"s = 0\n{text[:end]}".encode())
            assert code.offset_at(code.file_position(offset)) == offset


def test_a_column_behind_the_end_of_a_line_is_that_end():
    assert source(b"abc\r\nd").offset_at(Position(1, 99)) == 3


def test_columns_of_a_long_line_are_those_of_its_characters() -> None:
    line = "é=1 " * 5_000 + "ä" * 5_000
    source = Source(Path("x.py"), "python", f"first\n{line}\nlast é = 1\n".encode())
    for column in (1, 2, 4_000, 4_096, 4_097, 12_345, len(line)):
        offset = len(f"first\n{line[: column - 1]}".encode())
        assert source.position(offset) == (2, column)
    assert source.position(source.code.index(b"= 1\n")) == (3, 8)


def test_the_pieces_of_a_long_line_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []
    characters = module._characters
    monkeypatch.setattr(module, "_characters", lambda code: counted.append(len(code)) or characters(code))
    source = Source(Path("x.py"), "python", b"x=1;" * 100_000)
    for place in range(0, 400_000, 1_000):
        assert source.position(place) == (1, place + 1)
    assert sum(counted) < 400_000 + 400 * 4_096


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_first_of_the_lines_that_backslashes_join(end: str) -> None:
    lines = ["one \\", "two \\", "three", "four \\", "five", "six"]
    source = Source(Path("x.sh"), "shell", end.join([*lines, ""]).encode())
    firsts = [source.line(source.first_line(source.code.index(line.encode()))) for line in lines]
    assert firsts == ["one \\", "one \\", "one \\", "four \\", "four \\", "six"]
