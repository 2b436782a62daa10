"""Players: every field and behaviour once, and columns that determine each other found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ctrcore.data.encoding import Encoder
from ctrcore.errors import ModelError
from ctrcore.explain.players import field_groups, players_of, tied_fields
from ctrcore.schema import Column, Schema
from tests.explain.conftest import FewFields, SmallShop


def test_fields_are_players_and_the_history_is_one(few: FewFields) -> None:
    model, one = few.model("din"), few.prepared.test.take([3])
    players = players_of(model, few.prepared.encoder, one)
    assert sorted(place for player in players for place in player.fields) == list(range(len(model.fields)))
    by_name = {player.name: player for player in players}
    history = by_name["history_item + history_category"]
    assert (history.kind, by_name["gender"].kind) == ("group", "field")
    shown = few.prepared.encoder.inverse(one).iloc[0]
    assert by_name["gender"].value == shown["gender"]
    assert by_name["tags"].value == (", ".join(shown["tags"]) or "none")


def test_ties_are_joined_where_they_share_a_field(few: FewFields) -> None:
    fields = few.prepared.encoder.fields
    names = [field.name for field in fields]
    groups = field_groups(fields, [("item_id", "category"), ("category", "price"), ("gender", "not there")])
    found = [{names[place] for place in group} for group in groups]
    assert {"item_id", "category", "price"} in found
    assert {"gender"} in found
    assert sum(len(group) for group in groups) == len(fields)
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)


@pytest.mark.parametrize("behaviours", ["each", "history_category"])
def test_every_behaviour_is_a_player_once(few: FewFields, behaviours: str) -> None:
    model, test = few.model("din"), few.prepared.test
    one = test.take([int(np.argmax(test.bags["history_item"].lengths))])
    length = int(one.bags["history_item"].lengths[0])
    players = players_of(model, few.prepared.encoder, one, behaviours=behaviours)
    assert sorted(step for player in players for step in player.behaviours) == list(range(length))
    histories = {place for place, field in enumerate(model.fields) if field.kind == "history"}
    held = {place for player in players for place in player.fields}
    assert held == set(range(len(model.fields))) - histories
    shown = few.prepared.encoder.inverse(one).iloc[0]
    if behaviours == "each":
        assert players[-1].name == "behaviour 1 back"
        assert players[-1].value == f"{shown['history_item'][-1]}, {shown['history_category'][-1]}"
    else:
        named = {player.name: player for player in players if player.behaviours}
        assert set(named) == {f"history_category: {value}" for value in shown["history_category"]}
        for player in named.values():
            values = {shown["history_category"][step] for step in player.behaviours}
            assert player.name == f"history_category: {values.pop()}"
            assert not values


def test_behaviours_need_a_history(few: FewFields) -> None:
    model, one = few.model("lr"), few.prepared.test.take([0])
    model.fields = [field for field in model.fields if field.kind != "history"]
    with pytest.raises(ModelError, match="no behaviour history"):
        players_of(model, few.prepared.encoder, one, behaviours="each")


def test_item_and_user_columns_of_the_shop_are_tied(shop: SmallShop) -> None:
    tied = [set(names) for names in tied_fields(shop.prepared.train, shop.prepared.encoder.fields)]
    assert {"item_id", "category", "durability", "brand", "price"} in tied
    assert {"user_id", "age", "gender", "city_tier", "spending"} in tied
    assert len(tied) == 2


def test_only_what_holds_in_every_row_is_tied() -> None:
    rng = np.random.default_rng(0)
    film = rng.integers(0, 30, 400)
    frame = pd.DataFrame(
        {
            "film": [f"f{n}" for n in film],
            "genres": ["|".join(["a", "b", "c"][: n % 4]) for n in film],
            "nearly": ["odd" if row == 0 else f"n{n % 5}" for row, n in enumerate(film)],
            "once": [f"row {row}" for row in range(400)],
            "constant": "same",
            "free": rng.choice(["x", "y"], 400),
            "click": rng.integers(0, 2, 400),
        }
    )
    kinds = dict.fromkeys(frame.columns[:-1], "categorical") | {"genres": "multi_value"}
    schema = Schema(label="click", columns=[Column(name=name, kind=kind) for name, kind in kinds.items()])  # type: ignore[arg-type]
    encoder = Encoder()
    rows = encoder.fit_transform(frame, schema)
    assert tied_fields(rows, encoder.fields) == [["film", "genres"]]
