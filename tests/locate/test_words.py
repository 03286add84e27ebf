"""Words in code, found without a look at every place: held against the pattern that says what a word is."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint.locate import words as module
from worker_lint.locate.places import occurrences

NAMES = ("num_workers", "--num_workers", "--num-workers", "num", "workers", "-j", "nw", "getenv", "environ")


def by_pattern(code: bytes, words: frozenset[str]) -> list[tuple[str, tuple[int, int]]]:
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])(?:{listed})(?!\w)".encode())
    return [(match[0].decode(), match.span()) for match in pattern.finditer(code)] if words else []


@given(
    st.lists(st.sampled_from([*NAMES, "_", "-", " ", ".", "\n", "4", "é", "x"]), max_size=20).map("".join),
    st.frozensets(st.sampled_from(NAMES)),
)
def test_what_is_found_is_what_the_pattern_finds(text: str, words: frozenset[str]) -> None:
    code = text.encode()
    assert list(occurrences(code, words)) == by_pattern(code, words)


@pytest.mark.parametrize("part", [1, 7, 1 << 20])
def test_code_that_is_taken_apart_in_parts_loses_no_name(part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    code = b"".join(b"line_%d = num_workers_%d\n" % (i, i) for i in range(50)) + b"nw=getenv"
    monkeypatch.setattr(module, "_PART", part)
    module.names_of.cache_clear()
    wanted = frozenset({"num_workers_7", "getenv", "nw", "absent", "line_4"})
    assert list(occurrences(code, wanted)) == by_pattern(code, wanted)
    module.names_of.cache_clear()


@pytest.mark.parametrize("many", [1, 2, 3])
def test_words_are_those_that_a_plain_pattern_finds(many: int) -> None:
    draw = Random(many)  # noqa: S311 - the same cases each time
    found = 0
    for _ in range(5000):
        code = "".join(draw.choices("ab-_. ", k=draw.randint(0, 14))).encode()
        words = {"".join(draw.choices("ab-_", k=draw.randint(1, 3))) for _ in range(many)}
        expected = by_pattern(code, frozenset(words))
        assert list(occurrences(code, words)) == expected, (code, words)
        found += len(expected)
    assert found > 100


def test_no_words_are_nowhere() -> None:
    assert not list(occurrences(b"num_workers", ()))
