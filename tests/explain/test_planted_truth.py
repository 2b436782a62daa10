"""What trained models say about a shop whose truth is known: the models of the demo, and one trained here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ctrcore import metrics
from ctrcore.data.preparing import prepare
from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.explain.trust.planted import planted_checks
from ctrcore.explain.trust.truth import planted_truth
from ctrcore.models.registry import build
from ctrcore.runs.demo import SAMPLE_DATA, install_demo
from ctrcore.runs.opening import open_for_explaining
from ctrcore.runs.planted import planted_truth_of
from ctrcore.runs.workspace import Workspace
from ctrcore.training.predicting import predict
from ctrcore.training.presets import preset
from ctrcore.training.trainer import train


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("demo"))
    install_demo(workspace)
    return workspace


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_parquet(SAMPLE_DATA / "shop" / "truth.parquet")


@pytest.fixture(scope="module")
def found(demo: Workspace) -> dict[str, dict[str, Any]]:
    """What the models of the demo find of the truth."""
    planted = planted_truth_of(demo.dataset("shop"))
    assert planted is not None
    opened = {name: open_for_explaining(demo.run(f"shop-{name}")) for name in ("afm", "fibinet", "din")}
    return {
        name: planted_checks(one.model, one.encoder, one.judged, planted, sample=1500) for name, one in opened.items()
    }


def test_models_of_the_demo_rank_as_their_means_allow(demo: Workspace, truth: pd.DataFrame) -> None:
    auc = {}
    for name in ("lr", "fm", "afm", "fibinet", "din"):
        table = demo.run(f"shop-{name}").predictions().query("split == 'test'")
        auc[name] = metrics.auc(table["label"].to_numpy(), table["logit"].to_numpy())
        best = metrics.auc(table["label"].to_numpy(), truth["logit"].to_numpy()[table["row"]])
    assert auc["lr"] < min(auc["fm"], auc["afm"], auc["fibinet"])
    assert auc["din"] == max(auc.values())
    assert best - 0.010 <= auc["din"] <= best


def test_afm_of_the_demo_finds_the_planted_pairs(found: dict[str, dict[str, Any]]) -> None:
    pairs = found["afm"]["pairs"]
    assert pairs["count"] == 136
    assert pairs["contribution"]["hit_3"] == pairs["attention"]["hit_3"] == 1
    assert pairs["against"] > 0.2  # of the attention: on pairs that lower the score


def test_gates_of_the_demo_order_the_fields_worse_than_their_removal(found: dict[str, dict[str, Any]]) -> None:
    by = found["fibinet"]["fields"]["spearman"]
    assert by["permutation"] > 0.6
    assert by["gate ablation"] > by["gate"] + 0.2


def test_din_of_the_demo_attends_to_the_behaviours_that_matter(found: dict[str, dict[str, Any]]) -> None:
    behaviours = found["din"]["behaviours"]
    assert behaviours["rows"] > 500
    assert behaviours["row_auc"]["attention"] > 0.95
    assert behaviours["sign_accuracy"]["contribution"] >= 0.95
    # a weight of a softmax claims that its behaviour raises the score
    assert behaviours["sign_accuracy"]["attention"] < behaviours["sign_accuracy"]["contribution"]


def test_fm_trained_here_beats_lr_by_its_pairs() -> None:
    shop = simulate(ShopConfig(users=800, items=200, impressions=16_000))
    prepared = prepare(shop.impressions, shop.recipe())
    auc, model = {}, None
    for name in ("lr", "fm"):
        config, training = preset("standard", name)
        model = build(config, prepared.encoder.fields, seed=1)
        for _ in train(model, prepared.train, prepared.valid, training):
            pass
        auc[name] = metrics.auc(prepared.test.label, predict(model, prepared.test))
    assert model is not None
    assert auc["fm"] > auc["lr"] + 0.02
    assert auc["fm"] < shop.best_auc(prepared.test.row)
    planted = planted_truth(shop.impressions, shop.truth, PLANTED_PAIRS)
    pairs = planted_checks(model, prepared.encoder, prepared.test, planted)["pairs"]
    assert min(pairs["contribution"]["ranks"]) <= 3
    assert pairs["interaction"]["hit_3"] >= pairs["contribution"]["hit_3"]


def test_the_sample_is_small_enough_to_ship() -> None:
    files = [path for path in Path(SAMPLE_DATA).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6e6
