"""Whole files mended: only the counts and the options that they contradict change, in any encoding, and once."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker_lint.errors import SourceError
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.modes import BUILT_IN
from worker_lint.opening import open_source
from worker_lint.policy import Policy
from worker_lint.rewrite.apply import apply_fixes
from worker_lint.settings import Settings

OPTIONS = ("persistent_workers", "prefetch_factor", "timeout", "multiprocessing_context")


def mended(data, mode, name="train.py"):
    """The bytes of a file after ``--fix --mode MODE``, and the findings that are left."""
    source = open_source(Path(name), "json" if name.endswith(".json") else "python", data, vocabulary())
    if source is None:
        return data, []
    policy = Policy(Settings(mode=mode, policy="exact"))
    after, left, _ = apply_fixes(source, judge(locate(source, vocabulary()), policy), policy)
    return after.encode(after.code), [finding for _, finding in left]


PYTHON = """\
# Größe der Stapel: 数据
import torch
from torch.utils.data import DataLoader
def f(d, num_workers=4):\t# four
\treturn DataLoader(d, 32, num_workers = ( 2 ), persistent_workers=True,
\t                  prefetch_factor = 4 , timeout=30, multiprocessing_context="spawn")
x = {"num_workers":  6, 'größe': "4"}  ; y = 6
"""


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode(), id="UTF-8"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="carriage return and line feed"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="carriage return alone"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no final newline"),
        pytest.param(lambda text: (text + "\n\n\f\n  ").encode(), id="blanks at the end"),
        pytest.param(lambda text: ("# coding: gbk\n" + text.replace("öß", "")).encode("gbk"), id="GBK"),
        pytest.param(
            lambda text: ("# coding: latin-1\n" + re.sub("[^\x00-\xff]", "", text)).encode("latin-1"), id="Latin-1"
        ),
        pytest.param(lambda text: ("# coding: utf8\n" + text).encode(), id="an alias of UTF-8"),
        pytest.param(lambda text: (text + "x = = 3\ny = [1 2]\n").encode(), id="a syntax error elsewhere"),
        pytest.param(lambda text: (text + "print 'x'\nexec 'y'\n").encode(), id="Python 2"),
    ],
)
@pytest.mark.parametrize("mode", BUILT_IN)
def test_every_other_byte_of_a_python_file_stays(encode, mode):
    count = str(BUILT_IN[mode])
    text = (
        PYTHON.replace("num_workers=4", f"num_workers={count}")
        .replace("( 2 )", f"( {count} )")
        .replace("  6,", f"  {count},")
    )
    if mode == "debug":
        text = (
            text.replace("=True", "=False").replace("= 4 ,", "= None ,").replace("=30", "=0").replace('"spawn"', "None")
        )
    data, left = mended(encode(PYTHON), mode)
    assert data == encode(text)
    assert not [finding for finding in left if finding.code == "WL201"]
    assert mended(data, mode)[0] == data


JSON = """\
{ // Kommentar: größe 4
\t"num_workers"  :  2 , "größe": 1.50, "a": [ 4, 1e5 ],
  "persistent_workers":true, "prefetch_factor" : 4,
  "val": {"num_workers":4, "x": "num_workers"},
  "num_workers_note": 4,
}
"""


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode(), id="UTF-8"),
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="byte order mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.encode("utf-16-be"), id="UTF-16, big-endian"),
        pytest.param(lambda text: b"\xfe\xff" + text.encode("utf-16-be"), id="UTF-16, big-endian with a mark"),
        pytest.param(lambda text: text.encode("utf-32"), id="UTF-32"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="carriage return and line feed"),
        pytest.param(lambda text: text.strip().encode(), id="no final newline"),
    ],
)
@pytest.mark.parametrize("mode", BUILT_IN)
def test_every_other_byte_of_a_json_file_stays(encode, mode):
    count = BUILT_IN[mode]
    text = JSON.replace(":  2", f":  {count}").replace('{"num_workers":4', f'{{"num_workers":{count}')
    if mode == "debug":
        text = text.replace(":true", ":false").replace('"prefetch_factor" : 4', '"prefetch_factor" : null')
    assert mended(encode(JSON), mode, "a.json")[0] == encode(text)


def test_an_encoding_that_writes_one_text_in_two_ways_is_refused():
    # In UTF-7 "+AGE-" is an a, and encoding it again gives "a".
    with pytest.raises(SourceError, match="cannot be written back as it was in utf-7; save it as UTF-8 first"):
        mended(b"# coding: utf-7\nx = '+AGE-'\nnum_workers = 4\n", "debug")


def test_fixes_of_one_group_are_made_one_after_the_other():
    data, left = mended(
        b"from torch.utils.data import DataLoader\nDataLoader(d, num_workers='2', prefetch_factor=0)\n", "training"
    )
    assert data.endswith(b"DataLoader(d, num_workers=8, prefetch_factor=None)\n")
    assert left == []


def test_a_count_that_gets_workers_mends_the_options_too():
    source = open_source(Path("a.json"), "json", b'{"num_workers": 0, "persistent_workers": true}', vocabulary())
    policy = Policy(Settings(mode="training", policy="exact"))
    findings = judge(locate(source, vocabulary()), policy)
    after, left, number = apply_fixes(source, findings, policy)
    assert (len(findings), number, left) == (2, 2, [])
    assert after.code == b'{"num_workers": 8, "persistent_workers": true}'


def test_an_object_with_very_many_counts_is_mended():
    text = "{" + ", ".join(['"num_workers": 2'] * 300) + "}"
    assert mended(text.encode(), "training", "a.json")[0] == text.replace("2", "8").encode()


# Whole modules, of which the counts and the options that go with them may change.

numbers = st.integers(-2, 40).map(str)
options = st.dictionaries(
    st.sampled_from([*OPTIONS, "batch_size", "shuffle", "size"]),
    st.sampled_from(["True", "False", "None", "2", "0", "30", "'spawn'", "n > 0", "p", "4 if n else None"]),
    max_size=5,
)
counts = st.one_of(
    numbers, st.sampled_from(["n", "n // 2", "args.num_workers", "max(1, n)", "4.0", "'4'", "None", "n / 2"])
)
calls = st.tuples(st.sampled_from(["DataLoader", "Loader", "dict", "TrainingArguments"]), counts, options).map(
    lambda t: (
        f"{t[0]}(d, num_workers={t[1]}{''.join(f', {k}={v}' for k, v in t[2].items())})"
        if t[0] != "dict"
        else f"dict(num_workers={t[1]}{''.join(f', {k}={v}' for k, v in t[2].items())})"
    )
)
lines = st.one_of(
    calls.map(lambda call: f"x = {call}  # 4"),
    calls.map(lambda call: f"def f(n, num_workers=4): return {call}"),
    numbers.map(lambda n: f"num_workers = {n}"),
    numbers.map(lambda n: f"y = c.get('num_workers', {n}) or {n}"),
    numbers.map(lambda n: f"class C:\n    num_workers: int = field(default={n})  # größe {n}"),
    st.tuples(numbers, options).map(
        lambda t: f"z = {{'num_workers': {t[0]}{''.join(f', {k!r}: {v}' for k, v in t[1].items())}}}"
    ),
    numbers.map(lambda n: f"other = {n}"),
)
modules = st.lists(lines, min_size=1, max_size=5).map(
    lambda parts: (
        "from torch.utils.data import DataLoader\nfrom transformers import TrainingArguments\n" + "\n".join(parts)
    )
)


class Blank(ast.NodeTransformer):
    """Leaves out what a fix may change: integers that set a count, and what the four options are."""

    def visit_keyword(self, node):
        self.generic_visit(node)
        if node.arg == "num_workers" or (node.arg or "").removeprefix("dataloader_") in OPTIONS:
            node.value = ast.Constant(None)
        return node

    def visit_Dict(self, node):
        self.generic_visit(node)
        for index, key in enumerate(node.keys):
            if isinstance(key, ast.Constant) and key.value in ("num_workers", *OPTIONS):
                node.values[index] = ast.Constant(None)
        return node

    def visit_Constant(self, node):
        return ast.Constant(0) if type(node.value) is int else node

    def visit_UnaryOp(self, node):
        return ast.Constant(0) if isinstance(node.operand, ast.Constant) else self.generic_visit(node)


def shape(data):
    return ast.dump(Blank().visit(ast.parse(data)))


def left_over(text):
    """The text without numbers, and without the four options: what no fix may touch."""
    text = re.sub(
        r"(persistent_workers|prefetch_factor|timeout|multiprocessing_context)('?[=:] ?)[^,)}\n]*", r"\1\2", text
    )
    return re.sub(r"(?<![\w.])-?\d+(\.0)?\b|'4'|//?", "", text)


@settings(max_examples=150)
@given(modules, st.permutations(list(BUILT_IN)))
def test_to_every_mode_and_back_changes_only_counts_and_options(module, order):
    data = module.encode()
    for mode in order:
        before = data
        data, left = mended(before, mode)
        assert not [finding for finding in left if finding.fix is not None]
        assert mended(data, mode)[0] == data
        assert shape(data) == shape(before)
        assert left_over(data.decode()) == left_over(before.decode())
        source = open_source(Path("a.py"), "python", data, vocabulary())
        sites = {site.name: site.value.number for doc in locate(source, vocabulary()) for site in doc.sites}
        if mode != "debug":  # a 0 is not written where an option elsewhere may raise
            assert all(number in (None, BUILT_IN[mode]) or number < 0 for number in sites.values())


scalars = st.none() | st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
keys = st.sampled_from(
    ["num_workers", "a", "b/c", "ö", "max_workers", "NUM_WORKERS", "timeout", "batch_size", *OPTIONS]
)
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5))


def without_counts(value):
    if isinstance(value, dict):
        changing = ("num_workers", *OPTIONS)
        return {
            key: None if key.lower() in changing and not isinstance(inner, (dict, list)) else without_counts(inner)
            for key, inner in value.items()
        }
    return [without_counts(inner) for inner in value] if isinstance(value, list) else value


@settings(max_examples=200)
@given(documents, st.sampled_from([None, 0, 2]), st.booleans(), st.permutations(list(BUILT_IN)))
def test_a_document_stays_equal_but_for_counts_and_options(document, indent, ascii_only, order):
    data = json.dumps(document, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    try:
        data.decode()
    except UnicodeDecodeError:
        return
    for mode in order:
        before = data
        data, left = mended(before, mode, "a.json")
        assert not [finding for finding in left if finding.fix is not None]
        assert mended(data, mode, "a.json")[0] == data
        assert without_counts(json.loads(data)) == without_counts(json.loads(before))
        assert list(json.loads(data)) == list(json.loads(before)) if isinstance(document, dict) else True
