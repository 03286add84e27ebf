"""Trees are what the lock file pins, and look like checkouts to programs that ask git."""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from bench.errors import BenchError
from bench.trees import Package, locked, tree_of, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from bench.programs import Program


def wheel(path: Path, sha256: str | None = None) -> Package:
    """Write a tiny wheel to ``path``, and return what pins it, or what pins another one."""
    with ZipFile(path, "w") as archive:
        archive.writestr("tiny/__init__.py", "num_workers = 1\n")
        archive.writestr("tiny/.gitignore", "*\n")
    return Package("tiny", "1.0", sha256 or hashlib.sha256(path.read_bytes()).hexdigest(), "tiny")


def test_a_wheel_becomes_a_checkout_of_its_own(tmp_path: Path) -> None:
    # The cache lies in a checkout that ignores it.
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("/trees/\n", encoding="utf-8")
    unpack(tmp_path / "tiny.whl", wheel(tmp_path / "tiny.whl"), tmp_path / "trees" / "tiny-1.0")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=tmp_path / "trees" / "tiny-1.0", capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert listed.split() == [".semgrepignore", "tiny/.gitignore", "tiny/__init__.py"]


def test_another_file_than_the_pinned_one_is_refused(tmp_path: Path) -> None:
    package = wheel(tmp_path / "tiny.whl", sha256="0" * 64)
    with pytest.raises(BenchError, match="is not the file whose hash"):
        unpack(tmp_path / "tiny.whl", package, tmp_path / "tiny-1.0")
    assert not (tmp_path / "tiny-1.0").exists()


def test_a_wheel_that_is_there_is_not_downloaded(tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    package = wheel(tmp_path / "wheels" / "tiny-1.0-py3-none-any.whl")
    nobody: Program = None  # type: ignore[assignment]  # whoever asked it for pip would fail
    folder = tree_of(package, tmp_path, nobody)
    assert (folder / "tiny" / "__init__.py").is_file()


def test_the_lock_file_pins_every_tree() -> None:
    for name, package in locked().items():
        assert len(package.sha256) == 64, name
        assert package.version, name
