from __future__ import annotations

import ast

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
OPTION = 'parser.add_argument("--num-workers", type=int)\n'
LOADS = "DataLoader(d, num_workers=num_workers)\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("context = spawn() if cfg.num_workers else None", id="an option's value"),
        pytest.param("DataLoader(d, num_workers=n, prefetch_factor=2 if n else None)", id="an option in the call"),
        pytest.param("DataLoader(d, num_workers=n, persistent_workers=bool(n))", id="the truth itself"),
        pytest.param("if num_workers:\n    pool = Pool(num_workers)", id="starting a pool"),
        pytest.param("if num_workers:\n    loader = DataLoader(d, num_workers=num_workers)", id="building a loader"),
        pytest.param("pool = Pool(processes=num_workers or 4)", id="the processes of a pool"),
        pytest.param("pool = ThreadPoolExecutor(max_workers=num_workers or 4)", id="the threads of an executor"),
        pytest.param("run(num_workers or 4)", id="an argument of anything"),
        pytest.param("def f(num_workers=None):\n    num_workers = num_workers or 0", id="or 0"),
        pytest.param("def f(num_workers=None):\n    num_workers = num_workers or None", id="or None"),
        pytest.param("def f(num_workers=None):\n    num_workers = num_workers if num_workers else 0", id="else 0"),
        pytest.param("def f(num_workers=None):\n    if not num_workers:\n        num_workers = 0", id="set to 0"),
        pytest.param("def f(num_workers=0):\n    num_workers = num_workers or 8", id="a default of 0"),
        pytest.param("num_workers = cfg.get('num_workers', 0) or 8", id="a fallback of 0"),
        pytest.param("num_workers = getattr(cfg, 'num_workers', 0) or 8", id="an attribute that falls back to 0"),
        pytest.param("num_workers = int(os.environ.get('NUM_WORKERS') or 8)", id="a string of the environment"),
        pytest.param("n = os.getenv('N')\nnum_workers = int(n) if n else 8", id="a string that is converted"),
        pytest.param("num_workers = int(n) if n else 8", id="perhaps a string that is converted"),
        pytest.param(
            'parser.add_argument("--num-workers")\nif args.num_workers:\n    cfg.num_workers = args.num_workers',
            id="an option without a type",
        ),
        pytest.param(
            'parser.add_argument("--num-workers", type=int, default=0)\n'
            "if args.num_workers:\n    cfg.num_workers = args.num_workers",
            id="an option whose default is 0",
        ),
        pytest.param(
            'kwargs = {}\nif num_workers:\n    kwargs["num_workers"] = num_workers\nDataLoader(d, **kwargs)',
            id="options of the call",
        ),
        pytest.param(
            "extra = dict(batch_size=2)\nif n:\n    extra.update(num_workers=n)\nDataLoader(d, **extra)",
            id="a dict without a count",
        ),
        pytest.param(
            "if args.num_workers:\n    cfg.num_workers = args.num_workers\nelse:\n    cfg.num_workers = 0", id="else: 0"
        ),
        pytest.param("num_workers = 0\nif n:\n    num_workers = n\n" + LOADS, id="0 before"),
        pytest.param("if n and n > 2:\n    cfg.num_workers = n", id="a comparison as well"),
        pytest.param("if n > 0:\n    cfg.num_workers = n", id="a comparison"),
        pytest.param("if n is not None:\n    cfg.num_workers = n", id="as it should be"),
        pytest.param("if args.cuda:\n    cfg.num_workers = args.num_workers", id="another test"),
        pytest.param("if args.cuda or n:\n    cfg.num_workers = n", id="a test that another makes true"),
        pytest.param("num_workers = info.num_workers if info else 1", id="the truth of what holds the count"),
        pytest.param(
            "def f(cfg):\n    num_workers = cfg.get('num_workers') or 1\n    return shards // num_workers",
            id="a divisor that may not be 0",
        ),
        pytest.param("args.gpus = args.gpus or 8", id="another number"),
    ],
)
def test_silent(judged, text):
    assert judged("WL501", TORCH + text + "\n").findings == []


@pytest.mark.parametrize(
    "chooses",
    [
        "num_workers = num_workers or 8",
        "num_workers = num_workers if num_workers else 8",
        "num_workers = 8 if not num_workers else num_workers",
        "if not num_workers:\n        num_workers = 8",
    ],
)
def test_a_safe_fix_changes_what_becomes_of_a_zero_and_nothing_else(judged, chooses):
    text = f"def chosen(num_workers=None):\n    {chooses}\n    return num_workers\n"
    fixed = judged("WL501", text, unsafe=False).fixed
    before, after = ({}, {})
    exec(text, before)  # noqa: S102
    exec(fixed, after)  # noqa: S102
    given = (None, 1, 4, 8, 32)
    assert [after["chosen"](n) for n in given] == [before["chosen"](n) for n in given]
    assert (before["chosen"](0), after["chosen"](0)) == (8, 0)


@pytest.mark.parametrize(
    ("before", "after", "becomes"),
    [
        pytest.param(
            "num_workers = num_workers or 8",
            "num_workers = 8 if num_workers is None else num_workers",
            "8 is used in its place",
            id="or",
        ),
        pytest.param(
            "num_workers = num_workers if num_workers else batch_size",
            "num_workers = num_workers if num_workers is not None else batch_size",
            "batch_size is used in its place",
            id="a choice",
        ),
        pytest.param(
            "num_workers = 8 if not num_workers else num_workers",
            "num_workers = 8 if num_workers is None else num_workers",
            "8 is used in its place",
            id="a choice the other way round",
        ),
        pytest.param(
            "if not num_workers:\n        num_workers = os.cpu_count()",
            "if num_workers is None:\n        num_workers = os.cpu_count()",
            "os.cpu_count() is used in its place",
            id="a default",
        ),
        pytest.param(
            "if num_workers:\n        cfg.num_workers = num_workers",
            "if num_workers is not None:\n        cfg.num_workers = num_workers",
            "cfg.num_workers stays as it was",
            id="an override",
        ),
        pytest.param(
            "if num_workers and cfg:\n        cfg['data']['num_workers'] = num_workers",
            "if num_workers is not None and cfg:\n        cfg['data']['num_workers'] = num_workers",
            "cfg['data']['num_workers'] stays as it was",
            id="an override under two conditions",
        ),
        pytest.param(
            "if num_workers:\n        cfg.update({'num_workers': num_workers})",
            "if num_workers is not None:\n        cfg.update({'num_workers': num_workers})",
            "cfg['num_workers'] stays as it was",
            id="an update",
        ),
        pytest.param(
            "if num_workers:\n        cfg.update(num_workers=num_workers)",
            "if num_workers is not None:\n        cfg.update(num_workers=num_workers)",
            'cfg["num_workers"] stays as it was',
            id="an update by keyword",
        ),
        pytest.param(
            "if num_workers:\n        setattr(cfg, 'num_workers', num_workers)",
            "if num_workers is not None:\n        setattr(cfg, 'num_workers', num_workers)",
            "cfg.num_workers stays as it was",
            id="setattr",
        ),
        pytest.param(
            "if num_workers:\n        cfg.num_workers = num_workers\n    else:\n        cfg.num_workers = 4",
            "if num_workers is not None:\n        cfg.num_workers = num_workers\n    else:\n        cfg.num_workers = 4",
            "4 is used in its place",
            id="an alternative",
        ),
        pytest.param(
            "if cfg.fast:\n        pass\n    elif num_workers:\n        cfg.num_workers = num_workers",
            "if cfg.fast:\n        pass\n    elif num_workers is not None:\n        cfg.num_workers = num_workers",
            "cfg.num_workers stays as it was",
            id="a second test",
        ),
        pytest.param(
            "return DataLoader(d, num_workers=num_workers or cfg.n)",
            "return DataLoader(d, num_workers=cfg.n if num_workers is None else num_workers)",
            "cfg.n is used in its place",
            id="an argument",
        ),
        pytest.param(
            "return DataLoader(d, 1, False, None, None, num_workers or 8)",
            "return DataLoader(d, 1, False, None, None, 8 if num_workers is None else num_workers)",
            "8 is used in its place",
            id="an argument by position",
        ),
        pytest.param(
            "cfg.num_workers = min(int(num_workers or 8), 16)",
            "cfg.num_workers = min(int(8 if num_workers is None else num_workers), 16)",
            "8 is used in its place",
            id="within bounds",
        ),
    ],
)
def test_found_and_fixed(judged, before, after, becomes):
    head = f"{TORCH}def f(d, cfg, batch_size, num_workers=None):\n    "
    found = judged("WL501", f"{head}{before}\n", unsafe=False)
    (finding,) = found.findings
    assert finding.message == f"num_workers is tested for truth, so that a 0 counts as none given: {becomes}"
    assert str(finding.severity) == "error"
    assert found.fixed == f"{head}{after}\n"
    ast.parse(found.fixed)
    assert not judged("WL501", found.fixed).findings


ABSENT = [
    pytest.param(f"{OPTION}args = parser.parse_args()\n", "args.num_workers", "safe", id="an option without a default"),
    pytest.param(
        'parser.add_argument("-j", "--jobs", dest="num_workers", default=None, type=int)\n',
        "args.num_workers",
        "safe",
        id="an option by another name",
    ),
    pytest.param("class Args:\n    num_workers: int | None = None\n", "args.num_workers", "safe", id="a class"),
    pytest.param("", "getattr(args, 'num_workers', None)", "safe", id="getattr"),
    pytest.param("", "settings.get('num_workers')", "safe", id="get"),
    pytest.param(f"{OPTION}n = args.num_workers\n", "n", "safe", id="an option through a name"),
    pytest.param("", "args.num_workers", "unsafe", id="an option of another file"),
    pytest.param(
        'parser.add_argument("--num-workers", type=int, default=4)\n', "args.num_workers", "unsafe", id="a default"
    ),
]


@pytest.mark.parametrize(("before", "count", "kind"), ABSENT)
def test_the_fix_is_safe_where_the_file_says_that_absent_is_none(judged, before, count, kind):
    text = f"{TORCH}{before}if {count}:\n    cfg.num_workers = {count}\n"
    (finding,) = judged("WL501", text).findings
    assert finding.fix.kind == kind
    fixed = judged("WL501", text, unsafe=False).fixed
    assert (f"if {count} is not None:" in fixed) == (kind == "safe")


def test_a_parameter_that_click_fills(judged):
    text = (
        f'@click.option("--num-workers", type=int)\ndef main(num_workers, cfg):\n    n = num_workers or 8\n    {LOADS}'
    )
    text = text.replace("n = num", "num_workers = num")
    (finding,) = judged("WL501", TORCH + text).findings
    assert finding.fix.kind == "safe"


def test_a_look_up_is_not_written_twice(judged):
    text = f"{TORCH}DataLoader(d, num_workers=cfg.get('num_workers') or 4)\n"
    found = judged("WL501", text)
    assert found.says.endswith("4 is used in its place; test whether cfg.get('num_workers') is None")
    assert found.fixed == text


def test_an_attribute_that_something_else_set_before(judged):
    text = (
        "class Data(LightningDataModule):\n    num_workers = 8\n    def __init__(self, num_workers=None):\n"
        "        if num_workers:\n            self.num_workers = num_workers\n"
    )
    assert judged("WL501", text).says.startswith("error: num_workers is tested for truth")
    assert not judged("WL501", text.replace("= 8", "= 0")).findings


def test_a_chain_of_choices_is_found_once_for_each_count(judged):
    text = f"{TORCH}def f(num_workers=None):\n    num_workers = num_workers or args.num_workers or 4\n    {LOADS}"
    assert [finding.message for finding in judged("WL501", text).findings] == [
        "num_workers is tested for truth, so that a 0 counts as none given: args.num_workers is used in its place"
    ]


def test_code_that_does_not_parse_is_not_touched(judged):
    text = f"{TORCH}def f(num_workers=None):\n    if num_workers: cfg.num_workers = num_workers )\n"
    assert judged("WL501", text).fixed == text
