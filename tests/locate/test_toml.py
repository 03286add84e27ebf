"""Where worker counts stand in TOML, and what is refused, with its place."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document
from worker_lint.source import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def document(text: str | bytes, name: str = "config.toml") -> Document:
    data = text.encode() if isinstance(text, str) else text
    return locate(Source.decode(Path(name), "toml", data), vocabulary())[0]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("# num_workers = 4\nx = 1\n", id="commented out"),
        pytest.param("[num_workers]\nx = 4\n", id="a table of the name"),
        pytest.param("num_workers = [4, 8]\n", id="a list under the name"),
        pytest.param('x = """\nnum_workers = 4\n"""\n', id="in a text"),
        pytest.param("[tool.worker-lint]\nnum_workers = 4\n", id="worker-lint's own settings"),
        pytest.param("[tool.worker-lint.modes]\nnum_workers = 4\n", id="a table of worker-lint's own settings"),
        pytest.param("", id="an empty file"),
        pytest.param("{% for a in b %}\n[{{ a }}\nnum_workers = 4\n", id="a template of which little is left"),
    ],
)
def test_silent(text: str) -> None:
    assert document(text).sites == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "pointer"),
    [
        pytest.param("num_workers = 4\n", 1, 15, "/num_workers", id="at the top"),
        pytest.param("[a.b]\nx = 1\nnum_workers = 4 # c\n", 3, 15, "/a/b/num_workers", id="in a table"),
        pytest.param('[a."b.c"]\nnum_workers = 4\n', 2, 15, "/a/b.c/num_workers", id="in a table with a quoted key"),
        pytest.param("[[a]]\n[[a]]\nnum_workers = 4\n", 3, 15, "/a/1/num_workers", id="in an array of tables"),
        pytest.param(
            "[[a]]\n[[a]]\n[a.b]\nnum_workers = 4\n", 4, 15, "/a/1/b/num_workers", id="in a table of its last"
        ),
        pytest.param("data.num_workers = 4\n", 1, 20, "/data/num_workers", id="a dotted key"),
        pytest.param("a = {x = 1, num_workers = 4}\n", 1, 27, "/a/num_workers", id="an inline table"),
        pytest.param("a = [1, {num_workers = 4}]\n", 1, 24, "/a/1/num_workers", id="an inline table in a list"),
        pytest.param('"num_workers" = 4\n', 1, 17, "/num_workers", id="a quoted key"),
        pytest.param('x = "größe"\r\nnum_workers = 4\r\n', 2, 15, "/num_workers", id="carriage return and line feed"),
        pytest.param(b"\xef\xbb\xbfnum_workers = 4\n", 1, 15, "/num_workers", id="byte order mark"),
        pytest.param("x = {{ y }}\n{% if z %}\nnum_workers = 4\n{% endif %}", 3, 15, "/num_workers", id="a template"),
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
        pytest.param("1_000", "integer", 1000, id="an underscore"),
        pytest.param("0x1F", "integer", 31, id="hexadecimal"),
        pytest.param("0o17", "integer", 15, id="octal"),
        pytest.param("+4", "integer", 4, id="a plus"),
        pytest.param("-1", "integer", -1, id="a minus"),
        pytest.param("4.0", "float", None, id="a float"),
        pytest.param("1e1", "float", None, id="an exponent"),
        pytest.param("true", "boolean", None, id="a truth value"),
        pytest.param('"4"', "string", None, id="a string"),
        pytest.param("'${workers}'", "reference", None, id="an interpolation"),
        pytest.param("2024-01-01", "expression", None, id="a date"),
    ],
)
def test_what_a_value_is(text: str, kind: str, number: int | None) -> None:
    (site,) = document(f"num_workers = {text}\n").sites
    assert (site.value.kind, site.value.number, site.value.text) == (kind, number, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("num_workers = \n", r"config\.toml:1:15: not TOML: invalid value", id="no value"),
        pytest.param("a = 1\nnum_workers = 08\n", r"config\.toml:2:\d+: not TOML", id="a leading zero"),
        pytest.param(
            "num_workers = 4\nnum_workers = 8\n", r"config\.toml:2:\d+: not TOML: can ?not overwrite", id="twice"
        ),
        pytest.param("num_workers = 4\n[a\n", r"config\.toml:2:3: not TOML", id="an open bracket"),
        pytest.param('num_workers = 4\nx = "', r"config\.toml:2:6: not TOML", id="an open quote at the end"),
        pytest.param("num_workers = " + "[" * 5000, r"config\.toml:1:215: nested deeper", id="nested deep"),
        pytest.param("num_workers = " + "9" * 10_000, r"config\.toml:", id="10,000 digits"),
    ],
)
def test_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        document(text)
    assert "\n" not in str(caught.value)


def test_the_settings_of_other_tools_in_pyproject_toml_are_read() -> None:
    assert len(document("[tool.trainer]\nnum_workers = 4\n", "pyproject.toml").sites) == 1


keys = st.sampled_from(["num_workers", "a", "b/c", "d~e", "ö", "e.f", "NUM_WORKERS"])
scalars = st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False, allow_infinity=False)
inline = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))
tables = st.dictionaries(
    keys, inline | st.lists(st.dictionaries(keys, inline, max_size=3), min_size=1, max_size=3), max_size=4
)


def written(value: object) -> str:
    """``value`` as TOML writes it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {written(inner)}" for key, inner in value.items()) + "}"
    return repr(value)


def as_tables(value: dict[str, object]) -> str:
    """``value`` as TOML, its dicts as tables and its lists of dicts as arrays of tables."""
    plain, headed = [], []
    for key, inner in value.items():
        if isinstance(inner, dict):
            headed.append(
                f"[{json.dumps(key)}]\n" + "".join(f"{json.dumps(k)} = {written(v)}\n" for k, v in inner.items())
            )
        elif isinstance(inner, list) and inner and all(isinstance(each, dict) for each in inner):
            headed += [
                f"[[{json.dumps(key)}]]\n" + "".join(f"{json.dumps(k)} = {written(v)}\n" for k, v in each.items())
                for each in inner
            ]
        else:
            plain.append(f"{json.dumps(key)} = {written(inner)}\n")
    return "".join(plain + headed)


def settings_of(value: object, pointer: str = "") -> list[tuple[str, object]]:
    """The counts of a document, found by walking what ``tomllib`` reads: another way to the same answer."""
    found: list[tuple[str, object]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            if key.lower() == "num_workers" and not isinstance(inner, (dict, list)):
                found.append((below, inner))
            found += settings_of(inner, below)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += settings_of(inner, f"{pointer}/{index}")
    return found


@given(tables)
def test_agrees_with_a_walk_over_what_tomllib_reads(value: dict[str, object]) -> None:
    text = as_tables(value)
    found = [(site.pointer, tomllib.loads(f"x = {site.value.text}")["x"]) for site in document(text).sites]
    assert sorted(found, key=repr) == sorted(settings_of(tomllib.loads(text)), key=repr)


@given(st.text(alphabet='[]{}"=.,#\n num_workers4', max_size=40))
def test_nothing_but_a_source_error_is_raised(text: str) -> None:
    with suppress(SourceError):
        document(text)
