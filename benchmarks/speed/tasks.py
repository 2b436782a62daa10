"""What is measured: a model, its data, and what every library is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

FRAPPE, MOVIES, BIG, GPU = "frappe", "ml-100k", "zipf_1000000_300000", "zipf_1000000_20000000"
STEPS, BATCH = 60, 4096  # of the tasks `vocabulary`
SMALL, LARGE = 10_000, 10_000_000  # its two vocabularies


@dataclass(frozen=True)
class Task:
    """One comparison.

    Attributes:
        title: of its table.
        model: fm, afm, fibinet or din.
        data: the data folder's name, see `benchmarks.speed.data`.
        batch_size: rows a step.
        epochs: passes over the training rows; the first one warms up and counts for the AUC only.
        learning_rate: of Adam.
        embedding_size: k.
        rows: the first so many training rows; None: all.
        peer_rows: fewer of them for the other libraries, where all would take too long; the AUC is then not compared.
        libraries: those that take part; none: all.
        cuda: needs a GPU.
        more: of the model, beside the settings that all have.
        options: settings of this project's engine.
    """

    title: str
    model: str
    data: str
    batch_size: int
    epochs: int
    learning_rate: float
    embedding_size: int = 10
    rows: int | None = None
    peer_rows: int | None = None
    libraries: tuple[str, ...] = ()
    cuda: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def order(self, library: str) -> dict[str, Any]:
        """What an adapter is told, but where the data are, threads and device."""
        told = ("model", "batch_size", "epochs", "learning_rate", "embedding_size")
        rows = self.rows if library == "ours" or self.peer_rows is None else self.peer_rows
        return {
            **{name: getattr(self, name) for name in told},
            "attention_size": 16,
            "reduction": 3,
            "hidden_units": [128, 64],
            "attention_units": [80, 40],
            "activation": "relu",
            "batch_norm": False,
            "seed": 1,
            "predictions": 3,
            **self.more,
            "rows": rows,
            "options": self.options if library == "ours" else {},
        }


DIN: dict[str, Any] = {"hidden_units": [200, 80]}
DICE = DIN | {"activation": "dice"}
ON_GPU = ("ours", "fuxictr", "deepctr")
TASKS = {
    "fm_frappe": Task("FM, Frappe", "fm", FRAPPE, 4096, 10, 0.01, options={"init_std": 0.05}),
    "afm_frappe": Task("AFM, Frappe", "afm", FRAPPE, 4096, 8, 0.01),
    "fibinet_frappe": Task("FiBiNET, Frappe", "fibinet", FRAPPE, 4096, 5, 0.001),
    "fibinet_norm": Task(
        "FiBiNET with batch norm, Frappe",
        "fibinet",
        FRAPPE,
        4096,
        5,
        0.001,
        more={"batch_norm": True},
        options={"init_std": 0.0001},  # as torch-rechub draws them
    ),
    "din_ml": Task("DIN with ReLU, MovieLens", "din", MOVIES, 1024, 4, 0.001, 16, more=DIN),
    "din_ml_dice": Task(
        "DIN with Dice, MovieLens", "din", MOVIES, 1024, 3, 0.001, 16, more=DIN | {"activation": "dice"}
    ),
    "fm_big": Task("FM, a million ids", "fm", BIG, 4096, 4, 0.001),
    "fibinet_big": Task("FiBiNET, a million ids", "fibinet", BIG, 4096, 3, 0.001, rows=60_000),
    "vocabulary": Task(
        "FM, one step with few ids and with many", "fm", "", BATCH, 4, 0.001, rows=BATCH * STEPS, libraries=("ours",)
    ),
    "vocabulary_fibinet": Task(
        "FiBiNET, one step with few ids and with many",
        "fibinet",
        "",
        BATCH,
        3,
        0.001,
        rows=BATCH * 8,
        libraries=("ours",),
    ),
    "gpu_fm": Task(
        "FM, 20 million rows", "fm", GPU, 65_536, 3, 0.001, peer_rows=2_000_000, libraries=ON_GPU, cuda=True
    ),
    "gpu_afm": Task(
        "AFM, 20 million rows", "afm", GPU, 16_384, 3, 0.001, peer_rows=1_000_000, libraries=ON_GPU, cuda=True
    ),
    "gpu_fibinet": Task(
        "FiBiNET, 20 million rows", "fibinet", GPU, 16_384, 3, 0.001, peer_rows=1_000_000, libraries=ON_GPU, cuda=True
    ),
}


def data_of(name: str) -> dict[str, str]:
    """For each entry of a task's table its data folder's name; an entry is a library, or ours with one vocabulary."""
    task = TASKS[name]
    if name.startswith("vocabulary"):
        return {f"{size:,} ids": f"zipf_{size}_{BATCH * STEPS}" for size in (SMALL, LARGE)}
    from benchmarks.speed.libraries import LIBRARIES

    return dict.fromkeys(task.libraries or LIBRARIES, task.data)
