"""The catalogue: one module a rule, whose docstring is its page.

A run needs few of them: those that are selected, and of these the ones that may find something in a file, as far as
what it holds tells. Only they are imported and asked, so that a rule more costs nothing where it has nothing to say.
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module

from worker_lint.dataclass import dataclass

TYPE_CHECKING = False  # as type checkers know it: who only asks for codes imports little
if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker_lint.policy import Policy
    from worker_lint.rule import Rule
    from worker_lint.rules._contents import Contents, Kind
    from worker_lint.site import Document


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What is known of a rule before it is imported; a test holds it against the rule itself."""

    code: str
    module: str
    needs: tuple[Kind, ...] = ()
    """What has to be in a file, or to be asked of it, all of it, or the rule finds nothing there."""
    options: tuple[str, ...] = ()
    """And one of these names, without their prefixes, beside other values; empty where none tells."""
    words: frozenset[bytes] = frozenset()
    """And one of these names in the code; empty where none tells."""
    default: bool = True
    across: bool = False
    """Whether it looks across files, and not into each."""
    review: bool = False
    """Whether it looks at what became of the others' findings, and not into the file."""

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return _rule(self.module)

    def may_find(self, contents: Contents) -> bool:
        """Return whether the rule may find something in a file of the kinds that it needs, with these ``contents``."""
        return (not self.options or not contents.options.isdisjoint(self.options)) and (
            not self.words or not contents.words.isdisjoint(self.words)
        )


def asked(entries: tuple[Entry, ...], documents: Sequence[Document], policy: Policy) -> list[Entry]:
    """Return those of the ``entries`` whose rules look into files, and may find something in these ``documents``."""
    from worker_lint.rules._contents import Contents, declared

    contents = Contents(documents)
    kinds = contents.kinds | declared(policy)
    return [entry for entry in _content_with(entries, kinds) if entry.may_find(contents)]


@lru_cache(maxsize=64)
def _content_with(entries: tuple[Entry, ...], kinds: frozenset[Kind]) -> tuple[Entry, ...]:
    """Return those of the ``entries`` whose rules look into files, and need no more than these ``kinds``."""
    return tuple(entry for entry in entries if kinds.issuperset(entry.needs) and not entry.across and not entry.review)


@cache
def _rule(module: str) -> Rule:
    rule: Rule = import_module(f"{__name__}.{module}").RULE
    return rule


_WORKER_OPTIONS = ("persistent_workers", "prefetch_factor", "timeout", "multiprocessing_context")
_FLAGS = (b"DEFINE_integer", b"DEFINE_int", b"DEFINE_string", b"DEFINE_enum", b"DEFINE_float")
_PARSERS = frozenset({b"add_argument", b"add_option", b"option", b"argument", b"Option", b"Argument", *_FLAGS})
_CPU_COUNTS = frozenset({b"cpu_count", b"process_cpu_count", b"sched_getaffinity"})

CATALOGUE = (
    Entry("WL001", "unused_suppression", review=True),
    Entry("WL101", "negative_worker_count", ("negatives",)),
    Entry("WL102", "non_integer_worker_count", ("constants",)),
    Entry("WL103", "non_numeric_worker_literal", ("constants",)),
    Entry("WL104", "cli_workers_not_int", ("python",), words=_PARSERS),
    Entry("WL105", "env_workers_not_int", ("python", "loaders"), words=frozenset({b"environ", b"getenv"})),
    Entry("WL106", "config_literal_surprise", ("data", "counts")),
    Entry("WL107", "help_default_drift", ("python", "counts"), words=frozenset({b"help", b"description", *_FLAGS})),
    Entry("WL201", "worker_count_not_mode_value", ("integers", "mode")),
    Entry("WL202", "hard_coded_worker_count", ("counts",), default=False),
    Entry("WL203", "worker_count_unspecified", ("python", "loaders"), default=False),
    Entry("WL204", "worker_sources_disagree", ("counts",), across=True),
    Entry("WL205", "mode_undeclared", ("integers", "mode")),
    Entry("WL301", "exceeds_available_cpus", ("integers", "machine")),
    Entry("WL302", "host_cpu_count_sizing", ("python", "counts"), words=_CPU_COUNTS),
    Entry("WL303", "cpu_arithmetic_edge", ("python", "counts"), words=_CPU_COUNTS),
    Entry("WL304", "shm_budget_exceeded", ("integers", "machine")),
    Entry("WL305", "memory_budget_exceeded", ("integers", "machine")),
    Entry("WL306", "kernel_limit_exceeded", ("integers", "machine")),
    Entry("WL401", "persistent_workers_without_workers", options=("persistent_workers",)),
    Entry("WL402", "prefetch_factor_invalid", options=("prefetch_factor",)),
    Entry("WL403", "worker_only_option_without_workers", options=("timeout", "multiprocessing_context")),
    Entry("WL404", "unguarded_worker_only_option", ("python",), options=_WORKER_OPTIONS),
    Entry("WL405", "ineffective_worker_option", ("loaders",), options=("worker_init_fn", "in_order"), default=False),
    Entry("WL406", "loader_mutated_after_init", ("python", "loaders")),
    Entry("WL501", "falsy_zero_worker_count", ("python", "counts"), words=frozenset({b"if", b"or"})),
    Entry("WL502", "iterable_dataset_not_sharded", ("python", "loaders"), words=frozenset({b"IterableDataset"})),
    Entry(
        "WL503",
        "constant_worker_seed",
        ("python",),
        words=frozenset(
            {b"worker_init_fn", b"seed_worker", b"init_worker", b"worker_init", b"_worker_init_fn", b"_seed_worker"}
        ),
    ),
    Entry(
        "WL504",
        "instance_rng_in_dataset",
        ("python",),
        words=frozenset({b"default_rng", b"RandomState", b"Random", b"Generator"}),
    ),
    Entry("WL505", "stale_dataset_in_persistent_workers", ("python", "loaders"), options=("persistent_workers",)),
    Entry(
        "WL506",
        "fork_shared_handle",
        ("python",),
        words=frozenset(
            {
                *(b"open", b"TarFile", b"ZipFile", b"File", b"open_file", b"Dataset", b"Environment"),
                *(b"connect", b"socket", b"create_connection"),
            }
        ),
    ),
    Entry("WL507", "python_object_dataset", ("python",), words=frozenset({b"__getitem__"}), default=False),
    Entry("WL508", "cuda_or_loader_in_worker", ("python", "loaders"), words=frozenset({b"class", b"collate_fn"})),
    Entry("WL601", "missing_main_guard", ("python", "loaders")),
    Entry("WL602", "unpicklable_loader_argument", ("python", "loaders")),
    Entry("WL603", "workers_in_notebook", ("python", "loaders"), default=False),
    Entry("WL604", "respawn_every_epoch", ("python", "loaders")),
    Entry("WL701", "workers_times_ranks", ("script", "counts")),
    Entry("WL702", "division_collapses_to_zero", ("python", "computed")),
    Entry(
        "WL703",
        "worker_thread_oversubscription",
        ("python", "loaders"),
        words=frozenset({b"cv2", b"linalg"}),
        default=False,
    ),
    Entry(
        "WL704",
        "omp_affinity_pins_workers",
        ("program", "counts"),
        words=frozenset({b"OMP_PROC_BIND", b"OMP_PLACES", b"GOMP_CPU_AFFINITY"}),
    ),
    Entry(
        "WL801",
        "slurm_cpus_mismatch",
        ("script", "counts"),
        words=frozenset({b"cpus", b"SBATCH", b"srun", b"sbatch"}),
    ),
    Entry("WL802", "srun_drops_cpus_per_task", ("script", "counts"), words=frozenset({b"srun"}), default=False),
    Entry("WL803", "container_shm_too_small", ("counts", "container")),
    Entry("WL804", "container_cpu_limit_mismatch", ("counts", "container")),
    Entry(
        "WL901",
        "framework_forbids_workers",
        ("python",),
        words=frozenset({b"torchio", b"SmartCacheDataset", b"num_parallel_workers", b"num_proc"})
        | {b"enable_cpu_affinity", b"enable_multithreading"},
    ),
    Entry("WL902", "removed_or_renamed_worker_option", ("python",), words=frozenset({b"keras", b"workers_per_gpu"})),
    Entry(
        "WL903",
        "worker_count_in_checkpoint",
        ("loaders",),
        words=frozenset({b"load_state_dict", b"state_dict", b"set_state", b"get_state"}),
    ),
    Entry(
        "WL904",
        "more_workers_than_shards",
        ("python", "loaders"),
        words=frozenset({b"to_iterable_dataset", b"WebDataset"}),
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
