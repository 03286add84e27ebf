"""The site of the documentation: what its hook makes of links and of the navigation. nox -s docs builds it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from worker_lint.rules import RULES

ROOT = Path(__file__).parents[1]
URL = "https://example.org/worker-lint"


@pytest.fixture
def site(tool: Callable[[str], ModuleType]) -> ModuleType:
    return tool("docs_site")


@pytest.mark.parametrize(
    ("document", "link", "target"),
    [
        ("README.md", "docs/ci.md", "ci.md"),
        ("README.md", "docs/rules/WL401.md", "rules/WL401.md"),
        ("README.md", "CONTRIBUTING.md", "contributing.md"),
        ("README.md", "LICENSE", f"{URL}/blob/HEAD/LICENSE"),
        ("README.md", "examples/cardiac", f"{URL}/tree/HEAD/examples/cardiac"),
        ("CHANGELOG.md", "docs/rules.md#options", "rules.md#options"),
        ("docs/ci.md", "../.pre-commit-hooks.yaml", f"{URL}/blob/HEAD/.pre-commit-hooks.yaml"),
        ("docs/ci.md", "../README.md", "index.md"),
        ("docs/ci.md", "formats.md#gitlab", "formats.md#gitlab"),
        ("docs/rules/WL401.md", "../settings.md", "../settings.md"),
        ("docs/rules/WL401.md", "WL402.md", "WL402.md"),
        ("docs/rules/WL401.md", "../../README.md", "../index.md"),
        ("docs/ci.md", "../missing.md", "../missing.md"),
        ("docs/ci.md", "missing.md", "missing.md"),
        ("docs/ci.md", "#exit-status", "#exit-status"),
        ("docs/ci.md", "https://example.org/docs/ci.md", "https://example.org/docs/ci.md"),
        ("docs/ci.md", "mailto:somebody@example.org", "mailto:somebody@example.org"),
    ],
)
def test_links_lead_to_the_same(site: ModuleType, document: str, link: str, target: str) -> None:
    assert site.relinked(f"See [this]({link}).\n", document, f"{URL}/") == f"See [this]({target}).\n"


def test_code_is_left_alone(site: ModuleType) -> None:
    text = "```python\n[x](docs/ci.md)\n```\n[x](docs/ci.md)\n"
    assert site.relinked(text, "README.md", URL) == "```python\n[x](docs/ci.md)\n```\n[x](ci.md)\n"


def navigation() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))["nav"]
    return entries


def test_every_page_has_a_place_in_the_navigation(site: ModuleType) -> None:
    placed = [page for entry in navigation() for page in entry.values()]
    pages = [path.name for path in (ROOT / "docs").glob("*.md")] + list(site.PAGES.values())
    assert sorted(placed) == sorted(pages), "give each page of docs/ a line in mkdocs.yml"


def test_every_rule_is_in_the_navigation_by_family(site: ModuleType) -> None:
    overview = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    (rules,) = [entry for entry in navigation() if "Rules" in entry]
    first, *families = site.with_families(rules, overview)["Rules"]
    assert first == {"Overview": "rules.md"}
    assert {"A count that is no count"} < {title for family in families for title in family}
    listed = [page for family in families for pages in family.values() for page in pages]
    assert listed == [f"rules/{rule.code}.md" for rule in RULES]
    assert site.with_families({"Home": "index.md"}, overview) == {"Home": "index.md"}
