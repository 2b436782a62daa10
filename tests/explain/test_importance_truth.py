"""What is planted in the shop of the demo comes out: channels, pairs, fields, and what does not matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.shop.world import level_names
from ctrcore.data.simulate import PLANTED_PAIRS, ShopConfig, simulate
from ctrcore.explain.effects import behaviour_effect, field_effect
from ctrcore.explain.importance import own_importance, pair_importance
from ctrcore.explain.own_terms import OwnTerms, own_terms
from ctrcore.explain.permutation import permutation_importance
from ctrcore.explain.players import field_groups
from ctrcore.explain.sampling import sample_rows
from ctrcore.runs.demo import SAMPLE_DATA, install_demo
from ctrcore.runs.opening import Opened, open_for_explaining
from ctrcore.runs.workspace import Workspace

MODELS = ("lr", "fm", "afm", "fibinet", "din")
DURABLES = {"phones", "fridges", "bicycles"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Opened]:
    workspace = Workspace(tmp_path_factory.mktemp("demo"))
    install_demo(workspace)
    return {name: open_for_explaining(workspace.run(f"shop-{name}")) for name in MODELS}


@pytest.fixture(scope="module")
def terms(demo: dict[str, Opened]) -> dict[str, OwnTerms]:
    return {name: own_terms(one.model, one.judged) for name, one in demo.items()}


@pytest.fixture(scope="module")
def channels() -> pd.Series:
    """The planted main effect of each channel."""
    shop = simulate(ShopConfig())
    sample = pd.read_parquet(SAMPLE_DATA / "shop" / "impressions.parquet", columns=["channel", "click"])
    assert shop.impressions["channel"].astype(str).tolist() == sample["channel"].astype(str).tolist()
    return pd.Series(shop.effects.main["channel"], index=level_names("channel"))


@pytest.mark.parametrize("name", MODELS)
def test_channels_do_what_was_planted(
    demo: dict[str, Opened], terms: dict[str, OwnTerms], channels: pd.Series, name: str
) -> None:
    opened = demo[name]
    place = [field.name for field in opened.model.fields].index("channel")
    effect = field_effect(opened.encoder, opened.judged, "channel", terms[name].share[:, place])
    table = effect.table.set_index("value")
    assert set(table.index) == set(channels.index)
    assert np.corrcoef(table["mean"], channels.loc[table.index])[0, 1] > 0.85


@pytest.mark.parametrize("name", ["afm", "fibinet"])
def test_planted_pairs_are_the_strongest(demo: dict[str, Opened], terms: dict[str, OwnTerms], name: str) -> None:
    table = pair_importance(demo[name].model, terms[name])
    assert table is not None
    first = {frozenset(pair) for pair in table[["left", "right"]].head(3).itertuples(index=False)}
    assert first == {frozenset(pair) for pair in PLANTED_PAIRS}


@pytest.mark.parametrize("name", ["fm", "din"])
def test_fields_with_large_effects_come_first(demo: dict[str, Opened], name: str) -> None:
    opened = demo[name]
    rows = sample_rows(opened.judged, 2500, 0)
    groups = field_groups(opened.model.fields)
    found = permutation_importance(opened.model, rows, groups, repeats=2)
    names = own_importance(opened.model, own_terms(opened.model, rows), groups)["name"]
    order = names[np.argsort(-found.drop)].tolist()
    planted = {"category", "gender", "age", "device", "city_tier", "channel"}
    assert planted <= set(order[:9])
    low, high = dict(zip(names, found.low, strict=True)), dict(zip(names, found.high, strict=True))
    assert all(low[field] > 0 for field in planted)
    assert low["user_id"] <= 0 <= high["user_id"]  # nothing in the clicks depends on who it is


def test_durables_in_the_history_lower_the_score(demo: dict[str, Opened], terms: dict[str, OwnTerms]) -> None:
    opened = demo["din"]
    table = behaviour_effect(opened.encoder, opened.judged, terms["din"], "history_category").set_index("value")
    assert set(table.index[table["high"] < 0]) == DURABLES
    assert (table.loc[~table.index.isin(list(DURABLES)), "low"] > 0).all()
