"""The playground without a browser: steps, play, pause, reset, presets, and links that say it all."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.learn.playground_presets import PRESETS
from ctrcore.runs.workspace import Workspace
from pages.shared.playground.kept import Learners, learners
from tests.pages.conftest import Open, texts

pytestmark = pytest.mark.usefixtures("empty_space")
SMALL = "rows:2000"


def numbers(app: AppTest) -> dict[str, str]:
    return {str(metric.label): str(metric.value) for metric in app.metric}


def alts(app: AppTest) -> list[str]:
    return [element.proto.alt for element in app.get("vega_lite_chart")]


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def test_it_opens_ready_to_play_with_every_picture_told(empty_space: Workspace, visit: Open) -> None:
    app = visit("playground.py")
    assert numbers(app)["Epoch"] == "0.0"
    assert numbers(app)["Best reachable AUC"].startswith("0.808 ± 0.0")
    assert "What to look for" in texts(app)
    assert len(app.get("vega_lite_chart")) == 5
    assert app.button(key="play").label == "Play"
    assert not empty_space.datasets()


def test_steps_and_reset(visit: Open) -> None:
    app = visit("playground.py", set=SMALL)
    fresh = numbers(app)
    press(app, "batch-step")
    assert numbers(app)["Epoch"] == "0.3"  # 1,200 training rows are three batches
    press(app, "epoch-step")
    assert numbers(app)["Epoch"] == "1.0"
    press(app, "epoch-step")
    assert numbers(app)["Epoch"] == "2.0"
    press(app, "reset")
    assert numbers(app) == fresh


def test_play_goes_on_until_pause(visit: Open) -> None:
    app = press(visit("playground.py", set=SMALL), "play")
    assert app.button(key="play").label == "Pause"
    first = float(numbers(app)["Epoch"])
    app.run()
    assert float(numbers(app)["Epoch"]) > first > 0
    press(app, "play")
    paused = numbers(app)["Epoch"]
    app.run()
    assert app.button(key="play").label == "Play"
    assert numbers(app)["Epoch"] == paused


def test_playing_ends_where_the_model_is_finished(visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctrcore.learn.playground_training.MOST_EPOCHS", 4)
    app = press(visit("playground.py", set=SMALL + ",model:lr"), "play")
    for _ in range(60):
        if app.button(key="play").label == "Play":
            break
        app.run()
    assert numbers(app)["Epoch"] == "4.0"
    assert "LR adds up one number per value" in texts(app)
    press(app, "play")
    assert app.button(key="play").label == "Play"


@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_preset_sets_shop_and_model(visit: Open, preset: str) -> None:
    app = visit("playground.py", set=f"preset:{preset},{SMALL}")
    words = PRESETS[preset]
    assert words.look in texts(app)
    assert app.get("button_group")
    shop = {str(slider.key).removeprefix("knob-"): slider.value for slider in app.slider}
    assert all(shop[name] == value for name, value in words.shop.items())
    assert app.session_state["knob-model"] == words.model
    behaviours = words.model == "din"
    assert ("Past behaviours: contribution" in texts(app)) == behaviours
    assert len(alts(app)) == (8 if behaviours else 5)
    press(app, "epoch-step")


def test_a_moved_knob_is_in_the_address_and_starts_another_model(visit: Open) -> None:
    app = press(visit("playground.py", set=SMALL), "epoch-step")
    app.slider(key="knob-noise").set_value(2.0).run()
    link = app.query_params["set"]
    link = link if isinstance(link, str) else link[0]
    assert "noise:2.0" in link
    assert numbers(app)["Epoch"] == "0.0"
    best = numbers(app)["Best reachable AUC"]
    again = visit("playground.py", set=link)
    assert numbers(again)["Best reachable AUC"] == best
    assert again.slider(key="knob-noise").value == 2.0


def test_a_moved_knob_unmarks_the_preset_and_a_click_brings_it_back(visit: Open) -> None:
    app = visit("playground.py", set="preset:pair")
    assert app.session_state["preset"] == "pair"
    assert "back-to-preset" not in {button.key for button in app.button}
    app = press(app, "batch-step")
    app.slider(key="knob-noise").set_value(2.0).run()
    assert app.session_state["preset"] is None
    assert "training starts anew" in texts(app)
    press(app, "reset")
    assert app.slider(key="knob-noise").value == 2.0
    press(app, "back-to-preset")
    assert app.session_state["preset"] == "pair"
    assert app.slider(key="knob-noise").value == 0.0


def curves(app: AppTest) -> list[str]:
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    return [layer["data"]["name"] for layer in spec["layer"] if layer["data"]["name"].startswith("before")]


def test_the_last_curve_of_another_model_stays_in_the_same_shop(visit: Open) -> None:
    app = press(visit("playground.py", set=SMALL), "epoch-step")
    assert not curves(app)
    for model in ("lr", "afm", "din"):
        app.query_params["set"] = f"{SMALL},model:{model}"
        app.run()
        press(app, "batch-step")
    assert len(curves(app)) == 4  # of the last two a line and its name
    app.query_params["set"] = f"{SMALL},model:afm"
    assert len(curves(app.run())) == 2  # its own is not drawn twice
    app.query_params["set"] = f"{SMALL},model:afm,noise:1"
    assert not curves(app.run())


def test_another_learning_rate_goes_on_with_the_same_model(visit: Open) -> None:
    app = press(visit("playground.py", set=SMALL), "epoch-step")
    app.session_state["knob-rate"] = "0.001"
    app.query_params["set"] = SMALL + ",rate:0.001"
    app.run()
    assert numbers(app)["Epoch"] == "1.0"


def test_visitors_do_not_share_a_model(visit: Open) -> None:
    first, second = visit("playground.py", set=SMALL), visit("playground.py", set=SMALL)
    press(first, "epoch-step")
    second.run()
    assert numbers(second)["Epoch"] == "0.0"
    assert len(learners()) >= 2


def test_only_so_many_models_are_kept() -> None:
    kept = Learners(most=2)
    one, two, three = (object() for _ in range(3))
    kept.put("a", one)  # type: ignore[arg-type]
    kept.put("b", two)  # type: ignore[arg-type]
    assert kept.get("a") is one
    kept.put("c", three)  # type: ignore[arg-type]
    assert kept.get("b") is None
    assert (kept.get("a"), kept.get("c")) == (one, three)
    kept.put("a", None)
    assert len(kept) == 1


def test_a_teachers_link_hides_the_controls_and_keeps_their_values(visit: Open) -> None:
    app = visit("playground.py", set=f"preset:xor,xor:3,{SMALL}", hide="controls")
    assert not app.slider
    assert {button.key for button in app.button} >= {"play", "batch-step", "epoch-step", "reset", "leave"}
    assert not [one for one in app.get("button_group") if "model" in str(one.key)]
    shown = visit("playground.py", set=f"preset:xor,xor:3,{SMALL}")
    assert numbers(app) == numbers(shown)


def test_levels_change_what_shows_but_no_number(visit: Open) -> None:
    link = f"noise:1,{SMALL}"
    apps = {level: visit("playground.py", set=link, level=level) for level in ("Simple", "Learn", "Expert")}
    assert len({json.dumps(numbers(app)) for app in apps.values()}) == 1
    sliders = [len(app.slider) for app in apps.values()]
    assert sliders == sorted(sliders)
    assert sliders[0] < sliders[-1]
    assert len(alts(apps["Simple"])) == 3


@pytest.mark.parametrize(
    "link",
    [
        "xor:nan,pair_strength:inf,main_strength:-1e99,noise:,model:gpt,preset:__class__",
        "rows:-5,batch:0,rate:1e9,l2:x,seed:1.5,start:9",
        "preset:pair:pair,:::,,,%00:%ff",
        "<script>:1,xor:<b>",
    ],
)
def test_hostile_links_open_the_page(visit: Open, link: str) -> None:
    app = visit("playground.py", set=link, hide="a,b", show="x", lesson="../..", step="-1")
    assert app.button(key="play").label == "Play"
    press(app, "batch-step")


def test_every_picture_is_told_in_words(visit: Open) -> None:
    app = press(visit("playground.py", set=f"preset:xor,{SMALL}"), "epoch-step")
    told = " ".join(alts(app))
    assert all(alts(app))
    assert "best reachable" in told
    assert "truth: gender × device with 100%" in told
