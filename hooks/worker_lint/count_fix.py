"""The one way to write another count: together with the options that would then raise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.options import is_off, without_workers, worker_options

if TYPE_CHECKING:
    from worker_lint.finding import FixKind
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Site

_STATE = re.compile(rb"\b(?:load_state_dict|state_dict|set_state|get_state)\b")
"""How the state of a loader is saved and resumed."""
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
    kind: FixKind = "unsafe" if checkpoint_error(site.group, document) else "policy"
    return Fix(kind, f"Write {target.count} ({target.why})", tuple(sorted(edits, key=lambda edit: edit.start)))


def checkpoint_error(group: Group | None, document: Document) -> str | None:
    """Return what the loader of ``group`` raises where a checkpoint of another count is resumed, or None.

    None, too, where the file saves no state of anything: there are no checkpoints to resume.
    """
    if group is None or group.loader is None or b"state" not in document.source.code:
        return None
    return group.loader.checkpoint_error if _STATE.search(document.source.code) else None


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
