from __future__ import annotations

import pytest

HEAD = "import numpy as np\nfrom torch.utils.data import DataLoader, Dataset, IterableDataset\n"
LOADER = "loader = DataLoader(Images(t), num_workers=8)\n"
FILL = "self.samples = []\nfor line in open(table):\n    self.samples.append({})"


def dataset(init, read="return self.samples[index]", loader=LOADER, base="Dataset"):
    """A dataset with these statements in ``__init__`` and ``__getitem__``, and a loader of it."""

    def block(statements):
        return "".join(f"        {line}\n" for line in statements.splitlines())

    return (
        f"{HEAD}class Images({base}):\n    def __init__(self, table):\n{block(init)}\n"
        f"    def __getitem__(self, index):\n{block(read)}\n{loader}"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset(FILL.format("(path, 1)")), id="tuples"),
        pytest.param(dataset(FILL.format("{'path': line}")), id="dicts"),
        pytest.param(dataset(FILL.format("line.strip()")), id="lines"),
        pytest.param(dataset(FILL.format("f'{line}.png'")), id="strings"),
        pytest.param(dataset("self.samples = [(path, 1) for path in table]"), id="a comprehension"),
        pytest.param(dataset("self.samples = {i: x for i, x in enumerate(table)}"), id="a dict"),
        pytest.param(dataset("self.samples = {}\nfor i in table:\n    self.samples[i] = [i]"), id="a dict that is filled"),
        pytest.param(dataset(FILL.format("(path, 1)"), loader=LOADER.replace("=8", "=n")), id="a count by name"),
        pytest.param(dataset(FILL.format("(path, 1)"), loader=""), id="a loader elsewhere"),
        pytest.param(dataset(FILL.format("(path, 1)").replace("append(", "extend([").replace("))", ")])")), id="extended"),
    ],
)  # fmt: skip
def test_a_list_of_python_objects_that_is_indexed_is_found(judged, text):
    (finding,) = judged("WL507", text).findings
    assert "Images takes its samples from self.samples, which holds Python objects" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset(FILL.format("(path, 1)"), loader=LOADER.replace("=8", "=1")), id="one worker"),
        pytest.param(dataset(FILL.format("(path, 1)"), loader="DataLoader(d)"), id="no workers"),
        pytest.param(dataset(FILL.format("(path, 1)"), "return i"), id="not read in workers"),
        pytest.param(dataset(FILL.format("(path, 1)"), "return self.samples[index % 9]"), id="short, and repeated"),
        pytest.param(dataset(FILL.format("(path, 1)"), "return self.samples['first']"), id="not by the index"),
        pytest.param(dataset(FILL.format("np.load(line)")), id="arrays"),
        pytest.param(dataset("self.samples = np.array([(1, 2) for _ in table])"), id="an array"),
        pytest.param(dataset("self.samples = []\nself.samples.append(('a', 1))"), id="no loop"),
        pytest.param(
            dataset(FILL.format("(path, 1)").replace("samples", "class_to_idx"), "return self.class_to_idx[index]"), id="a table"
        ),
        pytest.param(dataset(FILL.format("(path, 1)"), base="object"), id="no dataset"),
        pytest.param(dataset("self.samples = table"), id="what is passed"),
    ],
)  # fmt: skip
def test_what_is_small_shared_or_not_indexed_is_left_alone(judged, text):
    assert not judged("WL507", text).findings


def test_nobody_gets_the_rule_who_did_not_ask(judged):
    assert not judged(None, dataset(FILL.format("(path, 1)"))).findings
