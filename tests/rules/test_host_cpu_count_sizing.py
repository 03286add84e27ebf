from __future__ import annotations

import pytest

HEAD = "import multiprocessing\nimport os\n\nimport psutil\nfrom torch.utils.data import DataLoader\n"
USABLE = "len(os.sched_getaffinity(0))"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"DataLoader(d, num_workers={USABLE})", id="the usable CPUs"),
        pytest.param("DataLoader(d, num_workers=os.process_cpu_count())", id="the usable CPUs, from Python 3.13 on"),
        pytest.param("DataLoader(d, num_workers=joblib.cpu_count())", id="joblib counts the usable ones"),
        pytest.param("DataLoader(d, num_workers=len(psutil.Process().cpu_affinity()))", id="and psutil can"),
        pytest.param("DataLoader(d, num_workers=4 if os.cpu_count() > 8 else 0)", id="a condition"),
        pytest.param("DataLoader(d, num_workers=4 % os.cpu_count())", id="a remainder"),
        pytest.param("DataLoader(d, num_workers=64 // os.cpu_count())", id="a divisor"),
        pytest.param("DataLoader(d, num_workers=workers_for(os.cpu_count()))", id="a function of it"),
        pytest.param("DataLoader(d, num_workers=counts[os.cpu_count()])", id="a key"),
        pytest.param("DataLoader(d, num_workers=min(8, os.cpu_count()))", id="few anyway"),
        pytest.param("DataLoader(d, num_workers=min(args.workers, os.cpu_count()))", id="what was asked for, at most"),
        pytest.param("nw = min([os.cpu_count() // 2, b, workers])\nDataLoader(d, num_workers=nw)", id="in a list, too"),
        pytest.param("DataLoader(d, num_workers=os.cpu_count)", id="the function itself"),
        pytest.param("torch.set_num_threads(os.cpu_count())\nDataLoader(d, num_workers=4)", id="threads"),
        pytest.param("Pool(processes=os.cpu_count())", id="a pool"),
        pytest.param("def prepare(num_workers=os.cpu_count()):\n    Pool(num_workers)", id="workers of a pool"),
        pytest.param("optimize(f, inputs, num_workers=os.cpu_count())", id="workers that prepare data"),
        pytest.param("DataLoader(d, num_workers=self.cpu_count())", id="a method of one's own"),
        pytest.param("def f():\n    n = os.cpu_count()\ndef g():\n    DataLoader(d, num_workers=n)", id="out of reach"),
        pytest.param(
            "def f():\n"
            "    try:\n"
            "        n = len(os.sched_getaffinity(0))\n"
            "    except AttributeError:\n"
            "        n = os.cpu_count()\n"
            "    return DataLoader(d, num_workers=n)",
            id="where there is nothing better",
        ),
    ],
)
def test_silent(judged, text):
    assert judged("WL302", HEAD + text).findings == []


def made_of(text, level="warning", name="num_workers", bound=""):
    return (
        f"{level}: {name} is made of {text}, which counts the CPUs of the host, not those that the process may use"
        f"{bound}; write {USABLE}, or take the count from outside"
    )


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            "DataLoader(d, num_workers=os.cpu_count())",
            made_of("os.cpu_count()"),
            f"DataLoader(d, num_workers={USABLE})",
            id="alone",
        ),
        pytest.param(
            "DataLoader(d, 32, True, None, None, os.cpu_count() // 2)",
            made_of("os.cpu_count()"),
            f"DataLoader(d, 32, True, None, None, {USABLE} // 2)",
            id="a part of it, by position",
        ),
        pytest.param(
            "DataLoader(d, num_workers=max(1, multiprocessing.cpu_count() - 1))",
            made_of("multiprocessing.cpu_count()"),
            f"DataLoader(d, num_workers=max(1, {USABLE} - 1))",
            id="another function, bounded from below",
        ),
        pytest.param(
            "DataLoader(d, num_workers=(os.cpu_count() or 1))",
            made_of("os.cpu_count()"),
            f"DataLoader(d, num_workers=({USABLE} or 1))",
            id="with something else for None",
        ),
        pytest.param(
            "DataLoader(d, num_workers=n if n is not None else os.cpu_count())",
            made_of("os.cpu_count()"),
            f"DataLoader(d, num_workers=n if n is not None else {USABLE})",
            id="where nothing is given",
        ),
        pytest.param(
            "DataLoader(d, num_workers=psutil.cpu_count(logical=False))",
            made_of("psutil.cpu_count(logical=False)"),
            None,
            id="its cores",
        ),
        pytest.param(
            "DataLoader(d, num_workers=min(64, os.cpu_count()))",
            made_of("os.cpu_count()", "info", bound="; only 64 bounds it"),
            f"DataLoader(d, num_workers=min(64, {USABLE}))",
            id="bounded by many",
        ),
        pytest.param(
            "DataLoader(d, batch_size, num_workers=min(batch_size, os.cpu_count() - 1))",
            made_of("os.cpu_count()", "info", bound="; only batch_size bounds it"),
            f"DataLoader(d, batch_size, num_workers=min(batch_size, {USABLE} - 1))",
            id="bounded by something else",
        ),
        pytest.param(
            "def make_loader(d, num_workers=os.cpu_count()):\n    return DataLoader(d, num_workers=num_workers)",
            made_of("os.cpu_count()", name="the default of num_workers"),
            f"def make_loader(d, num_workers={USABLE}):\n    return DataLoader(d, num_workers=num_workers)",
            id="a default",
        ),
        pytest.param(
            "cpus = os.cpu_count()\nDataLoader(d, num_workers=cpus // 2)",
            made_of("os.cpu_count()"),
            f"cpus = {USABLE}\nDataLoader(d, num_workers=cpus // 2)",
            id="by way of a name",
        ),
        pytest.param(
            "def f():\n    cpus = os.cpu_count()\n    share = cpus // 2\n    DataLoader(d, num_workers=min(32, share))",
            made_of("os.cpu_count()", "info", bound="; only 32 bounds it"),
            f"def f():\n    cpus = {USABLE}\n    share = cpus // 2\n    DataLoader(d, num_workers=min(32, share))",
            id="by way of two names",
        ),
        pytest.param(
            "args = dict(batch_size=8, num_workers=os.cpu_count())\nDataLoader(d, **args)",
            made_of("os.cpu_count()"),
            f"args = dict(batch_size=8, num_workers={USABLE})\nDataLoader(d, **args)",
            id="in a dict",
        ),
    ],
)
def test_found(judged, text, says, fixed):
    found = judged("WL302", HEAD + text)
    assert found.says == says
    assert found.fixed == HEAD + (fixed if fixed is not None else text)
    assert judged("WL302", HEAD + text, unsafe=False).fixed == HEAD + text
    assert len(judged("WL302", found.fixed).findings) == (fixed is None)


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        pytest.param(
            "from multiprocessing import cpu_count\nfrom torch.utils.data import DataLoader\n"
            "DataLoader(d, num_workers=cpu_count())",
            None,
            id="os is not imported",
        ),
        pytest.param(
            "def f():\n    import os\nfrom multiprocessing import cpu_count\nfrom torch.utils.data import DataLoader\n"
            "DataLoader(d, num_workers=cpu_count())",
            None,
            id="os is imported elsewhere",
        ),
        pytest.param(
            "import sys, os\nfrom multiprocessing import cpu_count\nfrom torch.utils.data import DataLoader\n"
            "DataLoader(d, num_workers=cpu_count())",
            "import sys, os\nfrom multiprocessing import cpu_count\nfrom torch.utils.data import DataLoader\n"
            "DataLoader(d, num_workers=len(os.sched_getaffinity(0)))",
            id="os is imported",
        ),
        pytest.param(
            "import os as _os\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=_os.cpu_count())",
            "import os as _os\nfrom torch.utils.data import DataLoader\n"
            "DataLoader(d, num_workers=len(_os.sched_getaffinity(0)))",
            id="os has another name",
        ),
        pytest.param(
            "import os\nfrom torch.utils.data import DataLoader\nDataLoader(d, num_workers=os.cpu_count(), 4 4)",
            None,
            id="it does not parse",
        ),
    ],
)
def test_the_fix_needs_os(judged, text, fixed):
    found = judged("WL302", text)
    assert len(found.findings) == 1
    assert found.fixed == (fixed if fixed is not None else text)
