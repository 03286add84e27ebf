from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from worker_lint.schema import load_schema
from worker_lint.units import format_bytes, parse_bytes

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
    taken = re.search(load_schema("settings")["$defs"]["size"]["pattern"], text) is not None
    # What rounds to zero bytes is told from zero by whoever parses it.
    assert taken == (size is not None and float(re.sub("[^0-9.]", "", text)) > 0)


@given(
    st.text()
    | st.integers()
    | st.from_regex(r"\s?\d+(\.\d+)?\s?\w{0,3}", fullmatch=True)
    | st.builds("{}{}".format, st.integers(0, 10**400), UNITS)
)
@example("9" * 400)
@example("9" * 5000 + "MiB")
@example("0" * 5000 + "1.5k")
@example("8388608 TiB")
@example(10**400)
@example(16**5000)
@example(-(16**5000))
@example("\N{ARABIC-INDIC DIGIT THREE}")
@example("1 \N{KELVIN SIGN}")
def test_whatever_is_written_is_a_size_or_an_error_of_one_short_line(text):
    try:
        size = parse_bytes(text)
    except ValueError as error:
        said = str(error)
    else:
        assert type(size) is int
        assert 0 <= size < 2**63
        return
    assert "\n" not in said
    assert len(said) < 300


@pytest.mark.parametrize(
    ("text", "size"),
    [("147MiB", 147 * 2**20), ("4 GB", 4 * 10**9), ("1.5k", 1536), ("7", 7), (2**63 - 1, 2**63 - 1)],
)
def test_sizes(text, size):
    assert parse_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("many", "'many' is no size in bytes; write a number with B, KB, MB, GB, KiB, MiB or GiB, as in '147MiB'"),
        (-1, "-1 is negative"),
        (2**63, "the number is more than any machine has; a size is less than 2^63 bytes"),
        ("8388608TiB", "'8388608TiB' is more than any machine has; a size is less than 2^63 bytes"),
    ],
)
def test_what_is_no_size(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("count", "text"), [(64 * 2**20, "64 MiB"), (19267584, "18.4 MiB"), (1023, "1023 B"), (2**50, "1024 TiB")]
)
def test_sizes_as_people_say_them(count, text):
    assert format_bytes(count) == text
