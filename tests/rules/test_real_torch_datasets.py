"""What the pages say of datasets in workers, held against torch: what the examples do, and what to use instead does."""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from worker_lint.rules import RULES

pytest.importorskip("torch", reason="torch is not installed (pip install torch)")

PAGES = {rule.code: rule.page for rule in RULES}
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def shown(code, section):
    (text,) = re.findall(rf"## {section}\n\n```python\n(.*?)```", PAGES[code], re.DOTALL)
    return text


def run(code, folder, epochs=1, **names):
    """Execute ``code`` in ``folder`` and return what its ``loader`` gives, epoch by epoch, or what it raises.

    In a process of its own, as the loader's iterators leave threads behind.
    """
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(_run, code, folder, epochs, names).result(timeout=120)


def _run(code, folder, epochs, names):
    os.chdir(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's own advice on the number of workers
        try:
            exec(compile(code, "example", "exec"), names)  # noqa: S102 - our own example
            return [[item for batch in names["loader"] for item in _items(batch)] for _ in range(epochs)]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is asked for
            return f"{type(error).__name__}: {error}"


def _items(batch):
    return batch.flatten().tolist() if hasattr(batch, "flatten") else list(batch)


@pytest.mark.parametrize(("section", "times"), [("Example", 2), ("Use instead", 1)])
def test_each_worker_reads_the_whole_of_an_iterable_dataset(tmp_path, section, times):
    (tmp_path / "train.txt").write_text("".join(f"line {n}\n" for n in range(8)))
    (items,) = run(shown("WL502", section), tmp_path)
    assert Counter(items) == {f"line {n}\n": times for n in range(8)}


RECORDS = """
import time
from torch.utils.data import DataLoader, Dataset

class Records(Dataset):
    def __init__(self):
        self.file = open("records", "rb", buffering=0)

    def __len__(self):
        return 64

    def __getitem__(self, index):
        self.file.seek(index)
        time.sleep(0.002)  # another worker seeks
        return self.file.read(1)[0]
"""
LAZY = RECORDS.replace('open("records", "rb", buffering=0)', "None").replace(
    "        self.file.seek",
    '        self.file = self.file or open("records", "rb", buffering=0)\n        self.file.seek',
)
FORKED = 'loader = DataLoader(Records(), num_workers=4, multiprocessing_context="fork")'


def test_forked_workers_share_the_position_in_a_file(tmp_path, judged):
    (tmp_path / "records").write_bytes(bytes(range(64)))
    for code, found in ((RECORDS, 1), (LAZY, 0)):
        assert len(judged("WL506", code + FORKED).findings) == found
        assert (run(code + FORKED, tmp_path) != [list(range(64))]) == found


def test_an_open_file_cannot_be_sent_to_a_worker(tmp_path):
    (tmp_path / "records").write_bytes(bytes(range(64)))
    spawned = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nfrom reading import *\n" + FORKED.replace(
        "fork", "spawn"
    )
    (tmp_path / "reading.py").write_text(RECORDS)
    assert run(spawned, tmp_path).startswith("TypeError: cannot pickle '_io.FileIO' object")
    (tmp_path / "reading.py").write_text(LAZY)
    assert run(spawned, tmp_path) == [list(range(64))]


INNER = """
from torch.utils.data import DataLoader

def collate(batch):
    return [item for part in DataLoader(batch, num_workers={inner}) for item in part.tolist()]

loader = DataLoader(range(4), batch_size=2, num_workers=2, collate_fn=collate)
"""


def test_a_worker_cannot_have_workers(tmp_path, judged):
    (finding,) = judged("WL508", INNER.format(inner=1)).findings
    raised = "AssertionError: Caught AssertionError in DataLoader worker process 0"
    assert run(INNER.format(inner=1), tmp_path).startswith(raised)
    assert "daemonic processes are not allowed to have children" in run(INNER.format(inner=1), tmp_path)
    assert "AssertionError, daemonic processes are not allowed to have children" in finding.message
    assert not judged("WL508", INNER.format(inner=0)).findings
    assert run(INNER.format(inner=0), tmp_path) == [[0, 1, 2, 3]]


@pytest.mark.parametrize(("section", "repeats"), [("Example", True), ("Use instead", False)])
def test_workers_draw_the_same_from_copies_of_a_generator(tmp_path, section, repeats):
    first, second = run(shown("WL504", section), tmp_path, epochs=2)
    assert len(set(first)) == (2 if repeats else 8)
    assert (first == second) == repeats


DRAWS = """
class Draws(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, index):
        return np.random.randint(1_000_000)

dataset = Draws()
"""


@pytest.mark.parametrize(
    ("seed", "different", "repeats"),
    [("42", 2, True), ("worker_id", 8, True), ("torch.initial_seed() % 2**32", 8, False)],
)
def test_a_seed_of_workers_repeats_what_they_draw(tmp_path, judged, seed, different, repeats):
    head, function = re.split(r"\n\n", shown("WL503", "Example"), maxsplit=1)
    code = f"{head}\n{DRAWS}\n{function.replace('42', seed)}"
    first, second = run(code, tmp_path, epochs=2)
    assert len(set(first)) == different
    assert (first == second) == repeats
    assert bool(judged("WL503", code).findings) == repeats


@pytest.mark.parametrize(("section", "seen"), [("Example", [0, 0, 0]), ("Use instead", [0, 1, 2])])
def test_persistent_workers_keep_the_dataset_of_the_first_epoch(tmp_path, section, seen):
    batches = []
    code = shown("WL505", section).replace("train(batch)", "batches.append(int(batch[0]))")
    (items,) = run(
        code + "loader = [[batches[0], batches[8], batches[16]]]\n", tmp_path, batches=batches, __name__="__main__"
    )
    assert items == seen
