"""``worker-lint completion``: the scripts, completed with by the shells themselves."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from worker_lint.cli import main
from worker_lint.commands import COMMANDS
from worker_lint.modes import BUILT_IN
from worker_lint.rules import RULES
from worker_lint.rules._families import families

HOOKS = Path(__file__).parents[2] / "hooks"
CODES = {rule.code for rule in RULES if rule.code.startswith("WL40")}

_ASK_BASH = """
source script.bash
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
$(complete -p worker-lint | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def script(shell: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["completion", shell]) == 0
    return capsys.readouterr().out


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.py", "tests.toml", "check.json"):
        (tmp_path / name).touch()
    (tmp_path / "conf").mkdir()
    return tmp_path


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("''", {*COMMANDS, "train.py", "tests.toml", "check.json", "conf"}),
        ("st", {"status"}),
        ("ch", {"check", "check.json"}),
        ("t", {"train.py", "tests.toml"}),
        ("--ver", {"--version"}),
        ("--unsafe-no-such", set()),
        ("--fi", {"--fix"}),
        ("check --fi", {"--fix"}),
        ("--fix tr", {"train.py"}),
        ("train.py --mo", {"--mode"}),
        ("train.py te", {"tests.toml"}),
        ("--mode ''", set(BUILT_IN)),
        ("--mode de", {"debug", "development"}),
        ("--mode = de", {"debug", "development"}),
        ("--mode =", set(BUILT_IN)),
        ("check --mode tr", {"training"}),
        ("--config te", {"tests.toml"}),
        ("--output-format sa", {"sarif"}),
        ("sites --output-format ''", {"text", "json"}),
        ("--select WL40", CODES),
        ("--extend-select WL40", CODES),
        ("explain WL40", CODES),
        ("explain WL", {*families(), *(rule.code for rule in RULES)}),
        ("profile ''", {"capture", "show", "diff", "check"}),
        ("profile capture --no", {"--no-gpu-model"}),
        ("profile show tr", {"train.py"}),
        ("init ''", {"conf"}),
        ("init --re", {"--repo"}),
        ("completion ''", {"bash", "zsh", "tcsh"}),
    ],
)
def test_bash_completes(folder: Path, capsys: pytest.CaptureFixture[str], line: str, found: set[str]) -> None:
    (folder / "script.bash").write_text(script("bash", capsys), encoding="utf-8")
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", _ASK_BASH.format(words=f"worker-lint {line}")],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr.replace("bash: line 5: compopt: not currently executing completion function\n", "") == ""
    assert set(done.stdout.split()) - {"script.bash"} == found


# The inner shell has a terminal, where completion is; it is read until it shows what is waited for.
_ASK_ZSH = """
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "module_path=($module_path); fpath=($fpath); PS1=; autoload -Uz compinit; compinit -u -D"
zpty -w asked 'eval "$(<script.zsh)"; echo READ""Y'
zpty -r -m asked said '*READY*'
zpty -n -w asked {line}$'\\t'
zpty -r -m asked said {expected}
print -r -- $said
"""


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("worker-lint s", "*schema*settings*sites*status*"),
        ("worker-lint trai", "*train.py*"),
        ("worker-lint --fi", "*--fix*"),
        ("worker-lint --fix trai", "*train.py*"),
        ("worker-lint train.py test", "*tests.toml*"),
        ("worker-lint --mode tr", "*training*"),
        ("worker-lint profile cap", "*capture*"),
        ("worker-lint explain WL20", "*WL201*WL205*"),
    ],
)
def test_zsh_completes(folder: Path, capsys: pytest.CaptureFixture[str], line: str, expected: str) -> None:
    (folder / "script.zsh").write_text(script("zsh", capsys), encoding="utf-8")
    (folder / "ask.zsh").write_text(_ASK_ZSH.format(line=shlex.quote(line), expected=shlex.quote(expected)))
    command = ["zsh", "-f", "ask.zsh"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "rule",
    [
        f"'p/1/({' '.join(COMMANDS)})/'",
        f"'n/--mode/({' '.join(BUILT_IN)})/'",
        "'n/profile/(capture show diff check)/'",
        "'p/*/f/'",
    ],
)
def test_tcsh_has_the_rules(capsys: pytest.CaptureFixture[str], rule: str) -> None:
    assert rule in script("tcsh", capsys)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tcsh") is None, reason="tcsh is not installed")
def test_tcsh_takes_the_script(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "script.tcsh").write_text(script("tcsh", capsys), encoding="utf-8")
    done = subprocess.run(
        ["tcsh", "-f", "-c", "source script.tcsh; complete worker-lint"],
        cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    assert "p/1/(check " in done.stdout


def test_a_shell_without_a_script_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker_lint", "completion", "nushell"],
        env={**os.environ, "PYTHONPATH": os.fspath(HOOKS)}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "choose from" in done.stderr
