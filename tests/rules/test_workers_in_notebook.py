from __future__ import annotations

import json

import pytest

DATASET = "class D(Dataset):\n    pass\n"
TORCH = "from torch.utils.data import DataLoader, Dataset\n"


def notebook(*cells):
    written = [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return json.dumps({"cells": written, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(DATASET + "DataLoader(D(), num_workers=0)", id="no workers"),
        pytest.param(DATASET + "DataLoader(D())", id="no workers by default"),
        pytest.param("from lib import D\nDataLoader(D(), num_workers=2)", id="a class of a module"),
        pytest.param("DataLoader(d, num_workers=2, collate_fn=collate)", id="a function of a module"),
        pytest.param(
            DATASET + "DataLoader(D(), num_workers=2, multiprocessing_context='fork')", id="workers that are forked"
        ),
        pytest.param(DATASET + "def f(n):\n    return DataLoader(D(), num_workers=n)\nf(0)", id="a parameter"),
        pytest.param(
            DATASET + "DataLoader(D(), num_workers=0 if os.name == 'nt' else 2)", id="a count for each system"
        ),
    ],
)
def test_silent(judged, text):
    assert judged("WL603", notebook(TORCH, text), name="a.ipynb").findings == []


def test_a_script_is_left_alone(judged):
    assert judged("WL603", TORCH + DATASET + "DataLoader(D(), num_workers=2)").findings == []


def test_nothing_is_found_where_workers_are_certainly_forked(judged):
    settings = 'platforms = ["linux"]\nrequires-python = "<3.14"'
    text = notebook(TORCH + DATASET, "DataLoader(D(), num_workers=2)")
    assert judged("WL603", text, settings, name="a.ipynb").findings == []


@pytest.mark.parametrize(
    ("cells", "what", "fixed"),
    [
        pytest.param(
            (DATASET, "DataLoader(D(), num_workers=2)"), "the class D", "DataLoader(D(), num_workers=0)", id="a dataset"
        ),
        pytest.param(
            ("def f(b): return b", "DataLoader(d, num_workers=2, collate_fn=f)"),
            "the function f",
            "DataLoader(d, num_workers=0, collate_fn=f)",
            id="a function",
        ),
        pytest.param(
            (DATASET, "DataLoader(D(), num_workers=2, persistent_workers=True, timeout=9)"),
            "the class D",
            "DataLoader(D(), num_workers=0, persistent_workers=False, timeout=0)",
            id="with the options that would raise",
        ),
        pytest.param(
            (DATASET, "n = 2\nDataLoader(D(), num_workers=n)"), "the class D", None, id="a name, which is left alone"
        ),
    ],
)
def test_found_and_fixed(judged, cells, what, fixed):
    text = notebook(TORCH, *cells)
    found = judged("WL603", text, name="a.ipynb")
    assert f") needs {what} of this notebook, which workers do not find on Windows and macOS, and with" in found.says
    assert found.says.startswith("warning: ")
    assert found.fixed == (notebook(TORCH, *cells[:-1], fixed) if fixed else text)
    assert bool(judged("WL603", found.fixed, name="a.ipynb").findings) == (fixed is None)
    assert judged("WL603", text, name="a.ipynb", unsafe=False).fixed == text


def test_it_is_off_by_default(judged):
    assert judged(None, notebook(TORCH, DATASET, "DataLoader(D(), num_workers=2)"), name="a.ipynb").findings == []
