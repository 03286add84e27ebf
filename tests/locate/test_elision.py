"""What is left out of a Python source is whole bodies, the rest of its tree stays the same, and a look is noticed."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.synthetic import text
from worker_lint.check import judged_source
from worker_lint.judge import judged
from worker_lint.locate import locate
from worker_lint.locate.bodies import bodies
from worker_lint.locate.descent import line_of_descent, node_at, outermost_at
from worker_lint.locate.elision import UnseenError, forget, notice, parsed
from worker_lint.locate.grammars import parser
from worker_lint.locate.reach import conditions_around
from worker_lint.locate.vocabulary import vocabulary
from worker_lint.policies import Policies
from worker_lint.rules._names import within
from worker_lint.settings import SettingsResolver
from worker_lint.source import Source

LOADER = "loader = DataLoader(data, num_workers=workers)"


@pytest.fixture(autouse=True)
def short_bodies(monkeypatch):
    """Leaves out bodies of any length, so that examples can be short, and notices nothing afterwards."""
    monkeypatch.setattr("worker_lint.locate.bodies._LEAST", 1)
    monkeypatch.setattr("worker_lint.locate.bodies._DEAR", 1 << 40)
    yield
    forget()


def left_out(code, words=()):
    """The bodies of ``code`` that are left out where ``words`` stand, with the comments behind them."""
    data = code.encode()
    places = sorted(data.index(word.encode()) for word in words)
    return [data[body.start : body.end].decode().rstrip("\n") for body in bodies(data, places)]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param("def f():\n    return 1\n", ["return 1"], id="one statement"),
        pytest.param("async  def f():\n    return 1\n", ["return 1"], id="async"),
        pytest.param("@wraps(\n    g,\n)\ndef f():\n    return 1\n", ["return 1"], id="decorated"),
        pytest.param("def f():\n    return x", ["return x"], id="no line break at the end"),
        pytest.param("def f():\n    '''Say.\n\ndef g():\n'''\nx = 1\n", ["'''Say.\n\ndef g():\n'''"], id="a docstring alone"),
        pytest.param('def f():\n    x = """\nend\n"""\n\n    y = 2\nz = 3\n', ['x = """\nend\n"""\n\n    y = 2'], id="strings at column 0"),
        pytest.param("def f(a, b=')', *, c: 'int' = (1)) -> dict[str, int]:  # so\n    return a\n", ["return a"], id="a head with strings"),
        pytest.param("def f(\n    a,  # the first (\n    b,\n):\n    # says\n\n    return a\n", ["return a"], id="a head of many lines"),
        pytest.param("class A:\n    def f(self):\n        pass\n\n    x = 1\n\n    def g(self):\n        pass\n", ["pass", "pass"], id="methods"),
        pytest.param("def f():\n    def g():\n        pass\n    return g\n", ["def g():\n        pass\n    return g"], id="a function within"),
        pytest.param("def f():\n    if x:\n        return 1  # or so\n    # not\n\nx = 1\n", ["if x:\n        return 1  # or so\n    # not"], id="comments behind it"),
        pytest.param('"""\ndef f():\n    pass\n"""\ndef g():\n    return {1: 2}\n', ["return {1: 2}"], id="a function in a text"),
        pytest.param('x = 1  # """\ndef g():\n    return "a"\n', ['return "a"'], id="quotes in a comment"),
        pytest.param("def f():\n    '''(\n    '''\n    g(')')  # [\n    return '}'\n", ["'''(\n    '''\n    g(')')  # [\n    return '}'"], id="brackets in strings and comments"),
        pytest.param('def f():\n    return f"""{a["x"]}\n"""\n', ['return f"""{a["x"]}\n"""'], id="an f-string"),
        pytest.param('def f():\n    return """\\"""\n  def g():\n    pass"""\n', ['return """\\"""\n  def g():\n    pass"""'], id="escaped quotes"),
    ],
)  # fmt: skip
def test_bodies_of_functions_are_left_out(code, expected):
    assert left_out(code) == expected


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("def f(): return 1\n", id="on one line"),
        pytest.param("def f():\n\treturn 1\n", id="tabs"),
        pytest.param("def f():\r\n    return 1\r\n", id="other line breaks"),
        pytest.param("def f():\n    return 1\n\f\n", id="a form feed"),
        pytest.param("def f():\nreturn 1\n", id="no indentation"),
        pytest.param("def f():\n    import os\n    return os\n", id="an import"),
        pytest.param("def f():\n    class A:\n        x = 1\n    return A\n", id="a class"),
        pytest.param("def f():\n    return 1 + \\\n2\n", id="a line that goes on in front of the indentation"),
        pytest.param("def f():\n    x = 1\n  y = 2\n", id="an indentation between"),
        pytest.param("def f():\n    return x,\n", id="an end without a partner"),
        pytest.param("def f():\n    return 'a'  # b\n", id="a comment behind quotes"),
        pytest.param("def f():\n    '''\n    # text'''\n    # text '''\n", id="an open string"),
        pytest.param("def f():\n    return g(')', [1)\n", id="an odd bracket"),
        pytest.param("x = '\"\"\"'\ndef g():\n    return 'a'\n", id="quotes in quotes"),
        pytest.param("def f(a=((1, 2), 3)):\n    return a\n", id="a head with brackets in brackets"),
        pytest.param('x = f"""{a["""b"""]\n}"""\ndef f():\n    pass\n', id="quotes within the same quotes"),
        pytest.param("from d import Dataset\n\nclass A(Dataset):\n    def f(self):\n        pass\n", id="a dataset"),
    ],
)
def test_what_is_unsure_or_looked_at_anyway_is_not_left_out(code):
    assert left_out(code) == []


def test_a_body_with_a_word_is_not_left_out():
    code = "def f():\n    return num_workers\n\ndef g(nw):\n    return 2\n\ndef h():\n    return 3\n"
    assert left_out(code, ["num_workers", "nw"]) == ["return 3"]


def test_few_bytes_for_many_ranges_are_not_left_out(monkeypatch):
    code = "x = 1\n".join(f"def f{n}():\n    return {n}\n" for n in range(20))
    assert len(left_out(code)) == 20
    monkeypatch.setattr("worker_lint.locate.bodies._DEAR", 20)
    assert left_out(code) == []


def shape(root, spans):
    """Every node outside of the bodies ``spans`` with its place and depth; for these, where they end."""
    starts = [body.start for body in spans]
    found, stack = [], [(root, 0)]
    while stack:
        node, depth = stack.pop()
        index = bisect_right(starts, node.start_byte) - 1
        body = spans[index] if index >= 0 and node.start_byte < spans[index].end else None
        if body is None:
            found.append((node.type, node.start_byte, node.end_byte, node.start_point, node.end_point, depth))
        if node.type != "block" or body is None:
            stack += [(child, depth + 1) for child in reversed(node.children)]
    return found


def assert_same_tree(code):
    left = bodies(code, [])
    whole = parser("python").parse(code).root_node
    spared = parsed(code, left).root_node
    if not whole.has_error and not spared.has_error:
        assert shape(spared, left) == shape(whole, left)
    return spared, left


SIMPLE = st.sampled_from(
    [
        "pass", "x = 1", "return x", "foo()", "self.a = b[1]", "x = {'a': [1]}", '"""A text."""', "'''A\n\n  text.'''",
        '"""\ndef inner():\n    pass\n"""', "x = '''\nat = 0\n'''", "x = (1,\n2)", "x = [\n        1,\n    ]", "y = 1 + \\\n    2", "y = 1 + \\\n2",
        "# a comment", "x = 1  # it's", "x = 1  # \"\"\"", "x = 'a # b'", "f'{x!r}'", 'f"{a["b"]}"', "x = lambda: 1", "x = lambda a: (\n    a\n)",
        "return x,", "return", "x: int = 3", "...", "raise E from e", "yield", "await x", 'x = "\\""', "x = r'\\'", "a; b", "x = ':)'", "del x[0]",
        "return 'a' 'b'", 'x = b"""\n#"""', "print 'x'", "import os", LOADER, "num_workers = 4", "x = os.environ['N']",
    ]
)  # fmt: skip
HEADS = st.sampled_from(
    [
        "def f():", "async def f(a, b=1):", "def f(a, *b, **c) -> int:", "def f(\n    a,\n    b=(1, 2),\n):", "def f(a=')'):  # so", "def f(num_workers=2):",
        "@wraps(g)\ndef f(self):", "class A:", "class A(Dataset):", "if x:", "for i in y:", "while x:", "try:", "with a as b:", "def f(a=\"(\"):", "def f(  # (\n  a):",
        "def f[T](a: T):", "def  f (a):", "match x:", "def f(a=lambda: 1):", "def train_dataloader(self):", "def f(a='''\n'''):",
    ]
)  # fmt: skip
ASIDE = "\0"
"""Stands before what goes on where it is, be it at column 0, and however deep the statement is."""
STEPS = st.sampled_from(["    ", "  ", "        ", "\t"])


@st.composite
def blocks(draw, depth=0):
    lines = []
    for _ in range(draw(st.integers(1, 4))):
        if depth < 3 and draw(st.booleans()):
            head, step = draw(HEADS), draw(STEPS) if draw(st.integers(0, 9)) == 0 else "    "
            if draw(st.integers(0, 9)) == 0:
                lines.append(f"{head} {draw(SIMPLE)}")
                continue
            lines += head.split("\n")
            lines += [step + line for line in draw(blocks(depth=depth + 1))]
            if head == "try:":
                lines += ["except E:", "    pass"]
        else:
            first, *others = draw(SIMPLE).split("\n")
            lines += [first, *(f"{ASIDE}{other}" for other in others)]
        lines += [""] * draw(st.integers(0, 1))
    return lines


@st.composite
def modules(draw):
    """Python of any layout, most of it without errors."""
    lines = [line.rpartition(ASIDE)[2] for line in draw(blocks())]
    code = "\n".join([*lines, *draw(st.sampled_from([[""], [], ["", ""]]))])
    return code.replace("\n", draw(st.sampled_from(["\n"] * 9 + ["\r\n"])))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
@given(modules())
@example("class A:\n    def f(self):\n        return 1\n    # says\n\n    x = 1\n")
@example("if x:\n    def f():\n        if y:\n            return g(1)  # so\n\n# after\nz = 1\n")
def test_the_rest_of_the_tree_is_the_same(code):
    assert_same_tree(code.encode())


def test_the_rest_of_made_up_files_is_the_same():
    for seed in range(20):
        code = text("python", 20_000, seed, counts=True).encode()
        spared, left = assert_same_tree(code)
        assert not spared.has_error
        assert sum(body.last - body.start for body in left) > len(code) / 3


PREFIX = "from torch.utils.data import DataLoader, Dataset\n\n"


def told(findings):
    return [
        (source.path, each.code, each.severity, each.start, each.end, each.message, each.help, each.fix, each.related)
        for source, each in findings
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(modules())
def test_what_is_found_is_the_same(code):
    data = (PREFIX + code).encode()
    if parser("python").parse(data).root_node.has_error:
        return  # where a body is left out that has an error, less is broken
    source = Source(Path("train.py"), "python", data)
    policies = Policies(SettingsResolver({"select": ("WL",)}, isolated=True), {"CI": "true"})
    whole = judged(locate(source, vocabulary()), policies.for_path(source.path))
    assert told(judged_source(source, policies).findings) == told(whole.findings)


CODE = b"""\
import os

class A:
    def f(self, first):
        second = first
        return second

    third = 1

def g(fourth):
    return 4  # fifth
"""


@pytest.fixture
def root():
    return parsed(CODE, bodies(CODE, [])).root_node


@pytest.mark.parametrize("word", [b"second", b"return", b"second\n", b"d\n\n", b"4", b"fifth"])
def test_a_look_at_what_was_left_out_is_noticed(root, word):
    start = CODE.index(word)
    for look in (node_at, line_of_descent, lambda *place: outermost_at(*place, ("call",))):
        with pytest.raises(UnseenError):
            look(root, start, start + len(word))


@pytest.mark.parametrize("word", [b"import", b"first", b"third", b"def g", b"fourth"])
def test_a_look_beside_it_is_not(root, word):
    start = CODE.index(word)
    assert node_at(root, start, start + len(word)).text is not None
    assert line_of_descent(root, start, start + len(word))


def test_a_way_down_by_children_is_noticed(root):
    function = node_at(root, CODE.index(b"g("), CODE.index(b"g(") + 1).parent
    assert function.text == b"def g(fourth):\n    return 4  # fifth"
    with pytest.raises(UnseenError):
        list(within(function, "return_statement"))
    assert [found.text for found in within(function.child_by_field_name("parameters"), "identifier")] == [b"fourth"]


def test_to_ask_for_the_tests_around_something_in_a_head_is_noticed():
    code = b"def f(a=dict(b=1)):\n    assert a\n"
    root = parsed(code, bodies(code, [])).root_node
    call = node_at(root, code.index(b"dict"), code.index(b"dict") + 4).parent
    with pytest.raises(UnseenError):
        conditions_around(call)


def test_nothing_is_noticed_once_no_tree_is_in_use(root):
    forget()
    notice(0, len(CODE))


LOOKED_INTO = b"""\
from torch.utils.data import DataLoader

def collate(batch):
    return batch.cuda()

def make(data):
    return DataLoader(data, num_workers=4, collate_fn=collate)
"""


def test_a_file_that_is_looked_into_is_judged_from_its_whole_tree(monkeypatch):
    source = Source(Path("train.py"), "python", LOOKED_INTO)
    policies = Policies(SettingsResolver({"select": ("WL508",)}, isolated=True), {"CI": "true"})
    with pytest.raises(UnseenError):
        judged(locate(source, vocabulary(), whole=False), policies.for_path(source.path))
    ((_, finding),) = judged_source(source, policies).findings
    assert finding.code == "WL508"
    notice(0, len(LOOKED_INTO))  # which nobody notices any more


def test_a_tree_with_an_error_is_parsed_as_a_whole():
    code = b"x = DataLoader(num_workers=)\n\ndef f():\n    return 1\n"
    (document,) = locate(Source(Path("train.py"), "python", code), vocabulary(), whole=False)
    assert document.module.left_out
    assert document.module.root.has_error
    place = code.index(b"return")
    assert node_at(document.module.root, place, place + 6).type == "return"


def test_a_file_with_a_comment_to_us_is_parsed_as_a_whole():
    code = b"x = dict(num_workers=2)\n\ndef f():\n    return 1  # worker-lint: ignore\n"
    (document,) = locate(Source(Path("train.py"), "python", code), vocabulary(), whole=False)
    assert not document.module.left_out
