"""The tests around a call: each is read once, however many calls of the scope ask."""

from __future__ import annotations

import re

from worker_lint.conditions import NO_CONDITIONS, Conditions, ConditionTable

TESTS = (("num_workers > 0", (0, 10)), ("n_workers == 0", (20, 30)), ('os.name == "nt"', (40, 50)))


def test_what_stands_in_the_call_itself_is_no_condition_of_it() -> None:
    tests = ConditionTable(TESTS)
    assert Conditions(tests, 12, 18).name("num_workers")
    assert not Conditions(tests, 0, 10).name("num_workers")
    assert Conditions(tests, 0, 10).name("n_workers")


def test_a_word_is_a_whole_one() -> None:
    assert not Conditions(ConditionTable(TESTS), 12, 18).name("workers")


def test_a_pattern_is_looked_for_in_the_tests_that_have_its_word() -> None:
    at_zero = re.compile(r"== 0")
    conditions = Conditions(ConditionTable(TESTS), 12, 18)
    assert conditions.fit(at_zero)
    assert conditions.fit(at_zero, "n_workers")
    assert not conditions.fit(at_zero, "num_workers")


def test_a_pattern_is_looked_for_once_for_all_calls() -> None:
    searched: list[str] = []

    class Counted:
        def search(self, test: str) -> bool:
            searched.append(test)
            return False

    tests, pattern = ConditionTable(TESTS), Counted()
    assert not any(Conditions(tests, place, place + 1).fit(pattern) for place in range(50))  # type: ignore[arg-type]
    assert searched == [test for test, _ in TESTS]


def test_where_nothing_is_known_nothing_fits() -> None:
    assert not NO_CONDITIONS.fit(re.compile(""))
