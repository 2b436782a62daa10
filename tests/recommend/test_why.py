"""Why an item: sums, differences and words, against the models themselves."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ctrcore.errors import DataError
from ctrcore.explain.sentences import signed
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.groups import group_behaviours
from ctrcore.recommend.items import candidates, shown
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.sentences import reason_phrase, reasons_told
from ctrcore.recommend.terms import terms_of
from ctrcore.recommend.why import above, why, why_not
from ctrcore.training.loader import to_batch
from ctrcore.training.predicting import predict
from tests.recommend.conftest import Build

OPTIONS = Options(recall_size=15, popular_size=4, top_k=4)
MODELS = ["lr", "fm", "afm", "fibinet", "din"]


def traced(build: Build, moment: Moment, model: str) -> Trace:
    return recommend(build(model), moment, OPTIONS)


def top(trace: Trace, rank: int) -> str:
    return str(trace.candidates["item"].iloc[rank - 1])


@pytest.mark.parametrize("model", MODELS)
def test_reasons_sum_to_the_lead_over_the_mean_candidate(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    for rank in (1, 3, 9):
        found = why(trace, top(trace, rank), counterfactual=False)
        assert found.rank == rank
        assert found.mean_logit == pytest.approx(float(trace.logits.mean()), rel=1e-5)
        assert found.reasons["lead"].sum() == pytest.approx(found.logit - found.mean_logit, abs=1e-3)
        assert found.explanation.residual == pytest.approx(0, abs=1e-4 * max(1.0, abs(found.logit)))


@pytest.mark.parametrize("model", MODELS)
def test_the_lead_in_appeal_is_that_of_forward_passes(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    sample, me = trace.recommender.others, moment.ranker
    user = [field.name for field in trace.recommender.encoder.fields].index("user_id")
    others = sample.take([place for place in range(len(sample)) if sample.ids[place, user] != me.ids[0, user]])
    assert len(others) < len(sample)  # the moment's own user is in the sample, and is nobody else
    found = why(trace, top(trace, 2), counterfactual=False)
    who = np.arange(len(others))
    position = trace.positions[1]
    own = predict(trace.recommender.model, shown(others, who, trace.items, np.full(len(who), position))).mean()
    assert found.appeal is not None
    assert found.appeal.appeal == pytest.approx(float(own), rel=1e-5, abs=1e-5)
    assert found.appeal.fit == pytest.approx(found.logit - float(own), rel=1e-4, abs=1e-4)
    lead = float(found.reasons.set_index("kind")["lead"]["appeal"])
    first = why(trace, top(trace, 1), counterfactual=False)
    assert first.appeal is not None
    gap = first.appeal.appeal - found.appeal.appeal  # what all candidates have in common falls out
    assert float(first.reasons.set_index("kind")["lead"]["appeal"]) - lead == pytest.approx(gap, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("model", MODELS)
def test_the_mean_candidate_leads_in_nothing(
    build: Build, moment: Moment, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctrcore.recommend.contrast.MOST_PAIRS", 1000)
    trace = traced(build, moment, model)
    leads = [trace.contrast.leads(place) for place in range(len(trace.positions))]
    assert trace.contrast.pairs == len(trace.contrast.others)  # so few that all of them are asked
    assert np.mean([one.appeal for one in leads]) == pytest.approx(0, abs=1e-4)
    assert np.mean([one.values for one in leads], axis=0) == pytest.approx(0, abs=1e-4)
    assert np.mean([one.rest for one in leads]) == pytest.approx(0, abs=1e-4)
    assert np.mean([one.hidden for one in leads]) == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("model", ["fibinet", "din"])
def test_what_hidden_layers_add_by_themselves_is_told_as_that(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    found = why(trace, top(trace, 1), counterfactual=False)
    table = found.reasons.set_index("kind")
    batch = to_batch(trace.row(top(trace, 1)))
    base = float(trace.recommender.model.explain(batch).base[0])
    assert table["contribution"]["hidden"] == pytest.approx(base, abs=1e-5)
    phrase = reason_phrase("hidden", "", "", 1)
    assert phrase != reason_phrase("rest", "", "", 1)
    assert "all values together" in phrase


def test_an_item_is_not_compared_with_itself_and_a_list_of_one_is_told_as_such(build: Build, moment: Moment) -> None:
    trace = recommend(build("fm"), moment, Options(recall_size=1, popular_size=0, top_k=4))
    with pytest.raises(DataError, match="cannot stand above itself"):
        above(trace, top(trace, 1), top(trace, 1))
    told = why(trace, top(trace, 1)).sentences
    assert "is the only candidate" in told[0]
    assert "no other candidate" in told[1]
    one = replace(trace.recommender, others=trace.recommender.others.take([3]), appeals={})
    alone = why(recommend(one, moment, OPTIONS), top(recommend(one, moment, OPTIONS), 1)).sentences
    assert any(text.startswith("One other user gives it") for text in alone)


def test_every_item_on_the_list_and_a_model_without_items_are_told(build: Build, moment: Moment) -> None:
    trace = recommend(build("fm", None), moment, Options(top_k=100))
    assert any(text.startswith("Every item that may be offered is on") for text in why(trace, top(trace, 3)).sentences)
    recommender = build("fm", None)
    items = replace(recommender.items)
    items.__dict__["fields"] = frozenset()
    blind = recommend(replace(recommender, items=items), moment, OPTIONS)
    assert "scores every item the same" in why(blind, top(blind, 1)).sentences[1]
    assert "scores every item the same" in why_not(blind, top(blind, 9)).sentences[1]


@pytest.mark.parametrize("name", ["=1+1", "<img src=x onerror=alert(1)>", "**bold** [a](b)"])
def test_hostile_names_are_told_as_they_are(build: Build, moment: Moment, name: str) -> None:
    """Whoever shows a sentence escapes it: here nothing may be lost or doubled."""
    recommender = build("din")
    names = replace(recommender.items.names, items=dict.fromkeys(map(str, recommender.items.ids), name))
    trace = recommend(replace(recommender, items=replace(recommender.items, names=names)), moment, OPTIONS)
    assert f"“{name}” is number 1 of" in why(trace, top(trace, 1)).sentences[0]
    assert f"“{name}” scores" in above(trace, top(trace, 1), top(trace, 2)).sentences[0]
    assert trace.top["name"].tolist() == [name] * 4


def test_past_clicks_that_add_up_are_not_said_to_matter_little() -> None:
    rows = [("appeal", "", "", 1, 0.0, 0.5)] + [
        ("behaviour", f"behaviour {back} back", f"Film {back}", 1, 0.0, 0.04) for back in range(1, 8)
    ]
    table = pd.DataFrame(rows, columns=["kind", "name", "value", "count", "contribution", "lead"])
    told = reasons_told(table)
    assert told[-1] == "Past clicks together add +0.28, above all the past click on “Film 1” (1 back) (+0.04)."
    little = reasons_told(table.assign(lead=[0.5, 0.02, -0.02, 0.01, -0.01, 0.02, -0.01, 0.005]))
    assert little[-1].startswith("Past clicks matter little for its lead: together +0.01, above all")


def test_leads_of_an_fm_do_not_depend_on_an_arbitrary_shift(build: Build, moment: Moment) -> None:
    """Moving the vectors of all values of a field together, and the other fields' weights back, changes no score."""
    recommender = build("fm")
    before = why(recommend(recommender, moment, OPTIONS), top(recommend(recommender, moment, OPTIONS), 2))
    fm, field = recommender.model, recommender.encoder.field("gender")
    table = fm.embedding.table.data
    shift = np.linspace(-2, 2, fm.embedding.size).astype(np.float32)
    inside = np.zeros(len(table), dtype=bool)
    inside[field.start : field.start + field.size] = True
    table[~inside, -1] -= table[~inside, :-1] @ table.new_tensor(shift)
    table[inside, :-1] += table.new_tensor(shift)
    after = why(recommend(replace(recommender, appeals={}), moment, OPTIONS), before.item)
    assert after.logit == pytest.approx(before.logit, abs=2e-4)
    leads = [found.reasons.groupby(["kind", "name"])["lead"].sum() for found in (before, after)]
    for name in ("gender", "age", "hour", "user_id"):
        assert leads[1]["match", name] == pytest.approx(leads[0]["match", name], abs=1e-3)
    raw = [
        found.reasons.groupby(["kind", "name"])["contribution"].sum()["match", "gender"] for found in (before, after)
    ]
    assert abs(raw[1] - raw[0]) > 0.5  # the model's own terms are arbitrary, as the module says


@pytest.mark.parametrize("model", ["fm", "afm"])
def test_behaviours_share_the_pairs_of_history_and_item(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    found = why(trace, top(trace, 1), counterfactual=False)
    parts = found.explanation.parts
    sides = parts["name"].str.split(" × ")
    history = {"history_item", "history_category"}
    own = [len(one) == 2 and len({*one} & history) == 1 and len({*one} & trace.items.fields) == 1 for one in sides]
    assert trace.contrast.behaviours(0).sum() == pytest.approx(parts.loc[own, "contribution"].sum(), abs=1e-3)


def test_din_says_what_each_behaviour_adds(build: Build, moment: Moment) -> None:
    trace = traced(build, moment, "din")
    parts = why(trace, top(trace, 1), counterfactual=False).explanation.parts
    behaviours = parts[parts["kind"] == "behaviour"]["contribution"].to_numpy()
    assert trace.contrast.behaviours(0)[::-1] == pytest.approx(behaviours, abs=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_terms_equal_the_sum_of_the_models_own_parts(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    rows = candidates(moment.ranker, trace.items, trace.positions)
    terms = terms_of(trace.recommender.model, rows, trace.items.fields)
    parts = why(trace, top(trace, 3), counterfactual=False).explanation.parts
    for key, value in zip(terms.keys, terms.values[2], strict=True):
        total = 0.0
        for kind, name, contribution in zip(parts["kind"], parts["name"], parts["contribution"], strict=True):
            sides = name.removesuffix(" (re-weighted)").split(" × ")
            of_item = [side for side in sides if side in trace.items.fields]
            others = [side for side in sides if side not in trace.items.fields]
            if kind in ("field", "pair") and of_item:
                mine = {"item": not others and (sides == [key.name] or (len(sides) == 2 and not key.name))}
                mine["match"] = others == [key.name]
                total += contribution * mine[key.kind]
        assert value == pytest.approx(total, rel=1e-4, abs=1e-4)


def test_groups_equal_a_loop_over_the_behaviours(build: Build, moment: Moment) -> None:
    trace = traced(build, moment, "din")
    groups = group_behaviours(trace, 0)
    shown_row = trace.recommender.encoder.inverse(moment.ranker).iloc[0]
    categories = [str(one) for one in shown_row["history_category"]][::-1]
    worth = trace.contrast.behaviours(0)
    found = groups[groups["by"] == "category"].set_index("value")
    expected = {value: [at for at, one in enumerate(categories) if one == value] for value in set(categories)}
    assert {value: len(one) for value, one in expected.items() if len(one) > 1} == found["behaviours"].to_dict()
    for value, places in expected.items():
        if len(places) > 1:
            assert found["contribution"][value] == pytest.approx(float(worth[places].sum()), abs=1e-6)
            own = trace.items.frame["category"].astype(str)[top(trace, 1)]
            assert bool(found["own"][value]) == (own == value)


@pytest.mark.parametrize("model", MODELS)
def test_above_sums_to_the_difference(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    found = above(trace, top(trace, 1), top(trace, 4))
    logits = trace.candidates["logit"]
    assert found.difference == pytest.approx(logits.iloc[0] - logits.iloc[3], rel=1e-4, abs=1e-4)
    assert found.residual == pytest.approx(0, abs=2e-4)
    alone = found.parts[~found.parts["about_item"]]
    assert not any(set(name.split(" × ")) & trace.items.fields for name in alone["name"])
    assert found.exact == (model in ("lr", "fm", "afm"))
    if model in ("lr", "fm"):  # what is the user's alone cancels
        assert alone["difference"].abs().max() < 1e-6
        assert found.user_only == pytest.approx(0, abs=1e-5)
    else:
        assert found.user_only == pytest.approx(float(alone["difference"].sum()))
        assert abs(found.user_only) < 1e-4 or any("user's alone" in text for text in found.sentences)
    constant = float(found.parts.loc[found.parts["kind"] == "other", "difference"].sum())
    reasons = [text for text in found.sentences if text.startswith("In favour")]
    assert not any("constant part" in text for text in reasons)  # no value stands for it
    said = f"what the hidden layers add to each differs by {signed(constant)}."
    assert (abs(constant) >= 5e-5) == any(text.endswith(said) for text in found.sentences)


def test_why_not_tells_the_stage(build: Build, moment: Moment) -> None:
    trace = traced(build, moment, "din")
    seen = str(trace.items.ids[trace.left_out[0]])
    low = top(trace, 7)
    lost = next(
        str(trace.items.ids[place])
        for place in range(len(trace.items))
        if place not in trace.positions and place not in trace.left_out
    )
    assert (why_not(trace, top(trace, 2)).stage, why_not(trace, top(trace, 2)).lift) == ("list", None)
    assert why_not(trace, seen).stage == "seen"
    ranked = why_not(trace, low)
    assert (ranked.stage, ranked.rank) == ("ranking", 7)
    assert ranked.score == pytest.approx(float(trace.logits[6]))
    assert ranked.cutoff == pytest.approx(float(trace.logits[3]))
    assert ranked.lift is not None
    missed = why_not(trace, lost, look_for_lift=False)
    assert missed.stage == "recall"
    assert missed.score is not None
    assert missed.cutoff is not None
    assert missed.score < missed.cutoff == trace.recall_cutoff
    assert missed.rank == trace.recall_rank(lost)
    logit = float(predict(trace.recommender.model, trace.row(lost))[0])
    assert missed.would_rank == int((trace.logits > logit).sum()) + 1
    assert f"number {missed.rank:,}" in missed.sentences[0]
    with pytest.raises(DataError, match="no candidate"):
        why(trace, lost)


@pytest.mark.parametrize("model", MODELS)
def test_the_numbers_in_the_words_are_those_of_the_tables(build: Build, moment: Moment, model: str) -> None:
    trace = traced(build, moment, model)
    found = why(trace, top(trace, 1))
    assert found.name == f"Thing {found.item}"
    assert found.name in found.sentences[0]
    assert found.appeal is not None
    written = {signed(value) for value in found.reasons["lead"]}
    reasons = [text for text in found.sentences if text.startswith(("Mainly because", "Against it"))]
    assert reasons
    for text in reasons:
        numbers = re.findall(r"\(([+-][\d.e-]+)\)", text)
        assert numbers
        assert set(numbers) <= written
    whole = " ".join(found.sentences)
    for value in (found.logit, found.mean_logit, found.appeal.appeal, found.appeal.fit):
        assert signed(value) in whole
    assert "not what causes a click" in found.sentences[-1]
    assert "not trained anew" in found.sentences[-1]
    assert found.counterfactual is not None
    for change in found.counterfactual.changes:
        assert change.before in whole  # an item's name, not its id
    assert isinstance(found.groups, pd.DataFrame)


def test_an_item_that_training_never_saw_is_told_of(build: Build, moment: Moment) -> None:
    recommender = build("fm")
    unknown = [
        str(recommender.items.ids[place])
        for place in range(len(recommender.items))
        if recommender.encoder.id_of("item_id", recommender.items.ids[place])
        == recommender.encoder.field("item_id").start
    ]
    every = Options(recall_size=len(recommender.items), popular_size=0, leave_out_seen=False)
    trace = recommend(recommender, moment, every)
    for item in unknown:
        assert any("was not among the training rows" in text for text in why(trace, item).sentences)
    known = next(str(item) for item in recommender.items.ids if str(item) not in unknown)
    assert not any("not among the training rows" in text for text in why(trace, known).sentences)
