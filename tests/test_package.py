"""What is built: the wheel, the source distribution, and what an installed wheel can do on its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from worker_lint import __version__
from worker_lint.schema import NAMES

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
PACKAGE = ROOT / "hooks" / "worker_lint"

pytestmark = pytest.mark.slow


def _run(*command: str | Path, cwd: Path) -> str:
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CI")}
    done = subprocess.run(
        command, cwd=cwd, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def _build(source: Path, target: Path, kind: str) -> Path:
    _run(sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", target, source, cwd=source)
    (built,) = target.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the working tree."""
    return _build(project, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def sdist(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built from the working tree."""
    return _build(project, tmp_path_factory.mktemp("sdist"), "sdist")


def _contents(archive: Path) -> dict[str, bytes]:
    with ZipFile(archive) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_wheel_holds_the_package_and_the_schemas_as_they_are(wheel: Path) -> None:
    contents = _contents(wheel)
    expected = {f"worker_lint/schemas/{path.name}": path for path in SCHEMAS.iterdir()}
    expected["worker_lint/pre-commit-hooks.yaml"] = ROOT / ".pre-commit-hooks.yaml"
    expected |= {
        f"worker_lint/{path.relative_to(PACKAGE).as_posix()}": path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in contents if not name.startswith("worker_lint-")} == set(expected)
    assert [name for name, path in expected.items() if contents[name] != path.read_bytes()] == []


def test_what_the_wheel_holds_is_what_a_run_needs(wheel: Path) -> None:
    names = set(_contents(wheel))
    assert {f"worker_lint/schemas/{name}.schema.json" for name in NAMES} <= names
    assert {f"worker_lint/locate/{name}" for name in ("shell.scm", "vocabulary.json")} <= names
    assert {"worker_lint/py.typed", f"worker_lint-{__version__}.dist-info/licenses/LICENSE"} <= names


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(sdist, tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    again = _build(source, tmp_path / "wheel", "wheel")
    assert again.name == wheel.name
    assert _contents(again) == _contents(wheel)


def test_the_source_distribution_holds_what_the_tests_need(sdist: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(sdist, tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    for name in ("noxfile.py", "examples/cardiac/worker-lint.toml", "tests/test_package.py", ".pre-commit-hooks.yaml"):
        assert (source / name).is_file()


def test_the_installed_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    scripts = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    _run(scripts / "python", "-m", "pip", "install", "--quiet", wheel, cwd=tmp_path)
    assert _run(scripts / "worker-lint", "--version", cwd=tmp_path) == f"worker-lint {__version__}\n"
    for name in NAMES:
        printed = json.loads(_run(scripts / "worker-lint", "schema", name, cwd=tmp_path))
        assert printed == json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    (tmp_path / "train.json").write_text('{"num_workers": -2}\n', encoding="utf-8")
    _run(scripts / "worker-lint", "init", "--yes", cwd=tmp_path)
    assert "entry: worker-lint check" in (tmp_path / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    found = _run(scripts / "worker-lint", "--exit-zero", "--profile=none", "train.json", cwd=tmp_path)
    assert "train.json:1:17: WL101 error" in found
