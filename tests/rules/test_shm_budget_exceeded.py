from __future__ import annotations

import pytest

SMALL = 'profile = "k8s-cpu2-mem8.json"\nbatch-bytes = "18.4MiB"'
TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("num_workers = 99", 'profile = "k8s-cpu2-mem8.json"', id="no batch size"),
        pytest.param("num_workers = 99", 'batch-bytes = "1GiB"', id="no machine"),
        pytest.param("num_workers = 1", SMALL, id="what fits"),
        pytest.param("num_workers = 2", SMALL + "\nprefetch-factor = 1", id="what fits with less prefetching"),
        pytest.param(
            TORCH + "DataLoader(d, num_workers=2, prefetch_factor=1)", SMALL, id="what fits as the call prefetches"
        ),
        pytest.param("num_workers = n", SMALL, id="a reference"),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL304", text, settings).findings == []


@pytest.mark.parametrize(
    ("name", "text", "settings"),
    [
        pytest.param("a.py", "num_workers = 2", SMALL, id="too many"),
        pytest.param(
            "a.py", TORCH + "DataLoader(d, num_workers=1, prefetch_factor=8)", SMALL, id="prefetching in a call"
        ),
        pytest.param("a.py", "num_workers = 1", SMALL + "\nlive-loaders = 2", id="two loaders"),
        pytest.param("a.json", '{"num_workers": 1, "prefetch_factor": 8}', SMALL, id="prefetching in an object"),
    ],
)
def test_found(judged, name, text, settings):
    found = judged("WL304", text, settings, name)
    assert found.says.startswith("error: num_workers is ")
    assert "k8s-cpu2-mem8 bears " in found.says
    assert "/dev/shm of 64 MiB holds 3 batches of 18.4 MiB" in found.says
    assert found.says.endswith("or raise /dev/shm or lower prefetch_factor")
    assert found.fixed == text


def test_under_a_mode_the_fix_writes_the_clamped_count(judged):
    assert judged("WL304", "num_workers = 8", SMALL + '\nmode = "training"').fixed == "num_workers = 1"


def test_neither_the_policy_nor_the_cpus_speak_beside_it(judged):
    found = judged("WL", "num_workers = 8", SMALL + '\nmode = "training"')
    assert [finding.code for finding in found.findings] == ["WL304"]
