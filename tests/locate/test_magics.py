"""How a notebook's cell falls apart into languages: what is left of each stays where it was."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker_lint.locate.magics import readings


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        pytest.param("", [("python", "")], id="an empty cell"),
        pytest.param("x = 1\n", [("python", "x = 1\n")], id="Python alone"),
        pytest.param("!ls\nx = 1", [("python", "_  \nx = 1"), ("shell", " ls\n     ")], id="a command"),
        pytest.param("!!ls -l", [("python", "_      "), ("shell", "  ls -l")], id="a command with its output"),
        pytest.param(
            "!a \\\n  b\nx", [("python", "_   \n   \nx"), ("shell", " a \\\n  b\n ")], id="a command over two lines"
        ),
        pytest.param("x = !ls", [("python", "_      "), ("shell", "     ls")], id="what a command prints"),
        pytest.param("x = %pwd", [("python", "_       ")], id="what a magic returns"),
        pytest.param("%env N=4", [("python", "_       "), ("shell", "     N=4")], id="a variable of the environment"),
        pytest.param("%time f(x)", [("python", "_;    f(x)")], id="a magic around a statement"),
        pytest.param("%time", [("python", "_    ")], id="a magic around nothing"),
        pytest.param("%%time\nf(x)", [("python", "_     \nf(x)")], id="a magic for the cell"),
        pytest.param("\n%%bash\nls\n", [("shell", "\n      \nls\n")], id="bash behind a blank line"),
        pytest.param("%%html\n<b>", [], id="a language that is not read"),
        pytest.param("%%writefile a.toml\nx = 1", [("toml", "                  \nx = 1")], id="a file"),
        pytest.param("%%writefile", [], id="a file without a name"),
        pytest.param("é\n!ü", [("python", "é\n_  "), ("shell", "  \n ü")], id="characters of two bytes"),
        pytest.param("x = (1\n  %y)", [("python", "x = (1\n  %y)")], id="a remainder in brackets"),
        pytest.param("x = 1 \\\n  %y", [("python", "x = 1 \\\n  %y")], id="a remainder behind a backslash"),
        pytest.param("'''\n!ls\n'''", [("python", "'''\n!ls\n'''")], id="a string over lines"),
        pytest.param("# it's\n!ls", [("python", "# it's\n_  "), ("shell", "      \n ls")], id="a quote in a comment"),
        pytest.param("x = '\n!ls", [("python", "x = '\n_  "), ("shell", "     \n ls")], id="a quote never closed"),
        pytest.param("a ? b\nx?\r\n", [("python", "a ? b\n_ \r\n")], id="a question ends its line"),
    ],
)
def test_each_language_keeps_its_part_where_it_was(cell: str, expected: list[tuple[str, str]]) -> None:
    assert [(language, code.decode()) for language, code in readings(cell.encode())] == expected


LINES = st.sampled_from(
    [
        "x = 1",
        "!ls",
        "  !ls \\",
        "%time f(x)",
        "%matplotlib",
        "if x:",
        "    pass",
        "'''",
        "f(",
        ")",
        "# '",
        "x?",
        "?x",
        "",
    ]
) | st.text("!%?'\"\\()#= \tax\r\né", max_size=12)


@given(st.lists(LINES, max_size=8).map("\n".join))
@example("%%bash\n!ls")
def test_nothing_moves(cell: str) -> None:
    code = cell.encode()
    for _, reading in readings(code):
        assert len(reading) == len(code)
        assert [m.start() for m in re.finditer(rb"\n", reading)] == [m.start() for m in re.finditer(rb"\n", code)]
        kept = [at for at, byte in enumerate(reading) if byte not in b" _;"]
        assert bytes(reading[at] for at in kept) == bytes(code[at] for at in kept)


STATEMENTS = st.sampled_from(["x = 1", "if x:\n    y = 2", "f(1,\n  2)", "s = '''\n!%?\n'''", "def f():\n    return 1"])
MAGICS = st.sampled_from(
    ["!ls", "%time x = f(2)", "%matplotlib inline", "f?", "files = !ls 'a", "!a \\\n  'b", "%cd .."]
)


@given(st.lists(STATEMENTS | MAGICS, max_size=6).map("\n".join))
def test_python_with_magics_is_python_without_them(cell: str) -> None:
    for language, reading in readings(cell.encode()):
        if language == "python":
            ast.parse(reading)
