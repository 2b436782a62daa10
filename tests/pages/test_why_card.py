"""Why this item: the card says why, how far it may be believed, who agrees, and the numbers agree everywhere."""

from __future__ import annotations

import json

import pytest

from ctrcore.recommend.change_sentences import of_counterfactual
from ctrcore.recommend.counterfactual import drop
from ctrcore.recommend.leads import split
from ctrcore.recommend.sentences import lead_told, reasons_told
from ctrcore.recommend.why import why
from ctrcore.runs.workspace import Workspace
from pages.shared.tools import plain
from tests.pages.conftest import Open, charts, texts
from tests.pages.why import listed, open_why, runs_of, traced


def test_the_item_of_the_address_is_explained_and_another_one_can_be_chosen(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    first, second = (str(item) for item in trace.top["item"].iloc[:2])
    app = open_why(space, visit, user="7", item=second)
    drawn = json.loads(charts(app)["reasons"])["data"][0]
    assert drawn["x"][0] == pytest.approx(float(trace.logits.mean()), abs=1e-4)
    assert drawn["x"][-1] == pytest.approx(float(trace.logits[1]), abs=1e-4)
    assert app.selectbox(key="pick-item").value == second
    found = why(trace, second, counterfactual=False)
    for sentence in (lead_told(trace, found), *reasons_told(found.reasons, trace.items.encoder.schema)):
        assert plain(sentence) in texts(app)
    steps = split(found)
    assert steps is not None
    bars = json.loads(charts(app)["appeal"])["data"][0]["x"]
    assert bars[:4] == pytest.approx([steps.candidates, steps.item, steps.user, steps.both], abs=1e-4)
    assert bars[1] + bars[3] == pytest.approx(drawn["x"][-1] - drawn["x"][0], abs=1e-3)  # what the sentences explain
    assert plain(of_counterfactual(trace, drop(trace, second))) in texts(app)
    app.selectbox(key="pick-item").set_value(first).run()
    assert app.query_params["item"] in (first, [first])
    assert f"#### Why {plain(trace.items.names.item(first))}?" in texts(app)
    assert app.metric[0].value == "1"


def test_ranks_of_other_models_stand_beside_the_list(space: Workspace, visit: Open) -> None:
    runs = runs_of(space)
    app = open_why(space, visit, user="7", runs=f"{runs['lr'].id},{runs['afm'].id}")
    top = traced(space, "7", top_k=3).top["item"]
    shown = listed(app)
    for model in ("lr", "afm"):
        ranks = traced(space, "7", model, top_k=3).candidates.set_index("item")["rank"]
        assert shown[f"by {runs[model].name}"].tolist() == ranks.loc[top].tolist()
    inside = (shown[[f"by {runs[model].name}" for model in ("lr", "afm")]] <= 3).sum(axis=1)
    assert shown["agree"].tolist() == [f"{count} of 2" for count in inside]


def test_levels_change_the_text_and_never_the_numbers(space: Workspace, visit: Open) -> None:
    pages = {level: open_why(space, visit, user="7", level=level) for level in ("Simple", "Learn", "Expert")}
    numbers = [[metric.value for metric in app.metric[:3]] for app in pages.values()]
    lists = [listed(app)[["item", "probability"]].to_numpy().tolist() for app in pages.values()]
    assert numbers[0] == numbers[1] == numbers[2]
    assert lists[0] == lists[1] == lists[2]


def test_the_history_says_the_same_numbers_as_the_sentences(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    item = str(trace.top["item"].iloc[0])
    reasons = why(trace, item, counterfactual=False).reasons
    told = float(reasons.loc[reasons["kind"].isin(["behaviour", "group", "own group"]), "lead"].sum())
    app = open_why(space, visit, user="7", item=item)
    table = next(frame.value for frame in app.dataframe if "speaks" in frame.value.columns)
    assert table["speaks"].sum() == pytest.approx(told, abs=1e-5)
    assert table["speaks"].abs().sum() > 0


def test_what_other_models_say_is_told_in_words(space: Workspace, visit: Open) -> None:
    runs = runs_of(space)
    item = str(traced(space, "7", top_k=3).top["item"].iloc[0])
    ranks = {name: traced(space, "7", name, top_k=3).rank(item) or 0 for name in ("lr", "afm")}
    app = open_why(space, visit, user="7", runs=f"{runs['lr'].id},{runs['afm'].id}")
    said = next(one.value for one in app.markdown if one.value.startswith("**Other models:**"))
    inside = sum(rank <= 3 for rank in ranks.values())
    assert {0: "none of the 2 would", 1: "1 of the 2 would", 2: "all 2 would"}[inside] in said
    assert f"lowest, at {max(ranks.values())}." in said


def test_simple_is_the_list_two_sentences_and_the_change(space: Workspace, visit: Open) -> None:
    trace = traced(space, "7", top_k=3)
    item = str(trace.top["item"].iloc[0])
    app = open_why(space, visit, user="7", level="Simple")
    assert len(listed(app)) == 3
    assert not charts(app)
    assert "Every item is scored as if it were shown in the user's last moment" in texts(app)
    assert "How far may the reasons be believed?" in texts(app)
    assert plain(of_counterfactual(trace, drop(trace, item))) in texts(app)
    bullets = [one.value for one in app.markdown if one.value.startswith("- ")]
    assert len(bullets) == 1
    assert bullets[0].count("\n- ") <= 1


def test_the_verdict_stands_before_the_reasons(space: Workspace, visit: Open) -> None:
    whole = texts(open_why(space, visit, user="7"))
    assert (
        whole.index("#### Why ") < whole.index("How far may the reasons be believed?") < whole.index("Mainly because")
    )
