"""The gate as a new user meets it: a repository that has many findings, and is to get no more of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOOKS = Path(__file__).parents[1] / "hooks"
BASELINE = "worker-lint-baseline.json"
IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.org")


def environment():
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    return {**kept, "PYTHONPATH": str(HOOKS), "CI": "true", "GIT_CONFIG_GLOBAL": os.devnull}


class Repository:
    def __init__(self, folder):
        self.folder = folder

    def git(self, *arguments):
        subprocess.run(
            ["git", *IDENTITY, *arguments], cwd=self.folder, env=environment(), check=True, capture_output=True
        )

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def change(self, name, before, after):
        text = (self.folder / name).read_text("utf-8")
        assert before in text
        self.write(name, text.replace(before, after, 1))

    def run(self, *arguments, below="."):
        """Check: the status, the findings one a line, and what is said besides."""
        done = subprocess.run(
            [sys.executable, "-m", "worker_lint", "--output-format=concise", *arguments],
            cwd=self.folder / below, env=environment(), capture_output=True, encoding="utf-8", check=False,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        *found, summary = done.stdout.splitlines()
        return done.returncode, found, summary, done.stderr


@pytest.fixture
def repository(tmp_path):
    """A repository without settings, of the kind that grew: loaders, configurations, scripts and a notebook."""
    made = Repository(tmp_path)
    loader = "from torch.utils.data import DataLoader\n\n\ndef loaders(data):\n"
    for number in range(6):
        made.write(
            f"src/model_{number}/data.py",
            loader
            + "    train = DataLoader(data, num_workers=0, persistent_workers=True)\n"
            + "    val = DataLoader(data, num_workers=-1)\n"
            + "    return train, val, DataLoader(data, num_workers='4', prefetch_factor=0)\n",
        )
    for number in range(8):
        made.write(
            f"configs/run_{number}.json",
            json.dumps({"loader": {"num_workers": 0, "persistent_workers": True}}, indent=2),
        )
        made.write(f"configs/run_{number}.yaml", "loader:\n  batch_size: 8\n  num_workers: -2\n")
    made.git("init", "--quiet")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message=All of it")
    return made


def test_a_repository_with_many_findings_accepts_them_and_gets_no_more(repository):
    status, found, summary, _ = repository.run()
    assert status == 1
    number = len(found)
    assert number >= 35
    assert summary.startswith(f"{number} findings (")

    status, found, summary, said = repository.run("--write-baseline", BASELINE)
    assert (status, found) == (0, [])
    assert f"{number} in the baseline" in summary
    assert f"{BASELINE}: {number} known" in said
    repository.write("worker-lint.toml", f'baseline = "{BASELINE}"\n')
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message=Accept what is there")

    # Green, from the top and from below, as a whole and file by file.
    status, found, summary, said = repository.run()
    assert (status, found, "no longer" in said) == (0, [], False)
    assert repository.run(below="src")[:2] == (0, [])
    assert repository.run("data.py", below="src/model_0")[:2] == (0, [])
    assert repository.run("src/model_0/data.py", "configs/run_1.json")[:2] == (0, [])

    # One bad line more: red, and it alone is named.
    repository.change("src/model_3/data.py", "    return", "    test = DataLoader(data, num_workers=-2)\n    return")
    status, found, *_ = repository.run()
    assert status == 1
    assert [re.sub(r"^(.*?: WL\d+).*", r"\1", line) for line in found] == ["src/model_3/data.py:7:41: WL101"]
    assert repository.run("src/model_3/data.py")[:2] == (1, found)

    # Mended, and everything else moved and reformatted: green.
    repository.change("src/model_3/data.py", "num_workers=-2", "num_workers=2")
    for number_of_model in range(6):
        repository.change(f"src/model_{number_of_model}/data.py", "def loaders", "# Two more lines.\n\ndef loaders")
        repository.change(
            f"src/model_{number_of_model}/data.py",
            "DataLoader(data, num_workers=-1)",
            "DataLoader(\n        data,\n        num_workers=-1,\n    )",
        )
    status, found, _, said = repository.run()
    assert (status, found, "no longer" in said) == (0, [], False)

    # What was known is mended: green, and it is said that the baseline can go down.
    repository.change("src/model_5/data.py", "num_workers=-1", "num_workers=1")
    for arguments in ((), ("src/model_5/data.py",)):
        status, found, _, said = repository.run(*arguments)
        assert (status, found) == (0, [])
        assert "lists 1 finding that is no longer there (src/model_5/data.py: WL101 num_workers)" in said
    assert "no longer" not in repository.run("src/model_4/data.py")[3]
    repository.run("--write-baseline", BASELINE)
    status, found, summary, said = repository.run()
    assert (status, found, "no longer" in said) == (0, [], False)
    assert f"{number - 1} in the baseline" in summary


def test_it_accepts_them_in_comments_where_comments_can_stand(repository):
    before = {path: path.read_text("utf-8") for path in repository.folder.rglob("*.*") if ".git" not in path.parts}
    status, found, summary, said = repository.run("--add-ignore", "--reason", "before the rule")
    assert status == 1
    assert {line.partition(":")[0] for line in found} == {f"configs/run_{number}.json" for number in range(8)}
    assert "suppressed; 8 findings left (8 warnings)" in summary
    assert "the settings can suppress what is found ([[suppressions]]), or a baseline list it" in said
    for path, text in before.items():
        after = path.read_text("utf-8")
        assert re.sub(r"  # worker-lint: ignore\[[^]]*\] before the rule$", "", after, flags=re.MULTILINE) == text
    repository.write(
        "worker-lint.toml", "[[suppressions]]\npath = 'configs/*.json'\nrules = ['WL401']\nreason = 'before the rule'\n"
    )
    assert repository.run()[:2] == (0, [])
    assert repository.run("configs/run_0.json", "src/model_0/data.py")[:2] == (0, [])
