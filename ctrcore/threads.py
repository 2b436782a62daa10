"""How many threads work at once: what the machine allows, or `CTR_THREADS`."""

from __future__ import annotations

import os

from ctrcore.errors import RunError

MOST = 8  # of arrays as long as the rows; more would need more memory, not less time

# Threads that wait for each other's part of a step: GNU's look out for it some microseconds and then sleep, others
# sleep at once. They must not spin for long, for other processes may want the cores.
WAITING = {"OMP_WAIT_POLICY": "PASSIVE", "GOMP_SPINCOUNT": "1000"}


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def of_arrays() -> int:
    """Threads that work on long arrays at the same time: `CTR_THREADS` or the cores, and at most eight."""
    return min(whole_number("CTR_THREADS", cores()), MOST)


def whole_number(name: str, default: int) -> int:
    """A positive number from the environment.

    Args:
        name: of the variable.
        default: if it is not set.

    Raises:
        RunError: it is no positive whole number.
    """
    text = os.environ.get(name, "").strip()
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise RunError(f"The environment variable {name} is not a positive whole number.", "Correct it or unset it.")
    return int(text)
