"""What the pages say of frameworks around the loader, held against the real ones, where they are installed."""

from __future__ import annotations

import os
import tarfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from io import BytesIO
from multiprocessing import get_context

import pytest

# Of threads in a process that forks, here as in the loaders themselves.
pytestmark = pytest.mark.filterwarnings("ignore")


def needs(name):
    """Skip the test where the package ``name`` is not installed; to import it here would start its threads."""
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")


def attempt(function, *arguments):
    """Run ``function`` in a process of its own, and return what it gives, or what it raises, as text."""
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(_said, function, arguments).result(timeout=120)


def _said(function, arguments):
    warnings.simplefilter("ignore")
    try:
        return repr(function(*arguments))
    except Exception as error:  # noqa: BLE001 - whatever the framework raises is what is asked for
        return f"{type(error).__name__}: {error}"


def queue(outer, inner):
    import torch
    import torchio as tio
    from torch.utils.data import DataLoader

    subject = tio.Subject(image=tio.ScalarImage(tensor=torch.rand(1, 8, 8, 8)))
    subjects = tio.SubjectsDataset([subject] * 4)
    patches = tio.Queue(subjects, 8, 2, tio.data.UniformSampler(4), num_workers=inner)
    return len(list(DataLoader(patches, batch_size=2, num_workers=outer, collate_fn=list)))


def test_the_loader_of_a_queue_with_workers_raises():
    needs("torchio")
    said = attempt(queue, 2, 2)
    assert said.startswith("RuntimeError: ")
    assert "The number of workers for the data loader used to pop patches from the queue should be 0. Is it?" in said
    assert attempt(queue, 0, 2) == attempt(queue, 2, 0) == "4"


def resume(before, after):
    from torchdata.stateful_dataloader import StatefulDataLoader

    written = StatefulDataLoader(list(range(8)), num_workers=before)
    next(iter(written))
    resumed = StatefulDataLoader(list(range(8)), num_workers=after)
    resumed.load_state_dict(written.state_dict())
    return len(list(resumed))


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (2, 4, "AssertionError: "),
        (2, 0, "AssertionError: State doesn't contain key '_num_yielded' expected for single process dataloader"),
        (0, 2, "AssertionError: State doesn't contain key '_snapshot' expected for multiprocess dataloader"),
    ],
)
def test_a_checkpoint_of_another_count_is_refused(before, after, says):
    needs("torchdata")
    assert attempt(resume, before, after) == says
    assert attempt(resume, before, before).isdigit()


def grain_loader(count):
    import grain.python as grain

    sampler = grain.IndexSampler(4, shuffle=False, shard_options=grain.NoSharding(), num_epochs=1)
    grain.DataLoader(data_source=grain.RangeDataSource(0, 4, 1), sampler=sampler, worker_count=count)


def test_grain_refuses_a_negative_count():
    needs("grain")
    assert attempt(grain_loader, -1).startswith("ValueError: Worker count should be greater than or equal zero.")
    assert attempt(grain_loader, 0) == "None"


def mapped(count):
    from datasets import Dataset

    return Dataset.from_dict({"x": [1]}).map(dict, num_proc=count).num_rows


def test_datasets_refuses_a_negative_count():
    needs("datasets")
    assert attempt(mapped, -1).startswith("ValueError: num_proc must be")
    assert attempt(mapped, None) == "1"


def tar_shards(folder, workers):
    import webdataset as wds

    for shard in range(2):
        with tarfile.open(os.path.join(folder, f"s-{shard}.tar"), "w") as tar:  # noqa: PTH118
            member = tarfile.TarInfo(f"{shard}.txt")
            member.size = 1
            tar.addfile(member, BytesIO(b"1"))
    dataset = wds.WebDataset(os.path.join(folder, "s-{0..1}.tar"), shardshuffle=False)  # noqa: PTH118
    return len(list(wds.WebLoader(dataset, num_workers=workers, batch_size=None)))


def test_a_worker_without_a_shard_raises(tmp_path):
    needs("webdataset")
    said = attempt(tar_shards, str(tmp_path), 4)
    assert "No samples found in dataset; perhaps you have fewer shards than workers." in said
    assert attempt(tar_shards, str(tmp_path), 2) == "2"


def keras_method(method, options):
    os.environ["KERAS_BACKEND"] = "jax"
    import keras
    import numpy as np

    model = keras.Sequential([keras.layers.Dense(1)])
    model.compile(loss="mse")
    labels = {} if method == "predict" else {"y": np.zeros((4, 1))}
    getattr(model, method)(np.zeros((4, 2)), verbose=0, **labels, **options)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
def test_keras_takes_no_workers(method):
    needs("keras")
    said = attempt(keras_method, method, {"workers": 2})
    assert said.startswith(("TypeError: JAXTrainer.", "ValueError: Arguments not recognized: {'workers': 2}"))
    assert attempt(keras_method, method, {}) == "None"
