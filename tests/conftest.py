"""What several tests share."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).parents[1]

# How long an example takes says something of the machine and what else it does, and nothing of the code.
settings.register_profile("untimed", parent=settings(), deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def tool() -> Callable[[str], ModuleType]:
    """The module of a script in ``tools``, by its name."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def project(tool: Callable[[str], ModuleType], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it lies in the working tree, as one commit of a git repository of its own: not to be changed."""
    folder = tmp_path_factory.mktemp("project") / "worker-lint"
    tool("write_consoles").copy_of_the_project(folder)
    return folder


@pytest.fixture
def checkout(project: Path, tmp_path: Path) -> Path:
    """A copy of that, to be changed at will."""
    folder = tmp_path / "worker-lint"
    shutil.copytree(project, folder)
    return folder
