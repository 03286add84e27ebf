"""The catalogue: one module a rule, whose docstring is its page.

A run needs few of them: those that are selected, and of these the ones whose words stand in a file. Only they are
imported, so that a rule more costs nothing where it has nothing to say.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple

from worker_lint.stems import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker_lint.rule import Rule
    from worker_lint.site import Document


class Entry(NamedTuple):
    """What is known of a rule before it is imported; a test holds it against the rule itself."""

    code: str
    module: str
    words: tuple[bytes, ...] = ()
    """Without one of them in a file the rule finds nothing there; empty where no word tells."""
    where: Literal["python", "script", "anywhere"] = "anywhere"
    """The only documents that it looks at."""
    default: bool = True
    across: bool = False
    """Whether it looks across files, and not into each."""

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return _rule(self.module)

    def concerns(self, documents: Sequence[Document]) -> bool:
        """Return whether the rule is to be asked about the ``documents`` of one file.

        It looks more closely itself: so one that is imported already is asked at once.
        """
        return f"{__name__}.{self.module}" in sys.modules or self.may_find(documents)

    def may_find(self, documents: Sequence[Document]) -> bool:
        """Return whether the rule may find something in the ``documents`` of one file."""
        if self.where == "python" and all(document.module is None for document in documents):
            return False
        if self.where == "script" and all(document.job is None for document in documents):
            return False
        codes = (documents[0].source.root.code, *(document.source.code for document in documents)) if documents else ()
        return not self.words or any(word in code for code in codes for word in self.words)


@cache
def _rule(module: str) -> Rule:
    rule: Rule = import_module(f"{__name__}.{module}").RULE
    return rule


# Parts of the names of options, in every way to write them.
_PERSISTENT = (b"ersistent", b"ERSISTENT")
_PREFETCH = (b"refetch", b"REFETCH")
_TIMEOUT = (b"imeout", b"IMEOUT")
_CONTEXT = (b"ultiprocessing", b"ULTIPROCESSING")
_LOOPS = (b"for", b"while")
_UNPICKLABLE = (
    # Lambdas; functions and classes within others; and what wraps something of the operating system.
    *(b"lambda", b" def ", b"\tdef ", b" class ", b"\tclass "),
    *(b"Lock", b"Condition", b"Event", b"open", b"File", b"connect", b"socket"),
)
_CPU_COUNTS = (b"cpu_count", b"sched_getaffinity")
_CONTAINERS = (b"docker", b"podman", b"container", b"services")

CATALOGUE = (
    Entry("WL001", "unused_suppression", words=(MARK,)),
    Entry("WL101", "negative_worker_count"),
    Entry("WL102", "non_integer_worker_count"),
    Entry("WL103", "non_numeric_worker_literal"),
    Entry(
        "WL104",
        "cli_workers_not_int",
        words=(b"add_argument", b"add_option", b"option", b"argument", b"Option", b"Argument", b"DEFINE_"),
        where="python",
    ),
    Entry("WL105", "env_workers_not_int", words=(b"environ", b"getenv"), where="python"),
    Entry("WL106", "config_literal_surprise"),
    Entry("WL107", "help_default_drift", words=(b"help", b"description", b"DEFINE_"), where="python"),
    Entry("WL201", "worker_count_not_mode_value"),
    Entry("WL202", "hard_coded_worker_count", default=False),
    Entry("WL203", "worker_count_unspecified", where="python", default=False),
    Entry("WL204", "worker_sources_disagree", across=True),
    Entry("WL205", "mode_undeclared"),
    Entry("WL301", "exceeds_available_cpus"),
    Entry("WL302", "host_cpu_count_sizing", words=_CPU_COUNTS, where="python"),
    Entry("WL303", "cpu_arithmetic_edge", words=_CPU_COUNTS, where="python"),
    Entry("WL304", "shm_budget_exceeded"),
    Entry("WL305", "memory_budget_exceeded"),
    Entry("WL306", "kernel_limit_exceeded"),
    Entry("WL401", "persistent_workers_without_workers", words=_PERSISTENT),
    Entry("WL402", "prefetch_factor_invalid", words=_PREFETCH),
    Entry("WL403", "worker_only_option_without_workers", words=_TIMEOUT + _CONTEXT),
    Entry("WL404", "unguarded_worker_only_option", words=_PERSISTENT + _PREFETCH + _TIMEOUT + _CONTEXT, where="python"),
    Entry("WL405", "ineffective_worker_option", words=(b"worker_init_fn", b"in_order"), default=False),
    Entry(
        "WL406",
        "loader_mutated_after_init",
        words=(b".dataset", b".batch_s", b".sampler", b".drop_last", b".persistent_workers", b".num_workers"),
        where="python",
    ),
    Entry("WL501", "falsy_zero_worker_count", where="python"),
    Entry("WL502", "iterable_dataset_not_sharded", words=(b"IterableDataset",), where="python"),
    Entry("WL503", "constant_worker_seed", words=(b"worker_init", b"seed_worker", b"init_worker"), where="python"),
    Entry(
        "WL504",
        "instance_rng_in_dataset",
        words=(b"default_rng(", b"RandomState(", b"Random(", b"Generator("),
        where="python",
    ),
    Entry("WL505", "stale_dataset_in_persistent_workers", words=_PERSISTENT, where="python"),
    Entry(
        "WL506",
        "fork_shared_handle",
        words=(b"open", b"File(", b"Environment(", b"connect", b"socket(", b"Dataset("),
        where="python",
    ),
    Entry("WL507", "python_object_dataset", words=(b"Dataset",), where="python", default=False),
    Entry("WL508", "cuda_or_loader_in_worker", words=(b"Dataset", b"collate_fn"), where="python"),
    Entry(
        "WL601",
        "missing_main_guard",
        words=(*_LOOPS, b"iter", b"list", b"tuple", b"set(", b"set (", b"deque"),
        where="python",
    ),
    Entry("WL602", "unpicklable_loader_argument", words=_UNPICKLABLE, where="python"),
    Entry("WL603", "workers_in_notebook", where="python", default=False),
    Entry("WL604", "respawn_every_epoch", words=_LOOPS, where="python"),
    Entry("WL701", "workers_times_ranks", where="script"),
    Entry("WL702", "division_collapses_to_zero", words=(b"/",), where="python"),
    Entry("WL703", "worker_thread_oversubscription", words=(b"cv2", b"linalg"), where="python", default=False),
    Entry("WL704", "omp_affinity_pins_workers", words=(b"OMP_PROC_BIND", b"OMP_PLACES", b"GOMP_CPU_AFFINITY")),
    Entry("WL801", "slurm_cpus_mismatch", words=(b"cpus-per", b"SBATCH", b"srun", b"sbatch"), where="script"),
    Entry("WL802", "srun_drops_cpus_per_task", words=(b"srun",), where="script", default=False),
    Entry("WL803", "container_shm_too_small", words=_CONTAINERS),
    Entry("WL804", "container_cpu_limit_mismatch", words=_CONTAINERS),
    Entry(
        "WL901",
        "framework_forbids_workers",
        words=(b"torchio", b"SmartCacheDataset", b"enable_", b"num_parallel_workers", b"num_proc"),
        where="python",
    ),
    Entry("WL902", "removed_or_renamed_worker_option", words=(b"keras", b"workers_per_gpu"), where="python"),
    Entry("WL903", "worker_count_in_checkpoint"),
    Entry(
        "WL904",
        "more_workers_than_shards",
        words=(b"to_iterable_dataset", b"WebDataset"),
        where="python",
        default=False,
    ),
)
"""Every rule, in the order of the codes."""

CODES = tuple(entry.code for entry in CATALOGUE)

RULES: tuple[Rule, ...]
"""Every rule itself, in the order of the codes: all of them are imported where this is asked for."""


def __getattr__(name: str) -> tuple[Rule, ...]:
    if name == "RULES":
        return tuple(entry.rule for entry in CATALOGUE)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
