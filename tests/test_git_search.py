"""What git says of the files of a tree, held against what stands in them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker_lint import tree
from worker_lint.discover import discover
from worker_lint.git_search import Search, is_searched
from worker_lint.languages import SUFFIXES
from worker_lint.stems import STEMS, may_mention


@pytest.fixture(autouse=True)
def plain_git(monkeypatch):
    """Git without what the developer has set for all repositories."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)
    monkeypatch.setattr(tree, "_FEW", 1)


@pytest.fixture(params=["in a checkout", "outside of one"])
def either(request, tmp_path, monkeypatch):
    """A folder that git knows by its index in one run, and only by what lies in it in the other."""
    monkeypatch.chdir(tmp_path)
    if request.param == "in a checkout":
        git("init", "-q")
    return tmp_path


def git(*arguments, cwd="."):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)


def add_all():
    if Path(".git").exists():
        git("add", "--all", "--force")


def write(name, data=b"x = 1\n"):
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def bystanders(*arguments):
    """Return the files in which git finds no word, each of which must hold none."""
    found = [*discover([Path(name) for name in arguments or ["."]], lambda path: True, lambda path: False)]
    named = [each.path for each in found if each.mentions is False]
    assert not [path for path in named if may_mention(path.read_bytes())]
    return sorted(map(os.fspath, named))


@pytest.mark.parametrize("stem", STEMS, ids=repr)
def test_a_file_with_a_word_is_no_bystander_and_the_one_beside_it_is(either, stem):
    write("a.py", b"# \xe4 " + stem + b"x")
    write("b.py", b"# " + stem.swapcase() + b"x" if stem.swapcase() not in STEMS else b"")
    add_all()
    assert bystanders() == ["b.py"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_texts_in_wide_characters_are_no_bystanders(either, encoding):
    write("a.json", '{"num_workers": 4}'.encode(encoding))
    write("b.json", b'{"batch_size": 4}')
    add_all()
    assert bystanders() == ["b.json"]


def test_files_of_every_language_are_searched(either):
    suffixes = {suffix for suffix, language in SUFFIXES.items() if language != "markdown"}
    for suffix in suffixes:
        write(f"a{suffix}", b"num_workers")
        write(f"b{suffix}")
        write(f"deep/er/C{suffix.upper()}")
    add_all()
    assert bystanders() == sorted(path for suffix in suffixes for path in (f"b{suffix}", f"deep/er/C{suffix.upper()}"))


@pytest.mark.parametrize("name", ["script", "makefile2", "a.md", "\u00e4.py", "a.m\u212a", ".py"])
def test_of_other_names_nothing_is_said(either, name):
    assert not is_searched(name)
    write(name)
    write("b.py")
    add_all()
    assert bystanders() == ["b.py"]


def test_files_of_known_names_are_searched(either):
    names = ("Makefile", "GNUmakefile", "Dockerfile", "dockerfile.gpu", "Containerfile.x.old")
    for name in names:
        write(name)
        write(f"deep/er/{name}", b"num_workers")
        write(f"deep/er/still/{name}")
    add_all()
    assert bystanders() == sorted(path for name in names for path in (name, f"deep/er/still/{name}"))


def test_odd_names_are_told_apart(either):
    for name in ("a\nb.py", "a\tb.py", "? a.py", "H 100644 0 0\tc.py", "*.py", ":(top)d.py", '"e".py', "-e.py"):
        write(name)
        write(f"with/{name}", b"num_workers = 4")
    add_all()
    assert len(bystanders()) == 8


def test_a_folder_below_the_top_is_searched_alone(either):
    write("a.py")
    write("src/a.py", b"num_workers = 4")
    write("src/b.py")
    add_all()
    assert bystanders("src") == ["src/b.py"]
    assert bystanders(os.path.abspath("src")) == [os.path.abspath("src/b.py")]  # noqa: PTH100


def test_what_is_not_tracked_is_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    write("a.py")
    git("add", "a.py")
    write("b.py")
    write("c.py", b"num_workers = 4")
    assert bystanders() == ["a.py"]


@pytest.fixture
def tracked(tmp_path, monkeypatch):
    """A checkout of a file without a word."""
    monkeypatch.chdir(tmp_path)
    git("init", "-q")
    write("a.py")
    write("b.py")
    git("add", "--all")
    git("commit", "-qm", "a")
    return tmp_path


@pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
def test_a_file_at_which_git_is_told_not_to_look_is_read(tracked, flag):
    git("update-index", flag, "a.py")
    write("a.py", b"num_workers = 4")
    assert bystanders() == ["b.py"]


def test_what_git_has_as_a_link_and_is_a_file_now_is_read(tracked):
    Path("link.py").symlink_to("b.py")
    git("add", "link.py")
    Path("link.py").unlink()
    write("link.py", b"num_workers = 4")
    assert bystanders() == ["a.py", "b.py"]


def test_a_link_in_the_place_of_a_file_is_read(tracked):
    write("c.py", b"num_workers = 4")
    Path("a.py").unlink()
    Path("a.py").symlink_to("c.py")
    git("rm", "-q", "--cached", "--ignore-unmatch", "c.py")
    assert bystanders() == ["b.py"]


def test_what_changed_since_the_last_commit_is_searched_as_it_is(tracked):
    write("a.py", b"num_workers = 4")
    assert bystanders() == ["b.py"]


def test_a_file_that_is_meant_to_be_added_is_searched(tracked):
    write("c.py", b"num_workers = 4")
    write("d.py")
    git("add", "--intent-to-add", "c.py", "d.py")
    assert bystanders() == ["a.py", "b.py", "d.py"]


def test_a_file_in_an_unfinished_merge_is_read(tracked):
    git("checkout", "-qb", "other")
    write("a.py", b"y = 1\n")
    git("commit", "-qam", "b")
    git("checkout", "-q", "-")
    write("a.py", b"z = 1\n")
    git("commit", "-qam", "c")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "other")
    assert bystanders() == ["b.py"]


@pytest.mark.parametrize(
    "attributes", ["*.py binary", "*.py -text", "*.py diff=odd", "*.py filter=odd", "*.py working-tree-encoding=UTF-16"]
)
def test_attributes_change_nothing(tracked, attributes):
    git("config", "diff.odd.textconv", "true")
    git("config", "diff.odd.binary", "true")
    write("c.py", b"num_workers = 4\n")
    git("add", "c.py")
    write(".gitattributes", attributes.encode())
    assert bystanders() == ["a.py", "b.py"]


@pytest.mark.parametrize(
    "setting",
    [
        "grep.patternType=fixed",
        "grep.extendedRegexp=true",
        "grep.fullName=true",
        "grep.lineNumber=true",
        "grep.column=true",
        "grep.threads=1",
        "color.ui=always",
        "color.grep=always",
        "core.quotePath=true",
        "submodule.recurse=true",
        "core.autocrlf=true",
    ],
)
def test_what_the_developer_has_set_changes_nothing(tracked, monkeypatch, setting):
    write("src/c.py", b"num_workers = 4\n")
    write("src/d.py")
    git("add", "src")
    key, value = setting.split("=")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", key)
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", value)
    assert bystanders("src") == ["src/d.py"]


@pytest.mark.parametrize("name", ["GIT_LITERAL_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_GLOB_PATHSPECS"])
def test_nor_do_pathspecs_of_the_environment(either, monkeypatch, name):
    write("src/a.py")
    add_all()
    monkeypatch.setenv(name, "1")
    assert bystanders() == ["src/a.py"]


def test_checkouts_within_a_folder_answer_for_themselves(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two/deeper"):
        write(f"{name}/a.py")
        write(f"{name}/b.py", b"num_workers = 4")
        git("init", "-q", cwd=name)
        git("add", "--all", cwd=name)
        write(f"{name}/untracked.py")
    write("c.py")
    assert bystanders() == ["c.py", "one/a.py", "two/deeper/a.py"]


def test_folders_that_are_ignored_are_not_searched(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(".gitignore", b"[v]env/\n")
    write("venv/a.py", b"num_workers = 4")
    write("a.py", b"num_workers = 4")
    write("b.py")
    assert Search(Path(), tracked=False, without=["venv"]).hits() == {"a.py"}
    assert bystanders() == ["b.py"]


@pytest.mark.parametrize(
    "script",
    [
        "exit 128",
        "echo trouble >&2; exit 1",
        'case "$*" in *grep*) exit 2;; esac; exec REAL "$@"',
        'case "$*" in *grep*) echo "error: a.py: Permission denied" >&2; exit 1;; esac; exec REAL "$@"',
        "kill -9 $$",
    ],
)
def test_where_git_cannot_say_every_file_is_read(tracked, monkeypatch, script):
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    write("bin/git", f"#!/bin/sh\n{script}\n".replace("REAL", real).encode())
    Path("bin/git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{Path('bin').absolute()}:{os.environ['PATH']}")
    write("a.py", b"num_workers = 4")
    found = discover([Path()], lambda path: True, lambda path: False)
    assert {"a.py", "b.py"} <= {os.fspath(each.path) for each in found}
    assert bystanders() == []


def test_without_git_every_file_is_read(either, monkeypatch):
    write("a.py")
    add_all()
    monkeypatch.setenv("PATH", "")
    assert bystanders() == []


PIECES = [
    *STEMS,
    b"work",
    b"er",
    b"Data",
    b"Loader",
    b"\n",
    b"\0",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\r",
    b" ",
    b"\xe4",
    b"-j",
]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map(b"".join), min_size=1, max_size=40))
def test_exactly_the_files_without_a_word_are_bystanders(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("tree")
    for number, text in enumerate(texts):
        (folder / f"{number}.py").write_bytes(text)
    hits = Search(folder, tracked=False).hits()
    assert hits is not None
    without = {f"{number}.py" for number, text in enumerate(texts) if not may_mention(text)}
    wide = {
        f"{number}.py"
        for number, text in enumerate(texts)
        if b"\0" in text or b"\xff\xfe" in text or b"\xfe\xff" in text
    }
    assert without - wide == {f"{number}.py" for number in range(len(texts))} - hits - wide
    assert hits >= {f"{number}.py" for number in range(len(texts))} - without
