"""``worker-lint init``: write the settings and the hook into a repository that has none."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint import __version__
from worker_lint.check import check
from worker_lint.dataclass import dataclass
from worker_lint.discover import discover
from worker_lint.errors import SettingsError, SourceError, UsageError
from worker_lint.finding import is_made
from worker_lint.opening import is_wanted
from worker_lint.policies import Policies
from worker_lint.settings import SettingsResolver
from worker_lint.survey import Survey
from worker_lint.toml_text import TomlError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from worker_lint.finding import Fix
    from worker_lint.init.choice import Choice
    from worker_lint.settings import Settings

SUMMARY = "write the settings and the pre-commit hook into a repository"

_UNUSABLE = ("local", "meta")
_BASELINE = "worker-lint-baseline.json"


@dataclass(frozen=True, slots=True)
class _Change:
    """A file, and what it is to hold."""

    path: Path
    before: bytes | None
    """None where there is no such file."""
    after: bytes


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="a folder of the repository (default: the current one)",
    )
    parser.add_argument("--mode", metavar="NAME", help="the mode to declare (default: the one that most counts have)")
    parser.add_argument(
        "--repo",
        metavar="URL",
        help="let pre-commit install worker-lint from this git repository, at the tag of this version "
        "(default: run the worker-lint that is installed)",
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--yes", "-y", action="store_true", help="write without asking")
    group.add_argument("--diff", action="store_true", help="print what would be written, and write nothing")
    parser.epilog = "exit status: 0 all is there, 1 something is not written, 2 errors"


def run(args: argparse.Namespace) -> int:
    """Show what is to be added, write it where that is wanted, and return the exit status."""
    from worker_lint.init.place import place_of

    if not args.folder.is_dir():
        raise UsageError(f"{args.folder}: is no folder; name one of the repository")
    if args.repo is not None and (args.repo in _UNUSABLE or not args.repo.strip()):
        raise UsageError(f"--repo {args.repo!r}: is no git repository; give its URL, or leave the option out")
    place = place_of(args.folder)
    changes = [*_settings_change(place.settings, args), *_hook_change(place.hooks, args)]
    if not changes:
        _say("nothing to add")
        return 0
    _show(changes)
    if args.diff or not (args.yes or _agreed()):
        return 1
    _write(changes)
    _say_next(place.settings.parent, hook_is_new=any(change.path == place.hooks for change in changes))
    return 0


def _settings_change(path: Path, args: argparse.Namespace) -> list[_Change]:
    """Return the change that declares the mode; none where settings hold already. Raises SettingsError."""
    from worker_lint.init.toml_table import as_document, with_table

    resolver = SettingsResolver({})
    settings = resolver.for_folder(path.parent)
    if settings.file is not None:
        _keep_settings(settings, args)
        return []
    choice = _choice(path.parent, resolver, args)
    _say(choice.reason)
    before = _read(path)
    if path.name == "pyproject.toml" and before is not None:
        try:
            after = with_table(_decoded(path, before), choice)
        except TomlError as error:
            raise SettingsError(f"{path}:{error.line}:{error.column}: is no TOML: {error}") from None
        if after is not None:
            return [_Change(path, before, after.encode())]
        _say(f"{path} is written so that no table can be added to it; the settings get a file of their own")
        path = path.with_name("worker-lint.toml")
    return [_Change(path, None, as_document(choice).encode())]


def _keep_settings(settings: Settings, args: argparse.Namespace) -> None:
    from worker_lint.init.place import from_here

    assert settings.file is not None  # noqa: S101 - because it holds the settings
    file, mode = from_here(settings.file), settings.mode or "none"
    if args.mode is not None and args.mode != settings.mode:
        raise UsageError(f"--mode {args.mode}: {file} holds settings with mode {mode}; change it there")
    _say(f"{file} holds settings already; they stay as they are")


def _choice(folder: Path, resolver: SettingsResolver, args: argparse.Namespace) -> Choice:
    from worker_lint.init.choice import chosen, named

    survey = Survey(resolver.for_path)
    wanted = partial(is_wanted, settings_for=resolver.for_path)
    documents = survey.documents(discover([folder], wanted, resolver.is_excluded))
    numbers = [site.value.number for document in documents for site in document.sites]
    for error in survey.errors:
        _say(f"not counted: {error}")
    counts = [number for number in numbers if number is not None]
    if args.mode is None:
        return chosen(counts)
    try:
        return named(args.mode, counts)
    except ValueError as error:
        raise UsageError(f"--mode: {error}") from None


def _hook_change(path: Path, args: argparse.Namespace) -> list[_Change]:
    """Return the change that adds the hook; none where it runs already. Raises SettingsError."""
    from worker_lint.init.yaml_hook import YamlError, has_hook, local_repo, remote_repo, with_repo

    before = _read(path)
    if before is None and (prek := path.with_name("prek.toml")).is_file():
        _say(f"{prek} takes the place of a {path.name}, and gets no hook; add it there")
        return []
    text = _decoded(path, before or b"")
    repo = local_repo() if args.repo is None else remote_repo(args.repo, f"v{__version__}")
    try:
        if has_hook(text):
            _say(f"{path} runs worker-lint already; it stays as it is")
            return []
        after = with_repo(text, repo).encode()
    except YamlError as error:
        where = path if error.line is None else f"{path}:{error.line}"
        raise SettingsError(f"{where}: {error}") from None
    if args.repo is None and shutil.which("worker-lint") is None:
        _say("worker-lint is not on PATH, where the hook looks for it; --repo lets pre-commit install it")
    return [_Change(path, before, after)]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}:{line}: is not UTF-8; save it as UTF-8") from None


def _show(changes: Sequence[_Change]) -> None:
    from worker_lint.rewrite.diff import file_diff

    sys.stdout.flush()
    for change in changes:
        sys.stdout.buffer.write(file_diff(change.path, change.before, change.after))
    sys.stdout.buffer.flush()


def _agreed() -> bool:
    if sys.stdin is None or not (sys.stdin.isatty() and sys.stdout.isatty()):
        _say("nothing is written, because there is no terminal to ask on; --yes writes it")
        return False
    sys.stderr.write("Write this? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    _say("nothing is written")
    return False


def _write(changes: Sequence[_Change]) -> None:
    from worker_lint.rewrite.files import write_atomically

    for change in changes:
        write_atomically(change.path, change.after)
        _say(f"wrote {change.path}")


def _say_next(folder: Path, *, hook_is_new: bool) -> None:
    """Say what makes sense now, with the number of findings under the settings as they are written."""
    settings = SettingsResolver({})
    found = _fixes_in(folder, settings)
    number = len(found)
    where = "" if folder == Path() else f" {folder}"
    steps: list[tuple[str, str]] = []
    if any(is_made(fix, unsafe=False) for fix in found):
        steps.append((f"worker-lint{where} --diff", "shows what --fix would change"))
    elif any(fix is not None for fix in found):
        steps.append((f"worker-lint{where} --diff --unsafe-fixes", "shows what --fix --unsafe-fixes would change"))
    elif found:
        steps.append((f"worker-lint{where}", "shows them, and says what to write instead"))
    if found:
        steps.append((f"worker-lint{where} --write-baseline {_BASELINE}", "accepts them, so that only new ones count"))
    if settings.for_folder(folder).profile is None:
        steps.append(("worker-lint profile capture --name NAME", "writes down the machine that trains, run there"))
    if hook_is_new:
        steps.append(("pre-commit install", "runs the hooks before each commit, where it does not yet"))
    width = max((len(command) for command, _ in steps), default=0)
    _say(f"{number} {'finding' if number == 1 else 'findings'} today{'; next:' if steps else ''}")
    sys.stderr.writelines(f"  {command:{width}}  {does}\n" for command, does in steps)


def _fixes_in(folder: Path, settings: SettingsResolver) -> list[Fix | None]:
    """Return the fix of each finding in ``folder``; None for one that has none."""
    wanted = partial(is_wanted, settings_for=settings.for_path)
    fixes: list[Fix | None] = []
    try:
        for report in check(discover([folder], wanted, settings.is_excluded), Policies(settings)):
            fixes += [finding.fix for _, finding in report.findings]
    except SourceError:  # what cannot be listed is an error of the check, which the user runs next
        pass
    return fixes


def _say(text: str) -> None:
    sys.stderr.write(f"worker-lint: {text}\n")
