from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("num_workers=4, worker_init_fn=seed", id="workers"),
        pytest.param("num_workers=n, worker_init_fn=seed", id="perhaps workers"),
        pytest.param("worker_init_fn=seed, **options", id="workers from elsewhere"),
        pytest.param("num_workers=0, worker_init_fn=None", id="no function"),
        pytest.param("num_workers=0, worker_init_fn=seed if n else None", id="perhaps no function"),
        pytest.param("num_workers=0, in_order=True", id="in order"),
        pytest.param("num_workers=0, in_order=order", id="a name"),
    ],
)
def test_silent(judged, arguments):
    assert judged("WL405", f"{TORCH}DataLoader(d, {arguments})").findings == []


def test_a_callee_that_nobody_knows_is_left_alone(judged):
    assert judged("WL405", f"{TORCH}MyLoader(d, num_workers=0, worker_init_fn=seed)").findings == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("num_workers=0, worker_init_fn=seed", "worker_init_fn is seed and the worker count is 0: it is never called"),
        (
            "num_workers=0, worker_init_fn=u.seed",
            "worker_init_fn is u.seed and the worker count is 0: it is never called",
        ),
        (
            "worker_init_fn=lambda i: seed(i)",
            "worker_init_fn is lambda i: seed(i) and no worker count is given, so DataLoader takes its default, 0: "
            "it is never called",
        ),
        (
            "num_workers=0, worker_init_fn=partial(seed, 1)",
            "worker_init_fn is partial(seed, 1) and the worker count is 0: it is never called",
        ),
        ("num_workers=0, in_order=False", "in_order is False and the worker count is 0: batches come in order anyway"),
    ],
    ids=["a function", "of a module", "a lambda", "a partial", "an order"],
)
def test_found(judged, arguments, says):
    text = f"{TORCH}DataLoader(d, {arguments})"
    found = judged("WL405", text)
    assert found.says == (
        f"info: {says}; leave it out, and do in the main process what is needed there, or ask for workers"
    )
    assert found.fixed == text


def test_it_is_off_by_default(judged):
    assert judged(None, TORCH + "DataLoader(d, num_workers=0, worker_init_fn=seed)").findings == []


def test_tests_are_left_alone(judged):
    text = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=0, worker_init_fn=seed)\n"
    assert judged("WL405", text, name="test_a.py").findings == []
    assert len(judged("WL405", text).findings) == 1
