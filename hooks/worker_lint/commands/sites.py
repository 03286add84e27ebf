"""``worker-lint sites``: the inventory of the places that set a worker count."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.check import language_of, open_source
from worker_lint.commands.arguments import add_paths
from worker_lint.discover import discover
from worker_lint.errors import SourceError
from worker_lint.locate import locate
from worker_lint.settings import SettingsResolver
from worker_lint.source import may_be_read, read

if TYPE_CHECKING:
    import argparse

    from worker_lint.site import Document, Site

SUMMARY = "list every place that sets a worker count"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_paths(parser)
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        help="a row a site (default: %(default)s)",
    )
    parser.add_argument("--config", metavar="FILE", type=Path, help="the settings file for every path")
    parser.add_argument("--isolated", action="store_true", help="read no settings file")


def run(args: argparse.Namespace) -> int:
    """Print the inventory; 0, or 2 where a file could not be read."""
    settings = SettingsResolver({}, config=args.config, isolated=args.isolated)
    rows: list[dict[str, Any]] = []
    failed = False
    files = 0
    try:
        for path in discover(args.paths or [Path()], may_be_read, settings.is_excluded):
            try:
                document = _document(path)
            except SourceError as error:
                sys.stderr.write(f"error: {error}\n")
                failed = True
                continue
            files += 1
            if document is not None:
                rows += [row(document, site) for site in document.sites]
    except SourceError as error:
        sys.stderr.write(f"error: {error}\n")
        failed = True
    if args.output_format == "json":
        json.dump({"sites": rows}, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        for found in rows:
            sys.stdout.write(f"{found['path']}:{found['line']}:{found['column']}: {found['form']} {found['name']} = ")
            sys.stdout.write(f"{' '.join(found['value'].split())}\n")
        literal = sum(found["literal"] for found in rows)
        sys.stdout.write(f"{len(rows)} sites ({literal} literal); {files:,} files read\n")
    return 2 if failed else 0


def _document(path: Path) -> Document | None:
    data = read(path)
    language = language_of(path, data)
    source = open_source(path, language, data) if language is not None else None
    return locate(source) if source is not None else None


def row(document: Document, site: Site) -> dict[str, Any]:
    """Return what the inventory says of ``site``."""
    source = document.source
    line, column = source.position(site.value.start)
    return {
        "path": source.path.as_posix(),
        "cell": None,
        "line": line,
        "column": column,
        "language": source.language,
        "form": site.form,
        "name": site.name,
        "value": site.value.text,
        "literal": site.value.literal,
        "callee": site.callee,
        "pointer": site.pointer,
    }
