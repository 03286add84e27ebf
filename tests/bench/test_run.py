"""The command line of the bench, and one real run of it."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from bench import run, workshop
from bench.errors import BenchError
from bench.programs import Program, worker_lint_at
from bench.workshop import Workshop

ROOT = Path(__file__).parents[2]


def test_the_list_names_what_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--list", "--only", "tree/", "--only", "fix"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert names == ["tree/transformers", "tree/nemo", "tree/super-gradients", "tree/mmdet", "fix/hundred"]


def test_a_benchmark_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--only", "nothing"]) == 2
    assert capsys.readouterr().err == "bench: error: no benchmark begins with nothing; --list names them\n"


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["--peers", "grep"], ["--rounds", "many"]])
def test_bad_arguments_are_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        run.main(arguments)
    assert raised.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with worker-lint and Python as an environment has them, running this checkout."""
    commands = tmp_path / "environment" / "bin"
    commands.mkdir(parents=True)
    start = f"#!/bin/sh\nPYTHONPATH={ROOT / 'hooks'} exec {sys.executable}"
    for name, arguments in (("worker-lint", "-m worker_lint"), ("python", "")):
        (commands / name).write_text(f'{start} {arguments} "$@"\n', encoding="utf-8")
        (commands / name).chmod(0o755)
    own = {"worker-lint": Program("as it is", commands.parent)}
    monkeypatch.setattr(Workshop, "ours", property(lambda _: own))
    monkeypatch.setattr(run, "_SETTLE", 0.0)
    return tmp_path


@pytest.mark.slow
def test_a_run_measures_and_writes(
    installed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed / "performance.md").write_text((ROOT / "docs" / "performance.md").read_text(encoding="utf-8"))
    monkeypatch.setattr(run, "DOCS", installed)
    monkeypatch.setattr(run, "KEPT", installed / "results.json")
    arguments = ["--cache", os.fspath(installed / "cache"), "--rounds", "1", "--write", "--peers"]
    names = ["hook/none", "hook/json", "fix", "size/json-1-kB", "torchfix"]
    assert run.main([*arguments, *(f"--only={name}" for name in names)]) == 0
    out = capsys.readouterr().out
    assert out.count("| python -c pass |") == 2
    assert "| worker-lint --fix |" in out
    text = (installed / "performance.md").read_text(encoding="utf-8")
    assert "## A few files\n" in text
    assert "## Fixing\n" in text
    assert "## TorchFix\n" not in text  # it was not asked for
    assert "[Larger and larger files](performance-sizes.svg)" in text.replace("!", "")
    assert (installed / "performance-sizes.svg").is_file()
    assert run.main(["--render"]) == 0
    assert (installed / "performance.md").read_text(encoding="utf-8") == text
    # A later run of one benchmark keeps the figures of the others.
    assert run.main([*arguments, "--only=hook/json"]) == 0
    again = (installed / "performance.md").read_text(encoding="utf-8")
    assert "## Fixing\n" in again
    assert "\n2. " in again


def test_a_revision_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no-such-branch is no revision of this repository"):
        worker_lint_at("no-such-branch", tmp_path)


def test_a_version_that_keeps_a_cache_is_told_to_leave_it_alone(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workshop, "_PATIENCE", 0.0)
    program = installed / "environment" / "bin" / "worker-lint"
    program.write_text("#!/bin/sh\necho --no-cache\n")
    shop = Workshop(installed / "cache")
    assert shop.has_cache
    assert "--no-cache" in shop.check(installed, ".")[0].argv
    assert "--no-cache" not in shop.warm(installed).argv


def test_one_file_of_a_copy_is_another_before_each_run(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "_PATIENCE", 0.2)
    tree = installed / "tree"
    tree.mkdir()
    (tree / "a.py").write_text("pass\n", encoding="utf-8")
    (tree / "b.py").write_text("num_workers = 4\n", encoding="utf-8")
    edited = Workshop(installed / "cache").edited(tree)
    assert all(path.stat().st_ctime + 0.2 <= time.time() for path in edited.folder.iterdir())
    seen = set()
    assert edited.prepare is not None
    for _ in range(3):
        edited.prepare()
        assert (edited.folder / "a.py").read_text("utf-8") == "pass\n"
        seen.add((edited.folder / "b.py").read_text("utf-8"))
    assert len(seen) == 3
    assert all(text.startswith("num_workers = 4\n# ") for text in seen)
    assert (tree / "b.py").read_text("utf-8") == "num_workers = 4\n"


def test_what_fails_is_told_and_the_rest_is_measured(installed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = installed / "environment" / "bin" / "worker-lint"
    program.write_text('#!/bin/sh\ncase "$*" in *--help*) ;; *json*) echo 1 file checked ;; *) exit 2 ;; esac\n')
    arguments = ["--cache", os.fspath(installed / "cache"), "--rounds=1", "--peers"]
    assert run.main([*arguments, "--only=hook/none", "--only=hook/json"]) == 1
    printed = capsys.readouterr()
    assert "bench: error: hook/none: worker-lint: exit status 2: no word\n" in printed.err
    assert "| one JSON configuration that sets a count" in printed.out
