from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=4, prefetch_factor=2)", id="workers"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, prefetch_factor=None)", id="off"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, prefetch_factor=p)", id="a name"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, prefetch_factor=2 if n else None)", id="a guard"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=n, prefetch_factor=2)", id="an unknown count"),
        pytest.param("a.py", TORCH + "DataLoader(d, prefetch_factor=2, **kw)", id="keywords from elsewhere"),
        pytest.param("a.py", "Loader(d, prefetch_factor=0)", id="a callee that nobody knows"),
        pytest.param("a.py", "x = dict(prefetch_factor=0)", id="a dict that may be another's"),
        pytest.param("a.py", "from paddle.io import DataLoader\nDataLoader(d, prefetch_factor=2)", id="paddle"),
        pytest.param("a.json", '{"num_workers": 0, "prefetch_factor": null}', id="off in JSON"),
        pytest.param("a.json", '{"num_workers": 2, "prefetch_factor": "${prefetch}"}', id="a template"),
        pytest.param("a.json", '{"num_workers": 2, "prefetch_factor": "batches to prefetch"}', id="a description"),
        pytest.param("a.json", '{"num_workers": 2, "prefetch_factor": {"train": 0}}', id="an object"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL402", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "options", "says", "fixed"),
    [
        pytest.param(
            "a.py", "num_workers=0, prefetch_factor=2", "prefetch_factor is 2 and the worker count is 0",
            "num_workers=0, prefetch_factor=None", id="no workers",
        ),
        pytest.param(
            "a.py", "prefetch_factor=2", "no worker count is given, so DataLoader takes its default, 0",
            "prefetch_factor=None", id="no count",
        ),
        pytest.param(
            "a.py", "num_workers=0, prefetch_factor=0", "prefetch_factor is 0 and the worker count is 0",
            "num_workers=0, prefetch_factor=None", id="0 without workers, which torch refuses too",
        ),
        pytest.param(
            "a.py", "num_workers=2, prefetch_factor=0",
            "prefetch_factor is 0, not positive; the loader fails with AssertionError at its first batch",
            "num_workers=2, prefetch_factor=None", id="0",
        ),
        pytest.param(
            "a.py", "num_workers=n, prefetch_factor=-1", "prefetch_factor is -1, negative; the loader raises ValueError",
            "num_workers=n, prefetch_factor=None", id="negative",
        ),
        pytest.param(
            "a.py", "num_workers=2, prefetch_factor=2.0", "prefetch_factor is 2.0, a float; the loader fails with TypeError",
            "num_workers=2, prefetch_factor=None", id="a float",
        ),
        pytest.param(
            "a.py", "num_workers=2, prefetch_factor='2'", "prefetch_factor is '2', a string; the loader raises TypeError",
            "num_workers=2, prefetch_factor=None", id="a string",
        ),
        pytest.param(
            "a.json", '{"num_workers": 0, "prefetch_factor": 2}', "prefetch_factor is 2 and the worker count is 0",
            '{"num_workers": 0, "prefetch_factor": null}', id="JSON",
        ),
        pytest.param(
            "a.json", '{"num_workers": 2, "prefetch_factor": 0}', "prefetch_factor is 0, not positive",
            '{"num_workers": 2, "prefetch_factor": null}', id="JSON, 0",
        ),
    ],
)  # fmt: skip
def test_found(judged, name, options, says, fixed):
    text = options if name == "a.json" else f"{TORCH}DataLoader(d, {options})"
    found = judged("WL402", text, name=name)
    guarded = name == "a.json" and "and the worker count is 0" in says
    assert found.says.startswith("warning: " if guarded else "error: ")
    assert says in found.says
    assert found.fixed == (fixed if name == "a.json" else f"{TORCH}DataLoader(d, {fixed})")
