from __future__ import annotations

import pytest

from worker_lint.toml_text import line_of

DOCUMENT = '''# mode comes later
title = """
mode = "not here"
"""
[tool.worker-lint]

mode = "debug"
select = [
    "WL2",
    "mode",
]
modes = {debug = 1, sweep = 2}
a.b.c = 1
tables = [
    {x = 1},
    {x = 1, y = 2},
]

[[tool.worker-lint.overrides]]
paths = ["a"]
[[tool.worker-lint.overrides]]
mode = "x"
paths = ["mode"]
[tool.worker-lint."dotted.key"]
deep = 1
'''


@pytest.mark.parametrize(
    ("where", "line"),
    [
        pytest.param(("mode",), 7, id="a key, and not its name in a comment or a text"),
        pytest.param(("select",), 8, id="a list of several lines"),
        pytest.param(("select", 1), 8, id="a member of it"),
        pytest.param(("modes", "sweep"), 12, id="an inline table"),
        pytest.param(("a", "b", "c"), 13, id="a dotted key"),
        pytest.param(("tables", 1, "y"), 16, id="a list of inline tables"),
        pytest.param(("overrides",), 19, id="an array of tables"),
        pytest.param(("overrides", 1), 21, id="its second table"),
        pytest.param(("overrides", 1, "mode"), 22, id="a key in it"),
        pytest.param(("overrides", 0, "mode"), None, id="a key that the first has not"),
        pytest.param(("dotted.key", "deep"), 25, id="a quoted key"),
        pytest.param((), 5, id="the table itself"),
        pytest.param(("nowhere",), None, id="a key that does not exist"),
    ],
)
def test_the_line_is_that_of_the_statement(where, line):
    assert line_of(DOCUMENT, ("tool", "worker-lint", *where)) == line


def test_lines_that_end_as_on_windows_count_once():
    assert line_of("a = 1\r\nb = 2\r\n", ("b",)) == 2


def test_the_whole_document_has_no_line():
    assert line_of("a = 1\n", ()) is None


def test_a_key_written_with_escapes_is_left_out():
    assert line_of('"\\u0061" = 1\n', ("a",)) is None
