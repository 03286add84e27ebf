"""Plain command lines are read as argparse reads them, and all others are left to it."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.cli import parsed, plainly_parsed
from worker_lint.commands import check


def by_argparse(arguments):
    """Return the values of ``arguments``, None where argparse refuses them or is asked for help."""
    try:
        with redirect_stderr(StringIO()), redirect_stdout(StringIO()):
            return vars(parsed("check", check, arguments))
    except SystemExit:
        return None


OPTIONS = (
    *("--fix", "--diff", "--isolated", "--no-cache", "--quiet", "-q", "--exit-zero", "--statistics"),
    *("--mode", "--profile", "--select", "--ignore", "--config", "--jobs", "-j", "--output", "--output-format"),
    *("--color", "--fail-on", "--cache-dir", "--reason", "--add-ignore", "--stdin-filename", "--baseline"),
    *("--unknown", "--fi", "--help", "-h", "-jq", "--", "-", ""),
)
VALUES = ("training", "none", "live", "WL2", "WL2,WL3", "XX", "4", "0", "-4", "json", "never", "error", "a.py", "", "-")
ARGUMENTS = st.lists(
    st.one_of(
        st.sampled_from(OPTIONS),
        st.sampled_from(VALUES),
        st.builds("{}={}".format, *map(st.sampled_from, (OPTIONS, VALUES))),
    ),
    max_size=6,
)


@given(ARGUMENTS)
def test_what_is_read_plainly_is_what_argparse_reads(arguments):
    plain = plainly_parsed(check, arguments)
    if plain is not None:
        assert vars(plain) == by_argparse(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a.py", "b.py"],
        ["-"],
        ["--fix", "--no-cache", "a.py"],
        ["a.py", "--fix"],
        ["a.py", "--fix", "b.py"],
        ["a.py", "--mode", "debug", "b.py", "-q", "-", "--profile=none", "c.py"],
        ["--profile", "none", "--profile=live", "a.py"],
        ["--mode=training", "--mode", "debug", "."],
        ["--select", "WL2,WL301", "-j", "4", "--color=never", "-q"],
        ["--output-format=json", "--output", "text=-", "--fail-on", "error"],
        ["--stdin-filename", "x.py", "-"],
        ["--reason="],
    ],
    ids=" ".join,
)
def test_what_is_usual_is_read_plainly(arguments):
    plain = plainly_parsed(check, arguments)
    assert plain is not None
    assert vars(plain) == by_argparse(arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--unknown"],
        ["--fi"],
        ["--fix=yes"],
        ["--mode"],
        ["--mode", "--fix"],
        ["--jobs", "0"],
        ["--jobs=four"],
        ["--color", "red"],
        ["-j4"],
        ["--", "a.py"],
        ["a.py", "--", "--fix"],
    ],
    ids=" ".join,
)
def test_what_is_not_plain_is_left_to_argparse(arguments):
    assert plainly_parsed(check, arguments) is None
