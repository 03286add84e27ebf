from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=int('4'))", id="a conversion"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=n)", id="a name"),
        pytest.param("a.py", TORCH + "DataLoader(d, num_workers=f'{n}')", id="an f-string"),
        pytest.param("a.py", "num_workers = None", id="a variable that is set later"),
        pytest.param("a.py", "def f(num_workers=None): ...", id="a default that is replaced"),
        pytest.param("a.py", "num_workers: Optional[int] = None", id="an optional field"),
        pytest.param("a.py", "os.environ.get('NUM_WORKERS', '4')", id="an environment variable"),
        pytest.param("a.py", "os.environ['NUM_WORKERS'] = '4'", id="an environment variable that is set"),
        pytest.param("a.py", "env = {'NUM_WORKERS': '4', 'batch_size': '1'}", id="an environment"),
        pytest.param("a.py", "p.add_argument('--num_workers', default='4', type=int)", id="argparse converts strings"),
        pytest.param("a.py", "Trainer(num_workers='auto')", id="a callee that nobody knows"),
        pytest.param("a.py", "x = {'num_workers': 'auto', 'batch_size': 1}", id="a word in a dict"),
        pytest.param(
            "a.py", "help = {'num_workers': 'how many workers to use', 'batch_size': 'size'}", id="help texts"
        ),
        pytest.param("a.py", "types = {'num_workers': int, 'batch_size': int}", id="types"),
        pytest.param("a.py", "x = {'num_workers': None, 'batch_size': None}", id="a dict of gaps"),
        pytest.param("a.json", '{"num_workers": null}', id="null leaves the default"),
        pytest.param("a.json", '{"num_workers": "${oc.env:WORKERS,4}"}', id="a template of OmegaConf"),
        pytest.param("a.json", '{"num_workers": "{{ workers }}"}', id="a template of Jinja"),
        pytest.param("a.json", '{"num_workers": "@num_workers"}', id="a reference of MONAI's bundles"),
        pytest.param("a.json", '{"num_workers": "$os.cpu_count() // 2"}', id="an expression of MONAI's bundles"),
        pytest.param("a.json", '{"num_workers": "<int>"}', id="a placeholder"),
        pytest.param("a.json", '{"num_workers": "number of workers to load with"}', id="a description"),
        pytest.param("a.json", '{"num_workers": {"type": "integer"}}', id="a schema"),
        pytest.param("a.json", '{"num_workers": [1, 2]}', id="a sweep"),
        pytest.param("a.json", '{"num_workers": "4", "max_epochs": "75"}', id="a file that writes numbers as strings"),
    ],
)
def test_silent(judged, name, text):
    assert judged("WL103", text, name=name).findings == []


@pytest.mark.parametrize(
    ("name", "text", "says", "fixed"),
    [
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers='4')",
            "error: num_workers is the string '4'; a loader raises TypeError on it; write 4",
            TORCH + "DataLoader(d, num_workers=4)",
            id="a string of digits",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers='auto')",
            "error: num_workers is the string 'auto'; a loader raises TypeError on it; write an integer",
            None,
            id="a word",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers=None)",
            "error: num_workers is None; a loader raises TypeError on it; write an integer",
            None,
            id="None",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, num_workers=True)",
            "warning: num_workers is the boolean True; a loader takes it for 1; write an integer",
            None,
            id="True, which is 1",
        ),
        pytest.param(
            "a.py",
            TORCH + "DataLoader(d, 32, True, None, None, False)",
            "warning: num_workers is the boolean False; a loader takes it for 0; write an integer",
            None,
            id="False, by position",
        ),
        pytest.param(
            "a.py",
            "x = {'num_workers': '4', 'batch_size': 8}",
            "error: num_workers is the string '4'; a loader raises TypeError on it; write 4",
            "x = {'num_workers': 4, 'batch_size': 8}",
            id="a loader's dict",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": "08"}',
            'error: num_workers is the string "08"; a loader raises TypeError on it; write 8',
            '{"num_workers": 8}',
            id="JSON, a leading zero",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": "4", "batch_size": 8, "name": "a 100"}',
            'error: num_workers is the string "4"; a loader raises TypeError on it; write 4',
            '{"num_workers": 4, "batch_size": 8, "name": "a 100"}',
            id="JSON, beside other numbers and strings",
        ),
        pytest.param(
            "a.json",
            '{"dataloader_num_workers": "4", "max_steps": "75"}',
            'error: dataloader_num_workers is the string "4"; a loader raises TypeError on it; write 4',
            '{"dataloader_num_workers": 4, "max_steps": "75"}',
            id="JSON for transformers, beside another string of digits",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": "auto"}',
            'error: num_workers is the string "auto"; a loader raises TypeError on it; write an integer',
            None,
            id="JSON, a word",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": true}',
            "warning: num_workers is the boolean true; a loader takes it for 1; write an integer",
            None,
            id="JSON, true",
        ),
        pytest.param(
            "a.json",
            '{"num_workers": ""}',
            'error: num_workers is the string ""; a loader raises TypeError on it; write an integer',
            None,
            id="JSON, nothing",
        ),
    ],
)
def test_found(judged, name, text, says, fixed):
    found = judged("WL103", text, name=name)
    assert found.says == says
    assert found.fixed == (fixed if fixed is not None else text)


@pytest.mark.parametrize("digits", ["٤", "四", "²"])
def test_digits_of_other_scripts_are_not_rewritten(judged, digits):
    text = f'{{"num_workers": "{digits}"}}'
    assert judged("WL103", text, name="a.json").fixed == text
