from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
HF = "from transformers import TrainingArguments\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=4, persistent_workers=True)", id="workers"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, persistent_workers=False)", id="off"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0, persistent_workers=n > 0)", id="a guard"),
        pytest.param(
            "a.py", TORCH + "DataLoader(d, num_workers=0, persistent_workers=True if n else False)", id="an if"
        ),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=n, persistent_workers=True)", id="an unknown count"),
        pytest.param("a.py", TORCH + "DataLoader(d, persistent_workers=True, **kw)", id="keywords from elsewhere"),
        pytest.param("a.py", TORCH + "DataLoader(*a, persistent_workers=True)", id="arguments from elsewhere"),
        pytest.param("a.py", TORCH + "partial(DataLoader, persistent_workers=True)(d, num_workers=4)", id="a partial"),
        pytest.param(
            "a.py", TORCH + "DataLoader(d, 32, True, None, None, 4, persistent_workers=True)", id="a position"
        ),
        pytest.param("a.py", "MyLoader(d, num_workers=0, persistent_workers=True)", id="a callee that nobody knows"),
        pytest.param("a.py", "from own import DataLoader\nDataLoader(d, persistent_workers=True)", id="another one"),
        pytest.param("a.py", "x = dict(persistent_workers=True)", id="a dict without a count"),
        pytest.param("a.py", "from paddle.io import DataLoader\nDataLoader(d, persistent_workers=True)", id="paddle"),
        pytest.param("a.py", "train_dataloader = dict(num_workers=2, persistent_workers=True)", id="mmengine"),
        pytest.param("a.py", HF + "TrainingArguments(persistent_workers=True)", id="an option of another name"),
        pytest.param("a.py", "from ffcv.loader import Loader\nLoader(p, persistent_workers=True)", id="FFCV"),
        pytest.param("a.json", '{"num_workers": 4, "persistent_workers": true}', id="workers in JSON"),
        pytest.param("a.json", '{"num_workers": 0, "persistent_workers": false}', id="off in JSON"),
        pytest.param("a.json", '{"persistent_workers": true}', id="no count in JSON"),
        pytest.param("a.json", '{"num_workers": "${n}", "persistent_workers": true}', id="a template"),
        pytest.param("a.json", '{"num_workers": 0, "val": {"persistent_workers": true}}', id="another object"),
        pytest.param("tests/a.json", '{"num_workers": 0, "persistent_workers": true}', id="a configuration of tests"),
        pytest.param("test_a.py", "x = {'num_workers': 0, 'persistent_workers': True}", id="a dict of tests"),
        pytest.param(
            "a.py",
            "x = {'sampler': None, 'batch_sampler': None, 'num_workers': 0, 'persistent_workers': True}",
            id="a table of parameters",
        ),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL401", text, name=name).findings == []


ZERO = "error: persistent_workers is on and the worker count is 0; the loader raises ValueError"
DEFAULT = "persistent_workers is on and no worker count is given, so {} takes its default, 0"


@pytest.mark.parametrize(
    ("name", "text", "says", "fixed"),
    [
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers=0, persistent_workers=True)",
            ZERO,
            TORCH + "DataLoader(d, num_workers=0, persistent_workers=False)",
            id="0",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, persistent_workers=(True))",
            DEFAULT.format("DataLoader"),
            TORCH + "DataLoader(d, persistent_workers=(False))",
            id="no count",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, 32, True, None, None, 0, persistent_workers=True)",
            ZERO,
            TORCH + "DataLoader(d, 32, True, None, None, 0, persistent_workers=False)",
            id="0 by position",
        ),
        pytest.param(
            "a.py",
            HF + "TrainingArguments(dataloader_persistent_workers=True)",
            DEFAULT.format("TrainingArguments"),
            HF + "TrainingArguments(dataloader_persistent_workers=False)",
            id="transformers",
        ),
        pytest.param(
            "a.py",
            "train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=True)",
            ZERO,
            "train_dataloader = dict(batch_size=1, num_workers=0, persistent_workers=False)",
            id="mmengine",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": 0, "persistent_workers": true}',
            "warning: persistent_workers is on and the worker count is 0; a loader that is given both raises ValueError",
            '{"num_workers": 0, "persistent_workers": false}',
            id="JSON",
        ),
        pytest.param(
            "test_a.py",
            TORCH + "DataLoader(d, num_workers=0, persistent_workers=True)",
            ZERO,
            TORCH + "DataLoader(d, num_workers=0, persistent_workers=False)",
            id="a loader in a test",
        ),
        pytest.param(
            "a.yaml",
            "_target_: torch.utils.data.DataLoader\nnum_workers: 0\npersistent_workers: true\n",
            ZERO,
            "_target_: torch.utils.data.DataLoader\nnum_workers: 0\npersistent_workers: false\n",
            id="YAML that names the loader",
        ),
        pytest.param(
            "a.json",
            '{"dataloader_num_workers": 0, "dataloader_persistent_workers": true}',
            ZERO,
            '{"dataloader_num_workers": 0, "dataloader_persistent_workers": false}',
            id="JSON for transformers",
        ),
    ],
)
def test_found(judged, name, text, says, fixed):
    found = judged("WL401", text, name=name)
    assert says in found.says
    assert found.says.endswith("turn it off, or ask for workers")
    assert found.fixed == fixed


def test_where_the_mode_asks_for_workers_the_count_is_mended_instead(judged):
    text = TORCH + "DataLoader(d, num_workers=0, persistent_workers=True)"
    found = judged("WL", text, 'mode = "training"')
    assert found.fixed == TORCH + "DataLoader(d, num_workers=8, persistent_workers=True)"
