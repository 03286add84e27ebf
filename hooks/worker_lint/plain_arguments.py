"""Plain command lines, read by what a command declares: ``argparse`` takes a seventh of a short run to do the same.

Whatever is not plain is left to ``argparse``: wrong arguments, the question for help, and what is rarely written.
"""

from __future__ import annotations

from worker_lint.dataclass import dataclass

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` is a third of a short run
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any, Literal

    Action = Literal["store", "store_true", "append"]


class Arguments:
    """The values of a command line, each an attribute, as in ``argparse.Namespace``."""


@dataclass(frozen=True, slots=True)
class _Option:
    """What is declared of an option, or of the paths."""

    name: str
    action: Action
    type: Callable[[str], Any]
    choices: Collection[str] | None
    default: object

    def value(self, text: str) -> object:
        """Return what ``text`` stands for. Raises ValueError where that is not allowed."""
        if self.choices is not None and text not in self.choices:
            raise ValueError(text)
        return self.type(text)


class PlainParser:
    """Takes what a command declares of its arguments, as ``argparse.ArgumentParser`` does, and reads plain ones."""

    def __init__(self) -> None:
        self._options: dict[str, _Option] = {}
        self._places: _Option | None = None

    def add_argument_group(self, _: str) -> PlainParser:
        """Return what takes the declarations of a group of options."""
        return self

    def add_argument(
        self,
        *names: str,
        action: Action = "store",
        type: Callable[[str], Any] = str,  # noqa: A002 - as argparse calls it
        choices: Collection[str] | None = None,
        default: object = None,
        **_: object,
    ) -> None:
        """Declare an option, or without dashes what takes all other arguments; help and the like are passed over."""
        option = _Option(names[0].lstrip("-").replace("-", "_"), action, type, choices, default)
        if names[0].startswith("-"):
            self._options.update(dict.fromkeys(names, option))
        else:
            self._places = option

    def parsed(self, arguments: Sequence[str]) -> Arguments | None:
        """Return the values of ``arguments`` as ``argparse`` would; None where they are not plain."""
        try:
            values = self._values(arguments)
        except (ValueError, TypeError):
            return None
        found = Arguments()
        vars(found).update(values)
        return found

    def _values(self, arguments: Sequence[str]) -> dict[str, Any]:
        """Return the values by their names. Raises ValueError or TypeError where the arguments are not plain."""
        values: dict[str, Any] = {each.name: each.default for each in self._options.values()}
        values.update({each.name: False for each in self._options.values() if each.action == "store_true"})
        places: list[str] = []
        rest = iter(arguments)
        for argument in rest:
            if not _is_dashed(argument):
                places.append(argument)
                continue
            name, equals, text = argument.partition("=")
            option = self._options.get(name)
            if option is None or (option.action == "store_true" and equals):
                raise ValueError(argument)
            if option.action == "store_true":
                values[option.name] = True
                continue
            if not equals:
                text = next(rest, "--")
                if _is_dashed(text):
                    raise ValueError(text)
            value = option.value(text)
            values[option.name] = [*(values[option.name] or ()), value] if option.action == "append" else value
        if self._places is not None:
            values[self._places.name] = [self._places.value(place) for place in places]
        elif places:
            raise ValueError(places[0])
        return values


def _is_dashed(argument: str) -> bool:
    return argument.startswith("-") and argument != "-"
