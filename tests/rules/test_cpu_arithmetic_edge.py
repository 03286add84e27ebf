from __future__ import annotations

import pytest

HEAD = "import math\nimport os\nfrom torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, num_workers=os.cpu_count() - 1)", id="0 on one CPU, which is a count"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count() // 2)", id="0 on one CPU, by division"),
        pytest.param("DataLoader(d, num_workers=max(0, os.cpu_count() - 2))", id="bounded"),
        pytest.param("DataLoader(d, num_workers=max(os.cpu_count() - 2, 1))", id="bounded by 1"),
        pytest.param("DataLoader(d, num_workers=min(8, max(1, os.cpu_count() - 2)))", id="bounded on both sides"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count() - 2 if os.cpu_count() > 2 else 0)", id="tested"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count() - reserved)", id="less nobody knows what"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count() - min(2, reserved))", id="less 2 at most"),
        pytest.param("DataLoader(d, num_workers=max(n, os.cpu_count() - 2))", id="at least nobody knows what"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count() * 2 - 2)", id="never negative"),
        pytest.param("DataLoader(d, num_workers=abs(os.cpu_count() - 2))", id="its magnitude"),
        pytest.param("DataLoader(d, num_workers=2 - os.cpu_count())", id="the other way round"),
        pytest.param("n = os.cpu_count() - 2\nif n < 0:\n    n = 0\nDataLoader(d, num_workers=n)", id="tested later"),
        pytest.param(
            "def f():\n    n = os.cpu_count() - 2\n    n = max(n, 0)\n    DataLoader(d, num_workers=n)",
            id="bounded later",
        ),
        pytest.param(
            "n = 0\nif os.cpu_count() > 2:\n    n = os.cpu_count() - 2\nDataLoader(d, num_workers=n)",
            id="tested before",
        ),
        pytest.param("Pool(processes=os.cpu_count() - 2)", id="a pool"),
        pytest.param("from ffcv import Loader\nLoader(p, num_workers=os.cpu_count() - 2)", id="-1 means all to FFCV"),
    ],
)
def test_silent(judged, text):
    assert judged("WL303", HEAD + text).findings == []


def negative(text, least, up_to=1, name="num_workers"):
    more = f", and negative up to {up_to} CPUs" if up_to > 1 else ""
    return (
        f"warning: {name} is {text}, which is {least} where there is 1 CPU{more}; a loader raises ValueError on it; "
        f"write max(0, {text})"
    )


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            "DataLoader(d, num_workers=os.cpu_count() - 2)",
            negative("os.cpu_count() - 2", -1),
            "DataLoader(d, num_workers=max(0, os.cpu_count() - 2))",
            id="less 2",
        ),
        pytest.param(
            "DataLoader(d, num_workers=(len(os.sched_getaffinity(0)) - 4))",
            negative("len(os.sched_getaffinity(0)) - 4", -3, 3),
            "DataLoader(d, num_workers=(max(0, len(os.sched_getaffinity(0)) - 4)))",
            id="of the usable CPUs, in parentheses",
        ),
        pytest.param(
            "DataLoader(d, num_workers=min(8, os.cpu_count() - 2))",
            negative("min(8, os.cpu_count() - 2)", -1),
            "DataLoader(d, num_workers=max(0, min(8, os.cpu_count() - 2)))",
            id="bounded from above",
        ),
        pytest.param(
            "DataLoader(d, num_workers=min(batch_size, (os.cpu_count() or 1) - 2))",
            negative("min(batch_size, (os.cpu_count() or 1) - 2)", -1),
            "DataLoader(d, num_workers=max(0, min(batch_size, (os.cpu_count() or 1) - 2)))",
            id="bounded by nobody knows what",
        ),
        pytest.param(
            "DataLoader(d, num_workers=os.cpu_count() // 2 - 1)",
            negative("os.cpu_count() // 2 - 1", -1),
            "DataLoader(d, num_workers=max(0, os.cpu_count() // 2 - 1))",
            id="less 1, of half of them",
        ),
        pytest.param(
            "DataLoader(d, num_workers=int(os.cpu_count() * 1 - math.floor(4)))",
            negative("int(os.cpu_count() * 1 - math.floor(4))", -3, 3),
            "DataLoader(d, num_workers=max(0, int(os.cpu_count() * 1 - math.floor(4))))",
            id="more arithmetic",
        ),
        pytest.param(
            "cpus = os.cpu_count()\nDataLoader(d, num_workers=cpus - 2)",
            negative("cpus - 2", -1),
            "cpus = os.cpu_count()\nDataLoader(d, num_workers=max(0, cpus - 2))",
            id="by way of a name",
        ),
        pytest.param(
            "n = os.cpu_count() - 2\nDataLoader(d, num_workers=n)",
            negative("os.cpu_count() - 2", -1, name="n"),
            "n = max(0, os.cpu_count() - 2)\nDataLoader(d, num_workers=n)",
            id="under another name",
        ),
        pytest.param(
            "def f(num_workers=None):\n    if num_workers is None:\n        num_workers = os.cpu_count() - 2\n"
            "    DataLoader(d, num_workers=num_workers)",
            negative("os.cpu_count() - 2", -1),
            "def f(num_workers=None):\n    if num_workers is None:\n        num_workers = max(0, os.cpu_count() - 2)\n"
            "    DataLoader(d, num_workers=num_workers)",
            id="where none is given",
        ),
    ],
)
def test_found(judged, text, says, fixed):
    found = judged("WL303", HEAD + text)
    assert found.says == says
    assert found.fixed == HEAD + fixed
    assert judged("WL303", found.fixed).findings == []


def test_both_rules_have_something_to_say(judged):
    # How many CPUs are counted, and what comes of it where there are few, are mended apart.
    text = HEAD + "DataLoader(d, num_workers=os.cpu_count() - 2)"
    found = judged("WL30", text)
    assert [finding.code for finding in found.findings] == ["WL302", "WL303"]
    assert found.fixed == HEAD + "DataLoader(d, num_workers=max(0, len(os.sched_getaffinity(0)) - 2))"


def test_a_call_that_does_not_parse_is_left_alone(judged):
    text = HEAD + "DataLoader(d, num_workers=os.cpu_count() - 2, 4 4)"
    assert judged("WL303", text).fixed == text
