"""What the languages of data share: what speaks for and against a count, and the commands that stand in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import Document, Site
from worker_lint.source import Source

THRESHOLD = 50


def documents(text: str, language: str = "yaml") -> tuple[Document, ...]:
    return locate(Source.decode(Path("config"), language, text.encode()), vocabulary())  # type: ignore[arg-type]


def believed(text: str, language: str = "yaml") -> list[Site]:
    return [site for doc in documents(text, language) for site in doc.sites if site.confidence >= THRESHOLD]


VOCABULARY = "{" + ", ".join(f'"word{n}": {n}' for n in range(60)) + ', "workers": 61, "num_workers": 62}'
BIG = "{" + ", ".join(f'"k{n}": "x"' for n in range(1500)) + ', "num_workers": 62}'


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("workers: 4\n", "yaml", id="a bare name that means much"),
        pytest.param("services:\n  web:\n    workers: 4\n    port: 80\n", "yaml", id="a web server's workers"),
        pytest.param("server:\n  num_workers: 4\n", "yaml", id="a server's"),
        pytest.param("ray:\n  num_workers: 4\n", "yaml", id="a cluster's"),
        pytest.param("train:\n  num_envs: 8\n  num_workers: 4\n  batch_size: 64\n", "yaml", id="environments"),
        pytest.param("config:\n  num_workers: 4\n  rollout_fragment_length: 20\n", "yaml", id="rollouts"),
        pytest.param("uploader:\n  num_workers: 2\n", "yaml", id="uploads"),
        pytest.param("scaling_config: {num_workers: 4}\n", "yaml", id="training actors"),
        pytest.param("post:\n  _target_: post.code.Extractor\n  num_workers: 4\n", "yaml", id="an argument of no loader"),
        pytest.param("_target_: ray.train.ScalingConfig\nnum_workers: 4\n", "yaml", id="an argument of a known other"),
        pytest.param("class_path: my.Pool\ninit_args: {num_workers: 4}\n", "yaml", id="arguments in a table of their own"),
        pytest.param(VOCABULARY, "json", id="a tokenizer's vocabulary"),
        pytest.param(BIG, "json", id="a table of very many entries"),
        pytest.param('{"num_workers": "Nombre de processus"}', "json", id="a translation"),
        pytest.param('{"num_workers": "Arbeiter"}', "json", id="a translation in one word"),
        pytest.param('{"properties": {"num_workers": {"type": "integer", "default": 4}}}', "json", id="a schema"),
        pytest.param('{"properties": {"num_workers": 4}}', "json", id="properties"),
        pytest.param('{"packages": {"workers": "^1.2.3"}}', "json", id="a package of that name"),
        pytest.param('{"num_workers": {"distribution": "int_uniform", "min": 1, "max": 8}}', "json", id="a search space"),
        pytest.param('{"help": "use --num_workers 8 for speed"}', "json", id="an option in prose"),
        pytest.param('{"args": ["--workers", "8"], "command": "gunicorn"}', "json", id="a server's arguments"),
        pytest.param("command: gunicorn --workers 8 app:app\n", "yaml", id="a server's command"),
        pytest.param("steps:\n- run: python prepare_data.py --num_workers 8\n", "yaml", id="a script that prepares data"),
    ],
)  # fmt: skip
def test_silent(text: str, language: str) -> None:
    assert believed(text, language) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param("num_workers: 4\n", "yaml", id="a plain name alone"),
        pytest.param("data:\n  workers: 4\n  batch_size: 8\n", "yaml", id="a bare name beside a batch size"),
        pytest.param("workers: 4\nepochs: 3\nlr: 1\nseed: 2\nbatch_size: 1\n", "yaml", id="a bare name among a script's options"),
        pytest.param("T4: {workers: 4}\nmode: {epochs: 3, lr: 1}\nx: {batch_size: 2}\n", "yaml", id="by what the file has elsewhere"),
        pytest.param("vocab_size: 32000\nnum_workers: 4\nbatch_size: 8\n", "yaml", id="beside the size of a vocabulary"),
        pytest.param("_target_: torch.utils.data.DataLoader\nnum_workers: 4\n", "yaml", id="an argument of a loader"),
        pytest.param("class_path: my.DataModule\ninit_args: {num_workers: 4}\n", "yaml", id="arguments of a data module"),
        pytest.param('{"num_workers": {"value": 4, "desc": null}}', "json", id="a value with a description"),
        pytest.param("num_workers: {default: 4, help: how many}\n", "yaml", id="an option with a default"),
        pytest.param('{"num_workers": "4"}', "json", id="digits in quotes"),
        pytest.param('{"num_workers": "auto"}', "json", id="a word that may be one"),
        pytest.param('{"num_workers": "${workers}"}', "json", id="a reference"),
        pytest.param('{"args": ["--num_workers", "4"], "program": "train.py"}', "json", id="arguments of a program"),
        pytest.param('{"a": ["--num_workers=4", "--batch-size=8"]}', "json", id="options in a list"),
        pytest.param('{"scripts": {"train": "python train.py --num_workers 4"}}', "json", id="a script by name"),
        pytest.param("- command: [python, train.py]\n  args: ['--num_workers', '4']\n", "yaml", id="a container's"),
        pytest.param("args:\n  - --num_workers=4\n  - --lr=3\n", "yaml", id="an item a line"),
        pytest.param("run: |\n  cd x\n  python train.py \\\n    --num_workers 4\n", "yaml", id="a script of several lines"),
        pytest.param("run: >-\n  python train.py\n  --num_workers 4\n", "yaml", id="a folded line"),
        pytest.param('cmd: "python train.py \\"x\\" --num_workers 4"\n', "yaml", id="a quoted line"),
        pytest.param("- command: [sh, -c, 'python train.py --num_workers 4']\n", "yaml", id="a line within a command"),
        pytest.param("overrides:\n- data.num_workers=4\n", "yaml", id="an override"),
    ],
)  # fmt: skip
def test_believed(text: str, language: str) -> None:
    (site,) = believed(text, language)
    assert site.evidence


def test_one_count_a_phase() -> None:
    found = believed("num_workers:\n  train: 8\n  val: 2\n")
    assert [(site.name, site.pointer, site.value.text) for site in found] == [
        ("num_workers", "/num_workers/train", "8"),
        ("num_workers", "/num_workers/val", "2"),
    ]


def test_workers_are_something_else_where_the_loader_has_a_plainer_name() -> None:
    found = believed("test: {workers: 2}\nmisc: {num_workers: 10}\nbatch_size: 3\noptim: {lr: 1, momentum: 2}\n")
    assert [site.pointer for site in found] == ["/misc/num_workers"]


def test_a_known_loader_lends_its_options_to_the_group() -> None:
    (document,) = documents("_target_: ffcv.loader.Loader\nnum_workers: -1\n")
    (group,) = document.groups
    assert group.loader is not None
    assert group.loader.minimum == -1


@pytest.mark.parametrize(
    ("text", "language", "line", "column"),
    [
        pytest.param('{"args": [\n "--num_workers", "8"], "program": "train.py"}', "json", 2, 20, id="a list in JSON"),
        pytest.param('{"run": "python train.py \\"a\\" --num_workers 8"}', "json", 1, 46, id="behind escapes"),
        pytest.param("run: |\n  ls\n  python train.py --num_workers 8\n", "yaml", 3, 33, id="a script"),
        pytest.param("args: [--lr=1, --num_workers=8]\n", "yaml", 1, 30, id="a list in YAML"),
    ],
)
def test_place_in_a_command(text: str, language: str, line: int, column: int) -> None:
    ((document, site),) = [(document, site) for document in documents(text, language) for site in document.sites]
    assert document.source.position(site.value.start) == (line, column)
