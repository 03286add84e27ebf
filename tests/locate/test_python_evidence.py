"""Which names are believed to be a loader's count in Python, and what says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Site
from worker_lint.source import Source

THRESHOLD = 50
IMPORT = "from torch.utils.data import DataLoader\n"


def sites(code: str, name: str = "module.py") -> list[Site]:
    (document,) = locate(Source.decode(Path(name), "python", code.encode()), vocabulary())
    return list(document.sites)


def believed(code: str, name: str = "module.py") -> list[str]:
    return [site.name for site in sites(code, name) if site.confidence >= THRESHOLD]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("workers = 4", id="a bare name that needs evidence"),
        pytest.param("seed_everything(42, workers=True)", id="a flag of the same name"),
        pytest.param("workers = []\nDataLoader(d)", id="a list of workers"),
        pytest.param("from multiprocessing import Pool\nnum_workers = 4\np = Pool(num_workers)", id="a pool"),
        pytest.param(
            "num_workers = 4\nwith ThreadPoolExecutor(max_workers=num_workers) as e: pass", id="an executor by keyword"
        ),
        pytest.param(
            "import ray\ndef main(num_workers=4):\n    RayStrategy(num_workers=num_workers)",
            id="training actors of Ray",
        ),
        pytest.param("num_workers = get_world_size()\nnum_workers = dist.get_world_size()", id="a world size"),
        pytest.param("num_workers = len(gpu_list)", id="a number of GPUs"),
        pytest.param(
            "config = dict(num_workers=2, num_envs=8, rollout_fragment_length=4)", id="reinforcement learning"
        ),
        pytest.param("config = {'server': {'workers': 4}}", id="a server"),
        pytest.param("config = {'ray': {'num_workers': 4}}", id="under a key of Ray"),
        pytest.param(
            "p.add_argument('--num-workers', default=4, help='parallel environments')", id="the help text says so"
        ),
        pytest.param("p.add_argument('--vec.num-workers', default=4)", id="the option's prefix says so"),
        pytest.param("class RolloutServer:\n    def __init__(self, num_workers=4): pass", id="the class says so"),
        pytest.param("def tokenize(files, workers=8): pass", id="a function that needs no loader"),
    ],
)
def test_not_believed(code: str) -> None:
    assert believed(code) == []


@pytest.mark.parametrize("name", ["preprocess_data.py", "extract_frames.py", "download_videos.py", "build_vocab.py"])
def test_a_script_that_prepares_data_has_workers_of_its_own(name: str) -> None:
    code = "parser.add_argument('--num_workers', type=int, default=8)\n"
    assert believed(code, name) == []
    assert believed(code, "train.py") == ["--num_workers"]


def test_a_script_that_prepares_data_with_a_loader_is_believed() -> None:
    code = f"{IMPORT}p.add_argument('--num_workers', default=8)\nloader = DataLoader(d, num_workers=args.num_workers)\n"
    assert believed(code, "extract_features.py") == ["--num_workers", "num_workers"]


@pytest.mark.parametrize(
    ("code", "names"),
    [
        pytest.param("num_workers = 4", ["num_workers"], id="a plain name that nothing speaks against"),
        pytest.param("get_dataloader(d, workers=4)", ["workers"], id="an argument of what makes a loader"),
        pytest.param("Trainer(batch_size=32, workers=4)", ["workers"], id="beside a batch size"),
        pytest.param(
            "p.add_argument('--batch-size', default=32)\np.add_argument('-j', '--workers', default=4)",
            ["--workers"],
            id="an option beside a batch size",
        ),
        pytest.param(
            "p.add_argument('--workers', default=4, help='data loading workers')",
            ["--workers"],
            id="the help text says so",
        ),
        pytest.param(
            "arg = p.add_argument\narg('--num_workers', default=8, help='subprocesses for data loading')",
            ["--num_workers"],
            id="a shorthand for add_argument",
        ),
        pytest.param(
            f"{IMPORT}workers = 4\nDataLoader(d, num_workers=workers)",
            ["workers", "num_workers"],
            id="it reaches a loader",
        ),
        pytest.param(
            f"{IMPORT}nw = 4\nDataLoader(d, num_workers=nw)",
            ["nw", "num_workers"],
            id="a name of its own reaches a loader",
        ),
        pytest.param(
            f"{IMPORT}p.add_argument('--threads', default=4)\nDataLoader(d, num_workers=opt.threads)",
            ["--threads", "num_workers"],
            id="an option of its own reaches a loader",
        ),
        pytest.param(
            f"{IMPORT}class C:\n    def __init__(self):\n        self.procs = 4\n"
            "    def loader(self):\n        return DataLoader(d, num_workers=self.procs)",
            ["procs", "num_workers"],
            id="an attribute of its own reaches a loader",
        ),
        pytest.param(
            f"{IMPORT}nw = min(8, workers)\nworkers = 4\nDataLoader(d, num_workers=nw)",
            ["nw", "workers", "num_workers"],
            id="through another name",
        ),
        pytest.param(
            "num_workers = getattr(args, 'loader_procs', 4)", ["loader_procs"], id="the fallback of another name"
        ),
        pytest.param(
            f"{IMPORT}from multiprocessing import Pool\nPool(args.num_workers)\n"
            "p.add_argument('--num_workers', default=4)\nDataLoader(d, num_workers=args.num_workers)",
            ["--num_workers", "num_workers"],
            id="a pool and a loader share it",
        ),
        pytest.param("cfg.DATALOADER.NUM_WORKERS = 4", ["NUM_WORKERS"], id="an attribute of a loader's settings"),
        pytest.param("class C:\n    batch_size: int = 8\n    workers: int = 4", ["workers"], id="beside it in a class"),
        pytest.param("def f(batch_size=8, workers=4): pass", ["workers"], id="beside it among the parameters"),
    ],
)
def test_believed(code: str, names: list[str]) -> None:
    assert believed(code) == names


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param("NUM_WORKERS = 8\nf(num_workers=NUM_WORKERS)", "8", id="a constant"),
        pytest.param(
            "p.add_argument('--num_workers', default=8)\nf(num_workers=args.num_workers)", "8", id="an option"
        ),
        pytest.param("def g(num_workers=8):\n    f(num_workers=num_workers)", "8", id="a parameter"),
        pytest.param(
            "class C:\n    def __init__(self, num_workers=8):\n        self.num_workers = num_workers\n"
            "    def g(self):\n        f(num_workers=self.num_workers)",
            "8",
            id="an attribute that a parameter sets",
        ),
    ],
)
def test_a_reference_is_resolved_where_the_file_decides_it(code: str, value: str) -> None:
    *_, last = sites(code)
    assert last.origin is not None
    assert last.origin.value.text == value


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("f(num_workers=num_workers)", id="set nowhere"),
        pytest.param("num_workers = 4\nnum_workers = 8\nf(num_workers=num_workers)", id="set twice"),
        pytest.param("def g():\n    num_workers = 4\nf(num_workers=num_workers)", id="set in another scope"),
        pytest.param("num_workers = os.cpu_count()\nf(num_workers=num_workers)", id="set to what is computed"),
        pytest.param("num_workers = n\nn = num_workers\nf(num_workers=num_workers)", id="set in a circle"),
    ],
)
def test_a_reference_stays_one_where_the_file_does_not_decide_it(code: str) -> None:
    *_, last = sites(code)
    assert last.origin is None


def test_a_name_of_another_function_is_another_name() -> None:
    assert believed("def run(n):\n    return DataLoader(d, num_workers=n)\n\ndef other():\n    n = 4") == [
        "num_workers"
    ]


def test_a_site_says_what_it_rests_on() -> None:
    (site,) = sites("get_dataloader(d, workers=4)")
    assert site.confidence == 95
    assert site.evidence == (
        "workers needs evidence",
        "+50 an argument of get_dataloader",
        "+25 the file speaks of dataloader",
    )
