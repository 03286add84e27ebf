"""The settings as they are written into a pyproject.toml, or into a worker-lint.toml of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint import toml_text
from worker_lint.init.lines import BOM, inserted
from worker_lint.modes import BUILT_IN

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

    from worker_lint.init.choice import Choice


def as_document(choice: Choice) -> str:
    """Return the text of a worker-lint.toml that declares ``choice``."""
    import tomlkit

    document = tomlkit.document()
    _fill(document, choice)
    return tomlkit.dumps(document)


def with_table(text: str, choice: Choice) -> str | None:
    """Return the pyproject.toml ``text`` with a [tool.worker-lint] table that declares ``choice``, at its end.

    None where ``tool`` is written in a way that no such table can be added to: the text with the table is read, and
    must say what ``text`` says and the settings. Raises TomlError where ``text`` is no TOML.
    """
    import tomlkit

    bare = text.removeprefix(BOM)
    before = toml_text.parse(bare)
    tool = before.get("tool", {})
    table = tomlkit.table()
    _fill(table, choice)
    parent = tomlkit.table(is_super_table=True)
    parent.add("worker-lint", table)
    addition = tomlkit.document()
    addition.add("tool", parent)
    gap = "\n" if bare.strip() and not bare.replace("\r\n", "\n").endswith("\n\n") else ""
    result = inserted(text, len(text), gap + tomlkit.dumps(addition))
    try:
        after = toml_text.parse(result.removeprefix(BOM))
    except toml_text.TomlError:
        return None
    return result if isinstance(tool, dict) and after == {**before, "tool": {**tool, **parent.unwrap()}} else None


def _fill(table: Table | TOMLDocument, choice: Choice) -> None:
    import tomlkit

    if choice.mode is None:
        modes = ", ".join(f"{name} {count}" for name, count in BUILT_IN.items())
        table.add(tomlkit.comment(f'mode = "training"  # {modes}'))
        return
    table.add("mode", tomlkit.item(choice.mode))
    if choice.count is not None:
        modes_table = tomlkit.table()
        modes_table.add(choice.mode, choice.count)
        table.add(tomlkit.nl())
        table.add("modes", modes_table)
