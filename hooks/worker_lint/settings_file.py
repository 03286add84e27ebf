"""One settings file: read, validated, and its values made ready for use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint import modes, toml_text
from worker_lint.conforms import conforms
from worker_lint.dataclass import dataclass
from worker_lint.errors import SettingsError
from worker_lint.gitignore import PathPatterns
from worker_lint.schema import load_schema, problems, suggestion
from worker_lint.settings_place import may_have_settings
from worker_lint.units import parse_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from worker_lint.schema import Problem

_SIZES = ("batch-bytes", "worker-memory", "main-memory")
_LISTS = ("select", "extend-select", "ignore", "exclude", "names", "not-names", "callables", "platforms")
_SELECTORS = ("select", "extend-select", "ignore", "severity")
"""Keys whose values, a list or the keys of a table, are codes of rules or beginnings of codes."""
_OF_ALL_PATHS = ("modes", "overrides", "paths", "per-file-ignores", "suppressions")
"""Keys that are more than one value for each path."""

PROJECT = "pyproject.toml, [project]"
"""How to name the place of what the project's own metadata say."""


@dataclass(frozen=True, slots=True)
class Exemption:
    """What the settings silence in the files that match a pattern, or at one place in them."""

    index: int
    """Its number among those of the file, from 0."""
    path: str
    """The pattern."""
    rules: tuple[str, ...]
    """Codes or beginnings of codes."""
    reason: str
    pointer: str | None = None
    """The JSON pointer (RFC 6901) of a value, or of a table around it; None for the whole file."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Values by key, ready for use, and how to name the place that gives them; equal only to itself."""

    origin: str
    values: Mapping[str, Any]
    paths: PathPatterns | None = None
    """The paths that the values are for; None for all."""

    def covers(self, path: str | None) -> bool:
        """Return whether the values are for ``path``; None is a path that no pattern can match."""
        return self.paths is None or (path is not None and self.paths.match(path))


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What one settings file says."""

    path: Path
    modes: Mapping[str, int]
    layers: tuple[Layer, ...]
    """The top level, then the overrides in order."""
    exclude: PathPatterns | None
    ignores: tuple[tuple[str, tuple[str, ...], PathPatterns], ...] = ()
    """Each pattern with the rules that do not run for the files that match it."""
    exemptions: tuple[tuple[Exemption, PathPatterns], ...] = ()

    @property
    def has_patterns(self) -> bool:
        """Whether two files below its folder may have different settings."""
        return bool(self.ignores or self.exemptions) or any(layer.paths is not None for layer in self.layers)

    @property
    def folder(self) -> str:
        """The folder that patterns and profile paths start from."""
        return os.fspath(self.path.parent)


def read_settings(path: Path, codes: Sequence[str] = (), *, required: bool = False) -> SettingsFile | None:
    """Return what the settings file at the absolute ``path`` says.

    ``codes`` are those of the rules that there are; without any, what looks like a code is taken for one. A
    pyproject.toml without [tool.worker-lint] gives None, or is an error if it is ``required``. Raises SettingsError,
    in one line with the file, the line and the key.
    """
    shown = _displayed(path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{shown}: cannot be read: {os.strerror(error.errno or 0)}") from None
    in_table = path.name == "pyproject.toml"
    document = _Document(shown, data, in_table) if may_have_settings(path.name, data) else None
    if document is None or document.table is None:
        if required:
            raise SettingsError(f"{shown}: has no [tool.worker-lint] table; add one, or name another file")
        return None
    return document.settings(path, codes)


def line_of_exemption(path: Path, index: int) -> int:
    """Return the line, from 1, of the suppression with this ``index`` in the settings file at ``path``."""
    top = ("tool", "worker-lint") if path.name == "pyproject.toml" else ()
    text = path.read_bytes().decode("utf-8-sig")
    return toml_text.line_of(text, (*top, "suppressions", index)) or 1


def no_rule(selector: str, codes: Sequence[str]) -> str | None:
    """Return what is wrong with ``selector`` where none of ``codes`` begins with it; None where all is well."""
    if not codes or any(code.startswith(selector) for code in codes):
        return None
    remedy = suggestion(selector, codes) or "; 'worker-lint rules' lists them"
    return f"no rule is called {selector}, or begins with it{remedy}"


class _Document:
    """A settings file while it is read: it knows how to say what is wrong with it."""

    def __init__(self, shown: str, data: bytes, in_table: bool) -> None:
        self._shown = shown
        self._top: tuple[str, ...] = ("tool", "worker-lint") if in_table else ()
        self._text = _decoded(shown, data)
        try:
            parsed: Any = toml_text.parse(self._text)
        except toml_text.TomlError as error:
            raise SettingsError(f"{shown}:{error.line}:{error.column}: is no TOML: {error}") from None
        self._project = parsed.get("project")
        for name in self._top:
            parsed = parsed.get(name) if isinstance(parsed, dict) else None
        self.table = parsed
        """The settings as written; None where the file has none."""

    def settings(self, path: Path, codes: Sequence[str]) -> SettingsFile:
        self._validate()
        table = self.table
        self._refuse_unknown_rules(codes)
        known = {**modes.BUILT_IN, **{name: int(count) for name, count in table.get("modes", {}).items()}}
        overrides = table.get("overrides", [])
        for where, part in [((), table), *((("overrides", i), part) for i, part in enumerate(overrides))]:
            if "mode" in part and part["mode"] not in known:
                raise self._error((*where, "mode"), modes.unknown_mode(part["mode"], known))
        values = self._values(table, path.parent, ())
        layers = [*self._of_project(path), Layer(path.name, {**values, "modes": known} if "modes" in table else values)]
        for index, part in enumerate(overrides):
            where = ("overrides", index)
            origin = f"{path.name}, overrides[{index}] ({', '.join(part['paths'])})"
            layers.append(Layer(origin, self._values(part, path.parent, where), self._patterns(part, "paths", where)))
        exclude = self._patterns(table, "exclude", ()) if table.get("exclude") else None
        return SettingsFile(path, known, tuple(layers), exclude, self._ignores(), self._exemptions())

    def _ignores(self) -> tuple[tuple[str, tuple[str, ...], PathPatterns], ...]:
        ignores: dict[str, list[str]] = self.table.get("per-file-ignores", {})
        return tuple(
            (pattern, tuple(codes), self._pattern(pattern, ("per-file-ignores", pattern)))
            for pattern, codes in ignores.items()
        )

    def _exemptions(self) -> tuple[tuple[Exemption, PathPatterns], ...]:
        return tuple(
            (
                Exemption(index, each["path"], tuple(each["rules"]), each["reason"], each.get("pointer")),
                self._pattern(each["path"], ("suppressions", index, "path")),
            )
            for index, each in enumerate(self.table.get("suppressions", []))
        )

    def _refuse_unknown_rules(self, codes: Sequence[str]) -> None:
        table = self.table
        parts = [((), table), *((("overrides", i), part) for i, part in enumerate(table.get("overrides", [])))]
        named: list[tuple[tuple[str | int, ...], Any]] = [
            ((*where, key), part[key]) for where, part in parts for key in _SELECTORS if key in part
        ]
        named += [(("per-file-ignores", name), each) for name, each in table.get("per-file-ignores", {}).items()]
        named += [(("suppressions", i, "rules"), each["rules"]) for i, each in enumerate(table.get("suppressions", []))]
        for where, selectors in named:
            for selector in selectors:
                if message := no_rule(selector, codes):
                    raise self._error(where, message)

    def _of_project(self, path: Path) -> tuple[Layer, ...]:
        """Return what the project's own metadata say, here or in the pyproject.toml beside a file of our own."""
        project = self._project if self._top else _metadata(path.with_name("pyproject.toml"))
        pythons = project.get("requires-python") if isinstance(project, dict) else None
        return (Layer(PROJECT, {"requires-python": pythons}),) if isinstance(pythons, str) else ()

    def _validate(self) -> None:
        schema = load_schema("settings")
        found = _problems(self.table, schema)
        if found:
            where, message = _pointed(found[0], self.table, schema)
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            raise self._error(where, f"{message}{more}", shorten=where != found[0].where)

    def _values(self, table: Mapping[str, Any], folder: Path, where: tuple[str | int, ...]) -> dict[str, Any]:
        def resolve(name: str) -> str:
            return os.path.normpath(folder / name)

        values: dict[str, Any] = {}
        for key, value in table.items():
            if key not in _OF_ALL_PATHS:
                try:
                    values[key] = ready(key, value, resolve)
                except ValueError as error:
                    raise self._error((*where, key), str(error)) from None
        return values

    def _patterns(self, table: Mapping[str, Any], key: str, where: tuple[str | int, ...]) -> PathPatterns:
        return self._compiled(table[key], (*where, key))

    def _pattern(self, pattern: str, where: tuple[str | int, ...]) -> PathPatterns:
        return self._compiled([pattern], where)

    def _compiled(self, patterns: Sequence[str], where: tuple[str | int, ...]) -> PathPatterns:
        if patterns and patterns[0].startswith("!"):
            raise self._error(where, f"{patterns[0]!r} makes an exception, and no pattern stands before it")
        try:
            return PathPatterns(patterns)
        except ValueError as error:
            raise self._error(where, str(error)) from None

    def _error(self, where: Sequence[str | int], message: str, *, shorten: bool = False) -> SettingsError:
        line = toml_text.line_of(self._text, (*self._top, *where))
        place = f"{self._shown}:{line}" if line else self._shown
        return SettingsError(f"{place}: {_named(where[:-1] if shorten else where, bool(self._top))}: {message}")


def problem_with(key: str, value: object) -> str | None:
    """Return what is wrong with ``value`` for ``key`` under the schema, if anything is."""
    found = _problems({key: value}, load_schema("settings"))
    return found[0].message if found else None


def _problems(table: object, schema: dict[str, Any]) -> list[Problem]:
    return [] if conforms(table, schema) else problems(table, schema)


def ready(key: str, value: Any, resolve: Callable[[str], str]) -> Any:
    """Return the valid ``value`` of ``key`` as the program uses it: sizes in bytes, other files by their path.

    Raises ValueError for what a schema cannot see.
    """
    if key in _SIZES:
        size = parse_bytes(value if isinstance(value, str) else int(value))
        if size < 1:
            raise ValueError(f"{value!r} is less than one byte; write a size such as '147MiB'")
        return size
    if key == "requires-python":
        return _specifier(value)
    if key == "profile":
        names = [value] if isinstance(value, str) else value
        if "none" in names and len(names) > 1:
            raise ValueError("'none' stands alone; leave out either it or the profiles beside it")
        return tuple(name if name in ("live", "none") else resolve(name) for name in names)
    if key == "baseline":
        return None if value == "none" else resolve(value)
    if key == "cache-dir":
        return resolve(os.path.expanduser(value))  # noqa: PTH111 - as text, like every path of the settings
    if key in _LISTS:
        return tuple(value)
    return int(value) if isinstance(value, float) else value


def _specifier(written: str) -> str:
    """Return ``written``, a version specifier. Raises ValueError where it is none."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        SpecifierSet(written)
    except InvalidSpecifier:
        raise ValueError(f"{written!r} is no version specifier (PEP 440); write one such as '>=3.10,<3.14'") from None
    return written


def _metadata(path: Path) -> object:
    """Return the ``[project]`` table of the pyproject.toml at ``path``; None where none can be read there."""
    try:
        data = path.read_bytes()
        return toml_text.parse(data.decode("utf-8-sig")).get("project") if b"requires-python" in data else None
    except (OSError, UnicodeDecodeError, toml_text.TomlError):
        return None  # it is not ours, and those that it is for will complain


def _decoded(shown: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{shown}:{line}: is not UTF-8; save it as UTF-8, as TOML requires") from None


_PARTS = {"overrides": "override", "suppressions": "suppression"}
"""The definition of the tables in each array of tables."""


def _pointed(problem: Problem, table: Any, schema: dict[str, Any]) -> tuple[tuple[str | int, ...], str]:
    """Return the place and the message of ``problem``, at an unknown key instead of the table it is in."""
    where, message, node = problem.where, problem.message, table
    for part in where:
        node = node[part]
    table_of = _PARTS.get(str(where[0])) if len(where) == 2 else None
    allowed = schema["$defs"][table_of]["properties"] if table_of else schema["properties"]
    unknown = [key for key in node if key not in allowed] if isinstance(node, dict) and (table_of or not where) else []
    if not unknown or not message.startswith("has no key"):
        return where, message
    hint = "" if message.endswith("?") else f"; the keys are {', '.join(allowed)}"
    return (*where, unknown[0]), f"{message}{hint}"


def _named(where: Sequence[str | int], in_table: bool) -> str:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).removeprefix(".")
    return name or ("[tool.worker-lint]" if in_table else "the top level")


def _displayed(path: Path) -> str:
    """Return ``path`` relative to the current folder where it is below it."""
    try:
        return os.fspath(path.relative_to(Path.cwd()))
    except ValueError:
        return os.fspath(path)
