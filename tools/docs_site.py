"""A hook of MkDocs: pages from outside docs/, the rules by family, and links to what only the repository has."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Documents at the top of the repository, and the pages of the site that they are."""

_LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)")
_FENCE = re.compile(r"^ *```")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of the rules below their overview, family by family."""
    overview = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    config.nav = [with_families(entry, overview) for entry in config.nav or ()]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents at the top of the repository."""
    from mkdocs.structure.files import File

    for document, name in PAGES.items():
        text = (ROOT / document).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=relinked(text, document, config.repo_url or "")))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Mend the links of a page of docs/; those of the others are mended already."""
    source = page.file.src_uri
    return markdown if source in PAGES.values() else relinked(markdown, f"docs/{source}", config.repo_url or "")


def with_families(entry: Any, overview: str) -> Any:
    """Return ``entry`` of the navigation; that of rules.md with the families that ``overview``, its text, lists."""
    if not isinstance(entry, dict) or list(entry.values()) != ["rules.md"]:
        return entry
    (title,) = entry
    families = re.split(r"^## (.+)$", overview, flags=re.MULTILINE)[1:]
    below: list[Any] = [{"Overview": "rules.md"}]
    for family, table in zip(families[::2], families[1::2], strict=True):
        below.append({family: re.findall(r"\((rules/WL\d{3}\.md)\)", table)})
    return {title: below}


def relinked(text: str, document: str, repo_url: str) -> str:
    """Return ``text``, that of ``document`` in the repository, with links that lead to the same in the site.

    What is no page leads to the repository at ``repo_url``, and what is missing stays, for MkDocs to complain of.
    """
    here = posixpath.dirname(_page(document) or "")

    def target(match: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(document), match[1]))
        page = _page(path)
        if page is not None:
            return posixpath.relpath(page, here or ".")
        if not (ROOT / path).exists():
            return match[1]
        return f"{repo_url.rstrip('/')}/{'tree' if (ROOT / path).is_dir() else 'blob'}/HEAD/{path}"

    return "".join(line if is_code else _LINK.sub(target, line) for line, is_code in _lines(text))


def _page(path: str) -> str | None:
    """Return the page of the site that the document at ``path`` is, or None."""
    if path in PAGES:
        return PAGES[path]
    return path.removeprefix("docs/") if path.startswith("docs/") and path.endswith(".md") else None


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each line, and whether it is code."""
    fenced = False
    for line in text.splitlines(keepends=True):
        fence = _FENCE.match(line) is not None
        yield line, fenced or fence
        fenced ^= fence
