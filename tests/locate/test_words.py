from __future__ import annotations

import re
from random import Random

import pytest

from worker_lint.locate.words import occurrences


def by_looking_behind(code, words):
    listed = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?<![\w-])(?:{listed})(?!\w)".encode())
    return [(match[0].decode(), match.span()) for match in pattern.finditer(code)]


@pytest.mark.parametrize("many", [1, 2, 3])
def test_words_are_those_that_a_plain_pattern_finds(many):
    draw = Random(many)  # noqa: S311 - the same cases each time
    found = 0
    for _ in range(5000):
        code = "".join(draw.choices("ab-_. ", k=draw.randint(0, 14))).encode()
        words = {"".join(draw.choices("ab-_", k=draw.randint(1, 3))) for _ in range(many)}
        expected = by_looking_behind(code, words)
        assert list(occurrences(code, words)) == expected, (code, words)
        found += len(expected)
    assert found > 100


def test_no_words_are_nowhere():
    assert not list(occurrences(b"num_workers", ()))
