"""``worker-lint init`` as a real process, in real repositories."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml

from worker_lint import __version__, toml_text

ROOT = Path(__file__).parents[2]
PROJECT = b'# ours\n[project]\nname = "x"   # y\n'
HOOKS = b"# ours\nrepos:\n-   repo: local\n    hooks:\n    -   id: x\n        name: 'x'\n        entry: x\n        language: fail\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with twelve counts of 8 and seven of 4."""
    folder = tmp_path / "training"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / "train.py").write_text("num_workers = 8\n" * 12, encoding="utf-8")
    (folder / "conf.yaml").write_text("".join(f"a{i}: {{num_workers: 4}}\n" for i in range(7)), encoding="utf-8")
    return folder


def environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")}
    return {**kept, "PYTHONPATH": os.fspath(ROOT / "hooks")}


def git(folder: Path, *arguments: str, stdin: bytes | None = None) -> str:
    command = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, input=stdin, stdout=subprocess.PIPE).stdout.decode()


def init(folder: Path, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "worker_lint", "init", *arguments],
        cwd=folder, env=environ(), stdin=subprocess.DEVNULL, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done


def snapshot(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_a_bare_repository_gets_both_files(repository: Path) -> None:
    said = init(repository, "--yes").stderr.decode()
    assert "worker-lint: 12 of 19 counts are 8, so mode training\n" in said
    assert (repository / "worker-lint.toml").read_text(encoding="utf-8") == 'mode = "training"\n'
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_bytes())
    assert [repo["repo"] for repo in config["repos"]] == ["local"]


def test_files_that_are_there_are_only_added_to(repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(PROJECT)
    (repository / ".pre-commit-config.yaml").write_bytes(HOOKS)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message=Train")
    init(repository, "--yes")
    assert git(repository, "status", "--short").split() == ["M", ".pre-commit-config.yaml", "M", "pyproject.toml"]
    changed = git(repository, "diff", "--numstat").split()
    assert [changed[1], changed[4]] == ["0", "0"]  # no line is taken away
    assert (repository / "pyproject.toml").read_bytes() == PROJECT + b'\n[tool.worker-lint]\nmode = "training"\n'
    assert (repository / ".pre-commit-config.yaml").read_bytes().startswith(HOOKS + b"-   repo: local\n")


def test_a_second_run_changes_nothing(repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(PROJECT)
    init(repository, "--yes")
    before = snapshot(repository)
    done = init(repository, "--yes")
    assert snapshot(repository) == before
    assert done.stdout == b""
    assert "nothing to add" in done.stderr.decode()
    init(repository, "--diff", "--mode=training")


def test_the_diff_is_the_change(repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(PROJECT.replace(b"\n", b"\r\n"))
    (repository / ".pre-commit-config.yaml").write_bytes(HOOKS.rstrip())
    before = snapshot(repository)
    shown = init(repository, "--diff", status=1).stdout
    assert snapshot(repository) == before
    written = init(repository, "--yes").stdout
    assert written == shown
    after = snapshot(repository)
    for name, content in before.items():
        (repository / name).write_bytes(content)
    git(repository, "apply", "-", stdin=shown)
    assert snapshot(repository) == after


def test_without_a_terminal_nothing_is_written(repository: Path) -> None:
    before = snapshot(repository)
    done = init(repository, status=1)
    assert snapshot(repository) == before
    assert done.stdout.startswith(b"--- /dev/null\n+++ b/worker-lint.toml\n")
    assert "no terminal to ask on; --yes writes it" in done.stderr.decode()


def test_without_any_standard_input_nothing_is_written(repository: Path) -> None:
    before = snapshot(repository)
    line = f'"{sys.executable}" -m worker_lint init <&-'
    done = subprocess.run(["sh", "-c", line], cwd=repository, env=environ(), capture_output=True, check=False)
    assert (done.returncode, snapshot(repository)) == (1, before)
    assert done.stderr.endswith(b"no terminal to ask on; --yes writes it\n")


@pytest.mark.parametrize(("answer", "status"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1), (b"\x04", 1)])
def test_on_a_terminal_it_asks_first(repository: Path, answer: bytes, status: int) -> None:
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "worker_lint", "init"],
        cwd=repository, env=environ(), stdin=terminal, stdout=terminal, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        said = b""
        while not said.endswith(b"Write this? [y/N] "):
            byte = process.stderr.read(1)
            assert byte, said
            said += byte
        assert not (repository / "worker-lint.toml").exists()
        os.write(controller, answer)
        assert process.wait(60) == status
        assert b"+++ b/worker-lint.toml" in os.read(controller, 65536)
    os.close(terminal)
    os.close(controller)
    assert (repository / "worker-lint.toml").exists() is (status == 0)


def test_settings_that_are_there_are_left_alone(repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(PROJECT + b"[tool.worker-lint]\nexclude = ['x']\n")
    before = (repository / "pyproject.toml").read_bytes()
    done = init(repository, "--yes")
    assert (repository / "pyproject.toml").read_bytes() == before
    assert "pyproject.toml holds settings already" in done.stderr.decode()
    assert (repository / ".pre-commit-config.yaml").exists()
    assert b"holds settings with mode none; change it there" in init(repository, "--mode=debug", status=2).stderr


def test_a_mode_that_is_asked_for_beats_the_counts(repository: Path) -> None:
    said = init(repository, "--yes", "--mode=development").stderr.decode()
    assert "7 of 19 counts are 4; mode development, as asked" in said
    assert (repository / "worker-lint.toml").read_text(encoding="utf-8") == 'mode = "development"\n'


def test_a_count_of_its_own_becomes_that_of_the_mode_training(repository: Path) -> None:
    (repository / "train.py").write_text("num_workers = 6\n" * 12, encoding="utf-8")
    init(repository, "--yes")
    settings = toml_text.parse((repository / "worker-lint.toml").read_text(encoding="utf-8"))
    assert settings == {"mode": "training", "modes": {"training": 6}}


def test_without_a_mode_the_settings_are_still_found(tmp_path: Path) -> None:
    init(tmp_path, "--yes")
    assert toml_text.parse((tmp_path / "worker-lint.toml").read_text(encoding="utf-8")) == {}
    assert b"nothing to add" in init(tmp_path).stderr


def test_the_closest_project_and_the_repository_are_found_from_a_folder_below(repository: Path) -> None:
    below = repository / "packages" / "net" / "src"
    below.mkdir(parents=True)
    (below.parent / "pyproject.toml").write_bytes(PROJECT)
    (below / "net.py").write_text("num_workers = 16\n", encoding="utf-8")
    said = init(below, "--yes").stderr.decode()
    assert "the only count is 16, so mode production" in said
    assert b'mode = "production"' in (below.parent / "pyproject.toml").read_bytes()
    assert (repository / ".pre-commit-config.yaml").exists()
    assert {path.name for path in below.iterdir()} == {"net.py"}


def test_outside_of_a_repository_it_looks_no_further_than_the_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(PROJECT)
    (tmp_path / "below").mkdir()
    init(tmp_path, "--yes", "below")
    assert {path.name for path in (tmp_path / "below").iterdir()} == {"worker-lint.toml", ".pre-commit-config.yaml"}
    assert (tmp_path / "pyproject.toml").read_bytes() == PROJECT


def test_a_project_that_takes_no_table_gets_a_file_beside_it(repository: Path) -> None:
    (repository / "pyproject.toml").write_bytes(b"tool = {black = {}}\n")
    said = init(repository, "--yes").stderr.decode()
    assert "the settings get a file of their own" in said
    assert (repository / "worker-lint.toml").exists()
    assert (repository / "pyproject.toml").read_bytes() == b"tool = {black = {}}\n"


def test_hooks_of_prek_in_toml_are_left_alone(repository: Path) -> None:
    (repository / "prek.toml").write_bytes(b"repos = []\n")
    assert "prek.toml takes the place of" in init(repository, "--yes").stderr.decode()
    assert not (repository / ".pre-commit-config.yaml").exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("pyproject.toml", b"[project]\nname =\n", "pyproject.toml:2:7: is no TOML: "),
        ("pyproject.toml", b"a = 1\nb = '\xff'\n", "pyproject.toml:2: is not UTF-8"),
        (".pre-commit-config.yaml", b"repos: [\n", ".pre-commit-config.yaml:2: is no YAML: "),
        (".pre-commit-config.yaml", b"a: 1\nrepos: x\n", ".pre-commit-config.yaml:2: 'repos' is no list"),
        ("worker-lint.toml", b"moed = 1\n", "worker-lint.toml:1: "),
    ],
)
def test_a_file_that_cannot_be_read_is_one_line_and_nothing_is_written(
    repository: Path, name: str, content: bytes, said: str
) -> None:
    (repository / name).write_bytes(content)
    before = snapshot(repository)
    error = init(repository, "--yes", status=2).stderr.decode().splitlines()[-1]
    assert error.startswith(f"error: {said}")
    assert snapshot(repository) == before


@pytest.mark.parametrize(
    "arguments", [["missing"], ["--mode=trainig"], ["--repo=local"], ["--repo="], ["--yes", "--diff"]]
)
def test_arguments_that_cannot_be_honoured(repository: Path, arguments: list[str]) -> None:
    init(repository, *arguments, status=2)
    assert not (repository / "worker-lint.toml").exists()


def test_what_cannot_be_read_is_not_counted_and_told(repository: Path) -> None:
    (repository / "broken.json").write_text('{"num_workers": }', encoding="utf-8")
    said = init(repository, "--diff", status=1).stderr.decode()
    assert "worker-lint: not counted: broken.json:1:17: " in said
    assert "12 of 19 counts are 8" in said


def test_it_names_what_comes_next(repository: Path) -> None:
    (repository / "train.py").write_text("num_workers = 1\n" * 12, encoding="utf-8")
    (repository / "conf.yaml").unlink()
    said = init(repository, "--yes").stderr.decode()
    assert "0 findings today; next:\n" in said
    assert "worker-lint profile capture --name NAME" in said
    assert "pre-commit install" in said
    assert "--fix" not in said


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ('parser.add_argument("--num-workers", default=4)\n', "  worker-lint --diff  "),
        (
            "import os\nfrom torch.utils.data import DataLoader\n\n"
            "def loader(d):\n    return DataLoader(d, num_workers=os.cpu_count())\n",
            "  worker-lint --diff --unsafe-fixes  ",
        ),
        ("from torch.utils.data import DataLoader\n\nfor batch in DataLoader(d, num_workers=n):\n    pass\n", "  worker-lint  "),
    ],
    ids=["a safe fix", "only an unsafe one", "none"],
)  # fmt: skip
def test_it_proposes_what_helps_with_what_is_found(repository: Path, text: str, proposed: str) -> None:
    (repository / "conf.yaml").unlink()
    (repository / "train.py").write_text(text, encoding="utf-8")
    said = init(repository, "--yes").stderr.decode()
    assert " today; next:\n" in said
    assert next(line for line in said.splitlines() if line.startswith("  worker-lint")).startswith(proposed)
    assert "worker-lint --write-baseline" in said


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_the_hook_runs(repository: Path, tmp_path: Path, runner: str) -> None:
    scripts = tmp_path / "bin"
    scripts.mkdir()
    script = scripts / "worker-lint"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m worker_lint "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    init(repository, "--yes")
    git(repository, "add", "--all")
    path = os.pathsep.join([os.fspath(scripts), sysconfig.get_path("scripts"), os.environ["PATH"]])
    home = {"PRE_COMMIT_HOME": os.fspath(tmp_path / "home"), "PREK_HOME": os.fspath(tmp_path / "home")}

    def run() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [runner, "run", "--all-files", "--color=never"],
            cwd=repository, env={**environ(), **home, "PATH": path, "CI": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
        )  # fmt: skip

    found = run()
    assert found.returncode == 1
    assert "conf.yaml:1:19: WL201" in found.stdout
    (repository / "conf.yaml").write_text("a: {num_workers: 8}\n", encoding="utf-8")
    git(repository, "add", "--all")
    passed = run()
    assert passed.returncode == 0, passed.stdout
    assert "Passed" in passed.stdout


@pytest.mark.slow
@pytest.mark.parametrize("runner", ["pre-commit", "prek"])
def test_the_hook_of_a_repository_is_installed_from_it(
    repository: Path, project: Path, tmp_path: Path, runner: str
) -> None:
    origin = tmp_path / "origin"
    git(tmp_path, "clone", "--quiet", os.fspath(project), os.fspath(origin))
    git(origin, "tag", f"v{__version__}")
    init(repository, "--yes", f"--repo={origin}")
    git(repository, "add", "--all")
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    home = {"PRE_COMMIT_HOME": os.fspath(tmp_path / "home"), "PREK_HOME": os.fspath(tmp_path / "home")}
    base = {name: value for name, value in environ().items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [runner, "run", "--all-files", "--color=never"],
        cwd=repository, env={**base, **home, "PATH": path, "CI": "1", "UV_PYTHON": sys.executable},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout
    assert "conf.yaml:1:19: WL201" in done.stdout
