from __future__ import annotations

import pytest

QUEUE = """\
import torchio as tio
from torch.utils.data import DataLoader

def patches(subjects, sampler):
    queue = tio.Queue(subjects, 300, 10, sampler{inner})
    return {loader}(queue, batch_size=16{outer})
"""


def queue(inner="", outer="", loader="DataLoader"):
    return QUEUE.format(inner=inner, outer=outer, loader=loader)


@pytest.fixture
def said(judged):
    return lambda text: [str(f.severity) + ": " + f.message for f in judged("WL901", text).findings]


def test_a_queue_with_workers_of_its_own(said):
    (line,) = said(queue(", num_workers=4", ", num_workers=2"))
    assert line == (
        "error: the loader of a Queue has 2 workers; the Queue has 4 of its own, which no worker may start; "
        "the first batch raises RuntimeError"
    )


@pytest.mark.parametrize("inner", ["", ", num_workers=0"])
def test_a_queue_that_is_copied(said, inner):
    (line,) = said(queue(inner, ", num_workers=2", "tio.SubjectsLoader"))
    assert line.startswith("warning: ")
    assert line.endswith("the Queue is then copied, and each worker loads and fills one of its own")


@pytest.mark.parametrize("outer", ["", ", num_workers=0", ", num_workers=n"])
def test_a_queue_in_a_loader_that_may_have_none(said, outer):
    assert not said(queue(", num_workers=4", outer))


def test_no_0_is_written_beside_what_needs_workers(judged):
    text = queue(", num_workers=4", ", num_workers=2, persistent_workers=True")
    found = judged("WL901", text)
    assert found.findings
    assert found.fixed == text


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("num_workers=2, persistent_workers=True", "persistent workers keep the items of the first epoch"),
        ("num_workers=n, multiprocessing_context='spawn'", "spawned workers hold copies that are never replaced"),
    ],
)
def test_items_that_workers_never_see(said, options, says):
    code = "from monai.data import DataLoader, SmartCacheDataset\nloader = DataLoader(SmartCacheDataset(items), {})\n"
    (line,) = said(code.format(options))
    assert line == f"warning: a SmartCacheDataset replaces items in the main process, but {says}"
    assert not said(code.format("num_workers=2"))
    assert not said(code.format("num_workers=0, persistent_workers=True"))
    assert not said(code.format(options).replace("SmartCache", "Cache"))


@pytest.mark.parametrize("method", ["enable_cpu_affinity", "enable_multithreading"])
def test_methods_that_need_workers(said, method):
    code = f"""\
from torch_geometric.loader import NeighborLoader  # with workers
loader = NeighborLoader(data, [10]{{}})
with loader.{method}():
    pass
"""
    (line,) = said(code.format(""))
    assert line == f"error: {method} needs a loader with workers, and this one has none; it raises ValueError"
    assert said(code.format(", num_workers=0"))
    assert said(code.format(", num_workers=0").replace(")\nwith", ").to(device)\nwith"))
    assert not said(code.format(", num_workers=2"))
    assert not said(code.format(", num_workers=n"))
    assert not said(code.format(", **options"))
    assert not said(code.format("").replace("torch_geometric.loader", "ours"))


def test_the_affinity_of_dgl_is_for_loaders_on_the_cpu(said):
    code = "import dgl\nloader = dgl.dataloading.DataLoader(g, ids, s)  # workers\nloader.enable_cpu_affinity()\n"
    assert [line.rpartition("; ")[2] for line in said(code)] == ["it raises Exception where it is on the CPU"]


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("import mindspore.dataset as ds\nd = ds.MnistDataset(path, num_parallel_workers={})\n", 0),
        ("from datasets import load_dataset\nd = load_dataset('x').map(f, num_proc={})  # num_workers\n", -1),
    ],
)
def test_keywords_with_a_lowest_value(said, code, number):
    (line,) = said(code.format(number))
    assert line.startswith("error: ")
    assert line.endswith("and raises ValueError on this")
    assert not said(code.format(number + 1))
    assert not said(code.format("n"))
    assert not said(code.format(number) + f"own(num_proc={number}, num_parallel_workers={number})\n" * 2)[1:]
    assert not said(code.format(number).replace("mindspore", "other").replace("datasets", "other"))
