"""What a count should be, and on which machine it must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.errors import ProfileError
from worker_lint.hardware.profile import load
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policies import Policies, in_ci
from worker_lint.policy import Policy
from worker_lint.settings import Settings, SettingsResolver
from worker_lint.source import Source

PROFILES = Path(__file__).parents[1] / "examples" / "profiles"


def policy(*profiles, **settings):
    return Policy(Settings(**settings), tuple(load(PROFILES / f"{name}.json") for name in profiles))


def group(options):
    code = f"from torch.utils.data import DataLoader\nDataLoader(d, num_workers=1{options})".encode()
    (document,) = locate(Source.decode(Path("a.py"), "python", code), vocabulary())
    return document.groups[0]


def test_without_a_mode_there_is_no_target():
    assert policy("laptop-8c-16g").target() is None


@pytest.mark.parametrize(
    ("mode", "profiles", "count", "why"),
    [
        ("debug", (), 0, "mode debug asks for 0"),
        ("high-performance", (), 32, "mode high-performance asks for 32"),
        ("development", ("laptop-8c-16g",), 4, "mode development asks for 4"),
        (
            "training",
            ("laptop-8c-16g",),
            7,
            "mode training asks for 8, and laptop-8c-16g bears 7: 8 CPUs less 1 for the main process",
        ),
        ("training", ("laptop-8c-16g", "k8s-cpu2-mem8"), 1, "mode training asks for 8, and k8s-cpu2-mem8 bears 1: "),
        ("training", ("k8s-cpu2-mem8", "laptop-8c-16g"), 1, "mode training asks for 8, and k8s-cpu2-mem8 bears 1: "),
    ],
)
def test_target(mode, profiles, count, why):
    target = policy(*profiles, mode=mode).target()
    assert target.count == count
    assert target.why.startswith(why)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        pytest.param("", 1, id="the default"),
        pytest.param(", prefetch_factor=2", 1, id="the default, written"),
        pytest.param(", prefetch_factor=1", 1, id="less, and now the CPUs bind"),
        pytest.param(", prefetch_factor=8", 0, id="more"),
        pytest.param(", prefetch_factor=n", 1, id="unknown"),
        pytest.param(", prefetch_factor=0", 1, id="nonsense, which another rule finds"),
        pytest.param(", prefetch_factor=" + "9" * 400, 0, id="beyond all measure"),
    ],
)
def test_the_limit_is_that_of_the_loader_at_hand(options, count):
    found = policy("k8s-cpu2-mem8", mode="training", batch_bytes=int(18.4 * 2**20)).target(group(options))
    assert found.count == count


def test_the_tightest_term_may_be_another_machines_than_the_tightest_limit():
    both = policy("laptop-8c-16g", "server-88c-126g", worker_memory=60 * 2**30)
    bound, term = both.term("cpu")
    assert (bound.profile.name, term.workers) == ("laptop-8c-16g", 7)
    assert both.tightest().limits.limit == 0
    assert policy().tightest() is None
    assert policy().term("cpu") is None


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, False),
        ({"CI": ""}, False),
        ({"CI": "0"}, False),
        ({"CI": "False"}, False),
        ({"CI": "true"}, True),
        ({"CI": "1"}, True),
        ({"GITHUB_ACTIONS": "true"}, True),
        ({"GITLAB_CI": "true"}, True),
        ({"JENKINS_URL": "http://x"}, True),
        ({"TF_BUILD": "True"}, True),
        ({"CI": "false", "BUILDKITE": "true"}, True),
        ({"PATH": "/bin"}, False),
    ],
)
def test_ci(environ, expected):
    assert in_ci(environ) is expected


def policies(environ, **given):
    return Policies(SettingsResolver(given, isolated=True), environ)


def test_in_ci_no_machine_is_taken_and_that_is_said_once():
    found = policies({"CI": "true"})
    assert found.for_path(Path("a.py")).profiles == ()
    assert found.for_path(Path("b/c.py")).profiles == ()
    assert [notice.split(":")[0] for notice in found.notices] == [
        "no profile is declared, and a CI runner is not the machine that trains"
    ]


def test_elsewhere_the_running_machine_is():
    found = policies({})
    assert [profile.name for profile in found.for_path(Path("a.py")).profiles] == ["live"]
    assert found.notices == []


@pytest.mark.parametrize("environ", [{}, {"CI": "true"}])
def test_what_is_declared_holds_everywhere(environ):
    names = ["k8s-cpu2-mem8", "laptop-8c-16g"]
    found = policies(environ, profile=tuple(str(PROFILES / f"{name}.json") for name in names))
    assert [profile.name for profile in found.for_path(Path("a.py")).profiles] == names
    assert policies(environ, profile=("none",)).for_path(Path("a.py")).profiles == ()
    live = policies(environ, profile=("live",))
    assert [profile.name for profile in live.for_path(Path("a.py")).profiles] == ["live"]
    assert live.notices == []


def test_paths_with_the_same_settings_share_a_policy():
    found = policies({}, profile=("none",))
    assert found.for_path(Path("a.py")) is found.for_path(Path("b/c.py"))


def test_a_missing_profile_is_told():
    with pytest.raises(ProfileError, match=r"nowhere\.json"):
        policies({}, profile=("nowhere.json",)).for_path(Path("a.py"))
