from __future__ import annotations

import pytest

FIVE = "debug, development, training, production, high-performance"


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param("", id="nothing declared"),
        pytest.param('policy = "bounds-only"', id="a policy that needs none"),
        pytest.param('mode = "training"', id="a mode"),
        pytest.param('policy = "exact"\nmode = "training"', id="a policy and a mode"),
        pytest.param('policy = "exact"\n[[overrides]]\npaths = ["*.py"]\nmode = "debug"', id="a mode for the path"),
        pytest.param(
            'policy = "exact"\n[[overrides]]\npaths = ["*.py"]\npolicy = "bounds-only"',
            id="another policy for the path",
        ),
    ],
)
def test_silent(judged, settings):
    assert judged("WL205", "num_workers = 4", settings).findings == []


@pytest.mark.parametrize("text", ["num_workers = n", "x = 4", "num_workers = '4'", "max_workers = 4"])
def test_a_file_without_a_literal_count_needs_no_mode(judged, text):
    assert judged("WL205", text, 'policy = "exact"').findings == []


@pytest.mark.parametrize("policy", ["exact", "at-most"])
def test_found(judged, policy):
    found = judged("WL205", "num_workers = 4", f'policy = "{policy}"')
    assert found.says == (
        f'error: policy = "{policy}" needs a mode, and none applies to this file; declare a mode for it: one of {FIVE}'
    )
    assert found.fixed == "num_workers = 4"


def test_found_once_a_file(judged):
    found = judged("WL205", "num_workers = n\nnum_workers = 4\nnum_workers = 5", 'policy = "exact"')
    assert [finding.start for finding in found.findings] == [30]


def test_a_mode_for_other_paths_does_not_help(judged):
    settings = 'policy = "exact"\n[[overrides]]\npaths = ["tests/**"]\nmode = "debug"'
    assert judged("WL205", "num_workers = 4", settings).findings
    assert not judged("WL205", "num_workers = 4", settings, "tests/a.py").findings


def test_the_modes_of_the_repository_are_named(judged):
    found = judged("WL205", "num_workers = 4", 'policy = "exact"\n[modes]\nnightly = 3')
    assert found.says.endswith(f"{FIVE}, nightly")
