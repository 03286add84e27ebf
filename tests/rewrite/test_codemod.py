"""The codemod for whole modules, alone and against the locator: two parsers that must find the same literals."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst.codemod import CodemodContext
from libcst.metadata import MetadataWrapper

from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rewrite.codemod import CountFinder, SetWorkerCount
from worker_lint.source import Source

HOOKS = Path(__file__).parents[2] / "hooks"


def rewritten(code, count):
    return SetWorkerCount(CodemodContext(), count).transform_module(cst.parse_module(code)).code


def by_libcst(code):
    finder = CountFinder()
    MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True).visit(finder)
    return finder.literals


def by_tree_sitter(code):
    # A count by position is the one form that takes the file's imports to find, which the codemod leaves alone.
    (document,) = locate(Source.decode(Path("a.py"), "python", code), vocabulary())
    words = vocabulary()
    sites = [
        site
        for site in document.sites
        if words.is_plain_count(site.name) and (site.callee or "").rpartition(".")[2] not in words.not_callables
    ]
    return {(s.value.start, s.value.end) for s in sites if s.value.literal and s.intact and s.form != "call-positional"}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("max_workers = 4", id="another knob"),
        pytest.param("num_workers = n", id="a reference"),
        pytest.param("num_workers = '4'", id="a string"),
        pytest.param("ScalingConfig(num_workers=4)", id="Ray's training actors"),
        pytest.param("f(num_workers=~4)", id="an inverted number"),
        pytest.param("f(num_workers=not 4)", id="a negation"),
        pytest.param("x = num_workers and 4", id="a conjunction"),
        pytest.param("f('num_workers', 4)", id="a call of something unknown"),
    ],
)
def test_silent(code):
    assert rewritten(code, 0) == code


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("num_workers = 4  # four", "num_workers = 8  # four", id="assignment"),
        pytest.param("num_workers: int = (4)", "num_workers: int = (8)", id="annotated assignment"),
        pytest.param("b, num_workers = 32, -1", "b, num_workers = 32, 8", id="unpacking"),
        pytest.param("f(num_workers = 4,)", "f(num_workers = 8,)", id="keyword"),
        pytest.param("{'num_workers': 4, **x}", "{'num_workers': 8, **x}", id="dict"),
        pytest.param("def f(*, num_workers=4): pass", "def f(*, num_workers=8): pass", id="parameter"),
        pytest.param("c.get('num_workers', 4)", "c.get('num_workers', 8)", id="fallback"),
        pytest.param("getattr(c, 'num_workers', 4)", "getattr(c, 'num_workers', 8)", id="getattr"),
        pytest.param("c.num_workers or 4", "c.num_workers or 8", id="or"),
        pytest.param("num_workers: int = field(default=4)", "num_workers: int = field(default=8)", id="field"),
        pytest.param(
            "p.add_argument('--num-workers', default=4)", "p.add_argument('--num-workers', default=8)", id="cli"
        ),
        pytest.param("if (num_workers := 4): pass", "if (num_workers := 8): pass", id="walrus"),
    ],
)
def test_rewritten(code, expected):
    assert rewritten(code, 8) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(
            "DataLoader(d, num_workers=4, persistent_workers=True, prefetch_factor=p)",
            "DataLoader(d, num_workers=0, persistent_workers=False, prefetch_factor=None)",
            id="options",
        ),
        pytest.param(
            "DataLoader(d, num_workers=4, batch_size=1, timeout=30, multiprocessing_context='fork')",
            "DataLoader(d, num_workers=0, batch_size=1, timeout=0, multiprocessing_context=None)",
            id="a timeout beside a loader's options",
        ),
        pytest.param(
            "f(num_workers=4, timeout=30)", "f(num_workers=0, timeout=30)", id="a timeout that may be another's"
        ),
        pytest.param(
            "T(dataloader_num_workers=4, dataloader_prefetch_factor=2, prefetch_factor=2)",
            "T(dataloader_num_workers=0, dataloader_prefetch_factor=None, prefetch_factor=2)",
            id="transformers",
        ),
    ],
)
def test_0_takes_the_options_along(code, expected):
    assert rewritten(code, 0) == expected


def test_as_a_command_of_libcst(tmp_path):
    file = tmp_path / "train.py"
    file.write_bytes("# Größe\r\nloader = DataLoader(d, num_workers=2)  # zwei\r\n".encode())
    command = [sys.executable, "-m", "libcst.tool", "codemod", "--external"]
    command += ["worker_lint.rewrite.codemod.SetWorkerCount", "--count", "8", "--jobs", "1", "--no-format", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(HOOKS)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert file.read_bytes() == "# Größe\r\nloader = DataLoader(d, num_workers=8)  # zwei\r\n".encode()


counts = st.sampled_from(
    ["4", "0", "-1", "+2", "0x10", "1_6", "(4)", "((8))", "4.0", "'4'", "None", "n", "n // 2", "f(4)"]
)
names = st.sampled_from(["num_workers", "NUM_WORKERS", "dataloader_num_workers", "max_workers", "n", "workers_per_gpu"])
expressions = st.recursive(
    counts,
    lambda inner: st.one_of(
        st.tuples(names, inner).map(lambda t: f"f(1, {t[0]}={t[1]})"),
        st.tuples(names, inner, inner).map(lambda t: f"{{'{t[0]}': {t[1]}, 'x': {t[2]}}}"),
        st.tuples(names, inner).map(lambda t: f"c.get('{t[0]}', {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"getattr(c, '{t[0]}', {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"(c.{t[0]} or {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"(c['{t[0]}'] or {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"({t[0]} := {t[1]})"),
        st.tuples(names, inner).map(lambda t: f"(lambda {t[0]}={t[1]}: 0)"),
        st.tuples(inner, inner).map(lambda t: f"({t[0]} if x else {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"[{t[0]}, {t[1]}]"),
        st.tuples(names, inner).map(lambda t: f"p.add_argument('-j', '--{t[0]}', default={t[1]}, type=int)"),
        st.tuples(names, inner).map(lambda t: f"field(default={t[1]})"),
        st.tuples(names, inner).map(lambda t: f"typer.Option({t[1]}, help='')"),
    ),
    max_leaves=4,
)
statements = st.one_of(
    st.tuples(names, expressions).map(lambda t: f"{t[0]} = {t[1]}"),
    st.tuples(names, expressions).map(lambda t: f"self.{t[0]} = b = {t[1]}"),
    st.tuples(names, expressions).map(lambda t: f"c['{t[0]}'] = {t[1]}"),
    st.tuples(names, expressions).map(lambda t: f"{t[0]}: int = {t[1]}"),
    st.tuples(names, expressions, expressions).map(lambda t: f"a, {t[0]} = {t[1]}, {t[2]}"),
    st.tuples(names, expressions).map(lambda t: f"def f(a, {t[0]}: int = {t[1]}, *b): return a"),
    st.tuples(names, expressions).map(lambda t: f"class C:\n    {t[0]}: int = field(default={t[1]})"),
    st.tuples(names, expressions).map(lambda t: f"if {t[1]}:\n    {t[0]} = 3  # num_workers = 5"),
    expressions,
)


@settings(max_examples=150)
@given(st.lists(statements, min_size=1, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_both_parsers_find_the_same_literals_in_generated_modules(lines, end):
    code = ("# ünïcödé\n" + "\n".join(lines) + "\n").replace("\n", end).encode()
    ast.parse(code)
    assert by_libcst(code) == by_tree_sitter(code)


def test_both_parsers_find_the_same_literals_in_the_standard_library():
    # Real code, with common names turned into ours, where that gives a literal.
    words = re.compile(
        rb"\b(?:size|count|i|timeout|depth|level|width|start|maxsize|indent|lineno|mode|pos|end|index|length|prec)\b"
    )
    files = [path for path in sorted(Path(sysconfig.get_path("stdlib")).glob("*.py")) if path.stat().st_size < 50_000]
    seen = 0
    for path in files:
        code = words.sub(b"num_workers", path.read_bytes())
        found = by_tree_sitter(code)
        if found:
            seen += len(found)
            assert by_libcst(code) == found, path
        if seen > 60:
            break
    assert seen > 60  # how many there are differs between versions of Python


def test_both_parsers_find_the_same_literals_in_installed_packages():
    words = re.compile(rb"num_workers|NUM_WORKERS|num-workers|workers_per_gpu")
    paths = [
        path for path in sorted(Path(sysconfig.get_path("purelib")).rglob("*.py")) if path.stat().st_size < 300_000
    ]
    checked = 0
    for path in paths:
        data = path.read_bytes()
        if words.search(data):
            checked += 1
            assert by_libcst(data) == by_tree_sitter(data), path
    if not checked:
        pytest.skip("no installed package has a file with a worker count")
