from __future__ import annotations

import pytest

HEAD = (
    "import os, sqlite3, tarfile, zipfile\nimport h5py\nimport lmdb\nimport torch\n"
    "from torch.utils.data import DataLoader, Dataset, IterableDataset\n"
)
LOADER = "loader = DataLoader(Images(p), num_workers=4)\n"


def dataset(init, read="return self.f[i]", loader=LOADER, more="", base="Dataset"):
    """A dataset with these statements in ``__init__`` and ``__getitem__``, and a loader of it."""

    def block(statements):
        return "".join(f"        {line}\n" for line in statements.splitlines())

    methods = "".join(f"    {line}\n" for line in more.splitlines())
    return (
        f"{HEAD}class Images({base}):\n    def __init__(self, path):\n{block(init)}\n"
        f"    def __getitem__(self, i):\n{block(read)}\n{methods}\n{loader}"
    )


@pytest.mark.parametrize(
    ("opener", "text"),
    [
        pytest.param("h5py.File", dataset("self.f = h5py.File(path, 'r')"), id="an HDF5 file"),
        pytest.param("h5py.File", dataset("self.f = h5py.File(path)['images']"), id="an entry of it"),
        pytest.param("h5py.File", dataset("f = h5py.File(path)\nself.f = f['images']"), id="by a name"),
        pytest.param("h5py.File", dataset("f = h5py.File(path)\nself.f = f.get('images')"), id="an entry that is got"),
        pytest.param(
            "h5py.File", dataset("self.h = h5py.File(path)\nself.f = self.h['images']"), id="by another attribute"
        ),
        pytest.param("h5py.File", dataset("self.f = (\n    h5py.File(path, 'r')\n)"), id="in a line of its own"),
        pytest.param("h5py.File", dataset("n, f = len(path), h5py.File(path)\nself.f = f"), id="beside another"),
        pytest.param("lmdb.open", dataset("self.f = lmdb.open(path, readonly=True, lock=False)"), id="LMDB"),
        pytest.param("lmdb.open", dataset("env = lmdb.open(path)\nself.f = env.begin()"), id="a transaction"),
        pytest.param("sqlite3.connect", dataset("self.f = sqlite3.connect(path).cursor()"), id="a cursor"),
        pytest.param("zipfile.ZipFile", dataset("self.f = zipfile.ZipFile(path)"), id="an archive"),
        pytest.param(
            "open", dataset("self.f = open(path, 'rb')", "self.f.seek(i)\nreturn self.f.read(4)"), id="a file"
        ),
        pytest.param(
            "tarfile.open",
            dataset("self.f = tarfile.open(path)", "return self.load(i)", more="def load(self, i):\n    return self.f"),
            id="read in a helper",
        ),
        pytest.param(
            "h5py.File",
            dataset("self.reset()", more="def reset(self):\n    self.f = h5py.File('a')"),
            id="set up by a helper",
        ),
        pytest.param("h5py.File", dataset("self.f = h5py.File(path)", loader=""), id="a loader elsewhere"),
        pytest.param(
            "h5py.File",
            dataset("self.f = h5py.File(path)", loader=LOADER.replace("=4", "=args.n")),
            id="a count by name",
        ),
        pytest.param("h5py.File", dataset("self.f = h5py.File(path)", base="lib.BaseDataset"), id="another base"),
        pytest.param(
            "h5py.File",
            dataset("self.f = h5py.File(path)", loader=LOADER.replace("=4", "=4, worker_init_fn=lambda i: seed(i)")),
            id="an init function that only seeds",
        ),
        pytest.param(
            "open",
            dataset(
                "self.f = open(path)",
                "pass",
                base="IterableDataset",
                more="def __iter__(self):\n    return iter(self.f)",
            ),
            id="an iterable dataset",
        ),
    ],
)
def test_what_is_opened_before_the_workers_and_read_in_them_is_found(judged, opener, text):
    (finding,) = judged("WL506", text).findings
    assert f"with {opener} before there are workers" in finding.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(dataset("self.f = None", "if self.f is None:\n    self.f = h5py.File(p)\nreturn self.f[i]"), id="lazy"),
        pytest.param(
            dataset("self.f = None", "return self.file()[i]", more="def file(self):\n    self.f = h5py.File(1)\n    return self.f"),
            id="lazy, in a helper",
        ),
        pytest.param(dataset("self.f = h5py.File(path)\nself.f = None"), id="dropped"),
        pytest.param(dataset("self.f = h5py.File(path)\nself.n = len(self.f)\nself.f.close()"), id="closed"),
        pytest.param(dataset("self.f = h5py.File(path)\nself.n = len(self.f)\ndel self.f"), id="deleted"),
        pytest.param(dataset("with h5py.File(path) as f:\n    self.f = f['images'][:]"), id="with"),
        pytest.param(dataset("self.f = h5py.File(path)['images'][:]"), id="read at once"),
        pytest.param(dataset("self.f = h5py.File(path)['images'][()]"), id="read as a whole"),
        pytest.param(dataset("f = h5py.File(path)\nself.f = f['images']\nf.close()"), id="closed by its name"),
        pytest.param(dataset("self.f = open(path).read()"), id="the contents of a file"),
        pytest.param(dataset("self.f = json.load(open(path))"), id="what is in a file"),
        pytest.param(dataset("self.f = open(path, 'w')"), id="a log"),
        pytest.param(dataset("self.f = h5py.File(path)\nself.n = len(self.f)", "return i"), id="not read in workers"),
        pytest.param(dataset("self.f = h5py.File(path)", loader=LOADER.replace("=4", "=0")), id="no workers"),
        pytest.param(dataset("self.f = h5py.File(path)", loader="DataLoader(d)"), id="a loader without workers"),
        pytest.param(
            dataset("self.f = h5py.File(path)", more="def __getstate__(self):\n    return {}"), id="it knows how to be pickled"
        ),
        pytest.param(dataset("self.f = h5py.File(path)\nself.pid = os.getpid()"), id="it looks at the process"),
        pytest.param(
            dataset("self.f = h5py.File(path)", "torch.utils.data.get_worker_info()\nreturn self.f[i]"), id="at the worker"
        ),
        pytest.param(
            dataset(
                "self.f = h5py.File(path)",
                loader="def reopen(i):\n    torch.utils.data.get_worker_info().dataset.f = h5py.File(p)\n"
                + LOADER.replace("=4", "=4, worker_init_fn=reopen"),
            ),
            id="opened anew in each worker",
        ),
        pytest.param(
            dataset("self.f = h5py.File(path)", loader=LOADER.replace("=4", "=4, worker_init_fn=lib.reopen")),
            id="an init function from elsewhere",
        ),
        pytest.param(dataset("self.f = h5py.File(path)", base="Module"), id="no dataset"),
        pytest.param(dataset("self.f = h5py.File(path)", base="tf.data.Dataset"), id="TensorFlow's dataset"),
        pytest.param("from mxnet import gluon\n" + dataset("self.f = h5py.File(path)", base="gluon.data.Dataset"), id="MXNet's"),
    ],
)  # fmt: skip
def test_what_each_worker_opens_itself_is_left_alone(judged, text):
    assert not judged("WL506", text).findings


def test_the_message_says_what_goes_wrong(judged):
    (finding,) = judged("WL506", dataset("self.f = open(path, 'rb')")).findings
    assert finding.message == (
        "Images opens self.f with open before there are workers, and the workers of the loader in line 14 (4 workers) "
        "read from it: forked workers share its position in the file and read each other's bytes, and it cannot be "
        "pickled for workers of spawn or forkserver (TypeError)"
    )
