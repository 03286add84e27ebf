from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "count",
    [
        pytest.param("args.workers // 2", id="by a number"),
        pytest.param("8 // 2", id="of numbers"),
        pytest.param("(args.workers + ngpus - 1) // ngpus", id="rounding up"),
        pytest.param("int((args.workers + ngpus - 1) / ngpus)", id="rounding up, as the ImageNet example does"),
        pytest.param("-(-args.workers // ngpus)", id="rounding up by signs"),
        pytest.param("math.ceil(args.workers / ngpus)", id="ceil"),
        pytest.param("max(1, args.workers // ngpus)", id="max"),
        pytest.param("args.workers // ngpus + 1", id="one more"),
        pytest.param("args.workers // ngpus or 1", id="or"),
        pytest.param("max(args.workers, ngpus) // ngpus", id="at least the divisor"),
        pytest.param("os.cpu_count() // torch.cuda.device_count()", id="the CPUs of a machine by its GPUs"),
        pytest.param("len(os.sched_getaffinity(0)) // local_world_size", id="the CPUs of a machine by its ranks"),
        pytest.param("32 // torch.cuda.device_count()", id="more than there are GPUs in a machine"),
        pytest.param("0 // world_size", id="nothing"),
        pytest.param("args.workers // ngpus if args.workers > ngpus else 1", id="a choice"),
        pytest.param("args.workers / world_size", id="a float, which is another rule's"),
        pytest.param("total() // world_size", id="of something that is called"),
    ],
)
def test_silent(judged, count):
    assert judged("WL702", f"{TORCH}DataLoader(d, num_workers={count})\n").findings == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, batch_size=args.batch_size // world_size, num_workers=4)", id="a batch size"),
        pytest.param(
            "def f(n):\n  assert n >= ranks\n  return DataLoader(d, num_workers=n // ranks)", id="an assertion"
        ),
        pytest.param(
            "def f(n):\n  num_workers = n // ranks\n  if num_workers == 0:\n    num_workers = 1\n"
            "  return DataLoader(d, num_workers=num_workers)",
            id="a test afterwards",
        ),
        pytest.param(
            "def f(n):\n  num_workers = n // ranks\n  return DataLoader(d, num_workers=max(num_workers, 1))",
            id="a bound afterwards",
        ),
        pytest.param("RANKS = 4\nDataLoader(d, num_workers=args.workers // RANKS)", id="by a constant"),
        pytest.param("pool = Pool(workers // world_size)", id="a pool"),
        pytest.param(
            "n = 0\n" * 101 + "DataLoader(d, num_workers=n // world_size)", id="a constant that is often given"
        ),
        pytest.param(
            "def f(n):\n  num_workers = n // len(sets)\n  seed = partial(init, num_workers=num_workers)\n"
            "  return DataLoader(d, num_workers=n, worker_init_fn=seed)",
            id="a count that the loader does not take",
        ),
        pytest.param("cfg.num_workers = torch.distributed.get_world_size() // 8", id="a world size"),
    ],
)
def test_silent_code(judged, text):
    assert judged("WL702", f"{TORCH}{text}\n").findings == []


@pytest.mark.parametrize(
    ("count", "fixed"),
    [
        pytest.param("8 // world_size", "max(1, 8 // world_size)", id="a number by the ranks"),
        pytest.param("4 // torch.cuda.device_count()", "max(1, 4 // torch.cuda.device_count())", id="few by the GPUs"),
        pytest.param(
            "args.n // world_size", "max(1, args.n // world_size) if args.n > 0 else args.n", id="an argument"
        ),
        pytest.param(
            "opt['n']//opt['gpus']", "max(1, opt['n']//opt['gpus']) if opt['n'] > 0 else opt['n']", id="entries"
        ),
        pytest.param("int(args.n / ngpus)", "max(1, int(args.n / ngpus)) if args.n > 0 else args.n", id="int"),
        pytest.param("int(math.floor(n / k))", "max(1, int(math.floor(n / k))) if n > 0 else n", id="int of floor"),
        pytest.param("min(8, n // len(sets))", "min(8, max(1, n // len(sets)) if n > 0 else n)", id="at most"),
        pytest.param("os.cpu_count() // world_size", None, id="the CPUs of a machine by the ranks of all"),
        pytest.param("cfg.get('n') // ranks", None, id="a look-up"),
        pytest.param("(n\n // ranks)", None, id="several lines"),
    ],
)
def test_found(judged, count, fixed):
    text = f"{TORCH}DataLoader(d, num_workers={count})\n"
    found = judged("WL702", text, unsafe=False)
    (finding,) = found.findings
    assert str(finding.severity) == "warning"
    assert "no workers are left" in finding.message
    assert found.fixed == (text.replace(count, fixed) if fixed else text)
    ast.parse(found.fixed)
    assert bool(judged("WL702", found.fixed).findings) == (fixed is None)


def test_what_it_says(judged):
    text = f"{TORCH}def setup(self, trainer):\n    self.num_workers = self.num_workers // trainer.world_size\n"
    assert judged("WL702", text).says == (
        "warning: num_workers is self.num_workers // trainer.world_size, which is 0 where trainer.world_size is above "
        "self.num_workers: no workers are left, and the main process loads the data; "
        "write max(1, self.num_workers // trainer.world_size) if self.num_…"
    )


def test_the_fix_keeps_every_result_but_the_one_that_collapsed(judged):
    text = f"{TORCH}DataLoader(d, num_workers=n // ranks)\n"
    count = judged("WL702", text).fixed.partition("num_workers=")[2].strip()[:-1]
    asked = {(n, ranks): n // ranks for n in range(9) for ranks in (1, 2, 8)} | {(-1, ranks): -1 for ranks in (1, 2, 8)}
    results = {(n, ranks): eval(count, {"n": n, "ranks": ranks, "max": max}) for n, ranks in asked}  # noqa: S307
    assert results == {(n, ranks): result or min(n, 1) for (n, ranks), result in asked.items()}


def test_a_division_in_a_call_among_others(judged):
    text = f"{TORCH}def f(n):\n  a = DataLoader(d, num_workers=n // ranks)\n  b = DataLoader(d, num_workers=n)\n"
    assert judged("WL702", text).findings


def test_a_name_that_a_loader_takes(judged):
    text = f"{TORCH}def f(n):\n  num_workers = n // ranks\n  return DataLoader(d, num_workers=num_workers)\n"
    assert judged("WL702", text).findings
    assert judged("WL702", text.replace("DataLoader(d, num_workers=", "make(")).findings


def test_a_test_for_none_bounds_nothing(judged):
    text = f"{TORCH}n = n if n is not None else 8\nif n is None:\n    n = 4\nDataLoader(d, num_workers=n // ranks)\n"
    assert judged("WL702", text).findings


def test_a_constant_of_the_file(judged):
    text = f"{TORCH}WORKERS = 4\nDataLoader(d, num_workers=WORKERS // world_size)\n"
    assert judged("WL702", text).findings
    assert not judged("WL702", text.replace("world_size", "local_world_size").replace("= 4", "= 16")).findings
