from __future__ import annotations

import ast

import pytest

TORCH = "import threading\nfrom torch.utils.data import DataLoader, Dataset\n"
LAMBDA = "DataLoader(d, num_workers=4, collate_fn=lambda b: b)"
KEEPS = """\
class Kept(Dataset):
    def __init__(self, path, transform=None):
        self.path = path
        self.transform = transform
    def __getitem__(self, index):
        return self.transform(index)
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, num_workers=0, collate_fn=lambda b: b)", id="no workers"),
        pytest.param("DataLoader(d, collate_fn=lambda b: b)", id="no workers by default"),
        pytest.param("DataLoader(d, num_workers=4, collate_fn=collate)", id="a function from elsewhere"),
        pytest.param(
            "def collate(b): return b\nDataLoader(d, num_workers=4, collate_fn=collate)", id="one of the module"
        ),
        pytest.param(
            "def collate(b, n): return b\nDataLoader(d, num_workers=4, collate_fn=partial(collate, n=2))",
            id="partial of one",
        ),
        pytest.param("DataLoader(d, num_workers=4, collate_fn=None)", id="none"),
        pytest.param("DataLoader(d, num_workers=4, sampler=[*filter(lambda i: i, r)])", id="a sampler, which stays"),
        pytest.param(f'{LAMBDA[:-1]}, multiprocessing_context="fork")', id="an explicit fork"),
        pytest.param(f'{LAMBDA[:-1]}, multiprocessing_context=mp.get_context("fork"))', id="the context of fork"),
        pytest.param(f"{LAMBDA[:-1]}, multiprocessing_context=context)", id="a context from elsewhere"),
        pytest.param(f'mp.set_start_method("fork")\n{LAMBDA}', id="fork for all"),
        pytest.param(
            f'if os.name == "posix":\n    mp.set_start_method("fork")\n{LAMBDA}', id="fork where there is one"
        ),
        pytest.param(
            'DataLoader(d, num_workers=0 if sys.platform == "win32" else 4, collate_fn=lambda b: b)',
            id="a count for each system",
        ),
        pytest.param(
            'n = 0 if os.name == "nt" else 4\nDataLoader(d, num_workers=n, collate_fn=lambda b: b)',
            id="a count for each system, by name",
        ),
        pytest.param(
            "from ffcv.loader import Loader\nLoader(p, num_workers=4, collate_fn=lambda b: b)", id="threads of FFCV"
        ),
        pytest.param(
            "from monai.data import ThreadDataLoader\nThreadDataLoader(d, num_workers=4, collate_fn=lambda b: b)",
            id="threads of MONAI",
        ),
        pytest.param("MyLoader(d, num_workers=4, collate_fn=lambda b: b)", id="a callee that nobody knows"),
        pytest.param("class D(Dataset):\n  pass\nDataLoader(D(), num_workers=4)", id="a class of the module"),
        pytest.param("DataLoader(D(p, key=lambda x: x), num_workers=4)", id="a lambda that nobody says is kept"),
        pytest.param("DataLoader(D(sorted(p, key=lambda x: x)), num_workers=4)", id="a lambda that is used at once"),
        pytest.param("DataLoader(build(transform=lambda x: x), num_workers=4)", id="what a function does with it"),
        pytest.param(
            KEEPS + "DataLoader(Kept(sorted(p, key=lambda x: x)), num_workers=4)",
            id="a lambda for an argument's own use",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self, key):\n    self.n = key(1)\n"
            "DataLoader(D(lambda x: x), num_workers=4)",
            id="a lambda that the dataset calls and drops",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.f = lambda x: x\n  def __getstate__(self): return {}\n"
            "DataLoader(D(), num_workers=4)",
            id="a dataset that pickles itself",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.lock = threading.Lock()\n    del self.lock\n"
            "DataLoader(D(), num_workers=4)",
            id="a lock that is deleted again",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.file = open(p)\n    self.file = None\n"
            "DataLoader(D(), num_workers=4)",
            id="a file that is dropped again",
        ),
        pytest.param(
            "class D(Dataset):\n  def __getitem__(self, i):\n    self.f = lambda x: x\nDataLoader(D(), num_workers=4)",
            id="what is made in the worker",
        ),
        pytest.param(
            "def make(n):\n  if n: return collate\n  return lambda b: b\n"
            "DataLoader(d, num_workers=4, collate_fn=make(1))",
            id="a function that may return one of the module",
        ),
        pytest.param(
            "def f(collate):\n  DataLoader(d, num_workers=4, collate_fn=collate)\n"
            "def g():\n  def collate(b): return b\n  f(collate)",
            id="a parameter, whatever another function calls so",
        ),
    ],
)
def test_silent(judged, text):
    assert judged("WL602", TORCH + text).findings == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param(LAMBDA, "collate_fn is a lambda", id="a lambda"),
        pytest.param(
            "DataLoader(d, num_workers=n, worker_init_fn=lambda i: None)", "worker_init_fn is a lambda", id="to set up"
        ),
        pytest.param(
            "DataLoader(d, 32, True, None, None, 4, collate_fn=lambda b: b)", "collate_fn is a lambda", id="by position"
        ),
        pytest.param(
            "DataLoader(d, num_workers=4, collate_fn=(lambda b: b) if c else None)",
            "collate_fn is a lambda",
            id="a branch",
        ),
        pytest.param(
            "DataLoader(d, num_workers=4, collate_fn=partial(lambda b, n: b, n=2))",
            "collate_fn is a lambda",
            id="partial",
        ),
        pytest.param(
            "f = lambda b: b\nDataLoader(d, num_workers=4, collate_fn=f)", "collate_fn is a lambda", id="with a name"
        ),
        pytest.param(
            "def main():\n  def f(b): return b\n  DataLoader(d, num_workers=4, collate_fn=f)",
            "collate_fn is f, a function within main()",
            id="a nested function",
        ),
        pytest.param(
            "def make(n):\n  def f(b): return b[:n]\n  return f\nDataLoader(d, num_workers=4, collate_fn=make(2))",
            "collate_fn is the function within make() that it returns",
            id="a closure",
        ),
        pytest.param(
            "def main():\n  class D(Dataset): pass\n  DataLoader(D(), num_workers=4)",
            "the class of the dataset is D, a class within main()",
            id="a local class",
        ),
        pytest.param(
            "def main():\n  class D(Dataset): pass\n  d = D()\n  DataLoader(Subset(d, [0]), num_workers=4)",
            "the class of the dataset is D, a class within main()",
            id="a part of one",
        ),
        pytest.param(
            "DataLoader(MNIST(p, transform=lambda x: x), num_workers=4)",
            "transform of the dataset is a lambda",
            id="what a dataset of a library keeps",
        ),
        pytest.param(
            "t = Compose([ToTensor(), Lambda(lambda x: x)])\nd = ImageFolder(p, transform=t)\nDataLoader(d, num_workers=4)",
            "transform of the dataset is a lambda",
            id="among transforms",
        ),
        pytest.param(
            KEEPS + "DataLoader(Kept(p, lambda x: x), num_workers=4)",
            "transform of the dataset is a lambda",
            id="what the dataset keeps",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.f = lambda x: x\nDataLoader(D(), num_workers=4)",
            "self.f of the dataset is a lambda",
            id="what the dataset sets itself",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.lines = (x for x in p)\nDataLoader(D(), num_workers=4)",
            "self.lines of the dataset is a generator",
            id="a generator",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.lock = threading.Lock()\nDataLoader(D(), num_workers=4)",
            "self.lock of the dataset is a lock",
            id="a lock",
        ),
        pytest.param(
            "class D(Dataset):\n  def __init__(self):\n    self.log = open(p, 'w')\nDataLoader(D(), num_workers=4)",
            "self.log of the dataset is an open file",
            id="a file",
        ),
    ],
)
def test_found(judged, text, what):
    says = judged("WL602", TORCH + text).says
    assert says.startswith(f"warning: {what}, which cannot be pickled: the loader (")
    error = "TypeError" if "self.l" in what else "PicklingError or AttributeError"
    where = "on Windows and macOS, and with Python 3.14 and later; "
    assert f") raises {error} at its first batch {where}" in says


def test_the_message_says_how_many_workers_there_are_and_what_to_write(judged):
    assert judged("WL602", TORCH + LAMBDA).says == (
        "warning: collate_fn is a lambda, which cannot be pickled: the loader (4 workers) raises PicklingError or "
        "AttributeError at its first batch on Windows and macOS, and with Python 3.14 and later; define a function in the "
        "module itself; functools.partial gives it what it needs besides"
    )


@pytest.mark.parametrize(
    ("settings", "severity", "where"),
    [
        ('platforms = ["linux", "windows"]', "error", "on Windows"),
        ('requires-python = ">=3.14"', "error", "with Python 3.14 and later"),
        ('requires-python = ">=3.10,<3.15"', "error", "with Python 3.14 and later"),
        ('requires-python = ">=3.10"', "warning", "on Windows and macOS, and with Python 3.14 and later"),
        ('requires-python = ">=3.10,<3.14"', "warning", "on Windows and macOS"),
        ('platforms = ["linux"]', "warning", "with Python 3.14 and later"),
    ],
)
def test_what_the_settings_declare_makes_it_an_error(judged, settings, severity, where):
    says = judged("WL602", TORCH + LAMBDA, settings).says
    assert says.startswith(f"{severity}: ")
    assert f" at its first batch {where}; " in says


def test_nothing_is_found_where_the_settings_leave_only_forks(judged):
    settings = 'platforms = ["linux"]\nrequires-python = "<3.14"'
    assert not judged("WL602", TORCH + LAMBDA, settings).findings


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f'{LAMBDA[:-1]}, multiprocessing_context="spawn")', 'with multiprocessing_context="spawn"'),
        (
            f'if __name__ == "__main__":\n    mp.set_start_method("forkserver")\n    {LAMBDA}',
            'under the start method "forkserver", which this file sets',
        ),
    ],
)
def test_a_start_method_in_the_file_makes_it_an_error_whatever_the_settings_say(judged, text, where):
    says = judged("WL602", TORCH + text, 'platforms = ["linux"]\nrequires-python = "<3.14"').says
    assert says.startswith("error: ")
    assert f" at its first batch {where}; " in says


def test_what_several_loaders_are_given_is_found_once(judged):
    text = "f = lambda b: b\nDataLoader(a, num_workers=4, collate_fn=f)\nDataLoader(b, num_workers=4, collate_fn=f)"
    (finding,) = judged("WL602", TORCH + text).findings
    (related,) = finding.related
    assert (related.position.line, related.text) == (4, "the loader that is given it")


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        pytest.param(
            "import torch\n\n# Reads.\nloader = DataLoader(d, num_workers=4, collate_fn=lambda b: torch.stack(b))\n",
            "import torch\n\n\ndef _collate(b):\n    return torch.stack(b)\n\n\n"
            "# Reads.\nloader = DataLoader(d, num_workers=4, collate_fn=_collate)\n",
            id="above the statement and its comment",
        ),
        pytest.param(
            "def load(d, n):\n    return DataLoader(d, num_workers=n, worker_init_fn=lambda i, n=2: print(i, n))\n",
            "\n\ndef _init_worker(i, n=2):\n    return print(i, n)\n\n\n"
            "def load(d, n):\n    return DataLoader(d, num_workers=n, worker_init_fn=_init_worker)\n",
            id="above the function, whose names its parameters hide",
        ),
        pytest.param(
            "_collate = 1\n\n\nfor n in (2, 4):\n    DataLoader(d, num_workers=n, collate_fn=lambda b: [x\n        for x in b])\n",
            "_collate = 1\n\n\ndef _collate_2(b):\n    return ([x\n        for x in b])\n\n\n"
            "for n in (2, 4):\n    DataLoader(d, num_workers=n, collate_fn=_collate_2)\n",
            id="under another name, on several lines",
        ),
        pytest.param(
            "d = MNIST(p, transform=lambda x: x * 2)\nDataLoader(d, num_workers=4)\n",
            "\n\ndef _transform(x):\n    return x * 2\n\n\n"
            "d = MNIST(p, transform=_transform)\nDataLoader(d, num_workers=4)\n",
            id="a transform",
        ),
    ],
)
def test_a_lambda_becomes_a_function_of_the_module(judged, text, fixed):
    found = judged("WL602", TORCH + text)
    assert [finding.fix.kind for finding in found.findings] == ["unsafe"]
    assert found.fixed == TORCH + fixed
    ast.parse(found.fixed)
    again = judged("WL602", found.fixed)
    assert (again.findings, again.fixed) == ([], found.fixed)


def test_two_lambdas_get_two_names(judged):
    fixed = judged("WL602", f"{TORCH}{LAMBDA}\n{LAMBDA}\n").fixed
    assert "collate_fn=_collate)" in fixed
    assert "collate_fn=_collate_2)" in fixed
    assert not judged("WL602", fixed).findings


def test_line_ends_of_windows_stay(judged):
    fixed = judged("WL602", (TORCH + LAMBDA + "\n").replace("\n", "\r\n")).fixed
    assert fixed.count("\n") == fixed.count("\r\n") == TORCH.count("\n") + 7


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "def f(n):\n  DataLoader(d, num_workers=4, collate_fn=lambda b: b[:n])", id="a parameter around it"
        ),
        pytest.param(
            "def f():\n  n = 2\n  DataLoader(d, num_workers=4, collate_fn=lambda b: b[:n])", id="a name there"
        ),
        pytest.param(
            "class A:\n  def f(self):\n    DataLoader(d, num_workers=4, collate_fn=lambda b: self.c(b))", id="self"
        ),
        pytest.param(
            "[DataLoader(d, num_workers=4, collate_fn=lambda b: b[:n]) for n in r]", id="a comprehension's name"
        ),
        pytest.param("DataLoader(d, num_workers=4, collate_fn=lambda b: unknown(b))", id="a name of nobody"),
        pytest.param("n = 1\nDataLoader(d, num_workers=4, collate_fn=lambda b, n=n: b[:n])", id="a default of then"),
        pytest.param("DataLoader(d, num_workers=4, collate_fn=lambda b: (yield b))", id="a generator"),
        pytest.param(
            "class A:\n  n = 1\n  l = DataLoader(d, num_workers=4, collate_fn=lambda b: b)", id="in a class body"
        ),
        pytest.param(
            "x = 1; DataLoader(d, num_workers=4, collate_fn=lambda b: b)", id="not at the beginning of a line"
        ),
        pytest.param("def f():\n  def g(b): return b\n  DataLoader(d, num_workers=4, collate_fn=g)", id="a function"),
    ],
)
def test_what_may_not_be_the_same_elsewhere_is_left_alone(judged, text):
    found = judged("WL602", TORCH + text)
    assert [finding.fix for finding in found.findings] == [None]
    assert found.fixed == TORCH + text


def test_a_notebook_is_left_alone(judged):
    text = (
        '{"cells": [{"cell_type": "code", "source": ["from torch.utils.data import DataLoader\\n", '
        f'"{LAMBDA}"]}}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    )
    found = judged("WL602", text, name="train.ipynb")
    assert [finding.fix for finding in found.findings] == [None]


def test_a_handle_that_the_workers_read_is_said_once(judged):
    text = (
        "class D(Dataset):\n  def __init__(self):\n    self.file = open(p)\n"
        "  def __getitem__(self, i):\n    return self.file.readline()\nDataLoader(D(), num_workers=4)"
    )
    assert [finding.code for finding in judged("WL602", TORCH + text).findings] == ["WL602"]
    assert [finding.code for finding in judged(None, TORCH + text).findings] == ["WL506"]
