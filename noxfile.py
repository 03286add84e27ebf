"""The checks of the project: every supported Python, linters, the lowest dependencies, the wheel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.10.14"
nox.options.default_venv_backend = "uv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # a missing interpreter skips its session, in CI too
nox.options.sessions = ["lint", "tests", "lowest", "wheel", "docs"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
OWN = "{}.{}".format(*sys.version_info)
PYTHONS = sorted({*nox.project.python_versions(PYPROJECT), OWN}, key=lambda text: int(text.split(".")[1]))
EXAMPLE = "examples/cardiac"


def _offer_pyenv() -> None:
    """Let each ``python3.N`` that pyenv keeps be found: without this only the selected one answers."""
    if "PYENV_VERSION" in os.environ or shutil.which("pyenv") is None:
        return
    listed = subprocess.run(["pyenv", "versions", "--bare"], capture_output=True, text=True, check=False).stdout.split()
    selected = subprocess.run(["pyenv", "version-name"], capture_output=True, text=True, check=False).stdout.strip()
    known = [name for name in listed if name.rpartition(".")[0] in PYTHONS]
    if known:
        os.environ["PYENV_VERSION"] = ":".join(dict.fromkeys([*filter(None, selected.split(":")), *known]))


_offer_pyenv()


def _group(name: str) -> list[str]:
    return nox.project.dependency_groups(PYPROJECT, name)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff, mypy and worker-lint itself."""
    session.install("--editable", ".", *_group("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("worker-lint", "--config", "pyproject.toml")
    session.run("zizmor", "--offline", "--quiet", "action.yml")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests; the slow ones, which say the same on every Python, on the one that runs nox."""
    session.install("--editable", ".", *_group("test"))
    quick = [] if session.python == OWN else ["-m", "not slow"]
    session.run("pytest", "--numprocesses=2", *quick, *session.posargs)


@nox.session(python="3.10")
def lowest(session: nox.Session) -> None:
    """The quick tests with the lowest versions of what pyproject.toml asks for."""
    session.install("--resolution=lowest-direct", "--editable", ".", *_group("test"))
    session.run("pytest", "--numprocesses=2", "-m", "not slow", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """The wheel, built from the source distribution, checks the example on its own."""
    folder = Path(session.create_tmp(), "dist")
    shutil.rmtree(folder, ignore_errors=True)
    session.run("uv", "build", "--quiet", "--out-dir", str(folder), external=True)
    session.install(*map(str, folder.glob("*.whl")))
    session.run("worker-lint", EXAMPLE, success_codes=[1], silent=True)
    session.run("worker-lint", "--isolated", "--profile=none", EXAMPLE, success_codes=[1], silent=True)


@nox.session
def docs(session: nox.Session) -> None:
    """The site of the documentation, in which every link and anchor leads somewhere."""
    session.install(*_group("docs"))
    site = Path(session.create_tmp(), "site")
    session.run("mkdocs", "build", "--strict", "--site-dir", str(site), env={"NO_MKDOCS_2_WARNING": "1"})


@nox.session
def torch(session: nox.Session) -> None:
    """The rules about options and datasets against the real DataLoader. Not run by default: torch is large.

    WORKER_LINT_TORCH says what to install, and from where: "torch==2.13.0+cpu --find-links=wheels".
    """
    session.install(*os.environ.get("WORKER_LINT_TORCH", "torch --torch-backend=cpu").split())
    session.install("numpy", "--editable", ".", *_group("test"))  # torch warns where numpy is missing
    session.run("pytest", "tests/rules/test_real_torch.py", "tests/rules/test_real_torch_datasets.py", *session.posargs)
