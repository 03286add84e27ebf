from __future__ import annotations

from pathlib import Path

import pytest

from worker_lint.locate import locate
from worker_lint.locate.forms import text_of
from worker_lint.locate.module import around
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
