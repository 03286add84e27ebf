from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", "num_workers = n // 2", id="a whole division"),
        pytest.param("a.py", "num_workers = int(n / 2)", id="a rounded division"),
        pytest.param("a.py", "num_workers = round(n / 2)", id="a rounded quotient"),
        pytest.param("a.py", "num_workers = math.ceil(n / 2)", id="a ceiling"),
        pytest.param("a.py", "num_workers = max(1, int(n / 2))", id="a rounded division inside max"),
        pytest.param("a.py", "num_workers = folder / 'x'", id="a division that joins a path"),
        pytest.param("a.py", "num_workers = f(n / 2)", id="a division in the argument of something unknown"),
        pytest.param("a.py", "num_workers = sizes[n / 2]", id="a division inside a subscript"),
        pytest.param("a.py", "num_workers = 4 if share / 2 > 1 else 2", id="a division in a condition"),
        pytest.param("a.py", "max_workers = 4.0", id="another knob"),
        pytest.param("a.json", '{"num_workers": 4}', id="an integer"),
        pytest.param("a.json", '{"num_workers": "4.0"}', id="a string, which another rule finds"),
        pytest.param("a.json", '{"lr": 4.0, "num_workers": 4}', id="a float elsewhere"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL102", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "text", "says", "fixed"),
    [
        pytest.param("a.py", "num_workers = 4.0", "num_workers is the float 4.0", "num_workers = 4", id="4.0"),
        pytest.param("a.py", "num_workers = 4.", "num_workers is the float 4.", "num_workers = 4", id="4."),
        pytest.param("a.py", "num_workers = 1e1", "is the float 1e1", "num_workers = 10", id="1e1"),
        pytest.param("a.py", "num_workers = 0.5", "is the float 0.5", None, id="a half"),
        pytest.param("a.py", "num_workers = -4.0", "is the float -4.0", None, id="negative"),
        pytest.param("a.py", "num_workers = 1e999", "is the float 1e999", None, id="infinite"),
        pytest.param("a.py", "num_workers = n / 2", "is the float n / 2", "num_workers = n // 2", id="a quotient"),
        pytest.param("a.py", "num_workers = n / 2 / 3", "n / 2 / 3", "num_workers = n // 2 // 3", id="two quotients"),
        pytest.param("a.py", "num_workers = (n / 2)", "n / 2", "num_workers = (n // 2)", id="in parentheses"),
        pytest.param(
            "a.py", "num_workers = max(1, n / 2)", "max(1, n / 2)", "num_workers = max(1, n // 2)", id="inside max"
        ),
        pytest.param("a.py", "num_workers = n * 0.5", "n * 0.5", None, id="a product with a half"),
        pytest.param("a.py", "num_workers = n / 2.0", "n / 2.0", None, id="a quotient by a float stays one"),
        pytest.param("a.py", "num_workers = float(n)", "float(n)", None, id="float()"),
        pytest.param(
            "a.py",
            "f(num_workers=(n /  # per rank\n               2))",
            "is the float n / # per rank 2; ",
            "f(num_workers=(n //  # per rank\n               2))",
            id="over two lines",
        ),
        pytest.param(
            "a.py",
            "c.get('num_workers', 2.0)",
            "the fallback of num_workers is the float 2.0",
            "c.get('num_workers', 2)",
            id="a fallback",
        ),
        pytest.param(
            "a.py",
            "# coding: latin-1\n# Größe\nnum_workers = größe / 2".encode("latin-1"),
            "größe / 2",
            "# coding: latin-1\n# Größe\nnum_workers = größe // 2",
            id="behind characters of several bytes",
        ),
        pytest.param("a.json", '{"num_workers": 4.0}', "is the float 4.0", '{"num_workers": 4}', id="JSON"),
        pytest.param("a.json", '{"num_workers": 1e1}', "is the float 1e1", '{"num_workers": 10}', id="JSON, 1e1"),
        pytest.param("a.json", '{"num_workers": 1E+1}', "is the float 1E+1", '{"num_workers": 10}', id="JSON, 1E+1"),
        pytest.param("a.json", '{"num_workers": 2.5}', "is the float 2.5", None, id="JSON, no whole number"),
    ],
)
def test_found(judged, name, text, says, fixed):
    found = judged("WL102", text, name=name)
    assert says in found.says
    assert found.says.startswith("error: ")
    assert "a loader fails on it with TypeError at its first batch" in found.says
    assert found.fixed == (fixed if fixed is not None else text)


@pytest.mark.parametrize(
    "expression",
    ["+".join(["1"] * 20_000) + "+8/2", "-(" * 3_000 + "8/2" + ")" * 3_000],
    ids=["a long sum", "deep brackets"],
)
def test_an_expression_that_nobody_can_read_is_left_alone(judged, expression):
    text = f"num_workers = {expression}"
    found = judged("WL102", text)
    assert found.fixed == text
    assert len(found.says) < 300
