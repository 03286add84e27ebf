"""The documentation: what is generated is fresh, what is printed was printed, what is linked exists."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from cfgv import validate
from pre_commit.clientlib import CONFIG_SCHEMA

from worker_lint import toml_text
from worker_lint.cli import main
from worker_lint.commands import COMMANDS
from worker_lint.modes import BUILT_IN
from worker_lint.rules import RULES
from worker_lint.schema import load_schema, problems

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).parents[1]
CONSOLES = ("README.md", "docs/ci.md", "docs/fixing.md", "docs/suppressions.md")

_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def fenced(text: str, kind: str) -> list[str]:
    """Return the code of each fenced block of ``kind`` in ``text``."""
    return [code for found, code in _FENCE.findall(text) if found == kind]


@pytest.mark.parametrize("page", CONSOLES)
def test_what_the_consoles_print_was_printed(page: str, checkout: Path, tool: Callable[[str], ModuleType]) -> None:
    writer = tool("write_consoles")
    assert writer.PAGES == CONSOLES
    refreshed: str = writer.refreshed(page, checkout)
    assert refreshed == (ROOT / page).read_text(encoding="utf-8"), "run python tools/write_consoles.py"


def test_the_pages_of_the_rules_are_fresh(tool: Callable[[str], ModuleType]) -> None:
    pages: dict[Path, str] = tool("write_rule_pages").pages()
    for path, text in pages.items():
        assert path.read_text(encoding="utf-8") == text, "run python tools/write_rule_pages.py"
    assert {path.stem for path in (ROOT / "docs" / "rules").iterdir()} == {rule.code for rule in RULES}


def test_the_data_is_fresh(tool: Callable[[str], ModuleType]) -> None:
    documents: dict[Path, str] = tool("write_data").documents()
    for path, text in documents.items():
        assert path.read_text(encoding="utf-8") == text, "run python tools/write_data.py"


def test_every_rule_has_a_place_in_the_overview() -> None:
    overview = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert re.findall(r"rules/(WL\d{3})\.md", overview) == [rule.code for rule in RULES]


def test_the_readme_has_the_modes_as_they_are() -> None:
    table = re.findall(r"^\| ([a-z-]+) \| (\d+) \|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {name: int(count) for name, count in table} == dict(BUILT_IN)


@pytest.mark.parametrize("page", ["README.md", "docs/settings.md", "docs/ci.md", "docs/suppressions.md"])
def test_settings_in_the_docs_are_valid(page: str) -> None:
    schema = load_schema("settings")
    for block in fenced((ROOT / page).read_text(encoding="utf-8"), "toml"):
        table: Any = toml_text.parse(block)
        assert problems(table.get("tool", {}).get("worker-lint", table), schema) == []


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md"])
def test_configurations_of_pre_commit_in_the_docs_are_valid(page: str) -> None:
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    configs = [yaml.safe_load(block) for block in fenced((ROOT / page).read_text(encoding="utf-8"), "yaml")]
    configs = [config for config in configs if "repos" in config]
    assert configs
    for config in configs:
        validate(config, CONFIG_SCHEMA)
        assert {hook["id"] for repo in config["repos"] for hook in repo["hooks"]} <= known


def test_links_lead_somewhere() -> None:
    dead = []
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")):
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            if "://" not in target and not (path.parent / target).exists():
                dead.append(f"{path.relative_to(ROOT)}: {target}")
    assert dead == []


def test_options_in_the_docs_exist(capsys: pytest.CaptureFixture[str]) -> None:
    known: set[str] = {"--help", "--version"}
    profile = [["profile", action] for action in ("capture", "show", "diff", "check")]
    for command in [*([name] for name in COMMANDS), *profile]:
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        known |= set(re.findall(r"--[a-z][a-z-]+", capsys.readouterr().out))
    # Of the codemod, and of git, nox, pip and pre-commit.
    known |= {"--count", "--external", "--hide-progress", "--no-format", "--unified-diff"}
    known |= {"--all-files", "--quiet", "--shortstat", "--stat", "--unified"}
    for page in CONSOLES:
        named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+(?![\w])", (ROOT / page).read_text(encoding="utf-8")))
        assert named - known == set(), page


def test_ci_runs_the_command_of_the_readme() -> None:
    _, tests = (block.strip() for block in fenced((ROOT / "README.md").read_text(encoding="utf-8"), "shell"))
    assert f'command="{tests}"\n' in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_first_command_of_the_readme_finds_what_is_wrong_with_the_example(checkout: Path) -> None:
    command, _ = fenced((ROOT / "README.md").read_text(encoding="utf-8"), "shell")
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CI", "VIRTUAL_ENV")}
    done = subprocess.run(
        ["bash", "-c", command], cwd=checkout, env=environ, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done.stderr
    assert "examples/cardiac/configs/debug_overfit.json:7:27: WL401 warning" in done.stdout
    assert '7 |     "persistent_workers": true\n' in done.stdout
