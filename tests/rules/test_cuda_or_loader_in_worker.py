from __future__ import annotations

import pytest

HEAD = "import torch\nfrom torch.utils.data import DataLoader, Dataset, IterableDataset\n"
LOADER = "loader = DataLoader(Images(), num_workers=4)\n"
CHOSEN = 'device = torch.device("cuda" if torch.cuda.is_available() else "cpu")\n'


def dataset(read, loader=LOADER, head="", init="pass"):
    """A dataset with these statements in ``__getitem__``, and a loader of it."""
    inside = "".join(f"        {line}\n" for line in read.splitlines())
    return (
        f"{HEAD}{head}class Images(Dataset):\n    def __init__(self, device='cpu'):\n        {init}\n\n"
        f"    def __getitem__(self, i):\n{inside}\n{loader}"
    )


def collate(body, loader="loader = DataLoader(d, num_workers=4, collate_fn=collate)\n", head=""):
    return f"{HEAD}{head}def collate(batch):\n    {body}\n\n{loader}"


@pytest.mark.parametrize(
    ("severity", "text"),
    [
        pytest.param("error", dataset("return load(i).cuda()"), id="cuda()"),
        pytest.param("error", dataset("return load(i).cuda(non_blocking=True)"), id="cuda() with an argument"),
        pytest.param("error", dataset("return load(i).to('cuda:0')"), id="to a GPU"),
        pytest.param("error", dataset("return load(i).to(device='cuda')"), id="to a GPU by keyword"),
        pytest.param("error", dataset("return load(i).to(torch.device('cuda'))"), id="to a device"),
        pytest.param("error", dataset("return torch.zeros(3, device=f'cuda:{i}')"), id="made on a GPU"),
        pytest.param("error", dataset("return load(i).to(device)", head="device = 'cuda'\n"), id="by a name"),
        pytest.param("warning", dataset("return load(i).to(device)", head=CHOSEN), id="a device that is chosen"),
        pytest.param("warning", dataset("return load(i).cuda()", LOADER.replace("=4", "=n")), id="a count by name"),
        pytest.param(
            "warning",
            dataset("return x.to(self.d)", LOADER.replace("Images(", "Images(device"), CHOSEN, "self.d = device"),
            id="a chosen device that is passed",
        ),
        pytest.param(
            "error",
            dataset("return x.to(self.d)", LOADER.replace("Images(", "Images('cuda'"), init="self.d = device"),
            id="a device that is passed",
        ),
        pytest.param(
            "error",
            dataset("return self.load(i)\n", "    def load(self, i):\n        return read(i).cuda()\n\n" + LOADER),
            id="in a helper",
        ),
        pytest.param("error", collate("return torch.stack(batch).cuda()"), id="in a collate_fn"),
        pytest.param(
            "error",
            HEAD + "DataLoader(d, num_workers=2, collate_fn=lambda batch: torch.stack(batch).to('cuda'))",
            id="in a lambda",
        ),
        pytest.param(
            "error",
            dataset("for x in DataLoader(parts(i), num_workers=2):\n    return x"),
            id="a loader with workers in a dataset",
        ),
        pytest.param(
            "error",
            collate("return list(DataLoader(batch, num_workers=2))"),
            id="a loader with workers in a collate_fn",
        ),
        pytest.param(
            "warning", collate("return list(DataLoader(batch, num_workers=n))"), id="a loader that may have workers"
        ),
    ],
)
def test_what_no_worker_can_do_is_found(judged, severity, text):
    (finding,) = judged("WL508", text).findings
    assert finding.severity.value == severity


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset("return load(i).cuda()", LOADER.replace("=4", "=0")), id="no workers"),
        pytest.param(dataset("return load(i).cuda()", "loader = DataLoader(Images())"), id="no count"),
        pytest.param(dataset("return load(i).cuda()", ""), id="no loader in the file"),
        pytest.param(dataset("return load(i)", LOADER + "model.cuda()\n"), id="CUDA in the main process"),
        pytest.param(dataset("return load(i).to(device)", head="device = 'cpu'  # or cuda\n"), id="a CPU"),
        pytest.param(dataset("return load(i).to(torch.float32)", head=CHOSEN), id="to a type"),
        pytest.param(dataset("return load(i).to(self.device)", head=CHOSEN), id="a device from elsewhere"),
        pytest.param(
            dataset("return x.to(self.d)", LOADER, CHOSEN, "self.d = device"), id="the default of a parameter"
        ),
        pytest.param(dataset("return lib.read(i, device='cuda')"), id="another library's device"),
        pytest.param(
            dataset("return load(i).cuda()", LOADER.replace("=4", "=4, multiprocessing_context='spawn'")), id="spawned"
        ),
        pytest.param(
            dataset("return load(i).cuda()", head="torch.multiprocessing.set_start_method('spawn')\n"),
            id="all are spawned",
        ),
        pytest.param(
            dataset("return x if torch.utils.data.get_worker_info() else x.cuda()"), id="in the main process alone"
        ),
        pytest.param(dataset("pass", init="self.x = load().cuda()"), id="before there are workers"),
        pytest.param(collate("return batch", head=CHOSEN), id="a collate_fn that stays on the CPU"),
        pytest.param(
            collate("return torch.stack(batch).cuda()", "loader = DataLoader(d, collate_fn=collate)"),
            id="a collate_fn without workers",
        ),
        pytest.param(
            dataset("for x in DataLoader(parts(i), num_workers=0):\n    return x"), id="an inner loader without workers"
        ),
        pytest.param(
            dataset("return i", LOADER + "other = DataLoader(Images(), num_workers=2)\n"),
            id="two loaders, side by side",
        ),
    ],
)
def test_what_stays_on_the_cpu_is_left_alone(judged, text):
    assert not judged("WL508", text).findings


def test_the_messages_name_the_class_the_loader_and_the_error(judged):
    assert judged("WL508", dataset("return load(i).cuda()")).says == (
        "error: Images runs in the workers of the loader in line 10 (4 workers) and uses CUDA: once the main process "
        "has used it, forked workers raise RuntimeError, Cannot re-initialize CUDA in forked subprocess; return CPU "
        "tensors, set pin_memory=True, and move the batch to the GPU in the training loop"
    )
    assert judged("WL508", collate("return list(DataLoader(batch, num_workers=2))")).says == (
        "error: collate runs in the workers of the loader in line 6 (4 workers) and reads a loader with workers of its "
        "own: AssertionError, daemonic processes are not allowed to have children; give the inner loader num_workers=0, "
        "or load its samples without one"
    )


def test_each_function_is_named_once(judged):
    text = dataset("return load(i).cuda(), mask(i).cuda()", LOADER + LOADER.replace("=4", "=2"))
    assert len(judged("WL508", text).findings) == 1
