"""The one way to write another count: together with the options that would then raise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.options import is_off, without_workers, worker_options

if TYPE_CHECKING:
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_OPTION_ON = re.compile(
    rb"(?:persistent_workers|prefetch_factor|multiprocessing_context)[\"'\]]*\s*(?::\s*\w+\s*=|[:=](?!=))\s*"
    rb"(?=True\b|true\b|yes\b|on\b|[1-9]|[\"'\w]*(?:spawn|fork))"
)
"""An option that is fixed to what needs workers, in whatever language; it ends where the option's value begins."""


def count_fix(site: Site, document: Document, policy: Policy) -> Fix | None:
    """Return the fix that writes the policy's target at ``site``, or None where no mode is in force or it would raise.

    A count of 0 takes the options beside it along: ``persistent_workers``, ``prefetch_factor``, ``timeout`` and
    ``multiprocessing_context`` make a loader without workers raise. Where such an option is fixed elsewhere in the
    file, and nothing says that another count is meant for it, no 0 is written.
    """
    target = policy.target(site.group)
    if target is None or not site.intact or site.value.number == target.count:
        return None
    edits = [replacing(site.value, str(target.count))]
    if target.count == 0:
        if blocked_by(site, document) is not None:
            return None
        for name, value in worker_options(site.group) if site.group is not None else ():
            if not is_off(name, value):
                text = without_workers(name, document.source.language)
                if text is None:
                    return None
                edits.append(replacing(value, text))
    return Fix("policy", f"Write {target.count} ({target.why})", tuple(sorted(edits, key=lambda edit: edit.start)))


def blocked_by(site: Site, document: Document) -> int | None:
    """Return the offset of an option elsewhere in the file that may make a loader with 0 at ``site`` raise."""
    group = site.group
    if group is not None and group.kind == "call" and group.loader is not None and not group.open:
        return None  # everything that this loader is given stands in its call
    beside_counts = {
        value.start for each in document.groups if each.count is not None for value in each.options.values()
    }
    for match in _OPTION_ON.finditer(document.source.code):
        if match.end() not in beside_counts:
            return match.end()
    return None
