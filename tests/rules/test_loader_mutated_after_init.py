from __future__ import annotations

import pytest

HEAD = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d)\ncfg.num_workers = 4", id="a configuration"),
        pytest.param("DataLoader(d)\nargs.num_workers = 4", id="arguments"),
        pytest.param(
            "class C:\n    def f(self):\n        DataLoader(d)\n        self.num_workers = 4", id="an object's own"
        ),
        pytest.param("loader = DataLoader(d)\nloader.collate_fn = f", id="an attribute that may be set"),
        pytest.param("loader = DataLoader(d)\nloader.dataset.transform = f", id="an attribute of the dataset"),
        pytest.param("loader = DataLoader(d)\nif loader.batch_size == 4: pass", id="a comparison"),
        pytest.param("loader = DataLoader(d)\nf(dataset=loader.dataset)", id="a keyword"),
        pytest.param("loader = DataLoader(d)\nx = loader.dataset", id="one that is read"),
        pytest.param("loader = make_loader(d)\nloader.dataset = e", id="a callee that nobody knows"),
        pytest.param("loader = DataLoader(d)\nloader = wrap(loader)\nloader.dataset = e", id="wrapped"),
        pytest.param("loader = DataLoader(d)\nfor loader in loaders:\n    loader.dataset = e", id="another one"),
        pytest.param("a = DataLoader(d)\ndef f(a):\n    a.dataset = e", id="a parameter"),
        pytest.param("a = DataLoader(d)\ndef f():\n    a.dataset = e", id="from outside"),
        pytest.param("def f(a):\n    a.dataset = e\na = DataLoader(d)", id="before it is built"),
        pytest.param("loader.dataset = e\nloader = DataLoader(d)", id="before it is built, in a line"),
        pytest.param("loader = DataLoader(d, num_workers=4)\nloader.num_workers = 2", id="other workers"),
        pytest.param("loader = DataLoader(d, num_workers=4)\nloader.num_workers = 0", id="no workers any more"),
        pytest.param("loader = DataLoader(d, num_workers=n)\nloader.num_workers = 2", id="perhaps other workers"),
        pytest.param("loader = DataLoader(d)\nloader.num_workers = 0", id="still no workers"),
        pytest.param("loader = DataLoader(d, **options)\nloader.num_workers = 2", id="options from elsewhere"),
        pytest.param(
            "class A:\n    def f(self):\n        self.loader = DataLoader(d)\n"
            "class B:\n    def f(self):\n        self.loader.dataset = e",
            id="another class's",
        ),
        pytest.param(
            "class A:\n    def f(self, loader):\n        self.loader = loader or DataLoader(d)\n"
            "    def g(self):\n        self.loader.dataset = e",
            id="perhaps another's",
        ),
        pytest.param(
            "class A:\n    def f(self):\n        self.loader = DataLoader(d)\n"
            "    def g(self):\n        self.loader = wrap(self.loader)\n        self.loader.dataset = e",
            id="wrapped elsewhere",
        ),
        pytest.param("from paddle.io import DataLoader\nloader = DataLoader(d)\nloader.dataset = e", id="paddle's"),
    ],
)
def test_silent(judged, text):
    assert judged("WL406", HEAD + text).findings == []


def sealed(name, loader="loader", value="e"):
    return (
        f"error: {loader} is a DataLoader that is built already, and setting its {name} raises ValueError; "
        f"build {loader} with {name}={value}"
    )


def without_workers(value="2", loader="loader"):
    return (
        f"warning: {loader} was built without workers, and with another num_workers it raises TypeError "
        f"when iterated; build {loader} with num_workers={value}"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *(
            pytest.param(f"loader = DataLoader(d, num_workers=2)\nloader.{name} = e", sealed(name), id=name)
            for name in ("dataset", "batch_size", "batch_sampler", "sampler", "drop_last", "persistent_workers")
        ),
        pytest.param("loader = DataLoader(d)\nloader.num_workers = 2", without_workers(), id="workers for none"),
        pytest.param("loader = DataLoader(d, num_workers=0)\nloader.num_workers = n", without_workers("n"), id="for 0"),
        pytest.param(
            "def f():\n    loader: DataLoader = DataLoader(d)\n    loader.dataset = e",
            sealed("dataset"),
            id="in a function",
        ),
        pytest.param(
            "if a:\n    loader = DataLoader(d)\nelse:\n    loader = DataLoader(e)\nloader.dataset = e",
            sealed("dataset"),
            id="one of two",
        ),
        pytest.param(
            "class A:\n    def f(self):\n        self.loader = DataLoader(d)\n"
            "    def g(self):\n        self.loader.dataset = e",
            sealed("dataset", "self.loader"),
            id="an attribute",
        ),
        pytest.param(
            "données = DataLoader(d)\ndonnées.dataset = e", sealed("dataset", "données"), id="a name beyond ASCII"
        ),
        pytest.param(
            f"{'a' * 300} = DataLoader(d)\n{'a' * 300}.dataset = e", sealed("dataset", "a" * 300), id="a long name"
        ),
        pytest.param(
            "from monai.data import DataLoader as Loader\nloader = Loader(d, 2)\nloader.dataset = e",
            sealed("dataset"),
            id="MONAI's",
        ),
        pytest.param(
            "loader = DataLoader(d)\nloader.batch_size = the_batch_size_of(model, device, precision, budget)",
            "error: loader is a DataLoader that is built already, and setting its batch_size raises ValueError; "
            "build loader with that batch_size",
            id="a long value",
        ),
    ],
)
def test_found(judged, text, says):
    found = judged("WL406", HEAD + text)
    assert found.says == says
    assert found.fixed == HEAD + text


def test_it_says_where_the_loader_was_built(judged):
    (finding,) = judged("WL406", HEAD + "a = 1\nloader = DataLoader(d)\nloader.dataset = e").findings
    (related,) = finding.related
    assert (related.position.line, related.text) == (3, "loader is built here")
