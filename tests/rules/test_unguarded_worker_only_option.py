from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
ON = "persistent_workers=True"


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
        pytest.param(f"x = dict(num_workers=n, {ON})", id="a dict"),
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
    ],
)
def test_found(judged, count, option, fixed):
    found = judged("WL404", f"{TORCH}DataLoader(d, num_workers={count}, {option})")
    name, _, value = option.partition("=")
    assert found.says == (
        f"warning: {name} is {value} whatever {count} is, and where that is 0, the loader raises; "
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


def test_a_count_that_the_file_sets_to_0_is_an_error(judged):
    found = judged("WL404", f"{TORCH}N = 0\nDataLoader(d, num_workers=N, {ON})")
    assert found.says.startswith("error: persistent_workers is True whatever N is, which is 0, the loader raises")


def test_a_count_that_a_branch_sets_to_0_is_a_warning(judged):
    text = f"{TORCH}if debug:\n  N = 0\nelse:\n  N = 4\nDataLoader(d, num_workers=N, {ON})"
    assert judged("WL404", text).says.startswith("warning: ")


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
