from __future__ import annotations

import pytest

HEAD = "from torch.utils.data import DataLoader, Dataset\n"
DATASET = """\
class Images(Dataset):
    def __init__(self, path=""):
        self.size = 64

    def set_size(self, size):
        self.size = size

    def __getitem__(self, index):
        return load(index, self.size)

"""
LOADER = "dataset = Images()\nloader = DataLoader(dataset, num_workers=4, persistent_workers=True)\n"
READ = "    for batch in loader:\n        train(batch)\n"


def epochs(change, read=READ, loader=LOADER, dataset=DATASET):
    """A loop over epochs that makes a change and reads the loader."""
    return f"{HEAD}{dataset}{loader}for epoch in range(9):\n    {change}\n{read}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(epochs("dataset.set_size(epoch)"), id="by a method"),
        pytest.param(epochs("loader.dataset.set_size(epoch)"), id="by a method, through the loader"),
        pytest.param(epochs("loader.dataset.size = epoch"), id="an attribute, through the loader"),
        pytest.param(epochs("dataset.size += 32"), id="an attribute that grows"),
        pytest.param(epochs("if epoch == 5:\n        dataset.size = 128"), id="under a test"),
        pytest.param(epochs("loader.dataset.size = 1", loader=LOADER.replace("Images()", "make()")), id="another file's dataset"),
        pytest.param(epochs("dataset.size = 1", loader=LOADER.replace("True", "n > 0").replace("4", "n")), id="a guarded option"),
        pytest.param(epochs("dataset.size = 1", "    for i, b in enumerate(tqdm(loader)):\n        pass\n"), id="enumerated"),
        pytest.param(epochs("dataset.size = 1", "    train_one_epoch(model, loader)\n"), id="handed on for each epoch"),
        pytest.param(
            HEAD + DATASET + LOADER + "def train():\n    while True:\n        dataset.set_size(1)\n"
            "        for batch in loader:\n            step(batch)\n",
            id="in a function",
        ),
        pytest.param(
            HEAD + "class Trainer:\n    def __init__(self, dataset):\n        self.dataset = dataset\n"
            "        self.loader = DataLoader(self.dataset, num_workers=2, persistent_workers=True)\n\n"
            "    def fit(self):\n        for epoch in range(3):\n            self.loader.dataset.epoch = epoch\n"
            "            for batch in self.loader:\n                step(batch)\n",
            id="in a trainer",
        ),
    ],
)  # fmt: skip
def test_a_change_that_no_worker_sees_is_found(judged, text):
    assert len(judged("WL505", text).findings) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(epochs("dataset.size = 1", loader=LOADER.replace("True", "False")), id="not persistent"),
        pytest.param(epochs("dataset.size = 1", loader=LOADER.replace(", persistent_workers=True", "")), id="not said"),
        pytest.param(epochs("dataset.size = 1", loader=LOADER.replace("=4", "=0")), id="no workers"),
        pytest.param(epochs("loader.sampler.set_epoch(epoch)"), id="a sampler"),
        pytest.param(epochs("loader.batch_sampler.set_epoch(epoch)"), id="a sampler of batches"),
        pytest.param(epochs("other.set_size(epoch)"), id="another dataset"),
        pytest.param(epochs("dataset.set_epoch(epoch)"), id="a method of a base class elsewhere"),
        pytest.param(epochs("dataset.set_size(epoch)", loader=LOADER.replace("Images()", "make()")), id="a method of another file"),
        pytest.param(epochs("dataset.note = epoch"), id="an attribute that is not read in workers"),
        pytest.param(
            epochs("dataset.set_size(1)", dataset=DATASET.replace("self.size = size", "self.size.value = size")), id="a shared value"
        ),
        pytest.param(epochs("dataset.set_size(1)", dataset=DATASET.replace("self.size = size", "self.size[0] = size")), id="a tensor"),
        pytest.param(epochs("pass", READ, LOADER + "dataset.size = 128\n"), id="before the first epoch"),
        pytest.param(epochs("dataset.size = 1", "    pass\n"), id="the loader is not read there"),
        pytest.param(
            epochs("dataset.size = 1\n    " + LOADER.splitlines()[1], loader="dataset = Images()\n"),
            id="a loader for each epoch",
        ),
        pytest.param(epochs("dataset.size = 1\n    loader._iterator = None"), id="the workers are thrown away"),
        pytest.param(
            HEAD + DATASET + LOADER + "for batch in loader:\n    dataset.size = 1\n", id="within one epoch, for the next batch"
        ),
        pytest.param(
            HEAD + DATASET + "def make():\n    d = Images()\n    loader = DataLoader(d, num_workers=2, persistent_workers=True)\n"
            "    return loader\n\ndef fit(loader, d):\n    for epoch in e:\n        d.size = 1\n        for b in loader:\n            pass\n",
            id="the same name in another function",
        ),
    ],
)  # fmt: skip
def test_what_workers_see_or_nobody_changes_is_left_alone(judged, text):
    assert not judged("WL505", text).findings


def test_the_message_names_the_attribute_the_method_and_the_loader(judged):
    (finding,) = judged("WL505", epochs("dataset.set_size(epoch)")).findings
    assert finding.message == (
        "Images.size, which set_size() sets, is changed between epochs, but the loader in line 13 keeps its workers "
        "(persistent_workers), and these keep the copy of the dataset that they got in the first epoch"
    )
