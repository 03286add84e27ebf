"""The baselines over a whole run: what of them is no longer found, and what a new one would list."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.rules import CODES
from worker_lint.triage import selected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from worker_lint.baseline import Baseline, Known
    from worker_lint.file_report import FileReport
    from worker_lint.finding import FoundIn
    from worker_lint.policies import Policies
    from worker_lint.recall.witness import Witness
    from worker_lint.settings import Settings

_MOST_NAMED = 3


class Ledger:
    """Takes note of the files of a run, and of what was found in them and known.

    An entry of a baseline is settled by the run where its file was judged by its rule, and all that the rule rests on
    is declared (``Rule.settles``); or where its file is gone from a folder that was checked. The run has nothing to
    say of the others.
    """

    def __init__(self, policies: Policies, *, writing: bool = False, witness: Witness | None = None) -> None:
        """Take the policies of the run; with ``writing``, it is to give a new baseline."""
        self._policies = policies
        self._writing = writing
        self._witness = witness
        self._judged: dict[str, frozenset[str]] = {}
        """The codes of the rules whose verdict on a file is certain, by its absolute path."""
        self.found: Counter[Known] = Counter()
        """What baselines list, and was found."""
        self._certain: dict[tuple[Settings, bool], frozenset[str]] = {}

    def take(self, file: FileReport) -> None:
        """Take note of one file that was judged."""
        if file.error is None and (
            self._writing or self._policies.baseline(self._policies.settings_for(file.path)) is not None
        ):
            full = os.path.abspath(file.path)  # noqa: PTH100 - links stay
            self._judged.setdefault(full, self._certain_codes(file))
            self.found.update(file.known)

    def stale(self, places: Sequence[Path]) -> Iterator[str]:
        """Yield a line for each baseline that lists what is no longer found in the files and folders ``places``."""
        for baseline in self._policies.baselines:
            gone = {
                known: count - self.found[known]
                for known, count in baseline.counts.items()
                if count > self.found[known] and self._is_settled(known, baseline, places)
            }
            if gone:
                number = sum(gone.values())
                named = [f"{each.path}: {each.code} {each.name or each.text}" for each in sorted(gone)[:_MOST_NAMED]]
                more = f", and {len(gone) - _MOST_NAMED} more" if len(gone) > _MOST_NAMED else ""
                noun = "finding that is" if number == 1 else "findings that are"
                yield (
                    f"{baseline.file}: lists {number} {noun} no longer there ({', '.join(named)}{more}); "
                    f"take them out with --write-baseline {baseline.file}"
                )

    def anew(self, old: Baseline, found: Iterable[FoundIn], places: Sequence[Path]) -> Counter[Known]:
        """Return what a baseline in the place of ``old`` lists: ``found``, and of ``old`` what is not settled."""
        counts = Counter(old.known(each) for each in found)
        for known, count in old.counts.items():
            if not self._is_settled(known, old, places):
                counts[known] = max(counts[known], count)
        return counts

    def _is_settled(self, known: Known, baseline: Baseline, places: Sequence[Path]) -> bool:
        full = baseline.full(known)
        certain = self._judged.get(full)
        if certain is not None:
            return known.code in certain or known.code not in CODES
        if self._witness is not None:
            self._witness.see(full)
        if os.path.lexists(full):
            return False
        folders = (os.path.abspath(place) for place in places if place.is_dir())  # noqa: PTH100 - links stay
        return any(Path(full).is_relative_to(folder) for folder in folders)

    def _certain_codes(self, file: FileReport) -> frozenset[str]:
        settings = self._policies.settings_for(file.path)
        key = settings, file.concerned
        if key not in self._certain:
            # Where no word of the vocabulary stands in a file, no rule would find anything in it, ever.
            policy = self._policies.for_path(file.path) if file.concerned else None
            self._certain[key] = frozenset(
                rule.code for rule in selected(settings) if policy is None or rule.settles(policy)
            )
        return self._certain[key]
