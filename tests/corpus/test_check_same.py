"""The script that holds runs against each other sees where they differ."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

from worker_lint.rules import CATALOGUE

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def check_same() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_same", HERE / "check_same.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkouts(tmp_path: Path) -> Path:
    folder = tmp_path / "checkouts" / "one"
    folder.mkdir(parents=True)
    (folder / "train.py").write_text("DataLoader(data, num_workers=-1)\n", encoding="utf-8")
    return tmp_path / "checkouts"


_FALLBACK = "DataLoader(data, num_workers=config.get('num_workers', 4))\n"
"""One that no configuration agrees with: the file alone does not show it."""


def fake(code: str) -> str:
    """The command of a tool that runs ``code``, which says of ``argv`` what is found: the paths and their codes."""
    said = (
        f"import json, sys\nargv = sys.argv[1:]\nfiles = argv[argv.index('--') + 1:] if '--' in argv else []\n{code}\n"
        "print(json.dumps({'findings': [{'path': p, 'code': c} for p, c in found],"
        " 'errors': [], 'sites': [{'path': 'train.py'}, {'path': 'other.py'}]}))"
    )
    return f"{shlex.quote(sys.executable)} -c {shlex.quote(said)}"


def test_runs_that_agree_pass(check_same, checkouts, capsys):
    folder = checkouts / "one"
    (folder / "fallback.py").write_text(_FALLBACK, encoding="utf-8")
    (folder / "config.json").write_text('{"train": {"batch_size": 32, "num_workers": 8}}', encoding="utf-8")
    (folder / "broken.json").write_text('{"num_workers": 4', encoding="utf-8")
    (folder / "binary.py").write_bytes(b"num_workers = '4'\0")
    (folder / "picture.png").write_bytes(b"\x89PNG\0")
    (folder / "link.py").symlink_to("train.py")
    (folder / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    (folder / "ignored.py").write_text("DataLoader(data, num_workers=-1)\n", encoding="utf-8")
    tree = check_same.found_in(check_same.output_of(check_same.TOOL, folder, *check_same.CHECK)[1])
    assert any('"WL204"' in each for each in tree.findings)
    assert len(tree.errors) == 2
    assert check_same.main([str(checkouts), "--reference", check_same.TOOL]) == 0
    assert capsys.readouterr().out == "1 compared\n"


def test_a_run_that_differs_is_named(check_same, checkouts, capsys):
    tool = fake("found = [(each, 'WL101') for each in argv if 'cache' not in each or 'no' in each]")
    assert check_same.main([str(checkouts), "--tool", tool, "--reference", tool]) == 1
    assert "one: three processes gives another report\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("found = [('train.py', 'WL101')]", []),
        ("found = [('train.py', 'WL101')] if not files else []", ["all files by name", "train.py alone"]),
        ("found = [('train.py', 'WL101')] if len(files) != 1 else []", ["train.py alone"]),
        ("found = [('other.py', 'WL101')] * (files == ['other.py'])", ["other.py alone"]),
        ("found = [('train.py', 'WL204')] if len(files) != 1 else []", []),
        ("found = [('train.py', 'WL204')] if len(files) == 1 else []", ["train.py alone"]),
    ],
    ids=[
        "the same", "nothing by name", "nothing alone", "more alone",
        "less across files, where there are no others", "more across files, where there are none",
    ],
)  # fmt: skip
def test_files_that_are_named_are_held_against_the_tree(check_same, checkouts, capsys, code, named):
    (checkouts / "one" / "other.py").write_text("num_workers = 4\n", encoding="utf-8")
    status = check_same.main([str(checkouts), "--tool", fake(code)])
    *told, last = capsys.readouterr().out.splitlines()
    assert told == [f"one: {each} gives another report" for each in named]
    assert (status, last) == (1 if named else 0, "1 compared")


def test_files_alone_are_taken_from_the_whole_checkout(check_same):
    names = [str(number) for number in range(10)]
    assert check_same.spread(names, 3) == ["0", "3", "6"]
    assert check_same.spread(names, 10) == check_same.spread(names, 99) == names


def test_the_rules_across_files_are_known(check_same):
    assert tuple(entry.code for entry in CATALOGUE if entry.across) == check_same.ACROSS
