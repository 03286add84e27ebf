from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker_lint.conforms import conforms
from worker_lint.schema import load_schema, problems

SETTINGS = load_schema("settings")
PROFILE = load_schema("hardware-profile")
EXAMPLES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[1] / "examples" / "profiles").glob("*.json"))
}


def agree(document, schema):
    """Hold the quick answer against that of jsonschema: it may miss a yes only for a 1.0 in place of a 1."""
    quick, slow = conforms(document, schema), not problems(document, schema)
    if quick:
        assert slow
    elif slow:
        assert any(isinstance(value, float) and value.is_integer() for value in leaves(document))


def leaves(document):
    """Yield what ``document`` holds that is no list and no table."""
    if isinstance(document, (dict, list)):
        for inner in document.values() if isinstance(document, dict) else document:
            yield from leaves(inner)
    else:
        yield document


def trees(scalars, keys):
    """Return documents of ``scalars``, lists and tables with some of ``keys``."""
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(keys), inner, max_size=3)
    )


SETTINGS_KEYS = sorted({*SETTINGS["properties"], *SETTINGS["$defs"]["override"]["properties"], "unknown"})
SETTINGS_VALUES = trees(
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from(
        [1.0, 1.5, 2**63, float("inf"), "", "debug", "exact", "WL2", "WL2x", "a b", "1 MiB", "0", "live"]
    ),
    SETTINGS_KEYS,
)


@given(st.dictionaries(st.sampled_from(SETTINGS_KEYS), SETTINGS_VALUES, max_size=4))
@example({"overrides": [{"paths": ["a"]}], "modes": {"x": 1}})
@example({"overrides": [{}]})
@example({"live-loaders": True})
def test_a_quick_yes_to_settings_is_always_a_yes(document):
    agree(document, SETTINGS)


PROFILE_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2**64)
    | st.floats()
    | st.sampled_from([0, 1, 2**20 - 1, 2**20, 0.0, 2.0, 2.5])
    | st.sampled_from(["worker-lint/hardware-profile/1", "worker-lint/hardware-profile/2", "small", "Small", "x\n"])
    | st.sampled_from(["x" * 64, "x" * 65, "n" * 500, "n" * 501, "", "2026-11-22", "no day", "3.12", "3.12\n"])
    | st.sampled_from(["live", "declared", "host", "job", "linux", "fork", "node", "rank", "cgroup", "quota"])
    | st.sampled_from(["worker-lint 0.1.0", "worker-lint x", "measured", "measured:a\nb", "guess"])
)
SECTIONS = {name: sorted(part["properties"]) for name, part in PROFILE["properties"].items() if "properties" in part}
PROFILE_KEYS = sorted({*PROFILE["properties"], *(key for keys in SECTIONS.values() for key in keys), "unknown"})
PROFILE_VALUES = trees(PROFILE_SCALARS, PROFILE_KEYS)


@given(st.dictionaries(st.sampled_from(PROFILE_KEYS), PROFILE_VALUES, max_size=6))
def test_a_quick_yes_to_any_document_as_a_profile_is_always_a_yes(document):
    agree(document, PROFILE)


@st.composite
def mutated(draw):
    """Return an example in which a few figures are changed, added or left out."""
    document = copy.deepcopy(draw(st.sampled_from(list(EXAMPLES.values()))))
    for _ in range(draw(st.integers(0, 3))):
        section = draw(st.sampled_from(["", "provenance", *SECTIONS]))
        keys = {"": sorted(PROFILE["properties"]), "provenance": ["cpu.usable", "x"], **SECTIONS}[section]
        home = document if not section else document.setdefault(section, {})
        if not isinstance(home, dict):
            continue
        key = draw(st.sampled_from([*keys, "unknown"]))
        if draw(st.booleans()):
            home.pop(key, None)
        else:
            home[key] = draw(PROFILE_SCALARS | PROFILE_VALUES)
    return document


@given(mutated())
@example({**EXAMPLES["laptop-8c-16g"], "shm": None})
@example({**EXAMPLES["laptop-8c-16g"], "shm": {}})
@example({**EXAMPLES["laptop-8c-16g"], "ranks_per_node": True})
def test_a_quick_yes_to_a_profile_is_always_a_yes(document):
    agree(document, PROFILE)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_a_quick_yes(name):
    assert conforms(EXAMPLES[name], PROFILE)


def test_a_profile_without_dev_shm_and_with_nothing_limited_is_a_quick_yes():
    unlimited = {"cpu": {"usable": 2.5, "quota": None, "affinity": None}, "limits": {"processes": None}, "shm": None}
    assert conforms(EXAMPLES["laptop-8c-16g"] | unlimited, PROFILE)


@pytest.mark.parametrize("keyword", ["oneOf", "not", "dependentRequired", "unevaluatedProperties"])
def test_at_a_keyword_that_is_not_known_nothing_is_certain(keyword):
    assert not conforms({}, {"type": "object", keyword: {}})


@pytest.mark.parametrize(
    ("schema", "fits", "others"),
    [
        ({"type": "boolean"}, True, [0, None]),
        ({"type": "null"}, None, [0, False, ""]),
        ({"type": "number"}, 1.5, [True, "1"]),
        ({"type": ["integer", "null"]}, 1, [1.5, True]),
        ({"const": "a"}, "a", ["b", 1, True]),
        ({"maximum": 3}, 3, [4, 3.5]),
        ({"exclusiveMinimum": 0}, 0.1, [0, -1, float("nan")]),
        ({"maxLength": 2}, "ab", ["abc"]),
    ],
)
def test_each_keyword_of_a_profile(schema, fits, others):
    assert conforms(fits, schema)
    assert [other for other in others if conforms(other, schema)] == []
