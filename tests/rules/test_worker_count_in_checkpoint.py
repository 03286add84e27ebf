from __future__ import annotations

import pytest

CODE = """\
from torchdata.stateful_dataloader import StatefulDataLoader
loader = StatefulDataLoader(dataset, num_workers={})
{}
"""
SAVED = "torch.save(loader.state_dict(), path)"


@pytest.fixture
def said(judged):
    return lambda text, settings="", name="train.py": [
        f.message for f in judged("WL903", text, settings, name).findings
    ]


def test_a_checkpoint_holds_the_count(said):
    (line,) = said(CODE.format(4, SAVED))
    assert line == (
        "checkpoints of StatefulDataLoader hold its worker count, 4; "
        "resuming one with another count raises AssertionError"
    )


def test_one_of_grain_does_too(said):
    code = "import grain.python as grain\nloader = grain.DataLoader(source, worker_count=2)\nit.set_state(state)\n"
    (line,) = said(code)
    assert line.endswith("raises ValueError")


def test_settings_silence_it_in_data_by_its_pointer(said):
    text = (
        "# its state_dict is saved\nloader:\n  _target_: torchdata.stateful_dataloader.StatefulDataLoader\n"
        "  num_workers: 4\n"
    )
    entry = "[[suppressions]]\npath = 'a.yaml'\nrules = ['WL903']\nreason = 'x'\npointer = '{}'\n"
    assert len(said(text, entry.format("/other"), "a.yaml")) == 1
    assert not said(text, entry.format("/loader/num_workers"), "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        CODE.format(4, ""),  # nothing is saved
        CODE.format("n", SAVED),
        CODE.format(4, "torch.save(model.state_dict(), path)"),  # another state
        CODE.format(4, SAVED).replace("torchdata.stateful_dataloader", "torch.utils.data").replace("Stateful", ""),
    ],
)
def test_where_nothing_is_lost(said, text):
    assert not said(text)


def test_a_loader_without_a_name_may_be_saved_by_whoever_gets_it(said):
    text = CODE.format(4, "torch.save(model.state_dict(), path)").replace("loader = ", "use(").replace("=4)", "=4))")
    assert len(said(text)) == 1


def test_an_attribute_is_told_from_another(said):
    text = CODE.format(4, "self.train.state_dict()").replace("loader = ", "self.train = ")
    assert len(said(text)) == 1
    assert not said(text.replace("self.train.state", "self.other.state"))


def test_tests_resume_what_they_have_just_saved(judged):
    assert not judged("WL903", CODE.format(4, SAVED), name="test_resume.py").findings


def test_only_an_unsafe_fix_writes_another(judged):
    text = CODE.format(4, SAVED)
    assert judged("WL201", text, 'mode = "training"', unsafe=False).fixed == text
    assert judged("WL201", text, 'mode = "training"', unsafe=True).fixed == CODE.format(8, SAVED)
    assert judged("WL201", CODE.format(4, ""), 'mode = "training"', unsafe=False).fixed == CODE.format(8, "")
