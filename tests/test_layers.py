"""Imports point one way, and what is heavy is imported on the path that needs it and on no other."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).parents[1] / "hooks"

LAYERS = (
    ("__main__",),
    ("cli",),
    ("bystanders", "recall.past_run"),
    ("commands",),
    ("flips", "init", "completion"),
    ("rewrite.apply", "rewrite.ignores", "survey", "exemptions", "ledger"),
    ("sweep",),
    ("cache", "processes"),
    ("check",),
    ("across", "record"),
    ("judge",),
    ("triage", "opening"),
    ("report",),
    ("rules", "rewrite"),
    ("rule", "count_fix", "suppressions"),
    ("policies", "guards", "file_report"),
    ("policy", "options", "finding", "discover", "progress", "start_methods"),
    ("locate", "hardware", "counts", "tree", "baseline"),
    ("settings",),
    ("settings_file",),
    ("source", "site", "sighting", "gitignore", "modes", "identity", "git_listing"),
    (
        "conditions",
        "plain_arguments",
        "git_search",
        "schema",
        "conforms",
        "toml_text",
        "units",
        "glob",
        "cache_folder",
        "recall.witness",
        "recall.cache_places",
        "file_language",
        "encodings",
        "reading",
    ),
    ("git_process",),
    (
        "errors",
        "stems",
        "languages",
        "settings_place",
        "dataclass",
        "named_tuple",
        "regex",
        "folder_arguments",
        "recall.answer",
        "recall.states",
        "git",
        "settled",
        "surroundings",
    ),
    ("recall", "digest"),
    ("",),
)
"""Modules and packages, the highest first. Each may import from the layers below its own, and from itself."""

Imports = dict[str, set[str]]


def _layer_of(module: str) -> tuple[int, str]:
    """Return the index of the layer of ``module``, and the entry in it: the one that names it most closely."""
    entries = [(len(entry), index, entry) for index, layer in enumerate(LAYERS) for entry in layer]
    near = [found for found in entries if f"{module}.".startswith(f"{found[2]}.") or found[2] == module]
    assert near, f"{module} has no place in LAYERS; give it one"
    return max(near)[1:]


def _imported(tree: ast.AST, known: frozenset[str]) -> Iterator[str]:
    """Yield each module of the package that ``tree`` imports when it runs, at the top or in a function."""
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                for other in node.orelse:
                    yield from _imported(other, known)
                continue
            case ast.ImportFrom(module=str(module), names=names, level=0) if module.split(".")[0] == "worker_lint":
                for alias in names:
                    full = f"{module}.{alias.name}"
                    yield full if full in known else module
            case ast.ImportFrom(level=level) if level:
                raise AssertionError(f"line {node.lineno}: write imports in full")
            case ast.Import(names=names):
                yield from (alias.name for alias in names if alias.name.split(".")[0] == "worker_lint")
            case ast.Call(
                func=ast.Name(id="import_module"), args=[ast.JoinedStr(values=[ast.Constant(value=start), *_]), *_]
            ):
                # All that such a name may stand for.
                yield from (module for module in known if module.startswith(str(start)))
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=module), *_]):
                yield str(module)
        yield from _imported(node, known)


def imports_of(sources: dict[str, str]) -> Imports:
    """Return, for each module (its name behind ``worker_lint.``), the modules that it imports."""
    known = frozenset(f"worker_lint.{name}".rstrip(".") for name in sources)
    return {
        name: {full.removeprefix("worker_lint").removeprefix(".") for full in _imported(ast.parse(text), known)}
        - {name}
        for name, text in sources.items()
    }


def upward(imports: Imports) -> list[str]:
    """Return each import that does not point down."""
    wrong = []
    for module, targets in imports.items():
        layer, entry = _layer_of(module)
        for target in targets:
            below, other = _layer_of(target)
            if below < layer or (below == layer and other != entry):
                wrong.append(f"{module} imports {target}")
    return sorted(wrong)


@pytest.fixture(scope="module")
def imports() -> Imports:
    """The imports of the package as it is."""
    sources = {}
    for path in (SOURCE / "worker_lint").rglob("*.py"):
        parts = path.relative_to(SOURCE / "worker_lint").with_suffix("").parts
        sources[".".join(part for part in parts if part != "__init__")] = path.read_text(encoding="utf-8")
    return imports_of(sources)


def test_imports_point_down(imports: Imports) -> None:
    assert upward(imports) == []


def test_no_module_imports_itself_by_a_detour(imports: Imports) -> None:
    order = list(TopologicalSorter(imports).static_order())  # raises CycleError
    assert order.index("errors") < order.index("check") < order.index("cli")


def test_every_layer_has_a_module(imports: Imports) -> None:
    named = {_layer_of(module)[1] for module in imports}
    assert [entry for layer in LAYERS for entry in layer if entry not in named] == []


@pytest.mark.parametrize(
    ("module", "text", "wrong"),
    [
        ("settings", "from worker_lint.check import check", "check"),
        ("settings", "def f():\n    from worker_lint import check", "check"),
        ("rules._bounds", "import worker_lint.report.text", "report.text"),
        ("policy", "try:\n    from worker_lint.finding import Fix\nexcept ImportError:\n    pass", "finding"),
        ("errors", "import_module(f'worker_lint.report.{name}')", "report.text"),
        ("errors", "import_module('worker_lint.check')", "check"),
    ],
    ids=["at the top", "in a function", "by its full name", "within a layer", "by a made-up name", "by name"],
)
def test_an_import_that_points_up_is_found(module: str, text: str, wrong: str) -> None:
    others = dict.fromkeys(("check", "report.text", "finding"), "")
    assert upward(imports_of({**others, module: text})) == [f"{module} imports {wrong}"]


def test_imports_for_type_checkers_alone_do_not_count() -> None:
    text = "if TYPE_CHECKING:\n    from worker_lint.check import FileReport\n"
    assert imports_of({"check": "", "site": text}) == {"check": set(), "site": set()}


DEAR = {
    "dataclasses": "worker_lint.dataclass",
    "typing.NamedTuple": "worker_lint.named_tuple",
    "re.compile": "worker_lint.regex",
}
"""What takes long when a module is imported, and what does the same for less."""
AT_ONCE = {"regex": {"re.compile"}, "dataclass": {"dataclasses"}, "named_tuple": {"typing.NamedTuple"}}
"""The modules that have what they replace, for type checkers or at its time."""


def dear(tree: ast.AST) -> set[str]:
    """Return what of ``DEAR`` is imported by ``tree``, or called when it is imported."""
    found = {f"{node.module}.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
             for alias in node.names}  # fmt: skip
    stack = list(ast.iter_child_nodes(tree))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Call):
            found.add(ast.unparse(node.func))
        if not isinstance(node, ast.FunctionDef | ast.Lambda):
            stack += ast.iter_child_nodes(node)
    return {name for name in DEAR if any(f"{each}.".startswith(f"{name}.") for each in found)}


def test_what_takes_long_to_import_is_left_to_what_does_the_same_for_less() -> None:
    found = {}
    for path in (SOURCE / "worker_lint").rglob("*.py"):
        wrong = dear(ast.parse(path.read_text(encoding="utf-8"))) - AT_ONCE.get(path.stem, set())
        if wrong:
            found[path.name] = {name: DEAR[name] for name in wrong}
    assert found == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from dataclasses import dataclass", {"dataclasses"}),
        ("from typing import Any, NamedTuple", {"typing.NamedTuple"}),
        ("A = re.compile('')", {"re.compile"}),
        ("class A:\n    B = {'b': re.compile('')}", {"re.compile"}),
        ("def f():\n    return re.compile('')", set()),
        ("from worker_lint.dataclass import dataclass", set()),
    ],
)
def test_what_takes_long_to_import_is_found(text: str, found: set[str]) -> None:
    assert dear(ast.parse(text)) == found


HEAVY = (
    "argparse",
    "dataclasses",
    "importlib.resources",
    "inspect",
    "jsonschema",
    "libcst",
    "packaging",
    "psutil",
    "ruamel",
    "shtab",
    "tomli",
    "tomlkit",
    "tomllib",
    "tree_sitter",
    "tree_sitter_json",
    "tree_sitter_python",
)
"""What is worth its import only where it is used."""

_SAY_WHAT_WAS_IMPORTED = """
import json, sys
from worker_lint.cli import main
status = main(sys.argv[1:])
sys.stderr.write(json.dumps([status, [*sys.modules]]))
"""


def _heavy_imports_of(folder: Path, *arguments: str, status: int) -> set[str]:
    environ = {**os.environ, "PYTHONPATH": os.fspath(SOURCE)}
    environ.pop("CI", None)
    done = subprocess.run(
        [sys.executable, "-c", _SAY_WHAT_WAS_IMPORTED, *arguments],
        cwd=folder, env=environ, capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    exit_status, modules = json.loads(done.stderr.splitlines()[-1])
    assert exit_status == status, done.stdout
    return {name for name in HEAVY if any(f"{module}.".startswith(f"{name}.") for module in modules)}


PYTHON = {"tree_sitter", "tree_sitter_python"}
JSON = {"tree_sitter", "tree_sitter_json"}
FIELDS = {"dataclasses", "inspect"}
"""What others make classes of fields with, at their own cost."""
RESOURCES = {"importlib.resources", *(("inspect",) if sys.version_info >= (3, 12) else ())}
"""What others read their own files with."""
TOML = {"tomli" if sys.version_info < (3, 11) else "tomllib"}


@pytest.mark.parametrize(
    ("arguments", "status", "allowed"),
    [
        (["--version"], 0, set()),
        (["--isolated", "--profile=none", "plain.py"], 0, set()),
        (["--isolated", "--profile=none", "plain.json"], 0, set()),
        (["--isolated", "--profile=none", "counts.py"], 0, PYTHON),
        (["--isolated", "--profile=none", "counts.json"], 0, JSON),
        (["--isolated", "--profile=none", "--mode=training", "counts.py"], 1, PYTHON),
        (["--isolated", "--profile=none", "--mode=training", "counts.json"], 1, JSON),
        (["--isolated", "--profile=none", "wrong.json"], 1, {*JSON, *FIELDS, *RESOURCES, "jsonschema"}),
        (["--isolated", "--profile=none", "--mode=training", "--fix", "counts.json"], 0, JSON),
        (["--isolated", "--profile=none", "--mode=training", "--fix", "counts.py"], 0, PYTHON),
        (["--isolated", "--profile=none", "--mode=debug", "--fix", "options.py"], 0, {*PYTHON, *FIELDS, "libcst"}),
        (["--isolated", "--profile=live", "plain.py"], 0, set()),
        (["--isolated", "--profile=live", "counts.py"], 0, PYTHON if sys.platform == "linux" else {*PYTHON, "psutil"}),
        (["counts.py"], 0, {*PYTHON, *TOML}),
        (["--config=worker-lint.toml", "counts.json"], 0, {*JSON, *TOML}),
        (["completion", "bash"], 0, {*RESOURCES, "argparse", "shtab"}),
        (["init", "--diff"], 1, {"argparse", "ruamel", *RESOURCES, *TOML}),
        (["init", "--diff", "bare"], 1, {"argparse", "ruamel", "tomlkit", *FIELDS, *RESOURCES, *PYTHON}),
    ],
    ids=lambda value: " ".join(value).replace("--isolated --profile=none ", "") if isinstance(value, list) else None,
)
def test_a_run_imports_no_more_than_it_needs(
    tmp_path: Path, arguments: list[str], status: int, allowed: set[str]
) -> None:
    (tmp_path / "plain.py").write_text("print('no counts')\n", encoding="utf-8")
    (tmp_path / "plain.json").write_text('{"batch_size": 2}\n', encoding="utf-8")
    (tmp_path / "counts.py").write_text("num_workers = 1\n", encoding="utf-8")
    options = "loader = torch.utils.data.DataLoader(dataset, num_workers=1, persistent_workers=True)\n"
    (tmp_path / "options.py").write_text(f"import torch\n{options}", encoding="utf-8")
    (tmp_path / "counts.json").write_text('{"num_workers": 1}\n', encoding="utf-8")
    (tmp_path / "wrong.json").write_text('{"num_workers": "1"}\n', encoding="utf-8")
    (tmp_path / "bare" / ".git").mkdir(parents=True)
    (tmp_path / "bare" / "counts.py").write_text("num_workers = 1\n", encoding="utf-8")
    # What is not --isolated is judged by settings that name a profile.
    (tmp_path / "worker-lint.toml").write_text('profile = "machine.json"\n', encoding="utf-8")
    profile = SOURCE.parent / "examples" / "profiles" / "g4dn-xlarge.json"
    (tmp_path / "machine.json").write_bytes(profile.read_bytes())
    assert _heavy_imports_of(tmp_path, *arguments, status=status) == allowed
