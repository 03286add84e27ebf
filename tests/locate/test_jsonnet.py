"""Where worker counts stand in Jsonnet and JSON5, as far as that can be read without evaluating anything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document
from worker_lint.source import Source


def document(text: str) -> Document:
    return locate(Source.decode(Path("config.jsonnet"), "jsonnet", text.encode()), vocabulary())[0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{ // num_workers: 4\n}", id="a comment"),
        pytest.param("{ # num_workers: 4\n}", id="a comment with a hash"),
        pytest.param("{ /* num_workers: 4 */ }", id="a comment in the middle"),
        pytest.param("local num_workers = 4; {}", id="a local variable"),
        pytest.param("{ a: |||\n  num_workers: 4\n||| }", id="a block of text"),
        pytest.param("{ a: 'num_workers: 4' }", id="a string"),
        pytest.param("[num_workers:4]", id="a slice"),
        pytest.param("{ num_workers: [4, 8] }", id="a list under the name"),
        pytest.param("{ preprocessing_num_workers: 4 }", id="another knob"),
        pytest.param('{ "num_workers', id="a key that is cut off"),
        pytest.param("{" * 100_000 + "num_workers: 4", id="nested 100,000 deep"),
    ],
)
def test_silent(text: str) -> None:
    assert document(text).sites == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "pointer"),
    [
        pytest.param('{ "num_workers": 4 }', 1, 18, "/num_workers", id="as JSON has it"),
        pytest.param("{ num_workers: 4, }", 1, 16, "/num_workers", id="a key without quotes, and a trailing comma"),
        pytest.param("{ 'num_workers': 4 }", 1, 18, "/num_workers", id="single quotes"),
        pytest.param("local n = 2;\n{ a: { num_workers: 4 } }", 2, 21, "/a/num_workers", id="behind a local variable"),
        pytest.param("{ a+: [1, { num_workers:: 4 }] }", 1, 27, "/a/1/num_workers", id="hidden, in what is added to"),
        pytest.param("f({ num_workers: 4 })", 1, 18, "/num_workers", id="in an argument"),
        pytest.param("base { num_workers: 4 }", 1, 21, "/num_workers", id="in what a template is mixed with"),
    ],
)
def test_place(text: str, line: int, column: int, pointer: str) -> None:
    doc = document(text)
    (site,) = doc.sites
    assert (site.value.text, site.value.number, site.pointer) == ("4", 4, pointer)
    assert doc.source.position(site.value.start) == (line, column)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        pytest.param("n", "reference", id="a variable"),
        pytest.param("self.n", "reference", id="a field of the object"),
        pytest.param("n + 1", "expression", id="arithmetic"),
        pytest.param("if x then 1 else 2", "expression", id="a condition"),
        pytest.param("std.parseInt(std.extVar('W'))", "expression", id="an outside variable"),
        pytest.param("'4'", "string", id="a string"),
        pytest.param("4.0", "float", id="a float"),
        pytest.param("null", "null", id="null"),
        pytest.param("true", "boolean", id="a truth value"),
    ],
)
def test_what_a_value_is(text: str, kind: str) -> None:
    (site,) = document(f"{{ a: 1, num_workers: {text}, b: 2 }}").sites
    assert (site.value.text, site.value.kind, site.value.number) == (text, kind, None)


def test_duplicate_keys_are_told_with_every_value() -> None:
    (duplicate,) = document("{ num_workers: 1, num_workers: 2 }").duplicates
    assert [value.text for value in duplicate.values] == ["1", "2"]


scalars = st.none() | st.booleans() | st.integers(-5, 99) | st.text()
keys = st.sampled_from(["num_workers", "a", "b/c", "NUM_WORKERS"])
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))


@given(documents)
def test_reads_json_as_the_json_locator_does(value: object) -> None:
    code = json.dumps(value, ensure_ascii=False).encode()
    found = [
        sorted(
            (str(site.pointer), site.value)
            for site in locate(Source.decode(Path("c"), language, code), vocabulary())[0].sites
        )
        for language in ("json", "jsonnet")
    ]
    assert [[(p, v.start, v.end, v.text, v.number) for p, v in each] for each in found[:1]] == [
        [(p, v.start, v.end, v.text, v.number) for p, v in each] for each in found[1:]
    ]
