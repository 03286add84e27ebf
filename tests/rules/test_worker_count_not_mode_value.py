from __future__ import annotations

import pytest

TRAINING = 'mode = "training"'
TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        pytest.param("num_workers = 2", "", id="no mode"),
        pytest.param("num_workers = 2", TRAINING + '\npolicy = "bounds-only"', id="only bounds"),
        pytest.param("num_workers = 8", TRAINING, id="the mode's count"),
        pytest.param("num_workers = 0x8", TRAINING, id="the mode's count in another notation"),
        pytest.param("num_workers = 2", TRAINING + '\npolicy = "at-most"', id="below what is allowed"),
        pytest.param("num_workers = 8", TRAINING + '\npolicy = "at-most"', id="all that is allowed"),
        pytest.param("num_workers = args.n", TRAINING, id="a reference"),
        pytest.param("num_workers = os.cpu_count() // 2", TRAINING, id="an expression"),
        pytest.param("num_workers = '2'", TRAINING, id="a string, which another rule finds"),
        pytest.param("num_workers = None", TRAINING, id="None"),
        pytest.param("num_workers = -1", TRAINING, id="a negative count, which another rule finds"),
        pytest.param("max_workers = 2", TRAINING, id="the workers of a pool"),
        pytest.param("ray.train.ScalingConfig(num_workers=2)", TRAINING, id="Ray's training actors"),
        pytest.param("glt.MpDistSamplingWorkerOptions(num_workers=2)", TRAINING, id="processes that sample a graph"),
        pytest.param("if num_workers == 2: pass", TRAINING, id="a comparison"),
        pytest.param("num_workers = 3", TRAINING + "\n[modes]\ntraining = 3", id="the repository's own count"),
        pytest.param("num_workers = 3", 'mode = "mine"\n[modes]\nmine = 3', id="a mode of the repository's own"),
        pytest.param(
            "num_workers = 1",
            TRAINING + '\nprofile = "k8s-cpu2-mem8.json"',
            id="the mode's count, clamped to the machine",
        ),
    ],
)
def test_silent(judged, text, settings):
    assert judged("WL201", text, settings).findings == []


@pytest.mark.parametrize(
    ("text", "settings", "says", "fixed"),
    [
        pytest.param(
            "num_workers = 2",
            TRAINING,
            "warning: num_workers is 2, but must be 8: mode training asks for 8; write 8",
            "num_workers = 8",
            id="too few",
        ),
        pytest.param(
            "num_workers = 9",
            TRAINING + '\npolicy = "at-most"',
            "warning: num_workers is 9, but must be at most 8: mode training asks for 8; write 8",
            "num_workers = 8",
            id="more than allowed",
        ),
        pytest.param(
            "num_workers = 8",
            TRAINING + '\nprofile = "k8s-cpu2-mem8.json"',
            "warning: num_workers is 8, but must be 1: mode training asks for 8, and k8s-cpu2-mem8 bears 1: ",
            "num_workers = 1",
            id="more than the machine bears",
        ),
        pytest.param(
            "num_workers = 8",
            TRAINING + '\nprofile = ["a100x8-256c-2t.json", "k8s-cpu2-mem8.json"]',
            "k8s-cpu2-mem8 bears 1: ",
            "num_workers = 1",
            id="more than the smallest of two machines bears",
        ),
        pytest.param(
            "p.add_argument('--num-workers', default=10, type=int)",
            TRAINING,
            "warning: the default of --num-workers is 10, but must be 8",
            "p.add_argument('--num-workers', default=8, type=int)",
            id="a command-line option",
        ),
        pytest.param(
            "n = cfg.get('num_workers', 4)",
            TRAINING,
            "warning: the fallback of num_workers is 4, but must be 8",
            "n = cfg.get('num_workers', 8)",
            id="a fallback",
        ),
        pytest.param(
            "train_dataloader = dict(batch_size=2, num_workers=2, persistent_workers=True)",
            TRAINING,
            "warning: num_workers is 2",
            "train_dataloader = dict(batch_size=2, num_workers=8, persistent_workers=True)",
            id="a config of mmengine",
        ),
        pytest.param(
            "class C(LightningDataModule):\n    def __init__(self, num_workers: int = 2): ...",
            TRAINING,
            "warning: the default of num_workers is 2",
            "class C(LightningDataModule):\n    def __init__(self, num_workers: int = 8): ...",
            id="a DataModule",
        ),
        pytest.param(
            TORCH + "DataLoader(d, num_workers=0, persistent_workers=num_workers > 0)",
            TRAINING,
            "warning: num_workers is 0",
            TORCH + "DataLoader(d, num_workers=8, persistent_workers=num_workers > 0)",
            id="a guard beside it",
        ),
    ],
)
def test_found(judged, text, settings, says, fixed):
    found = judged("WL201", text, settings)
    assert says in found.says
    assert found.fixed == fixed


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param(
            "a.py",
            "DataLoader(d, num_workers=8, persistent_workers=True, prefetch_factor=4, timeout=30,\n"
            "           multiprocessing_context='spawn')",
            "DataLoader(d, num_workers=0, persistent_workers=False, prefetch_factor=None, timeout=0,\n"
            "           multiprocessing_context=None)",
            id="four options of a call",
        ),
        pytest.param(
            "a.py",
            "x = dict(num_workers=8, persistent_workers=True, timeout=30)",
            "x = dict(num_workers=0, persistent_workers=False, timeout=0)",
            id="a timeout beside a loader's options",
        ),
        pytest.param(
            "a.py", "f(num_workers=8, timeout=30)", "f(num_workers=0, timeout=30)", id="a timeout that may be another's"
        ),
        pytest.param(
            "a.py",
            "DataLoader(d, num_workers=8, persistent_workers=False, prefetch_factor=None)",
            "DataLoader(d, num_workers=0, persistent_workers=False, prefetch_factor=None)",
            id="options that are off",
        ),
        pytest.param(
            "a.py",
            "TrainingArguments(dataloader_num_workers=8, dataloader_prefetch_factor=2)",
            "TrainingArguments(dataloader_num_workers=0, dataloader_prefetch_factor=None)",
            id="transformers, imported or not",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": 8, "persistent_workers": true, "prefetch_factor": 2}',
            '{"num_workers": 0, "persistent_workers": false, "prefetch_factor": null}',
            id="an object",
        ),
        pytest.param(
            "a.json",
            '{"dataloader_num_workers": 8, "dataloader_persistent_workers": true, "timeout": 3}',
            '{"dataloader_num_workers": 0, "dataloader_persistent_workers": false, "timeout": 3}',
            id="an object for transformers",
        ),
    ],
)
def test_a_fix_to_0_takes_the_options_along(judged, name, before, after):
    assert judged("WL201", before, 'mode = "debug"', name).fixed == after


def test_the_mode_of_an_override_is_that_of_its_paths(judged):
    settings = TRAINING + '\n[[overrides]]\npaths = ["debug/**"]\nmode = "debug"'
    assert judged("WL201", "num_workers = 2", settings, "debug/a.py").fixed == "num_workers = 0"
    assert judged("WL201", "num_workers = 2", settings, "a.py").fixed == "num_workers = 8"


def test_code_that_does_not_parse_is_found_and_not_fixed(judged):
    text = "f(num_workers=2 3)\n"
    found = judged("WL201", text, TRAINING)
    assert len(found.findings) == 1
    assert found.fixed == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", "kw = dict(num_workers=4)\nDataLoader(d, **kw, prefetch_factor=2)\n", id="a splat"),
        pytest.param("a.py", "kw = {'num_workers': 4}\nkw['persistent_workers'] = True\n", id="a key set later"),
        pytest.param("a.py", "def f(num_workers=4, persistent_workers=True): ...\n", id="parameters"),
        pytest.param("a.py", "cfg.num_workers = 4\ncfg.persistent_workers = True\n", id="attributes"),
        pytest.param("a.py", "class C:\n    num_workers: int = 4\n    persistent_workers: bool = True\n", id="a class"),
        pytest.param("a.json", '{"num_workers": 8, "other": {"persistent_workers": true}}', id="another object"),
        pytest.param(
            "a.yaml",
            "base: &b\n  num_workers: 4\n  batch_size: 3\ntrain:\n  <<: *b\n  persistent_workers: true\n",
            id="a merge key",
        ),
    ],
)
def test_no_0_is_written_where_an_option_elsewhere_may_raise(judged, name, text):
    found = judged("WL201", text, 'mode = "debug"', name)
    assert [finding.fix for finding in found.findings] == [None]
    assert found.fixed == text
    assert judged("WL201", text, 'mode = "production"', name).fixed != text


def test_a_0_is_written_where_another_loader_has_its_own_count(judged):
    head = "from torch.utils.data import DataLoader\n"
    text = f"{head}a = dict(num_workers=4)\nDataLoader(d, num_workers=8, persistent_workers=True)\n"
    fixed = f"{head}a = dict(num_workers=0)\nDataLoader(d, num_workers=0, persistent_workers=False)\n"
    assert judged("WL201", text, 'mode = "debug"').fixed == fixed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", "num_workers = batch_size = 4\n", id="a chained assignment"),
        pytest.param("a.py", "batch_size = num_workers = 4\n", id="a chained assignment the other way"),
        pytest.param("a.yaml", "w: {num_workers: &k 4, batch_size: *k}\n", id="an anchor"),
    ],
)
def test_a_value_that_another_name_has_too_stays(judged, name, text):
    assert judged("WL201", text, TRAINING, name).fixed == text


OPTION = 'parser.add_argument("--num-workers", type=int, default=4)\nargs = parser.parse_args()\n'
CALL = "from torch.utils.data import DataLoader\nDataLoader(d, num_workers={}, persistent_workers={})\n"


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        pytest.param(
            OPTION + CALL.format("args.num_workers", "True"),
            OPTION.replace("4", "0") + CALL.format("args.num_workers", "args.num_workers > 0"),
            id="an option of a command line",
        ),
        pytest.param(
            "NUM_WORKERS = 4\n" + CALL.format("NUM_WORKERS", "True"),
            "NUM_WORKERS = 0\n" + CALL.format("NUM_WORKERS", "NUM_WORKERS > 0"),
            id="a constant",
        ),
        pytest.param(
            "def f(num_workers=4):\n    return dict(num_workers=num_workers, prefetch_factor=2)\n",
            "def f(num_workers=0):\n"
            "    return dict(num_workers=num_workers, prefetch_factor=2 if num_workers > 0 else None)\n",
            id="the options of a loader",
        ),
        pytest.param(
            "class C:\n    num_workers: int = 4\n    num_val_workers: int = 8\n"
            + CALL.format("cfg.num_workers", "True"),
            "class C:\n    num_workers: int = 0\n    num_val_workers: int = 0\n"
            + CALL.format("cfg.num_workers", "cfg.num_workers > 0"),
            id="two counts",
        ),
    ],
)
def test_a_0_guards_the_options_of_the_loaders_that_it_may_reach(judged, text, fixed):
    found = judged("WL201", text, 'mode = "debug"', unsafe=False)
    assert found.fixed == fixed
    assert "and guard the options that need workers" in found.findings[0].fix.title
    assert not judged("WL201", fixed, 'mode = "debug"').findings


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "NUM_WORKERS = 4\nN = 2  # worker-lint: keep\n" + CALL.format("N", "True"), id="a constant of its own"
        ),
        pytest.param(
            "def f(num_workers=4):\n    assert num_workers\n    "
            + CALL.format("num_workers", "True").replace("\n", "; ", 1),
            id="a count that is looked at",
        ),
        pytest.param(OPTION + CALL.format("max(1, args.num_workers)", "True"), id="a bound"),
    ],
)
def test_a_0_leaves_other_options_alone(judged, text):
    fixed = judged("WL201", text, 'mode = "debug"').fixed
    assert fixed == text.replace("=4", "=0").replace("S = 4", "S = 0")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", OPTION + CALL.format("pick(args.num_workers) // 2", "True"), id="a call"),
        pytest.param(
            "a.yaml", "num_workers: 4\ntrain:\n  num_workers: ${num_workers}\n  persistent_workers: true\n", id="data"
        ),
    ],
)
def test_no_0_is_written_where_an_option_cannot_be_guarded(judged, name, text):
    assert judged("WL201", text, 'mode = "debug"', name).fixed == text


def test_every_cpu_in_a_data_file_is_no_mode_s_count(judged):
    found = judged("WL201", "train:\n  num_workers: -1\n", TRAINING, name="a.yaml")
    assert found.says == "warning: num_workers is -1, but must be 8: mode training asks for 8; write 8"
    assert found.fixed == "train:\n  num_workers: 8\n"
    assert not judged("WL201", "train:\n  num_workers: -2\n", TRAINING, name="a.yaml").findings
