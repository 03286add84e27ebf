from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
ON = "persistent_workers=True"
RAISES = "raises ValueError"
FAILS = {"timeout": "fails with AssertionError at its first batch"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"DataLoader(d, num_workers=4, {ON})", id="a literal"),
        pytest.param("DataLoader(d, num_workers=n, persistent_workers=n > 0)", id="a guard"),
        pytest.param("DataLoader(d, num_workers=n, persistent_workers=bool(n))", id="a guard by truth"),
        pytest.param("DataLoader(d, num_workers=n, prefetch_factor=2 if n else None)", id="a guard by choice"),
        pytest.param("DataLoader(d, num_workers=n, persistent_workers=self.persistent)", id="an option by name"),
        pytest.param("DataLoader(d, num_workers=n, persistent_workers=False, timeout=0)", id="options that are off"),
        pytest.param(f"N = 4\nDataLoader(d, num_workers=N, {ON})", id="a constant"),
        pytest.param(f"def f(n):\n  if n > 0:\n    return DataLoader(d, num_workers=n, {ON})", id="inside a test"),
        pytest.param(
            f"def f(n):\n  if not n: return None\n  return DataLoader(d, num_workers=n, {ON})", id="behind one"
        ),
        pytest.param(f"def f(n):\n  assert n\n  return DataLoader(d, num_workers=n, {ON})", id="an assertion"),
        pytest.param(f"def f(n):\n  n = max(1, n)\n  return DataLoader(d, num_workers=n, {ON})", id="a bound before"),
        pytest.param(f"DataLoader(d, num_workers=max(1, n), {ON})", id="max(1, n)"),
        pytest.param(f"DataLoader(d, num_workers=max(n // 2, 1), {ON})", id="max(n // 2, 1)"),
        pytest.param(f"DataLoader(d, num_workers=os.cpu_count(), {ON})", id="all CPUs"),
        pytest.param(f"DataLoader(d, num_workers=min(8, os.cpu_count()), {ON})", id="at most so many"),
        pytest.param(f"DataLoader(d, num_workers=len(os.sched_getaffinity(0)), {ON})", id="the usable CPUs"),
        pytest.param(f"DataLoader(d, num_workers=n if n > 0 else 1, {ON})", id="a choice that avoids 0"),
        pytest.param(f"DataLoader(d, num_workers=args.n or 4, {ON})", id="or"),
        pytest.param(f"DataLoader(d, num_workers=int(sizes[0]), {ON})", id="an index"),
        pytest.param(f"MyLoader(d, num_workers=n, {ON})", id="a callee that nobody knows"),
        pytest.param("x = dict(num_workers=n, persistent_workers=n > 0)", id="a dict with a guard"),
        pytest.param("x = {'num_workers': n, 'prefetch_factor': 2 if n else None}", id="an entry with a guard"),
        pytest.param(f"x = dict(batch_size=n, {ON})", id="a dict without a count"),
        pytest.param(f"N = 4\nx = dict(num_workers=N, {ON})", id="a dict with a constant"),
        pytest.param(f"if n > 0:\n  kw.update(dict(num_workers=n, {ON}))", id="an update inside a test"),
        pytest.param("x = {'num_workers': n, 'timeout': 9}", id="a timeout of something"),
        pytest.param(
            "DataLoader(d, num_workers=n, multiprocessing_context=get_context('fork') if n else None)",
            id="a context with a guard",
        ),
        pytest.param(f"DataLoader(d, {ON}, **kw)", id="a count from elsewhere"),
        pytest.param(
            f"def a():\n  n = 0\n  use(n)\ndef b():\n  n = 4\n  return DataLoader(d, num_workers=n, {ON})",
            id="0 in another function",
        ),
        pytest.param(
            f"class A:\n  n = 0\n  def f(self):\n    return DataLoader(d, num_workers=n, {ON})\nn = 4",
            id="0 in a class, whose names are not seen from its functions",
        ),
    ],
)
def test_silent(judged, text):
    assert judged("WL404", TORCH + text).findings == []


@pytest.mark.parametrize(
    ("count", "option", "fixed"),
    [
        pytest.param("n", ON, "persistent_workers=n > 0", id="persistent_workers"),
        pytest.param("n", "prefetch_factor=4", "prefetch_factor=4 if n > 0 else None", id="prefetch_factor"),
        pytest.param("n", "timeout=30", "timeout=30 if n > 0 else 0", id="timeout"),
        pytest.param(
            "n",
            "multiprocessing_context='spawn'",
            "multiprocessing_context='spawn' if n > 0 else None",
            id="multiprocessing_context",
        ),
        pytest.param("args.num_workers", ON, "persistent_workers=args.num_workers > 0", id="an argument"),
        pytest.param("self.hparams['n']", ON, "persistent_workers=self.hparams['n'] > 0", id="a hyperparameter"),
        pytest.param("n // 2", ON, "persistent_workers=n // 2 > 0", id="a division"),
        pytest.param("n - 1", ON, "persistent_workers=n - 1 > 0", id="a difference"),
        pytest.param("n or 0", ON, "persistent_workers=(n or 0) > 0", id="or 0"),
        pytest.param("cfg.data.loader.n", ON, "persistent_workers=cfg.data.loader.n > 0", id="an entry of a config"),
        pytest.param(
            "n",
            "multiprocessing_context=mp.get_context('spawn')",
            "multiprocessing_context=mp.get_context('spawn') if n > 0 else None",
            id="a context that is made",
        ),
    ],
)
def test_found(judged, count, option, fixed):
    found = judged("WL404", f"{TORCH}DataLoader(d, num_workers={count}, {option})")
    name, _, value = option.partition("=")
    assert found.says == (
        f"warning: {name} is {value} whatever {count} is, and where that is 0, the loader {FAILS.get(name, RAISES)}; "
        f"write {fixed.partition('=')[2]}"
    )
    assert found.fixed == f"{TORCH}DataLoader(d, num_workers={count}, {fixed})"
    assert not judged("WL", found.fixed).findings


@pytest.mark.parametrize(
    "count",
    ["cfg.pop('n', 4)", "max(0, n)", "int(round(n // 2))", "4 if cuda else 0", "(n\n//2)"],
    ids=lambda count: count,
)
def test_an_expression_that_is_not_to_be_written_twice_is_found_and_not_fixed(judged, count):
    text = f"{TORCH}DataLoader(d, num_workers={count}, {ON})"
    found = judged("WL404", text)
    assert found.says.endswith("; compute the count before, and test it here")
    assert found.fixed == text


@pytest.mark.parametrize("count", ["cfg.get('n', 4)", "getattr(args, 'n', 4)", "int(cfg.get('n', 0))"])
def test_a_look_up_is_written_twice(judged, count):
    found = judged("WL404", f"{TORCH}DataLoader(d, num_workers={count}, {ON})")
    assert found.fixed == f"{TORCH}DataLoader(d, num_workers={count}, persistent_workers={count} > 0)"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        pytest.param(f"kw = dict(num_workers=n, {ON})", "persistent_workers=n > 0", id="dict()"),
        pytest.param("kw = {'num_workers': n, 'prefetch_factor': 4}", "4 if n > 0 else None", id="a literal"),
        pytest.param("kw.update({'num_workers': n, 'persistent_workers': True})", "n > 0", id="an update"),
        pytest.param(f"make = partial(DataLoader, num_workers=n, {ON})", "persistent_workers=n > 0", id="partial"),
        pytest.param(f"cfg.loader = dict(num_workers=cfg.n, {ON})", "persistent_workers=cfg.n > 0", id="a config"),
    ],
)
def test_found_in_what_is_passed_on(judged, text, fixed):
    found = judged("WL404", f"{TORCH}from functools import partial\n{text}\n")
    assert found.says.startswith("warning: ")
    assert fixed in found.fixed
    assert not judged("WL404", found.fixed).findings


def test_the_arguments_of_a_trainer(judged):
    text = (
        "from transformers import TrainingArguments\n"
        "args = TrainingArguments(dataloader_num_workers=n, dataloader_persistent_workers=True)\n"
    )
    assert judged("WL404", text).fixed.endswith("dataloader_persistent_workers=n > 0)\n")


def test_a_dict_for_paddle_is_left_alone(judged):
    text = f"import paddle\nkw = dict(num_workers=n, {ON})\n"
    assert not judged("WL404", text).findings
    assert judged("WL404", f"import torch\n{text}").findings


def loader(count, before=""):
    return f"{TORCH}{before}DataLoader(d, num_workers={count}, {ON})\n"


ZERO = [
    pytest.param(loader("N", "N = 0\n"), 2, id="a constant"),
    pytest.param(loader("N", "if debug:\n  N = 0\nelse:\n  N = 4\n"), 3, id="a branch for debugging"),
    pytest.param(loader("N", "N = 0 if debug else 4\n"), 2, id="a choice"),
    pytest.param(
        loader("args.n", "parser.add_argument('--n', type=int, default=0)\nargs = parser.parse_args()\n"),
        2,
        id="the default of an option",
    ),
    pytest.param(loader("args.n", "if args.debug:\n  args.n = 0\n"), 3, id="an option for debugging"),
    pytest.param(
        f"{TORCH}def f(n=0):\n  return DataLoader(d, num_workers=n, {ON})\n", 2, id="the default of a parameter"
    ),
    pytest.param(
        f"{TORCH}def f(n, debug):\n  if debug:\n    n = 0\n  return DataLoader(d, num_workers=n, {ON})\n",
        4,
        id="a parameter in a branch",
    ),
    pytest.param(
        f"{TORCH}class A:\n  def __init__(self, n=0):\n    self.n = n\n"
        f"  def f(self):\n    return DataLoader(d, num_workers=self.n, {ON})\n",
        3,
        id="an attribute that gets a parameter",
    ),
    pytest.param(
        f"{TORCH}class A:\n  def __init__(self, n: int = 0):\n    self.save_hyperparameters()\n"
        f"  def f(self):\n    return DataLoader(d, num_workers=self.hparams.n, {ON})\n",
        3,
        id="a hyperparameter",
    ),
    pytest.param(
        f"{TORCH}@dataclass\nclass C:\n  n: int = 0\ndef f(cfg):\n  return DataLoader(d, num_workers=cfg.n, {ON})\n",
        4,
        id="a field of a config",
    ),
    pytest.param(loader("cfg['n']", "cfg = {'n': 0}\n"), 2, id="an entry"),
    pytest.param(loader("cfg.get('n', 0)"), None, id="the fallback of a look-up"),
    pytest.param(loader("n if fast else 0"), None, id="the count itself"),
]


@pytest.mark.parametrize(("text", "line"), ZERO)
def test_a_count_that_the_file_makes_0_is_an_error(judged, text, line):
    (finding,) = judged("WL404", text).findings
    assert str(finding.severity) == "error"
    place = f"and line {line} makes that 0: " if line else "and where that is 0, "
    assert finding.message.endswith(f" is, {place}the loader raises ValueError")
    assert line is None or [related.position.line for related in finding.related] == [line]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(loader("N", "N = 0\nN = cfg.n\n"), id="a 0 that is replaced"),
        pytest.param(loader("N", "N = cfg.n\n") + "N = 0\n", id="a 0 afterwards"),
        pytest.param(
            f"{TORCH}def f(debug):\n  if debug:\n    n = 0\n    return DataLoader(d, num_workers=n)\n"
            f"  else:\n    n = cfg.n\n    return DataLoader(d, num_workers=n, {ON})\n",
            id="a 0 in the other branch",
        ),
        pytest.param(
            loader(
                "cfg.n",
                "parser.add_argument('-t', '--threads', default=0, type=int)\nargs = parser.parse_args()\n"
                "if args.threads > 0:\n  cfg.n = args.threads\n",
            ),
            id="a 0 that a test holds back",
        ),
        pytest.param(loader("cfg.n", "class A:\n  n = 0\nclass B:\n  n = 4\n"), id="a 0 of one of two classes"),
        pytest.param(
            f"{TORCH}class A:\n  def __init__(self):\n    self.n = 0\nclass B:\n"
            f"  def f(self):\n    return DataLoader(d, num_workers=self.n, {ON})\n",
            id="a 0 of another class",
        ),
    ],
)
def test_a_0_that_does_not_reach_the_loader_is_no_error(judged, text):
    assert judged("WL404", text).says.startswith("warning: ")


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("if args.n < 1:\n  raise ValueError(args.n)\n", id="an error"),
        pytest.param("def check(args):\n  if not args.n:\n    raise ValueError(args.n)\n", id="an error elsewhere"),
        pytest.param("def check(args):\n  assert args.n > 0\n", id="an assertion elsewhere"),
        pytest.param("def check(args):\n  if args.n == 0:\n    args.n = 1\n", id="a replacement elsewhere"),
        pytest.param("def check(args):\n  args.n = max(args.n, 1)\n", id="a bound elsewhere"),
        pytest.param("parser.add_argument('--n', type=positive_int, default=4)\n", id="the type of an option"),
        pytest.param("parser.add_argument('--n', type=int, choices=[1, 2, 4])\n", id="the choices of an option"),
    ],
)
def test_a_count_that_may_not_be_0_is_silent(judged, before):
    text = f"{TORCH}{before}def f(args):\n  return DataLoader(d, num_workers=args.n, {ON})\n"
    assert not judged("WL404", text).findings


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("def check(args):\n  if args.n is None:\n    args.n = 4\n", id="a default"),
        pytest.param("def check(args):\n  if hasattr(args, 'n'):\n    return\n", id="a question"),
        pytest.param("def other(args):\n  if args.n > 0:\n    print(args.n)\n", id="a test that settles nothing"),
        pytest.param("parser.add_argument('--n', type=int, choices=[0, 2, 4])\n", id="choices with 0"),
    ],
)
def test_a_test_that_settles_nothing_does_not_silence(judged, before):
    text = f"{TORCH}{before}def f(args):\n  return DataLoader(d, num_workers=args.n, {ON})\n"
    assert judged("WL404", text).findings


@pytest.mark.parametrize(
    "binding",
    [
        "for n in sizes: pass",
        "from config import n",
        "with f() as n: pass",
        "n, m = f()",
        "def g():\n  global n\n  n = 0",
    ],
)
def test_a_count_that_something_else_may_set_is_not_taken_for_a_constant(judged, binding):
    assert judged("WL404", f"{TORCH}n = 4\n{binding}\nDataLoader(d, num_workers=n, {ON})").findings


@pytest.mark.parametrize("given", [["4"] * 101, [str(number) for number in range(1, 200)]], ids=["equal", "different"])
def test_many_values_are_looked_at_as_few_are(judged, given):
    text = "".join(f"n = {value}\n" for value in given)
    loader = f"DataLoader(d, num_workers=n, {ON})"
    assert not judged("WL404", f"{TORCH}{text}{loader}").findings
    assert judged("WL404", f"{TORCH}{text}n = 0\nn = 0\n{loader}").findings
    assert judged("WL404", f"{TORCH}{text}n = args.n\n{loader}").findings


def test_a_test_of_something_else_does_not_silence_what_has_no_name(judged):
    text = "def f(d, x):\n  if x is None:\n    x = 3\n  return DataLoader(d, num_workers=c[key()], {})"
    assert judged("WL404", TORCH + text.format(ON)).findings


def test_what_a_comprehension_or_a_lambda_hides_is_still_code(judged):
    found = judged("WL404", f"{TORCH}loaders = [DataLoader(d, num_workers=n, {ON}) for d in ds]")
    ast.parse(found.fixed)
    assert "persistent_workers=n > 0" in found.fixed


def test_every_option_of_a_call_is_guarded(judged):
    text = f"{TORCH}DataLoader(d, num_workers=n, {ON}, prefetch_factor=2, timeout=9, multiprocessing_context='fork')"
    found = judged("WL404", text)
    assert len(found.findings) == 4
    assert found.fixed.endswith(
        "persistent_workers=n > 0, prefetch_factor=2 if n > 0 else None, timeout=9 if n > 0 else 0, "
        "multiprocessing_context='fork' if n > 0 else None)"
    )
