"""Which words of a command set a loader's count."""

from __future__ import annotations

import re

import pytest

from worker_lint.locate.command_sites import Reading, Word, sites_of, value_of
from worker_lint.locate.evidence import Evidence
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.site import COUNT, Site

THRESHOLD = 50


def line(text: str) -> list[Word]:
    """The words of ``text``, which has no quotes that hold blanks but those around whole words."""
    words: list[Word] = []
    for match in re.finditer(r"'([^']*)'|\S+", text):
        words.append(Word(match[1], match.start(1)) if match[1] is not None else Word(match[0], match.start()))
    return words


def sites(text: str) -> list[Site]:
    return sites_of(line(text), vocabulary())


def believed(text: str) -> list[tuple[str, str]]:
    return [(site.name, site.value.text) for site in sites(text) if site.confidence >= THRESHOLD]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="no words"),
        pytest.param("python train.py", id="no count"),
        pytest.param("python train.py --num_workers", id="an option without its value"),
        pytest.param("python train.py --num_workers --lr 1", id="an option in the place of the value"),
        pytest.param("python train.py --num_workers=", id="an empty value"),
        pytest.param("python train.py --preprocessing_num_workers 8 --lr 1", id="another knob"),
        pytest.param("python train.py --worker-class gthread --lr 1", id="a class of workers"),
        pytest.param("echo python train.py --num_workers 8", id="a command that is only printed"),
        pytest.param("gunicorn --workers 4 --bind 0.0.0.0 app:app", id="a web server"),
        pytest.param("sudo -E gunicorn --workers 4 app:app", id="a web server behind sudo"),
        pytest.param("python -m uvicorn app:app --workers 4", id="a web server as a module"),
        pytest.param("celery -A tasks worker --workers 4", id="a task queue"),
        pytest.param("pytest -n 8 --workers 4 tests", id="a test runner"),
        pytest.param("make -j 8 train", id="jobs of make"),
        pytest.param("parallel -j 8 wget {}", id="jobs of parallel"),
        pytest.param("fairseq-preprocess --workers 60 --batch-size 8", id="a preprocessing program"),
        pytest.param("python tools/preprocess_data.py --workers 35", id="a preprocessing script"),
        pytest.param("python -m pkg.preprocess.main_data --workers 35", id="a preprocessing package"),
        pytest.param("python main.py preprocess --num_workers 8", id="a preprocessing subcommand"),
        pytest.param("python compress.py --size 224 --num_workers 24", id="nothing speaks of training"),
        pytest.param("ray start --num-workers 8", id="actors"),
        pytest.param("torchrun --nproc_per_node 8 train.py", id="processes of a launcher"),
        pytest.param("srun --cpus-per-task 8 -n 4 python train.py", id="a scheduler's options"),
        pytest.param("python run_tests.py -j 8", id="jobs of an unknown script"),
        pytest.param("python train.py test.workers=0 misc.num_workers=0", id="a bare name beside a fuller one"),
        pytest.param("python -c 'print(--num_workers, 8)'", id="code in the command"),
    ],
)
def test_silent(text: str) -> None:
    names = [name for name, _ in believed(text)]
    assert names in ([], ["misc.num_workers"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("python train.py --num_workers 8", [("--num_workers", "8")], id="a blank"),
        pytest.param("python train.py --num-workers=8", [("--num-workers", "8")], id="an equals sign"),
        pytest.param("python train.py -num_workers 8", [("-num_workers", "8")], id="one dash"),
        pytest.param('python train.py --num_workers="8"', [("--num_workers", "8")], id="quotes around the value"),
        pytest.param("python train.py --num_workers -1", [("--num_workers", "-1")], id="a negative number"),
        pytest.param("python -u -W ignore train.py --num_workers 8", [("--num_workers", "8")], id="python's options"),
        pytest.param("train.py --dataloader_num_workers 8", [("--dataloader_num_workers", "8")], id="no interpreter"),
        pytest.param(
            "python main.py --workers 8 --batch-size 32", [("--workers", "8")], id="a loader's options beside"
        ),
        pytest.param("python main.py -j5 -b 32 --lr 1", [("-j", "5")], id="the classic -j"),
        pytest.param("python main.py -a resnet50 -j 16 -b 256", [("-j", "16")], id="the classic -j with a blank"),
        pytest.param("python train.py data.num_workers=8", [("data.num_workers", "8")], id="an override"),
        pytest.param("python train.py ++trainer.num_workers=8", [("trainer.num_workers", "8")], id="a forced override"),
        pytest.param("python train.py +data/x.num_workers=8", [("data/x.num_workers", "8")], id="an added override"),
        pytest.param(
            "python train.py hardware.num_workers.train=8",
            [("hardware.num_workers.train", "8")],
            id="a count for each use",
        ),
        pytest.param("python train.py 'data.num_workers=8'", [("data.num_workers", "8")], id="a quoted override"),
        pytest.param(
            "python tools/train_net.py --eval-only DATALOADER.NUM_WORKERS 4",
            [("DATALOADER.NUM_WORKERS", "4")],
            id="a pair of words",
        ),
        pytest.param(
            "python main.py fit --data.init_args.num_workers 8", [("--data.init_args.num_workers", "8")], id="sections"
        ),
        pytest.param(
            "torchrun --nproc_per_node 8 -m training.main --workers 6",
            [("--workers", "6")],
            id="a module behind a launcher",
        ),
        pytest.param(
            "python -m torch.distributed.launch --nproc_per_node=8 --use_env main.py --num_workers 8",
            [("--num_workers", "8")],
            id="a launcher that is a module",
        ),
        pytest.param(
            "accelerate launch --config_file a.yaml train_x.py --num_workers 8",
            [("--num_workers", "8")],
            id="accelerate",
        ),
        pytest.param(
            "sudo env A=1 nohup time python train.py --num_workers 8", [("--num_workers", "8")], id="wrappers"
        ),
        pytest.param(
            "CUDA_VISIBLE_DEVICES=0 srun -p gpu --gres=gpu:8 python -u train.py --num_workers 8",
            [("--num_workers", "8")],
            id="a scheduler in front",
        ),
        pytest.param("uv run --with x python train.py --num_workers 8", [("--num_workers", "8")], id="uv run"),
        pytest.param("poetry run fairseq-train --num-workers 8", [("--num-workers", "8")], id="a program of a package"),
        pytest.param(
            "ray job submit -- python train.py --num_workers 8", [("--num_workers", "8")], id="a training job of Ray"
        ),
        pytest.param("$PYTHON train.py --num_workers 8", [("--num_workers", "8")], id="an interpreter in a variable"),
        pytest.param(
            "bash tools/dist_train.sh cfg.py 8 --num_workers 8", [("--num_workers", "8")], id="a shell script"
        ),
        pytest.param(
            "python train.py '--num_workers 8'", [("--num_workers", "8")], id="an option and its value in one word"
        ),
        pytest.param(
            "--num-workers 2 --valid-num-workers 0 --lr 1",
            [("--num-workers", "2"), ("--valid-num-workers", "0")],
            id="arguments without a command",
        ),
        pytest.param(
            "pretrain.py --num-workers 2 --vocab-size 64000 --port 29500 --lr 1",
            [("--num-workers", "2")],
            id="options that a server has too",
        ),
    ],
)
def test_found(text: str, found: list[tuple[str, str]]) -> None:
    assert believed(text) == found
    for site in sites(text):
        assert text[site.value.start : site.value.end] == site.value.text


@pytest.mark.parametrize(
    ("text", "kind", "number", "start"),
    [
        ("8", "integer", 8, 0),
        ("08", "integer", 8, 0),
        ("-1", "integer", -1, 0),
        ('"8"', "integer", 8, 1),
        ("'8'", "integer", 8, 1),
        ("2.5", "float", None, 0),
        ("1e3", "float", None, 0),
        ("True", "boolean", None, 0),
        ("none", "null", None, 0),
        ("auto", "string", None, 0),
        ("$N", "reference", None, 0),
        ("${N}", "reference", None, 0),
        ('"$1"', "reference", None, 1),
        ("${N:-8}", "integer", 8, 5),
        ("${N:=8}", "integer", 8, 5),
        ("${N-8}", "integer", 8, 4),
        ('${N:-"8"}', "integer", 8, 6),
        ("${A:-${B:-8}}", "integer", 8, 10),
        ("${N:-$(nproc)}", "expression", None, 0),
        ("${N:-}", "expression", None, 0),
        ("$((N/2))", "expression", None, 0),
        ("$(nproc)", "expression", None, 0),
        ("{{ workers }}", "expression", None, 0),
        ("2,4,8", "expression", None, 0),
        ("9" * 5000, "integer", None, 0),
    ],
)
def test_value(text: str, kind: str, number: int | None, start: int) -> None:
    value = value_of(Word(text, 0))
    assert (value.kind, value.number, value.start) == (kind, number, start)


def test_the_options_beside_a_count_stand_in_its_group() -> None:
    (site,) = sites("python train.py --dataloader_num_workers 8 --dataloader_prefetch_factor 4 --timeout 3")
    assert site.group is not None
    assert {name: value.text for name, value in site.group.options.items()} == {
        "num_workers": "8",
        "prefetch_factor": "4",
        COUNT: "8",
    }


def test_arguments_are_judged_by_the_command_that_they_become_part_of() -> None:
    arguments = line("--workers 8")
    (alone,) = sites_of(arguments, vocabulary())
    trains = Reading.of(["torchrun", "train.py", "--workers", "8"], vocabulary())
    serves = Reading.of(["gunicorn", "--workers", "8"], vocabulary())
    (trained,) = sites_of(arguments, vocabulary(), whole=trains)
    (served,) = sites_of(arguments, vocabulary(), whole=serves)
    assert served.confidence == 0
    assert alone.confidence < THRESHOLD <= trained.confidence


def test_what_stands_around_speaks_where_the_command_says_nothing() -> None:
    (site,) = sites_of(line("$CMD --workers 8"), vocabulary(), around=[Evidence(50, "the file is called train")])
    assert site.confidence >= THRESHOLD
