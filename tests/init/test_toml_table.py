"""The settings in a pyproject.toml: added at its end, and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint import toml_text
from worker_lint.init.choice import Choice, chosen
from worker_lint.init.toml_table import as_document, with_table

TRAINING = chosen([8])
OWN = chosen([6])
NONE = chosen([])
TABLE = '[tool.worker-lint]\nmode = "training"\n'


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("", TABLE),
        ('[project]\nname = "x"\n', f"\n{TABLE}"),
        ('[project]\nname = "x"', f"\n\n{TABLE}"),
        ('[project]\nname = "x"\n\n', TABLE),
        ('[project]\r\nname = "x"\r\n', f"\n{TABLE}".replace("\n", "\r\n")),
        ("\ufeff[project]\nname = 'x'\n", f"\n{TABLE}"),
        ("[tool.black]\na = 1\n\n# of the build\n[build-system]\nrequires = []\n", f"\n{TABLE}"),
        ("[tool.black]\na = 1\n[build-system]\n[tool.ruff]\nb = [\n  1, # one\n]\n# end\n", f"\n{TABLE}"),
        ("[tool]\nblack.a = 1\n", f"\n{TABLE}"),
        ("[[tool.x]]\na = 1\n[[tool.x]]\n", f"\n{TABLE}"),
    ],
    ids=[
        "an empty file", "a file", "no line end at the end", "a blank line at the end", "CRLF", "a byte order mark",
        "a comment before the last table", "tools in two places", "dotted keys", "an array of tables",
    ],
)  # fmt: skip
def test_the_table_is_added_at_the_end(text: str, added: str) -> None:
    assert with_table(text, TRAINING) == text + added


@pytest.mark.parametrize("text", ["tool = {black = {a = 1}}\n", 'tool = "hammer"\n', "[[tool]]\nname = 'hammer'\n"])
def test_where_no_table_can_be_added_nothing_is(text: str) -> None:
    assert with_table(text, TRAINING) is None


def test_what_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(toml_text.TomlError) as caught:
        with_table("[project]\nname = \n", TRAINING)
    assert caught.value.line == 2


@pytest.mark.parametrize(
    ("choice", "settings"),
    [(TRAINING, {"mode": "training"}), (OWN, {"mode": "training", "modes": {"training": 6}}), (NONE, {})],
)
def test_either_file_says_the_same(choice: Choice, settings: dict[str, object]) -> None:
    assert toml_text.parse(as_document(choice)) == settings
    assert toml_text.parse(with_table("[tool.ruff]\n", choice) or "") == {"tool": {"ruff": {}, "worker-lint": settings}}


def test_without_a_mode_the_table_shows_how_to_declare_one() -> None:
    assert as_document(NONE).startswith('# mode = "training"  # debug 0, development 4, training 8,')


_TABLES = st.sampled_from(
    ["[project]", "[tool.a]", "[tool.a.b]", "[[tool.c]]", "[build-system]", "x.y = 1", "# note", "", "k = 'v'"]
)


@given(st.lists(_TABLES), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_whatever_the_file_it_is_only_added_to(lines: list[str], ending: str, ends: bool) -> None:
    text = ending.join([*lines, ""] if ends else lines)
    try:
        before = toml_text.parse(text)
    except toml_text.TomlError:
        return
    result = with_table(text, OWN)
    assert result is not None
    assert result.startswith(text)
    assert "\r\n" not in text or "\n" not in result.replace("\r\n", "")
    after = toml_text.parse(result)
    assert after["tool"].pop("worker-lint") == {"mode": "training", "modes": {"training": 6}}
    assert (after if after["tool"] or "tool" in before else {k: v for k, v in after.items() if k != "tool"}) == before
