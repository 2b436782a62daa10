"""A link to a page that looks inside opens the same view: what is chosen there is in the address."""

from __future__ import annotations

from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open, charts, texts
from tests.pages.test_inside_pages import metric, with_history


def test_the_candidate_and_what_is_switched_off_are_in_the_link(space: Workspace, visit: Open) -> None:
    row = with_history(space, empty=False)
    app = visit("din.py", row=str(row))
    candidate = next(box for box in app.selectbox if box.label == "Candidate item")
    other = next(option for option in candidate.options if "row's own" not in option)
    candidate.select(other).run()
    next(box for box in app.multiselect if box.label == "Switch behaviours off").set_value([0]).run()
    score = metric(app, "With behaviours off")
    said = {key: app.query_params[key] for key in ("row", "candidate", "off")}
    assert said["off"] == f"{row} 0"
    again = visit("din.py", **said)
    assert metric(again, "With behaviours off") == score
    assert (
        next(box for box in again.selectbox if box.label == "Candidate item").value == said["candidate"].split(" ")[1]
    )
    elsewhere = visit("din.py", **(said | {"candidate": f"{row + 1} x", "off": f"{row + 1} 0"}))
    assert not [one for one in elsewhere.metric if one.label == "With behaviours off"]


def test_the_order_of_the_gates_is_in_the_link(space: Workspace, visit: Open) -> None:
    app = visit("senet.py")
    app.segmented_control(key="senet-order").set_value("gate_mean").run()
    app.toggle(key="senet-deviation").set_value(True).run()
    assert (app.query_params["order"], app.query_params["deviation"]) == ("gate_mean", "True")
    again = visit("senet.py", order="gate_mean", deviation="True")
    assert charts(again)["gates"] == charts(app)["gates"]


def test_the_pair_is_in_the_link_in_either_order(space: Workspace, visit: Open) -> None:
    app = visit("afm.py", pair="category × age")
    assert app.selectbox(key="pair").value == "age × category"
    app.selectbox(key="pair").set_value("user_id × item_id").run()
    assert app.query_params["pair"] == "user_id × item_id"
    assert app.subheader[0].value.replace("\\", "") == "user_id × item_id"
    assert visit("afm.py", pair="<script>").subheader


def test_a_method_goes_along_to_the_other_tabs_and_levels(space: Workspace, visit: Open) -> None:
    app = visit("explain.py", how="gradients", tab="All models")
    assert app.segmented_control(key="by").value == "gradients"
    own = visit("explain.py", tab="All models")
    assert own.segmented_control(key="by").value == "left out"
    assert "cannot be set beside another" in texts(own)
    simple, learn = (visit("explain.py", how="gradients", level=level) for level in ("Simple", "Learn"))
    assert "how" not in [one.key for one in simple.segmented_control]
    assert charts(simple)["waterfall"] == charts(learn)["waterfall"]
