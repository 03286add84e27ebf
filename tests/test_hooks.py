"""The hooks, run by pre-commit and by prek in real git repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from identify.identify import tags_from_path

ROOT = Path(__file__).parents[1]
HOOKS = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
RUNNERS = ("pre-commit", "prek")

BAD = "from torch.utils.data import DataLoader\n\nloader = DataLoader(dataset, num_workers=2)  # 两个\n"
GOOD = BAD.replace("=2", "=8")
SETTINGS = 'mode = "training"\nprofile = "none"\n'


def test_hooks_are_serial_and_leave_the_arguments_to_the_user() -> None:
    assert list(HOOKS) == ["worker-lint", "worker-lint-fix"]
    for hook in HOOKS.values():
        assert hook["require_serial"] is True
        assert "args" not in hook
        assert "files" not in hook
    assert HOOKS["worker-lint"]["entry"] == "worker-lint check"
    assert HOOKS["worker-lint-fix"]["entry"] == "worker-lint check --fix"


@pytest.mark.parametrize(
    ("name", "content", "taken"),
    [
        ("train.py", "", True),
        ("stub.pyi", "", True),
        ("window.pyw", "", True),
        ("config.json", "{}", True),
        ("launch", "#!/usr/bin/env python3\n", True),
        ("launch-shell", "#!/bin/bash\n", True),
        ("notebook.ipynb", "{}", True),
        ("config.yaml", "", True),
        ("config.yml", "", True),
        ("config.toml", "", True),
        ("config.jsonnet", "", True),
        ("train.sh", "", True),
        ("Makefile", "", True),
        ("Dockerfile", "", True),
        ("README.md", "", True),
        ("README.rst", "", False),
        ("data.jsonl", "", False),
        ("LICENSE", "", False),
    ],
)
def test_hooks_take_the_files_that_are_read_and_no_others(tmp_path: Path, name: str, content: str, taken: bool) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    path.chmod(0o755)
    tags = tags_from_path(os.fspath(path))
    for hook in HOOKS.values():
        assert bool(tags & set(hook["types_or"])) is taken


def _run(folder: Path, *command: str, status: int | None = 0, environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert status is None or done.returncode == status, done.stdout
    return done.stdout


def _git(folder: Path, *arguments: str) -> str:
    return _run(folder, "git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments)


@pytest.fixture(scope="module")
def published(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the tag v0.1.0."""
    folder = tmp_path_factory.mktemp("published") / "worker-lint"
    shutil.copytree(project, folder)
    _git(folder, "tag", "v0.1.0")
    return folder


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the runners keep what they build apart from the user's."""
    cleared = ("CI", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "PYTHONPATH", "VIRTUAL_ENV", "PRE_COMMIT_COLOR")
    kept = {name: value for name, value in os.environ.items() if name not in cleared}
    home = tmp_path_factory.mktemp("runners")
    identity = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org"}
    identity |= {name.replace("AUTHOR", "COMMITTER"): value for name, value in identity.items()}
    scripts = sysconfig.get_path("scripts")
    return (
        kept
        | identity
        | {
            "PATH": f"{scripts}{os.pathsep}{kept['PATH']}",
            "PRE_COMMIT_HOME": os.fspath(home / "pre-commit"),
            "PREK_HOME": os.fspath(home / "prek"),
            "PREK_COLOR": "never",
            "UV_PYTHON": sys.executable,
        }
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A training repository, in git, whose one Python file is not as its settings want it."""
    folder = tmp_path / "training"
    folder.mkdir()
    _git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "worker-lint.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "train.py").write_text(BAD, encoding="utf-8")
    (folder / "config.json").write_text('{"num_workers": 8}\n', encoding="utf-8")
    _git(folder, "add", "--all")
    return folder


def _configure(repository: Path, published: Path, hook: str) -> None:
    config = {"repos": [{"repo": os.fspath(published), "rev": "v0.1.0", "hooks": [{"id": hook}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    _git(repository, "add", "--all")


@pytest.mark.slow
def test_try_repo(repository: Path, published: Path, environ: dict[str, str]) -> None:
    def try_repo(*hooks: str, status: int) -> str:
        command = ("pre-commit", "try-repo", os.fspath(published), *hooks, "--all-files", "--color=never")
        return _run(repository, *command, status=status, environ=environ)

    output = try_repo("worker-lint", status=1)
    assert "train.py:3:42: WL201 warning: num_workers is 2" in output
    assert (repository / "train.py").read_text(encoding="utf-8") == BAD
    output = try_repo("worker-lint-fix", status=1)
    assert "1 finding fixed in 1 file" in output
    assert "files were modified by this hook" in output
    assert (repository / "train.py").read_text(encoding="utf-8") == GOOD
    output = try_repo(status=0)
    assert output.count("Passed") == len(HOOKS)


@pytest.mark.slow
def test_a_commit_of_a_bad_count_is_refused(repository: Path, published: Path, environ: dict[str, str]) -> None:
    _configure(repository, published, "worker-lint")
    _run(repository, "pre-commit", "install", environ=environ)
    commit = ("git", "commit", "--quiet", "--message=Train")
    output = _run(repository, *commit, status=1, environ=environ)
    assert "train.py:3:42: WL201" in output
    assert "loader = DataLoader(dataset, num_workers=2)  # 两个" in output
    (repository / "train.py").write_text(GOOD, encoding="utf-8")
    _git(repository, "add", "train.py")
    _run(repository, *commit, environ=environ)
    assert "Train" in _git(repository, "log", "--format=%s")


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_a_tagged_revision(repository: Path, published: Path, environ: dict[str, str], runner: str) -> None:
    _configure(repository, published, "worker-lint-fix")
    run = (runner, "run", "--all-files", "--color=never")
    assert "1 finding fixed in 1 file" in _run(repository, *run, status=1, environ=environ)
    assert (repository / "train.py").read_text(encoding="utf-8") == GOOD
    _configure(repository, published, "worker-lint")
    assert "Passed" in _run(repository, *run, environ=environ)
    (repository / "config.json").write_text('{"num_workers": "8"}\n', encoding="utf-8")
    assert "config.json:1:17: WL103" in _run(repository, *run, status=1, environ=environ)


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_arguments_of_the_user_go_behind_those_of_the_hook(
    repository: Path, published: Path, environ: dict[str, str], runner: str
) -> None:
    hook = {"id": "worker-lint", "args": ["--mode=development", "--output-format=github"]}
    config = {"repos": [{"repo": os.fspath(published), "rev": "v0.1.0", "hooks": [hook]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    output = _run(repository, runner, "run", "--all-files", "--color=never", status=1, environ=environ)
    assert "::warning file=train.py,line=3,col=42," in output
    assert "mode development" in output


@pytest.mark.slow
@pytest.mark.parametrize("runner", RUNNERS)
def test_a_suffix_that_pre_commit_does_not_know(
    repository: Path, published: Path, environ: dict[str, str], runner: str
) -> None:
    (repository / "base.jsonc").write_text('{\n  // 两个\n  "num_workers": 2,\n}\n', encoding="utf-8")
    _git(repository, "add", "--all")
    hook = {"id": "worker-lint", "types_or": ["text"], "files": r"\.jsonc$"}
    config = {"repos": [{"repo": os.fspath(published), "rev": "v0.1.0", "hooks": [hook]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    output = _run(repository, runner, "run", "--all-files", "--color=never", status=1, environ=environ)
    assert "base.jsonc:3:18: WL201" in output
    assert "1 file checked" in output
