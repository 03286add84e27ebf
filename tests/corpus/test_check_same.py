"""The script that holds runs against each other sees where they differ."""

from __future__ import annotations

import importlib.util
import shlex
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def check_same() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_same", HERE / "check_same.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def checkouts(tmp_path: Path) -> Path:
    folder = tmp_path / "checkouts" / "one"
    folder.mkdir(parents=True)
    (folder / "train.py").write_text("DataLoader(data, num_workers=-1)\n", encoding="utf-8")
    return tmp_path / "checkouts"


def test_runs_that_agree_pass(check_same, checkouts, capsys):
    assert check_same.main([str(checkouts), "--reference", check_same.TOOL]) == 0
    assert capsys.readouterr().out == "1 compared\n"


def test_a_run_that_differs_is_named(check_same, checkouts, capsys):
    code = "import sys; print([each for each in sys.argv if 'cache' not in each or 'no' in each])"
    tool = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)}"
    assert check_same.main([str(checkouts), "--tool", tool, "--reference", tool]) == 1
    assert "one: three processes gives another report\n" in capsys.readouterr().out
