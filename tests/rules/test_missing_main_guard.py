from __future__ import annotations

import pytest

TORCH = "from torch.utils.data import DataLoader\n"
LOADER = "loader = DataLoader(d, num_workers=4)\n"
GO = "for batch in loader:\n    train(batch)\n"
SCRIPT = LOADER + GO


def indented(text):
    return "".join(f"    {line}" for line in text.splitlines(keepends=True))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f'{LOADER}if __name__ == "__main__":\n{indented(GO)}', id="a guarded loop"),
        pytest.param(f"{LOADER}if '__main__' == __name__:\n{indented(GO)}", id="a guard the other way round"),
        pytest.param(
            f'{LOADER}if __name__ == "__main__":\n    if train:\n{indented(indented(GO))}', id="deep in a guarded block"
        ),
        pytest.param(f"{LOADER}def main():\n{indented(GO)}", id="a function that nobody calls"),
        pytest.param(f'{LOADER}def main():\n{indented(GO)}if __name__ == "__main__":\n    main()', id="a guarded call"),
        pytest.param(
            f'def main():\n{indented(SCRIPT)}def run():\n    main()\nif __name__ == "__main__":\n    run()',
            id="a guarded call by a detour",
        ),
        pytest.param(f'if __name__ != "__main__":\n    raise SystemExit\n{SCRIPT}', id="a module that leaves"),
        pytest.param(LOADER + "n = len(loader)\nfor i in range(len(loader)):\n    pass", id="only its length"),
        pytest.param(LOADER + "trainer.fit(model, loader)", id="what others do with it"),
        pytest.param(SCRIPT.replace("4", "0"), id="no workers"),
        pytest.param(SCRIPT.replace(")", ', multiprocessing_context="fork")', 1), id="an explicit fork"),
        pytest.param(f'import multiprocessing\nmultiprocessing.set_start_method("fork")\n{SCRIPT}', id="fork for all"),
        pytest.param(LOADER + "loader = [1, 2]\n" + GO, id="a name that is given something else"),
        pytest.param(f"{LOADER}def f(loader):\n{indented(GO)}f([1])", id="a parameter of the same name"),
        pytest.param(LOADER + "batches = (b for b in numbers)", id="another comprehension"),
        pytest.param(f"def stream():\n    {LOADER}    for b in loader:\n        yield b\nstream()", id="a generator"),
        pytest.param(
            "class A:\n  def f(self):\n    self.l = DataLoader(d, num_workers=4)\n    iter(self.l)\n", id="a method"
        ),
        pytest.param("run = lambda: list(DataLoader(d, num_workers=4))", id="a lambda"),
    ],
)
def test_silent(judged, text):
    assert judged("WL601", TORCH + text).findings == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(SCRIPT, 3, id="a loop"),
        pytest.param(f"if train:\n{indented(SCRIPT)}", 4, id="below another test"),
        pytest.param(f"with x:\n{indented(SCRIPT)}", 4, id="below with"),
        pytest.param(f"try:\n{indented(SCRIPT)}finally:\n    pass", 4, id="below try"),
        pytest.param(f"for epoch in range(2):\n{indented(SCRIPT)}", 4, id="in a loop"),
        pytest.param(
            f'if __name__ == "__main__":\n    pass\nelse:\n{indented(SCRIPT)}', 6, id="where it is not the program"
        ),
        pytest.param(LOADER + "for i, b in enumerate(loader): pass", 3, id="enumerate"),
        pytest.param(LOADER + "for i, b in enumerate(tqdm(loader, desc='x')): pass", 3, id="a progress bar"),
        pytest.param(LOADER + "batch = next(iter(loader))", 3, id="the first batch"),
        pytest.param(LOADER + "batches = [b for b in loader]", 3, id="a comprehension"),
        pytest.param("for b in DataLoader(d, num_workers=4): pass", 2, id="a loader without a name"),
        pytest.param("loader = None if x else DataLoader(d, num_workers=n)\nlist(loader)", 3, id="a choice"),
        pytest.param(f"def main():\n{indented(SCRIPT)}main()", 4, id="a function that is called"),
        pytest.param(f"{LOADER}def main():\n{indented(GO)}main()", 4, id="a function that goes through it"),
        pytest.param(
            f"def train(batches):\n    for b in batches: pass\n{LOADER}train(loader)",
            5,
            id="a function that is given it",
        ),
        pytest.param(
            f"def train(model, batches):\n    for b in batches: pass\n{LOADER}train(m, batches=loader)", 5, id="by name"
        ),
        pytest.param(f"def main():\n{indented(SCRIPT)}def run():\n    main()\nrun()", 4, id="a call by a detour"),
    ],
)
def test_found(judged, text, line):
    found = judged("WL601", TORCH + text)
    assert found.says.startswith("warning: this goes through a loader (")
    code = (TORCH + text).encode()
    assert code[: found.findings[0].start].count(b"\n") + 1 == line
    assert found.fixed == TORCH + text


def test_the_message_names_where_it_fails_and_what_to_write(judged):
    assert judged("WL601", TORCH + SCRIPT).says == (
        "warning: this goes through a loader (4 workers) whenever the module is imported, and its workers import it: they "
        "end with RuntimeError, and so does the loader, on Windows and macOS, and with Python 3.14 and later; put it into a "
        'function, and call that below if __name__ == "__main__":'
    )


def test_there_is_one_finding_a_file_at_the_first_loop(judged):
    (finding,) = judged(
        "WL601", TORCH + LOADER + LOADER.replace("loader", "other") + "list(other)\nlist(loader)"
    ).findings
    assert finding.message.startswith("this goes through")
    (related,) = finding.related
    assert (related.position.line, related.text) == (3, "the loader")


def test_what_the_settings_declare_makes_it_an_error(judged):
    assert judged("WL601", TORCH + SCRIPT, 'platforms = ["macos"]').says.startswith("error: ")
    assert not judged("WL601", TORCH + SCRIPT, 'platforms = ["linux"]\nrequires-python = "<3.14"').findings


def test_a_notebook_has_no_main_module_to_import(judged):
    lines = ", ".join(f'"{line}\\n"' for line in (TORCH + SCRIPT).splitlines())
    text = f'{{"cells": [{{"cell_type": "code", "source": [{lines}]}}], "nbformat": 4, "nbformat_minor": 5}}'
    assert not judged("WL601", text, name="train.ipynb").findings
