#!/usr/bin/env python3
"""Fix every repository of a folder in two modes, and hold what became of it against other parsers.

    check_fix.py CHECKOUTS [--work FOLDER] [--tool COMMAND] [--modes debug training]

CHECKOUTS holds one checkout of a repository in each folder. What could hold a count is copied to the work folder (a
temporary one unless it is named), and ``worker-lint --fix`` is run over each copy, in each mode after the other. Then:

- no file has changed in which nothing was reported, and a second run changes nothing;
- Python that parsed still parses, and differs only in literals, in options that mean nothing without workers, and in
  the defaults that help texts tell;
- JSON, YAML and TOML (``json``, ``ruamel.yaml``, ``tomllib``) load to the same document but for such values;
- a notebook that was valid is valid, and differs only in the source of its cells;
- a shell script that ``bash -n`` accepted is accepted, and any other text differs only in such values.

The checkouts are data: nothing in them is run. Exit status 0 where all of it holds, else 1, with a line for each
file in which something does not.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from worker_lint import toml_text
from worker_lint.file_language import language_by_line, language_by_name
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.opening import is_wanted
from worker_lint.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
TOOL = f"{shlex.quote(sys.executable)} -m worker_lint"
MARK = "<value>"
"""Stands for whatever may differ."""

_WORKERS = re.compile(r"(?i)work|thread|\bnw$|n_cpu|^j$|^-j$")
_OPTIONS = frozenset(f"{prefix}{option}" for option in vocabulary().options for prefix in ("", "dataloader_"))


_TOLD = (".help.value", ".description.value")
"""Where a text describes an option, or a field, with its default."""


class DifferenceError(Exception):
    """Two versions of a file that are not the same but for counts and options."""


# Python


def same_python(before: bytes, after: bytes) -> None:
    """Raise DifferenceError unless two modules differ only in literals, and in options without workers."""
    _same_node(_tree(before), _tree(after), "")


def _tree(code: bytes) -> ast.AST:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(code)


def _same_node(one: Any, other: Any, where: str) -> None:
    if where.rpartition(".")[2] in _OPTIONS and (_is_value(other) or _is_guarded(one, other)):
        return
    if _is_value(one) and _is_value(other):
        return
    if type(one) is not type(other):
        raise DifferenceError(f"{where}: {_shown(one)} became {_shown(other)}")
    if isinstance(one, ast.Dict) and len(one.values) == len(other.values):
        _same_node(one.keys, other.keys, f"{where}.keys")
        for key, left, right in zip(one.keys, one.values, other.values, strict=True):
            _same_node(left, right, f"{where}.{key.value if isinstance(key, ast.Constant) else 'values'}")
    elif isinstance(one, ast.AST):
        for field in one._fields:
            name = getattr(one, "arg", None) if field == "value" else None
            _same_node(getattr(one, field, None), getattr(other, field, None), f"{where}.{name or field}")
    elif isinstance(one, list):
        if len(one) != len(other):
            raise DifferenceError(f"{where}: {len(one)} parts became {len(other)}")
        for left, right in zip(one, other, strict=True):
            _same_node(left, right, where)
    elif one != other and not (where.endswith(_TOLD) and _tells_a_default_anew(one, other)):
        raise DifferenceError(f"{where}: {one!r} became {other!r}")


def _tells_a_default_anew(one: Any, other: Any) -> bool:
    """Return whether a help text says the same but for one number, in whose place there is another, or the default."""
    if not (isinstance(one, str) and isinstance(other, str)):
        return False
    return any(
        re.fullmatch(rf"{re.escape(one[: found.start()])}(?:-?\d+|%\(default\)s){re.escape(one[found.end() :])}", other)
        for found in re.finditer(r"-?\d+", one)
    )


def _is_value(node: Any) -> bool:
    """Return whether ``node`` is a number with or without its sign, True, False or None; no text, and no code."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, (int, float)))


def _is_guarded(one: Any, other: Any) -> bool:
    """Return whether ``other`` is what ``one`` was where there are workers, and no option where there are none."""
    if isinstance(other, ast.IfExp):
        return _is_more_than_none(other.test) and _is_value(other.orelse) and ast.dump(other.body) == ast.dump(one)
    return _is_value(one) and _is_more_than_none(other)


def _is_more_than_none(node: Any) -> bool:
    return isinstance(node, ast.Compare) and ast.unparse(node).endswith(" > 0")


def _shown(node: Any) -> str:
    return ast.unparse(node) if isinstance(node, ast.AST) else repr(node)


# Documents


def same_document(one: Any, other: Any, where: str = "") -> None:
    """Raise DifferenceError unless two loaded documents differ only in scalars under the keys of counts and options."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other):
            raise DifferenceError(f"{where or '/'}: other keys")
        for key in one:
            same_document(one[key], other[key], f"{where}/{key}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            raise DifferenceError(f"{where}: {len(one)} items became {len(other)}")
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            same_document(left, right, f"{where}/{index}")
    elif repr(one) != repr(other) and not _may_differ(one, other, where):
        raise DifferenceError(f"{where}: {one!r} became {other!r}")


def _may_differ(one: Any, other: Any, where: str) -> bool:
    if isinstance(one, str) and isinstance(other, str) and _differs_in_counts(one, other):
        return True  # a command, or a script
    scalar = all(value is None or isinstance(value, (int, float, str)) for value in (one, other))
    return scalar and any(_WORKERS.search(key) or key in _OPTIONS for key in re.split(r"[/.]", where))


def _differs_in_counts(one: str, other: str) -> bool:
    try:
        same_text(one, other)
    except DifferenceError:
        return False
    return True


def same_text(one: str, other: str) -> None:
    """Raise DifferenceError unless two texts are the same but for numbers and words that a fix writes."""
    left, right = _masked(one), _masked(other)
    if left == right:
        return
    for before, after in zip(one.splitlines(), other.splitlines(), strict=False):
        if _masked(before) != _masked(after):
            raise DifferenceError(f"{before.strip()!r} became {after.strip()!r}")
    raise DifferenceError(f"{len(left)} parts became {len(right)}")


def _masked(text: str) -> list[str]:
    return re.split(r"-?\d+", text)


def json_document(data: bytes) -> Any:
    """Return a JSON document, its objects as they are written: each key as often as it stands there."""
    return json.loads(
        data, object_pairs_hook=lambda pairs: {f"{key}#{at}": value for at, (key, value) in enumerate(pairs)}
    )


def yaml_documents(data: bytes) -> Any:
    """Return the documents of a YAML stream."""
    loader = YAML(typ="rt")
    loader.allow_duplicate_keys = True
    return [json.loads(json.dumps(each, default=str)) for each in loader.load_all(data.decode("utf-8"))]


def toml_document(data: bytes) -> Any:
    """Return a TOML document."""
    return toml_text.parse(data.decode("utf-8"))


# Files


def same_notebook(before: bytes, after: bytes) -> None:
    """Raise DifferenceError unless both are notebooks, and differ only in the numbers of their cells' code."""
    one, other = json.loads(before), json.loads(after)
    if _is_valid(before) and not _is_valid(after):
        raise DifferenceError("is no longer valid")
    for notebook in (one, other):
        for cell in _cells(notebook):
            for key in ("source", "input"):
                if cell.get("cell_type") == "code" and key in cell:
                    cell["metadata"] = {**cell.get("metadata", {}), MARK: cell.pop(key)}
    for left, right in zip(_cells(one), _cells(other), strict=True):
        written = [_joined(cell.get("metadata", {}).pop(MARK, "")) for cell in (left, right)]
        if written[0] != written[1]:
            try:
                same_python(written[0].encode(), written[1].encode())
            except SyntaxError:  # magics: then as text
                same_text(*written)
    if one != other:
        raise DifferenceError("something other than the source of a cell has changed")


def _cells(notebook: Any) -> list[Any]:
    if "worksheets" in notebook:
        return [cell for sheet in notebook["worksheets"] for cell in sheet["cells"]]
    return notebook.get("cells", []) if isinstance(notebook, dict) else []


def _joined(source: Any) -> str:
    return source if isinstance(source, str) else "".join(source)


def _is_valid(data: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nbformat.validate(nbformat.reads(data.decode("utf-8"), as_version=nbformat.NO_CONVERT))
    except (nbformat.ValidationError, nbformat.reader.NotJSONError, AttributeError, KeyError, TypeError):
        return False
    return True


def same_script(before: bytes, after: bytes) -> None:
    """Raise DifferenceError unless two scripts differ only in numbers, and bash accepts the second as the first."""
    if _bash_accepts(before) and not _bash_accepts(after):
        raise DifferenceError("bash no longer accepts it")
    same_text(before.decode("utf-8", "replace"), after.decode("utf-8", "replace"))


def _bash_accepts(code: bytes) -> bool:
    # -n reads commands and executes none.
    return subprocess.run(["bash", "-n"], input=code, capture_output=True, check=False).returncode == 0


def _loaded(load: Callable[[bytes], Any]) -> Callable[[bytes, bytes], None]:
    def same(before: bytes, after: bytes) -> None:
        try:
            document = load(before)
        except (ValueError, YAMLError, RecursionError):  # a template, comments: then as text
            same_text(before.decode("utf-8", "replace"), after.decode("utf-8", "replace"))
            return
        same_document(document, load(after))

    return same


def _same_module(before: bytes, after: bytes) -> None:
    try:
        _tree(before)
    except (SyntaxError, ValueError, RecursionError):  # Python 2, a template: then as text
        same_text(before.decode("utf-8", "replace"), after.decode("utf-8", "replace"))
        return
    same_python(before, after)


SAME: dict[str, Callable[[bytes, bytes], None]] = {
    "python": _same_module,
    "json": _loaded(json_document),
    "yaml": _loaded(yaml_documents),
    "toml": _loaded(toml_document),
    "notebook": same_notebook,
    "shell": same_script,
    "makefile": same_script,
    "dockerfile": same_script,
}


def problem_with(path: Path, before: bytes, after: bytes) -> str | None:
    """Return what is wrong with the change of the file at ``path``, if anything is."""
    language = language_by_name(path) or language_by_line(before)
    try:
        SAME.get(language or "shell", SAME["json"])(before, after)
    except DifferenceError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - what can no longer be read is what this looks for
        return f"can no longer be read: {type(error).__name__}: {error}"
    return None


# Repositories


def copied(checkout: Path, folder: Path) -> Iterator[Path]:
    """Copy what could hold a count from ``checkout`` to ``folder``, and yield each path from there."""
    words = vocabulary()
    for path in sorted(checkout.rglob("*")):
        relative = path.relative_to(checkout)
        if (
            ".git" in relative.parts
            or path.is_symlink()
            or not path.is_file()
            or not is_wanted(path, lambda _: Settings())
        ):
            continue
        data = path.read_bytes()
        if words.concerns(data):
            (folder / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / relative)
            yield relative


def run(tool: list[str], folder: Path, *arguments: str) -> dict[str, Any]:
    """Return the report of one run of worker-lint in ``folder``."""
    done = subprocess.run(
        [*tool, "--isolated", "--profile=none", "--quiet", "--output-format=json", *arguments, "."],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    if done.returncode not in (0, 1, 2) or b"Traceback" in done.stderr:
        raise DifferenceError(f"worker-lint ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def check(checkout: Path, folder: Path, tool: list[str], modes: list[str], numbers: Counter[str]) -> Iterator[str]:
    """Fix the copy of ``checkout`` in ``folder`` in each mode, and yield what is wrong, a line each."""
    paths = list(copied(checkout, folder))
    original = now = {path: (folder / path).read_bytes() for path in paths}
    numbers["files"] += len(paths)
    for mode in modes:
        reported = {finding["path"] for finding in run(tool, folder, f"--mode={mode}")["findings"]}
        report = run(tool, folder, f"--mode={mode}", "--fix")
        numbers["errors"] += len(report["errors"])
        for error in report["errors"] if mode == modes[0] else ():
            print(f"{checkout.name}: error: {error['message']}", flush=True)  # noqa: T201
        after = {path: (folder / path).read_bytes() for path in paths}
        changed = [path for path in paths if after[path] != now[path]]
        numbers["changes"] += len(changed)
        for path in changed:
            if path.as_posix() not in reported:
                yield f"{path}: changed in mode {mode}, and was not reported"
            if (problem := problem_with(path, original[path], after[path])) is not None:
                yield f"{path}: after mode {mode}: {problem}"
        again = run(tool, folder, f"--mode={mode}", "--fix")
        numbers["fixed twice"] += again["summary"]["fixed"]
        for path in paths:
            if (folder / path).read_bytes() != after[path]:
                yield f"{path}: a second run in mode {mode} changed it again"
        now = after


def main() -> int:
    """Check every checkout, print what is wrong and the numbers, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", type=Path, help="a folder of checkouts")
    parser.add_argument("--work", type=Path, help="where to copy them (default: a temporary folder)")
    parser.add_argument("--tool", default=TOOL, help="the command to check (default: this worker-lint)")
    parser.add_argument("--modes", nargs="+", default=["debug", "training"], help="(default: debug training)")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="the folders to take (default: all)")
    args = parser.parse_args()
    numbers: Counter[str] = Counter()
    wrong = 0
    with tempfile.TemporaryDirectory() as temporary:
        work = args.work or Path(temporary)
        for checkout in sorted(path for path in args.checkouts.iterdir() if path.is_dir()):
            if args.only and checkout.name not in args.only:
                continue
            numbers["checkouts"] += 1
            folder = work / checkout.name
            folder.mkdir(parents=True)
            try:
                for line in check(checkout, folder, shlex.split(args.tool), args.modes, numbers):
                    wrong += 1
                    print(f"{checkout.name}/{line}", flush=True)  # noqa: T201
            except DifferenceError as error:
                wrong += 1
                print(f"{checkout.name}: {error}", flush=True)  # noqa: T201
    listed = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
    print(f"{listed}: {wrong:,} wrong")  # noqa: T201
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
