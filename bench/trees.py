"""Real trees to measure on: wheels of PyPI, pinned by version and hash, unpacked as git checkouts."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from bench.errors import BenchError
from worker_lint import toml_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.programs import Program

LOCK = Path(__file__).with_name("trees.toml")
_EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
"""What git calls the content of an empty file."""


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel, as the lock file pins it."""

    name: str
    version: str
    sha256: str
    title: str
    """What it is an example of."""


def locked(lock: Path = LOCK) -> dict[str, Package]:
    """Return the pinned packages, each by the name that benchmarks have for it."""
    entries = toml_text.parse(lock.read_text(encoding="utf-8"))
    return {name: Package(**entry) for name, entry in entries.items()}


def tree_of(package: Package, cache: Path, program: Program) -> Path:
    """Return the folder with what ``package`` holds, which the pip of ``program`` downloads where it is missing.

    Raises BenchError where it cannot be had, or is not what the lock file says.
    """
    folder = cache / "trees" / f"{package.name}-{package.version}"
    if not folder.is_dir():
        unpack(_wheel(package, cache / "wheels", program), package, folder)
    return folder


def unpack(wheel: Path, package: Package, folder: Path) -> None:
    """Unpack ``wheel`` into ``folder``, as a git checkout. Raises BenchError where it is not what is pinned."""
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != package.sha256:
        raise BenchError(f"{wheel}: is not the file whose hash {LOCK.name} holds; remove it, and run this again")
    half = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(half, ignore_errors=True)
    try:
        with ZipFile(wheel) as archive:
            archive.extractall(half)
    except BadZipFile as error:
        raise BenchError(f"{wheel}: {error}") from error
    track(half)
    half.rename(folder)


def _wheel(package: Package, folder: Path, program: Program) -> Path:
    pattern = f"{package.name}-{package.version}-*.whl"
    for known in folder.glob(pattern):
        return known
    folder.mkdir(parents=True, exist_ok=True)
    requirement = folder / f"{package.name}.txt"
    requirement.write_text(f"{package.name}=={package.version} --hash=sha256:{package.sha256}\n", encoding="utf-8")
    # Only wheels: to look at a source distribution, pip would run code of it.
    done = subprocess.run(
        [program.path("python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary=:all:", "--require-hashes", f"--dest={folder}", f"--requirement={requirement}"],
        capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    for known in folder.glob(pattern):
        return known
    last = done.stderr.strip().splitlines()[-1:]
    raise BenchError(f"{package.name} {package.version} cannot be downloaded: {''.join(last) or 'no word why'}")


def track(folder: Path) -> None:
    """Make ``folder`` a git checkout of its own, in which every file is tracked.

    Without that, programs that ask git would take it for a part of the checkout that holds the cache, and leave it out
    because that one ignores it. Only the names are put into the index, since that is all anybody asks for: the contents
    of 100,000 files need not be stored twice. An empty ``.semgrepignore`` stops semgrep from leaving out tests.
    """
    (folder / ".semgrepignore").touch()
    _git(folder, "init", "--quiet")
    entries = (f"100644 {_EMPTY}\t{name}\0" for name in _files(folder))
    _git(folder, "update-index", "-z", "--index-info", text="".join(entries))


def _files(folder: Path) -> Iterable[str]:
    found = []
    for parent, folders, files in os.walk(folder):
        if ".git" in folders:
            folders.remove(".git")
        found += [Path(parent, name).relative_to(folder).as_posix() for name in files]
    return sorted(found)


def _git(folder: Path, *arguments: str, text: str = "") -> None:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, input=text, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise BenchError(f"git {arguments[0]} failed in {folder}: {done.stderr.strip()}")
