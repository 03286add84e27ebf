from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker_lint.conforms import conforms
from worker_lint.schema import load_schema, problems
from worker_lint.units import parse_bytes

SCHEMA = load_schema("settings")
KEYS = sorted({*SCHEMA["properties"], *SCHEMA["$defs"]["override"]["properties"], "unknown"})

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 9)
    | st.sampled_from([1.0, 1.5, float("inf"), "", "debug", "exact", "WL2", "WL2x", "a b", "1 MiB", "0", "live"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
@example({"overrides": [{"paths": ["a"]}], "modes": {"x": 1}})
@example({"overrides": [{}]})
@example({"live-loaders": True})
def test_a_quick_yes_is_always_a_yes_and_a_quick_no_misses_only_whole_fractions(document):
    quick, slow = conforms(document, SCHEMA), not problems(document, SCHEMA)
    if quick:
        assert slow
    elif slow:
        assert "1.0" in repr(document)


@pytest.mark.parametrize("keyword", ["oneOf", "format", "dependentRequired", "unevaluatedProperties"])
def test_at_a_keyword_that_is_not_known_nothing_is_certain(keyword):
    assert not conforms({}, {"type": "object", keyword: {}})


NUMBERS = st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True)
UNITS = st.sampled_from(
    ["", "b", "B", "k", "K", "kb", "KiB", "kib", "M", "MB", "MiB", "g", "TiB", "tb", "iB", "PB", "x"]
)


@given(st.builds("{}{}{}{}".format, st.sampled_from(["", " ", "-"]), NUMBERS, st.sampled_from(["", " "]), UNITS))
@example("1 MiB\n")
def test_the_schema_takes_for_a_size_what_is_parsed_as_one_above_zero(text):
    try:
        size = parse_bytes(text)
    except ValueError:
        size = None
    taken = re.search(SCHEMA["$defs"]["size"]["pattern"], text) is not None
    # What rounds to zero bytes is told from zero by whoever parses it.
    assert taken == (size is not None and float(re.sub("[^0-9.]", "", text)) > 0)
