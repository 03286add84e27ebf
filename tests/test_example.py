"""The example repository: what is found in it, and what a fix of it changes."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from worker_lint.cli import main

EXAMPLE = Path(__file__).parents[1] / "examples" / "cardiac"
PROFILES = EXAMPLE.parent / "profiles"
MODES = {"debug": 0, "development": 4, "training": 8, "production": 16, "high-performance": 32}
LITERAL = re.compile(r"-?\d+")

FOUND = [
    ("configs/cardiac_ablation.json", "WL106", "8"),
    ("configs/cardiac_ablation.json", "WL301", "96"),
    ("configs/debug_overfit.json", "WL401", "true"),
    ("merlin/training/cardiac_config_example.py", "WL201", "4"),
    ("merlin/training/cardiac_config_example.py", "WL201", "4"),
    ("merlin/training/cardiac_config_example.py", "WL201", "4"),
    ("merlin/training/cardiac_trainer.py", "WL201", "4"),
]
SITES = [
    ("configs/cardiac_ablation.json", "key", 8),
    ("configs/cardiac_ablation.json", "key", 96),
    ("configs/cardiac_config.json", "key", 8),
    ("configs/debug_overfit.json", "key", 0),
    ("examples/cardiac_training_example.py", "dict-entry", 8),
    ("merlin/training/cardiac_config_example.py", "dict-entry", 4),
    ("merlin/training/cardiac_config_example.py", "dict-entry", 4),
    ("merlin/training/cardiac_config_example.py", "dict-entry", 4),
    ("merlin/training/cardiac_trainer.py", "fallback", 4),
    ("scripts/train_cardiac.sh", "flag", 8),
]


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example in a git repository of its own, committed; it is the current folder."""
    folder = tmp_path / "cardiac"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    _git("init", "--quiet")
    _git("add", "--all")
    _git("-c", "user.name=Test", "-c", "user.email=test@example.org", "commit", "--quiet", "--message=All of it")
    return folder


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.quotepath=off", *arguments], capture_output=True, encoding="utf-8", check=True
    ).stdout


def _lines(diff: str, sign: str) -> list[str]:
    return [line[1:] for line in diff.split("\n") if line.startswith(sign) and not line.startswith(sign * 3)]


@pytest.mark.parametrize("ci", ["", "true"], ids=["at a desk", "in CI"])
def test_what_is_found(
    copy: Path, ci: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", ci)
    assert main(["--output-format=json", str(copy)]) == 1
    captured = capsys.readouterr()
    found = []
    for finding in json.loads(captured.out)["findings"]:
        path = Path(finding["path"])
        line = path.read_text(encoding="utf-8").split("\n")[finding["line"] - 1]
        text = line[finding["column"] - 1 : finding["end_column"] - 1]
        found.append((path.relative_to(copy).as_posix(), finding["code"], text))
    assert found == FOUND
    assert captured.err == ""


def test_the_inventory(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sites", "--output-format=json"]) == 0
    sites = json.loads(capsys.readouterr().out)["sites"]
    literals = [(site["path"], site["form"], int(site["value"])) for site in sites if site["literal"]]
    assert literals == SITES
    assert [site["value"] for site in sites if not site["literal"]] == ["args.num_workers", "num_workers"]


@pytest.mark.parametrize("mode", ["development", "training", "production", "high-performance"])
def test_a_fix_to_a_mode_with_workers_changes_digits_alone(
    copy: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--mode", mode, "--fix"]) == 1  # one finding has no fix
    changed = [(path, number) for path, _, number in SITES if number != MODES[mode]]
    diff = _git("diff", "--unified=0")
    removed, added = _lines(diff, "-"), _lines(diff, "+")
    assert [LITERAL.sub("N", line) for line in removed] == [LITERAL.sub("N", line) for line in added]
    assert [LITERAL.findall(line) for line in added] == [[str(MODES[mode])]] * len(changed)
    assert [[int(digits) for digits in LITERAL.findall(line)] for line in removed] == [[n] for _, n in changed]
    stat = [tuple(line.split("\t")) for line in _git("diff", "--numstat").splitlines()]
    per_file = [(str(n), str(n), path) for path in dict(changed) if (n := [p for p, _ in changed].count(path))]
    assert stat == per_file
    capsys.readouterr()
    assert main(["--mode", mode, "--fix"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 finding ")
    assert _git("diff", "--unified=0") == diff


@pytest.mark.parametrize("mode", MODES)
def test_a_diff_says_what_a_fix_does(copy: Path, mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--mode", mode, "--diff"]) == 1
    promised = capsys.readouterr().out
    assert _git("status", "--porcelain") == ""
    main(["--mode", mode, "--fix"])
    made = _git("diff")
    assert (_lines(promised, "-"), _lines(promised, "+")) == (_lines(made, "-"), _lines(made, "+"))


def test_a_fix_to_0_takes_the_options_along(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--mode", "debug", "--fix"])
    config = json.loads((copy / "configs" / "debug_overfit.json").read_text(encoding="utf-8"))
    assert config["training"]["num_workers"] == 0
    assert config["training"]["persistent_workers"] is False
    capsys.readouterr()
    main(["--mode", "debug"])
    assert "WL401" not in capsys.readouterr().out


@pytest.mark.parametrize("mode", MODES)
def test_a_fix_leaves_files_that_parse(copy: Path, mode: str) -> None:
    main(["--mode", mode, "--fix"])
    for path in copy.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    for path in copy.rglob("*.json"):
        json.loads(path.read_text(encoding="utf-8"))


def test_the_example_is_not_all_ascii_where_it_is_rewritten() -> None:
    for path in {path for path, _, _ in SITES}:
        assert not (EXAMPLE / path).read_text(encoding="utf-8").isascii()


def test_its_profile_is_the_one_among_the_examples() -> None:
    (own,) = (EXAMPLE / "profiles").iterdir()
    assert own.read_bytes() == (PROFILES / own.name).read_bytes()


def test_the_projects_own_settings_leave_it_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(EXAMPLE.parents[1])
    assert main(["--config=pyproject.toml", "--profile=none", "examples", "tests"]) == 0
    assert capsys.readouterr().out == "no findings; 0 files checked\n"
