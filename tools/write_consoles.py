"""Runs the commands in the consoles of the documentation, and writes below each what it prints."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/ci.md", "docs/fixing.md", "docs/suppressions.md")

_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (.*)\n", re.MULTILINE)


def refreshed(page: str, folder: Path) -> str:
    """Return the text of ``page`` with what its commands print today, run one after the other in ``folder``."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for console in _CONSOLE.findall(text) for line in _COMMAND.findall(console)]
    printed = iter(_printed(lines, folder))

    def console(match: re.Match[str]) -> str:
        return "".join(["```console\n", *(f"$ {line}\n{next(printed)}" for line in _COMMAND.findall(match[1])), "```"])

    return _CONSOLE.sub(console, text)


def _printed(lines: list[str], folder: Path) -> list[str]:
    python = shlex.quote(sys.executable)
    start = f'worker-lint() {{ {python} -m worker_lint "$@"; }}\npython() {{ {python} "$@"; }}\nset -o pipefail\n'
    # The status of a line is kept for the next one, which may ask for it.
    script = start + "".join(f"{line}\nstatus=$?; printf '\\0'; (exit $status)\n" for line in lines)
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS", "FORCE_COLOR")}
    environ = {**kept, "PYTHONPATH": os.fspath(ROOT / "hooks"), "COLUMNS": "100", "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash"], input=script, cwd=folder, env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.stdout.split("\0")[:-1]


def copy_of_the_project(folder: Path) -> None:
    """Put the working tree, without what git ignores, into ``folder``, as one commit of a new git repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    for arguments in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "--message=All of it"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)


if __name__ == "__main__":
    for each in PAGES:
        with TemporaryDirectory() as temporary:
            copy_of_the_project(Path(temporary))
            new = refreshed(each, Path(temporary))
        (ROOT / each).write_text(new, encoding="utf-8", newline="\n")
