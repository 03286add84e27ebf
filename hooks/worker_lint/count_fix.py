"""The one way to write another count: together with the options that would then raise."""

from __future__ import annotations

from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING

from worker_lint.finding import Fix, replacing
from worker_lint.guards import fixed_options, guarded, is_repeatable, is_watched, unguarded
from worker_lint.named_tuple import NamedTuple
from worker_lint.options import is_off, without_workers, worker_options
from worker_lint.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker_lint.finding import FixKind
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Group, Site, Value
    from worker_lint.source import Edit

_STATE = regex(rb"\b(?:load_state_dict|state_dict|set_state|get_state)\b")
"""How the state of a loader is saved and resumed."""
_OPTION_ON = regex(
    rb"(?:persistent_workers|prefetch_factor|multiprocessing_context)[\"'\]]*\s*(?::\s*\w+\s*=|[:=](?!=))\s*"
    rb"(?=True\b|true\b|yes\b|on\b|[1-9]|[\"'\w]*(?:spawn|fork))"
)
"""An option that is fixed to what needs workers, in whatever language; it ends where the option's value begins."""


class CountFixes:
    """The fixes of the counts in one document: what they depend on elsewhere in it is looked up once for all."""

    def __init__(self, document: Document, policy: Policy) -> None:
        self._document = document
        self._policy = policy

    def at(self, site: Site) -> Fix | None:
        """Return the fix that writes the policy's target at ``site``.

        None where no mode is in force, or where that would raise.

        A count of 0 takes the options along that make a loader without workers raise (``persistent_workers``,
        ``prefetch_factor``, ``timeout``, ``multiprocessing_context``): those beside it are turned off, and those of
        loaders in the same file that may get it by a name are guarded. Where such an option can be neither, no 0 is
        written.
        """
        target = self._policy.target(site.group)
        if target is None or not site.intact or site.value.number == target.count:
            return None
        edits = [replacing(site.value, str(target.count))]
        title = f"Write {target.count} ({target.why})"
        if target.count == 0:
            if self.blocked_by(site) is not None:
                return None
            off = [] if site.group is None else options_off(site.group, self._document)
            if off is None:
                return None
            edits += off
            if fed := self._fed_by(site):
                edits += [edit for each in fed for edit in each.guards]
                title = f"{title}, and guard the options that need workers"
        kind: FixKind = "unsafe" if checkpoint_error(site.group) and self._saves_state else "policy"
        return Fix(kind, title, tuple(sorted(edits, key=attrgetter("start"))))

    def blocked_by(self, site: Site) -> int | None:
        """Return the offset of an option elsewhere in the file that may make a loader with 0 at ``site`` raise.

        An option that the fix guards, or that stands beside a count of its own, is none.
        """
        if _stands_alone(site):
            return None
        blocking = next((each.blocking for each in self._fed_by(site) if each.blocking is not None), None)
        return self._option_without_a_count if blocking is None else blocking

    def _fed_by(self, site: Site) -> Sequence[_Fed]:
        """Return the calls and dicts in Python whose count is a name for ``site``, and may be, beside fixed options."""
        if _stands_alone(site):
            return ()
        by_any, by_some = self._fed
        by_this = by_some.get(site.value.start)
        return by_any if by_this is None else sorted((*by_any, *by_this), key=attrgetter("order"))

    @cached_property
    def _fed(self) -> tuple[list[_Fed], dict[int, list[_Fed]]]:
        """Those that any count of the document may feed, and those that some may, by where the counts begin."""
        by_any: list[_Fed] = []
        by_some: dict[int, list[_Fed]] = {}
        for order, group in enumerate(self._document.groups):
            count = group.count
            if group.kind not in ("call", "dict") or count is None or count.literal or is_watched(group):
                continue
            options = fixed_options(group)
            if not options:
                continue
            values = group.count_values
            known = values and all(each.literal for each in values)
            fed = _Fed.of(order, group, count, options)
            if unguarded(group) or (count.kind == "reference" and not known):
                by_any.append(fed)
            elif count.kind == "reference":
                for start in {each.start for each in values}:
                    by_some.setdefault(start, []).append(fed)
        return by_any, by_some

    @cached_property
    def _option_without_a_count(self) -> int | None:
        """The offset of the first option that is on where no count stands beside it."""
        # Data has no guards: an option beside a count that something else fills in stays as it is, and in the way.
        settled = {
            value.start
            for group in self._document.groups
            if group.count is not None and (group.count.literal or group.kind in ("call", "dict"))
            for value in group.options.values()
        }
        ends = (match.end() for match in _OPTION_ON.finditer(self._document.source.code))
        return next((end for end in ends if end not in settled), None)

    @cached_property
    def _saves_state(self) -> bool:
        return saves_state(self._document)


class _Fed(NamedTuple):
    """A call or a dict whose count may be that of another place."""

    order: int
    """Its number among the groups of the document."""
    blocking: int | None
    """The offset of an option in it that cannot be guarded, if there is one."""
    guards: tuple[Edit, ...]
    """What guards its options."""

    @classmethod
    def of(cls, order: int, group: Group, count: Value, options: list[tuple[str, Value]]) -> _Fed:
        """Return what has to be known of ``group``, whose ``options`` need workers."""
        if not (group.intact and is_repeatable(count)):
            return cls(order, options[0][1].start, ())
        return cls(order, None, tuple(replacing(value, guarded(name, value, count)) for name, value in options))


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


def checkpoint_error(group: Group | None) -> str | None:
    """Return what the loader of ``group`` raises where a checkpoint of another count is resumed, or None."""
    return group.loader.checkpoint_error if group is not None and group.loader is not None else None


def saves_state(document: Document) -> bool:
    """Return whether ``document`` saves the state of something, or resumes it: else there are no checkpoints."""
    code = document.source.code
    return b"state" in code and _STATE.search(code) is not None


def _stands_alone(site: Site) -> bool:
    """Return whether everything that the loader at ``site`` is given stands in its call."""
    group = site.group
    return group is not None and group.kind == "call" and group.loader is not None and not group.open
