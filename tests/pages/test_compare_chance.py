"""Compare, the tests of pairs: they are those of the package, and wait for a button where they take their time."""

from __future__ import annotations

import pytest

from ctrcore.comparing.answers import answer
from ctrcore.comparing.findings import in_words
from ctrcore.comparing.sheet import sheet_of
from ctrcore.comparing.testing import compare_all, told
from ctrcore.runs.workspace import Workspace
from pages.shared.compare.tests import replicates_for
from tests.pages.compare_page import (
    CHANCE,
    figure,
    judged,
    run_of,
    table,
)
from tests.pages.conftest import Open, texts


def test_every_pair_is_tested_and_said_in_words(space: Workspace, visit: Open) -> None:
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    found = compare_all(sheet)
    app = visit("compare.py", view=CHANCE)
    shown = table(app, "tests-table")
    assert len(shown) == 10
    assert (shown["difference"] >= 0).all()
    assert sorted(shown["difference"]) == pytest.approx(sorted(abs(test.difference) for test in found.tests))
    titles = {run.id: f"**{run.name}**" for run in space.runs()}
    for test in found.tests:
        assert in_words(test, titles) in texts(app)
    order = sorted(sheet.ids, key=lambda one: -found.intervals[one].value)
    for line in answer(found.tests, order, titles):
        assert line in [part.value for part in app.markdown]
    (expander,) = (one for one in app.expander if one.label == "All 10 pairs in words")
    first, *_ = expander.markdown[0].value.splitlines()
    assert titles[order[0]] in first  # the winner and its runner-up, not the largest lead
    assert titles[order[1]] in first
    traces = {trace["name"]: trace for trace in figure(app, "differences")["data"]}
    clear = len(traces["told apart"]["y"]) if "told apart" in traces else 0
    assert clear == sum(told(test) for test in found.tests)


def test_rows_of_users_taken_as_independent_are_said(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    assert app.segmented_control(key="test-method").value == "clustered"
    assert set(table(app, "tests-table")["method"]) == {"clustered"}
    assert not any("takes them as independent" in caption.value for caption in app.caption)
    app.segmented_control(key="test-method").set_value("delong").run()
    sheet = sheet_of({run.id: judged(run) for run in space.runs()})
    errors = sorted(test.standard_error for test in compare_all(sheet, "delong").tests)
    assert sorted(table(app, "tests-table")["standard_error"]) == pytest.approx(errors)
    assert any("takes them as independent" in caption.value for caption in app.caption)


def test_too_few_users_leave_the_verdict_open(space: Workspace, visit: Open) -> None:
    for run in space.runs():
        scored = run.predictions()
        scored.assign(group=scored["group"] % 5).to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py", view=CHANCE)
    assert not app.exception
    assert not app.success
    assert "cannot be told: these" in app.info[0].value
    assert "belong to only 5 users (at least 20 are needed)" in app.info[0].value
    assert table(app, "metrics-table")["interval"].isin(["–", "", None]).all()
    alts = [element.proto.alt for element in app.get("plotly_chart")]
    assert sum("(interval not known)" in alt for alt in alts) == 2
    assert not any("nan" in alt for alt in alts)


def test_pairs_with_one_model_keep_the_correction_of_all(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    before = table(app, "tests-table").set_index(["ahead", "behind"])["adjusted"].to_dict()
    app.selectbox(key="test-pairs").set_value(run_of(space, "fm").id).run()
    after = table(app, "tests-table")
    assert len(after) == 4
    assert after.set_index(["ahead", "behind"])["adjusted"].to_dict().items() <= before.items()


def test_the_bootstrap_waits_for_its_button_and_is_kept(space: Workspace, visit: Open) -> None:
    ids = ",".join(run_of(space, model).id for model in ("fm", "din"))
    app = visit("compare.py", runs=ids, view=CHANCE)
    app.segmented_control(key="test-method").set_value("users").run()
    assert set(table(app, "tests-table")["method"]) == {"clustered"}  # meanwhile: never an empty tab
    assert any("Until it is drawn, below: DeLong by users." in caption.value for caption in app.caption)
    assert any("2 models: about" in caption.value for caption in app.caption)
    app.select_slider(key="replicates-200").set_value(200).run()
    app.button(key="start-bootstrap").click().run()
    assert not app.exception
    shown = table(app, "tests-table")
    assert shown["method"].tolist() == ["users"]
    sheet = sheet_of({run.id: judged(run) for run in (run_of(space, "fm"), run_of(space, "din"))})
    (expected,) = compare_all(sheet, "users", 200).tests
    assert shown["standard_error"][0] == pytest.approx(expected.standard_error)
    again = visit("compare.py", runs=ids, view=CHANCE)
    again.segmented_control(key="test-method").set_value("users").run()
    again.select_slider(key="replicates-200").set_value(200).run()
    assert table(again, "tests-table")["method"].tolist() == ["users"]


def test_that_users_were_resampled_is_said_once(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    app.segmented_control(key="test-method").set_value("users").run()
    app.button(key="start-bootstrap").click().run()
    assert set(table(app, "tests-table")["method"]) == {"users"}
    assert texts(app).count("Users were resampled with all of their rows.") == 1


def test_no_choice_of_replicates_is_too_few_to_tell_anything(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    app.segmented_control(key="test-method").set_value("bootstrap").run()
    (slider,) = app.select_slider
    assert slider.options[0] == "500"  # ten pairs need 400
    assert slider.value == 1000
    slider.set_value(500).run()
    app.button(key="start-bootstrap").click().run()
    assert len(table(app, "tests-table")) == 10


@pytest.mark.parametrize(("pairs", "least"), [(1, 200), (5, 200), (10, 500), (28, 2000), (190, 10_000), (2000, 80_000)])
def test_the_replicates_to_choose_from_suffice_for_the_pairs(pairs: int, least: int) -> None:
    choices = replicates_for(pairs)
    assert choices[0] == least
    assert all(2 / (1 + one) * pairs < 0.05 for one in choices)
    assert len(choices) > 1


def test_a_link_keeps_the_test_the_replicates_and_the_pairs(space: Workspace, visit: Open) -> None:
    app = visit("compare.py", view=CHANCE)
    app.segmented_control(key="test-method").set_value("users").run()
    (slider,) = app.select_slider
    chosen = slider.options[-1]
    slider.set_value(chosen).run()
    one = run_of(space, "fm").id
    app.selectbox(key="test-pairs").set_value(one).run()
    link = {key: app.query_params[key] for key in ("view", "test", "replicates", "pairs")}
    assert link["test"] == "users"
    assert link["pairs"] == one
    again = visit("compare.py", **link)
    assert again.segmented_control(key="test-method").value == "users"
    assert str(again.select_slider[0].value) == link["replicates"] == str(chosen).replace(",", "")
    assert again.selectbox(key="test-pairs").value == one
    assert again.button(key="start-bootstrap")
    odd = visit("compare.py", view="No such tab", test="magic", replicates="-1", pairs="nobody")
    assert odd.query_params["view"] == CHANCE
    assert odd.segmented_control(key="test-method").value == "clustered"
    assert odd.selectbox(key="test-pairs").value == "all pairs"
