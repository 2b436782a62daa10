"""What trained models say about a shop whose truth is known: the models of the demo, and one trained here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ctrcore import metrics
from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import prepare
from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.explain.pairs import pair_summary
from ctrcore.models.registry import build
from ctrcore.runs.demo import SAMPLE_DATA, install_demo
from ctrcore.runs.workspace import Workspace
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from ctrcore.training.presets import preset
from ctrcore.training.trainer import train

PLANTED = [set(pair) for pair in PLANTED_PAIRS]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("demo"))
    install_demo(workspace)
    return workspace


@pytest.fixture(scope="module")
def truth() -> pd.DataFrame:
    return pd.read_parquet(SAMPLE_DATA / "shop" / "truth.parquet")


def strongest_pairs(summary: dict[str, list[list[float]]]) -> list[set[str]]:
    """Pairs of fields by their mean absolute contribution, strongest first."""
    strength = np.triu(np.array(summary["strength"]), k=1)
    order = np.argsort(-strength, axis=None)
    fields = summary["fields"]
    return [{str(fields[i]), str(fields[j])} for i, j in zip(*np.unravel_index(order, strength.shape), strict=True)]


def test_models_of_the_demo_rank_as_their_means_allow(demo: Workspace, truth: pd.DataFrame) -> None:
    auc = {}
    for name in ("lr", "fm", "afm", "fibinet", "din"):
        table = demo.run(f"shop-{name}").predictions().query("split == 'test'")
        auc[name] = metrics.auc(table["label"].to_numpy(), table["logit"].to_numpy())
        best = metrics.auc(table["label"].to_numpy(), truth["logit"].to_numpy()[table["row"]])
    assert auc["lr"] < min(auc["fm"], auc["afm"], auc["fibinet"])
    assert auc["din"] == max(auc.values())
    assert best - 0.010 <= auc["din"] <= best


def test_afm_of_the_demo_finds_a_planted_pair(demo: Workspace) -> None:
    assert strongest_pairs(demo.run("shop-afm").explanations()["pairs"])[0] in PLANTED


def test_din_of_the_demo_attends_to_the_behaviours_that_matter(demo: Workspace, truth: pd.DataFrame) -> None:
    """AUC within a row of |attention| for 'this behaviour is part of the true logit', and the contributions' signs."""
    run = demo.run("shop-din")
    predictions = run.predictions().query("split == 'test'").head(1500)
    chosen: Encoded = run.encoder().transform(run.dataset().table().iloc[predictions["row"]])
    parts = run.load_model().explain(to_batch(chosen))
    assert parts.behaviours is not None
    assert parts.behaviour_weights is not None
    areas, right, matter = [], 0, 0
    for r, text in enumerate(truth["behaviour_effect"].iloc[predictions["row"]]):
        effects = np.array([float(effect) for effect in str(text).split("|") if effect])
        relevant = effects != 0
        area = metrics.auc(relevant.astype(float), parts.behaviour_weights[r, : len(effects)].abs().numpy())
        if not np.isnan(area):
            areas.append(area)
        signs = np.sign(parts.behaviours[r, : len(effects)].numpy())
        right += int((signs == np.sign(effects))[relevant].sum())
        matter += int(relevant.sum())
    assert len(areas) > 500
    assert np.mean(areas) > 0.9
    assert right / matter > 0.9


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
    assert any(pair in PLANTED for pair in strongest_pairs(pair_summary(model, prepared.test))[:3])


def test_the_sample_is_small_enough_to_ship() -> None:
    files = [path for path in Path(SAMPLE_DATA).rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6e6
