"""``worker-lint sites``: the inventory of the places that set a worker count."""

from __future__ import annotations

import json
import sys
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.commands.arguments import add_paths, add_settings_file
from worker_lint.discover import discover
from worker_lint.opening import is_wanted
from worker_lint.settings import SettingsResolver
from worker_lint.survey import Survey

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from worker_lint.site import Document, Site

SUMMARY = "list every place that sets a worker count"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_paths(parser)
    parser.add_argument(
        "--output-format", choices=("text", "json"), default="text", help="a row a site (default: %(default)s)"
    )
    add_settings_file(parser)


def run(args: argparse.Namespace) -> int:
    """Print the inventory and return 0, or 2 where a file could not be read."""
    settings = SettingsResolver({}, config=args.config, isolated=args.isolated)
    survey = Survey(settings.for_path)
    wanted = partial(is_wanted, settings_for=settings.for_path)
    files = discover(args.paths or [Path()], wanted, settings.is_excluded)
    rows = [_row(document, site) for document, site in _in_order(survey.documents(files))]
    if args.output_format == "json":
        json.dump({"sites": rows}, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{_line(row)}\n" for row in rows)
        literals = sum(row["literal"] for row in rows)
        read = "1 file read" if survey.files == 1 else f"{survey.files:,} files read"
        found = "1 site" if len(rows) == 1 else f"{len(rows):,} sites"
        sys.stdout.write(f"{found}, {literals:,} of them literals; {read}\n")
    sys.stderr.writelines(f"error: {error}\n" for error in survey.errors)
    return 2 if survey.errors else 0


def _in_order(documents: Iterable[Document]) -> Iterator[tuple[Document, Site]]:
    """Yield every site with its document, file by file, each from its beginning."""
    for _, same_file in groupby(documents, key=lambda document: document.source.path):
        found = [(document, site) for document in same_file for site in document.sites]
        yield from sorted(found, key=lambda pair: pair[0].source.file_offset(pair[1].value.start))


def _line(row: dict[str, Any]) -> str:
    origin = row["origin"]
    cell = "" if row["cell"] is None else f":cell {row['cell']}"
    written = f"{row['path']}{cell}:{row['line']}:{row['column']}: {row['form']} {row['name']} = {row['value']}"
    if origin is not None:
        cell = "" if origin["cell"] is None else f" of cell {origin['cell']}"
        written += f" ({origin['value']}, from {origin['name']} in line {origin['line']}{cell})"
    return " ".join(written.split())


def _origin(document: Document, origin: Site) -> dict[str, Any]:
    source, start = document.source, origin.value.start
    line, column = source.position(start)
    return {
        "cell": source.cell(start),
        "line": line,
        "column": column,
        "form": origin.form,
        "name": origin.name,
        "value": origin.value.text,
    }


def _row(document: Document, site: Site) -> dict[str, Any]:
    source = document.source
    line, column = source.position(site.value.start)
    return {
        "path": source.path.as_posix(),
        "cell": source.cell(site.value.start),
        "line": line,
        "column": column,
        "language": source.language,
        "form": site.form,
        "name": site.name,
        "value": site.value.text,
        "literal": site.value.literal,
        "callee": site.callee,
        "pointer": site.pointer,
        "origin": None if site.origin is None else _origin(document, site.origin),
        "confidence": site.confidence,
        "evidence": list(site.evidence),
    }
