"""Names of a file's own that loaders take: each place that sets one is given out twice at most."""

from __future__ import annotations

import pytest

from worker_lint.locate.forms import placed, text_of
from worker_lint.locate.module import Module
from worker_lint.locate.own_names import OwnName
from worker_lint.locate.vocabulary import vocabulary


@pytest.mark.parametrize(
    ("setting", "base"),
    [
        pytest.param("nw = 4", "", id="a plain name"),
        pytest.param("self.nw = 4", "self", id="an attribute"),
        pytest.param("add_argument('--nw', default=4)", "args", id="an option"),
    ],
)
def test_however_many_loaders_take_a_name_two_are_told(setting: str, base: str) -> None:
    module = Module((setting + "\n" + "Loader(nw)\n" * 50).encode(), vocabulary())
    own = OwnName(found for word in module.words({"nw", "--nw"}) if (found := placed(word)) is not None)
    taken = [[text_of(found.value) for found in own.taken(base, call)] for call in module.calls({"Loader"})]
    assert taken == [["4"], ["4"], *[[]] * 48]


def test_a_name_of_another_function_is_another_one() -> None:
    module = Module(b"def f():\n    nw = 4\n\ndef g():\n    Loader(nw)\n", vocabulary())
    own = OwnName(found for word in module.words({"nw"}) if (found := placed(word)) is not None)
    (call,) = module.calls({"Loader"})
    assert list(own.taken("", call)) == []


def test_an_option_is_no_attribute_of_the_object_itself() -> None:
    module = Module(b"add_argument('--nw', default=4)\nLoader(self.nw)\n", vocabulary())
    own = OwnName(found for word in module.words({"--nw"}) if (found := placed(word)) is not None)
    (call,) = module.calls({"Loader"})
    assert list(own.taken("self", call)) == []
    assert [text_of(found.value) for found in own.taken("args", call)] == ["4"]
