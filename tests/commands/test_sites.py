"""``worker-lint sites`` as a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[2] / "hooks"


def run(folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(HOOKS)}
    command = [sys.executable, "-m", "worker_lint", "sites", "--isolated", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "train.py").write_text(
        "from torch.utils.data import DataLoader as DL\nDL(d, 32, True, None, None, 4)\nn = c.get('num_workers',\n  a.b)\n"
    )
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "größe.json").write_text('{"größe": [{"num_workers": "auto"}]}')
    return tmp_path


def test_a_row_a_site(folder):
    done = run(folder)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        'conf/größe.json:1:28: key num_workers = "auto"',
        "train.py:2:29: call-positional num_workers = 4",
        "train.py:4:3: fallback num_workers = a.b",
        "3 sites, 1 of them literals; 2 files read",
    ]


def test_as_json(folder):
    rows = json.loads(run(folder, "--output-format", "json").stdout)["sites"]
    assert [set(row) for row in rows] == [set(rows[0])] * 3
    assert rows[0] == {
        "path": "conf/größe.json",
        "cell": None,
        "line": 1,
        "column": 28,
        "language": "json",
        "form": "key",
        "name": "num_workers",
        "value": '"auto"',
        "literal": False,
        "callee": None,
        "pointer": "/größe/0/num_workers",
        "origin": None,
        "confidence": 60,
        "evidence": ["num_workers needs context"],
    }
    assert rows[1]["callee"] == "torch.utils.data.DataLoader"
    assert rows[1]["literal"] is True


def test_nothing(tmp_path):
    assert json.loads(run(tmp_path, "--output-format", "json").stdout) == {"sites": []}


def test_a_file_that_cannot_be_read_does_not_hide_the_others(folder):
    (folder / "broken.json").write_text('{"num_workers": 4')
    done = run(folder)
    assert done.returncode == 2
    assert done.stderr.startswith("error: broken.json:1:18: not JSON: ")
    assert "train.py:2:29" in done.stdout


def test_a_missing_path(tmp_path):
    done = run(tmp_path, "nowhere")
    assert (done.returncode, done.stderr) == (2, "error: nowhere: No such file or directory; name a file or a folder\n")
