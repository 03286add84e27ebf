"""The script that holds fixes of real repositories against other parsers sees what it is there to see."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


@pytest.fixture(scope="module")
def check_fix() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_fix", HERE / "check_fix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cell(*source: str, **more: object) -> str:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("a.py", "f(num_workers=4)", "f(num_workers=0)", id="a count"),
        pytest.param("a.py", "f(persistent_workers=True)", "f(persistent_workers=n > 0)", id="a guard"),
        pytest.param("a.py", "f(timeout=t)", "f(timeout=t if n > 0 else 0)", id="a guard around a value"),
        pytest.param("a.py", "{'multiprocessing_context': 'spawn'}", "{'multiprocessing_context': None}", id="a key"),
        pytest.param("a.py", "o(help='is 4')", "o(help='is %(default)s')", id="a default in a help text"),
        pytest.param("a.py", "o(description='is 4.')", "o(description='is 8.')", id="a default in a description"),
        pytest.param("a.py", "print 'num_workers', 4", "print 'num_workers', 0", id="Python 2"),
        pytest.param("a.json", '{"data": {"num_workers": 4}}', '{"data": {"num_workers": 0}}', id="a key of JSON"),
        pytest.param("a.json", '{"args": ["-j", "4"]}', '{"args": ["-j", "0"]}', id="an argument"),
        pytest.param("a.json", '{"num_workers": 4} // x', '{"num_workers": 0} // x', id="JSON with comments"),
        pytest.param("a.yaml", "num_workers: 4 # x", "num_workers: 0 # x", id="a key of YAML"),
        pytest.param("a.toml", "num_workers = 4", "num_workers = 0", id="a key of TOML"),
        pytest.param("a.ipynb", cell("f(num_workers=4)"), cell("f(num_workers=0)"), id="a cell"),
        pytest.param("a.ipynb", cell("!f -j 4"), cell("!f -j 0"), id="a command of a cell"),
        pytest.param("a.sh", "f -j4 || true", "f -j0 || true", id="a command"),
    ],
)
def test_silent(check_fix: ModuleType, name: str, before: str, after: str) -> None:
    assert check_fix.problem_with(Path(name), before.encode(), after.encode()) is None


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("a.py", "f(num_workers=4)", "f(num_workers=0", id="Python that does not parse"),
        pytest.param("a.py", "f(num_workers=4)", "f(num_worker=4)", id="another keyword"),
        pytest.param("a.py", "f(num_workers=4)", "f(num_workers=n)", id="code for a number"),
        pytest.param("a.py", "f(4)", "f(4, 5)", id="another argument"),
        pytest.param("a.py", "x = 'a'", "x = 'b'", id="another text"),
        pytest.param("a.py", "o(help='is 4')", "o(help='was 4')", id="another help text"),
        pytest.param("a.py", "o(name='is 4')", "o(name='is 8')", id="a number in another text"),
        pytest.param("a.py", "f(shuffle=True)", "f(shuffle=n > 0)", id="a guard of another option"),
        pytest.param("a.json", '{"num_workers": 4, "lr": 1}', '{"num_workers": 4, "lr": 2}', id="another number"),
        pytest.param("a.json", '{"num_workers": 4}', '{"num_workers": 4', id="JSON that does not parse"),
        pytest.param("a.yaml", "a: {num_workers: 4}\nb: 1", "a: {num_workers: 4}\nb: 2", id="another key of YAML"),
        pytest.param("a.toml", "num_workers = 4\nlr = 1", "num_workers = 4\n", id="a key of TOML that is gone"),
        pytest.param("a.ipynb", cell("f(4)", id="a"), cell("f(0)", id="b"), id="another id"),
        pytest.param("a.ipynb", cell("f(4)"), cell("f(0)", outputs=[1]), id="a notebook that is not valid"),
        pytest.param("a.sh", "f -j 4", "f -k 4", id="another option of a command"),
        pytest.param("a.sh", "f -j 4", "f -j 0 '", id="a quote that is never closed"),
    ],
)
def test_a_change_that_is_too_much_is_seen(check_fix: ModuleType, name: str, before: str, after: str) -> None:
    assert check_fix.problem_with(Path(name), before.encode(), after.encode()) is not None


@pytest.mark.slow
def test_the_example_repository_is_fixed_as_it_should_be(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, HERE / "check_fix.py", tmp_path / "examples"],
        env={"PYTHONPATH": str(ROOT / "hooks"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors" in done.stdout
    assert ": 0 wrong" in done.stdout
