"""The programs that are measured, each in a virtual environment of its own in the cache."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BenchError

ROOT = Path(__file__).parents[1]
PINS = Path(__file__).with_name("peers.txt")
_BUILT_FROM = ("hooks", "schemas", "pyproject.toml")
"""What the wheel of the project is made of."""


@dataclass(frozen=True, slots=True)
class Program:
    """An installed program."""

    version: str
    folder: Path
    """Its environment."""

    def path(self, name: str) -> str:
        """Return the path of a command of it."""
        return os.fspath(self.folder / "bin" / name)


def pins() -> dict[str, str]:
    """Return the version of each peer, by the name of its package."""
    lines = PINS.read_text(encoding="utf-8").split()
    return dict(line.split("==") for line in lines)


def peer(package: str, cache: Path) -> Program:
    """Return a peer in its pinned version, installed. Raises BenchError."""
    version = pins()[package]
    folder = _environment(cache / "programs" / f"{package}-{version}", [f"{package}=={version}"])
    return Program(version, folder)


def worker_lint(cache: Path) -> Program:
    """Return worker-lint as it lies in this checkout, installed from a wheel as users have it. Raises BenchError."""
    folder = _environment(cache / "programs" / "worker-lint", [os.fspath(ROOT)], stamp=_fingerprint())
    return Program(_described("HEAD"), folder)


def worker_lint_at(revision: str, cache: Path) -> Program:
    """Return worker-lint as it was at a git ``revision``, installed. Raises BenchError."""
    commit = _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if not commit:
        raise BenchError(f"{revision} is no revision of this repository")
    requirement = f"git+{ROOT.as_uri()}@{commit}"
    return Program(_described(commit), _environment(cache / "programs" / f"worker-lint-{commit[:12]}", [requirement]))


def _described(revision: str) -> str:
    commit = _git("rev-parse", "--short", revision)
    changed = revision == "HEAD" and _git("status", "--porcelain", "--untracked-files=no", "--", *_BUILT_FROM)
    return f"{commit or 'not a checkout'}{', changed' if changed else ''}"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _fingerprint() -> str:
    """Return a digest of what the wheel is made of."""
    digest = hashlib.sha256()
    for name in _BUILT_FROM:
        for path in sorted([ROOT / name, *(ROOT / name).rglob("*")]):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _environment(folder: Path, requirements: list[str], stamp: str = "") -> Path:
    """Return ``folder`` as an environment with ``requirements``; it is made anew where its stamp is another one."""
    mark = folder / "installed"
    if mark.is_file() and mark.read_text(encoding="utf-8") == stamp:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    _install("-m", "venv", os.fspath(folder), python=sys.executable)
    # The pip that comes with an old Python writes commands that begin with an import of ``re``; no current one does,
    # nor do those that pre-commit and uv bring.
    for wanted in (["--upgrade", "pip"], requirements):
        _install(
            "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted, python=folder / "bin/python"
        )
    mark.write_text(stamp, encoding="utf-8")
    return folder


def _install(*arguments: str, python: str | Path) -> None:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [os.fspath(python), *arguments], capture_output=True, encoding="utf-8", env=environ, check=False
    )
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise BenchError(f"{arguments[-1]} cannot be installed: {''.join(last) or 'no word why'}")
