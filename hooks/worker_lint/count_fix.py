"""The one way to write another count: together with the options that would then raise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.options import is_off, without_workers, worker_options

if TYPE_CHECKING:
    from worker_lint.policy import Policy
    from worker_lint.site import Site
    from worker_lint.source import Language


def count_fix(site: Site, language: Language, policy: Policy) -> Fix | None:
    """Return the fix that writes the policy's target at ``site``, or None where no mode is in force or it would raise.

    A count of 0 takes the options beside it along: ``persistent_workers``, ``prefetch_factor``, ``timeout`` and
    ``multiprocessing_context`` make a loader without workers raise.
    """
    target = policy.target(site.group)
    if target is None or not site.intact or site.value.number == target.count:
        return None
    edits = [replacing(site.value, str(target.count))]
    if target.count == 0 and site.group is not None:
        for name, value in worker_options(site.group):
            if not is_off(name, value):
                text = without_workers(name, language)
                if text is None:
                    return None
                edits.append(replacing(value, text))
    return Fix("policy", f"Write {target.count} ({target.why})", tuple(sorted(edits, key=lambda edit: edit.start)))
