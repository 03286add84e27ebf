"""# fork-shared-handle (WL506)

## What it does

Finds a dataset that opens a file, an archive or a database in `__init__`, keeps it on `self`, and reads from it in
`__getitem__` or `__iter__`, where a loader may have workers.

What is opened in the worker (in `__getitem__`, or in the `worker_init_fn`), what is closed again in `__init__`, and
classes that take care of it (`__getstate__`, a look at the process id, at the worker) are left alone, as is a dataset
whose loaders in the same file all have 0 workers.

## Why is this bad?

A worker that is forked shares the open file, and with it the position at which is read: workers that seek and read
at the same time get each other's bytes. Of 2,000 records read by 4 forked workers of torch 2.13,

| opened in `__init__` | forked workers read |
|---|---|
| `open` | 8 wrong records, no error |
| `tarfile.open` | 105 wrong records, no error |
| `zipfile.ZipFile` | `BadZipFile: Bad magic number for file header` |
| `h5py.File` of HDF5 2.0, `sqlite3.connect`, `lmdb.open(lock=False)` | 2,000 right ones |

LMDB and SQLite forbid it all the same, and older HDF5 libraries gave wrong data. Workers that are spawned (macOS,
Windows) or come from a forkserver (Linux from Python 3.14 on) do not start at all: `TypeError: h5py objects cannot be
pickled`, `TypeError: cannot pickle '_io.BufferedReader' object`.

## Example

```python
import h5py
from torch.utils.data import DataLoader, Dataset

class Slices(Dataset):
    def __init__(self, path):
        self.path = path
        self.file = h5py.File(path, "r")

    def __len__(self):
        return 1000

    def __getitem__(self, index):
        return self.file["slices"][index]

loader = DataLoader(Slices("train.h5"), num_workers=4)
```

## Use instead

```python
import h5py
from torch.utils.data import DataLoader, Dataset

class Slices(Dataset):
    def __init__(self, path):
        self.path = path
        self.file = None

    def __len__(self):
        return 1000

    def __getitem__(self, index):
        if self.file is None:
            self.file = h5py.File(self.path, "r")
        return self.file["slices"][index]

loader = DataLoader(Slices("train.h5"), num_workers=4)
```

## Fix safety

There is no fix: what `__init__` reads from the file has to be read and the file closed, or read later.

## References

- [pytorch#11887](https://github.com/pytorch/pytorch/issues/11887),
  [pytorch#11929](https://github.com/pytorch/pytorch/issues/11929): HDF5 files in workers
- [SQLite: How To Corrupt An SQLite Database File](https://www.sqlite.org/howtocorrupt.html), section 2.6
- `lmdb.h`: "Use an MDB_env* in the process which opened it, not after fork()"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.locate.forms import keyword, last_name, text_of
from worker_lint.locate.module import around
from worker_lint.locate.values import python_value, unwrapped
from worker_lint.locate.words import present
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._dataset_uses import sets_up, uses_with_workers
from worker_lint.rules._datasets import datasets_in, own_names, own_settings, speaks_of_workers
from worker_lint.rules._loader_counts import in_words
from worker_lint.rules._names import own_attribute, values_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.rules._dataset_uses import Use
    from worker_lint.rules._datasets import DatasetClass
    from worker_lint.site import Document

_POSITION = "forked workers share its position in the file and read each other's bytes, and it"
_FORK = "must not be used after a fork, and"
_OPENERS = {
    "open": _POSITION,
    "io.open": _POSITION,
    "gzip.open": _POSITION,
    "bz2.open": _POSITION,
    "lzma.open": _POSITION,
    "tarfile.open": _POSITION,
    "tarfile.TarFile": _POSITION,
    "zipfile.ZipFile": _POSITION,
    "h5py.File": "it",
    "tables.open_file": "it",
    "netCDF4.Dataset": "it",
    "lmdb.open": f"an LMDB environment {_FORK}",
    "lmdb.Environment": f"an LMDB environment {_FORK}",
    "sqlite3.connect": f"a connection to SQLite {_FORK}",
    "psycopg2.connect": f"a connection {_FORK}",
    "pymysql.connect": f"a connection {_FORK}",
    "socket.socket": f"a connection {_FORK}",
    "socket.create_connection": f"a connection {_FORK}",
}
"""What opens something that processes cannot share, and what goes wrong where it is forked."""
_UNPICKLABLE = "cannot be pickled for workers of spawn or forkserver (TypeError)"
_NAMES = frozenset(name.rpartition(".")[2] for name in _OPENERS)
_WORDS = tuple(f"{name}(".encode() for name in _NAMES)
_GIVEN = regex(rb"(?:=(?:[^=]*,)?|^(?:[^()=]*,)?)[\s(\\]*[\w.]*\Z", re.MULTILINE)
"""What stands, in the same line, before what a name is given: an assignment, or the end of one from the line above."""
_NEAR = 500
"""Bytes before what is opened that are looked at: a line may be as long as a file."""
_TREE = ("h5py.File", "tables.open_file", "netCDF4.Dataset")
"""Files whose entries, ``file["name"]``, are handles too."""
_CARES = frozenset({"__getstate__", "__setstate__", "__reduce__", "__reduce_ex__", "__copy__", "__deepcopy__"})
_MOST_STEPS = 4


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each handle that a dataset opens before the workers start, and reads in them."""
    module = document.module
    if module is None or b"Dataset" not in module.code or not _may_keep_a_handle(module):
        return
    for dataset in datasets_in(module).values():
        building = b"".join(function.text or b"" for function in dataset.building)
        if not any(word in building for word in _WORDS):
            continue
        uses = uses_with_workers(document, dataset)
        if uses is None or _takes_care(dataset, module):
            continue
        for name, value, opener in _handles(dataset, module):
            if not any(sets_up(use, name, module) for use in uses):
                yield _finding(dataset, name, value, opener, uses, document)


def _may_keep_a_handle(module: Module) -> bool:
    """Return whether something that is opened in ``module`` may be given a name, as far as the bytes before it tell."""
    for name in present(module.code, _NAMES):
        if name == "Dataset" and not module.may_hold({"netCDF4"}):
            continue
        word, start = f"{name}(".encode(), -1
        while (start := module.code.find(word, start + 1)) >= 0:
            near = max(0, start - _NEAR)
            if _GIVEN.search(module.code, max(near, module.code.rfind(b"\n", near, start) + 1), start):
                return True
    return False


def _finding(
    dataset: DatasetClass, name: str, value: Node, opener: str, uses: list[Use], document: Document
) -> Finding:
    place = document.source.position(uses[0].group.start) if uses else None
    readers = f"the workers of the loader in line {place.line} ({in_words(uses[0].group)})" if place else "workers"
    return RULE.finding(
        python_value(value),
        f"{dataset.name} opens self.{name} with {opener} before there are workers, and {readers} read from it: "
        f"{_OPENERS[opener]} {_UNPICKLABLE}",
        "keep the path, and open it where it is first read, so that each worker has its own",
        related=(Related(document.source.path, place, "the loader that reads it"),) if place else (),
    )


def _handles(dataset: DatasetClass, module: Module) -> Iterator[tuple[str, Node, str]]:
    """Yield each attribute that is a handle while samples are read, with its value and what opened it."""
    read = {name for function in dataset.reading for name in own_names(function)}
    reopened = {name for name, _ in own_settings(dataset.reading)}
    last = {name: value for name, value in own_settings(dataset.building) if name in read - reopened}
    for name, value in last.items():
        opener = _opener(value, dataset, module)
        if opener is not None and not _is_closed(name, dataset):
            yield name, value, opener


def _opener(expression: Node, dataset: DatasetClass, module: Module, steps: int = _MOST_STEPS) -> str | None:
    """Return the dotted name of what opened the handle that ``expression`` is, or None where it is none."""
    expression = unwrapped(expression)
    if steps == 0:
        return None
    if expression.type == "call":
        callee = module.callee(expression)
        if callee in _OPENERS:
            return None if _writes(expression) else callee
        function = expression.child_by_field_name("function")
        inner = function.child_by_field_name("object") if function is not None else None
        if inner is None or last_name(function) not in ("begin", "cursor", "get"):
            return None
        opener = _opener(inner, dataset, module, steps - 1)  # of an environment, a connection, a tree
        return opener if last_name(function) != "get" or opener in _TREE else None
    if expression.type == "subscript":
        inner, key = expression.child_by_field_name("value"), expression.child_by_field_name("subscript")
        if inner is None or key is None or key.type not in ("string", "identifier", "attribute"):
            return None
        opener = _opener(inner, dataset, module, steps - 1)
        return opener if opener in _TREE else None
    name = own_attribute(expression)
    if name is not None:
        last = [value for found, value in own_settings(dataset.building) if found == name]
        return _opener(last[-1], dataset, module, steps - 1) if last and not _is_closed(name, dataset) else None
    if expression.type == "identifier":
        function = around(expression, "function_definition")
        if re.search(rf"\b{re.escape(text_of(expression))}\.close\(", text_of(function)):
            return None
        openers = [_opener(value, dataset, module, steps - 1) for value in values_of(expression, module)]
        return openers[0] if openers else None
    return None


def _writes(call: Node) -> bool:
    """Return whether a file is opened to write to it."""
    arguments = call.child_by_field_name("arguments")
    if arguments is None:
        return False
    positional = [child for child in arguments.named_children if child.type not in ("comment", "keyword_argument")]
    mode = keyword(arguments, "mode") or (positional[1] if len(positional) > 1 else None)
    return mode is not None and mode.type == "string" and re.search("[wax]", text_of(mode)) is not None


def _is_closed(name: str, dataset: DatasetClass) -> bool:
    closed = re.compile(rf"\bself\.{re.escape(name)}\.(?:close|shutdown)\(|\bdel\s+self\.{re.escape(name)}\b")
    return any(closed.search(text_of(function)) for function in dataset.building)


def _takes_care(dataset: DatasetClass, module: Module) -> bool:
    """Return whether the class knows that it is used in several processes."""
    aware = b"getpid" in (dataset.node.text or b"") or module.may_hold({"register_at_fork"})
    return aware or bool(_CARES & dataset.methods.keys()) or speaks_of_workers(dataset, module)


RULE = Rule(
    code="WL506",
    name="fork-shared-handle",
    summary="A dataset opens a file or a database once, for all workers together",
    severity=Severity.WARNING,
    check=check,
)
