from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import Module, around
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.source import Source

CODE = """\
import torch.utils.data as data
from torch.utils.data import IterableDataset as Stream

class Lines(Stream):  # Stream of num_workers
    def loader(self, n):
        return data.DataLoader(self, num_workers=(n), collate_fn=lambda batch: batch)
"""


@pytest.fixture
def module():
    (document,) = locate(Source(Path("train.py"), "python", CODE.encode()), vocabulary())
    return document.module


def test_words_are_found_where_they_stand(module):
    assert [(node.type, node.start_point.row) for node in module.words({"Stream"})] == [
        ("identifier", 1),
        ("identifier", 3),
        ("comment", 3),
    ]


def test_calls_are_found_by_the_last_name_of_what_is_called(module):
    (call,) = module.calls({"DataLoader"})
    assert module.callee(call) == "torch.utils.data.DataLoader"
    assert not list(module.calls({"data", "self", "num_workers"}))


def test_a_node_is_found_by_its_bytes(module):
    (call,) = module.calls({"DataLoader"})
    assert module.node(call.start_byte, call.end_byte) == call
    assert module.node(call.start_byte, call.end_byte + 1) is None


def test_an_expression_is_not_the_statement_that_holds_nothing_else():
    code = b"DataLoader(d, num_workers=4)"
    (document,) = locate(Source(Path("train.py"), "python", code), vocabulary())
    assert document.module.node(0, len(code)).type == "call"


def test_the_function_and_the_class_around_a_node(module):
    (call,) = module.calls({"DataLoader"})
    assert text_of(around(call, "function_definition").child_by_field_name("name")) == "loader"
    definition = around(call, "class_definition")
    (base,) = definition.child_by_field_name("superclasses").named_children
    assert module.dotted(base) == "torch.utils.data.IterableDataset"
    assert around(definition, "class_definition") is None


def located(code: str):
    (document,) = locate(Source(Path("train.py"), "python", code.encode()), vocabulary())
    return document


@pytest.mark.parametrize(
    "code",
    [
        "# num_workers = 4\n",
        "def f():\n    # loader(num_workers=4)\n    pass\n",
        "max_workers = 8\n",
        "workers_here = 8\n",
    ],
    ids=["in a comment", "in a comment of a function", "another word", "no count's name"],
)
def test_code_that_can_set_no_count_is_not_parsed_before_somebody_asks(code: str):
    document = located(code)
    assert not document.sites
    assert "root" not in vars(document.module)
    assert document.module.root.type == "module"


@pytest.mark.parametrize(
    "code",
    [
        "x = 1  # and then\nnum_workers = 4\n",
        "f(a,  # the first\n  num_workers=4)\n",
        'text = f"""\n# {f(num_workers=4)}"""\n',
        "text = '#' ; num_workers = 4\n",
        "#\\\nnum_workers = 4\n",
        "# loaders\rnum_workers = 4\n",
    ],
    ids=["behind a comment", "in a call", "in an f-string", "a # in quotes", "no continuation", "a lone return"],
)
def test_code_that_sets_one_is_parsed_however_comments_stand_around_it(code: str):
    assert [site.value.text for site in located(code).sites] == ["4"]


def test_names_are_known_to_be_absent_without_a_tree():
    module = located("# num_workers of webdataset\nimport os\n").module
    assert module.may_hold({"webdataset", "keras"})
    assert not module.may_hold({"keras", "data"})
    assert "root" not in vars(module)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import a.b", {"a": "a"}),
        ("from a import b as c, d", {"c": "a.b", "d": "a.d"}),
        ("from a import (\n    b,\n    c,\n)", {"b": "a.b", "c": "a.c"}),
        ("from a \\\n    import b", {"b": "a.b"}),
        ("from \\\n    a import b", {"b": "a.b"}),
        ("from \\\r\n    a import b", {"b": "a.b"}),
        ("from important import b", {"b": "important.b"}),
        ("def f():\n\timport a", {"a": "a"}),
        ("\nimport a\r\nimport b", {"a": "a", "b": "b"}),
        ("'''\nimport a\nfrom b import c\n'''", {}),
        ("# import a\nreimport = 1", {}),
        ("importlib = important", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_names_are_those_that_import_statements_bind(code: str, names: dict[str, str]):
    assert Module(code.encode(), vocabulary()).imports.names == names


def test_modules_are_those_that_are_imported_or_imported_from():
    imports = Module(b"import a.b as c\nfrom d import *\nfrom .e import f", vocabulary()).imports
    assert (imports.modules, imports.stars) == ({"a.b", "d", ".e"}, ["d"])
