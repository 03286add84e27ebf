from __future__ import annotations

import pytest

HEAD = "import os\nfrom torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("DataLoader(d, num_workers=int(os.environ['N']))", id="converted"),
        pytest.param("DataLoader(d, num_workers=int(os.environ.get('N') or 4))", id="converted, with a default"),
        pytest.param("n = os.environ.get('N', 4)\nDataLoader(d, num_workers=int(n))", id="converted where it is used"),
        pytest.param(
            "n = os.getenv('N')\nn = int(n) if n else 4\nDataLoader(d, num_workers=n)", id="converted between"
        ),
        pytest.param("def f(n):\n    DataLoader(d, num_workers=n)\nn = os.environ['N']", id="another function's name"),
        pytest.param("n = os.environ.get('N', 4)\nDataLoader(d, num_workers=m)", id="another name"),
        pytest.param("self.n = os.environ['N']\nself.n = f(self.n)\nDataLoader(d, num_workers=self.n)", id="replaced"),
        pytest.param("make_loader(num_workers=os.environ['N'])", id="a callee that nobody knows"),
        pytest.param("subprocess.run(c, env={'NUM_WORKERS': os.environ.get('NUM_WORKERS', '4')})", id="passed on"),
        pytest.param("DataLoader(d, num_workers=4 if os.environ['N'] else 0)", id="a switch"),
        pytest.param("DataLoader(d, num_workers=counts[os.environ['N']])", id="a key"),
        pytest.param("DataLoader(d, num_workers=n, batch_size=os.environ['N'])", id="another argument"),
        pytest.param("DataLoader(d, num_workers=4 and os.environ.get('N'))", id="something else"),
        pytest.param("DataLoader(d, num_workers=self.environ['N'])", id="another environ"),
        pytest.param("DataLoader(d, num_workers=os.environ)", id="the whole environment"),
        pytest.param("DataLoader(d, num_workers=os.environ.copy())", id="a copy of it"),
    ],
)
def test_silent(judged, text):
    assert judged("WL105", HEAD + text).findings == []


@pytest.mark.parametrize(
    ("text", "says", "fixed"),
    [
        pytest.param(
            "DataLoader(d, num_workers=os.environ['N'])",
            "num_workers is the string N of the environment; a loader raises TypeError on it; "
            "write int(os.environ['N'])",
            "DataLoader(d, num_workers=int(os.environ['N']))",
            id="a subscript",
        ),
        pytest.param(
            "DataLoader(d, 32, True, None, None, os.environ['N'])",
            "num_workers is the string N of the environment; a loader raises TypeError on it; "
            "write int(os.environ['N'])",
            "DataLoader(d, 32, True, None, None, int(os.environ['N']))",
            id="by position",
        ),
        pytest.param(
            "DataLoader(d, num_workers=os.environ.get('NUM_WORKERS', 4))",
            "num_workers is a string where NUM_WORKERS is set; a loader raises TypeError on it; "
            "write int(os.environ.get('NUM_WORKERS', 4))",
            "DataLoader(d, num_workers=int(os.environ.get('NUM_WORKERS', 4)))",
            id="a number for a default",
        ),
        pytest.param(
            "DataLoader(d, num_workers=os.getenv('N', default='4'))",
            "num_workers is the string N of the environment; a loader raises TypeError on it; "
            "write int(os.getenv('N', default='4'))",
            "DataLoader(d, num_workers=int(os.getenv('N', default='4')))",
            id="a string of digits for a default",
        ),
        pytest.param(
            "DataLoader(d, num_workers=(os.environ.get('N') or os.cpu_count()))",
            "num_workers is a string where N is set; a loader raises TypeError on it; "
            "write int(os.environ.get('N') or os.cpu_count())",
            "DataLoader(d, num_workers=(int(os.environ.get('N') or os.cpu_count())))",
            id="something else behind or",
        ),
        pytest.param(
            "DataLoader(d, num_workers=os.environ.get('N'))",
            "num_workers is the string N of the environment, or None; a loader raises TypeError on it; "
            "convert it with int(), and give a default",
            None,
            id="no default",
        ),
        pytest.param(
            "DataLoader(d, num_workers=os.getenv('N', 'auto'))",
            "num_workers is the string N of the environment; a loader raises TypeError on it; "
            "convert it with int(), and give a default",
            None,
            id="a word for a default",
        ),
        pytest.param(
            "NUM_WORKERS = os.environ.get('SLURM_CPUS_PER_TASK', 4)\ndef f():\n    DataLoader(d, num_workers=NUM_WORKERS)",
            "num_workers is a string where SLURM_CPUS_PER_TASK is set; a loader raises TypeError on it; "
            "write int(os.environ.get('SLURM_CPUS_PER_TASK', 4))",
            "NUM_WORKERS = int(os.environ.get('SLURM_CPUS_PER_TASK', 4))\n"
            "def f():\n    DataLoader(d, num_workers=NUM_WORKERS)",
            id="under a name",
        ),
        pytest.param(
            "self.n = os.environ['N']\nDataLoader(d, num_workers=self.n)",
            "num_workers is the string N of the environment; a loader raises TypeError on it; "
            "write int(os.environ['N'])",
            "self.n = int(os.environ['N'])\nDataLoader(d, num_workers=self.n)",
            id="in an attribute",
        ),
        pytest.param(
            "from os import environ as env\nDataLoader(d, num_workers=env['N'])",
            "num_workers is the string N of the environment; a loader raises TypeError on it; write int(env['N'])",
            "from os import environ as env\nDataLoader(d, num_workers=int(env['N']))",
            id="imported under another name",
        ),
    ],
)
def test_found(judged, text, says, fixed):
    found = judged("WL105", HEAD + text)
    assert found.says == "error: " + says
    assert found.fixed == HEAD + (fixed if fixed is not None else text)
    assert len(judged("WL105", found.fixed).findings) == (fixed is None)


def test_a_call_that_does_not_parse_is_left_alone(judged):
    text = HEAD + "DataLoader(d, num_workers=os.environ['N'], 4 4)"
    assert judged("WL105", text).fixed == text
