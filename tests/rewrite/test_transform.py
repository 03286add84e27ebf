"""Edits in Python: what libcst takes for an expression is replaced, and nothing else."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.rewrite.edits import splice, swaps_integers
from worker_lint.rewrite.transform import TransformError, rewritten
from worker_lint.source import Edit


def replaced(code, old, new):
    start = code.encode().index(old.encode())
    edit = Edit(start, start + len(old.encode()), new)
    return splice(code.encode(), [rewritten(code.encode(), edit)]).decode()


@pytest.mark.parametrize(
    ("code", "old", "new", "expected"),
    [
        pytest.param("f(n=4)", "4", "8", "f(n=8)", id="a number"),
        pytest.param("f(n=(4))", "4", "8", "f(n=(8))", id="in parentheses"),
        pytest.param("f(n=( 4 ))", "4", "8", "f(n=( 8 ))", id="in parentheses with blanks"),
        pytest.param("f(n=- 4)", "- 4", "8", "f(n=8)", id="a signed number"),
        pytest.param("n = 8L", "8L", "4", "n = 4", id="a number of Python 2"),
        pytest.param("n = - 017", "- 017", "4", "n = 4", id="an octal number of Python 2"),
        pytest.param("print 'x', f(n=4)", "4", "8", "print 'x', f(n=8)", id="a statement of Python 2"),
        pytest.param("match x:\n  case 1: n = 4", "4", "8", "match x:\n  case 1: n = 8", id="a match statement"),
        pytest.param("def f(:\nn = 4", "4", "8", "def f(:\nn = 8", id="behind a syntax error"),
        pytest.param("!ls\n%time\nn = 4", "4", "8", "!ls\n%time\nn = 8", id="behind magic"),
        pytest.param("s = '数据'; n = 4  # é", "4", "8", "s = '数据'; n = 8  # é", id="among other scripts"),
        pytest.param("n = 4\r\nx = 1\r\n", "4", "16", "n = 16\r\nx = 1\r\n", id="carriage returns"),
        pytest.param("f(n=(a /\n  b))", "a /\n  b", "a //\n  b", "f(n=(a //\n  b))", id="over two lines"),
        pytest.param("f(n=True)", "True", "n > 0", "f(n=n > 0)", id="a comparison"),
        pytest.param("f(n='a'\n  'b')", "'a'\n  'b'", "None", "f(n=None)", id="strings over two lines"),
        pytest.param("n = 4", "4", "(8)", "n = (8)", id="a replacement in parentheses"),
    ],
)
def test_replaced(code, old, new, expected):
    assert replaced(code, old, new) == expected


@pytest.mark.parametrize(
    ("code", "old", "new", "message"),
    [
        pytest.param("f(n=4)", "f(n", "8", "does not parse", id="half a call"),
        pytest.param("a, b = 4, 5", "4, 5", "8 8", "does not parse", id="two numbers"),
        pytest.param("n = 4", "4", "", "is no expression", id="nothing"),
        pytest.param("n = 4", "4", "8; import os", "does not parse", id="a statement"),
        pytest.param("n = 4", "4", "8 # x\n)+(1", "is no expression", id="what closes the parentheses"),
        pytest.param("n = 4 ", "4 ", "8", "no expression", id="a blank too many"),
        pytest.param("n = " + "(" * 3000 + "4" + ")" * 3000, "(" * 3000 + "4" + ")" * 3000, "8", "too long", id="deep"),
        pytest.param("n = " + "-" * 999 + "4", "-" * 999 + "4", "8", "nested too deeply", id="many signs"),
    ],
)
def test_what_is_no_expression_is_refused(code, old, new, message):
    with pytest.raises(TransformError, match=message):
        replaced(code, old, new)


def test_many_edits_in_one_line_do_not_disturb_each_other():
    code = b"f(a=1, b=22, c=333)"
    edits = [Edit(4, 5, "1000"), Edit(9, 11, "2"), Edit(15, 18, "30")]
    assert splice(code, [rewritten(code, edit) for edit in edits]) == b"f(a=1000, b=2, c=30)"


text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=30)


@given(text, text, st.integers(0, 10**6), st.integers(0, 10**6))
def test_nothing_outside_the_slice_changes(before, after, old, new):
    code = f"{before}{old}{after}".encode()
    start = len(before.encode())
    edit = Edit(start, start + len(str(old)), str(new))
    assert splice(code, [rewritten(code, edit)]) == f"{before}{new}{after}".encode()


NUMBERS = st.integers(-(10**18) + 1, 10**18 - 1).map(str)


@given(text, text, NUMBERS, NUMBERS)
def test_one_integer_takes_the_place_of_another_as_libcst_puts_it(before, after, old, new):
    code = f"{before}{old}{after}".encode()
    start = len(before.encode())
    edit = Edit(start, start + len(old), new)
    assert swaps_integers(code, edit)
    assert rewritten(code, edit) == edit


EXPRESSIONS = st.text(alphabet="0123456789-+ _lLxXeEj.aorif()\n", max_size=8)


@given(EXPRESSIONS, EXPRESSIONS)
def test_what_is_swapped_without_libcst_are_integers_to_python(old, new):
    if swaps_integers(old.encode(), Edit(0, len(old), new)):
        assert all(isinstance(ast.literal_eval(each), int) for each in (old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("4", "n > 0"),
        ("n", "4"),
        ("04", "4"),
        ("4L", "4"),
        ("4", "4 "),
        ("4 ", "4"),
        ("", "4"),
        ("4", ""),
        ("4", "4_0"),
    ],
)
def test_what_is_no_plain_integer_is_left_to_libcst(old, new):
    assert not swaps_integers(old.encode(), Edit(0, len(old), new))


def test_statements_are_inserted_at_the_beginning_of_a_line():
    edit = Edit(4, 4, "def _identity(batch):\n    return batch\n\n\n")
    assert rewritten(b"a=1\nb=2\n", edit) == edit


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (Edit(2, 2, "b = 1\n"), "at the beginning of a line"),
        (Edit(0, 0, "b = 1"), "ends within a line"),
        (Edit(0, 0, "b = = 1\n"), "does not parse"),
    ],
)
def test_what_is_no_whole_statement_is_not_inserted(edit, says):
    with pytest.raises(TransformError, match=says):
        rewritten(b"a=1\n", edit)
