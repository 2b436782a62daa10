"""torch-rechub 0.9.0: FiBiNet and DIN, driven as its ranking examples do.

    python speed_rechub.py TASK.json

Its own DataGenerator over a dict of NumPy columns, and its CTRTrainer's own train_one_epoch and predict, the steps of
its `fit`, which would test after every epoch. Its weight decay is on by default (1e-5) and is set to 0.
"""

from __future__ import annotations

import time
from typing import Any

from speed_common import HISTORY, Rows, answer, measured, read_task, settle

MISSING = {
    "fm": "no factorization machine: its FM is a layer of DeepFM, which has a tower, and a linear map of the "
    "embeddings in the place of first-order weights",
    "afm": "its AFM takes the softmax over a single attention score, which is always 1: no attention",
}
BASE_NOTES = (
    "batch norm in every hidden layer, which it cannot switch off; no first-order weights; embeddings drawn with a "
    "standard deviation of 0.0001"
)
NOTES = {
    "fibinet": "FiBiNet by field_interaction",
    "din": "item table shared with the history, row 0 held at zero (padding_idx), which masks the padding in the sum "
    "of the history but not in the attention's batch norm; unnormalised weights; Dice in the tower whatever is asked "
    "for, and its Dice normalises over the units of a row instead of over the batch",
}


def main() -> None:
    """Train and predict, or say why not."""
    task, sizes, rows, test = read_task()
    if task["model"] in MISSING:
        answer({"missing": MISSING[task["model"]]})
        return
    if task["model"] == "fibinet" and not task["batch_norm"]:
        answer({"missing": "batch norm in every hidden layer of its FiBiNet, which it cannot switch off"})
        return
    began = time.perf_counter()
    from torch_rechub.trainers import CTRTrainer
    from torch_rechub.utils.data import DataGenerator

    imported = time.perf_counter() - began
    settle(task)
    model = _fibinet(task, sizes) if task["model"] == "fibinet" else _din(task, sizes)
    trainer = CTRTrainer(
        model, optimizer_params={"lr": task["learning_rate"], "weight_decay": 0}, device=task["device"]
    )
    held = _input(test, sizes)
    train_loader, _, test_loader = DataGenerator(_input(rows, sizes), rows.label).generate_dataloader(
        x_val=held, y_val=test.label, x_test=held, y_test=test.label, batch_size=task["batch_size"]
    )
    found = measured(
        task,
        model,
        rows,
        test,
        train=lambda: trainer.train_one_epoch(train_loader),
        predict=lambda: trainer.predict(model, test_loader),
    )
    answer({"import_seconds": imported, **found, "notes": f"{BASE_NOTES}; {NOTES[task['model']]}"})


def _input(rows: Rows, sizes: dict[str, int]) -> dict[str, Any]:
    """Its columns: it knows the length of a history by the padding."""
    found = rows.columns(list(sizes))
    names = [*sizes, HISTORY]
    return {name: found[name] for name in names if name in found}


def _fibinet(task: dict[str, Any], sizes: dict[str, int]) -> Any:
    from torch_rechub.basic.features import SparseFeature
    from torch_rechub.models.ranking import FiBiNet

    features = [SparseFeature(name, size, task["embedding_size"]) for name, size in sizes.items()]
    tower = {"dims": task["hidden_units"], "activation": "relu"}
    return FiBiNet(features, tower, reduction_ratio=task["reduction"], bilinear_type="field_interaction")


def _din(task: dict[str, Any], sizes: dict[str, int]) -> Any:
    from torch_rechub.basic.features import SequenceFeature, SparseFeature
    from torch_rechub.models.ranking import DIN

    width = task["embedding_size"]
    others = [SparseFeature(name, size, width) for name, size in sizes.items() if name != "item_id"]
    item = SparseFeature("item_id", sizes["item_id"], width, padding_idx=0)
    history = SequenceFeature(HISTORY, sizes["item_id"], width, pooling="concat", shared_with="item_id", padding_idx=0)
    return DIN(
        others,
        [history],
        [item],
        mlp_params={"dims": task["hidden_units"]},
        attention_mlp_params={"dims": task["attention_units"], "activation": task["activation"]},
    )


if __name__ == "__main__":
    main()
