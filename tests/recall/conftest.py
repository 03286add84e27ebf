"""A checkout that is large enough for the cache, and runs in it."""

from __future__ import annotations

import json
import os
import subprocess
import time

import pytest

from worker_lint import policies, settled
from worker_lint.cli import main
from worker_lint.recall.past_run import PastRun
from worker_lint.settings_place import CACHE_VARIABLE

FILES = 110
LOADER = "from torch.utils.data import DataLoader\nloader = DataLoader(data, num_workers={})\n"


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, *arguments], check=True, capture_output=True)


def later(path, text):
    """Write ``text`` in another tick of the clock."""
    time.sleep(0.02)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """The current folder, in which all is tracked; no time has to pass before its files are relied on."""
    folder = tmp_path / "checkout"
    (folder / "sub").mkdir(parents=True)
    for number in range(FILES):
        (folder / f"plain_{number}.py").write_text(f"print({number})\n", encoding="utf-8")
    (folder / "train.py").write_text(LOADER.format(8), encoding="utf-8")
    (folder / "sub" / "train.py").write_text(LOADER.format(-4), encoding="utf-8")
    (folder / "config.json").write_text('{"dataloader_num_workers": -1}\n', encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", os.fspath(tmp_path))
    monkeypatch.delenv(CACHE_VARIABLE, raising=False)
    monkeypatch.setattr(settled, "_PATIENCE", 0)
    for name in (*policies._CI_VARIABLES, "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    time.sleep(0.05)
    return folder


@pytest.fixture
def check(capsys):
    """Check; the exit status, what the report says, and what was said besides."""

    def run(*arguments):
        capsys.readouterr()
        status = main(["check", "--output-format=json", "--profile=none", *arguments])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else None, said.err

    return run


@pytest.fixture
def recalled(monkeypatch):
    """A list with an entry for each run that looks for an answer: whether it was given again."""
    found = []
    before = PastRun.answer

    def answer(self):
        given = before(self)
        found.append(given is not None)
        return given

    monkeypatch.setattr(PastRun, "answer", answer)
    return found
