"""How sure it is that a name means a loader's worker count where it stands, and what says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.dataclass import dataclass
from worker_lint.locate.vocabulary import normalised

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from worker_lint.locate.vocabulary import Vocabulary

PROOF = 100
"""The weight of what settles the matter: the value reaches a known loader, or what takes it is known to be none."""
STRONG = 50
WEAK = 25
BESIDE = "beside it"
"""Where the options of the same call, or the keys of the same dict, stand."""

START = {"settings": 140, "nothing": 90, "context": 60, "evidence": 20}
"""The confidence, in percent, in a name alone, by what it needs; one that the settings name yields to proof alone."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for a site (a positive weight, in percent) or against it."""

    weight: int
    says: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """The confidence in a site, in percent, and what it rests on."""

    confidence: int
    evidence: tuple[str, ...]


def weigh(name: str, evidence: Iterable[Evidence], words: Vocabulary) -> Weighed:
    """Return how sure it is that ``name`` is a loader's count, given what stands around it."""
    known = words.names.get(normalised(name))
    needs = known.needs if known is not None else "evidence"
    says = [f"the settings name {name}" if needs == "settings" else f"{normalised(name)} needs {needs}"]
    total = START[needs]
    weights = {0}
    for each in evidence:
        total += each.weight
        weights.add(each.weight)
        says.append(f"{each.weight:+d} {each.says}")
    # Proof settles the matter, unless there is proof of both.
    proven, disproven = max(weights) >= PROOF, min(weights) <= -PROOF
    if proven != disproven:
        total = 100 if proven else 0
    return Weighed(max(0, min(100, total)), tuple(says))


def of_siblings(names: Collection[str], words: Vocabulary, *, around: str = BESIDE) -> list[Evidence]:
    """Return what the ``names`` of the keys, keywords or options around a count say."""
    beside = {normalised(name) for name in names}
    found: list[Evidence] = []
    if against := words.against.siblings.among(beside):
        found.append(Evidence(-STRONG, f"{against} {around}"))
    elif loader := words.favour.siblings.among(beside):
        found.append(Evidence(STRONG, f"{loader} {around}"))
    elif training := words.favour.training.among(beside):
        found.append(Evidence(WEAK, f"{training} {around}"))
    return found


def of_keys(keys: Sequence[str], words: Vocabulary) -> list[Evidence]:
    """Return what the ``keys`` around a count say, the outermost first; the innermost that says something counts."""
    for key in reversed(keys):
        word = normalised(key)
        if word in words.against.keys:
            return [Evidence(-STRONG, f"under {key}")]
        if word in words.favour.keys:
            return [Evidence(WEAK, f"under {key}")]
    return []


def of_script(stem: str, words: Vocabulary) -> list[Evidence]:
    """Return what the name of a script, without its suffix, says of the options that it takes."""
    word = normalised(stem)
    if word in words.against.scripts:
        return [Evidence(-STRONG, f"the script is called {stem}")]
    if word in words.favour.scripts:
        return [Evidence(WEAK, f"the script is called {stem}")]
    return []


def of_program(name: str, words: Vocabulary) -> list[Evidence]:
    """Return what a program says of the options that it takes."""
    if normalised(name) in words.against.programs:
        return [Evidence(-PROOF, f"{name} has workers of its own")]
    return []
