from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft4Validator, Draft202012Validator
from lxml import etree

from worker_lint.dataclass import replace
from worker_lint.file_language import language_by_name
from worker_lint.finding import Related, Severity
from worker_lint.judge import judge
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.opening import open_source
from worker_lint.policy import Policy
from worker_lint.report import renderer
from worker_lint.report.summary import Report
from worker_lint.schema import load_schema
from worker_lint.settings import Settings
from worker_lint.source import Edit, Position

SCHEMAS = Path(__file__).parent / "schemas"
NOTEBOOK = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "metadata": {}, "source": ["num_workers = 2"]},
            {
                "cell_type": "code",
                "execution_count": None,
                "metadata": {},
                "outputs": [],
                "source": [
                    "from torch.utils.data import DataLoader\n",
                    "s = '\U0001d518'; DataLoader(d, num_workers=2)",
                ],
            },
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
    ensure_ascii=False,
)
"""The finding stands in the cell's line 2, and in the file's line 17, in a JSON string."""

FILES = {
    "train.py": (
        "from torch.utils.data import DataLoader\n"
        "x = '\U0001d518é'; DataLoader(d, num_workers=2, persistent_workers=True)\n"
    ),
    "run/\U0001d518 \"'&<é%:#?.py": "num_workers = 2; s = '\x00\x1b'.strip(); num_workers = 2\n".replace("\x00", ""),
    "a.json": '{"a~": [{"num_workers": -2}], "num_workers": 4, "num_workers": "auto"}',
    "b.py": "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=(n /\n 2), prefetch_factor=0)\n",
    "c.py": "\ufefffrom torch.utils.data import DataLoader\r\n\r\ns = '\U0001d518'; DataLoader(d, num_workers=2)\r\n",
    "d.sh": "python train.py --num_workers 2\n",
    "e.yaml": "command: 'echo ''\U0001d518'' && python train.py --num_workers=2'\n",
    "n.ipynb": NOTEBOOK,
}
"""What is hard about places and names, by file."""


@pytest.fixture
def report():
    """The report of these files, by name, under a mode."""

    def build(files, mode="training", **more):
        found = Report(files_checked=len(files), **more)
        for name, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            source = open_source(Path(name), language_by_name(Path(name)), data, vocabulary())
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
def hard(report):
    """A report of files that are hard to point into, with a failure."""
    return report(FILES, "debug", errors=["gone.py: cannot be read: No such file", "x\udcf6.json:3:7: byte \x01\n<&"])


@pytest.fixture
def varied(hard):
    """The same with findings of every severity, with and without fixes, that span lines and point elsewhere."""
    severities = list(Severity)
    for number, (source, finding) in enumerate(hard.findings):
        related = (
            Related(source.path, source.file_position(finding.start), "here, \x1b too"),
            Related(Path("else/wh\udcf6re.py"), Position(7, 3), "and\r\nthere"),
        )
        more = {} if number % 2 else {"related": related[: 1 + number % 4 // 2], "message": "100 %\n::a, b: c\x07 <&"}
        hard.findings[number] = (source, replace(finding, severity=severities[number % 3], **more))
    return hard


@pytest.fixture(scope="session")
def sarif():
    """A function that returns the log that a text is, once it has passed the schema of OASIS."""
    schema = json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
    validator = Draft4Validator(schema)

    def load(text):
        log = json.loads(text)
        validator.validate(log)
        return log

    return load


@pytest.fixture(scope="session")
def junit():
    """A function that returns the root element that a text is, once it has passed the schema of Jenkins."""
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd"))

    def load(text):
        root = etree.fromstring(text.encode())
        schema.assertValid(root)
        return root

    return load


@pytest.fixture
def spans():
    """A function that yields, for each finding, the text of its file and what is to be cut out of it."""

    def texts(report):
        for source, finding in report.findings:
            whole = FILES[source.path.as_posix()].removeprefix("\ufeff")
            cut = source.outward(Edit(finding.start, finding.end, ""))
            yield whole, whole.encode()[cut.start : cut.end].decode()

    return texts


@pytest.fixture
def offset():
    """A function that returns the offset, in code units of an encoding, of a line and column from 1."""

    def at(text, line, column, encoding="utf-8"):
        width = 2 if encoding == "utf-16-le" else 1
        lines = re.split("(?<=\n)", text)
        return len("".join(lines[: line - 1]).encode(encoding)) + (column - 1) * width

    return at


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
