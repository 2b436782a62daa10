"""Trust."""

from __future__ import annotations

from pages.shared.pickers import pick_dataset, pick_run
from pages.shared.tools import missing, ready

dataset = ready(pick_dataset(["lr", "fm", "afm", "fibinet", "din"]))
run = pick_run(dataset)
if run is None:
    missing(
        "No model has been trained on this dataset yet.",
        "Train one on the Train page; the quick preset takes a minute or so.",
        "train.py",
        "Train a model",
        ":material/model_training:",
    )
