from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.rules.worker_sources_disagree import project

CODE = """\
from torch.utils.data import DataLoader

def loader(dataset, config):
    return DataLoader(dataset, num_workers=config.get("num_workers", {}))
"""
JSON = '{{"batch_size": 4, "num_workers": {}}}'


@pytest.fixture
def said(judged):
    def run(number, beside, settings="", name="train.py"):
        return judged("WL204", CODE.format(number), settings, name, beside=beside).findings

    return run


def test_a_fallback_that_no_configuration_gives(said):
    (finding,) = said(4, {"configs/a.json": JSON.format(8), "configs/b.yaml": "batch_size: 4\nnum_workers: 8\n"})
    assert finding.message.startswith("the fallback of num_workers is 4, but the configuration says 8: ")
    assert finding.message.count(":1") == 1
    assert [related.path.name for related in finding.related] == ["a.json", "b.yaml"]
    assert [related.position for related in finding.related] == [(1, 34), (2, 14)]


def test_one_finding_shows_every_place(said):
    other = CODE.format(4) + '\nworkers = lambda config: config["num_workers"] or 4\n'
    (finding,) = said(4, {"configs/a.json": JSON.format(8), "other.py": other})
    assert "here and in 2 other places" in finding.message
    assert len(finding.related) == 3


@pytest.mark.parametrize(
    ("number", "beside"),
    [
        (8, {"configs/a.json": JSON.format(8)}),  # they agree
        (4, {"configs/a.json": JSON.format(8), "configs/b.json": JSON.format(2)}),  # each means its own
        (0, {"configs/a.json": JSON.format(8)}),  # what a loader takes anyway
        (4, {"other/configs/a.json": JSON.format(8)}),  # another project
        (4, {}),
    ],
)
def test_what_does_not_disagree(said, number, beside):
    assert not said(number, beside)


def test_the_mode_has_the_last_word(said):
    assert not said(4, {"configs/a.json": JSON.format(8)}, 'mode = "training"')
    assert said(4, {"configs/a.json": JSON.format(8)}, 'mode = "training"\npolicy = "at-most"')


def test_a_comment_silences_it(judged):
    code = CODE.format("4)  # worker-lint: ignore[WL204] tests pass no table\n    ").replace("\n    ))", "\n    )")
    beside = {"configs/a.json": JSON.format(8)}
    assert judged(
        "WL204", code.replace("  # worker-lint: ignore[WL204] tests pass no table", ""), beside=beside
    ).findings
    assert not judged("WL204", code, beside=beside).findings


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("configs/a.json", "."),
        ("conf/data/a.yaml", "."),
        ("recipes/mnist/hparams/train.yaml", "recipes/mnist"),
        ("recipes/mnist/train.yaml", "recipes/mnist"),
        ("a.json", "."),
    ],
)
def test_the_project_of_a_configuration(path, folder):
    assert project(Path(path)) == Path(folder)
