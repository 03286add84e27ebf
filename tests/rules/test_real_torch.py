"""What the pages say of torch's DataLoader, held against the real one: the examples raise, what to use instead runs."""

from __future__ import annotations

import re
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from worker_lint.rules import RULES

pytest.importorskip("torch", reason="torch is not installed (pip install torch)")

PAGES = {rule.code: rule for rule in RULES}
# Of threads in a process that forks, here as in the loader itself.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")

RAN = (None, None, None)
HEAD = "from torch.utils.data import DataLoader\n"
EXAMPLES = [
    # code, the example's arguments, when it raises, the exception, its text
    ("WL101", "num_workers=-1", "built", "ValueError", "num_workers option should be non-negative"),
    ("WL102", "num_workers=2.0", "iterated", "TypeError", "'float' object cannot be interpreted as an integer"),
    ("WL102", "num_workers=n / 2", "iterated", "TypeError", "'float' object cannot be interpreted as an integer"),
    ("WL103", "num_workers='4'", "built", "TypeError", "'<' not supported between instances of 'str' and 'int'"),
    ("WL103", "num_workers=None", "built", "TypeError", "'<' not supported between instances of 'NoneType' and 'int'"),
    ("WL401", "num_workers=0, persistent_workers=True", "built", "ValueError", "persistent_workers option needs num_w"),
    ("WL401", "persistent_workers=True", "built", "ValueError", "persistent_workers option needs num_workers > 0"),
    ("WL402", "num_workers=0, prefetch_factor=2", "built", "ValueError", "prefetch_factor option could only be specif"),
    ("WL402", "num_workers=0, prefetch_factor=0", "built", "ValueError", "prefetch_factor option could only be specif"),
    ("WL402", "num_workers=2, prefetch_factor=0", "iterated", "AssertionError", "prefetch_factor must be greater than"),
    ("WL402", "num_workers=2, prefetch_factor=-1", "built", "ValueError", "prefetch_factor option should be non-nega"),
    ("WL402", "num_workers=2, prefetch_factor=2.0", "iterated", "TypeError", "'float' object cannot be interpreted"),
    ("WL402", "num_workers=2, prefetch_factor='2'", "built", "TypeError", "'<' not supported between instances of 's"),
    ("WL403", "num_workers=0, timeout=5", "iterated", "AssertionError", ""),
    (
        "WL403",
        "num_workers=0, multiprocessing_context='spawn'",
        "built",
        "ValueError",
        "multiprocessing_context can on",
    ),
    (
        "WL404",
        "num_workers=zero, persistent_workers=True",
        "built",
        "ValueError",
        "persistent_workers option needs num",
    ),
    (
        "WL404",
        "num_workers=zero, prefetch_factor=4",
        "built",
        "ValueError",
        "prefetch_factor option could only be speci",
    ),
    ("WL404", "num_workers=zero, timeout=30", "iterated", "AssertionError", ""),
    ("WL404", "num_workers=zero, multiprocessing_context='fork'", "built", "ValueError", "multiprocessing_context can"),
]

PARSER = "import argparse\nparser = argparse.ArgumentParser()\nparser.add_argument('--batch-size', type=int)\n"
PARSED = (
    "args = parser.parse_args(['--num-workers', '2'])\nloader = DataLoader(dataset, num_workers=args.num_workers)\n"
)
PROGRAMS = [
    # code, the program, when it raises, the exception, its text
    (
        "WL104",
        f"{HEAD}{PARSER}parser.add_argument('--num-workers', default=0)\n{PARSED}",
        "built",
        "TypeError",
        "'<' not supported between instances of 'str' and 'int'",
    ),
    (
        "WL104",
        f"{HEAD}{PARSER}parser.add_argument('--num-workers', type=str)\n{PARSED}",
        "built",
        "TypeError",
        "'<' not supported between instances of 'str' and 'int'",
    ),
    (
        "WL104",
        f"{HEAD}{PARSER}parser.add_argument('--num-workers', type=float, default=0)\n{PARSED}",
        "iterated",
        "TypeError",
        "'float' object cannot be interpreted as an integer",
    ),
    (
        "WL303",
        f"{HEAD}import os\nloader = DataLoader(dataset, num_workers=os.cpu_count() // 4096 - 2)\n",
        "built",
        "ValueError",
        "num_workers option should be non-negative",
    ),
    (
        "WL105",
        f"{HEAD}import os\nos.environ['N'] = '2'\nloader = DataLoader(dataset, num_workers=os.environ.get('N', 4))\n",
        "built",
        "TypeError",
        "'<' not supported between instances of 'str' and 'int'",
    ),
]


class Squares:
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return index * index


def build(code):
    """Run ``code``, and return the loader that it builds."""
    names = {"dataset": Squares(), "n": 4, "zero": 0, "num_workers": 0}
    exec(compile(code, "example", "exec"), names)  # noqa: S102 - our own example
    if "train_loader" in names:
        return names["train_loader"](Squares(), 0)
    return names["loader"]


def run(code):
    """Build the loader of ``code`` and read all of it; return where it raised (None: nowhere), and what.

    In a process of its own: an iterator that failed half-way leaves threads and descriptors behind.
    """
    with ProcessPoolExecutor(1, get_context("fork")) as pool:
        return pool.submit(attempt, code).result(timeout=60)


def attempt(code):
    stage = "built"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's own advice on the number of workers
            loader = build(code)
            stage = "iterated"
            assert sorted(int(value) for batch in loader for value in batch) == [0, 1, 4, 9]
    except (ValueError, TypeError, AssertionError) as error:
        return stage, type(error).__name__, str(error)
    return RAN


@pytest.mark.parametrize(
    ("code", "arguments", "stage", "kind", "text"), EXAMPLES, ids=[e[0] + " " + e[1] for e in EXAMPLES]
)
def test_what_is_found_raises_and_what_is_fixed_does_not(judged, code, arguments, stage, kind, text):
    example = f"{HEAD}loader = DataLoader(dataset, {arguments})\n"
    (finding,) = judged(code, example).findings
    raised, found, said = run(example)
    assert (raised, found) == (stage, kind)
    assert text in said
    assert kind in finding.message or "loader raises" in finding.message
    assert ("first batch" in finding.message) == (stage == "iterated") or code == "WL404"
    # Where nothing says which count was meant, there is nothing to try but the declared one.
    fixed = judged(code, example, 'mode = "mine"\n[modes]\nmine = 2').fixed
    if fixed == example:
        assert finding.fix is None
    else:
        assert run(fixed) == RAN


@pytest.mark.parametrize(
    ("code", "program", "stage", "kind", "text"), PROGRAMS, ids=[f"{p[0]} {n}" for n, p in enumerate(PROGRAMS)]
)
def test_a_program_that_is_found_raises_and_fixed_it_does_not(judged, code, program, stage, kind, text):
    (finding,) = judged(code, program).findings
    raised, found, said = run(program)
    assert (raised, found) == (stage, kind)
    assert text in said
    assert kind in finding.message
    assert ("first batch" in finding.message) == (stage == "iterated")
    fixed = judged(code, program).fixed
    assert fixed != program
    assert run(fixed) == RAN


@pytest.mark.parametrize(
    "name", ["dataset", "batch_size", "batch_sampler", "sampler", "drop_last", "persistent_workers"]
)
def test_setting_what_a_loader_is_made_of_raises_as_the_page_says(judged, name):
    program = f"{HEAD}loader = DataLoader(dataset, num_workers=2)\nloader.{name} = None\n"
    assert "raises ValueError" in judged("WL406", program).says
    expected = f"{name} attribute should not be set after DataLoader is initialized"
    assert run(program) == ("built", "ValueError", expected)


def test_giving_workers_to_a_loader_that_has_none_raises_as_the_page_says(judged):
    program = f"{HEAD}loader = DataLoader(dataset)\nloader.num_workers = 2\n"
    assert "TypeError when iterated" in judged("WL406", program).says
    stage, kind, said = run(program)
    assert (stage, kind) == ("iterated", "TypeError")
    assert f"{kind}: {said}" in PAGES["WL406"].page
    assert run(program.replace("dataset)", "dataset, num_workers=4)")) == RAN


def test_an_option_of_type_bool_gives_one_worker_as_the_page_says(judged):
    program = f"{HEAD}{PARSER}parser.add_argument('--num-workers', type=bool, default=0)\n{PARSED}".replace(
        "'2'", "'0'"
    )
    assert "a loader takes that for 1" in judged("WL104", program).says
    assert build(program).num_workers == 1
    assert build(judged("WL104", program).fixed).num_workers == 0


@pytest.mark.parametrize("code", ["WL101", "WL401", "WL402", "WL403", "WL404"])
def test_the_example_of_a_page_raises_what_the_page_says(code):
    (example,) = re.findall(r"## Example\n\n```python\n(.*?)```", PAGES[code].page, re.DOTALL)
    _, kind, text = run(example)
    assert f"{kind}: {' '.join(text.split())}"[:60] in " ".join(PAGES[code].page.split())


@pytest.mark.parametrize(
    "code", ["WL101", "WL102", "WL105", "WL302", "WL303", "WL401", "WL402", "WL403", "WL404", "WL406"]
)
def test_what_a_page_says_to_use_instead_runs(code):
    (instead,) = re.findall(r"## Use instead\n\n```python\n(.*?)```", PAGES[code].page, re.DOTALL)
    assert run(instead) == RAN


FORMS = {
    "dict": "options = dict(num_workers=n, persistent_workers=True)\nloader = DataLoader(dataset, **options)\n",
    "literal": "options = {'num_workers': n, 'prefetch_factor': 2}\nloader = DataLoader(dataset, **options)\n",
    "update": (
        "options = {}\noptions.update({'num_workers': n, 'multiprocessing_context': 'fork'})\n"
        "loader = DataLoader(dataset, **options)\n"
    ),
    "partial": (
        "from functools import partial\nmake = partial(DataLoader, num_workers=n, persistent_workers=True)\n"
        "loader = make(dataset)\n"
    ),
    "attribute": (
        "class Data:\n    def __init__(self, count):\n        self.count = count\n    def loader(self):\n"
        "        return DataLoader(dataset, num_workers=self.count, persistent_workers=True)\n"
        "loader = Data(n).loader()\n"
    ),
    "entry": "cfg = {'data': {'n': n}}\nloader = DataLoader(dataset, num_workers=cfg['data']['n'], timeout=5)\n",
    "division": "ranks = 8\nloader = DataLoader(dataset, num_workers=n // ranks, persistent_workers=True)\n",
}


@pytest.mark.parametrize("count", [0, 2])
@pytest.mark.parametrize("form", FORMS)
def test_every_way_to_pass_a_count_and_an_option_on(judged, form, count):
    fixed = judged("WL404", HEAD + FORMS[form])
    (finding,) = fixed.findings
    stage, kind, _ = run(f"n = {count}\n{HEAD}{FORMS[form]}")
    fails = count == 0 or form == "division"
    assert (kind in finding.message) if fails else stage is None
    assert run(f"n = {count}\n{fixed.fixed}") == RAN


@pytest.mark.parametrize("asked", [0, 4, 16])
def test_a_count_that_collapsed_becomes_one(judged, asked):
    example = f"{HEAD}loader = DataLoader(dataset, num_workers=asked // ranks)\n"
    fixed = judged("WL702", example).fixed
    checked = f"asked, ranks = {asked}, 8\n{fixed}assert loader.num_workers == {min(asked, 1) if asked < 8 else 2}\n"
    assert run(checked) == RAN


@pytest.mark.parametrize("count", [0, 2])
def test_a_guarded_call_runs_with_workers_and_without(judged, count):
    options = "persistent_workers=True, prefetch_factor=4, timeout=30, multiprocessing_context='fork'"
    example = f"{HEAD}loader = DataLoader(dataset, num_workers=n, {options})\n"
    fixed = judged("WL404", example).fixed
    assert "n > 0" in fixed
    assert run(fixed.replace("=n,", f"={count},").replace("n > 0", f"{count} > 0")) == RAN


def test_a_call_rewritten_to_0_runs(judged):
    options = "persistent_workers=True, prefetch_factor=4, timeout=30, multiprocessing_context='fork'"
    example = f"{HEAD}loader = DataLoader(dataset, num_workers=2, {options})\n"
    assert run(example) == RAN
    assert run(judged("WL201", example, 'mode = "debug"').fixed) == RAN


def test_a_default_rewritten_to_0_runs_with_the_loader_that_takes_it(judged):
    example = (
        f"{HEAD}def make(num_workers=2):\n    return DataLoader(dataset, num_workers=num_workers, "
        "persistent_workers=True, prefetch_factor=2)\nloader = make()\n"
    )
    fixed = judged("WL201", example, 'mode = "debug"', unsafe=False).fixed
    assert "num_workers=0" in fixed
    assert run(example) == run(fixed) == RAN
    assert run(example.replace("=2)", "=0)", 1))[1] == "ValueError"


@pytest.mark.parametrize("value", ["True", "False"])
def test_a_boolean_passes_as_the_page_says(judged, value):
    example = f"{HEAD}loader = DataLoader(dataset, num_workers={value})\n"
    assert judged("WL103", example).says.startswith("warning: ")
    assert run(example) == RAN
