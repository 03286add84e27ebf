from __future__ import annotations

import pytest

from worker_lint.finding import Severity

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=2, timeout=5)", id="workers"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, timeout=0)", id="no timeout"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, timeout=t)", id="a name"),
        pytest.param("a.py", TORCH + "DataLoader(d, timeout=5 if n > 0 else 0)", id="a guard"),
        pytest.param("a.py", TORCH + "DataLoader(d, multiprocessing_context=None)", id="no context"),
        pytest.param("a.py", TORCH + "DataLoader(d, multiprocessing_context=ctx)", id="a context by name"),
        pytest.param("a.py", TORCH + "DataLoader(d, timeout=5, **kw)", id="keywords from elsewhere"),
        pytest.param("a.py", "requests.get(url, timeout=5)", id="a timeout of something else"),
        pytest.param("a.py", "x = {'num_workers': 0, 'timeout': 5}", id="a dict that may be a server's"),
        pytest.param("a.py", "from paddle.io import DataLoader\nDataLoader(d, timeout=5)", id="paddle"),
        pytest.param("a.json", '{"num_workers": 0, "timeout": 5}', id="an object that may be a server's"),
        pytest.param("a.json", '{"num_workers": 0, "batch_size": 1, "timeout": "5m"}', id="a timeout in words"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL403", text, name=name).findings == []


@pytest.mark.parametrize(
    ("before", "says", "after"),
    [
        pytest.param(
            "num_workers=0, timeout=5",
            "timeout is 5 and the worker count is 0; the loader raises AssertionError at its first batch",
            "num_workers=0, timeout=0",
            id="a timeout",
        ),
        pytest.param(
            "timeout=0.5", "timeout is 0.5 and no worker count is given", "timeout=0", id="a timeout without a count"
        ),
        pytest.param(
            "num_workers=0, multiprocessing_context='spawn'",
            "multiprocessing_context is 'spawn' and the worker count is 0; the loader raises ValueError",
            "num_workers=0, multiprocessing_context=None",
            id="a context",
        ),
        pytest.param(
            "multiprocessing_context=mp.get_context('spawn')",
            "multiprocessing_context is mp.get_context('spawn') and no worker count is given",
            "multiprocessing_context=None",
            id="a context that is looked up",
        ),
    ],
)
def test_found(judged, before, says, after):
    found = judged("WL403", f"{TORCH}DataLoader(d, {before})")
    assert found.says.startswith("error: ")
    assert says in found.says
    assert found.says.endswith("leave it unset, or ask for workers")
    assert found.fixed == f"{TORCH}DataLoader(d, {after})"


def test_found_in_an_object_that_configures_a_loader(judged):
    text = '{"num_workers": 0, "batch_size": 4, "timeout": 30, "multiprocessing_context": "fork"}'
    found = judged("WL403", text, name="a.json")
    assert len(found.findings) == 2
    assert all("; a loader that is given both raises " in each.message for each in found.findings)
    assert {each.severity for each in found.findings} == {Severity.WARNING}
    assert found.fixed == '{"num_workers": 0, "batch_size": 4, "timeout": 0, "multiprocessing_context": null}'
