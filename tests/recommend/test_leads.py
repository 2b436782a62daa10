"""The reasons as an explanation: they lead from the mean of the candidates to the item, and say what the words say."""

from __future__ import annotations

import pytest

from ctrcore.explain.sentences import signed
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.leads import as_explanation, split
from ctrcore.recommend.options import Options
from ctrcore.recommend.why import why
from ctrcore.runs.recommending import open_two_stages
from tests.trained import Trained, trained

__all__ = ["trained"]


@pytest.mark.parametrize("model", ["lr", "fm", "afm", "fibinet", "din"])
def test_reasons_lead_from_the_mean_candidate_to_the_item(trained: Trained, model: str) -> None:
    runs = {name: trained.workspace.run(one) for name, one in trained.runs.items()}
    two = open_two_stages(runs[model], runs["fm"])
    trace = recommend(two.recommender, two.last_moment("7"), Options(top_k=3))
    found = why(trace, str(trace.top["item"].iloc[0]))
    picture = as_explanation(trace, found)
    assert picture.base == pytest.approx(float(trace.logits.mean()), abs=1e-5)
    assert picture.residual == pytest.approx(0.0, abs=1e-4)
    assert len(picture.parts) == len(found.reasons)
    spoken = " ".join(found.sentences)
    first = picture.parts.iloc[0]
    assert f"{first['name']} ({signed(float(first['contribution']))})" in spoken


@pytest.mark.parametrize("model", ["lr", "fm", "afm", "fibinet", "din"])
def test_the_item_the_user_and_both_add_up_to_the_score_and_agree_with_all_other_numbers(
    trained: Trained, model: str
) -> None:
    runs = {name: trained.workspace.run(one) for name, one in trained.runs.items()}
    two = open_two_stages(runs[model], runs["fm"])
    trace = recommend(two.recommender, two.last_moment("7"), Options(top_k=3))
    found = why(trace, str(trace.top["item"].iloc[1]), counterfactual=False)
    steps = split(found)
    assert steps is not None
    assert found.appeal is not None
    assert steps.candidates + steps.item + steps.user + steps.both == pytest.approx(found.logit, abs=1e-5)
    assert steps.candidates + steps.item == pytest.approx(found.appeal.appeal, abs=1e-5)
    assert steps.user + steps.both == pytest.approx(found.appeal.fit, abs=1e-5)
    others = found.reasons[found.reasons["kind"] != "appeal"]
    assert steps.both == pytest.approx(float(others["lead"].sum()), abs=1e-4)
