from __future__ import annotations

import pytest

KERAS = "import keras\n{mark}\nmodel.{call}\n"


@pytest.fixture
def said(judged):
    return lambda text: [f.message for f in judged("WL902", text).findings]


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.parametrize(
    "mark", ["from keras import ops", "x = keras.ops.abs(1)", "class D(keras.utils.PyDataset): pass"]
)
def test_keras_3_takes_no_workers(said, method, mark):
    (line,) = said(KERAS.format(mark=mark, call=f"{method}(data, workers=4)"))
    assert line == f"{method} of Keras 3 takes no workers; it raises TypeError or ValueError"


def test_every_option_is_found(said):
    assert (
        len(said(KERAS.format(mark="from keras import ops", call="fit(d, workers=4, use_multiprocessing=True)"))) == 2
    )


@pytest.mark.parametrize(
    "text",
    [
        KERAS.format(mark="", call="fit(data, workers=4)"),  # of any version
        "from tensorflow import keras\nfrom keras import ops\nmodel.fit(data)  # workers=4\n",
        KERAS.format(mark="from keras import ops", call="run(data, workers=4)"),
        "from tensorflow.keras import layers\nclass D(PyDataset): pass\nmodel.fit(data, workers=4)\n",
    ],
)
def test_what_another_version_or_another_thing_takes(said, text):
    assert not said(text)


OLD = "data = dict(samples_per_gpu=2, workers_per_gpu=2)\n"


def test_mmengine_does_not_look_at_workers_per_gpu(said):
    (line,) = said(f"train_dataloader = dict(batch_size=2, num_workers=2)\n{OLD}")
    assert line.startswith("workers_per_gpu has no effect here: MMEngine reads")
    assert said("train_dataloader = dict(batch_size=2)\ndata = {'workers_per_gpu': 2}\n")


@pytest.mark.parametrize("text", [OLD, "data = dict(workers_per_gpu=2,\n    train_dataloader=dict(shuffle=True))\n"])
def test_its_forerunners_do(said, text):
    assert not said(text)


@pytest.mark.parametrize(
    "text",
    [
        "train_dataloader = build_dataloader(dataset, samples_per_gpu=2, workers_per_gpu=2)\n",
        "train_dataloader = dict(batch_size=2)\nloader = build_dataloader(dataset, workers_per_gpu=2)\n",
        "train_dataloader = dict(batch_size=2)\nprint(cfg.data['workers_per_gpu'], 'workers_per_gpu')\n",
    ],
)
def test_scripts_have_functions_that_take_it(said, text):
    assert not said(text)
