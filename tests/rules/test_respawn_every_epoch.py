from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
SPAWN = "multiprocessing_context='spawn'"
EPOCHS = "for epoch in range(9):\n    for batch in loader:\n        pass\n"


def loader(options):
    return f"loader = DataLoader(d, {options})\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(loader("num_workers=2") + EPOCHS, id="no start method"),
        pytest.param(loader("num_workers=2, multiprocessing_context='fork'") + EPOCHS, id="fork"),
        pytest.param(loader(f"num_workers=0, {SPAWN}") + EPOCHS, id="no workers"),
        pytest.param(loader(f"num_workers=2, {SPAWN}, persistent_workers=True") + EPOCHS, id="workers that persist"),
        pytest.param(loader(f"num_workers=2, {SPAWN}, persistent_workers=False") + EPOCHS, id="somebody wants it so"),
        pytest.param(loader(f"num_workers=2, {SPAWN}, **kw") + EPOCHS, id="options from elsewhere"),
        pytest.param(loader(f"num_workers=2, {SPAWN}") + "for batch in loader: pass", id="one pass"),
        pytest.param(
            "for epoch in range(9):\n    " + loader(f"num_workers=2, {SPAWN}") + "    for b in loader: pass",
            id="a new loader in each round",
        ),
        pytest.param(
            "def run():\n    " + loader(f"num_workers=2, {SPAWN}") + "    for b in loader: pass\n"
            "for epoch in range(9):\n    run()",
            id="a new loader in each call",
        ),
        pytest.param(loader(f"num_workers=2, {SPAWN}") + "while more:\n    n = len(loader)", id="only its length"),
    ],
)
def test_silent(judged, text):
    assert judged("WL604", TORCH + text).findings == []


@pytest.mark.parametrize(
    ("text", "added"),
    [
        pytest.param(loader(f"num_workers=2, {SPAWN}") + EPOCHS, "persistent_workers=True", id="a literal"),
        pytest.param(loader(f"num_workers=n, {SPAWN}") + EPOCHS, "persistent_workers=n > 0", id="a name"),
        pytest.param(
            "loader = DataLoader(d, 32, True, None, None, 2, multiprocessing_context='spawn')\n" + EPOCHS,
            "persistent_workers=True",
            id="by position",
        ),
        pytest.param(
            loader("num_workers=args.n, multiprocessing_context=get_context('forkserver')") + EPOCHS,
            "persistent_workers=args.n > 0",
            id="an argument, a context",
        ),
        pytest.param(
            "import torch.multiprocessing as mp\nmp.set_start_method('spawn')\n" + loader("num_workers=2") + EPOCHS,
            "persistent_workers=True",
            id="a start method for all",
        ),
        pytest.param(
            loader(f"{SPAWN}, num_workers=2") + "while more:\n    batch = next(iter(loader))",
            "persistent_workers=True",
            id="the first batch, over and over",
        ),
        pytest.param(
            loader(f"num_workers=2, {SPAWN}") + "def train():\n    for b in loader: pass\n"
            "for epoch in range(9):\n    train()",
            "persistent_workers=True",
            id="a function for each epoch",
        ),
        pytest.param(
            "def train(batches):\n    for b in batches: pass\n"
            "def main():\n    "
            + loader(f"num_workers=2, {SPAWN}")
            + "    for epoch in range(9):\n        train(loader)",
            "persistent_workers=True",
            id="a function that is given the loader",
        ),
    ],
)
def test_found_and_fixed(judged, text, added):
    found = judged("WL604", TORCH + text)
    assert found.says.startswith("info: line ")
    assert f"; add {added}, unless" in found.says
    assert found.fixed != TORCH + text
    assert found.fixed.replace(f"{added}, ", "").replace(f", {added}", "") == TORCH + text
    ast.parse(found.fixed)
    again = judged("WL604", found.fixed)
    assert (again.findings, again.fixed) == ([], found.fixed)
    assert judged("WL604", TORCH + text, unsafe=False).fixed == TORCH + text


def test_the_message_names_the_loop_the_loader_and_the_reason(judged):
    (finding,) = judged("WL604", TORCH + loader(f"num_workers=2, {SPAWN}") + EPOCHS).findings
    assert finding.message == (
        "line 4 goes through the loader (2 workers) again and again, and each time all of its workers are started, and "
        'import torch, anew with multiprocessing_context="spawn"'
    )


def test_what_is_more_than_a_name_is_not_written_twice(judged):
    text = TORCH + loader(f"num_workers=count(), {SPAWN}") + EPOCHS
    found = judged("WL604", text)
    assert len(found.findings) == 1
    assert found.fixed == text


@pytest.mark.parametrize(
    ("settings", "count"),
    [('requires-python = ">=3.14"', 1), ('platforms = ["windows"]', 1), ('requires-python = ">=3.10"', 0)],
)
def test_the_settings_say_where_workers_certainly_start_afresh(judged, settings, count):
    assert len(judged("WL604", TORCH + loader("num_workers=2") + EPOCHS, settings).findings) == count
