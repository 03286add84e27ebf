"""``worker-lint status`` as a real process, on this machine and under a smaller affinity."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

PROFILES = Path(__file__).parents[2] / "examples" / "profiles"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "train.py").write_text("loader = DataLoader(d, num_workers=8)\nother = f(num_workers=n)\n")
    (tmp_path / "config.json").write_text('{"num_workers": 4, "val": {"num_workers": 2}}')
    (tmp_path / "plain.py").write_text("x = 1\n")
    return tmp_path


def run(
    folder: Path, *arguments: str, before: tuple[str, ...] = (), **environ: str
) -> subprocess.CompletedProcess[str]:
    base = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    source = str(Path(__file__).parents[2] / "hooks")
    return subprocess.run(
        [*before, sys.executable, "-m", "worker_lint", "status", *arguments],
        cwd=folder,
        env={**base, "PYTHONPATH": source, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def status(folder: Path, *arguments: str, before: tuple[str, ...] = (), **environ: str) -> dict[str, Any]:
    done = run(folder, *arguments, "--output-format", "json", before=before, **environ)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_tells_what_each_file_says(repository: Path) -> None:
    assert status(repository)["files"] == [
        {"path": "config.json", "counts": [2, 4], "other": 0},
        {"path": "train.py", "counts": [8], "other": 1},
    ]


def test_tells_what_each_mode_would_be_on_the_declared_machine(repository: Path) -> None:
    (repository / "worker-lint.toml").write_text(f'profile = "{PROFILES}/laptop-8c-16g.json"\n[modes]\nmine = 5\n')
    modes = {mode["name"]: mode["target"] for mode in status(repository)["modes"]}
    assert modes == {"debug": 0, "development": 4, "training": 7, "production": 7, "high-performance": 7, "mine": 5}
    text = run(repository).stdout
    assert "mode training asks for 8, and laptop-8c-16g bears 7: 8 CPUs less 1 for the main process" in text


def test_says_true_cpus_where_psutil_does_not(repository: Path) -> None:
    if shutil.which("taskset") is None or (psutil.cpu_count() or 1) < 2:
        pytest.skip("needs taskset and two CPUs")
    cpu = min(psutil.Process().cpu_affinity())
    machine = status(repository, before=("taskset", "-c", str(cpu)))["machine"]
    assert machine["cpus_usable"] == 1
    assert machine["cpus_host"] == psutil.cpu_count() > 1


def test_names_the_next_commands(repository: Path) -> None:
    commands = [step["command"] for step in status(repository)["next"]]
    assert commands[0] == "worker-lint --mode training --diff ."
    assert "worker-lint profile capture --name NAME" in commands
    (repository / "worker-lint.toml").write_text('mode = "production"\n')
    commands = [step["command"] for step in status(repository)["next"]]
    assert commands[:2] == ["worker-lint --diff .", "worker-lint --fix ."]


def test_a_runner_of_ci_is_not_taken_for_the_machine_that_trains(repository: Path) -> None:
    done = run(repository, CI="true")
    assert "none: hardware bounds are not checked" in done.stdout
    assert done.stderr.count("\n") == 1
    assert "a CI runner is not the machine that trains" in done.stderr


def test_an_empty_repository_is_no_error(tmp_path: Path) -> None:
    found = status(tmp_path)
    assert found["files"] == []
    assert found["files_read"] == 0


def test_a_file_that_cannot_be_read_is_told_with_status_2(repository: Path) -> None:
    (repository / "broken.json").write_text('{"num_workers": }')
    done = run(repository)
    assert done.returncode == 2
    assert done.stderr.startswith("error: broken.json:1:17: ")
    assert "train.py" in done.stdout
