"""What is left unparsed holds nothing: held against what is found where everything is parsed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate import locate
from worker_lint.locate import python as module
from worker_lint.locate.given import may_give
from worker_lint.locate.vocabulary import extended, vocabulary
from worker_lint.source import Source

LOADER = "from torch.utils.data import DataLoader\n"
SETS = (
    "num_workers = 4",
    "num_workers: int = 4",
    "num_workers \\\n= 4",
    "a, num_workers, b = 1, 4, 2",
    "(num_workers := 4)",
    "f(num_workers=4)",
    "f(num_workers  # a comment\n  =4)",
    "def f(num_workers=4): pass",
    "def f(num_workers: int = 4): pass",
    "def f(num_workers: int\n = 4): pass",
    "def f(num_workers: Annotated[int, 4] = 4): pass",
    "num_workers: int; num_workers = 4",
    "cfg.num_workers = 4",
    "cfg['num_workers'] = 4",
    "cfg['data.num_workers'] = 4",
    "x = {'num_workers': 4}",
    "x = cfg.get('num_workers', 4)",
    "x = cfg.get('num_workers') or 4",
    "x = getattr(cfg, '''num_workers''', 4)",
    "x = cfg.num_workers or 4",
    "x = cfg.num_workers\\\n or 4",
    "p.add_argument('--num-workers', default=4)",
    LOADER + "DataLoader(d, 8, True, None, None, 4)",
    LOADER + "DataLoader \\\n  (d, 8, True, None, None, 4)",
    LOADER + "import functools\nfunctools.partial(DataLoader, d, 8, True, None, None, 4)",
    LOADER + "from functools import partial as p\np(DataLoader, d, 8, True, None, None, 4)",
    LOADER + "from functools import partial\nf = lambda: partial(DataLoader, d, 8, True, None, None, 4)",
    LOADER + "from functools import partial\npartial(  # this:\n  DataLoader, d, 8, True, None, None, 4)",
    "from torch.utils.data import DataLoader as DL\nDL(d, 8, True, None, None, 4)",
    "from torch.utils.data import (\n  DataLoader  # a comment\n  as DL)\nDL(d, 8, True, None, None, 4)",
    "import torch.utils.data as data\ndata.DataLoader(d, 8, True, None, None, 4)",
    "import torch.utils.data.DataLoader as DL\nDL(d, 8, True, None, None, 4)",
)
OPTIONS = ("f(persistent_workers=n > 0)", "f(persistent_workers = True)", "x = {'prefetch_factor': 2}")
NOTHING = (
    LOADER,
    "from torch.utils.data import (\n    DataLoader,\n    Dataset,\n)",
    LOADER + "def f(loader: DataLoader) -> DataLoader: ...",
    LOADER + "assert isinstance(loader, DataLoader)",
    LOADER + "from functools import partial\ndef f(loader: DataLoader, other: data.DataLoader): ...",
    "def f(num_workers: int, rank: int): ...",
    "def f(rank: int, num_workers: np.int64): ...",
    '"""Splits the work among all workers of a node."""',
    "assert recipe.data.num_workers == 4",
    "share = size // info.num_workers",
    "print(f'there are {num_workers} of them')",
    "num_workers += 1",
    "use(num_workers)",
    "x = 1  # the workers of a DataLoader",
    "# num_workers = 4",
    "pool.map(f, self.persistent_workers)",
)


def document(code: str, words=None):
    (found,) = locate(Source(Path("train.py"), "python", code.encode()), words or vocabulary())
    return found


def is_parsed(found) -> bool:
    return "root" in vars(found.module)


@pytest.mark.parametrize("code", SETS)
def test_whatever_sets_a_count_is_found(code):
    assert document(code).sites


@pytest.mark.parametrize("code", OPTIONS)
def test_whatever_sets_an_option_of_a_loader_is_found(code):
    assert document(code).groups


@pytest.mark.parametrize("code", NOTHING)
def test_what_only_speaks_of_workers_is_not_parsed(code):
    found = document(code)
    assert not found.sites
    assert not is_parsed(found)


def test_a_comment_to_us_asks_for_all_there_is():
    assert is_parsed(document(LOADER + "isinstance(x, DataLoader)  # worker-lint: keep"))


def test_names_of_the_settings_are_looked_for_too():
    words = extended(("loaders_of_mine",), (), ("mine.make:procs",))
    assert document("loaders_of_mine = 4", words).sites
    assert document("from mine import make\nmake(procs=4)", words).sites
    assert not is_parsed(document("use(loaders_of_mine)", words))


@pytest.mark.parametrize(
    ("behind", "expected"),
    [
        pytest.param("#" * 5_000, False, id="a line of nothing but number signs"),
        pytest.param("# # #\n" * 90 + "x", False, id="comments that could be taken apart in many ways"),
        pytest.param(" " * 90 + "x", False, id="a gap"),
        pytest.param(" " * 90 + "= 4", True, id="a value behind a gap"),
        pytest.param("\\\n" * 40 + "x", False, id="continued lines"),
        pytest.param("\u3000\ufeff" * 40 + "x", False, id="spaces that are not ASCII"),
        pytest.param("\u3000\ufeff" * 40 + "= 4", True, id="a value behind such spaces"),
        pytest.param("#num_workers\n" * 9_000, True, id="more comments than anybody looks through"),
    ],
)
def test_what_stands_behind_a_word_is_read_in_one_way_only(behind, expected):
    code = f"num_workers {behind}".encode()
    hits = [("num_workers", match.span()) for match in re.finditer(b"num_workers", code)]
    assert may_give(code, hits, [], ()) == expected


PIECES = ("num_workers", "DataLoader", "persistent_workers", *" =:,()[]{}'\".", "\n", "\\\n", "# c\n", " as DL", " or ")
PIECES += ("4", "x", "f(", "partial(", "int", LOADER, "DL(", "import ", "lambda ", "def f(", "é", "workers", "'''", "-")


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_nothing_is_lost_in_what_is_not_parsed(code):
    found = document(code)
    if is_parsed(found) or found.module.root.has_error:  # the grammar guesses what was meant
        return
    with pytest.MonkeyPatch.context() as everything:
        everything.setattr(module, "may_give", lambda *_: True)
        parsed = document(code)
    assert not parsed.sites
    assert not any(group.loader or set(group.options) & vocabulary().option_names for group in parsed.groups)
