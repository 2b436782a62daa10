"""Lists for many users: each equal to a list made by itself."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from ctrcore.recommend import batch
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.why import why
from tests.explain.conftest import SmallShop
from tests.recommend.conftest import Build, moment_of

OPTIONS = Options(recall_size=10, popular_size=3, top_k=3)


def moments(shop: SmallShop, count: int) -> list[Moment]:
    rows = [shop.prepared.test.take([place]) for place in range(count)]
    return [moment_of(shop, one, f"user {place}") for place, one in enumerate(rows)]


@pytest.mark.parametrize("model", ["fm", "din"])
def test_lists_equal_single_calls(shop: SmallShop, build: Build, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "AT_ONCE", 2)
    recommender, asked = build(model), moments(shop, 5)
    parts = list(batch.lists(recommender, asked, OPTIONS, with_changes=True))
    assert [len(part) for part in parts] == [6, 6, 3]
    assert all((part.dtypes == parts[0].dtypes).all() for part in parts)
    table = pd.concat(parts, ignore_index=True)
    for moment in asked:
        own = table[table["user"] == moment.user]
        trace = recommend(recommender, moment, OPTIONS)
        assert own["item"].tolist() == trace.top["item"].tolist()
        assert own["name"].tolist() == trace.top["name"].tolist()
        assert own["logit"].tolist() == trace.top["logit"].tolist()
        assert own["row"].unique().tolist() == [moment.row]
        assert [None if pd.isna(rank) else rank for rank in own["recall_rank"]] == [
            None if pd.isna(rank) else rank for rank in trace.top["recall_rank"]
        ]
        for item, reason, change in own[["item", "reason", "change"]].to_numpy().tolist():
            told = why(trace, item).sentences
            assert reason in " ".join(told)
            assert change in told


def test_users_without_an_id_and_without_words(shop: SmallShop, build: Build) -> None:
    nobody = [replace(moment, user=None) for moment in moments(shop, 2)]
    (table,) = batch.lists(build("fm"), nobody, OPTIONS, with_reasons=False)
    assert table["user"].isna().all()
    assert "reason" not in table
    assert list(batch.lists(build("fm"), [], OPTIONS)) == []
