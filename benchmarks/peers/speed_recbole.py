"""RecBole's training and prediction, as one task of the speed benchmark.

    python speed_recbole.py TASK.json

Config, create_dataset, data_preparation, model and Trainer as in its quick start, on atomic files written here. An
epoch is `Trainer.fit` with one epoch, without validation rows and without a checkpoint. A prediction is `predict` of
the model batch by batch over its own loader of test rows, which is what `Trainer.evaluate` does before its metrics.

RecBole numbers the values that occur in its files; each table is then made as large as the task says. FM and AFM have
first-order terms; it has no FiBiNET. Its DIN differs from the task and has no setting for it: sigmoid in the attention,
Dice and batch normalisation in the output layers, as hidden units of both those of the output, no user fields and no
field but the item in its input. It therefore takes part where DIN has Dice and not where it has ReLU. A history must
not be empty there: one that is gets the unknown item as its only behaviour.

Runs with numpy below 2, in which `np.long` does not exist: it is put back as int64. The last line printed is a JSON
object.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from speed_common import Rows, answer, measured, read_task, settle

MISSING = {
    "fibinet": "it has no FiBiNET",
    "relu": "its DIN has Dice in the output and sigmoid in the attention, which cannot be set",
}
LIST = "item_id_list"


def main() -> None:
    """Write the atomic files, train and predict."""
    task, sizes, train, test = read_task()
    why = MISSING.get(task["model"]) or (MISSING.get(task["activation"]) if task["model"] == "din" else None)
    if why:
        answer({"missing": why})
        return
    if not hasattr(np, "long"):
        np.long = np.int64
    began = time.perf_counter()
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_seed

    import_seconds = time.perf_counter() - began
    settle(task)
    sys.argv = sys.argv[:1]  # Config reads the command line
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)  # it writes logs where it runs
        for part, rows in (("train", train), ("valid", _first(test)), ("test", test)):
            write_atomic(Path(name) / "rows" / f"rows.{part}.inter", rows, list(sizes))
        config = Config(model=task["model"].upper(), dataset="rows", config_dict=_settings(task, name))
        init_seed(config["seed"], config["reproducibility"])
        settle(task)
        dataset = create_dataset(config)
        for field, size in sizes.items():
            missing = size - dataset.num(field)
            dataset.field2id_token[field] = np.append(dataset.field2id_token[field], [""] * max(missing, 0))
        train_data, _, test_data = data_preparation(config, dataset)
        model = get_model(config["model"])(config, train_data.dataset).to(config["device"])
        trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
        found = measured(
            task,
            model,
            train,
            test,
            train=lambda: trainer.fit(train_data, saved=False, verbose=False, show_progress=False),
            predict=lambda: _predict(model, test_data, config["device"]),
        )
        os.chdir("/")
    differs = "its DIN differs: sigmoid in the attention, batch normalisation, item and history only"
    answer(found | {"import_seconds": import_seconds, "notes": differs if task["model"] == "din" else ""})


def _settings(task: dict[str, Any], folder: str) -> dict[str, Any]:
    """What RecBole is told; one epoch, as `fit` is called for each."""
    din = task["model"] == "din"
    return {
        "data_path": folder,
        "checkpoint_dir": folder,
        "benchmark_filename": ["train", "valid", "test"],
        "USER_ID_FIELD": "user_id" if din else None,
        "ITEM_ID_FIELD": "item_id" if din else None,
        "LABEL_FIELD": "label",
        "MAX_ITEM_LIST_LENGTH": 50,
        "alias_of_item_id": [LIST] if din else None,
        "load_col": {"inter": "*"},
        "train_neg_sample_args": None,
        "eval_args": {"group_by": None, "order": "TO" if din else "RO", "mode": "labeled"},
        "metrics": ["AUC"],
        "valid_metric": "AUC",
        "epochs": 1,
        "train_batch_size": task["batch_size"],
        "eval_batch_size": task["batch_size"],
        "learner": "adam",
        "learning_rate": task["learning_rate"],
        "weight_decay": 0.0,
        "embedding_size": task["embedding_size"],
        "attention_size": task["attention_size"],
        "mlp_hidden_size": task["hidden_units"],
        "dropout_prob": 0.0,
        "reg_weight": 0.0,
        "seed": task["seed"],
        "reproducibility": False,
        "use_gpu": task["device"] == "cuda",
        "state": "ERROR",
        "show_progress": False,
    }


def write_atomic(path: Path, rows: Rows, names: list[str]) -> None:
    """One of RecBole's atomic files."""
    path.parent.mkdir(exist_ok=True)
    header = [*(f"{name}:token" for name in names), "label:float"]
    header += [] if rows.history is None else [f"{LIST}:token_seq"]
    with path.open("w", encoding="utf-8") as file:
        file.write("\t".join(header) + "\n")
        for row, ids in enumerate(rows.ids.tolist()):
            cells = [*map(str, ids), f"{rows.label[row]:.0f}"]
            if rows.history is not None:
                cells.append(" ".join(map(str, rows.history[row, : max(rows.length[row], 1)].tolist())))
            file.write("\t".join(cells) + "\n")


def _first(rows: Rows) -> Rows:
    """Ten rows: it wants a validation part, which is not used."""
    return Rows(*(None if part is None else part[:10] for part in (rows.ids, rows.label, rows.history, rows.length)))


def _predict(model: Any, loader: Any, device: Any) -> Any:
    import torch

    model.eval()
    with torch.no_grad():
        return np.concatenate([model.predict(batch[0].to(device)).cpu().numpy() for batch in loader])


if __name__ == "__main__":
    main()
