"""On a GPU: what share of the memory bandwidth an FM step reaches.

The floor is what every step must move between the chip and its memory: ids and labels of the batch, and of each
different row of the table that it looks up the weights and Adam's two moments, read and written once. Gradients and
repeated look-ups may stay on the chip and do not count, so that a share of 1 cannot be reached. Dense Adam moves the
whole table at every step; the share says how much of that is needed.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

import numpy as np
import numpy.typing as npt

from benchmarks.speed.data import made
from benchmarks.speed.figures import Record, answers, training_speed
from benchmarks.speed.tasks import Task

FLOAT, TRAFFIC = 4, 6  # bytes; weight and two moments, each read and written
BATCHES = 20  # whose different rows are counted
COPIED = 1 << 30  # bytes of the copy that measures the bandwidth


def step_bytes(ids: npt.NDArray[np.int32], batch_size: int, embedding_size: int) -> float:
    """Bytes that a step of FM must move, the mean over the first batches.

    Args:
        ids: (n, F), local to each field.
        batch_size: rows a step.
        embedding_size: k; a row of the table has a first-order weight too.
    """
    batches = [ids[start : start + batch_size] for start in range(0, len(ids) - batch_size + 1, batch_size)][:BATCHES]
    rows = [sum(len(np.unique(column)) for column in batch.T) for batch in batches]
    given = batch_size * (ids.shape[1] + 1) * FLOAT
    return float(given + np.mean(rows) * (embedding_size + 1) * FLOAT * TRAFFIC)


def bandwidth(repetitions: int = 20) -> float:
    """Bytes a second that a copy on the GPU reads and writes, the median of some repetitions."""
    import torch

    source = torch.empty(COPIED, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    seconds = []
    for _ in range(repetitions):
        begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begun.record()
        target.copy_(source)
        ended.record()
        torch.cuda.synchronize()
        seconds.append(begun.elapsed_time(ended) / 1000)
    return float(2 * COPIED / median(seconds[1:]))


def notes(task: Task, record: Record, folder: Path) -> list[str]:
    """The device, its bandwidth, and for FM what share of it each library reaches."""
    import torch

    measured = bandwidth()
    lines = [f"{torch.cuda.get_device_name()}: a copy moves {measured / 1e9:,.0f} GB/s."]
    if task.model != "fm":
        return lines
    ids = np.load(made(task.data, folder) / "train_ids.npy", mmap_mode="r")
    floor = step_bytes(ids[: BATCHES * task.batch_size], task.batch_size, task.embedding_size)
    lines.append(f"A step of {task.batch_size:,} rows must move {floor / 1e6:.1f} MB.")
    for entry in record["runs"]:
        speed = median(map(training_speed, answers(record, entry)))
        lines.append(f"{entry}: {speed / task.batch_size * floor / measured:.1%} of the bandwidth.")
    return lines
