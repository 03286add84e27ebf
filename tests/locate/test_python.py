"""Where worker counts stand in Python, form by form; what only looks like one comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document
from worker_lint.source import Source


def document(code: str | bytes) -> Document:
    data = code.encode() if isinstance(code, str) else code
    (only,) = locate(Source.decode(Path("train.py"), "python", data), vocabulary())
    return only


def found(code: str | bytes) -> list[tuple[str, str, str]]:
    return [(site.form, site.name, site.value.text) for site in document(code).sites if site.confidence >= 50]


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("max_workers = 4", id="the workers of a pool"),
        pytest.param("f(preprocessing_num_workers=4)", id="another knob with a longer name"),
        pytest.param("DataLoader(d, persistent_workers=True)", id="an option beside the count"),
        pytest.param("ScalingConfig(num_workers=4)", id="Ray's training actors"),
        pytest.param("train.ScalingConfig(num_workers=4)", id="Ray's training actors behind a module"),
        pytest.param("CacheDataset(d, num_workers=4)", id="MONAI's caching threads"),
        pytest.param("if args.num_workers == 4: pass", id="a comparison"),
        pytest.param("num_workers += 4", id="an augmented assignment"),
        pytest.param("num_workers: int", id="an annotation without a value"),
        pytest.param("def f(num_workers): pass", id="a parameter without a default"),
        pytest.param("config.get('num_workers')", id="a look-up without a fallback"),
        pytest.param("parser.add_argument('--num_workers', type=int)", id="an option without a default"),
        pytest.param("parser.add_argument('--lr', default=4, help='num_workers')", id="the name in a help text"),
        pytest.param("# num_workers = 4", id="a comment"),
        pytest.param("'''num_workers = 4'''", id="a string"),
        pytest.param("x = {'num_workers'}", id="a set"),
        pytest.param("print('num_workers', 4)", id="two arguments of print"),
        pytest.param("config['num_workers'][4]", id="a subscript that sets nothing"),
        pytest.param("x = num_workers and 4", id="a conjunction"),
        pytest.param("from loaders import DataLoader\nDataLoader(d, 32, True, None, None, 4)", id="another DataLoader"),
        pytest.param("class DataLoader: pass\nDataLoader(d, 32, True, None, None, 4)", id="a DataLoader of its own"),
        pytest.param("DataLoader(*a, 32, True, None, None, 4)", id="a position behind a star"),
        pytest.param("Loader('x', 32, 4)", id="an unknown Loader"),
        pytest.param("a, *num_workers = 1, 4", id="a starred target"),
    ],
)
def test_silent(code: str) -> None:
    assert found(code) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("DataLoader(d, num_workers=4)", ("call-keyword", "num_workers", "4"), id="keyword"),
        pytest.param("Model(num_workers=(4))", ("call-keyword", "num_workers", "4"), id="keyword in parentheses"),
        pytest.param("partial(DataLoader, num_workers=4)", ("call-keyword", "num_workers", "4"), id="partial"),
        pytest.param("Namespace(num_workers=4)", ("call-keyword", "num_workers", "4"), id="namespace"),
        pytest.param("x.update(num_workers=4)", ("call-keyword", "num_workers", "4"), id="update"),
        pytest.param("dict(num_workers=4)", ("dict-keyword", "num_workers", "4"), id="dict call"),
        pytest.param("x = {'num_workers': 4}", ("dict-entry", "num_workers", "4"), id="dict display"),
        pytest.param('x.update({"a": {"num_workers": 4}})', ("dict-entry", "num_workers", "4"), id="nested presets"),
        pytest.param("def f(num_workers=4): pass", ("parameter-default", "num_workers", "4"), id="parameter"),
        pytest.param("def f(num_workers: int = 4): pass", ("parameter-default", "num_workers", "4"), id="typed"),
        pytest.param("lambda num_workers=4: 0", ("parameter-default", "num_workers", "4"), id="lambda"),
        pytest.param("num_workers = 4", ("assignment", "num_workers", "4"), id="assignment"),
        pytest.param("NUM_WORKERS = 4", ("assignment", "NUM_WORKERS", "4"), id="constant"),
        pytest.param("num_workers: int = 4", ("assignment", "num_workers", "4"), id="annotated assignment"),
        pytest.param("self.num_workers = 4", ("assignment", "num_workers", "4"), id="attribute"),
        pytest.param("c['num_workers'] = 4", ("assignment", "num_workers", "4"), id="subscript"),
        pytest.param("cfg.DATALOADER.NUM_WORKERS = 4", ("assignment", "NUM_WORKERS", "4"), id="deep attribute"),
        pytest.param("a.num_workers = b = 4", ("assignment", "num_workers", "4"), id="chain"),
        pytest.param("batch_size, num_workers = 32, 4", ("assignment", "num_workers", "4"), id="unpacking"),
        pytest.param("num_workers, x = (4, 1)", ("assignment", "num_workers", "4"), id="unpacking a tuple"),
        pytest.param("f(num_workers := 4)", ("assignment", "num_workers", "4"), id="walrus"),
        pytest.param("setattr(args, 'num_workers', 4)", ("assignment", "num_workers", "4"), id="setattr"),
        pytest.param("class C:\n  num_workers = 4", ("class-attribute", "num_workers", "4"), id="class attribute"),
        pytest.param("class C:\n  num_workers: int = 4", ("class-attribute", "num_workers", "4"), id="dataclass"),
        pytest.param(
            "class C:\n  num_workers: int = field(default=4)", ("field-default", "num_workers", "4"), id="field"
        ),
        pytest.param(
            "class C:\n  num_workers: int = Field(4, ge=0)", ("field-default", "num_workers", "4"), id="pydantic"
        ),
        pytest.param("c.get('num_workers', 4)", ("fallback", "num_workers", "4"), id="get"),
        pytest.param("c.pop('num_workers', 4)", ("fallback", "num_workers", "4"), id="pop"),
        pytest.param("c.setdefault('num_workers', 4)", ("fallback", "num_workers", "4"), id="setdefault"),
        pytest.param("getattr(args, 'num_workers', 4)", ("fallback", "num_workers", "4"), id="getattr"),
        pytest.param("os.getenv('NUM_WORKERS', '4')", ("fallback", "NUM_WORKERS", "'4'"), id="environment"),
        pytest.param("x = args.num_workers or 4", ("or-fallback", "num_workers", "4"), id="or"),
        pytest.param("x = c['num_workers'] or 4", ("or-fallback", "num_workers", "4"), id="or behind a subscript"),
        pytest.param("x = c.get('num_workers') or 4", ("or-fallback", "num_workers", "4"), id="or behind get"),
        pytest.param(
            "p.add_argument('-j', '--num_workers', default=4)", ("option-default", "--num_workers", "4"), id="argparse"
        ),
        pytest.param(
            "@click.option('--num-workers', default=4)\ndef f(): ...",
            ("option-default", "--num-workers", "4"),
            id="click",
        ),
        pytest.param(
            "def f(num_workers: int = typer.Option(4)): ...", ("option-default", "num_workers", "4"), id="typer"
        ),
        pytest.param("flags.DEFINE_integer('num_workers', 4, 'h')", ("option-default", "num_workers", "4"), id="absl"),
        pytest.param(
            "flags.DEFINE_integer(name='x', default=1, help='')\nnum_workers = 4",
            ("assignment", "num_workers", "4"),
            id="absl by keyword beside",
        ),
        pytest.param(
            "TrainingArguments(dataloader_num_workers=4)",
            ("call-keyword", "dataloader_num_workers", "4"),
            id="transformers",
        ),
    ],
)
def test_form(code: str, expected: tuple[str, str, str]) -> None:
    assert found(code) == [expected]


@pytest.mark.parametrize(
    ("head", "call"),
    [
        ("from torch.utils.data import DataLoader", "DataLoader(d, 32, True, None, None, 4)"),
        ("from torch.utils.data import DataLoader as DL", "DL(d, 32, True, None, None, 4)"),
        ("import torch", "torch.utils.data.DataLoader(d, 32, True, None, None, 4)"),
        ("import torch.utils.data as tud", "tud.DataLoader(d, 32, True, None, None, 4)"),
        ("from torch.utils import data", "data.DataLoader(d, 32, True, None, None, 4)"),
        ("from torch.utils.data import *", "DataLoader(d, 32, True, None, None, 4)"),
        ("from monai.data import DataLoader", "DataLoader(d, 4)"),
        ("from ffcv.loader import Loader", "Loader(p, 32, 4)"),
    ],
)
def test_position_of_known_loaders(head: str, call: str) -> None:
    assert found(f"{head}\n{call}") == [("call-positional", "num_workers", "4")]


@pytest.mark.parametrize(
    ("value", "kind", "number"),
    [
        ("4", "integer", 4),
        ("-1", "integer", -1),
        ("0x10", "integer", 16),
        ("1_6", "integer", 16),
        ("017", "integer", 15),
        ("8L", "integer", 8),
        ("4.0", "float", None),
        ("-4.0", "float", None),
        ("n / 2", "float", None),
        ("max(1, n / 2)", "float", None),
        ("4 if x else n / 2", "float", None),
        ("0.5 * n", "float", None),
        ("n // 2", "expression", None),
        ("int(n / 2)", "expression", None),
        ("'4'", "string", None),
        ("f'{n}'", "expression", None),
        ("True", "boolean", None),
        ("None", "null", None),
        ("args.n", "reference", None),
        ("c['n']", "reference", None),
        ("4 if debug else 8", "expression", None),
        ("os.cpu_count()", "expression", None),
    ],
)
def test_value(value: str, kind: str, number: int | None) -> None:
    (site,) = document(f"f(num_workers={value})").sites
    assert (site.value.text, site.value.kind, site.value.number) == (value, kind, number)


def test_only_the_innermost_of_nested_settings_counts() -> None:
    assert found("f(num_workers=c.get('num_workers', 4))") == [("fallback", "num_workers", "4")]
    assert found("num_workers = args.num_workers or 4") == [("or-fallback", "num_workers", "4")]


def test_a_value_behind_two_names_counts_once() -> None:
    assert found("a.num_workers = b.num_workers = 4") == [("assignment", "num_workers", "4")]


@pytest.mark.parametrize(
    ("data", "line", "column"),
    [
        pytest.param(b"\xef\xbb\xbfnum_workers = 4\n", 1, 15, id="byte order mark"),
        pytest.param("x = 1  # Größe\r\nnum_workers = 4\r\n".encode(), 2, 15, id="carriage return and line feed"),
        pytest.param(b"x = 1\rnum_workers = 4\r", 2, 15, id="carriage return alone"),
        pytest.param("# coding: latin-1\ns = 'é'; num_workers = 4".encode("latin-1"), 2, 24, id="Latin-1"),
        pytest.param("# -*- coding: gbk -*-\ns = '数据'; num_workers = 4".encode("gbk"), 2, 25, id="GBK"),
        pytest.param("s = '𝔘𝔫𝔦'; num_workers = 4".encode(), 1, 26, id="astral characters"),
        pytest.param("\tnum_workers = 4", 1, 16, id="a tab is one character"),
        pytest.param("print 'hello'\nexec 'code'\nnum_workers = 4", 3, 15, id="Python 2"),
        pytest.param("match x:\n    case 1:\n        num_workers = 4", 3, 23, id="a match statement"),
        pytest.param("type A[T] = list[T]\nnum_workers = 4", 2, 15, id="a type statement"),
        pytest.param("def f(:\n    pass\n\nnum_workers = 4", 4, 15, id="a syntax error elsewhere"),
        pytest.param(
            "x = ((\n\nclass C:\n    pass\n\n\ndef g():\n    return f(num_workers=4)", 8, 26, id="an open bracket above"
        ),
    ],
)
def test_place(data: bytes | str, line: int, column: int) -> None:
    doc = document(data)
    (site,) = doc.sites
    assert site.value.text == "4"
    assert doc.source.position(site.value.start) == (line, column)


def test_a_number_of_ten_thousand_digits_is_refused_with_its_place() -> None:
    with pytest.raises(SourceError, match=r"train\.py:1:15: a number of 10,000 digits"):
        document("num_workers = " + "9" * 10_000)


def test_a_callee_is_resolved_through_imports() -> None:
    (site,) = document("import torch.utils.data as d\nd.DataLoader(x, num_workers=4)").sites
    assert site.callee == "torch.utils.data.DataLoader"
    assert site.group is not None
    assert site.group.loader is not None
