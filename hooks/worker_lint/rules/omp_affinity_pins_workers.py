"""# omp-affinity-pins-workers (WL704)

## What it does

Finds `OMP_PROC_BIND`, `OMP_PLACES` and `GOMP_CPU_AFFINITY` in scripts, Dockerfiles and Python beside a count of two
workers or more, where their value binds OpenMP's first thread to one core: `OMP_PROC_BIND=true` (`close`, `spread`,
`master`), `OMP_PLACES=cores` (`threads`, a list of places), any `GOMP_CPU_AFFINITY`.

`OMP_PROC_BIND=false`, anywhere in the file, turns all of them off. `OMP_PLACES=sockets` leaves the CPUs of a socket
and is not reported, nor is `KMP_AFFINITY`, to which the OpenMP of torch's own wheels does not listen.

## Why is this bad?

OpenMP's first thread is the main process itself. Importing torch loads OpenMP, which binds it at once, and every
worker, forked or spawned, inherits that: all of them share one core. Measured on 2 CPUs with each of the values
above, the main process and each worker were left with 1 CPU; without them, with 2. torch then even suggests it:

    UserWarning: This DataLoader will create 8 worker processes in total. Our suggested max number of worker in
    current system is 1 ...

## Example

```shell
export OMP_PROC_BIND=true
python train.py --batch-size 64 --num-workers 8
```

## Use instead

```shell
export OMP_PROC_BIND=false
python train.py --batch-size 64 --num-workers 8
```

## Fix safety

Unsafe: the threads of other libraries are then no longer bound either. The fix writes `OMP_PROC_BIND=false`; the two
other variables it leaves alone. Code that must bind its threads can give each worker its CPUs back in
`worker_init_fn`, with `os.sched_setaffinity`.

## References

- [OpenMP, `OMP_PROC_BIND`](https://www.openmp.org/spec-html/5.0/openmpse52.html),
  [GNU's `GOMP_CPU_AFFINITY`](https://gcc.gnu.org/onlinedocs/libgomp/GOMP_005fCPU_005fAFFINITY.html)
- [pytorch#101850](https://github.com/pytorch/pytorch/issues/101850): the affinity shrinks on import
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker_lint.finding import Fix, Related, Severity, replacing
from worker_lint.locate.command_sites import value_of
from worker_lint.regex import regex
from worker_lint.rule import Rule
from worker_lint.rules._words import shown, subject
from worker_lint.site import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from worker_lint.finding import Finding
    from worker_lint.locate.job import Job
    from worker_lint.locate.module import Module
    from worker_lint.policy import Policy
    from worker_lint.site import Document, Site

_SWITCH = "OMP_PROC_BIND"
_BINDING = {
    _SWITCH: regex(r"(?i)(?:true|close|spread|master)(?:\s*,.*)?"),
    "OMP_PLACES": regex(r"(?i)(?:cores|threads)(?:\(\d+\))?|\{.*"),
    "GOMP_CPU_AFFINITY": regex(r"\d.*"),
}
"""What binds the first thread to one core; the first of them that is set decides."""
_WORDS = tuple(name.encode() for name in _BINDING)
_OFF = regex(rb"OMP_PROC_BIND[\"'\]]*\s*[=,:]\s*[\"']?(?i:false)|unset\s[^\n;&|]*OMP_PROC_BIND")
_TORCH = regex(rb"(?m)^[ \t]*(?:import|from)[ \t]+torch\b")
_FEWEST_WORKERS = 2


def check(document: Document, policy: Policy) -> Iterator[Finding]:
    """Yield a finding for each variable that leaves one core to all workers of the file."""
    code = document.source.code
    if not document.sites or not any(word in code for word in _WORDS) or _OFF.search(code):
        return
    found: list[tuple[str, Value, Site]] = []
    if document.job is not None:
        found = list(_in_script(document.job, document))
    elif document.module is not None and (site := _busiest(document.sites)) is not None:
        found = [(name, value, site) for name, value in _in_module(document.module)]
    first = next((name for name in _BINDING if any(name == each[0] for each in found)), None)
    for name, value, site in found:
        if name == first:
            yield _finding(name, value, site, document)


def _in_script(job: Job, document: Document) -> Iterator[tuple[str, Value, Site]]:
    for each in job.assignments:
        value = value_of(each.value)
        if each.name not in _BINDING or not _BINDING[each.name].fullmatch(value.text):
            continue
        sites = document.sites
        if each.line is not None:  # in front of one command, and for it alone
            sites = tuple(site for site in sites if any(launch.line is each.line for launch in job.launches(site)))
        if (each.exported or each.line is not None) and (site := _busiest(sites)) is not None:
            yield each.name, value, site


def _in_module(module: Module) -> Iterator[tuple[str, Value]]:
    """Yield the variables that a module sets before it imports torch, with their values."""
    torch = _TORCH.search(module.code)
    for node in module.words(_BINDING):
        name = module.code[node.start_byte : node.end_byte].decode()
        value = _given(node, module)
        if value is None or name not in _BINDING or (torch is not None and torch.start() < node.start_byte):
            continue
        content = next((child for child in value.named_children if child.type == "string_content"), None)
        if content is not None and _BINDING[name].fullmatch(text := (content.text or b"").decode("utf-8", "replace")):
            yield name, Value(content.start_byte, content.end_byte, text, "string")


def _given(content: Node, module: Module) -> Node | None:
    """Return the string that ``os.environ`` is given under the name that stands at ``content``, or None."""
    string = content.parent
    around = string.parent if string is not None else None
    if string is None or string.type != "string" or around is None:
        return None
    value, outer = None, around.parent
    if around.type == "subscript" and outer is not None and outer.type == "assignment":
        if module.dotted(around.child_by_field_name("value")) == "os.environ":
            value = outer.child_by_field_name("right")
    elif (
        around.type == "argument_list"
        and outer is not None
        and around.named_child_count > 1
        and module.callee(outer) in ("os.environ.setdefault", "os.putenv")
    ):
        value = around.named_children[1]
    return value if value is not None and value.type == "string" else None


def _busiest(sites: tuple[Site, ...]) -> Site | None:
    """Return the site with the most workers, None where none has several."""
    several = [site for site in sites if (site.value.number or 0) >= _FEWEST_WORKERS]
    return max(several, key=lambda site: site.value.number or 0, default=None)


def _finding(name: str, value: Value, site: Site, document: Document) -> Finding:
    source = document.source
    fix = Fix("unsafe", f"Write {_SWITCH}=false", (replacing(value, "false"),)) if name == _SWITCH else None
    return RULE.finding(
        value,
        f"{name}={shown(value)} binds the process to one core as soon as it imports torch, and its workers "
        f"({subject(site)} is {site.value.number}) inherit that: all of them share the core",
        f"write {_SWITCH}=false" if fix else f"leave {name} out, or set {_SWITCH}=false as well",
        fix=fix,
        group=site.group,
        related=(Related(source.path, source.position(site.value.start), "the workers"),),
    )


RULE = Rule(
    code="WL704",
    name="omp-affinity-pins-workers",
    summary="An OpenMP variable binds all workers to one core",
    severity=Severity.WARNING,
    check=check,
    fix="unsafe",
)
