"""What the environment says about jobs: limits that belong to the machine, not to a run."""

from __future__ import annotations

import os
from pathlib import Path

from ctrcore.threads import WAITING, cores, whole_number


def workspace_root() -> Path:
    """`CTR_WORKSPACE`, or `workspace` in the working directory."""
    return Path(os.environ.get("CTR_WORKSPACE") or "workspace").expanduser().resolve()


def slots() -> int:
    """`CTR_SLOTS`: training jobs that may work at the same time."""
    return whole_number("CTR_SLOTS", 1)


def threads() -> int:
    """`CTR_THREADS`: threads of one job; by default the cores are shared out among the slots."""
    return whole_number("CTR_THREADS", max(1, cores() // slots()))


def threads_beside_pages() -> int:
    """Threads of a job that people wait for while they use the pages: a core is left for these."""
    return max(1, min(threads(), cores() - 1))


def numeric_environment(count: int | None = None) -> dict[str, str]:
    """Environment of a process that calculates, read by numerical libraries when they are loaded.

    Threads that wait for each other soon sleep instead of spinning: on cores that others use too, spinning made
    training five to twenty times slower.

    Args:
        count: threads; None: `threads()`.
    """
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    limits = dict.fromkeys(names, str(threads() if count is None else count))
    return limits | WAITING


def max_upload() -> int:
    """`CTR_MAX_UPLOAD`: bytes of one uploaded file."""
    return whole_number("CTR_MAX_UPLOAD", 2 * 1024**3)


def ingest_memory() -> int:
    """`CTR_INGEST_MEMORY`: address space in bytes of the process that reads an uploaded file."""
    return whole_number("CTR_INGEST_MEMORY", 6 * 1024**3)


def train_memory() -> int:
    """`CTR_TRAIN_MEMORY`: bytes of encoded rows that training keeps in memory, and on the device."""
    return whole_number("CTR_TRAIN_MEMORY", 1024**3)
