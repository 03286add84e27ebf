from __future__ import annotations

import pytest

HEAD = (
    "import os, random\nimport numpy as np\nimport torch\nfrom numpy.random import default_rng\n"
    "from torch.utils.data import DataLoader, Dataset, IterableDataset\n"
)
LOADER = "loader = DataLoader(Crops(s), num_workers=4)\n"
MADE = "self.rng = np.random.default_rng(seed)"
DRAWN = "return self.rng.integers(9)"


def dataset(init=MADE, read=DRAWN, loader=LOADER, name="Crops", base="Dataset"):
    """A dataset with these statements in ``__init__`` and ``__getitem__``, and a loader of it."""

    def block(statements):
        return "".join(f"        {line}\n" for line in statements.splitlines())

    return (
        f"{HEAD}class {name}({base}):\n    def __init__(self, seed=0, train=True):\n{block(init)}\n"
        f"    def __getitem__(self, i):\n{block(read)}\n{loader.replace('Crops', name)}"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset(), id="numpy's generator"),
        pytest.param(dataset("self.rng = default_rng()"), id="without a seed"),
        pytest.param(dataset("self.rng = np.random.RandomState(seed)", "return self.rng.rand()"), id="RandomState"),
        pytest.param(dataset("self.rng = random.Random(seed)", "return self.rng.random()"), id="Random"),
        pytest.param(
            dataset("self.g = torch.Generator().manual_seed(0)", "return torch.rand(3, generator=self.g)"),
            id="torch's generator",
        ),
        pytest.param(
            dataset("self.g = torch.Generator()\nself.g.manual_seed(seed)", "return torch.rand(3, generator=self.g)"),
            id="seeded in a line of its own",
        ),
        pytest.param(dataset(read="return self.crop(i)\n", loader="    def crop(self, i):\n        " + DRAWN + "\n\n" + LOADER), id="in a helper"),
        pytest.param(dataset(read="return transform(i, self.rng)"), id="handed on"),
        pytest.param(dataset(loader=""), id="a loader elsewhere"),
        pytest.param(dataset(loader=LOADER.replace("=4", "=args.n")), id="a count by name"),
        pytest.param(dataset(loader=LOADER.replace("=4", "=4, worker_init_fn=lambda i: seed(i)")), id="an init function that only seeds"),
        pytest.param(dataset(base="lib.BaseDataset"), id="another base"),
        pytest.param(dataset(base="\n    # one (of two\n    mixed(int),\n    Dataset,\n"), id="among other bases, in lines"),
        pytest.param("from lib import LazyDataset as Base\n" + dataset(base="Base"), id="under another name"),
        pytest.param(
            dataset(read="rng = np.random.default_rng(i) if self.fixed else self.rng\nreturn rng.integers(9)"),
            id="one of two",
        ),
    ],
)  # fmt: skip
def test_a_generator_that_each_worker_gets_a_copy_of_is_found(judged, text):
    assert len(judged("WL504", text).findings) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset(loader=LOADER.replace("=4", "=0")), id="no workers"),
        pytest.param(dataset(base="\n" + "    # one # or # another\n" * 40 + "    Base\n"), id="no dataset, in many lines"),
        pytest.param(dataset(loader="DataLoader(d)"), id="a loader without workers"),
        pytest.param(dataset(read="return i"), id="not drawn from in workers"),
        pytest.param(dataset("self.x = np.random.default_rng(seed).permutation(9)", "return self.x[i]"), id="drawn at once"),
        pytest.param(dataset(read="self.rng = np.random.default_rng(i)\n" + DRAWN), id="made for each sample"),
        pytest.param(dataset("self.rng = random.Random()", "self.rng.seed(i)\nreturn self.rng.random()"), id="seeded for each sample"),
        pytest.param(
            dataset("self.g = torch.Generator()", "return torch.rand(3, generator=self.g.manual_seed(i))"),
            id="torch's, seeded for each sample",
        ),
        pytest.param(dataset(read="w = torch.utils.data.get_worker_info()\n" + DRAWN), id="it asks which worker"),
        pytest.param(dataset("self.pid = os.getpid()\n" + MADE), id="it looks at the process"),
        pytest.param(dataset(name="ValCrops"), id="for validation"),
        pytest.param(dataset(name="CropsTest"), id="for a test"),
        pytest.param(dataset(loader=LOADER.replace("(s)", "(s, split='val')")), id="of the validation split"),
        pytest.param(dataset("if self.deterministic:\n    " + MADE), id="to be deterministic"),
        pytest.param(dataset(name="MockImages"), id="of mock data"),
        pytest.param(dataset(name="RandomDataset"), id="of random data"),
        pytest.param(dataset(base="IterableDataset"), id="an iterable dataset"),
        pytest.param(dataset(base="object"), id="no dataset"),
        pytest.param(
            dataset(read="while True:\n    x = load(i)\n    if x is None:\n        i = self.rng.integers(9)\n        continue\n    return x"),
            id="to try another after a failure",
        ),
        pytest.param(
            dataset(
                loader="def seed(i):\n    torch.utils.data.get_worker_info().dataset.rng = default_rng(i)\n"
                + LOADER.replace("=4", "=4, worker_init_fn=seed")
            ),
            id="seeded in each worker",
        ),
        pytest.param(dataset("self.rng = lib.Generator(seed)"), id="a generator of something else"),
    ],
)  # fmt: skip
def test_a_generator_that_differs_or_is_meant_to_repeat_is_left_alone(judged, text):
    assert not judged("WL504", text).findings


def test_the_message_names_the_generator_and_the_loader(judged):
    (finding,) = judged("WL504", dataset()).findings
    assert finding.message == (
        "Crops makes self.rng once and draws from it in __getitem__: the workers of the loader in line 13 (4 workers) "
        "each get a copy in the same state and draw the same numbers, in every epoch again unless they are persistent"
    )
