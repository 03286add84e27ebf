"""What is asked of a module again and again is worked out once."""

from __future__ import annotations

import pytest

from worker_lint.locate.forms import text_of
from worker_lint.locate.module import Module
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.rules import _loops, _names, _sources, _zeros
from worker_lint.rules._once import once
from worker_lint.rules._zeros import is_refused, zero


def module_of(code: str) -> Module:
    return Module(code.encode(), vocabulary())


def test_each_key_of_a_module_is_asked_once_and_each_module_anew() -> None:
    asked: list[str] = []

    @once
    def length(name: str, module: Module) -> int:
        asked.append(name)
        return len(name) + len(module.code)

    first, second = module_of("x"), module_of("xyz")
    assert [length(name, first) for name in ("a", "bb", "a", "bb")] == [2, 3, 2, 3]
    assert length("a", second) == 4
    assert asked == ["a", "bb", "a"]


@pytest.mark.parametrize(
    ("code", "count"),
    [
        pytest.param("def f{i}(num_workers=0):\n    use(num_workers)\n", "use(num_workers)", id="parameters"),
        pytest.param("cfg.num_workers = 0\nuse(cfg.num_workers)\n", "use(cfg.num_workers)", id="attributes"),
        pytest.param("cfg['num_workers'] = 0\nuse(cfg['num_workers'])\n", "use(cfg['num_workers'])", id="entries"),
        pytest.param("num_workers = 0\nuse(num_workers)\n", "use(num_workers)", id="names of the module"),
    ],
)
def test_a_name_that_many_places_read_is_looked_for_once(
    code: str, count: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = module_of("".join(code.replace("{i}", str(index)) for index in range(50)))
    placed: list[int] = []
    given = _sources.placed
    monkeypatch.setattr(_sources, "placed", lambda node: placed.append(node.start_byte) or given(node))
    counts = [call.child_by_field_name("arguments").named_children[0] for call in module.calls({"use"})]
    assert len(counts) == 50
    zeros = [zero(each, module) for each in counts]
    assert [text_of(each) for each in zeros] == ["0"] * 50
    assert [each for each in counts if is_refused(each, module)] == []
    assert max(placed.count(place) for place in placed) <= 5, "once by each kind of question, however many ask"


def test_a_test_anywhere_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    module = module_of("use(num_workers)\n" * 50 + "if num_workers < 1:\n    raise ValueError\n")
    settles: list[int] = []
    told = _zeros._settles
    monkeypatch.setattr(_zeros, "_settles", lambda place, name: settles.append(1) or told(place, name))
    counts = [call.child_by_field_name("arguments").named_children[0] for call in module.calls({"use"})]
    assert all(is_refused(each, module) for each in counts)
    assert len(settles) == 51


def test_what_goes_through_loaders_of_one_name_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "def f{i}(data):\n    loader = Loader(data)\n    for batch in loader:\n        use(batch)\n"
    module = module_of("".join(body.replace("{i}", str(index)) for index in range(50)))
    looked_at: list[int] = []
    goes = _loops._is_gone_through
    monkeypatch.setattr(_loops, "_is_gone_through", lambda node: looked_at.append(1) or goes(node))
    calls = list(module.calls({"Loader"}))
    passed = [[each.start_point.row for each in _loops.passes(call, module)] for call in calls]
    assert passed == [[4 * index + 2] for index in range(50)], "each by the loop of its own function"
    assert len(looked_at) == 150, "each loader, and each place of the name"


def test_the_value_of_a_name_is_the_last_one_before_it() -> None:
    module = module_of("n = 1\nuse(n)\nn = 2\nuse(n)\n\ndef f():\n    use(n)\n    n = 3\n    use(n)\n\nn = 4\n")
    names = [call.child_by_field_name("arguments").named_children[0] for call in module.calls({"use"})]
    assert [[text_of(value) for value in _names.values_of(name, module)] for name in names] == [
        ["1"], ["2"], ["2"], ["3"]
    ]  # fmt: skip
