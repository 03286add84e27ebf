"""Findings for programs that read line by line: the objects of the JSON document, one a line."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, TextIO

from worker_lint.report.json import render as render_document

if TYPE_CHECKING:
    from worker_lint.report.summary import Report


def render(report: Report, stream: TextIO) -> None:
    """Write each finding in a line, then each failure; a failure has a message and nothing else."""
    # Read back from the document, so that what its schema says of them holds here as well.
    text = StringIO()
    render_document(report, text)
    document = json.loads(text.getvalue())
    objects = [*document["findings"], *document["errors"]]
    stream.writelines(f"{json.dumps(found, ensure_ascii=True)}\n" for found in objects)
