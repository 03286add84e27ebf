"""Files that mention no worker: the short way to their report says what the long one says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from worker_lint import cli
from worker_lint.bystanders import bystanders
from worker_lint.cache_folder import prepare
from worker_lint.settings_place import CACHE_VARIABLE

SOURCE = Path(__file__).parents[1] / "hooks"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with files of each kind, in which the process is."""
    root = tmp_path / "repository"  # some tests write beside it
    root.mkdir()
    for name, text in {
        "a.py": "print('none')\n",
        "b.py": "print('nor here')\n",
        "empty.yaml": "",
        "c.JSON": '{"batch_size": 2}\n',
        "notes.md": "# Notes\n",
        "count.py": "from torch.utils.data import DataLoader\nDataLoader(x, num_workers=-1)\n",
        "comment.py": "x = 1  # worker-lint: ignore[WL101]\n",
        "image.png": "",
        "script": "#!/bin/sh\n",
        "sub/d.py": "",
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    (root / "wide.json").write_bytes('{"num_workers": -1}'.encode("utf-16"))
    (root / "bare.json").write_bytes('{"num_workers": -1}'.encode("utf-16-be"))
    (root / "binary.py").write_bytes(b"x = 1\0\n")
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")
    (root / "link.py").symlink_to("a.py")
    (root / "gone.py").symlink_to("nowhere")
    (root / ".git").mkdir()
    monkeypatch.chdir(root)
    return root


def _run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[object, str, str]:
    try:
        status: object = cli.main(arguments)
    except SystemExit as exit_:  # argparse
        status = exit_.code
    return (status, *capsys.readouterr())


@pytest.mark.parametrize(
    ("arguments", "short"),
    [
        ("a.py", True),
        ("a.py b.py empty.yaml c.JSON sub/d.py", True),
        ("check --fix a.py", True),
        ("--fix --isolated --no-cache --profile none a.py b.py", True),
        ("--isolated --profile=none a.py", True),
        ("--profile=none --no-cache --isolated a.py", True),
        ("--profile none --profile none a.py", False),
        ("--profile none --fix --profile=none a.py", False),
        ("--profile none", False),
        ("--profile", False),
        ("a.py --fix", False),
        ("a.py --fix b.py", False),
        ("--fixed a.py", False),
        ("-- a.py", False),
        ("a.py a.py", False),
        ("a.py ./a.py", False),
        ("a.py sub/../b.py", True),
        ("link.py", True),
        ("a.py link.py", False),
        ("gone.py", False),
        ("missing.py", False),
        (".", False),
        ("sub", False),
        ("", False),
        ("a.py count.py", False),
        ("a.py comment.py", False),
        ("wide.json", False),
        ("bare.json", False),
        ("binary.py latin.py", True),
        ("notes.md", False),
        ("image.png", False),
        ("script", False),
        ("--mode training a.py", False),
        ("--mode nonsense a.py", False),
        ("--output-format json a.py", False),
        ("--quiet a.py", False),
        ("sites a.py", False),
    ],
)
def test_the_short_way_says_what_the_long_one_says(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: str, short: bool
) -> None:
    given = arguments.split()
    said = _run(given, capsys)
    assert (bystanders([each for each in given if each != "check"]) is not None) == short
    monkeypatch.setattr(cli, "bystanders", lambda _: None)
    assert _run(given, capsys) == said


@pytest.mark.parametrize(
    ("name", "text", "short"),
    [
        ("worker-lint.toml", "", False),
        ("worker-lint.toml", "mode = 'none of them'", False),
        ("worker-lint.toml", "exclude = ['a.py']", False),
        ("worker-lint.toml", "names = ['print']", False),
        ("pyproject.toml", "[tool.worker-lint]\nexclude = ['a.py']", False),
        ("pyproject.toml", "[tool.worker-lint", False),
        ("pyproject.toml", "[tool.other]", True),
        ("pyproject.toml", "no TOML", True),
        ("sub/worker-lint.toml", "nonsense = 1", True),
        ("../worker-lint.toml", "nonsense = 1", True),
    ],
    ids=lambda value: repr(value) if isinstance(value, str) else None,
)
def test_settings_are_honoured(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, text: str, short: bool
) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    said = _run(["a.py"], capsys)
    assert (bystanders(["a.py"]) is not None) == short
    monkeypatch.setattr(cli, "bystanders", lambda _: None)
    assert _run(["a.py"], capsys) == said


@pytest.mark.parametrize(
    ("cache", "arguments", "status"),
    [
        ("cache", "a.py", 0),
        ("", "a.py", 0),
        ("sub", "a.py", 2),
        ("a.py", "--fix a.py", 2),
        ("a.py", "--no-cache a.py", 0),
        ("missing", "a.py", 0),
    ],
)
def test_a_folder_that_can_be_no_cache_is_refused(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cache: str,
    arguments: str,
    status: int,
) -> None:
    prepare(folder / "cache")
    monkeypatch.setenv(CACHE_VARIABLE, cache)
    said = _run(arguments.split(), capsys)
    assert said[0] == status
    assert (bystanders(arguments.split()) is None) == (status == 2)
    monkeypatch.setattr(cli, "bystanders", lambda _: None)
    assert _run(arguments.split(), capsys) == said


def test_a_pipe_is_not_waited_for(folder: Path) -> None:
    os.mkfifo("pipe.py")
    assert bystanders(["pipe.py"]) is None


def test_a_settings_file_that_is_a_folder_is_none(folder: Path) -> None:
    (folder / "worker-lint.toml").mkdir()
    assert bystanders(["a.py"]) == 1


def test_settings_above_every_file_are_looked_for(folder: Path) -> None:
    assert bystanders(["a.py", "sub/d.py"]) == 2
    (folder / "sub" / "pyproject.toml").write_text("[tool.worker-lint]\n", encoding="utf-8")
    assert bystanders(["a.py"]) == 1
    assert bystanders(["a.py", "sub/d.py"]) is None


_SAY_WHAT_WAS_IMPORTED = """
import sys
before = set(sys.modules)
from worker_lint.cli import main
status = main(sys.argv[1:])
others = sorted(name for name in set(sys.modules) - before if not name.startswith("worker_lint"))
import json
sys.stderr.write(json.dumps([status, others]))
"""


def test_nothing_is_imported_for_them(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SAY_WHAT_WAS_IMPORTED, "--fix", "a.py", "b.py"],
        env={**os.environ, "PYTHONPATH": os.fspath(SOURCE)}, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert done.stdout == "no findings; 2 files checked\n"
    assert json.loads(done.stderr) == [0, ["__future__"]]


def test_the_process_ends_with_all_that_was_said(folder: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    for arguments, status, said in (
        (["a.py"], 0, "no findings; 1 file checked\n"),
        (["--isolated", "--profile=none", "--no-cache", "--output-format=concise", "count.py"], 1, None),
        (["--version"], 0, None),
        (["--nonsense"], 2, ""),
    ):
        command = [sys.executable, "-m", "worker_lint", *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, encoding="utf-8", check=False)
        assert done.returncode == status
        assert done.stdout == said if said is not None else done.stdout.endswith("\n")
        assert (done.stderr == "") == (status != 2)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="other systems have no disk that is always full")
@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["a.py"]], ids=lambda value: value[0])
def test_output_that_is_lost_is_an_error(folder: Path, arguments: list[str]) -> None:
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    command = [sys.executable, "-m", "worker_lint", *arguments]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, env=environ, stdout=full, stderr=subprocess.PIPE, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (2, "error: standard output: No space left on device\n")


def test_a_profiler_gets_its_figures(folder: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    command = [sys.executable, "-m", "cProfile", "-o", "figures", "-m", "worker_lint", "a.py"]
    subprocess.run(command, env=environ, capture_output=True, check=True)
    assert (folder / "figures").stat().st_size > 0
