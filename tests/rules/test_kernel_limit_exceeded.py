from __future__ import annotations

import json

import pytest

MANY = 'profile = "server-88c-126g.json"\nlive-loaders = 4\nworker-memory = "100MiB"'


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("num_workers = 9999", "", id="no machine"),
        pytest.param("num_workers = 16", MANY, id="what the limit allows"),
        pytest.param("num_workers = 64", 'profile = "server-88c-126g.json"\nworker-memory = "1MiB"', id="one loader"),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL306", text, settings).findings == []


def test_a_worst_case_is_a_warning(judged):
    found = judged("WL306", "num_workers = 40", MANY)
    assert found.says.startswith("warning: num_workers is 40, but server-88c-126g bears ")
    assert "1024 open files less 128 in reserve, at 8 a worker, over 4 loaders" in found.says
    assert found.says.endswith("or raise `ulimit -n`")
    assert found.fixed == "num_workers = 40"


@pytest.fixture
def few_processes(tmp_path):
    """A profile of a machine with few processes, all of whose limits were measured."""
    profile = json.loads((tmp_path / "server-88c-126g.json").read_text())
    profile["limits"]["processes"] = 100
    del profile["provenance"]
    (tmp_path / "few.json").write_text(json.dumps({**profile, "name": "few"}))


@pytest.mark.parametrize(("workers", "severity"), [(40, "warning"), (64, "error")])
def test_descriptors_that_are_open_for_certain_make_it_an_error(judged, few_processes, workers, severity):
    settings = 'profile = "few.json"\nlive-loaders = 4\nworker-memory = "1MiB"'
    found = judged("WL306", f"num_workers = {workers}", settings).findings
    assert [str(f.severity) for f in found if "open files" in f.message] == [severity]


def test_the_limit_on_processes_is_one_too(judged, few_processes):
    found = judged("WL306", "num_workers = 50", 'profile = "few.json"\nworker-memory = "1MiB"')
    assert found.says.startswith("error: num_workers is 50, but few bears 42: 100 processes less 16 in reserve, at 2")


def test_two_limits_are_told_apart_and_fixed_once(judged, few_processes):
    settings = 'profile = "few.json"\nlive-loaders = 4\nworker-memory = "1MiB"\nmode = "debug"'
    found = judged("WL306", "num_workers = 70", settings)
    assert len(found.findings) == 2
    assert found.fixed == "num_workers = 0"


def test_under_a_mode_the_fix_writes_the_clamped_count(judged):
    assert judged("WL306", "num_workers = 64", f'{MANY}\nmode = "training"').fixed == "num_workers = 8"
