"""Where the cache of a run may be, as far as its command line and its folders tell before anything else is known."""

from __future__ import annotations

import os

from worker_lint.settings_place import CACHE_FOLDER, CACHE_VARIABLE, is_top

TYPE_CHECKING = False  # as type checkers know it; the import of ``typing`` would be waited for
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def caches(arguments: Sequence[str], folders: Sequence[str]) -> Iterator[str]:
    """Yield the folders where the cache of a run may be, if no settings name it."""
    named = _value_of("--cache-dir", arguments) or os.environ.get(CACHE_VARIABLE)
    if named:
        yield named
        return
    config = _value_of("--config", arguments)
    if config:
        yield os.path.join(os.path.dirname(config), CACHE_FOLDER)  # noqa: PTH118, PTH120
    above = os.path.abspath(folders[0])  # noqa: PTH100
    yield os.path.join(above, CACHE_FOLDER)  # noqa: PTH118
    while not is_top(above):
        above = os.path.dirname(above)  # noqa: PTH120
        yield os.path.join(above, CACHE_FOLDER)  # noqa: PTH118
    yield CACHE_FOLDER


def _value_of(option: str, arguments: Sequence[str]) -> str | None:
    """Return the last value of ``option`` among ``arguments``."""
    value = None
    for argument, following in zip(arguments, (*arguments[1:], None), strict=False):
        if argument == option:
            value = following
        elif argument.startswith(f"{option}="):
            value = argument[len(option) + 1 :]
    return value
