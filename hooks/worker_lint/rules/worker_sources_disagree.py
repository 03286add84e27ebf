"""# worker-sources-disagree (WL204)

## What it does

Finds fallbacks in Python (`config.get("num_workers", 4)`, `config["num_workers"] or 4`) whose number differs from the
one that every configuration file of the same project gives to that key. One finding shows every place and value.

The project of a configuration is the folder that holds it, or that holds its folder of configurations (`configs`,
`conf`, ...). Where the configurations do not agree among each other, each of them means its own number, and nothing is
reported; nor is a fallback of 0, which is what loaders take anyway, nor anything where the policy is `exact`: each
count is then held to the mode. Where only some files are checked, as by pre-commit, what the others say is looked up
before anything is reported.

## Why is this bad?

Whoever reads the configurations believes that a run has 8 workers. A configuration that leaves the key out, a typing
error in the key, or a caller that passes a table of its own silently gets the other number, and nothing says so.

## Example

```json
{"train": {"batch_size": 32, "num_workers": 8}}
```

```python
from torch.utils.data import DataLoader

def train_loader(dataset, config):
    return DataLoader(dataset, batch_size=config["batch_size"], num_workers=config.get("num_workers", 4))
```

## Use instead

```json
{"train": {"batch_size": 32, "num_workers": 8}}
```

```python
from torch.utils.data import DataLoader

def train_loader(dataset, config):
    return DataLoader(dataset, batch_size=config["batch_size"], num_workers=config["num_workers"])
```

## Fix safety

There is no fix: which of the numbers is meant is for the repository to say. `mode` says it for good.

## Options

- `mode`, `policy`

## References

- [Chest_CT_Cardiac](https://github.com/yanranwang/Chest_CT_Cardiac): 8 in its configuration, 4 in five fallbacks
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import PurePath
from typing import TYPE_CHECKING

from worker_lint.finding import Related, Severity
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.sighting import Claim

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from worker_lint.sighting import Sighting

_CONFIGURATIONS = regex(r"(?i)\.?(?:conf(?:ig(?:uration)?s?)?|cfgs?|hparams|yamls?|settings)")
_FALLBACKS = ("fallback", "or-fallback")
_MOST_SHOWN = 3
"""Places that a message lists; all of them are related to the finding."""


def across(sightings: Sequence[Sighting]) -> Iterator[Claim]:
    """Yield a claim for each number that fallbacks of a key give and that no configuration of their project does."""
    configured: dict[str, dict[PurePath, list[Sighting]]] = defaultdict(lambda: defaultdict(list))
    for each in sightings:
        if each.is_data and each.number is not None and each.form == "key":
            configured[_key(each)][project(each.path)].append(each)
    numbers = {
        (key, root): {known.number for known in those}
        for key, roots in configured.items()
        for root, those in roots.items()
    }
    differing: dict[tuple[str, PurePath, int], list[Sighting]] = defaultdict(list)
    for each in sightings:
        if each.form not in _FALLBACKS or not each.number or each.is_data or each.held:
            continue
        root = _nearest(each.path, configured.get(_key(each), {}))
        if root is None:
            continue
        said = numbers[_key(each), root]
        if len(said) == 1 and each.number not in said:
            differing[_key(each), root, each.number].append(each)
    for (key, root, number), fallbacks in differing.items():
        yield _claim(number, fallbacks, configured[key][root], root)


def _claim(number: int, fallbacks: list[Sighting], known: list[Sighting], root: PurePath) -> Claim:
    first, *others = fallbacks
    places = ", ".join(f"{_shown(each)}" for each in known[:_MOST_SHOWN])
    more = f" and {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    also = f", here and in {len(others)} other place{'s' if len(others) > 1 else ''}" if others else ""
    return Claim(
        first,
        f"the fallback of {first.name} is {number}{also}, but the configuration says {known[0].number}: {places}{more}",
        f"write {known[0].number}, or read the key without a fallback",
        tuple(Related(each.path, each.position, f"{each.name} is {each.number}") for each in (*known, *others)),
        root,
    )


def project(path: Path) -> PurePath:
    """Return the folder of the project that a configuration at ``path`` belongs to."""
    folder = PurePath(path).parent
    for above in (folder, *folder.parents):
        if _CONFIGURATIONS.fullmatch(above.name):
            folder = above.parent
    return folder


def _nearest(path: Path, roots: dict[PurePath, list[Sighting]]) -> PurePath | None:
    """Return the innermost of the projects that ``path`` lies in, or None."""
    return next((above for above in PurePath(path).parents if above in roots), None)


def _key(each: Sighting) -> str:
    return each.name.rpartition(".")[2].lower().replace("-", "_")


def _shown(each: Sighting) -> str:
    return f"{each.path.as_posix()}:{each.position.line}"


RULE = Rule(
    code="WL204",
    name="worker-sources-disagree",
    summary="A fallback in code is not the number that every configuration gives",
    severity=Severity.WARNING,
    confidence="medium",
    across=across,
)
