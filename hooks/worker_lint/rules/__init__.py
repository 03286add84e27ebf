"""The catalogue: one module a rule, whose docstring is its page."""

from __future__ import annotations

from worker_lint.rules import (
    cli_workers_not_int,
    config_literal_surprise,
    division_collapses_to_zero,
    env_workers_not_int,
    exceeds_available_cpus,
    falsy_zero_worker_count,
    iterable_dataset_not_sharded,
    kernel_limit_exceeded,
    memory_budget_exceeded,
    mode_undeclared,
    negative_worker_count,
    non_integer_worker_count,
    non_numeric_worker_literal,
    persistent_workers_without_workers,
    prefetch_factor_invalid,
    shm_budget_exceeded,
    slurm_cpus_mismatch,
    unguarded_worker_only_option,
    unused_suppression,
    worker_count_not_mode_value,
    worker_only_option_without_workers,
    worker_sources_disagree,
)

RULES = (
    unused_suppression.RULE,
    negative_worker_count.RULE,
    non_integer_worker_count.RULE,
    non_numeric_worker_literal.RULE,
    cli_workers_not_int.RULE,
    env_workers_not_int.RULE,
    config_literal_surprise.RULE,
    worker_count_not_mode_value.RULE,
    worker_sources_disagree.RULE,
    mode_undeclared.RULE,
    exceeds_available_cpus.RULE,
    shm_budget_exceeded.RULE,
    memory_budget_exceeded.RULE,
    kernel_limit_exceeded.RULE,
    persistent_workers_without_workers.RULE,
    prefetch_factor_invalid.RULE,
    worker_only_option_without_workers.RULE,
    unguarded_worker_only_option.RULE,
    falsy_zero_worker_count.RULE,
    iterable_dataset_not_sharded.RULE,
    division_collapses_to_zero.RULE,
    slurm_cpus_mismatch.RULE,
)
"""Every rule, in the order of the codes."""
