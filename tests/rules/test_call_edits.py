"""Edits of Python calls, whichever rule makes them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rules._python import LONGEST_EDIT, with_keyword
from worker_lint.source import Source

NEAR = "num_workers = 4\n"  # the file is read for its sake


def edited(text: str, before: str | None) -> str | None:
    """The code of ``text``, a call of f, with ``a=1`` more."""
    (document,) = locate(Source.decode(Path("train.py"), "python", f"{NEAR}{text}\n".encode()), vocabulary())
    assert document.module is not None
    (call,) = document.module.calls({"f"})
    edit = with_keyword(call, "a=1", before=before)
    return None if edit is None else edit.text


@pytest.mark.parametrize(
    ("text", "before", "expected"),
    [
        pytest.param("f(x, b=2, c=3)", "c", "f(x, b=2, a=1, c=3)", id="before a keyword"),
        pytest.param("f(x, b=2)", "c", "f(x, a=1, b=2)", id="behind what is positional"),
        pytest.param("f(x)", None, "f(x, a=1)", id="no keyword is named"),
        pytest.param("f(x)", "", "f(x, a=1)", id="the name of no keyword, and one positional argument"),
        pytest.param("f(x, y)", "", "f(x, y, a=1)", id="the name of no keyword, and two"),
        pytest.param("f(*x)", "", "f(*x, a=1)", id="the name of no keyword, and a list"),
        pytest.param("f(b=2, *x)", "b", "f(b=2, *x, a=1)", id="a list behind the keyword"),
        pytest.param("f(**x)", "b", "f(**x, a=1)", id="a dict"),
        pytest.param("f(b=2)", None, None, id="no place"),
        pytest.param("f()", "b", None, id="no arguments"),
        pytest.param("f(\n    x,\n    b=2,\n)", "b", "f(\n    x,\n    a=1,\n    b=2,\n)", id="a line each"),
        pytest.param(f"f({'x' * LONGEST_EDIT})", "b", None, id="too long"),
    ],
)
def test_a_call_with_one_keyword_more(text, before, expected):
    assert edited(text, before) == expected
    if expected is not None:
        ast.parse(expected)
