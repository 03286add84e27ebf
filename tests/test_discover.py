from __future__ import annotations

import os
import shutil
import subprocess
from argparse import ArgumentParser
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from worker_lint.commands import check
from worker_lint.discover import discover
from worker_lint.errors import SourceError, UsageError
from worker_lint.folder_arguments import FLAGS, TAKERS, folders_in
from worker_lint.git_listing import begin, forget
from worker_lint.settings import SettingsResolver

NOBODY = 65534


@pytest.fixture(autouse=True)
def plain_git(monkeypatch):
    """Git without the ignores that the developer keeps for all repositories."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(*arguments, cwd="."):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "protocol.file.allow=always"]
    done = subprocess.run(["git", *identity, *arguments], cwd=cwd, check=True, capture_output=True)
    return os.fsdecode(done.stdout)


def write(*names, text=""):
    for name in names:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def found(*arguments, wanted=lambda path: True, excluded=lambda path: False):
    return [os.fspath(each.path) for each in discover([Path(name) for name in arguments], wanted, excluded)]


@pytest.fixture(params=["in a checkout", "outside of one"])
def either(request, folder):
    """A folder whose files are listed by git in one run and by our own walk in the other."""
    if request.param == "in a checkout":
        git("init", "-q")
    return folder


def test_the_files_of_a_folder_come_in_the_order_of_their_bytes(either):
    write("b.py", "a/z.py", "a.py", "a/B.py", "a-b/c.py")
    assert found(".") == ["a-b/c.py", "a.py", "a/B.py", "a/z.py", "b.py"]


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        pytest.param("src", ["src/a.py"], id="a relative folder"),
        pytest.param("./src/", ["src/a.py"], id="with dot and slash"),
        pytest.param("src/../src", ["src/../src/a.py"], id="a detour is kept as given"),
        pytest.param("src/a.py", ["src/a.py"], id="a file"),
    ],
)
def test_paths_are_given_back_as_the_argument_was_given(either, argument, expected):
    write("src/a.py")
    assert found(argument) == expected


def test_an_absolute_argument_gives_absolute_paths(either):
    write("src/a.py")
    assert found(either / "src") == [str(either / "src" / "a.py")]


def test_a_folder_above_the_current_one_is_named_from_here(either, monkeypatch):
    write("src/a.py", "docs/b.py")
    monkeypatch.chdir("docs")
    assert found("../src") == ["../src/a.py"]


def test_only_wanted_files_of_a_folder_count(either):
    write("a.py", "b.txt")
    assert found(".", wanted=lambda name: name.endswith(".py")) == ["a.py"]


def test_a_file_that_is_named_needs_no_wanted_name(either):
    write("b.txt")
    assert found("b.txt", wanted=lambda path: False) == ["b.txt"]


@pytest.mark.parametrize("argument", [".", "a.py"])
def test_exclusions_hold_for_folders_and_for_named_files(either, argument):
    write("a.py")
    assert found(argument, excluded=lambda name: Path(name).name == "a.py") == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["src", "src"], id="the same folder twice"),
        pytest.param([".", "src/a.py"], id="a file that a folder held"),
        pytest.param(["src/a.py", "./src/../src/a.py"], id="two spellings"),
        pytest.param(["src/a.py", "link/a.py"], id="through a link to the folder"),
        pytest.param(["src/a.py", "a_link.py"], id="through a link to the file"),
    ],
)
def test_no_file_comes_twice(either, arguments):
    write("src/a.py")
    Path("link").symlink_to("src")
    Path("a_link.py").symlink_to("src/a.py")
    assert found(*arguments) == ["src/a.py"]


def test_a_file_and_the_link_to_it_count_once_under_the_name_of_the_file(either):
    write("z.py")
    Path("a.py").symlink_to("z.py")
    assert found(".") == ["z.py"]


def test_a_link_to_a_file_elsewhere_counts(either):
    write("elsewhere/z.py", "src/b.py")
    Path("src/a.py").symlink_to("../elsewhere/z.py")
    assert found("src") == ["src/a.py", "src/b.py"]


def test_files_of_a_tracked_folder_that_is_a_link_by_now_count_once(folder):
    git("init", "-q")
    write("a/x.py", "b/x.py", "b/y.py", text="num_workers = 4\n")
    git("add", "--all")
    shutil.rmtree("a")
    Path("a").symlink_to("b")
    assert found(".") == ["a/x.py", "b/y.py"]


def test_files_behind_a_link_that_leads_out_of_the_folder_are_read(folder):
    git("init", "-q", "inside")
    write("inside/deep/a/x.py", "inside/b.py", "outside/x.py", text="num_workers = 4\n")
    git("add", "--all", cwd="inside")
    shutil.rmtree("inside/deep/a")
    Path("inside/deep/a").symlink_to("../../outside")
    files = [*discover([Path("inside")], lambda path: True, lambda path: False)]
    assert [(os.fspath(each.path), each.mentions) for each in files] == [
        ("inside/b.py", None),
        ("inside/deep/a/x.py", None),
    ]


def test_what_git_was_asked_early_is_what_is_listed(folder):
    git("init", "-q")
    write("a.py", "b.py")
    begin(["."])
    write("late.py")  # git may have looked already, or not
    assert found(".")[:2] == ["a.py", "b.py"]
    assert found(".") == ["a.py", "b.py", "late.py"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["."]),
        (["--no-cache", "--mode=debug"], ["."]),
        (["a", "--fix", "b", "c.py", "d"], ["a", "b"]),
        (["--quiet", "a/"], ["a/"]),
        (["--mode=debug", "a"], ["a"]),
        (["--cache-dir", "a"], ["."]),
        (["--cache-dir", "a", "a"], ["a"]),
        (["--fix", "--config", "c.py", "--exit-zero"], ["."]),
        (["--unknown", "a"], []),
        (["--exclude", "a", "b"], ["b"]),
        (["-"], []),
        (["c.py"], []),
        (["--", "-x"], []),
    ],
)
def test_the_folders_of_a_command_line_are_those_that_are_surely_paths(folder, arguments, expected):
    write("a/x.py", "b/x.py", "c.py")
    assert folders_in(arguments) == expected


def test_the_options_that_take_a_value_are_known():
    parser = ArgumentParser(add_help=False)
    check.configure(parser)
    takers = {name: action.nargs != 0 for action in parser._actions for name in action.option_strings}
    assert takers == dict.fromkeys(TAKERS, True) | dict.fromkeys(FLAGS, False)


def test_what_was_begun_and_is_not_listed_is_given_up(either):
    write(*(f"{name}/a.py" for name in "abcdef"))
    begin([*"abcdef"])
    forget()
    assert found(".") == [f"{name}/a.py" for name in "abcdef"]


def test_two_hard_links_are_two_files(either):
    write("a.py")
    Path("b.py").hardlink_to("a.py")
    assert found(".") == ["a.py", "b.py"]


def test_links_in_a_circle_and_into_nowhere_are_passed_over(either):
    write("src/a.py")
    Path("src/loop").symlink_to("..")
    Path("src/itself").symlink_to("itself")
    Path("src/dangling.py").symlink_to("nowhere.py")
    assert found(".") == ["src/a.py"]


def test_an_argument_may_be_a_link_to_a_folder(either):
    write("src/a.py")
    Path("link").symlink_to("src")
    assert found("link") == ["link/a.py"]


def test_a_name_that_is_not_utf8_survives(either):
    name = os.fsdecode(b"caf\xe9.py")
    write(name)
    assert [os.fsencode(path) for path in found(".")] == [b"caf\xe9.py"]


def test_a_name_with_a_line_break_survives(either):
    write("a\nb.py")
    assert found(".") == ["a\nb.py"]


def test_a_pipe_below_a_folder_is_never_opened(either):
    write("a.py")
    os.mkfifo("pipe.py")
    assert found(".") == ["a.py"]


@pytest.mark.parametrize("kind", ["missing", "pipe"])
def test_an_argument_that_cannot_be_read_is_refused_before_any_file_is_yielded(either, kind):
    write("a.py")
    if kind == "pipe":
        os.mkfifo("pipe")
    with pytest.raises(UsageError) as refusal:
        discover([Path("a.py"), Path(kind)], lambda path: True, lambda path: False)
    assert str(refusal.value).startswith(f"{kind}: ")
    assert "\n" not in str(refusal.value)


def test_what_git_ignores_is_left_out_unless_git_tracks_it(folder):
    git("init", "-q")
    write("new.py", "ignored.py", "tracked.py", "build/x.py")
    write(".gitignore", text="ignored.py\ntracked.py\nbuild/\n")
    git("add", "--force", "tracked.py")
    assert found(".") == [".gitignore", "new.py", "tracked.py"]


def test_a_tracked_file_that_was_deleted_is_left_out(folder):
    git("init", "-q")
    write("kept.py", "deleted.py", "gone/a.py", "file/a.py")
    git("add", ".")
    Path("deleted.py").unlink()
    Path("gone/a.py").unlink()
    Path("gone").rmdir()
    Path("file/a.py").unlink()
    Path("file").rmdir()
    write("file")
    assert found(".") == ["file", "kept.py"]


def test_a_file_in_an_unfinished_merge_comes_once(folder):
    git("init", "-q")
    for branch, text in [("base", "0"), ("left", "1"), ("right", "2")]:
        if branch != "base":
            git("checkout", "-q", "base")
        git("checkout", "-q", "-b", branch)
        write("a.py", text=text)
        git("add", "a.py")
        git("commit", "-q", "-m", branch)
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "left")
    assert len(git("ls-files", "--unmerged").splitlines()) == 3
    assert found(".") == ["a.py"]


@pytest.fixture
def with_submodule(folder):
    write("library/lib.py", "library/.gitignore", text="out.py\n")
    git("init", "-q", "library")
    git("add", ".", cwd="library")
    git("commit", "-q", "-m", "library", cwd="library")
    git("init", "-q", "main")
    git("submodule", "--quiet", "add", "../library", "sub", cwd="main")
    write("main/a.py", "main/sub/out.py")
    return folder / "main"


def test_the_files_of_a_submodule_count_by_its_own_ignores(with_submodule):
    assert found("main") == ["main/.gitmodules", "main/a.py", "main/sub/.gitignore", "main/sub/lib.py"]


def test_an_empty_submodule_is_no_trouble(with_submodule):
    git("submodule", "--quiet", "deinit", "--force", "sub", cwd="main")
    assert found("main") == ["main/.gitmodules", "main/a.py"]


def test_files_where_a_submodule_should_be_count_too(with_submodule):
    git("submodule", "--quiet", "deinit", "--force", "sub", cwd="main")
    write("main/sub/copied.py")
    assert found("main") == ["main/.gitmodules", "main/a.py", "main/sub/copied.py"]


def test_checkouts_below_a_folder_that_is_none_list_themselves(folder):
    write("one/a.py", "one/tracked.py", "two/b.py", "loose.py")
    git("init", "-q", "one")
    git("add", "--force", "tracked.py", cwd="one")
    write("one/.gitignore", text="tracked.py\n")
    assert found(".") == ["loose.py", "one/.gitignore", "one/a.py", "one/tracked.py", "two/b.py"]


def test_a_repository_within_a_repository_that_is_no_submodule_counts(folder):
    write("inner/a.py")
    git("init", "-q")
    git("init", "-q", "inner")
    assert found(".") == ["inner/a.py"]


def test_variables_that_git_sets_for_its_hooks_do_not_bend_the_listing(folder, monkeypatch):
    write("one/a.py", "two/b.py")
    write("two/.gitignore", text="*\n")
    git("init", "-q", "one")
    git("init", "-q", "two")
    git("add", "--force", "b.py", cwd="two")
    monkeypatch.setenv("GIT_DIR", str(folder / "one" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(folder / "one" / ".git" / "index"))
    assert found("two") == ["two/b.py"]


@pytest.fixture(params=["git is not installed", "git refuses the owner"])
def without_git(request, folder, monkeypatch):
    """A checkout that git will not list, so that the walk has to."""
    git("init", "-q")
    if request.param == "git is not installed":
        monkeypatch.setenv("PATH", str(folder / "nothing"))
    else:
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        with pytest.raises(subprocess.CalledProcessError):
            git("ls-files")
    return folder


def test_where_git_cannot_list_the_walk_honours_gitignore(without_git):
    write("a.py", "build/x.py", "src/b.py", "src/c.log", "src/keep.log")
    write(".gitignore", text="build/\n*.log\n")
    write("src/.gitignore", text="!keep.log\n")
    assert found(".") == [".gitignore", "a.py", "src/.gitignore", "src/b.py", "src/keep.log"]


def test_that_git_could_not_list_is_told_once(without_git, monkeypatch):
    write("a.py")
    told = []
    monkeypatch.chdir("..")
    where = Path(without_git.name)
    list(discover([where], lambda path: True, lambda path: False, told.append))
    assert len(told) == 1
    assert told[0].startswith(f"{where}: git cannot list it (")
    assert told[0].endswith("); files that .gitignore names are left out, tracked or not")


def test_why_git_could_not_list_is_told(folder):
    git("init", "-q")
    write("a.py")
    Path(".git/config").write_text("[core\n", encoding="utf-8")
    told = []
    assert [each.path for each in discover([Path()], lambda path: True, lambda path: False, told.append)] == [
        Path("a.py")
    ]
    assert len(told) == 1
    assert "(bad config line" in told[0]


def test_the_walk_of_a_folder_honours_the_gitignore_of_the_folders_above_it(without_git):
    write("src/deep/a.py", "src/deep/b.log", "src/deep/build/c.py", "src/deep/d.tmp")
    write(".gitignore", text="*.log\n/src/deep/build\n")
    write("src/.gitignore", text="*.tmp\n")
    assert found("src/deep") == ["src/deep/a.py"]


NAMES = st.sampled_from(["a", "b", "ab", "a.py", "b.py", "x.log", "#a", "!a", "a b", "[a]", "*"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
LETTERS = ["a", "b", "ab", "a b", "#a", "\\#a", "\\!a", "\\*", "\\[a]", "a\\"]
STARS = ["*", "**", "***", "?", "*.py", "x.*", "a**"]
SETS = ["[ab]", "[!a]", "[^a]", "[a-b]*", "[b-a]", "[]]", "[!-a]", "[a-]", "[a", "[[:alpha:]]", "[[:nonsense:]]"]
PIECES = st.sampled_from([*LETTERS, *STARS, *SETS])
PATTERNS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PIECES, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "", "/", " "]),
)
GITIGNORES = st.lists(PATTERNS, max_size=5).map(lambda lines: "".join(f"{line}\n" for line in lines))


FOLDERS = ["", "a", "b", "a/b"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(PATHS, min_size=1, max_size=12), st.dictionaries(st.sampled_from(FOLDERS), GITIGNORES))
def test_the_walk_lists_what_git_lists(tmp_path_factory, paths, gitignores):
    top = tmp_path_factory.mktemp("tree")
    for path in sorted(paths):
        with suppress(OSError):  # one of the drawn paths may be a folder of another
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).touch()
    for name, text in gitignores.items():
        if (top / name).is_dir():
            (top / name / ".gitignore").write_text(text)
    by_walk = found(top)
    git("init", "-q", "--template=", cwd=top)
    by_git = found(top)
    assert by_walk == by_git


@pytest.fixture
def unprivileged(folder):
    """No right to read what belongs to others: permission bits do not stop the superuser."""
    if os.geteuid() != 0:
        yield
        return
    # What is imported late may lie where only the superuser reads.
    for module in ("encodings.utf_8_sig", "worker_lint.toml_text", "worker_lint.tree"):
        import_module(module)

    for above in (folder, *folder.parents[:-2]):
        above.chmod(0o755)
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    yield
    os.seteuid(0)
    os.setegid(0)


@pytest.fixture(params=["in a checkout", "outside of one"])
def locked(request, folder):
    """A folder with one file that can be read and one folder that cannot be listed."""
    write("a.py", "sub/locked/b.py", "sub/c.py")
    if request.param == "in a checkout":
        git("init", "-q")
        git("add", "sub/c.py")
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
    (folder / "sub" / "locked").chmod(0)
    yield folder
    (folder / "sub" / "locked").chmod(0o755)


@pytest.mark.parametrize(
    ("argument", "expected"), [(".", ["a.py", "sub/c.py"]), ("sub", ["sub/c.py"]), ("sub/locked", [])]
)
def test_a_folder_that_cannot_be_listed_is_an_error_after_the_rest(locked, unprivileged, argument, expected):
    yielded = []
    with pytest.raises(SourceError) as failure:
        yielded.extend(discover([Path(argument)], lambda name: name.endswith(".py"), lambda path: False))
    assert [str(each.path) for each in yielded] == expected
    assert str(failure.value) == "sub/locked: Permission denied; make it readable, or exclude it in the settings"


@pytest.mark.parametrize("name", ["new\nline", "with': colon", "two\n\nlines': x"])
def test_a_folder_that_cannot_be_listed_is_an_error_whatever_its_name(locked, unprivileged, name):
    (locked / "sub" / "locked").rename(locked / "sub" / name)
    try:
        with pytest.raises(SourceError) as failure:
            list(discover([Path()], lambda path: True, lambda path: False))
    finally:
        (locked / "sub" / name).rename(locked / "sub" / "locked")
    assert str(failure.value).startswith(f"sub/{name}: Permission denied")


def test_a_folder_that_cannot_be_listed_may_be_excluded(locked, unprivileged):
    assert found("sub", excluded=lambda name: "locked" in Path(name).parts) == ["sub/c.py"]


def test_a_tracked_file_in_a_folder_that_cannot_be_entered_is_not_taken_for_deleted(locked, unprivileged):
    git("init", "-q")
    Path("sub/locked").chmod(0o755)
    git("add", "--force", "sub/locked/b.py")
    Path("sub/locked").chmod(0o444)  # git can list it, and says nothing of what it cannot look at
    with pytest.raises(SourceError, match="sub/locked: Permission denied"):
        found(".")


@pytest.mark.parametrize("mode", [0o000, 0o444], ids=["closed", "that may be listed and not entered"])
def test_settings_in_a_folder_that_cannot_be_entered_are_none(locked, unprivileged, mode):
    (locked / "sub" / "locked").chmod(mode)
    yielded = []
    with suppress(SourceError):
        yielded.extend(discover([Path()], lambda path: True, SettingsResolver({}).is_excluded))
    assert {"a.py", "sub/c.py"} <= {str(each.path) for each in yielded}
    Path("worker-lint.toml").write_text('exclude = ["locked/"]\n', encoding="utf-8")
    yielded = discover([Path()], lambda path: True, SettingsResolver({}).is_excluded)
    assert [str(each.path) for each in yielded] == ["a.py", "sub/c.py", "worker-lint.toml"]


def test_settings_are_looked_for_above_a_thousand_folders(folder):
    deep = Path(*["d"] * 1000)
    write("worker-lint.toml", text='mode = "debug"\nexclude = ["b.py"]\n')
    settings = SettingsResolver({})
    assert settings.for_path(deep / "a.py").mode == "debug"
    assert [settings.is_excluded(deep / name) for name in ("a.py", "b.py")] == [False, True]


def test_a_hundred_folders_deep_is_no_trouble(either):
    deep = Path(*["d"] * 100)
    write(deep / "a.py")
    assert found(".") == [str(deep / "a.py")]
