"""``worker-lint profile``: capture, show and compare what machines offer to data-loading workers."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from worker_lint.commands.arguments import add_settings_file
from worker_lint.dataclass import asdict
from worker_lint.errors import ProfileError, UsageError
from worker_lint.settings import SettingsResolver
from worker_lint.units import parse_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from worker_lint.flips import Flips
    from worker_lint.hardware.demand import Demand
    from worker_lint.hardware.drift import Verdict
    from worker_lint.hardware.profile import Profile

SUMMARY = "capture, show and compare hardware profiles"

LIVE = "live"
_FOLDER = Path("profiles")
_JOB = ("batch_bytes", "live_loaders", "prefetch_factor", "ranks_per_node")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the four actions and their options to ``parser``."""
    actions = parser.add_subparsers(dest="profile_action", metavar="ACTION", required=True)

    capture = actions.add_parser("capture", help="measure this machine and write its profile")
    capture.add_argument("--name", required=True, help="small letters, digits, '.', '_' and '-', as in g4dn-xlarge")
    capture.add_argument(
        "--output",
        metavar="PATH",
        help="where to write ('-' for standard output; default: profiles/NAME.json)",
    )
    capture.add_argument("--no-gpu-model", action="store_true", help="leave the model of the GPUs out")
    _add_root(capture)

    show = actions.add_parser("show", help="print a profile, where each figure came from, and its limits")
    show.add_argument("profile", nargs="?", default=LIVE, help="a file, or 'live' for this machine (the default)")
    show.add_argument("--output-format", choices=("text", "json"), default="text")
    _add_demand(show)
    _add_root(show)

    diff = actions.add_parser("diff", help="compare two profiles; status 1 where the second bears fewer workers")
    diff.add_argument("old", help="a file, or 'live'")
    diff.add_argument("new", help="a file, or 'live'")
    _add_demand(diff)
    _add_root(diff)

    check = actions.add_parser("check", help="compare profiles with this machine; status 1 where it bears fewer")
    check.add_argument(
        "profile",
        nargs="?",
        help="a file (default: what the settings of the current folder name, else the only one in profiles/)",
    )
    _add_demand(check)
    _add_root(check)


def run(args: argparse.Namespace) -> int:
    """Do what ``args`` asks and return the exit status: 1 where a machine bears fewer workers, else 0.

    2 where that is open, because a file that may hold worker counts could not be read.
    Raises ProfileError for a profile that cannot be used, UsageError for arguments that cannot be honoured.
    """
    match args.profile_action:
        case "capture":
            return _capture(args)
        case "show":
            return _show(args)
        case "diff":
            return _diff(args)
    return _check(args)


def _capture(args: argparse.Namespace) -> int:
    from worker_lint.hardware.capture import recapture
    from worker_lint.hardware.machine import inspect
    from worker_lint.hardware.profile import Profile, load, parse
    from worker_lint.schema import load_schema

    form = load_schema("hardware-profile")["properties"]["name"]["pattern"]
    if not re.search(form, args.name) or args.name.endswith("\n"):
        raise UsageError(f"--name {args.name!r}: use small letters, digits, '.', '_' and '-', at most 64 of them")
    machine = inspect(args.root)
    profile = Profile.from_machine(machine, args.name, gpu_model=not args.no_gpu_model)
    parse(profile.to_document(), "this machine's profile")  # what cannot be read again is not written
    for sentence in machine.disagreements:
        _notice(sentence)
    if args.output == "-":
        return _say([profile.to_json().rstrip("\n")])
    path = Path(args.output) if args.output else _FOLDER / f"{args.name}.json"
    try:
        if path.exists():
            if not path.is_file():  # to read a pipe would be to wait for somebody who writes
                raise UsageError(f"{path}: is no regular file; name one, or give '-' for standard output")
            old = load(path)
            profile = recapture(old, profile, path)
            if profile == old:
                _notice(f"{path} is as this machine is; nothing written")
                return 0
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(profile.to_json(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ProfileError(f"{path}: cannot be written ({error.strerror}); give another --output") from None
    _notice(f"wrote {path}")
    return 0


def _show(args: argparse.Namespace) -> int:
    from worker_lint.hardware import describe
    from worker_lint.hardware.limits import limits

    profile, demand = _profile(args.profile, args), _demand(_settings(args))
    found = limits(profile, demand)
    if args.output_format == "json":
        bounds: dict[str, object] = {"limit": found.limit, "safe": found.safe, "binding": found.binding.name}
        bounds |= {"terms": [asdict(term) for term in found.terms], "omitted": found.omitted}
        document = {"profile": profile.to_document(), "limits": bounds}
        return _say([json.dumps(document, indent=2, ensure_ascii=False)])
    heading = f"Workers in each process, {describe.demand_words(demand)}:"
    return _say([*describe.profile_lines(profile), "", heading, *describe.limits_lines(found)])


def _diff(args: argparse.Namespace) -> int:
    from worker_lint.flips import Flips

    settings = _settings(args)
    flips = Flips(settings)
    return _status([_compare(_profile(args.old, args), _profile(args.new, args), settings, flips)], flips)


def _check(args: argparse.Namespace) -> int:
    from worker_lint.flips import Flips

    settings = _settings(args)
    chosen = {args.profile: None} if args.profile else _declared(settings)
    profiles = {name: _profile(name, args) for name in chosen}
    if not profiles:
        return 0
    here, flips, verdicts = _profile(LIVE, args), Flips(settings), []
    for name, profile in profiles.items():
        if len(profiles) > 1:
            _say([f"{name}:"])
        verdicts.append(_compare(profile, here, settings, flips, chosen[name]))
        if verdicts[-1] == "larger":
            _notice(f"to capture again: worker-lint profile capture --name {profile.name} --output {name}")
    return _status(verdicts, flips)


def _declared(settings: SettingsResolver) -> dict[str, str | None]:
    """Return the profiles that the settings of the current folder name, else the only one in profiles/.

    Each by its path from here, with its path as the settings have it.
    """
    names = settings.for_folder(Path()).profile
    if names is None:
        return {str(_only_profile()): None}
    for word, why in ((LIVE, "is this machine itself"), ("none", "is no machine")):
        if word in names:
            _notice(f'the settings name "{word}", which {why}: there is nothing to compare')
    return {_from_here(name): name for name in names if name not in (LIVE, "none")}


def _from_here(name: str) -> str:
    path, here = Path(name), Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def _compare(
    old: Profile, new: Profile, settings: SettingsResolver, flips: Flips, profile: str | None = None
) -> Verdict:
    """Print how ``new`` differs from ``old``, with the sites whose result flips, and return the verdict."""
    from worker_lint.hardware.describe import drift_lines, verdict_line
    from worker_lint.hardware.drift import compare, default_demands

    drift = compare(old, new, default_demands(_demand(settings)))
    _say(drift_lines(drift))
    found = flips.between(drift, profile)
    drift = drift.at(flip.demand for flip in found)  # a loader may ask for more than is asked for by default
    _say([*(flip.line for flip in found), verdict_line(drift)])
    return drift.verdict


def _status(verdicts: Sequence[Verdict], flips: Flips) -> int:
    """Return 1 where a machine bears fewer workers: no file can change that. Else an unread one leaves it open."""
    for error in flips.errors:
        _notice(f"error: {error}")
    return 1 if "smaller" in verdicts else 2 if flips.errors else 0


def _profile(chosen: str, args: argparse.Namespace) -> Profile:
    """Return the profile in the file ``chosen``, or the running machine's for the word "live"."""
    from worker_lint.hardware.profile import Profile, load

    if chosen != LIVE:
        return load(Path(chosen))
    from worker_lint.hardware.machine import inspect

    machine = inspect(args.root)
    for sentence in machine.disagreements:
        _notice(sentence)
    if machine.load and machine.load[0] > 1:
        _notice(f"other work is running here (load {machine.load[0]:.1f}); the figures leave it out of account")
    return Profile.from_machine(machine, LIVE)


def _only_profile() -> Path:
    found = sorted(_FOLDER.glob("*.json"))
    if len(found) == 1:
        return found[0]
    there = ", ".join(str(path) for path in found) or "none"
    raise UsageError(f"name the profile to check: the settings name none, and profiles/ holds {there}")


def _settings(args: argparse.Namespace) -> SettingsResolver:
    """Return the settings, in which what ``args`` say of the job beats every file."""
    given = {name: getattr(args, name) for name in _JOB if getattr(args, name) is not None}
    return SettingsResolver(given, config=args.config, isolated=args.isolated)


def _demand(settings: SettingsResolver) -> Demand:
    from worker_lint.policy import Policy

    return Policy(settings.for_folder(Path())).demand


def _add_demand(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what the job asks for (default: what the settings say)")
    group.add_argument("--batch-bytes", type=_size, metavar="SIZE", help="one batch, as in 147MiB")
    group.add_argument("--live-loaders", type=int, metavar="N", help="loaders alive together")
    group.add_argument("--prefetch-factor", type=int, metavar="N", help="batches that a worker holds ready")
    group.add_argument("--ranks-per-node", type=int, metavar="N", help="training processes")
    add_settings_file(group)


def _size(text: str) -> int:
    try:
        return parse_bytes(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _add_root(parser: argparse.ArgumentParser) -> None:
    # Another folder in place of /: another machine's /proc and /sys, unpacked to look into or to test with.
    parser.add_argument("--root", type=Path, default=Path("/"), help=argparse.SUPPRESS)


def _say(lines: Iterable[str]) -> int:
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _notice(text: str) -> None:
    sys.stderr.write(f"{text}\n")
