from __future__ import annotations

import pytest

HEAD = "from torch.utils.data import DataLoader, Dataset, IterableDataset\n"
NUMBERS = """\
class Numbers(IterableDataset):
    def __init__(self, first, end):
        self.first = first
        self.end = end

    def __iter__(self):
        return iter(range(self.first, self.end))

"""
LOADER = "loader = DataLoader(Numbers(0, 8), num_workers=2)\n"


def stream(body, init="pass", loader="DataLoader(Stream(a), num_workers=2)", base="IterableDataset"):
    """A dataset with these statements in ``__iter__``, and a loader of it."""
    return (
        f"{HEAD}class Stream({base}):\n"
        f"    def __init__(self, a):\n        {init}\n\n"
        f"    def __iter__(self):\n{''.join(f'        {line}' for line in body.splitlines(keepends=True))}\n"
        f"{loader}\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + NUMBERS + LOADER, id="a range"),
        pytest.param(HEAD + NUMBERS + "d = Numbers(0, 8)\nDataLoader(dataset=d, num_workers=n)", id="a count by name"),
        pytest.param(
            HEAD + NUMBERS + "def f(n):\n    d = Numbers(0, 8)\n    return DataLoader(d, 4, num_workers=n)",
            id="in a function",
        ),
        pytest.param(
            HEAD + NUMBERS + "class M:\n    def setup(self):\n        self.d = Numbers(0, 8)\n"
            "    def train_dataloader(self):\n        return DataLoader(self.d, num_workers=self.n)",
            id="in a data module",
        ),
        pytest.param(
            "from torch.utils import data\n"
            + NUMBERS.replace("(Iter", "(data.Iter")
            + LOADER.replace("Data", "data.Data"),
            id="by the name of the module",
        ),
        pytest.param(
            HEAD.replace("IterableDataset", "IterableDataset as Base")
            + NUMBERS.replace("IterableDataset", "Base")
            + LOADER,
            id="under another name",
        ),
        pytest.param(
            stream("for path in self.files:\n    with open(path) as file:\n        yield from file", "self.files = a"),
            id="files",
        ),
        pytest.param(
            stream("with open(self.a) as f:\n    for line in f:\n        yield line", "self.a = a"),
            id="lines of a file",
        ),
        pytest.param(
            "import csv\n" + stream("yield from csv.DictReader(open(self.a))", "self.a = a"),
            id="rows",
        ),
        pytest.param(
            stream("for i in range(len(self.a)):\n    yield self.a[i]", "self.a = a").replace(
                "Stream(a)", "Stream([1, 2, 3])"
            ),
            id="a list by its index",
        ),
        pytest.param(
            stream("yield from self.a", "self.a = a").replace("Stream(a)", "Stream(range(9))"),
            id="what the instance is made with",
        ),
        pytest.param(
            stream(
                "return map(int, self.lines())\ndef lines(self):\n    yield from open(self.a)", "self.a = a"
            ).replace("        def lines(self):\n            yield", "    def lines(self):\n        yield"),
            id="a helper method",
        ),
        pytest.param(
            stream(
                "self.i = 0\nreturn self\ndef __next__(self):\n    return self.a[self.i]", "self.a = list(range(8))"
            ).replace("        def __next__(self):\n            return", "    def __next__(self):\n        return"),
            id="step by step",
        ),
        pytest.param(
            stream("def pairs():\n    for line in open(self.a):\n        yield line\nreturn pairs()", "self.a = a"),
            id="a generator inside",
        ),
        pytest.param(
            stream('"""Every worker reads all."""\nfor i in [1, 2]:  # TODO: share between workers\n    yield i'),
            id="workers in a comment and a docstring",
        ),
        pytest.param(
            stream(
                "yield from range(8)",
                loader="def seed(i): torch.manual_seed(i)\nDataLoader(Stream(1), num_workers=2, worker_init_fn=seed)",
            ),
            id="an init function that only seeds",
        ),
        pytest.param(
            stream("for i in range(dist.get_rank(), 8, dist.get_world_size()):\n    yield i"),
            id="shared between ranks alone",
        ),
        pytest.param(stream("yield from range(8)", base="IterableDataset[int]"), id="a base with a type"),
        pytest.param(
            HEAD + NUMBERS + "class Even(Numbers):\n    pass\n" + LOADER.replace("Numbers(", "Even("),
            id="a class between",
        ),
    ],
)
def test_a_dataset_that_each_worker_reads_whole_is_found(judged, text):
    assert len(judged("WL502", text).findings) == 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEAD + NUMBERS + LOADER.replace("=2", "=0"), id="no workers"),
        pytest.param(HEAD + NUMBERS + LOADER.replace("=2", "=1"), id="one worker"),
        pytest.param(HEAD + NUMBERS + LOADER.replace(", num_workers=2", ""), id="no count"),
        pytest.param(HEAD + NUMBERS + "n = 1\n" + LOADER.replace("=2", "=n"), id="one worker by name"),
        pytest.param(HEAD + NUMBERS + "DataLoader(dataset, num_workers=2)", id="a loader of something else"),
        pytest.param(HEAD + NUMBERS.replace("IterableDataset", "Dataset") + LOADER, id="a map dataset"),
        pytest.param(
            "from lib import IterableDataset\nfrom torch.utils.data import DataLoader\n" + NUMBERS + LOADER,
            id="another library's",
        ),
        pytest.param(
            HEAD + "from lib import Sharded\n" + NUMBERS.replace("(Iter", "(Sharded, Iter") + LOADER,
            id="a base in another file",
        ),
        pytest.param(
            stream("w = get_worker_info()\nfor i in range(w.id, 8, w.num_workers):\n    yield i"), id="it asks"
        ),
        pytest.param(
            stream("yield from self.part()\ndef part(self):\n    return range(get_worker_info().id, 8)").replace(
                "        def part(self):\n            return", "    def part(self):\n        return"
            ),
            id="a helper asks",
        ),
        pytest.param(stream("yield from wds.split_by_worker(range(8))"), id="a splitter"),
        pytest.param(stream("while True:\n    for i in range(8):\n        yield i"), id="a stream without an end"),
        pytest.param(stream("for i in itertools.cycle(range(8)):\n    yield i"), id="a cycle"),
        pytest.param(stream("for i in range(8):\n    yield torch.rand(3) + i"), id="drawn samples"),
        pytest.param(stream("for i in range(8):\n    yield random.choice(self.a)[i]"), id="a choice"),
        pytest.param(stream("for _ in range(8):\n    yield self.next_one()"), id="a range that only counts"),
        pytest.param(stream("for i in range(8):\n    yield batch[i]"), id="a range over what is not known"),
        pytest.param(stream("yield from self.a", "self.a = a"), id="a wrapper of what is not known"),
        pytest.param(
            stream("for x in self.dataset:\n    for i in range(2):\n        yield x[i]", "self.dataset = a"),
            id="a wrapper of a dataset",
        ),
        pytest.param(stream("for x in self.draw():\n    yield x", "self.draw = a"), id="a callable from outside"),
        pytest.param(
            stream(
                "yield from range(8)",
                loader="def split(i): get_worker_info().dataset.first = i\n"
                "DataLoader(Stream(1), num_workers=2, worker_init_fn=split)",
            ),
            id="an init function that divides",
        ),
        pytest.param(
            stream("yield from range(8)", loader="DataLoader(Stream(1), num_workers=2, worker_init_fn=lib.split)"),
            id="an init function from elsewhere",
        ),
        pytest.param(
            stream("yield from range(8)", loader="DataLoader(Stream(1), num_workers=2, **options)"), id="open options"
        ),
        pytest.param(
            stream("yield from range(8)", loader="DataLoader(Stream(workers), num_workers=workers)"),
            id="it is told of workers",
        ),
    ],
)
def test_a_dataset_that_may_divide_the_work_is_left_alone(judged, text):
    assert not judged("WL502", text).findings


def test_the_message_names_the_class_the_loader_and_its_count(judged):
    (finding,) = judged("WL502", HEAD + NUMBERS + LOADER).findings
    assert finding.message == (
        "nothing in Numbers asks which worker it runs in, so each worker of the loader in line 10 (2 workers) "
        "yields all of it: N workers give every sample N times"
    )
    assert [place.position.line for place in finding.related] == [10]


def test_a_class_is_named_once(judged):
    assert len(judged("WL502", HEAD + NUMBERS + LOADER + LOADER.replace("=2", "=4")).findings) == 1
