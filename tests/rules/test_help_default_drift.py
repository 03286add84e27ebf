from __future__ import annotations

import pytest

BATCH = "p.add_argument('--batch-size', type=int)\n"


def option(text, default="4"):
    return f"{BATCH}p.add_argument('--num-workers', type=int, default={default}, help={text})\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(option("'workers (default: 4)'"), id="the same number"),
        pytest.param(option("'workers (default: %(default)s)'"), id="whatever the default is"),
        pytest.param(option("'workers (default: all CPUs)'"), id="no number"),
        pytest.param(option("'workers, 16 in the paper'"), id="another number"),
        pytest.param(option("'default is 4 for training, and default is 2 for evaluation'"), id="two of them"),
        pytest.param(option("'default: 2 * number of GPUs'"), id="arithmetic"),
        pytest.param(option("'default: 2-8'"), id="a range"),
        pytest.param(option("'default: 0.5 of the CPUs'"), id="a part"),
        pytest.param(option("'default: 8x'"), id="a factor"),
        pytest.param(option("f'workers (default: {DEFAULT})'"), id="filled in"),
        pytest.param(option("f'{name} (default: 8)'"), id="something else filled in"),
        pytest.param(option("'workers (default: 8)'", default="DEFAULT"), id="a default that is no literal"),
        pytest.param(option("'workers (default: 8)'", default="os.cpu_count()"), id="a default that is computed"),
        pytest.param(option("'workers (default: 8)'", default="'8'"), id="a string"),
        pytest.param("p.add_argument('--workers', default=4, help='of the pool (default: 8)')", id="no loader's"),
        pytest.param(BATCH + "p.add_argument('--num-workers', type=int, default=4)", id="no help"),
    ],
)
def test_silent(judged, text):
    assert judged("WL107", text).findings == []


@pytest.mark.parametrize(
    ("text", "told", "number", "right"),
    [
        pytest.param(option("'workers (default: 16)'"), "16", "4", "%(default)s", id="in parentheses"),
        pytest.param(option("'workers. Default: 16.'"), "16", "4", "%(default)s", id="a sentence"),
        pytest.param(option("'workers, defaults to 8 per GPU'"), "8", "4", "%(default)s", id="with a unit"),
        pytest.param(option("'workers [default=8]'", default="0"), "8", "0", "%(default)s", id="in brackets"),
        pytest.param(option("'workers (default value is -1)'"), "-1", "4", "%(default)s", id="a negative number"),
        pytest.param(option("('workers, of each rank '\n  'default 8')"), "8", "4", "%(default)s", id="in two strings"),
        pytest.param(option("r'''w\u00f6rkers\n  (default: 8)'''"), "8", "4", "%(default)s", id="in a long string"),
        pytest.param(
            "import click\n@click.option('--num-workers', default=4, help='that load data (default: 8)')\ndef f(): ...",
            "8",
            "4",
            "4",
            id="click",
        ),
        pytest.param(
            "import typer\ndef f(batch_size: int, num_workers: int = typer.Option(4, help='default: 8')): ...",
            "8",
            "4",
            "4",
            id="typer",
        ),
        pytest.param(
            "from absl import flags\nflags.DEFINE_integer('num_workers', 4, 'that load data (default: 8)')",
            "8",
            "4",
            "4",
            id="absl",
        ),
        pytest.param(
            "@dataclass\nclass C:\n    batch_size: int = 1\n"
            "    num_workers: int = field(default=4, metadata={'help': 'workers (default: 8)'})\n",
            "8",
            "4",
            "4",
            id="a field",
        ),
        pytest.param(
            "class C(BaseModel):\n    batch_size: int = 1\n    num_workers: int = Field(4, description='default: 8')\n",
            "8",
            "4",
            "4",
            id="a field of pydantic",
        ),
    ],
)
def test_found(judged, text, told, number, right):
    found = judged("WL107", text)
    name = "--num-workers" if "--num-workers" in text else "num_workers"
    assert found.says == (
        f"info: the help text of {name} says that its default is {told}, and it is {number}; write {right}"
    )
    (finding,) = found.findings
    assert text.encode()[finding.start : finding.end].decode() == told
    assert found.fixed == text.encode()[: finding.start].decode() + right + text.encode()[finding.end :].decode()
    assert judged("WL107", found.fixed).findings == []


def test_a_call_that_does_not_parse_is_left_alone(judged):
    text = option("'workers (default: 16)', 4 4")
    assert judged("WL107", text).fixed == text
