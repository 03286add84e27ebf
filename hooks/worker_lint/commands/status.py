"""``worker-lint status``: the machine, what the repository says today, and what each mode would say here."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker_lint.commands.arguments import add_paths, add_settings, resolver
from worker_lint.discover import discover
from worker_lint.hardware.machine import inspect
from worker_lint.opening import is_wanted
from worker_lint.policies import Policies
from worker_lint.report.status import lines
from worker_lint.survey import Survey

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from worker_lint.hardware.machine import Machine
    from worker_lint.policy import Policy
    from worker_lint.site import Document

SUMMARY = "show the machine, what the repository says today, what each mode would say here, and what to do next"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_paths(parser)
    add_settings(parser)
    parser.add_argument("--output-format", choices=("text", "json"), default="text", help="(default: %(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print the status and return 0, or 2 where a file could not be read."""
    settings = resolver(args)
    policies = Policies(settings)
    paths = args.paths or [Path()]
    first = paths[0]
    policy = policies.for_folder(first) if first.is_dir() else policies.for_path(first)
    survey = Survey(settings.for_path)
    wanted = partial(is_wanted, settings_for=settings.for_path)
    files = [_file(document) for document in survey.documents(discover(paths, wanted, settings.is_excluded))]
    status = {
        "machine": _machine(inspect()),
        "profiles": [_profile(policy, number) for number in range(len(policy.profiles))],
        "settings": _settings(policy),
        "files_read": survey.files,
        "files": files,
        "modes": [_mode(policy, name) for name in policy.settings.modes],
        "next": _next(policy, args, files),
    }
    if args.output_format == "json":
        json.dump(status, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in lines(status))
    sys.stderr.writelines(f"worker-lint: {notice}\n" for notice in policies.notices)
    sys.stderr.writelines(f"error: {error}\n" for error in survey.errors)
    return 2 if survey.errors else 0


def _machine(machine: Machine) -> dict[str, Any]:
    cpu, memory = machine.cpu, machine.memory
    return {
        "cpus_usable": machine.usable,
        "cpus_per": machine.cpu_per,
        "cpus_from": cpu.source if cpu else None,
        "cpus_host": machine.host_logical,
        "memory_bytes": int(memory.value) if memory else None,
        "memory_from": memory.source if memory else None,
        "memory_host_bytes": machine.host_bytes,
        "shm_bytes": machine.shm_bytes,
        "gpus": machine.gpu.count if machine.gpu else None,
        "gpu_model": machine.gpu.model if machine.gpu else None,
        "load": machine.load[0] if machine.load else None,
        "start_method": machine.start_method,
        "ranks_per_node": machine.ranks_per_node,
        "disagreements": list(machine.disagreements),
    }


def _profile(policy: Policy, number: int) -> dict[str, Any]:
    bound = policy.bounds()[number]
    binding = bound.limits.binding
    return {
        "name": bound.profile.name,
        "limit": bound.limits.limit,
        "safe": bound.limits.safe,
        "binding": binding.name,
        "why": binding.why,
        "omitted": list(bound.limits.omitted),
    }


def _settings(policy: Policy) -> dict[str, Any]:
    settings = policy.settings
    return {
        "file": None if settings.file is None else str(settings.file),
        "mode": settings.mode,
        "policy": settings.policy,
    }


def _file(document: Document) -> dict[str, Any]:
    values = [site.value for site in document.sites]
    return {
        "path": document.source.path.as_posix(),
        "counts": sorted(value.number for value in values if value.number is not None),
        "other": sum(not value.literal for value in values),
    }


def _mode(policy: Policy, name: str) -> dict[str, Any]:
    target = policy.target_of(name)
    return {"name": name, "wanted": policy.settings.modes[name], "target": target.count, "why": target.why}


def _next(policy: Policy, args: argparse.Namespace, files: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Return the commands that make sense now, each with what it does."""
    where = " ".join(str(path) for path in args.paths) or "."
    steps: list[tuple[str, str]] = []
    mode = policy.settings.mode
    if not files:
        pass
    elif not any(file["counts"] for file in files):
        steps.append((f"worker-lint sites {where}", "lists what sets a count in other ways"))
    elif mode is None:
        steps.append((f"worker-lint --mode training --diff {where}", "shows what a declared mode would change"))
        if policy.settings.file is None:
            steps.append(("worker-lint init", "declares the mode that most counts have, and adds the hook"))
    else:
        given = f" --mode {args.mode}" if args.mode else ""
        steps.append((f"worker-lint{given} --diff {where}", f"shows what {mode} would change"))
        steps.append((f"worker-lint{given} --fix {where}", "changes it"))
    if policy.settings.profile is None:
        steps.append(("worker-lint profile capture --name NAME", "writes down the machine that trains, run there"))
    return [{"command": command, "does": does} for command, does in steps]
