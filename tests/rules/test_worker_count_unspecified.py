from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
MODE = 'mode = "training"'


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, num_workers=0)", id="none, in so many words"),
        pytest.param("DataLoader(d, num_workers=n)", id="a name"),
        pytest.param("DataLoader(d, 32, True, None, None, 8)", id="by position"),
        pytest.param("DataLoader(d, **options)", id="options from elsewhere"),
        pytest.param("DataLoader(*arguments)", id="arguments from elsewhere"),
        pytest.param("partial(DataLoader, d)", id="somebody else may give it"),
        pytest.param("Batches(d)", id="a callee that nobody knows"),
        pytest.param("from ffcv.loader import Loader\nLoader(p)", id="another default"),
        pytest.param("x: DataLoader = None", id="no call"),
        pytest.param("DataLoader(TensorDataset(x, y), 32)", id="tensors in memory"),
        pytest.param("for batch in DataLoader(range(edges.size(0)), 32): pass", id="numbers"),
        pytest.param("data = TensorDataset(x, y)\nDataLoader(data, batch_size=32)", id="tensors in memory, by a name"),
    ],
)
def test_silent(judged, text):
    assert judged("WL203", TORCH + text, MODE).findings == []


@pytest.mark.parametrize("name", ["test_a.py", "a_test.py", "conftest.py", "tests/data/a.py"])
def test_tests_want_no_workers(judged, name):
    assert judged("WL203", TORCH + "DataLoader(d)", MODE, name=name).findings == []


@pytest.mark.parametrize("name", ["latest.py", "contest/a.py", "testing.py"])
def test_what_is_only_called_alike_is_no_test(judged, name):
    assert len(judged("WL203", TORCH + "DataLoader(d)", MODE, name=name).findings) == 1


@pytest.mark.parametrize("settings", ["", 'mode = "debug"'])
def test_nothing_is_asked_for_without_a_mode_or_where_the_mode_wants_none(judged, settings):
    assert judged("WL203", TORCH + "DataLoader(d)", settings).findings == []


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("DataLoader(d)", "DataLoader(d, num_workers=8)"),
        ("DataLoader(d, 32)", "DataLoader(d, 32, num_workers=8)"),
        ("DataLoader(dataset=d)", "DataLoader(num_workers=8, dataset=d)"),
        ("DataLoader(\n    d,\n    batch_size=2,\n)", "DataLoader(\n    d,\n    num_workers=8,\n    batch_size=2,\n)"),
        (
            "from transformers import TrainingArguments\nTrainingArguments('out')",
            "from transformers import TrainingArguments\nTrainingArguments('out', dataloader_num_workers=8)",
        ),
    ],
    ids=["alone", "by position", "by name", "on several lines", "the Trainer's"],
)
def test_found_and_fixed(judged, text, fixed):
    found = judged("WL203", TORCH + text, MODE)
    assert found.fixed == TORCH + fixed
    ast.parse(found.fixed)
    assert judged("WL203", found.fixed, MODE).findings == []
    assert judged("WL203", TORCH + text, MODE, unsafe=False).fixed == TORCH + text


def test_the_message_names_the_mode_and_its_count(judged):
    assert judged("WL203", TORCH + "DataLoader(d)", MODE).says == (
        "warning: DataLoader is given no num_workers and has no workers, and mode training asks for 8; add num_workers=8"
    )


def test_no_more_is_written_than_the_hardware_bears(judged):
    settings = f'{MODE}\nprofile = "k8s-cpu2-mem8.json"'
    found = judged("WL203", TORCH + "DataLoader(d)", settings)
    assert "asks for 8, and k8s-cpu2-mem8 bears" in found.says
    assert "num_workers=8" not in found.fixed
    assert judged("WL3", found.fixed, settings).findings == []


def test_it_is_off_by_default_under_every_mode(judged):
    assert judged(None, TORCH + "DataLoader(d)", 'mode = "production"').findings == []
