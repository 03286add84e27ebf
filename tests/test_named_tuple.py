"""Tuples with named fields are those of ``typing.NamedTuple``."""

from __future__ import annotations

import pickle
import typing

import pytest

from worker_lint.named_tuple import NamedTuple


class Ours(NamedTuple):
    """A place."""

    line: int
    column: int = 1
    """From 1."""

    @property
    def both(self) -> int:
        return self.line + self.column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Theirs(typing.NamedTuple):
    """A place."""

    line: int
    column: int = 1

    @property
    def both(self) -> int:
        return self.line + self.column

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


@pytest.mark.parametrize(
    "ask",
    [
        lambda cls: cls(1),
        lambda cls: cls(1, 2) < cls(2, 1) and cls(1) == (1, 1),
        lambda cls: [*cls(1, column=2)],
        lambda cls: cls(1, 2)._replace(line=5),
        lambda cls: cls(1, 2)._asdict(),
        lambda cls: str(cls(3)) + repr(cls(3)).partition("(")[2],
        lambda cls: cls(3, 4).both,
        lambda cls: (cls._fields, cls._field_defaults, cls.__doc__, cls.__module__),
        lambda cls: pickle.loads(pickle.dumps(cls(3, 4))),  # noqa: S301 - written here
        lambda cls: hash(cls(3, 4)),
        lambda cls: hasattr(cls(1), "__dict__"),
    ],
)
def test_it_is_as_typing_makes_it(ask):
    assert ask(Ours) == ask(Theirs)


@pytest.mark.parametrize("arguments", [(), (1, 2, 3)])
def test_wrong_arguments_are_told(arguments):
    with pytest.raises(TypeError, match="positional argument"):
        Ours(*arguments)


def test_nothing_can_be_changed():
    with pytest.raises(AttributeError):
        Ours(1).line = 2
