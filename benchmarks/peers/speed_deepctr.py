"""deepctr-torch 0.3.0: FM, AFM, FiBiNET and DIN, driven as its quick start does.

    python speed_deepctr.py TASK.json

Its own `fit` with epochs=1, again for every epoch: it keeps the optimizer, so that training goes on, and makes its
loader anew each time, which is timed. No metrics and verbose=0, so that it works out no AUC of every batch. Its L2
terms are on by default (1e-5; 1e-6 in DIN) and are set to 0. The package looks up its newest version on the network
when it is imported; that call is refused here. It needs `requests` for it, which its wheel does not ask for.
"""

from __future__ import annotations

import time
from typing import Any

from speed_common import HISTORY, LENGTH, answer, measured, read_task, settle

BASE_NOTES = (
    "loss summed over the batch, not averaged (Adam hardly sees the difference); embeddings and the weights of hidden "
    "layers drawn with a standard deviation of 0.0001; ids travel as float32"
)
NOTES = {
    "fm": "DeepFM without a tower, first-order weights and bias",
    "afm": "first-order weights and bias",
    "fibinet": "first-order weights and bias, no batch norm, last layer without bias",
    "din": "item table shared with the history; sum of the history by unnormalised weights, padding masked; also pools "
    "the history by its mean and does not use it; no first-order weights, no batch norm in the tower",
}
DICE_NOTE = "Dice in the attention alone: in its tower its Dice fails (made for three dimensions), so ReLU there"


def main() -> None:
    """Train and predict."""
    task, sizes, rows, test = read_task()
    if task["model"] == "fibinet" and task["batch_norm"]:
        answer({"missing": "its FiBiNET has no batch norm"})
        return
    began = time.perf_counter()
    import requests

    requests.get = _refuse
    import torch
    from deepctr_torch.models import AFM, DIN, DeepFM, FiBiNET

    imported = time.perf_counter() - began
    settle(task)
    columns = _columns(task, sizes, rows)
    common = {"l2_reg_embedding": 0, "seed": task["seed"], "device": task["device"]}
    linear = common | {"l2_reg_linear": 0}
    dice = task["activation"].lower() == "dice"
    if task["model"] == "fm":
        model = DeepFM(columns, columns, dnn_hidden_units=(), **linear)
    elif task["model"] == "afm":
        model = AFM(columns, columns, attention_factor=task["attention_size"], l2_reg_att=0, **linear)
    elif task["model"] == "fibinet":
        model = FiBiNET(
            columns,
            columns,
            bilinear_type="interaction",
            reduction_ratio=task["reduction"],
            dnn_hidden_units=tuple(task["hidden_units"]),
            **linear,
        )
    else:
        model = DIN(
            columns,
            ["item_id"],
            dnn_hidden_units=tuple(task["hidden_units"]),
            dnn_activation="relu" if dice else task["activation"],
            att_hidden_size=tuple(task["attention_units"]),
            att_activation=task["activation"],
            **common,
        )
    model.compile(torch.optim.Adam(model.parameters(), lr=task["learning_rate"]), "binary_crossentropy")
    train_input, test_input = rows.columns(list(sizes)), test.columns(list(sizes))
    found = measured(
        task,
        model,
        rows,
        test,
        train=lambda: model.fit(train_input, rows.label, batch_size=task["batch_size"], epochs=1, verbose=0),
        predict=lambda: model.predict(test_input, batch_size=task["batch_size"]),
    )
    notes = [BASE_NOTES, NOTES[task["model"]]] + ([DICE_NOTE] if dice and task["model"] == "din" else [])
    answer({"import_seconds": imported, **found, "notes": "; ".join(notes)})


def _columns(task: dict[str, Any], sizes: dict[str, int], rows: Any) -> list[Any]:
    """Its description of the fields, and of the history for DIN."""
    from deepctr_torch.inputs import SparseFeat, VarLenSparseFeat

    width = task["embedding_size"]
    columns = [SparseFeat(name, size, embedding_dim=width) for name, size in sizes.items()]
    if task["model"] == "din":
        item = SparseFeat(HISTORY, sizes["item_id"], embedding_dim=width, embedding_name="item_id")
        columns.append(VarLenSparseFeat(item, maxlen=rows.history.shape[1], length_name=LENGTH))
    return columns


def _refuse(*_: object, **__: object) -> None:
    raise ConnectionError("nothing is looked up while something is measured")


if __name__ == "__main__":
    main()
