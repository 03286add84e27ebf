from __future__ import annotations

import pytest

HF = """\
from datasets import load_dataset
from torch.utils.data import DataLoader
dataset = load_dataset("mnist", split="train").to_iterable_dataset({})
loader = DataLoader(dataset, num_workers={})
"""
TAR = """\
import webdataset as wds
loader = wds.WebLoader(wds.WebDataset("{}"), num_workers={})
"""


@pytest.fixture
def said(judged):
    return lambda text: [f.message for f in judged("WL904", text).findings]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HF.format("num_shards=4", 8), "8 workers read 4 shards; the others get nothing to read and stop at once"),
        (HF.format("", 2), "2 workers read 1 shard; the others get nothing to read and stop at once"),
        (TAR.format("s-{000..003}.tar", 5), "5 workers read 4 shards; a worker without a shard raises ValueError"),
        (TAR.format("{0..1}/s-{0..1}.tar", 5), "5 workers read 4 shards; a worker without a shard raises ValueError"),
    ],
)
def test_more_workers_than_shards(said, text, says):
    assert said(text) == [says]


@pytest.mark.parametrize(
    "text",
    [
        HF.format("num_shards=8", 8),
        HF.format("num_shards=n", 8),
        HF.format("**options", 8),
        HF.format("", 0),
        HF.format("num_shards=4", "n"),
        TAR.format("s.tar", 8),
        TAR.format("s-{000..003}.tar", 4),
        HF.format("num_shards=4", 8).replace("from datasets", "from ours"),
        HF.format("num_shards=4", 8) + "dataset = other(dataset)\n",
        TAR.format("s-{0..3}.tar", 8).replace('")', '", resampled=True)'),
        TAR.format("s-{0..3}.tar", 8).replace('")', '", workersplitter=None)'),
        TAR.format("s-{0..3}.tar", 8).replace('")', '", empty_check=False)'),
        TAR.format("s-{0..3}.tar", 8).replace('")', '", **options)'),
        TAR.format("{a,b,c}/s-{0..3}.tar", 8),
        TAR.format("a-{0..3}.tar::b-{0..3}.tar", 8),
        TAR.format("s-{0..8..2}-{0..1}.tar", 8),
    ],
)
def test_as_many_as_there_are_or_nobody_knows(said, text):
    assert not said(text)


def test_the_fix_writes_the_number_of_shards(judged):
    assert judged("WL904", HF.format("num_shards=4", 8)).fixed == HF.format("num_shards=4", 4)
    assert judged("WL904", HF.format("num_shards=4", 8), unsafe=False).fixed == HF.format("num_shards=4", 8)


def test_it_is_off_by_default(judged):
    assert not judged(None, HF.format("num_shards=4", 8)).findings
