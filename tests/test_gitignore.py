from __future__ import annotations

import os
import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from worker_lint.gitignore import PathPatterns, parse


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """An empty checkout, whose git says what a .gitignore would do."""
    folder = tmp_path_factory.mktemp("checkout")
    subprocess.run(["git", "init", "-q", "--template=", folder], check=True)
    return folder


def by_git(checkout, lines, paths):
    """Those of ``paths`` that git ignores; it takes paths that do not exist for files."""
    (checkout / ".gitignore").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "XDG_CONFIG_HOME": os.devnull}
    command = ["git", "-C", checkout, "check-ignore", "--no-index", "-z", "--stdin"]
    done = subprocess.run(command, input="\0".join(paths).encode(), env=environment, capture_output=True)
    assert done.returncode in (0, 1), done.stderr
    return {name.decode() for name in done.stdout.split(b"\0") if name}


@pytest.mark.parametrize(
    ("lines", "matching", "others"),
    [
        pytest.param(["a"], ["a", "b/a", "a/b"], ["ab", "ba"], id="a name at any depth, and all below it"),
        pytest.param(["a/"], ["a/b", "b/a/c"], ["a", "b/a"], id="folders only"),
        pytest.param(["/a"], ["a", "a/b"], ["b/a"], id="from the top"),
        pytest.param(["a/b"], ["a/b", "a/b/c"], ["x/a/b"], id="a slash within starts from the top"),
        pytest.param(["*.py"], ["a.py", "b/.py"], ["a.pyc"], id="a star"),
        pytest.param(["a/*"], ["a/b", "a/b/c"], ["a", "b/a/c"], id="a star for a whole part"),
        pytest.param(["a/*/c"], ["a/b/c"], ["a/c", "a/b/b/c"], id="a star is one part"),
        pytest.param(["**/a"], ["a", "b/c/a"], ["b"], id="leading stars"),
        pytest.param(["a/**"], ["a/b", "a/b/c"], ["a"], id="trailing stars"),
        pytest.param(["a/**/b"], ["a/b", "a/c/b", "a/c/d/b"], ["a/cb", "ab"], id="stars in the middle"),
        pytest.param(["a/**/"], ["a/b/c"], ["a/b"], id="folders below a folder"),
        pytest.param(["a?c"], ["abc"], ["ac", "a/c"], id="a question mark"),
        pytest.param(["[a-cx]1"], ["a1", "b1", "x1"], ["d1", "-1"], id="a range"),
        pytest.param(["[a-a]"], ["a"], ["b", "-"], id="a range of one"),
        pytest.param(["[c-a]b"], [], ["ab", "bb", "cb2", "-b"], id="a range that is none"),
        pytest.param(["[!a]"], ["b"], ["a"], id="not a"),
        pytest.param(["a[!b]c"], ["axc"], ["abc", "a/c"], id="a set is never a slash"),
        pytest.param(["[]-]"], ["]", "-"], ["a"], id="a bracket and a dash"),
        pytest.param(["[[:digit:][:upper:]]"], ["7", "A"], ["a", ":"], id="classes"),
        pytest.param([r"\*"], ["*"], ["a"], id="an escaped star"),
        pytest.param([r"\#a", r"\!b"], ["#a", "!b"], ["a", "b"], id="an escaped first letter"),
        pytest.param(["a.b+(c)"], ["a.b+(c)"], ["axb+(c)", "a.bb(c)"], id="letters that a regular expression knows"),
        pytest.param(["a  "], ["a"], ["a  "], id="spaces at the end do not count"),
        pytest.param([r"a\ "], ["a "], ["a"], id="an escaped one does"),
        pytest.param(["a\\\\ "], ["a\\"], ["a\\ "], id="an escaped backslash does not escape it"),
        pytest.param([" a"], [" a"], ["a"], id="spaces at the start count"),
        pytest.param(["*", "!*/", "!*.py"], ["a", "b/c"], ["a.py", "b/c/d.py"], id="all but Python"),
        pytest.param(["/*", "!/a/"], ["b", "b/a/c"], ["a/b", "a/b/c"], id="all but one folder"),
        pytest.param(["a/", "!a/b"], ["a/b"], ["b"], id="no exception below a folder that matches"),
        pytest.param(["a/*", "!a/b"], ["a/c"], ["a/b", "a/b/c"], id="an exception beside others"),
        pytest.param(["!a", "a"], ["a"], ["b"], id="the last one decides"),
    ],
)
def test_patterns_match_as_they_do_in_git(checkout, lines, matching, others):
    patterns = PathPatterns(lines)
    assert [path for path in (*matching, *others) if patterns.match(path)] == matching
    assert by_git(checkout, lines, [*matching, *others]) == set(matching)


PARTS = ["a", "b", "ab", "a.py", "#a"]
PATHS = [
    *PARTS,
    *(f"{one}/{two}" for one in PARTS for two in PARTS),
    "a/b/a",
    "a/b/ab",
    "b/ab/a.py",
    "a/a/a/b",
    "a/b/a/b",
]
PIECES = [
    "a",
    "b",
    "ab",
    "*",
    "**",
    "***",
    "?",
    "*.py",
    "a*",
    "a**",
    "*b",
    "[ab]",
    "[!a]*",
    "[a-b]",
    "[b-a]",
    "[a",
    "\\a",
]
PATTERNS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "", "/"]),
)


@settings(max_examples=150)
@given(lines=st.lists(PATTERNS, min_size=1, max_size=4))
@example(lines=["a**/b"])
@example(lines=["a/**/b", "!**/ab/"])
def test_any_patterns_match_as_they_do_in_git(checkout, lines):
    meant = [line for line in lines if parse(line)]
    patterns = PathPatterns(meant)
    assert {path for path in PATHS if patterns.match(path)} == by_git(checkout, lines, PATHS)


@pytest.mark.parametrize("line", ["", " ", "#a", "/", "!", "!/", "[a", "a\\", "[[:nonsense:]]"])
def test_what_can_match_nothing_is_refused(checkout, line):
    with pytest.raises(ValueError, match="matches no path; write a gitignore pattern") as error:
        PathPatterns([line])
    assert "\n" not in str(error.value)
    assert by_git(checkout, [line], ["a", "[a", "a\\", "n", "!", "#a", " "]) == set()
