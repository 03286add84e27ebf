from __future__ import annotations

import json

import pytest

LOADER = "from torch.utils.data import DataLoader\nDataLoader(dataset, num_workers=args.num_workers)\n"
BATCH = "parser.add_argument('--batch-size', type=int)\n"
CLICK = "import click\nfrom torch.utils.data import DataLoader\n"
COMMAND = "def f(num_workers):\n    DataLoader(d, num_workers=num_workers)\n"
ABSL = "from absl import flags\nfrom torch.utils.data import DataLoader\n"
TYPER = "import typer\nfrom torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LOADER + "p.add_argument('--num_workers', type=int, default=4)", id="an integer"),
        pytest.param(LOADER + "p.add_argument('--num_workers', type=int)", id="an integer without a default"),
        pytest.param(LOADER + "p.add_argument('--num_workers', type=non_negative, default=4)", id="a function"),
        pytest.param(LOADER + "p.add_argument('--num_workers', type=lambda x: int(x), default=4)", id="a lambda"),
        pytest.param(LOADER + "p.add_argument('--num_workers', type=eval, default=4)", id="whatever it evaluates to"),
        pytest.param(LOADER + "p.add_argument('--num_workers', action='store_true')", id="a switch"),
        pytest.param(LOADER + "p.add_argument('--num_workers', action=Count, default=4)", id="an action of its own"),
        pytest.param(LOADER + "p.add_argument('--num_workers', nargs=2, default=4)", id="several values"),
        pytest.param(LOADER + "p.add_argument('--num_workers', choices=['0', '4'], default='4')", id="choices"),
        pytest.param(LOADER + "p.add_argument('--num_workers', default=4, **more)", id="arguments from elsewhere"),
        pytest.param(LOADER + "p.add_argument(*names, '--num_workers', default=4)", id="names from elsewhere"),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', default=4)\nn = int(args.num_workers)", id="converted later"
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', default='auto')\nif args.num_workers == 'auto': pass",
            id="compared with a string",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers')\nargs.num_workers = count(args.num_workers)", id="replaced later"
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers')\nif args.num_workers.isdigit(): pass", id="taken for a string"
        ),
        pytest.param(BATCH + "p.add_argument('--num_workers', type=str, default='4')", id="goes nobody knows where"),
        pytest.param(BATCH + "p.add_argument('--num_workers')", id="without a default, to nobody knows where"),
        pytest.param(
            BATCH + "p.add_argument('--num_workers', type=bool, default=False)\nn = 4 if args.num_workers else 0",
            id="a switch that is meant as one",
        ),
        pytest.param(LOADER + "p.add_argument('--num_workers', type=str)\nn = int(cfg['num_workers'])", id="a dict's"),
        pytest.param("p.add_argument('--workers', default=4)", id="no loader's"),
        pytest.param("p.add_argument('--max-workers', default=4)\nPool(args.max_workers)", id="a pool's"),
        pytest.param("import jsonargparse\n" + BATCH + "p.add_argument('--num_workers', default=4)", id="jsonargparse"),
        pytest.param("from tap import Tap\n" + BATCH + "self.add_argument('--num_workers', default=4)", id="Tap"),
        pytest.param(
            LOADER + "p.add_option('--num_workers', type='int', default=4)", id="an integer, as optparse says it"
        ),
        pytest.param(CLICK + "@click.option('--num-workers', default=4)\ndef f(num_workers): ...", id="click infers"),
        pytest.param(
            CLICK + "@click.option('--num-workers', default=os.cpu_count())\ndef f(num_workers): ...", id="and guesses"
        ),
        pytest.param(
            CLICK + "@click.option('--num-workers', type=click.IntRange(0), default=4)\ndef f(num_workers): ...",
            id="a range of click",
        ),
        pytest.param(CLICK + "@other.option('--num-workers', default='4')\ndef f(num_workers): ...", id="no click"),
        pytest.param(ABSL + "flags.DEFINE_integer('num_workers', 4, 'workers that load data')", id="absl"),
        pytest.param(TYPER + "def f(num_workers: int = typer.Option(4)): ...", id="typer"),
        pytest.param(TYPER + "def f(num_workers: Optional[int] = typer.Option(None)): ...", id="an optional of typer"),
        pytest.param(
            CLICK + "@click.option('--num-workers')\ndef f(num_workers): ...\n" + COMMAND, id="another function's"
        ),
        pytest.param("class C:\n    num_workers: str = field(default='4')\n", id="a field"),
        pytest.param("p.add_argument('--num_workers', default=4", id="broken, and no loader's"),
    ],
)
def test_silent(judged, text):
    assert judged("WL104", text).findings == []


NONE = "has no type, so that a count on the command line is a string; a loader raises TypeError on it; write type=int"
STRING = "is a string; a loader raises TypeError on it; write type=int"
FLOAT = "is a float; a loader fails on it with TypeError at its first batch; write type=int"


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            LOADER + "p.add_argument('--num_workers', default=4)",
            "--num_workers " + NONE,
            LOADER + "p.add_argument('--num_workers', type=int, default=4)",
            id="no type",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', default='4', help='loads')",
            "--num_workers " + NONE,
            LOADER + "p.add_argument('--num_workers', type=int, default='4', help='loads')",
            id="argparse converts a string that is the default",
        ),
        pytest.param(
            LOADER + "p.add_argument('-j', '--num-workers', help='loads')",
            "--num-workers " + NONE,
            LOADER + "p.add_argument('-j', '--num-workers', type=int, help='loads')",
            id="no type and no default",
        ),
        pytest.param(
            LOADER + "p.add_argument('--workers', dest='num_workers')".replace("workers'", "num_workers'", 1),
            "--num_workers " + NONE,
            LOADER + "p.add_argument('--num_workers', type=int, dest='num_workers')",
            id="a destination",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', action='store', default=os.cpu_count())",
            "--num_workers " + NONE,
            LOADER + "p.add_argument('--num_workers', action='store', type=int, default=os.cpu_count())",
            id="a default that is computed",
        ),
        pytest.param(
            LOADER + "p.add_argument(\n    '--num_workers',  # of each rank\n    default=4,\n)",
            "--num_workers " + NONE,
            LOADER + "p.add_argument(\n    '--num_workers',  # of each rank\n    type=int,\n    default=4,\n)",
            id="over several lines",
        ),
        pytest.param(
            LOADER + "p.add_argument(\r\n    '--num_workers',\r\n    default=4)",
            "--num_workers " + NONE,
            LOADER + "p.add_argument(\r\n    '--num_workers',\r\n    type=int,\r\n    default=4)",
            id="over several lines that end as on Windows",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', default='auto')",
            "--num_workers " + NONE,
            None,
            id="a default that is no number",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', type=str, default='0')",
            "--num_workers " + STRING,
            LOADER + "p.add_argument('--num_workers', type=int, default='0')",
            id="a string",
        ),
        pytest.param(
            BATCH + "p.add_argument('--num_workers', type=str, default=4)",
            "--num_workers " + STRING,
            BATCH + "p.add_argument('--num_workers', type=int, default=4)",
            id="a string whose default is none",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', type=float, default=4)",
            "--num_workers " + FLOAT,
            LOADER + "p.add_argument('--num_workers', type=int, default=4)",
            id="a float",
        ),
        pytest.param(
            LOADER + "p.add_argument('--num_workers', type=float, default=4.0)",
            "--num_workers " + FLOAT,
            None,
            id="a float whose default is one too",
        ),
        pytest.param(
            BATCH + "p.add_argument('--num_workers', type=bool, default=0)",
            "--num_workers is a boolean, and every text makes True, 0 too; a loader takes that for 1; write type=int",
            BATCH + "p.add_argument('--num_workers', type=int, default=0)",
            id="a boolean",
        ),
        pytest.param(
            LOADER + "p.add_option('--num_workers', type='string', default=4)",
            "--num_workers " + STRING,
            LOADER + "p.add_option('--num_workers', type=int, default=4)",
            id="optparse",
        ),
        pytest.param(
            CLICK + "@click.option('--num-workers', default='4')\n" + COMMAND,
            "--num-workers " + NONE,
            CLICK + "@click.option('--num-workers', type=int, default='4')\n" + COMMAND,
            id="click, with the default of another type",
        ),
        pytest.param(
            CLICK + "@click.option('--num-workers')\n" + COMMAND,
            "--num-workers " + NONE,
            CLICK + "@click.option('--num-workers', type=int)\n" + COMMAND,
            id="click, without a default",
        ),
        pytest.param(
            CLICK + "@click.option('--num-workers', type=float, default=4)\ndef f(num_workers): ...",
            "--num-workers " + FLOAT,
            CLICK + "@click.option('--num-workers', type=int, default=4)\ndef f(num_workers): ...",
            id="click, a float",
        ),
        pytest.param(
            ABSL + "flags.DEFINE_string('num_workers', '4', 'loads')\nDataLoader(d, num_workers=FLAGS.num_workers)",
            "num_workers is a string; a loader raises TypeError on it; write DEFINE_integer",
            ABSL + "flags.DEFINE_integer('num_workers', 4, 'loads')\nDataLoader(d, num_workers=FLAGS.num_workers)",
            id="absl",
        ),
        pytest.param(
            TYPER + "def f(num_workers: str = typer.Option('4')):\n    DataLoader(d, num_workers=num_workers)\n",
            "num_workers is a string; a loader raises TypeError on it; write num_workers: int",
            TYPER + "def f(num_workers: int = typer.Option(4)):\n    DataLoader(d, num_workers=num_workers)\n",
            id="typer",
        ),
    ],
)
def test_found(judged, text, says, fixed):
    found = judged("WL104", text)
    assert found.says == "error: " + says
    assert found.fixed == (fixed if fixed is not None else text)
    assert len(judged("WL104", found.fixed).findings) == (fixed is None)


def test_a_call_that_does_not_parse_is_left_alone(judged):
    text = LOADER + "p.add_argument('--num_workers', default=4, help=)\n"
    assert judged("WL104", text).fixed == text


def test_in_a_notebook(judged):
    lines = [*LOADER.splitlines(keepends=True), "p.add_argument(\n", "    '--num_workers',\n", "    default=4,\n", ")"]
    cell = {"cell_type": "code", "metadata": {}, "source": lines, "outputs": [], "execution_count": None}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)
    found = judged("WL104", text, name="a.ipynb")
    assert found.says.startswith("error: --num_workers has no type")
    assert "".join(json.loads(found.fixed)["cells"][0]["source"]).endswith(
        "p.add_argument(\n    '--num_workers',\n    type=int,\n    default=4,\n)"
    )
