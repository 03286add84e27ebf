from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from worker_lint.check import judge, open_source
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policy import Policy
from worker_lint.report import renderer
from worker_lint.report.summary import Report
from worker_lint.schema import load_schema
from worker_lint.settings import Settings


@pytest.fixture
def report():
    """The report of these files, by name, under a mode."""

    def build(files, mode="training", **more):
        found = Report(files_checked=len(files), **more)
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            source = open_source(Path(name), "json" if name.endswith("json") else "python", data, vocabulary())
            if source is not None:
                policy = Policy(Settings(mode=mode, policy="exact"))
                found.findings += judge(locate(source, vocabulary()), policy)
        return found

    return build


@pytest.fixture
def rendered():
    def render(report, form, **more):
        stream = io.StringIO()
        renderer(form, **more)(report, stream)
        return stream.getvalue()

    return render


@pytest.fixture
def valid():
    """The document that a text is, once it has passed the schema of reports."""
    schema = load_schema("report")
    Draft202012Validator.check_schema(schema)

    def validate(text):
        document = json.loads(text)
        Draft202012Validator(schema).validate(document)
        return document

    return validate
