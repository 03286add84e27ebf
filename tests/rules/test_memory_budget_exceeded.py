from __future__ import annotations

import pytest

SMALL = 'profile = "g4dn-xlarge.json"'
DECLARED = f'{SMALL}\nworker-memory = "6GiB"\nmain-memory = "4GiB"\nbatch-bytes = "1MiB"'


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("num_workers = 999", "", id="no machine"),
        pytest.param("num_workers = 1", DECLARED, id="what fits"),
        pytest.param("num_workers = 0", DECLARED, id="no workers"),
        pytest.param("num_workers = 8", SMALL, id="what fits by the assumptions"),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL305", text, settings).findings == []


def test_what_is_declared_makes_it_an_error(judged):
    found = judged("WL305", "num_workers = 3", DECLARED)
    assert found.says.startswith("error: num_workers is 3, but g4dn-xlarge bears 1: 80 % of ")
    assert "assumed" not in found.says
    assert found.fixed == "num_workers = 3"


def test_what_is_assumed_is_told_and_makes_it_a_warning(judged):
    found = judged("WL305", "num_workers = 300", SMALL)
    assert found.says.startswith("warning: num_workers is 300, but g4dn-xlarge bears ")
    assert (
        "(assumed: no memory for batches (their size is not given), 4 GiB for the main process, 300 MiB a worker"
        in (found.says)
    )


def test_under_a_mode_the_fix_writes_the_clamped_count(judged):
    assert judged("WL305", "num_workers = 3", f'mode = "training"\n{DECLARED}').fixed == "num_workers = 1"


def test_the_cpus_do_not_speak_beside_it(judged):
    found = judged("WL", "num_workers = 300", SMALL)
    assert [finding.code for finding in found.findings] == ["WL305"]
