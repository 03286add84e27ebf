"""Where worker counts stand in JSON, and what is refused, with its place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.errors import SourceError
from worker_lint.locate import json as json_module
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document
from worker_lint.source import Source


def document(text: str | bytes) -> Document:
    data = text.encode() if isinstance(text, str) else text
    (only,) = locate(Source.decode(Path("config.json"), "json", data), vocabulary())
    return only


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('{"preprocessing_num_workers": 4}', id="another knob"),
        pytest.param('{"num_workers": {"a": 4}}', id="a table under the name"),
        pytest.param('{"num_workers": {"type": "integer", "default": 4}}', id="a description of the name"),
        pytest.param('{{ header }}\n"num_workers": 4}', id="a template of which little is left"),
        pytest.param('{"num_workers": [4, 8]}', id="a list under the name"),
        pytest.param('["num_workers", 4]', id="the name as an element"),
        pytest.param('{"x": "num_workers"}', id="the name as a value"),
        pytest.param('{/* "num_workers": 4 */ "x": 1}', id="the name in a comment"),
        pytest.param("{}", id="nothing"),
        pytest.param("", id="an empty file"),
    ],
)
def test_silent(text: str) -> None:
    assert document(text).sites == ()


@pytest.mark.parametrize(
    ("text", "line", "column", "pointer"),
    [
        pytest.param('{"num_workers": 4}', 1, 17, "/num_workers", id="at the top"),
        pytest.param('{"a": [1, {"b/c": {"num_workers": 4}}]}', 1, 35, "/a/1/b~1c/num_workers", id="at depth"),
        pytest.param('{\n  // 4\n  "num_workers": 4, // x\n}', 3, 18, "/num_workers", id="comments"),
        pytest.param('{"a": [1, 2,], "num_workers": 4,}', 1, 31, "/num_workers", id="trailing commas"),
        pytest.param('{"u": "a,}", /* ,] */ "num_workers": 4, /* x */ }', 1, 38, "/num_workers", id="commas in text"),
        pytest.param('{"größe": "数据", "num_workers": 4}', 1, 32, "/num_workers", id="other scripts"),
        pytest.param(b'\xef\xbb\xbf{"num_workers": 4}', 1, 17, "/num_workers", id="byte order mark"),
        pytest.param('{"num_workers": 4}'.encode("utf-16"), 1, 17, "/num_workers", id="UTF-16"),
        pytest.param('{\r\n"num_workers": 4}', 2, 16, "/num_workers", id="carriage return and line feed"),
        pytest.param('{"a": 1}\n{"num_workers": 4}', 2, 17, "/num_workers", id="one document a line"),
    ],
)
def test_place(text: str | bytes, line: int, column: int, pointer: str) -> None:
    doc = document(text)
    (site,) = doc.sites
    assert (site.value.text, site.pointer) == ("4", pointer)
    assert doc.source.position(site.value.start) == (line, column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('{"num_workers": NaN}', r"config\.json:1:17: .*NaN", id="NaN"),
        pytest.param('{"lr": -Infinity,\n"num_workers": 4}', r"config\.json:1:8: .*-Infinity", id="infinity"),
        pytest.param('{"num_workers": 4', r"config\.json:1:18: ", id="an open brace"),
        pytest.param('{"a": 1 "num_workers": 4}', r"config\.json:1:9: .*','", id="a missing comma"),
        pytest.param('{\n"num_workers": 08}', r"config\.json:2:17: ", id="a leading zero"),
        pytest.param("{'num_workers': 4}", r"config\.json:1:2: .*double quotes", id="single quotes"),
        # Before Python 3.13, json points behind the commas.
        pytest.param('{"num_workers": 4,,}', r"config\.json:1:(18|20): ", id="two commas"),
        pytest.param('{"num_workers": 4}}', r"config\.json:1:19: ", id="a brace too many"),
        pytest.param("[" * 100_000 + '"num_workers"', r"config\.json:1:901: nested deeper", id="nested 100,000 deep"),
        pytest.param(
            '{"num_workers": ' + "9" * 10_000 + "}", r"config\.json:1:17: .*10,000 digits", id="10,000 digits"
        ),
    ],
)
def test_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message) as caught:
        document(text)
    assert "\n" not in str(caught.value)


def test_an_error_behind_characters_of_several_bytes_is_placed_in_characters() -> None:
    with pytest.raises(SourceError, match=r"config\.json:1:13: "):
        document('{"größe": 1 "num_workers": 4}')


def test_a_long_number_elsewhere_does_not_matter() -> None:
    assert len(document('{"x": ' + "9" * 10_000 + ', "num_workers": 4}').sites) == 1


def test_duplicate_keys_are_told_with_every_value() -> None:
    (duplicate,) = document('{"num_workers": 1, "a": {"num_workers": 2}, "num_workers": 3}').duplicates
    assert [value.text for value in duplicate.values] == ["1", "3"]
    assert duplicate.pointer == "/num_workers"


scalars = st.none() | st.booleans() | st.integers(-5, 99) | st.floats(allow_nan=False, allow_infinity=False) | st.text()
keys = st.sampled_from(["num_workers", "a", "b/c", "d~e", "ö", "max_workers", "NUM_WORKERS"])
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4))


def settings_of(value: object, pointer: str = "") -> list[tuple[str, object]]:
    """The counts of a document, found by walking what ``json`` reads: another way to the same answer."""
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


@given(documents, st.sampled_from([None, 0, 2]), st.booleans())
def test_agrees_with_a_walk_over_what_json_reads(value: object, indent: int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    sites = [(site.pointer, json.loads(site.value.text)) for site in document(text).sites]
    assert sorted(sites, key=repr) == sorted(settings_of(json.loads(text)), key=repr)


@given(st.text(alphabet='{}[]",:0123456789.-eE tfn"/*\n', max_size=40))
def test_what_json_reads_is_never_refused(text: str) -> None:
    try:
        json.loads(text, parse_constant=lambda _: 1 / 0)
    except (ValueError, ZeroDivisionError):
        return
    document(text)


@pytest.mark.parametrize(
    ("text", "parsed"),
    [
        ('{"text": "the workers of num_workers, and \\"workers\\""}', False),
        ('["workers", "num_workers"]', False),
        ('{"num_workers": 4}', True),
        ('{"num_workers" /* many */: 4}', True),
        ('{"text": "num_workers: many"}', True),
        ('{"max num_workers of all": {"text": 4}}', True),
        ('{"train-args": ["num_workers=4"]}', True),
        ('["--num_workers", "4"]', True),
        ('{"\\u0072un": "train.py num_workers=4"}', True),
        ('{"text": "{{ num_workers }}"}', True),
    ],
)
def test_only_names_that_may_set_something_are_worth_a_parse(
    text: str, parsed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    parses = []
    parser = json_module.parser("json")
    monkeypatch.setattr(json_module, "parser", lambda _: parses.append(text) or parser)
    locate(Source(Path("a.json"), "json", text.encode()), vocabulary())
    assert bool(parses) == parsed


@pytest.mark.parametrize("key", ["num_workers", "'num_workers'"])
def test_a_key_that_is_no_string_is_no_text(key: str) -> None:
    with pytest.raises(SourceError, match="not JSON"):
        document(f'{{{key}: 4, sep: ","}}')


PIECES = ('"', "\\", "\n", "[", "]", "{", "}", "//", "/*", "*/", "a", ",", ": ", '"a"', '"b", "c"')


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_brackets_are_seen_as_if_strings_were_looked_at_one_by_one(code):
    one_by_one = re.compile(rb'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/|(?P<bracket>[\[\]{}])', re.DOTALL)
    expected = [match.start() for match in one_by_one.finditer(code.encode()) if match["bracket"]]
    found = json_module._STRING_OR_BRACKET.finditer(code.encode())
    assert [match.start() for match in found if match["open"] or match["close"]] == expected


@pytest.mark.parametrize(
    ("numbers", "is_parsed"),
    [(json_module.MOST_ENTRIES, False), (json_module.MOST_ENTRIES - 1, True)],
    ids=["more than anybody reads", "as many as are read"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_vocabulary_of_a_tokenizer_is_not_parsed(monkeypatch, numbers, is_parsed, indent):
    seen = []
    own = json_module.parser
    monkeypatch.setattr(json_module, "parser", lambda language: seen.append(language) or own(language))
    tokens = ["num_workers", *(f'\\"{{{{ token {index}' for index in range(numbers - 1)), "workers"]
    model = {"vocab": {token: index for index, token in enumerate(tokens)}, "merges": ["num _workers"]}
    assert not document(json.dumps({"version": "1.0", "model": model}, indent=indent)).sites
    assert bool(seen) == is_parsed


def test_a_count_beside_a_vocabulary_is_found():
    vocabulary = {f"token {index}": index for index in range(2 * json_module.MOST_ENTRIES)}
    data = {"num_workers": 4, "vocab": {"workers": 1, **vocabulary}}
    assert [site.value.text for site in document(json.dumps(data)).sites] == ["4"]
