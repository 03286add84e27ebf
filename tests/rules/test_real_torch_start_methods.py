"""What the pages say of workers that start afresh, held against torch: each script runs in a Python of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from worker_lint.rules import RULES

pytest.importorskip("torch", reason="torch is not installed (pip install torch)")

PAGES = {rule.code: rule.page for rule in RULES}
SET_UP = 'import multiprocessing\nmultiprocessing.set_start_method("{method}", force=True)\n'
READ = "\nif __name__ == '__main__':\n    for _ in loader:\n        pass\n    print('read')\n"
NAMES = "dataset = [(1, 2), (3, 4)]\n"
TORCH = "import threading\nfrom torch.utils.data import DataLoader, Dataset\n"


def shown(code, section):
    (text,) = re.findall(rf"## {section}\n\n```python\n(.*?)```", PAGES[code], re.DOTALL)
    return text


def run(folder, script, method):
    """Run ``script`` where processes are started by ``method``; return what it prints, and its standard error."""
    (folder / "train.py").write_text(script, encoding="utf-8")
    (folder / "sitecustomize.py").write_text(SET_UP.format(method=method), encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": os.fspath(folder)}
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout.strip(), done.stderr


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_a_lambda_reaches_only_workers_that_are_forked(tmp_path, method):
    printed, error = run(tmp_path, NAMES + shown("WL602", "Example") + READ, method)
    assert (printed == "read") == (method == "fork")
    assert ("PicklingError: Can't pickle <function <lambda>" in error) == (method != "fork")


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_function_of_the_module_reaches_every_worker(tmp_path, method):
    printed, error = run(tmp_path, NAMES + shown("WL602", "Use instead") + READ, method)
    assert printed == "read", error


OWN = "class D(Dataset):\n  def __init__(self):\n    {}\n  def __len__(self): return 2\n  def __getitem__(self, i): return i\n"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "def make():\n  def f(b): return b\n  return DataLoader(dataset, num_workers=1, collate_fn=f)\nloader = make()",
            "AttributeError|PicklingError",
        ),
        (
            "def make(n):\n  return lambda b: b[:n]\nloader = DataLoader(dataset, num_workers=1, collate_fn=make(2))",
            "AttributeError|PicklingError",
        ),
        (
            "def make():\n  class D(list): pass\n  return DataLoader(D(dataset), num_workers=1)\nloader = make()",
            "AttributeError|PicklingError",
        ),
        (
            OWN.format("self.f = lambda x: x") + "loader = DataLoader(D(), num_workers=1)",
            "AttributeError|PicklingError",
        ),
        (OWN.format("self.lock = threading.Lock()") + "loader = DataLoader(D(), num_workers=1)", "TypeError"),
        (OWN.format("self.file = open(__file__)") + "loader = DataLoader(D(), num_workers=1)", "TypeError"),
        (OWN.format("self.lines = (x for x in [1])") + "loader = DataLoader(D(), num_workers=1)", "TypeError"),
        (
            "loader = DataLoader(dataset, num_workers=1, worker_init_fn=lambda i: None)",
            "AttributeError|PicklingError",
        ),
    ],
    ids=["nested", "closure", "class", "attribute", "lock", "file", "generator", "set up"],
)
def test_what_is_found_cannot_be_pickled(tmp_path, judged, text, error):
    script = TORCH + NAMES + text + READ
    (finding,) = judged("WL602", script).findings
    assert finding.message.split(" raises ")[1].startswith(error.split("|")[-1])
    printed, said = run(tmp_path, script, "spawn")
    assert printed == ""
    assert re.search(rf"^(?:\w+\.)*(?:{error}): ", said, re.MULTILINE), said


def test_a_sampler_stays_in_the_main_process(tmp_path, judged):
    text = (
        "class S:\n  def __init__(self):\n    self.f = lambda x: x\n  def __iter__(self): return iter([0, 1])\n"
        "  def __len__(self): return 2\nloader = DataLoader(dataset, num_workers=1, sampler=S())"
    )
    assert not judged("WL602", TORCH + NAMES + text).findings
    assert run(tmp_path, TORCH + NAMES + text + READ, "spawn")[0] == "read"


SAMPLES = "def train(batch): print('trained')\ndataset = [1, 2]\n"


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_script_without_the_guard_fails_in_its_workers(tmp_path, method):
    printed, error = run(tmp_path, SAMPLES + shown("WL601", "Example"), method)
    assert printed == ""
    assert "An attempt has been made to start a new process before the" in error
    assert re.search(r"RuntimeError: DataLoader worker \(pid\(s\) [\d, ]+\) exited unexpectedly", error)


@pytest.mark.parametrize(("section", "method"), [("Example", "fork"), ("Use instead", "spawn")])
def test_a_fork_needs_no_guard_and_what_has_one_runs_everywhere(tmp_path, section, method):
    printed, error = run(tmp_path, SAMPLES + shown("WL601", section), method)
    assert printed == "trained", error


@pytest.mark.parametrize(("section", "started"), [("Example", 3 * 2), ("Use instead", 2)])
def test_workers_that_do_not_persist_are_started_in_every_epoch(tmp_path, section, started):
    shown_code = (
        shown("WL604", section)
        .replace("range(10)", "range(3)")
        .replace("num_workers=2", "num_workers=2, worker_init_fn=note")
    )
    note = (
        "def note(worker):\n    with open('started', 'a') as file:\n        file.write('.')\ndef train(batch): pass\n"
    )
    printed, error = run(tmp_path, f"{note}{shown_code}if __name__ == '__main__':\n    main([1, 2])\n", "fork")
    assert (printed, error) == ("", "")
    assert len((tmp_path / "started").read_text()) == started


@pytest.mark.parametrize(("section", "printed"), [("Example", ""), ("Use instead", "read")])
def test_a_main_module_without_a_file_hides_its_classes_from_workers(tmp_path, section, printed):
    # As in a notebook, whose code comes from no file.
    part = re.search(rf"## {section}\n(.*?)\n## ", PAGES["WL603"], re.DOTALL)[1]
    lines = re.search(r'"source": (\[.*?\n   \])', part, re.DOTALL)[1]
    (tmp_path / "sitecustomize.py").write_text(SET_UP.format(method="spawn"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "".join(json.loads(lines)) + READ], cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.fspath(tmp_path)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == printed, done.stderr
    assert ("AttributeError: Can't get attribute 'Squares' on <module '__main__'" in done.stderr) == (printed == "")
    assert (re.search(r"RuntimeError: DataLoader worker .* exited unexpectedly", done.stderr) is None) == bool(printed)
