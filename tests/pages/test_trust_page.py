"""The page Trust: what fails is red and said first, thresholds are in the address, runs and methods side by side."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.explain.trust.card import Card, TrustOptions
from ctrcore.explain.trust.check import DEFINITIONS, MODEL, Check, Limit, Thresholds, verdict
from ctrcore.explain.trust.words import SHARES
from ctrcore.runs.files import write_json
from ctrcore.runs.run import Run
from ctrcore.runs.status import JobStatus, write_status
from ctrcore.runs.studies import _folder
from ctrcore.runs.trust_job import trust_card
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, texts
from tests.pages.test_badge import badge_line, make_inert, run_of

OPTIONS: dict[str, Any] = {"seed": 0, "rows": 500, "retrain": False}


def keep(run: Run, card: Card, options: dict[str, Any] | None = None) -> None:
    """Lay a card where the worker would lay it."""
    asked = OPTIONS if options is None else options
    folder = _folder(run, "trust", asked)
    folder.mkdir(parents=True)
    write_json(folder / "study.json", {"kind": "trust", "options": asked})
    write_json(folder / "result.json", card.model_dump(mode="json"))
    write_status(folder, JobStatus("done"))


def card_with(run: Run, **values: float | None) -> Card:
    """A card of one method with these figures, all others perfect."""
    good = {"T0": 0.0, "T1": 0.1, "T6": 0.0, "T7": 0.0, "T10": 0.0, "T13": 0.0, "T14": 0.0}
    checks = [
        Check(id=one, value=value, low=value, high=value, rows=40, says=f"finding of {one}")
        for one in DEFINITIONS
        for value in [values.get(one, good.get(one, 1.0))]
    ]
    of_model = [check for check in checks if check.id in ("T0", "T10", "T14")]
    of_picture = [check for check in checks if check not in of_model]
    return Card(
        run=run.id,
        name=run.name,
        model=run.spec.model.title,
        methods={"attention": of_picture, "contribution": of_picture[:1], MODEL: of_model},
        curves={},
        options=TrustOptions(),
        rows=40,
        judged=100,
        background_rows=[0],
        background="50 training rows, seed 0",
        seconds=3.0,
        made=0.0,
    )


def boxes(app: AppTest) -> dict[str, str]:
    """The verdict over all checks, by the kind of its box."""
    kinds = ("error", "warning", "success", "info")
    return {kind: str(one.value) for kind in kinds for one in app.get(kind) if "Contributions: " in str(one.value)}


def limit(app: AppTest, end: str) -> Any:
    """The number of a limit, for example `T2-green`."""
    return next(one for one in app.number_input if str(one.key).startswith(f"limit-{end}-"))


def written(app: AppTest, check: str) -> str:
    """The head of a check's card."""
    return next(str(one.value) for one in app.markdown if f"] {check} " in str(one.value))


def test_before_a_card_is_made_the_page_says_what_will_be_asked_and_how_long(space: Workspace, visit: Open) -> None:
    app = visit("trust.py", run=run_of(space, "afm").id)
    assert not boxes(app)
    assert any(button.label == "Compute the trust card" for button in app.button)
    assert any(one.question.split("?")[0] in texts(app).replace("\\", "") for one in DEFINITIONS.values())
    assert "in the background" in texts(app)


def test_the_card_of_an_inert_attention_is_red(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    make_inert(run)
    card = trust_card(run, TrustOptions(rows=100))
    keep(run, card)
    app = visit("trust.py", run=run.id, method="attention")
    failed = [one.id for one in card.methods["attention"] if verdict(one, Thresholds()) == "red"]
    assert {"T1", "T2", "T3"} <= set(failed)
    said = boxes(app)
    assert list(said) == ["error"]
    assert "should not be relied on" in said["error"]
    for one in failed:
        assert one in said["error"]
        assert written(app, one).startswith(":red-badge[:material/cancel: fails]")


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [(0.9, "success", "believable"), (0.3, "warning", "read with care"), (0.1, "error", "should not be relied on")],
)
def test_the_worst_check_decides(space: Workspace, visit: Open, value: float, kind: str, answer: str) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T2=value))
    said = boxes(visit("trust.py", run=run.id, method="attention"))
    assert list(said) == [kind]
    assert f"Attention: {answer}. Contributions: believable." in said[kind]


def test_every_check_has_its_card_with_figure_limit_and_finding(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T9=None))
    app = visit("trust.py", run=run.id, method="attention")
    for one, about in DEFINITIONS.items():
        assert about.title in written(app, one)
        assert f"**{about.question}**" in [str(text.value) for text in app.markdown]
        assert f"finding of {one}" in [str(text.value) for text in app.markdown]
    assert "no verdict" in written(app, "T9")
    assert "sample of 40 rows" in texts(app)
    assert "no verdict" in written(app, "T12")  # shown, never judged


def test_the_definition_is_printed_for_experts_and_on_demand_for_others(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run))
    expert, learner = (visit("trust.py", run=run.id, method="attention", level=one) for one in ("Expert", "Learn"))
    assert "Kendall" in texts(expert)
    assert "Kendall" not in texts(learner)
    asked = next(one for one in learner.markdown if DEFINITIONS["T2"].question in str(one.value))
    assert "Kendall" in asked.help


def test_an_edited_threshold_changes_the_verdict_and_stands_in_the_address(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T2=0.45))
    app = visit("trust.py", run=run.id, method="attention")
    assert "unsure" in written(app, "T2")
    limit(app, "T2-green").set_value(0.4).run()
    assert "holds" in written(app, "T2")
    assert app.query_params["limits"] == "T2:0.4:0.2"
    limit(app, "T2-green").set_value(0.1).run()
    assert app.query_params["limits"] == "T2:0.1:0.1"  # the other end came along
    app.button(key="limits-reset").click().run()
    assert "unsure" in written(app, "T2")
    assert "limits" not in app.query_params


def test_shares_are_edited_in_percent(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T3=0.85))
    app = visit("trust.py", run=run.id, method="attention")
    assert limit(app, "T3-green").value == 90
    limit(app, "T3-green").set_value(80.0).run()
    assert app.query_params["limits"] == "T3:0.8:0.7"
    assert "holds" in written(app, "T3")


def test_a_link_with_thresholds_opens_with_them(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T2=0.45))
    app = visit("trust.py", run=run.id, method="attention", limits="T2:0.99:0.9")
    assert "fails" in written(app, "T2")
    assert limit(app, "T2-green").value == 0.99
    assert "not the default ones" in boxes(app)["error"]


def test_methods_and_other_runs_stand_side_by_side(space: Workspace, visit: Open) -> None:
    afm, din = run_of(space, "afm"), run_of(space, "din")
    keep(afm, card_with(afm, T2=0.1))
    keep(din, card_with(din), OPTIONS | {"retrain": True})
    app = visit("trust.py", run=afm.id)
    figure = json.loads(next(one.proto.spec for one in app.get("plotly_chart") if "T2  Order" in one.proto.spec))
    titles = figure["layout"]["xaxis"]["ticktext"]
    assert titles == [f"{method}<br>{run.name}" for run in (afm, din) for method in ("attention", "contribution")]
    failed = next(trace for trace in figure["data"] if trace["name"] == "fails")
    assert len(failed["x"]) == 1
    app.multiselect(key="trust-runs").set_value([]).run()
    assert app.query_params["beside"] == "none"
    figure = json.loads(next(one.proto.spec for one in app.get("plotly_chart") if "T2  Order" in one.proto.spec))
    assert len(figure["layout"]["xaxis"]["ticktext"]) == 2


def test_a_row_that_looks_well_does_not_hide_that_the_picture_fails_over_many_rows(
    space: Workspace, visit: Open
) -> None:
    run = run_of(space, "afm")
    easy = "T0:9:9,T2:-1:-1,T3:0:0,T13:1:1,T14:1:1"
    keep(run, card_with(run, T9=0.1))
    app = visit("afm.py", limits=easy)
    assert badge_line(app).startswith(":red-badge[:material/cancel: should not be relied on]")
    assert "The verdict is that of many rows; Row" in texts(app)
    assert "alone: believable." in texts(app)
    many = [str(one.value) for one in app.caption if "Sample of 40 rows: " in str(one.value)]
    assert len(many) == 1
    assert "T9" in many[0]
    overall = next(str(one.value) for one in app.markdown if "Over a sample of 40 rows: " in str(one.value))
    assert overall.startswith(":red-badge")


def test_a_row_that_looks_bad_is_the_verdict_though_many_rows_look_well(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    make_inert(run)
    keep(run, card_with(run))
    app = visit("afm.py")
    assert badge_line(app).startswith(":red-badge[:material/cancel: should not be relied on]")
    assert "; many rows: believable." in texts(app)


def test_a_limit_never_starts_at_anything_but_itself(space: Workspace, visit: Open) -> None:
    """What a closed popover mounts late starts at the default that the last rerun sent."""
    run = run_of(space, "afm")
    app = visit("trust.py", run=run.id, limits="T9:0.5:0.25")
    keep(run, card_with(run))
    app.run()
    app.run()
    app.segmented_control(key="method").set_value("attention").run()
    numbers = [one for one in app.number_input if str(one.key).startswith("limit-")]
    assert len(numbers) == 2 * len(Thresholds.model_fields)
    for one in numbers:
        name, end = str(one.key).split("-")[1:3]
        usual = Thresholds(T9=Limit(green=0.5, amber=0.25)).of(name)
        factor = 100 if name in SHARES else 1
        assert usual is not None
        assert one.proto.default == pytest.approx(factor * (usual.green if end == "green" else usual.amber))
        assert not one.proto.set_value
        assert one.proto.min <= one.proto.default <= one.proto.max
    assert app.query_params["limits"] == "T9:0.5:0.25"


@pytest.mark.parametrize("said", ["T3:-10000:-1e6", "T2:-5:-5", "T13:2:3"])
def test_a_limit_that_no_figure_can_reach_is_left_out(space: Workspace, visit: Open, said: str) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run))
    assert "not the default ones" not in texts(visit("trust.py", run=run.id, limits=said))


def test_it_opens_on_the_contributions(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run, T2=0.1))
    app = visit("trust.py", run=run.id)
    assert app.segmented_control(key="method").value == "contribution"
    assert (
        "Contributions: believable. Attention: should not be relied on. The model and its rows: "
        in boxes(app)["success"]
    )


def test_in_simple_there_are_questions_and_verdicts_but_no_terms(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    card = card_with(run, T2=0.1, T9=None)
    keep(run, card)
    app = visit("trust.py", run=run.id, method="attention", level="Simple")
    seen = texts(app)
    assert "always looks convincing" in seen
    assert "This speaks against the picture." in seen
    assert "Figure: 0.10" in seen
    in_popover = [f"**{one}** " for one in DEFINITIONS]  # the thresholds have their numbers
    outside = [line for line in seen.splitlines() if not any(line.startswith(one) for one in in_popover)]
    assert not [line for line in outside if re.search(r"\bT\d+\b|\btau\b|entropy", line)]
    for one in DEFINITIONS.values():
        assert one.question in seen


def test_the_planted_truth_has_its_figure_in_the_grid(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    card = card_with(run)
    planted = {"rows": 9, "fields": {"spearman": {"attention": 0.31}}}
    found = Check(id="T12", rows=9, says="It finds some.", details=planted)
    card.methods["attention"] = [found if one.id == "T12" else one for one in card.methods["attention"]]
    keep(run, card)
    app = visit("trust.py", run=run.id)
    figure = json.loads(next(one.proto.spec for one in app.get("plotly_chart") if "T2  Order" in one.proto.spec))
    shown = next(trace for trace in figure["data"] if trace["name"] == "no verdict")
    assert " 0.31" in shown["text"]


def test_a_card_of_another_version_is_not_shown_as_one(space: Workspace, visit: Open) -> None:
    run = run_of(space, "afm")
    keep(run, card_with(run))
    write_json(_folder(run, "trust", OPTIONS) / "result.json", {"checks": []})
    app = visit("trust.py", run=run.id)
    assert not boxes(app)
    assert not app.exception
    assert "another version" in app.warning[0].value
    assert any(button.label == "Compute it again" for button in app.button)


@pytest.mark.parametrize("key", ["method", "retrain", "beside", "seed", "rows", "limits"])
@pytest.mark.parametrize("value", ["", "x" * 3000, "-1", "1e99", "nan", "<script>"])
def test_a_hostile_address_shows_the_page_all_the_same(space: Workspace, visit: Open, key: str, value: str) -> None:
    app = visit("trust.py", run=run_of(space, "afm").id, level="Expert", **{key: value})
    assert not app.exception
    assert not app.error
