from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker_lint import dataclass as own

if TYPE_CHECKING:
    from collections.abc import Callable

MODULES = (dataclasses, own)


def classes(**options: bool) -> list[Any]:
    """Return the same class, as the standard library makes it and as this package does."""
    return [_class(module, **options) for module in MODULES]


def _class(module: Any, **options: bool) -> Any:
    class Point:
        """A point."""

        x: int
        y: int = 2
        note: str | None = module.field(default=None, kw_only=True)
        seen: list[int] = module.field(default_factory=list)

        def __post_init__(self) -> None:
            if self.x < 0:
                raise ValueError("x is negative")

        @property
        def both(self) -> int:
            return self.x + self.y

    return module.dataclass(**options)(Point)


def outcome(function: Callable[[], Any]) -> Any:
    """Return what ``function`` returns, or the kind of error that it raises."""
    try:
        return function()
    except (TypeError, ValueError, AttributeError) as error:
        return TypeError if isinstance(error, TypeError) else type(error).__mro__[-4:]


OPTIONS = st.fixed_dictionaries({"frozen": st.booleans(), "slots": st.booleans(), "eq": st.booleans()})
VALUES = st.integers(-1, 3)
POSITIONAL = st.lists(VALUES, max_size=4)
NAMED = st.dictionaries(st.sampled_from(["x", "y", "note", "seen", "z"]), VALUES, max_size=3)


@given(OPTIONS, st.sampled_from([0, own._FEW]), POSITIONAL, NAMED)
def test_instances_are_made_as_by_the_standard_library(
    options: dict[str, bool], before: int, values: list[int], named: dict[str, int]
) -> None:
    found = []
    for cls in classes(**options):
        for _ in range(before):
            cls(1)
        found.append(outcome(lambda: repr(cls(*values, **named))))  # noqa: B023
    assert found[0] == found[1]


@pytest.mark.parametrize(("before", "is_compiled"), [(own._FEW - 1, False), (own._FEW, True)])
def test_a_class_of_many_instances_gets_a_faster_way_to_make_them(before: int, is_compiled: bool) -> None:
    cls = _class(own)
    as_declared = cls.__init__
    for _ in range(before):
        cls(1)
    cls(1)
    assert (cls.__init__ is not as_declared) == is_compiled


@given(OPTIONS, VALUES, VALUES)
def test_instances_are_compared_as_by_the_standard_library(options: dict[str, bool], first: int, other: int) -> None:
    found = []
    for cls in classes(**options):
        equal = outcome(lambda: (cls(first) == cls(other), cls(first) == first))  # noqa: B023
        # Both are held: where only identity counts, another that is gone could have had the same hash.
        held = outcome(lambda: [cls(first, seen=()), cls(other, seen=())])  # noqa: B023
        found.append((equal, outcome(lambda: len(set(map(hash, held))))))  # noqa: B023
    assert found[0] == found[1]


@given(OPTIONS, st.sampled_from(["x", "note", "z"]))
def test_instances_are_changed_as_by_the_standard_library(options: dict[str, bool], name: str) -> None:
    found = []
    for cls in classes(**options):
        point = cls(1)
        outcomes = [outcome(lambda: setattr(point, name, 5)) is None, outcome(lambda: delattr(point, name)) is None]  # noqa: B023
        found.append([outcomes, hasattr(point, "__dict__")])
    assert found[0] == found[1]


@given(NAMED)
def test_copies_are_made_as_by_the_standard_library(changes: dict[str, int]) -> None:
    found = []
    for module in MODULES:
        point = _class(module, frozen=True, slots=True)(1, note="here", seen=[3])
        found.append(outcome(lambda: repr(module.replace(point, **changes))))  # noqa: B023
    assert found[0] == found[1]


def test_fields_are_those_of_the_standard_library() -> None:
    theirs, ours = ([each.name for each in module.fields(_class(module))] for module in MODULES)
    assert ours == theirs == ["x", "y", "note", "seen"]


def test_the_values_of_an_instance_become_a_dictionary_all_the_way_down() -> None:
    found = []
    for module in MODULES:
        cls = _class(module, frozen=True)
        found.append(module.asdict(cls(1, seen=cls(2))))
    assert found[0] == found[1]


def test_each_instance_has_a_default_of_its_own() -> None:
    cls = _class(own)
    assert cls(1).seen is not cls(1).seen


@own.dataclass(frozen=True, slots=True)
class Pair:
    """What can be imported by its name, as pickle wants it."""

    first: int
    other: str = ""


def test_an_instance_travels_to_another_process() -> None:
    pair = Pair(1, "one")
    assert pickle.loads(pickle.dumps(pair)) == copy.copy(pair) == pair  # noqa: S301 - written here


def test_a_class_keeps_its_name_and_what_it_does() -> None:
    theirs, ours = classes(frozen=True, slots=True)
    assert (ours.__name__, ours.__qualname__, ours.__doc__) == (theirs.__name__, theirs.__qualname__, theirs.__doc__)
    assert ours(1).both == theirs(1).both == 3
    assert ours.__match_args__ == ("x", "y", "note", "seen")


def test_wrong_arguments_are_told_by_the_name_of_the_class() -> None:
    cls = _class(own)
    for _ in range(2):  # before and after the method is compiled
        with pytest.raises(TypeError, match=r"Point\.__init__\(\) got an unexpected keyword argument 'z'"):
            cls(1, z=2)


def test_what_is_frozen_says_so() -> None:
    with pytest.raises(AttributeError, match=r"Point is frozen: its 'x' cannot be changed"):
        _class(own, frozen=True)(1).x = 2
