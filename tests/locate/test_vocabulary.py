"""The vocabulary is what its schema says, its page lists it, and settings add to it and take from it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import worker_lint.locate
from worker_lint.locate import locate
from worker_lint.locate.vocabulary import Vocabulary, extended, normalised, vocabulary
from worker_lint.schema import load_schema, problems
from worker_lint.source import Source

DATA = json.loads((Path(worker_lint.locate.__file__).parent / "vocabulary.json").read_bytes())
PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"


def test_the_vocabulary_conforms_to_its_schema() -> None:
    assert problems(DATA, load_schema("vocabulary")) == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("name",), {}, id="a key that nobody reads"),
        pytest.param(("names", "num-workers"), DATA["names"]["num_workers"], id="a name in kebab case"),
        pytest.param(("names", "num_workers", "needs"), "luck", id="a need of another kind"),
        pytest.param(("names", "num_workers", "frameworks"), [], id="a name that nobody uses"),
        pytest.param(("names", "num_workers", "minimum"), -2, id="a count below any that is legal"),
        pytest.param(("options", "timeout", "without_workers", "xml"), "0", id="an unknown language"),
        pytest.param(("evidence", "for", "luck"), [], id="evidence of another kind"),
        pytest.param(("evidence", "for", "keys"), ["Data"], id="a word that no source is compared with"),
        pytest.param(("callables", 0, "position"), 5, id="a misspelt key of a callable"),
    ],
)
def test_the_schema_refuses(path: tuple[Any, ...], value: object) -> None:
    data = copy.deepcopy(DATA)
    place = data
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert len(problems(data, load_schema("vocabulary"))) == 1


def test_every_name_and_every_callable_holds_a_stem() -> None:
    words = vocabulary()
    assert [name for name in words.names if not words.concerns(name.encode())] == []
    assert [
        name for name, loader in words.loaders.items() if not words.concerns(f"{name} {loader.count}".encode())
    ] == []


def test_a_callable_is_known_under_one_entry() -> None:
    names = [name for each in DATA["callables"] for name in (each["name"], *each.get("aliases", ()))]
    assert len(names) == len(set(names))
    assert {each["name"].rpartition(".")[2] for each in DATA["callables"]}.isdisjoint(DATA["not-callables"])


def test_no_word_speaks_for_a_count_and_against_it() -> None:
    for kind in ("siblings", "keys", "scripts"):
        assert set(DATA["evidence"]["for"][kind]).isdisjoint(DATA["evidence"]["against"][kind]), kind


def test_the_page_lists_every_name_and_every_callable() -> None:
    page = PAGE.read_text(encoding="utf-8")
    listed = [*DATA["names"], *(each["name"] for each in DATA["callables"]), *DATA["not-callables"]]
    assert [name for name in listed if f"`{name}`" not in page] == []


def words(names: str = "", not_names: str = "", callables: str = "") -> Vocabulary:
    return extended(tuple(names.split()), tuple(not_names.split()), tuple(callables.split()))


def found(language: Any, code: str, vocabulary: Vocabulary) -> list[tuple[str, str]]:
    source = Source.decode(Path("a"), language, code.encode())
    if not vocabulary.concerns(source.code):
        return []
    documents = locate(source, vocabulary)
    return [(site.name, site.value.text) for each in documents for site in each.sites if site.confidence >= 50]


def test_without_settings_it_is_the_vocabulary_that_ships() -> None:
    assert words() is vocabulary()


def test_the_same_settings_give_the_same_object() -> None:
    assert words("n_procs") is words("n_procs")
    assert words("n_procs") is not words("m_procs")


FORMS = [
    pytest.param("python", "n_loader_procs = 4", "n_loader_procs", id="a name in Python"),
    pytest.param("python", "N_LOADER_PROCS = 4", "N_LOADER_PROCS", id="a constant in Python"),
    pytest.param("python", "f(n_loader_procs=4)", "n_loader_procs", id="a keyword"),
    pytest.param("python", "x = {'n_loader_procs': 4}", "n_loader_procs", id="a key of a dict"),
    pytest.param(
        "python", "p.add_argument('--n-loader-procs', default=4)", "--n-loader-procs", id="an option in kebab case"
    ),
    pytest.param("json", '{"n_loader_procs": 4}', "n_loader_procs", id="a key of JSON"),
    pytest.param("yaml", "n-loader-procs: 4", "n-loader-procs", id="a key of YAML"),
    pytest.param("toml", "n_loader_procs = 4", "n_loader_procs", id="a key of TOML"),
    pytest.param("shell", "python train.py --n_loader_procs 4", "--n_loader_procs", id="a flag"),
    pytest.param("shell", "N_LOADER_PROCS=4", "N_LOADER_PROCS", id="a variable of a shell"),
]


@pytest.mark.parametrize(("language", "code", "name"), FORMS)
def test_a_name_that_is_added_always_means_a_count(language: str, code: str, name: str) -> None:
    assert found(language, code, vocabulary()) == []
    assert found(language, code, words("n_loader_procs")) == [(name, "4")]


def test_a_name_is_added_in_any_spelling() -> None:
    assert found("json", '{"n_loader_procs": 4}', words("N-Loader-Procs")) == [("n_loader_procs", "4")]


def test_what_takes_the_value_is_believed_over_a_name_that_is_added() -> None:
    assert found("shell", "gunicorn app --workers 4", words("workers")) == []


@pytest.mark.parametrize(
    ("language", "code"),
    [
        pytest.param("python", "num_workers = 4", id="an assignment"),
        pytest.param("python", "from torch.utils.data import DataLoader\nDataLoader(d, num_workers=4)", id="a keyword"),
        pytest.param(
            "python", "from torch.utils.data import DataLoader\nDataLoader(d, 1, True, None, None, 4)", id="a position"
        ),
        pytest.param("json", '{"batch_size": 2, "num_workers": 4}', id="a key of JSON"),
        pytest.param("yaml", "data:\n  num_workers: 4", id="a key of YAML"),
        pytest.param("shell", "python train.py --num_workers 4", id="a flag"),
    ],
)
def test_a_name_that_is_taken_away_means_nothing(language: str, code: str) -> None:
    assert len(found(language, code, vocabulary())) == 1
    assert found(language, code, words(not_names="num_workers")) == []


def test_a_name_that_is_added_and_taken_away_is_taken_away() -> None:
    assert found("python", "procs = 4", words("procs", "procs")) == []


MAKE = "mylib.data.make_batches:procs"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("procs = 4", [], id="silent: the name without the callable"),
        pytest.param("f(procs=4)", [], id="silent: another callable"),
        pytest.param("from other import make_batches\nmake_batches(procs=4)", [], id="silent: one of the same name"),
        pytest.param("from mylib.data import make_batches\nmake_batches(procs=4)", [("procs", "4")], id="imported"),
        pytest.param("from mylib.data import make_batches as m\nm(procs=4)", [("procs", "4")], id="under an alias"),
        pytest.param(
            "import mylib.data\nmylib.data.make_batches(d, procs=4)", [("procs", "4")], id="behind its module"
        ),
        pytest.param("from .data import make_batches\nmake_batches(procs=4)", [("procs", "4")], id="relative"),
        pytest.param("from .data import make_batches as m\nm(procs=4)", [("procs", "4")], id="relative, with an alias"),
        pytest.param("from .other import make_batches\nmake_batches(procs=4)", [], id="silent: relative, elsewhere"),
        pytest.param("from mylib import data as D\nD.make_batches(procs=4)", [("procs", "4")], id="behind an alias"),
    ],
)
def test_a_callable_that_is_added_takes_a_count(code: str, expected: list[tuple[str, str]]) -> None:
    assert found("python", code, vocabulary()) == []
    assert found("python", code, words(callables=MAKE)) == expected


def test_a_callable_may_take_a_known_name() -> None:
    code = "from mylib import ScalingConfig\nScalingConfig(num_workers=4)"
    assert found("python", code, vocabulary()) == []
    assert found("python", code, words(callables="mylib.ScalingConfig:num_workers")) == [("num_workers", "4")]


def test_a_file_is_read_for_a_name_that_is_added() -> None:
    data = b"n_loader_procs = 4"
    assert not vocabulary().concerns(data)
    assert words("n_loader_procs").concerns(data)
    assert words(callables="a.b:n_loader_procs").concerns(data)


def test_normalised_is_how_the_vocabulary_writes_its_names() -> None:
    assert [name for name in DATA["names"] if normalised(name) != name] == []
