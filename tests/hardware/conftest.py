"""A machine on disk: a folder that stands in for / and holds the files that a kernel would show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Mapping[str, str]], Path]:
    """Return a function that writes files, by their paths below /, and returns the folder that holds them."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def examples() -> Path:
    """Return the folder of the example profiles."""
    return Path(__file__).parents[2] / "examples" / "profiles"
