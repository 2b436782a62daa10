"""FuxiCTR's training and prediction, as one task of the speed benchmark.

    python speed_fuxictr.py TASK.json

FuxiCTR's package holds the layers, the base class of models with its `fit` and `predict`, and the loaders, but none of
the models: those are in its repository's `model_zoo`. Here they are put together from its layers, the attention of AFM
from torch's, each with the first-order terms (`LogisticRegression`) that it has there, which DIN has not. Of layers
and loaders for the same thing the fastest one in trials is taken: `BilinearInteractionV2`, and rows from its NPZ loader
without a worker process rather than with one or two, or from Parquet files through Ray (on a GPU: with four workers).

An epoch is `fit` with one epoch, which evaluates and writes a checkpoint at its end: both are left out. Its gradients
are clipped to a norm of 10, as always in `fit`. The last line printed is a JSON object.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from speed_common import HISTORY, Rows, answer, measured, read_task, settle

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"


def main() -> None:
    """Write what the loader reads, train and predict."""
    task, sizes, train, test = read_task()
    began = time.perf_counter()
    from fuxictr.features import FeatureMap
    from fuxictr.pytorch import layers
    from fuxictr.pytorch.dataloaders import RankDataLoader
    from fuxictr.pytorch.models import BaseModel

    import_seconds = time.perf_counter() - began
    settle(task)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        features = feature_map(sizes, task, folder, FeatureMap)
        for part, rows in (("train", train), ("test", test)):
            _write(folder / f"{part}.npz", rows, list(sizes))
        loaders = {
            part: RankDataLoader(
                features,
                stage=part,
                batch_size=task["batch_size"],
                data_format="npz",
                num_workers=4 if task["device"] == "cuda" else 0,
                **{f"{part}_data": str(folder / f"{part}.npz")},
            )
            for part in ("train", "test")
        }
        model = _model(task, features, folder, layers, BaseModel)
        found = measured(
            task,
            model,
            train,
            test,
            train=lambda: model.fit(loaders["train"][0], epochs=1),
            predict=lambda: model.predict(loaders["test"]),
        )
    notes = "models composed from its layers, which its package has without the models; NPZ loader"
    answer(found | {"import_seconds": import_seconds, "notes": notes})


def feature_map(sizes: dict[str, int], task: dict[str, Any], folder: Path, kind: Any) -> Any:
    """What FuxiCTR knows of the columns, as its preprocessing writes it: id 0 is a field's padding and unknown id."""
    categorical = {"source": "", "type": "categorical", "padding_idx": 0}
    features = [{name: categorical | {"vocab_size": size}} for name, size in sizes.items()]
    if task["model"] == "din":
        shared = {"share_embedding": "item_id", "vocab_size": sizes["item_id"], "max_len": 50}
        features.append({HISTORY: categorical | shared | {"type": "sequence"}})
    written = {"dataset_id": "speed", "labels": ["label"], "total_features": sum(sizes.values()), "features": features}
    (folder / "feature_map.json").write_text(json.dumps(written), encoding="utf-8")
    found = kind("speed", str(folder))
    found.load(str(folder / "feature_map.json"), {"embedding_dim": task["embedding_size"]})
    return found


def _write(path: Path, rows: Rows, names: list[str]) -> None:
    columns = {name: rows.ids[:, place] for place, name in enumerate(names)}
    if rows.history is not None:
        columns[HISTORY] = rows.history
    np.savez(path, label=rows.label, **columns)


def _model(task: dict[str, Any], features: Any, folder: Path, layers: Any, base: type[Any]) -> Any:
    """A model of FuxiCTR's base class, compiled."""
    import torch
    from torch import nn

    k, fields = task["embedding_size"], features.num_fields

    class Model(base):
        def __init__(self) -> None:
            settings = {"model_root": str(folder), "metrics": ["AUC"], "verbose": 0}
            super().__init__(features, gpu=0 if task["device"] == "cuda" else -1, **settings)
            self.build()
            self.compile("adam", "binary_crossentropy", task["learning_rate"])
            self.reset_parameters()
            self.model_to_device()

        def forward(self, inputs: Any) -> dict[str, Any]:
            return {"y_pred": self.output_activation(self.logit(self.get_inputs(inputs)))}

        def eval_step(self) -> None:
            """Not part of training."""

        def load_weights(self, checkpoint: str) -> None:
            """There is no checkpoint."""

    class FM(Model):
        def build(self) -> None:
            self.embedding = layers.FeatureEmbedding(features, k)
            self.fm = layers.FactorizationMachine(features)

        def logit(self, x: Any) -> Any:
            return self.fm(x, self.embedding(x))

    class AFM(Model):
        def build(self) -> None:
            self.embedding = layers.FeatureEmbedding(features, k)
            self.first = layers.LogisticRegression(features)
            self.products = layers.InnerProductInteraction(fields, output="elementwise_product")
            size = task["attention_size"]
            scores = (nn.Linear(k, size), nn.ReLU(), nn.Linear(size, 1, bias=False), nn.Softmax(dim=1))
            self.attention = nn.Sequential(*scores)
            self.p = nn.Linear(k, 1, bias=False)

        def logit(self, x: Any) -> Any:
            pairs = self.products(self.embedding(x))
            return self.first(x) + self.p((self.attention(pairs) * pairs).sum(1))

    class FiBiNET(Model):
        def build(self) -> None:
            self.embedding = layers.FeatureEmbedding(features, k)
            self.first = layers.LogisticRegression(features)
            self.senet = layers.SqueezeExcitation(fields, task["reduction"], "Sigmoid")
            self.bilinear = layers.BilinearInteractionV2(fields, k, "field_interaction")
            inputs, norm = fields * (fields - 1) * k, task["batch_norm"]
            self.mlp = layers.MLP_Block(inputs, task["hidden_units"], output_dim=1, batch_norm=norm)

        def logit(self, x: Any) -> Any:
            v = self.embedding(x)
            pairs = torch.cat([self.bilinear(v), self.bilinear(self.senet(v))], dim=1)
            return self.first(x) + self.mlp(pairs.flatten(1))

    class DIN(Model):
        def build(self) -> None:
            act = {"relu": "ReLU"}.get(task["activation"], task["activation"])
            self.embedding = layers.FeatureEmbeddingDict(features, k)
            self.attention = layers.DIN_Attention(k, task["attention_units"], act)
            self.mlp = layers.MLP_Block(fields * k, task["hidden_units"], act, output_dim=1)

        def logit(self, x: Any) -> Any:
            found = self.embedding(x)
            found[HISTORY] = self.attention(found["item_id"], found[HISTORY], x[HISTORY] != 0)
            return self.mlp(self.embedding.dict2tensor(found, flatten_emb=True))

    return {"fm": FM, "afm": AFM, "fibinet": FiBiNET, "din": DIN}[task["model"]]()


if __name__ == "__main__":
    main()
