from __future__ import annotations

import json

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


def within_a_function(text):
    """The lines of ``text`` in the body of a function."""
    inside = "".join(f"    {line}\n" for line in text.splitlines())
    return f"{TORCH}def loaders(d, args, n):\n{inside}"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, num_workers=n)", id="a name"),
        pytest.param("DataLoader(d, num_workers=args.n or 4)", id="a fallback"),
        pytest.param("DataLoader(d, num_workers=min(4, n))", id="an expression"),
        pytest.param("DataLoader(d, num_workers=0)", id="none at all"),
        pytest.param("DataLoader(d)", id="nothing"),
        pytest.param("partial(DataLoader, num_workers=4)", id="a partial, whose caller may give another"),
        pytest.param("Batches(d, num_workers=4)", id="a callee that nobody knows"),
        pytest.param("x = dict(num_workers=4)", id="a configuration"),
        pytest.param("def f(num_workers=4): return DataLoader(d, num_workers=num_workers)", id="a default"),
        pytest.param("N = 4\nDataLoader(d, num_workers=N)", id="a constant with a name"),
    ],
)
def test_silent(judged, text):
    assert judged("WL202", within_a_function(text)).findings == []


def test_the_numbers_of_a_script_are_its_configuration(judged):
    assert judged("WL202", TORCH + "DataLoader(d, num_workers=4)").findings == []
    assert len(judged("WL202", TORCH + "f = lambda d: DataLoader(d, num_workers=4)").findings) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("DataLoader(d, num_workers=4)", "num_workers of DataLoader is always 4"),
        ("DataLoader(d, 32, True, None, None, 8)", "num_workers of DataLoader is always 8"),
        ("DataLoader(d, num_workers=4, **options)", "num_workers of DataLoader is always 4"),
        (
            "from transformers import TrainingArguments\nTrainingArguments('out', dataloader_num_workers=2)",
            "dataloader_num_workers of TrainingArguments is always 2",
        ),
    ],
    ids=["by name", "by position", "beside others", "the Trainer's"],
)
def test_found(judged, text, says):
    found = judged("WL202", within_a_function(text))
    assert found.says == (
        f"info: {says}: no configuration and no argument can change it; take it from the configuration, or from a parameter"
    )
    assert found.fixed == within_a_function(text)


def test_tests_may_write_their_counts(judged):
    assert judged("WL202", within_a_function("DataLoader(d, num_workers=4)"), name="tests/test_a.py").findings == []


def test_the_numbers_of_a_notebook_are_edited_in_place(judged):
    cell = {"cell_type": "code", "source": within_a_function("DataLoader(d, num_workers=4)")}
    text = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5})
    assert judged("WL202", text, name="a.ipynb").findings == []


def test_it_is_off_by_default(judged):
    assert judged(None, within_a_function("DataLoader(d, num_workers=4)")).findings == []


def test_a_count_that_is_to_be_kept_may_stand_where_it_does(judged):
    code = within_a_function("return DataLoader(d, num_workers=4)")
    assert judged("WL202", code).findings
    assert not judged("WL202", code.replace("=4)", "=4)  # worker-lint: keep")).findings
