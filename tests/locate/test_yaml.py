"""Where worker counts stand in YAML, what PyYAML makes of them, and what is refused, with its place."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.locate.scalars import plain_yaml_value
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document, Site
from worker_lint.source import Source


def document(text: str | bytes) -> Document:
    data = text.encode() if isinstance(text, str) else text
    return locate(Source.decode(Path("config.yaml"), "yaml", data), vocabulary())[0]


def sites(text: str) -> tuple[Site, ...]:
    return document(text).sites


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# num_workers: 4\nx: 1\n", id="commented out"),
        pytest.param("preprocessing_num_workers: 4\n", id="another knob"),
        pytest.param("num_workers: [4, 8]\n", id="a list under the name"),
        pytest.param("num_workers:\n  sizes: 4\n", id="a table under the name"),
        pytest.param("x: num_workers\n", id="the name as a value"),
        pytest.param("x: |\n  num_workers: 4\n", id="in a text"),
        pytest.param('x: "\\\n  num_workers: 4"\n', id="in a quoted text"),
        pytest.param("- num_workers\n- 4\n", id="the name as an item"),
        pytest.param("", id="an empty file"),
        pytest.param("{{ header }}\n  - num_workers\n{% for x in y %}\n", id="a template of which little is left"),
    ],
)
def test_silent(text: str) -> None:
    assert sites(text) == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "pointer"),
    [
        pytest.param("num_workers: 4\n", 1, 14, "/num_workers", id="at the top"),
        pytest.param("a:\n  - b: 1\n  - c/d:\n      num_workers: 4\n", 4, 20, "/a/1/c~1d/num_workers", id="at depth"),
        pytest.param("a: [1, {b: {num_workers: 4}}]\n", 1, 26, "/a/1/b/num_workers", id="flow style"),
        pytest.param("a: [1, num_workers: 4]\n", 1, 21, "/a/1/num_workers", id="a lone pair in brackets"),
        pytest.param("'num_workers': 4\n", 1, 16, "/num_workers", id="a quoted key"),
        pytest.param("? num_workers\n: 4\n", 2, 3, "/num_workers", id="an explicit key"),
        pytest.param("a: 1\n---\nnum_workers: 4\n", 3, 14, "/num_workers", id="the second document"),
        pytest.param("num_workers: &n 4  # c\n", 1, 17, "/num_workers", id="an anchor and a comment"),
        pytest.param("num_workers: !!int 4\n", 1, 20, "/num_workers", id="a tag that says what it is"),
        pytest.param("data.num_workers: 4\n", 1, 19, "/data.num_workers", id="a dotted key"),
        pytest.param("--num-workers: 4\n", 1, 16, "/--num-workers", id="a key that is an option"),
        pytest.param("größe: 数据\nnum_workers: 4\n", 2, 14, "/num_workers", id="other scripts"),
        pytest.param("{größe: 数据, num_workers: 4}\n", 1, 26, "/num_workers", id="columns in characters"),
        pytest.param(b"\xef\xbb\xbfnum_workers: 4\n", 1, 14, "/num_workers", id="byte order mark"),
        pytest.param("num_workers: 4\n".encode("utf-16"), 1, 14, "/num_workers", id="UTF-16"),
        pytest.param("a:\r\n  num_workers: 4\r\n", 2, 16, "/a/num_workers", id="carriage return and line feed"),
        pytest.param("a: 1\rnum_workers: 4\r", 2, 14, "/num_workers", id="carriage returns alone"),
        pytest.param("num_workers: 4\t# c\n", 1, 14, "/num_workers", id="a tab behind it"),
        pytest.param("a: {{ b }}\n{% if c %}\nnum_workers: 4\n{% endif %}\n", 3, 14, "/num_workers", id="Jinja"),
        pytest.param("{{- if .x }}\na:\n  num_workers: 4\n{{- end }}\n", 3, 16, "/a/num_workers", id="a Go template"),
        pytest.param("a:\n  b: [\n  1,\n  ]\n  num_workers: 4\n", 5, 16, "/a/num_workers", id="brackets at any column"),
        pytest.param("a: 'x\ny'\nnum_workers: 4\n", 3, 14, "/num_workers", id="a quoted text at the margin"),
        pytest.param("a: 'x'# c\nnum_workers: 4\n", 2, 14, "/num_workers", id="a comment without a blank"),
    ],
)
def test_place(text: str | bytes, line: int, column: int, pointer: str) -> None:
    doc = document(text)
    (site,) = doc.sites
    assert (site.value.text, site.value.number, site.pointer) == ("4", 4, pointer)
    assert doc.source.position(site.value.start) == (line, column)


@pytest.mark.parametrize(
    ("text", "kind", "number"),
    [
        pytest.param('"8"', "string", None, id="quoted digits"),
        pytest.param("auto", "string", None, id="a word"),
        pytest.param("4.0", "float", None, id="a float"),
        pytest.param("null", "null", None, id="null"),
        pytest.param("", "null", None, id="nothing"),
        pytest.param("true", "boolean", None, id="a truth value"),
        pytest.param("-1", "integer", -1, id="a negative number"),
        pytest.param("${..num_workers}", "reference", None, id="a relative interpolation"),
        pytest.param('"${data.num_workers}"', "reference", None, id="a quoted interpolation"),
        pytest.param("${oc.env:WORKERS,8}", "expression", None, id="an interpolation with a fallback"),
        pytest.param("???", "reference", None, id="a value that must be given"),
        pytest.param("{{ workers }}", "reference", None, id="a template's variable"),
        pytest.param('"{{ workers | int }}"', "expression", None, id="a template's expression"),
        pytest.param("!ref <num_workers>", "reference", None, id="a reference of HyperPyYAML"),
        pytest.param("!ref <num_workers> // 2", "expression", None, id="arithmetic of HyperPyYAML"),
        pytest.param("!env WORKERS", "expression", None, id="a tag of its own"),
        pytest.param('!!int "8"', "expression", None, id="a tag that makes a number of a string"),
        pytest.param("*workers", "reference", None, id="an alias"),
    ],
)
def test_what_a_value_is(text: str, kind: str, number: int | None) -> None:
    (site,) = sites(f"x: &workers 3\nnum_workers: {text}\n")
    assert (site.value.kind, site.value.number) == (kind, number)
    assert site.value.text == text


@pytest.mark.parametrize(
    ("text", "surprise"),
    [
        pytest.param("8", None, id="a plain number"),
        pytest.param("0", None, id="zero"),
        pytest.param("0x10", None, id="hexadecimal, which looks like it"),
        pytest.param("true", None, id="a truth value that looks like one"),
        pytest.param("010", "8 to YAML 1.1, an octal number", id="octal"),
        pytest.param("08", "a string to YAML 1.1, and no number", id="no octal digit"),
        pytest.param("1e1", "a string to YAML 1.1, and no number", id="an exponent"),
        pytest.param("0o10", "a string to YAML 1.1, and no number", id="octal of YAML 1.2"),
        pytest.param("1:30", "90 to YAML 1.1, which counts in sixties", id="sixties"),
        pytest.param("1_6", "16 to YAML 1.1, and a string to YAML 1.2", id="an underscore"),
        pytest.param("yes", "true to YAML 1.1", id="yes"),
        pytest.param("off", "false to YAML 1.1", id="off"),
        pytest.param("", "empty, which reads as null", id="nothing"),
    ],
)
def test_what_may_surprise(text: str, surprise: str | None) -> None:
    (site,) = sites(f"num_workers: {text}\n")
    assert site.value.surprise == surprise


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("num_workers: 4\na: b: c\n", r"config\.yaml:2:5: not YAML", id="two colons"),
        pytest.param("a: 1\n- b\nnum_workers: 4\n", r"config\.yaml:2:1: not YAML", id="a list in a mapping"),
        pytest.param("num_workers: 4\na: [1, 2\nb: 3\n", r"config\.yaml:\d+:\d+: not YAML", id="an open bracket"),
        pytest.param('num_workers: 4\na: "x\n', r"config\.yaml:\d+:\d+: not YAML", id="an open quote"),
        pytest.param("- " * 5000 + "num_workers: 4", r"config\.yaml:1:1: nested deeper", id="nested in one line"),
        pytest.param(
            "\n".join(" " * n + "a:" for n in range(2000)) + " 1\nnum_workers: 4",
            r"config\.yaml:\d+:1: nested deeper",
            id="nested by lines",
        ),
        pytest.param("num_workers: " + "9" * 10_000, r"config\.yaml:1:14: .*10,000 digits", id="10,000 digits"),
        pytest.param(
            "a:\n" + "  - num_workers: 4\n" * 40_000, r"config\.yaml:1:1: a block of more", id="a block without end"
        ),
        pytest.param(b"num_workers: 4 # \xe9\n", r"config\.yaml:1:18: .*not utf-8", id="Latin 1"),
    ],
)
def test_refused_with_its_place(text: str | bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        document(text)
    assert "\n" not in str(caught.value)


def test_what_is_broken_and_names_no_count_is_not_parsed() -> None:
    assert sites("a: b: max_workers\n") == ()


@pytest.mark.parametrize("depth", [1000, 50_000])
def test_brackets_may_be_nested_as_deep_as_they_like(depth: int) -> None:
    assert len(sites("a: " + "[" * depth + "]" * depth + "\nnum_workers: 4\n")) == 1


def test_a_count_is_reported_once_where_it_is_written() -> None:
    found = sites("base: &base\n  num_workers: 4\ntrain:\n  <<: *base\nval: *base\n")
    assert [site.pointer for site in found] == ["/base/num_workers"]


def test_a_mapping_that_takes_another_in_is_open() -> None:
    (group,) = document("b: &b {x: 1}\na:\n  <<: *b\n  num_workers: 4\n").groups
    assert group.open


def test_duplicate_keys_are_told_with_every_value() -> None:
    (duplicate,) = document("num_workers: 1\na: {num_workers: 2}\nnum_workers: 3\n").duplicates
    assert [value.text for value in duplicate.values] == ["1", "3"]


def test_a_file_longer_than_the_grammar_can_count_is_read_in_pieces() -> None:
    doc = document("".join(f"- a: {n}\n  {'b' if n % 1000 else 'num_workers'}: 4\n" for n in range(39_001)))
    assert [site.pointer for site in doc.sites] == [f"/{n}/num_workers" for n in range(0, 39_001, 1000)]
    assert doc.source.position(doc.sites[-1].value.start) == (78_002, 16)


@given(
    st.one_of(
        st.integers(-99, 99).map(str),
        st.text("0123456789_.:+-eExobyn", max_size=6),
        st.sampled_from(["yes", "No", "~", "on", "1:30", "0b1", ".5", "1_0.0"]),
    )
)
def test_plain_scalars_are_what_pyyaml_reads(text: str) -> None:
    try:
        node = yaml.compose(f"x: {text}\n")
        read = yaml.safe_load(f"x: {text}\n")["x"]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError, KeyError):
        return
    if (
        node is None
        or not isinstance(read, (int, float, str, bool, type(None)))
        or (text and node.value[0][1].value != text)
    ):
        return
    value = plain_yaml_value(0, len(text), text)
    kinds = {int: "integer", float: "float", str: "string", bool: "boolean", type(None): "null"}
    assert value.kind == kinds[type(read)]
    assert value.number == (read if type(read) is int else None)


scalars = st.none() | st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
keys = st.sampled_from(["num_workers", "a", "b/c", "d~e", "ö", "max_workers", "NUM_WORKERS", "x: y", "- z", "#"])
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))


def settings_of(node: yaml.Node, pointer: str = "") -> list[tuple[str, int]]:
    """The counts of a document, found by walking what PyYAML composes: another way to the same answer."""
    found: list[tuple[str, int]] = []
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            below = f"{pointer}/{key.value.replace('~', '~0').replace('/', '~1')}"
            if key.value.lower() == "num_workers" and isinstance(value, yaml.ScalarNode):
                found.append((below, value.start_mark.index))
            found += settings_of(value, below)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found += settings_of(value, f"{pointer}/{index}")
    return found


@settings(max_examples=300)
@given(
    st.dictionaries(keys, documents, max_size=5),
    st.sampled_from([True, False, None]),
    st.booleans(),
    st.integers(20, 100),
)
def test_agrees_with_a_walk_over_what_pyyaml_composes(
    value: object, flow: bool | None, unicode: bool, width: int
) -> None:
    text = yaml.dump(value, default_flow_style=flow, allow_unicode=unicode, width=width)
    theirs = [(pointer, len(text[:index].encode())) for pointer, index in settings_of(yaml.compose(text))]
    assert sorted((site.pointer, site.value.start) for site in sites(text)) == sorted(theirs)


pieces = st.lists(
    st.sampled_from(
        ["num_workers: 4", "num_workers: ", "a: ", "- ", "\n", "\n  ", "\n    ", "[", "]", "{", "}", ", ", "# c\n", "&x ", "*x",
         "!t ", "'", '"', "b c", "8", "|\n", "\n---\n", "{{ x }}", "{% if %}", "\t", "don't"]
    ),
    max_size=20,
)  # fmt: skip


@given(pieces)
def test_nothing_but_a_source_error_is_raised(parts: list[str]) -> None:
    with suppress(SourceError):
        document("".join(parts))
