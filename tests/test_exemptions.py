"""Suppressions of the settings over a whole run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from worker_lint import cache_folder
from worker_lint.cli import main
from worker_lint.settings_place import CACHE_FOLDER

CONFIG = '{"num_workers": %s}\n'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "true")
    (tmp_path / ".git").mkdir()
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "a.json").write_text(CONFIG % 2, encoding="utf-8")
    (tmp_path / "configs" / "b.json").write_text(CONFIG % 8, encoding="utf-8")
    return tmp_path


def write(*entries, top='mode = "training"\nprofile = "none"\n', name="worker-lint.toml"):
    """Write settings with a suppression for each of ``entries``: path, rules, pointer."""
    text = top
    for path, rules, *pointer in entries:
        text += f"[[suppressions]]\npath = '{path}'\nrules = {rules}\nreason = 'x'\n"
        text += "".join(f"pointer = '{each}'\n" for each in pointer)
    Path(name).write_text(text, encoding="utf-8")


def check(capsys, *arguments):
    """The findings of a run, one line each."""
    main(["--output-format=concise", "--quiet", *map(str, arguments)])
    *found, _ = capsys.readouterr().out.splitlines()
    return found


def test_what_is_suppressed_is_silent_and_used(capsys):
    write(("configs/a.json", ["WL201"]))
    assert check(capsys) == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        pytest.param(("configs/b.json", ["WL201"]), "WL201 finds nothing in configs/b.json", id="a file in order"),
        pytest.param(("configs/a.json", ["WL101"]), "WL101 finds nothing in configs/a.json", id="another rule"),
        pytest.param(
            ("configs/a.json", ["WL201"], "/val"), "WL201 finds nothing at /val in configs/a.json", id="another place"
        ),
        pytest.param(("old/a.json", ["WL201"]), "no file that was checked matches 'old/a.json'", id="no such file"),
        pytest.param(("b.json", ["WL201"]), "WL201 finds nothing in b.json", id="a pattern for several files"),
    ],
)
def test_an_entry_that_suppresses_nothing_is_found_in_the_settings(capsys, entry, says):
    write(("configs/a.json", ["WL201"]), entry)
    assert check(capsys) == [f"worker-lint.toml:7:1: WL001 warning: suppressions[1] suppresses nothing: {says}"]


@pytest.mark.parametrize(
    ("rules", "says", "remedy"),
    [
        pytest.param(["WL103", "WL201"], "WL103 finds nothing in configs/a.json", ["WL201"], id="one of two"),
        pytest.param(
            ["WL103", "WL2", "WL101"], "WL103, WL101 find nothing in configs/a.json", ["WL2"], id="two of three"
        ),
        pytest.param(["WL201", "WL201"], "WL201 is listed twice", ["WL201"], id="a code twice"),
        pytest.param(
            ["WL201", "WL101", "WL201"],
            "WL201 is listed twice, WL101 finds nothing in configs/a.json",
            ["WL201"],
            id="a code twice, and another",
        ),
    ],
)
def test_an_entry_that_suppresses_less_than_it_says_is_found(capsys, rules, says, remedy):
    write(("configs/a.json", rules))
    assert check(capsys) == [
        f"worker-lint.toml:3:1: WL001 warning: suppressions[0] suppresses less than it says: {says}"
    ]
    main(["--quiet"])
    assert f"help: write rules = {json.dumps(remedy)}\n" in capsys.readouterr().out


def test_all_codes_that_find_nothing_are_named(capsys):
    write(("configs/b.json", ["WL103", "WL101"]), ("configs/a.json", ["WL201"]))
    assert check(capsys) == [
        "worker-lint.toml:3:1: WL001 warning: suppressions[0] suppresses nothing: "
        "WL103, WL101 find nothing in configs/b.json"
    ]


@pytest.mark.parametrize(
    ("rules", "arguments"),
    [
        pytest.param(["WL2"], ["."], id="the beginning of a code that is found"),
        pytest.param(["WL2", "WL201"], ["."], id="a code, and its beginning"),
        pytest.param(["WL201", "WL103"], ["configs"], id="a part of the tree, and a pattern for several files"),
        pytest.param(["WL201", "WL103"], [".", "--ignore=WL103"], id="a rule that did not run"),
        pytest.param(["WL201", "WL202"], ["."], id="a rule that is off"),
        pytest.param(["WL201", "WL301"], ["."], id="a bound, and no profile"),
        pytest.param(["WL201", "WL204"], ["."], id="a rule that compares files"),
        pytest.param(["WL201", "WL001"], ["."], id="the rule that looks at suppressions"),
    ],
)
def test_a_part_of_an_entry_is_judged_only_where_that_is_certain(capsys, rules, arguments):
    write(("a.json", rules))
    assert check(capsys, *arguments) == []


def test_a_cache_keeps_what_was_suppressed(capsys, folder):
    write(("configs/a.json", ["WL201", "WL103"]))
    for number in range(100):
        (folder / f"{number}.py").write_text(f"x = {number}\n", encoding="utf-8")
    found = check(capsys)
    assert len(found) == 1
    assert ": WL103 finds nothing in configs/a.json" in found[0]
    assert cache_folder.is_cache(folder / CACHE_FOLDER)
    assert check(capsys) == found


@pytest.mark.parametrize(
    ("entry", "arguments", "found"),
    [
        pytest.param(("configs/b.json", ["WL201"]), ["configs/b.json"], 1, id="the one file that it is for"),
        pytest.param(("configs/b.json", ["WL201"]), ["configs/a.json"], 0, id="another file"),
        pytest.param(("configs/*.json", ["WL101"]), ["configs/b.json"], 0, id="one of several files"),
        pytest.param(("b.json", ["WL201"]), ["configs/b.json"], 0, id="one of several in any folder"),
        pytest.param(("configs/*.json", ["WL101"]), ["configs"], 0, id="a part of the tree"),
        pytest.param(("configs/*.json", ["WL101"]), ["."], 1, id="all of it"),
        pytest.param(("configs/b.json", ["WL201"]), [".", "--mode=training"], 0, id="a mode for this run"),
        pytest.param(("configs/b.json", ["WL201"]), [".", "--select=WL001,WL1"], 0, id="rules for this run"),
        pytest.param(("configs/b.json", ["WL201"]), [".", "--ignore=WL001"], 0, id="told to be silent"),
        pytest.param(("configs/b.json", ["WL301"]), ["."], 0, id="a bound, and no profile"),
        pytest.param(("configs/b.json", ["WL204"]), ["."], 0, id="a rule that compares files"),
    ],
)
def test_it_is_judged_only_where_that_is_certain(capsys, entry, arguments, found):
    write(entry)
    assert sum("suppressions[0]" in line for line in check(capsys, *arguments)) == found


def test_a_file_that_cannot_be_judged_may_be_what_it_is_for(capsys):
    write(("configs/b.json", ["WL201"]))
    Path("configs/c.json").write_text('{"num_workers": 4', encoding="utf-8")
    assert not any("WL001" in line for line in check(capsys))


def test_in_a_pyproject_the_line_is_that_of_the_file(capsys):
    Path("pyproject.toml").write_text(
        "[project]\nname = 'x'\n[tool.worker-lint]\nprofile = 'none'\nmode = 'training'\n"
        "[[tool.worker-lint.suppressions]]\npath = 'configs/b.json'\nrules = ['WL201']\nreason = 'x'\n",
        encoding="utf-8",
    )
    assert check(capsys, "configs/b.json")[0].startswith("pyproject.toml:6:1: WL001 warning: ")


def test_from_another_folder(capsys, monkeypatch, folder):
    write(("configs/b.json", ["WL201"]))
    monkeypatch.chdir("configs")
    assert check(capsys, "b.json") == [
        f"{folder}/worker-lint.toml:3:1: WL001 warning: suppressions[0] suppresses nothing: "
        "WL201 finds nothing in configs/b.json"
    ]
