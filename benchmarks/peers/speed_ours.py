"""This project's training and prediction, as one task of the speed benchmark.

    python -m benchmarks.peers.speed_ours TASK.json

Builds the model, trains it through `ctrcore.training.trainer.train` and predicts through `predict`, as the app and the
command line do. An epoch's seconds are those that `train` itself counts, without its validation (64 rows here) and
without `predict`, which runs between two epochs. `options` of the task are settings of TrainConfig or of the model.
The last line printed is a JSON object. This one runs in the project's own environment.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

VALIDATION_ROWS = 64
# What the task says about each model.
SETTINGS = {
    "fm": (),
    "afm": ("attention_size",),
    "fibinet": ("reduction", "hidden_units", "batch_norm"),
    "din": ("attention_units", "hidden_units", "activation"),
}


def main() -> None:
    """Train and predict, print what it took."""
    task = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    import torch

    from ctrcore.models.registry import build
    from ctrcore.training.predicting import predict
    from ctrcore.training.trainer import train

    import_seconds = time.perf_counter() - began

    from sklearn.metrics import roc_auc_score

    from ctrcore.models.config import CONFIGS
    from ctrcore.training.config import TrainConfig
    from ctrcore.training.events import EpochEvent

    torch.set_num_threads(task["threads"])
    fields = fields_of(task["data"])
    train_rows, test_rows = rows_of(task["data"], "train", task["rows"]), rows_of(task["data"], "test", None)
    training = {name: value for name, value in task["options"].items() if name in TrainConfig.model_fields}
    of_model = {name: task[name] for name in ("embedding_size", *SETTINGS[task["model"]])}
    of_model |= {name: value for name, value in task["options"].items() if name not in TrainConfig.model_fields}
    if task["model"] == "fibinet":
        of_model = {"bilinear": "field_interaction"} | of_model
    model = build(CONFIGS[task["model"]](**of_model), fields, task["seed"])
    config = TrainConfig(
        **{name: task[name] for name in ("epochs", "batch_size", "learning_rate", "seed", "device")},
        **({"patience": 0, "plateau_factor": 1.0} | training),
    )

    def tested() -> tuple[float, float]:
        begun = time.perf_counter()
        logits = predict(model, test_rows, task["batch_size"])
        return time.perf_counter() - begun, float(roc_auc_score(test_rows.label, logits))

    epochs = []
    for event in train(model, train_rows, train_rows.take(range(min(VALIDATION_ROWS, len(train_rows)))), config):
        if isinstance(event, EpochEvent):
            epochs.append({"seconds": len(train_rows) / event.rows_per_second, "auc": tested()[1]})
    answer = {
        "import_seconds": import_seconds,
        "epochs": epochs,
        "predict_seconds": [tested()[0] for _ in range(task["predictions"])],
        "rows": len(train_rows),
        "test_rows": len(test_rows),
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "notes": f"settings of the engine: {json.dumps(task['options'])}" if task["options"] else "",
    }
    print(json.dumps(answer))


def fields_of(folder: str) -> list[Any]:
    """The fields of a data folder as the models see them."""
    from ctrcore.schema import EncodedField

    meta = json.loads((Path(folder) / "meta.json").read_text(encoding="utf-8"))
    fields, start = [], 0
    for field in meta["fields"]:
        fields.append(EncodedField(name=field["name"], kind="categorical", start=start, size=field["size"]))
        start += field["size"]
    if history := meta["history"]:
        item = next(field for field in fields if field.name == history["of"])
        fields.append(item.model_copy(update={"name": history["name"], "kind": "history", "of": item.name}))
    return fields


def rows_of(folder: str, part: str, count: int | None) -> Any:
    """The first `count` rows of a part, or all of them, as encoded rows."""
    from ctrcore.data.encoded import Bag, Encoded

    def array(name: str) -> Any:
        return np.load(Path(folder) / f"{part}_{name}.npy", mmap_mode="r")[:count]

    fields = fields_of(folder)
    dense, bags = [field for field in fields if not field.is_bag], {}
    for field in (field for field in fields if field.is_bag):
        history, lengths = np.array(array("history")), np.array(array("length"))
        real = np.arange(history.shape[1]) < lengths[:, None]
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        bags[field.name] = Bag((history[real] + field.start).astype(np.int32), offsets)
    label = np.array(array("label"))
    return Encoded(
        ids=np.array(array("ids")) + np.array([field.start for field in dense], np.int32),
        numbers=np.zeros((len(label), 0), np.float32),
        numeric=np.zeros(0, np.int64),
        bags=bags,
        label=label,
        group=np.full(len(label), -1, np.int32),
        row=np.arange(len(label)),
    )


if __name__ == "__main__":
    main()
