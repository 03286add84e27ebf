from __future__ import annotations

import pytest

HEAD = "import random\nimport numpy as np\nimport torch\nfrom torch.utils.data import DataLoader\n"
LOADER = "loader = DataLoader(d, num_workers=4, worker_init_fn=init)\n"


def init(body, loader=LOADER, name="init", head=HEAD, parameters="i"):
    """A function with this body that a loader is given, where ``i`` is the number of the worker."""
    inside = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{head}def {name}({parameters}):\n{inside}\n{loader.replace('=init', f'={name}')}"


CONSTANT = "in every worker: all of them draw the same random numbers, and again in each epoch"
NUMBER = "which depends on the number of the worker alone: each epoch draws the random numbers of the first"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        pytest.param(f"numpy with 42 {CONSTANT}", init("np.random.seed(42)"), id="a number"),
        pytest.param(f"random with args.seed {CONSTANT}", init("random.seed(args.seed)"), id="an argument"),
        pytest.param(f"torch with seed {CONSTANT}", init("torch.manual_seed(seed)"), id="a name"),
        pytest.param(f"numpy with seed {CONSTANT}", init("seed = 7\nnp.random.seed(seed)"), id="a name inside"),
        pytest.param(f"numpy with seed + rank {CONSTANT}", init("np.random.seed(seed + rank)"), id="by rank alone"),
        pytest.param(f"every generator with seed {CONSTANT}", init("seed_everything(seed)"), id="a helper"),
        pytest.param(f"numpy with 1 {CONSTANT}", init("np.random.seed(seed=1)"), id="by keyword"),
        pytest.param(
            f"numpy with 0 {CONSTANT}",
            HEAD + "DataLoader(d, num_workers=n, worker_init_fn=lambda _: np.random.seed(0))",
            id="a lambda",
        ),
        pytest.param(
            f"numpy with s {CONSTANT}",
            HEAD + "worker_init_fn = lambda i: np.random.seed(s)\nDataLoader(d, num_workers=2, worker_init_fn=worker_init_fn)",
            id="a lambda by name",
        ),
        pytest.param(f"numpy with i, {NUMBER}", init("np.random.seed(i)"), id="the worker"),
        pytest.param(f"numpy with i + 100, {NUMBER}", init("np.random.seed(i + 100)"), id="the worker and a literal"),
        pytest.param(f"random with s, {NUMBER}", init("s = 2 * i\nrandom.seed(s)"), id="the worker by a name"),
        pytest.param(
            f"numpy with worker_id, {NUMBER}",
            HEAD + "def worker_init_fn(worker_id):\n    np.random.seed(worker_id)\n",
            id="a loader elsewhere",
        ),
        pytest.param(
            f"numpy with 1 {CONSTANT}",
            HEAD + "options = dict(worker_init_fn=init)\n" + init("np.random.seed(1)", "", head=""),
            id="in a dict",
        ),
    ],
)  # fmt: skip
def test_a_seed_that_is_the_same_each_time_is_found(judged, message, text):
    (finding,) = judged("WL503", text).findings
    assert message in finding.message


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(init("np.random.seed(torch.initial_seed() % 2**32)"), id="torch's seed"),
        pytest.param(init("seed = torch.initial_seed() % 2**32\nnp.random.seed(seed)"), id="torch's seed by a name"),
        pytest.param(init("np.random.seed(seed + i)"), id="a seed and the worker"),
        pytest.param(init("s = args.seed + i\nnp.random.seed(s)\nrandom.seed(s)"), id="both by a name"),
        pytest.param(init("np.random.seed(np.random.get_state()[1][0] + i)"), id="numpy's own state"),
        pytest.param(init("np.random.seed()"), id="fresh entropy"),
        pytest.param(init("np.random.seed(None)"), id="none"),
        pytest.param(init("np.random.seed(int(time.time()))"), id="the time"),
        pytest.param(init("np.random.seed(epoch)"), id="the epoch"),
        pytest.param(init("np.random.seed(base_seed)"), id="a seed that may differ"),
        pytest.param(init("w = torch.utils.data.get_worker_info()\nnp.random.seed(w.seed)"), id="the worker's info"),
        pytest.param(init("np.random.seed(i)", LOADER.replace("=4", "=4, persistent_workers=True")), id="workers that stay"),
        pytest.param(init("np.random.seed(42)", LOADER.replace("=4", "=0")), id="no workers"),
        pytest.param(init("np.random.seed(42)", LOADER.replace("num_workers=4, ", "")), id="no count"),
        pytest.param(init("np.random.seed(0)", name="val_worker_init_fn"), id="for validation"),
        pytest.param(init("np.random.seed(0)", name="debugging_worker_init_fn"), id="to debug"),
        pytest.param(init("np.random.seed(s)", parameters="i, s"), id="a seed that is passed"),
        pytest.param(init("torch.set_num_threads(1)"), id="no seed"),
        pytest.param(init("np.random.seed(42)", "worker_init_fn = None\n"), id="not given to a loader"),
        pytest.param(init("np.random.seed(42)\nrandom.seed(seed + i)"), id="another generator that differs"),
    ],
)  # fmt: skip
def test_a_seed_that_differs_is_left_alone(judged, text):
    assert not judged("WL503", text).findings


def test_tests_seed_all_workers_alike_on_purpose(judged):
    assert judged("WL503", init("np.random.seed(42)"), name="test_seeds.py").findings == []


def test_every_seed_is_mended_at_once(judged):
    text = init("np.random.seed(42)  # the answer\nrandom.seed(\n    args.seed\n)")
    fresh = "torch.initial_seed() % 2**32"
    fixed = text.replace("(42)", f"({fresh})").replace("    args.seed\n", f"    {fresh}\n")
    assert judged("WL503", text).fixed == fixed
    assert judged("WL503", fixed).fixed == fixed
    assert judged("WL503", text, unsafe=False).fixed == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(init("np.random.seed(1)", head=HEAD.replace("import torch\n", "")), id="torch is not imported"),
        pytest.param(init("torch.manual_seed(1)\nnp.random.seed(1)"), id="torch's own seed would be the constant"),
        pytest.param(init("set_seed(1)"), id="a helper may do more"),
    ],
)
def test_what_cannot_be_mended_is_only_reported(judged, text):
    found = judged("WL503", text)
    assert len(found.findings) == 1
    assert found.fixed == text
