from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=0)", id="none"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=-n)", id="a sign before a name"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=os.cpu_count() - 1)", id="a difference"),
        pytest.param("a.py", "num_workers = -1", id="a variable, which may be a sentinel"),
        pytest.param("a.py", "def f(num_workers=-1): ...", id="a default, which may be a sentinel"),
        pytest.param("a.py", "p.add_argument('--num_workers', default=-1)", id="a default that stands for all CPUs"),
        pytest.param("a.py", "Trainer(num_workers=-1)", id="a callee that nobody knows"),
        pytest.param("a.py", "from ffcv.loader import Loader\nLoader(p, num_workers=-1)", id="FFCV, where -1 is all"),
        pytest.param("a.py", "from own import DataLoader\nDataLoader(d, num_workers=-1)", id="another DataLoader"),
        pytest.param("a.py", "x = {'num_workers': -1, 'n_jobs': -1}", id="a dict without a sign of a loader"),
        pytest.param("a.py", "x = {'num_workers': -1, **kw}", id="a dict that is open"),
        pytest.param("a.json", '{"n_jobs": -1, "max_workers": -1}', id="other knobs"),
        pytest.param("a.json", '{"num_workers": 0}', id="none in JSON"),
        pytest.param("a.json", '{"num_workers": -0}', id="minus zero is zero"),
        pytest.param("a.json", '{"batch_size": 8, "num_workers": -1}', id="a configuration's word for every CPU"),
        pytest.param("a.yaml", "_target_: ffcv.loader.Loader\nnum_workers: -1\n", id="FFCV in YAML"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL101", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers=-1)",
            "num_workers is -1; a loader takes 0 or more and raises ValueError on this",
            id="torch",
        ),
        pytest.param("a.py", TORCH + "DataLoader(d, 32, True, None, None, -2)", "num_workers is -2", id="by position"),
        pytest.param(
            "a.py", "from ffcv.loader import Loader\nLoader(p, num_workers=-2)", "a loader takes -1 or more", id="FFCV"
        ),
        pytest.param("a.py", "x = dict(batch_size=4, num_workers=-1)", "num_workers is -1", id="a loader's dict"),
        pytest.param(
            "a.py",
            "from transformers import TrainingArguments\nTrainingArguments(dataloader_num_workers=-1)",
            "dataloader_num_workers is -1",
            id="transformers",
        ),
        pytest.param("a.json", '{"num_workers": -2}', "num_workers is -2", id="JSON"),
        pytest.param("a.json", '{"dataloader_num_workers": -1}', "num_workers is -1", id="JSON for transformers"),
        pytest.param(
            "a.yaml",
            "_target_: torch.utils.data.DataLoader\nnum_workers: -1\n",
            "num_workers is -1; a loader takes 0 or more",
            id="YAML that names the loader",
        ),
        pytest.param(
            "a.yaml", "_target_: ffcv.loader.Loader\nnum_workers: -2\n", "a loader takes -1 or more", id="FFCV in YAML"
        ),
        pytest.param("a.json", '{"num_workers": -99999999999999999999}', "num_workers is -999", id="JSON, far below"),
    ],
)
def test_found(judged, name, text, says):
    found = judged("WL101", text, name=name)
    assert found.says.startswith("error: ")
    assert says in found.says
    assert found.says.endswith("write 0 to load in the main process, or a count")
    assert found.fixed == text


def test_under_a_mode_the_fix_writes_its_count(judged):
    found = judged("WL101", TORCH + "DataLoader(d, num_workers=- 1)", 'mode = "training"')
    assert found.says.endswith("; write 8 (mode training asks for 8)")
    assert found.fixed == TORCH + "DataLoader(d, num_workers=8)"


def test_a_fix_to_0_takes_the_options_along(judged):
    text = TORCH + "DataLoader(d, num_workers=-1, persistent_workers=True)"
    fixed = TORCH + "DataLoader(d, num_workers=0, persistent_workers=False)"
    assert judged("WL101", text, 'mode = "debug"').fixed == fixed
