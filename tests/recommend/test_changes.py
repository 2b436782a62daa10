"""What a change of a field is said to be is what the models then read, however the column is scaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch

from ctrcore.data.encoding import Encoder
from ctrcore.explain.candidates import catalogue
from ctrcore.explain.names import Names
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.recommend.change_sentences import of_counterfactual
from ctrcore.recommend.changes import FieldChanges
from ctrcore.recommend.counterfactual import drop
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.items import item_table, with_clicks
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.recall import FMRecall
from ctrcore.recommend.recommender import Recommender
from ctrcore.schema import Column, Scale, Schema

SCALES = get_args(Scale)


@dataclass(frozen=True)
class Made:
    recommender: Recommender
    moment: Moment
    frame: pd.DataFrame


def made(columns: list[Column], recall: list[Column] | None = None, most: str = "log1p") -> Made:
    """A small shop, and the moment of the row with the largest `most`."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"item": rng.integers(0, 9, 300), "click": rng.integers(0, 2, 300), "age": 30.0})
    for name in SCALES:
        frame[name] = np.round(rng.lognormal(2, 1, 300), 2)
    frame["place"] = rng.choice(["home", "work", "=1+1"], 300)
    item = Column(name="item", kind="categorical", role="item")

    def encoded(own: list[Column]) -> Encoder:
        return Encoder().fit(frame, Schema(label="click", item="item", columns=[item, *own]))

    encoder = encoded(columns)
    rows = encoder.transform(frame)
    listed = with_clicks(catalogue(frame, encoder.schema), frame, encoder.schema, rows)
    items, first = item_table(listed, encoder, Names()), None
    if recall is not None:
        other = encoded(recall)
        fm = build(CONFIGS["fm"].model_validate({"init_std": 1.0}), other.fields, 1).eval()
        first = FMRecall(fm, item_table(listed, other, Names()))
    model = build(CONFIGS["fm"].model_validate({"init_std": 1.0}), encoder.fields, 0).eval()
    model.embedding.table.data[:, -1].normal_(generator=torch.Generator().manual_seed(0))
    row = int(frame[most].idxmax())
    one = frame.iloc[[row]]
    moment = Moment(row, None, encoder.transform(one), first and first.items.encoder.transform(one), None)
    return Made(Recommender(model, items, first, rows.take(range(50))), moment, frame)


def told(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def numbers(*names: str) -> list[Column]:
    return [Column(name=name, kind="numeric", scale=name, buckets=5) for name in names]  # type: ignore[arg-type]


def test_what_is_said_is_what_the_model_reads_in_every_scale() -> None:
    own = made([*numbers(*SCALES), Column(name="place", kind="categorical")])
    encoder = own.recommender.encoder
    changes = FieldChanges(own.recommender, own.moment)
    names = {change.name for change in changes.singles}
    assert names == {*SCALES, "place"}
    before = encoder.inverse(own.moment.ranker).iloc[0]
    for place, change in enumerate(changes.singles):
        after = encoder.inverse(changes.moments([(place,)]).ranker).iloc[0]
        assert told(after[change.name]) == change.after != change.before == told(before[change.name])
        assert all(after[name] == before[name] for name in before.index if name not in (change.name, "item"))
    buckets = {change.after for change in changes.singles if change.name == "quantile"}
    assert buckets | {told(before["quantile"])} == {*encoder.words("quantile")}


@pytest.mark.parametrize("scale", SCALES)
def test_a_smallest_change_of_a_number_holds_when_the_row_is_encoded_anew(scale: str) -> None:
    own = made(numbers(scale), most=scale)
    trace = recommend(own.recommender, own.moment, Options(top_k=2))
    verified = 0
    for item in trace.top["item"]:
        found = drop(trace, str(item))
        assert found.kind == "field"
        (change,) = found.changes[:1]
        assert change.after is not None
        value = float(change.after[1:].split(",")[0]) if change.after[0] in "([" else float(change.after)
        value = max(value, float(own.frame[scale].min()))
        row = trace.items.encoder.transform(own.frame.iloc[[own.moment.row]].assign(**{scale: value}))
        after = recommend(trace.recommender, Moment(own.moment.row, None, row, None, None), Options())
        assert after.rank(str(item)) == found.rank_after
        assert change.after in of_counterfactual(trace, found)
        verified += found.found
    assert verified or scale == "none"  # unscaled numbers are so large that none of these changes the order


def test_a_number_that_only_the_recall_reads_can_be_changed_too() -> None:
    own = made([Column(name="place", kind="categorical")], [*numbers("standard", "quantile")])
    changes = FieldChanges(own.recommender, own.moment)
    recall = own.recommender.recall
    assert recall is not None
    for name in ("standard", "quantile"):
        places = [place for place, change in enumerate(changes.singles) if change.name == name]
        assert len(places) >= 4
        for place in places:
            moment = changes.moments([(place,)])
            assert moment.recall is not None
            assert told(recall.items.encoder.inverse(moment.recall).iloc[0][name]) == changes.singles[place].after
    low, high = recall.items.encoder.number_range("standard")
    values = [float(change.after or "nan") for change in changes.singles if change.name == "standard"]
    assert min(values) == pytest.approx(low)
    assert max(values) == pytest.approx(high)


def test_a_number_without_other_values_has_none_to_change_to() -> None:
    own = made([Column(name="age", kind="numeric"), Column(name="place", kind="categorical")])
    assert {change.name for change in FieldChanges(own.recommender, own.moment).singles} == {"place"}
