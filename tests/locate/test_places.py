"""Names that are looked for one by one, and in the list of all: held against the pattern that says what a word is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate import places as module
from worker_lint.locate.places import Places

NAMES = ("num_workers", "--num_workers", "--num-workers", "num", "workers", "-j", "nw", "getenv", "x-nw", "largé", "é")
TEXTS = st.lists(st.sampled_from([*NAMES, "_", "-", " ", ".", "\n", "4", "x"]), max_size=20).map("".join)


def by_pattern(code: bytes, words: frozenset[str]) -> list[tuple[int, int]]:
    listed = b"|".join(re.escape(word.encode()) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rb"(?<![\w-])(?=(" + listed + rb")(?!\w))")
    return [match.span(1) for match in pattern.finditer(code)] if words else []


@pytest.mark.parametrize("most_searches", [0, 1, 100])
@given(TEXTS, st.frozensets(st.sampled_from(NAMES)))
def test_what_is_found_is_what_the_pattern_finds(most_searches: int, text: str, words: frozenset[str]) -> None:
    code = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_MOST_SEARCHES", most_searches)
        assert Places(code).occurrences(words) == by_pattern(code, words)


def test_a_dash_may_stand_before_a_name_that_is_asked_for_alone() -> None:
    assert list(Places(b"-nw nw xnw nw_ nw-").of("nw")) == [1, 4, 15]


def test_a_text_is_searched_for_few_names_and_then_listed_once() -> None:
    searched: list[bytes] = []

    class Counted(Places):
        def _searched(self, word: bytes) -> list[int]:
            searched.append(word)
            return list(super()._searched(word))

    code = b" ".join(b"name%d" % index for index in range(500))
    places = Counted(code)
    assert [list(places.of(f"name{index}")) for index in range(500)] == [
        [code.index(b"name%d" % index)] for index in range(500)
    ]
    assert len(searched) == 100
