from __future__ import annotations

import pytest

SMALL = 'profile = "k8s-cpu2-mem8.json"'
LAPTOP = 'profile = "laptop-8c-16g.json"'


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("num_workers = 999", "", id="no machine, in CI"),
        pytest.param("num_workers = 999", 'profile = "none"', id="no machine, because none is wanted"),
        pytest.param("num_workers = 7", LAPTOP, id="as many as the CPUs bear"),
        pytest.param("num_workers = 0", SMALL, id="no workers"),
        pytest.param("num_workers = -1", SMALL, id="a negative count"),
        pytest.param("num_workers = os.cpu_count() * 4", SMALL, id="an expression"),
        pytest.param("max_workers = 999", SMALL, id="the workers of a pool"),
        pytest.param("preprocessing_num_workers = 999", SMALL, id="workers of another kind"),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL301", text, settings).findings == []


@pytest.mark.parametrize(
    ("text", "settings", "says", "fixed"),
    [
        pytest.param(
            "num_workers = 16",
            LAPTOP,
            "warning: num_workers is 16, but laptop-8c-16g bears 7: 8 CPUs less 1 for the main process; "
            "write 7 or less, or give the job more CPUs",
            "num_workers = 16",
            id="no mode, no fix",
        ),
        pytest.param(
            "num_workers = 16",
            f'{LAPTOP}\nmode = "development"',
            "write 4, or give the job more CPUs",
            "num_workers = 4",
            id="a mode below the limit",
        ),
        pytest.param(
            "num_workers = 16",
            f'{LAPTOP}\nmode = "production"',
            "write 7, or give the job more CPUs",
            "num_workers = 7",
            id="a mode above the limit",
        ),
        pytest.param(
            "num_workers = 16",
            f"{LAPTOP}\nranks-per-node = 4",
            "bears 1: 2 CPUs a rank less 1 for the main process; write 0, or",
            "num_workers = 16",
            id="four ranks",
        ),
        pytest.param(
            "num_workers = 16",
            f"{LAPTOP}\nranks-per-node = 16",
            "write 0, or give the job more CPUs",
            "num_workers = 16",
            id="more ranks than CPUs",
        ),
        pytest.param(
            "num_workers = 16",
            'profile = ["laptop-8c-16g.json", "k8s-cpu2-mem8.json"]',
            "but k8s-cpu2-mem8 bears 1",
            "num_workers = 16",
            id="the smaller of two machines",
        ),
        pytest.param(
            "f(num_workers=c.get('num_workers', 16))",
            LAPTOP,
            "warning: the fallback of num_workers is 16",
            "f(num_workers=c.get('num_workers', 16))",
            id="a fallback",
        ),
    ],
)
def test_found(judged, text, settings, says, fixed):
    found = judged("WL301", text, settings)
    assert says in found.says
    assert found.says.startswith("warning: ")
    assert found.fixed == fixed


def test_the_advice_holds_on_every_machine(judged):
    # The one machine has the fewest CPUs, and the other the least room in /dev/shm.
    settings = 'profile = ["laptop-8c-16g.json", "server-88c-126g.json"]\nbatch-bytes = "1MiB"\nworker-memory = "60GiB"'
    found = judged("WL301", "num_workers = 16", settings)
    assert "laptop-8c-16g bears 7" in found.says
    assert "write 0, or" in found.says


def test_the_policy_does_not_speak_where_the_bound_does(judged):
    found = judged("WL", "num_workers = 16", f'{LAPTOP}\nmode = "development"')
    assert [finding.code for finding in found.findings] == ["WL301"]


def test_a_number_beyond_all_measure_is_one_finding(judged):
    found = judged("WL301", f"num_workers = {'9' * 900}", LAPTOP)
    assert len(found.findings) == 1
