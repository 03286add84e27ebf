"""The one way to write another count: together with the options that would then raise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.guards import fixed_options, guarded, is_repeatable, is_watched, unguarded
from worker_lint.options import is_off, without_workers, worker_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker_lint.finding import FixKind
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Site
    from worker_lint.source import Edit

_STATE = re.compile(rb"\b(?:load_state_dict|state_dict|set_state|get_state)\b")
"""How the state of a loader is saved and resumed."""
_OPTION_ON = re.compile(
    rb"(?:persistent_workers|prefetch_factor|multiprocessing_context)[\"'\]]*\s*(?::\s*\w+\s*=|[:=](?!=))\s*"
    rb"(?=True\b|true\b|yes\b|on\b|[1-9]|[\"'\w]*(?:spawn|fork))"
)
"""An option that is fixed to what needs workers, in whatever language; it ends where the option's value begins."""


def count_fix(site: Site, document: Document, policy: Policy) -> Fix | None:
    """Return the fix that writes the policy's target at ``site``, or None where no mode is in force or it would raise.

    A count of 0 takes the options along that make a loader without workers raise (``persistent_workers``,
    ``prefetch_factor``, ``timeout``, ``multiprocessing_context``): those beside it are turned off, and those of loaders
    in the same file that may get it by a name are guarded. Where such an option can be neither, no 0 is written.
    """
    target = policy.target(site.group)
    if target is None or not site.intact or site.value.number == target.count:
        return None
    edits = [replacing(site.value, str(target.count))]
    title = f"Write {target.count} ({target.why})"
    if target.count == 0:
        if blocked_by(site, document) is not None:
            return None
        off = [] if site.group is None else options_off(site.group, document)
        if off is None:
            return None
        edits += off
        guards = [
            replacing(value, guarded(name, value, group.count))
            for group in _fed_by(site, document)
            for name, value in fixed_options(group)
            if group.count is not None
        ]
        if guards:
            edits += guards
            title = f"{title}, and guard the options that need workers"
    kind: FixKind = "unsafe" if checkpoint_error(site.group, document) else "policy"
    return Fix(kind, title, tuple(sorted(edits, key=lambda edit: edit.start)))


def options_off(group: Group, document: Document) -> list[Edit] | None:
    """Return the edits that turn off what would raise in ``group`` beside a 0; None where that cannot be said."""
    edits = []
    for name, value in worker_options(group):
        if not is_off(name, value):
            text = without_workers(name, document.source.language)
            if text is None:
                return None
            edits.append(replacing(value, text))
    return edits


def checkpoint_error(group: Group | None, document: Document) -> str | None:
    """Return what the loader of ``group`` raises where a checkpoint of another count is resumed, or None.

    None, too, where the file saves no state of anything: there are no checkpoints to resume.
    """
    error = group.loader.checkpoint_error if group is not None and group.loader is not None else None
    if error is None or b"state" not in document.source.code:
        return None
    return error if _STATE.search(document.source.code) else None


def blocked_by(site: Site, document: Document) -> int | None:
    """Return the offset of an option elsewhere in the file that may make a loader with 0 at ``site`` raise.

    An option that ``count_fix`` guards, or that stands beside a count of its own, is none.
    """
    if _stands_alone(site):
        return None
    for group in _fed_by(site, document):
        if group.count is not None and not (group.intact and is_repeatable(group.count)):
            return next(value.start for _, value in fixed_options(group))
    # Data has no guards: an option beside a count that something else fills in stays as it is, and stands in the way.
    settled = {
        value.start
        for group in document.groups
        if group.count is not None and (group.count.literal or group.kind in ("call", "dict"))
        for value in group.options.values()
    }
    for match in _OPTION_ON.finditer(document.source.code):
        if match.end() not in settled:
            return match.end()
    return None


def _fed_by(site: Site, document: Document) -> Iterator[Group]:
    """Yield the calls and dicts in Python whose count is a name for ``site``, and may be, beside fixed options."""
    if _stands_alone(site):
        return
    for group in document.groups:
        count = group.count
        if group.kind not in ("call", "dict") or count is None or count.literal or is_watched(group):
            continue
        values = group.count_values
        is_another = values and all(each.literal and each.start != site.value.start for each in values)
        may_be_it = count.kind == "reference" and not is_another
        if (may_be_it or unguarded(group)) and fixed_options(group):
            yield group


def _stands_alone(site: Site) -> bool:
    """Return whether everything that the loader at ``site`` is given stands in its call."""
    group = site.group
    return group is not None and group.kind == "call" and group.loader is not None and not group.open
