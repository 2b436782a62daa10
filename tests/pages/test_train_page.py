"""The training page: what is chosen becomes the runs that are started, and no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from ctrcore.models.config import CONFIGS
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.status import Failure, JobStatus, write_status
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import AUGMENTATIONS
from ctrcore.training.presets import preset
from pages.shared.forms import bounds
from tests.pages.conftest import Open, texts


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[RunSpec]]:
    """What would be trained; no worker is started."""
    specs: list[RunSpec] = []

    def submit(self: Workspace, spec: RunSpec) -> str:
        specs.append(spec)
        return self.create(spec)

    monkeypatch.setattr(Workspace, "submit", submit)
    return specs


def models(app: AppTest) -> object:
    return app.get("pills")[0]


def test_the_preset_trains_every_model_once(space: Workspace, visit: Open, ordered: list[RunSpec]) -> None:
    app = visit("train.py")
    app.button(key="train-start").click().run()
    assert not app.exception
    assert [spec.model.name for spec in ordered] == list(CONFIGS)
    for spec in ordered:
        model, training = preset("quick", spec.model.name)
        assert (spec.model, spec.training) == (model, training)
        assert spec.recipe == space.datasets()[0].recipe()
    assert app.query_params["runs"].count(",") == 4


def test_knobs_win_over_the_preset_and_seeds_multiply_runs(
    space: Workspace, visit: Open, ordered: list[RunSpec]
) -> None:
    app = visit("train.py")
    models(app).set_value(["fm"]).run()  # type: ignore[attr-defined]
    app.number_input(key="train-epochs").set_value(2)
    app.number_input(key="train-size").set_value(6)
    app.number_input(key="train-seed").set_value(7)
    app.number_input(key="train-repeats").set_value(3).run()
    app.button(key="train-start").click().run()
    assert [(s.training.seed, s.training.epochs, s.model.embedding_size) for s in ordered] == [
        (7, 2, 6),
        (8, 2, 6),
        (9, 2, 6),
    ]
    assert len({spec.name for spec in ordered}) == 3


def test_every_setting_is_open_to_experts(space: Workspace, visit: Open, ordered: list[RunSpec]) -> None:
    app = visit("train.py", level="Expert")
    models(app).set_value(["fibinet"]).run()  # type: ignore[attr-defined]
    key = "set-quick-fibinet"
    app.selectbox(key=f"{key}-model-excitation").set_value("relu")
    app.text_input(key=f"{key}-model-hidden_units").set_value("32; 16")
    app.number_input(key=f"{key}-training-learning_rate").set_value(0.005).run()
    app.button(key="train-start").click().run()
    assert not app.exception
    (spec,) = ordered
    assert spec.model.excitation == "relu"  # type: ignore[union-attr]
    assert spec.model.hidden_units == (32, 16)  # type: ignore[union-attr]
    assert spec.training.learning_rate == 0.005


def test_every_field_of_every_config_has_a_control_with_its_description(space: Workspace, visit: Open) -> None:
    app = visit("train.py", level="Expert")
    shown = {
        str(element.key): element.help
        for kind in ("selectbox", "number_input", "text_input", "toggle")
        for element in app.get(kind)
    }
    for name, config in CONFIGS.items():
        for field, info in config.model_fields.items():
            if field != "name":
                assert info.description
                assert info.description in shown[f"set-quick-{name}-model-{field}"]


def test_a_setting_that_cannot_be_is_refused_in_words(space: Workspace, visit: Open, ordered: list[RunSpec]) -> None:
    app = visit("train.py", level="Expert")
    models(app).set_value(["fm"]).run()  # type: ignore[attr-defined]
    app.text_input(key="set-quick-fm-model-hidden_units").set_value("big").run()
    assert "not a list of whole numbers" in app.error[0].value
    assert not [button for button in app.button if button.key == "train-start"]
    app.text_input(key="set-quick-fm-model-hidden_units").set_value("8").run()
    assert not app.error


def test_din_without_a_history_is_refused_before_the_start(
    space: Workspace, visit: Open, ordered: list[RunSpec]
) -> None:
    dataset = space.datasets()[0]
    recipe = dataset.recipe()
    assert recipe is not None
    columns = [
        column.model_copy(update={"kind": "ignore", "of": None}) if column.kind == "history" else column
        for column in recipe.data_schema.columns
    ]
    schema = recipe.data_schema.model_copy(update={"columns": columns})
    dataset.save_recipe(recipe.model_copy(update={"data_schema": schema}))
    app = visit("train.py")
    assert "din" not in models(app).value  # type: ignore[attr-defined]
    models(app).set_value(["fm", "din"]).run()  # type: ignore[attr-defined]
    assert "DIN needs a history" in app.error[0].value
    assert "Data page" in app.error[0].value
    assert not ordered


def test_augmentation_has_a_form_of_its_own(space: Workspace, visit: Open, ordered: list[RunSpec]) -> None:
    app = visit("train.py", level="Expert")
    models(app).set_value(["din"]).run()  # type: ignore[attr-defined]
    keys = [str(box.key) for box in app.number_input if str(box.key).startswith("set-quick-din-augmentation-")]
    assert [key.rpartition("-")[2] for key in keys] == list(AUGMENTATIONS)
    app.number_input(key="set-quick-din-augmentation-cold_start").set_value(0.3)
    app.number_input(key="set-quick-din-augmentation-history_mask").set_value(0.1)
    app.number_input(key="set-quick-din-training-epochs").set_value(2).run()
    app.button(key="train-start").click().run()
    training = ordered[0].training
    assert (training.cold_start, training.history_mask, training.epochs) == (0.3, 0.1, 2)


def test_a_cold_start_without_ids_is_refused_before_the_start(
    space: Workspace, visit: Open, ordered: list[RunSpec]
) -> None:
    dataset = space.datasets()[0]
    recipe = dataset.recipe()
    assert recipe is not None
    schema = recipe.data_schema.model_copy(update={"user": None, "item": None})
    dataset.save_recipe(recipe.model_copy(update={"data_schema": schema}))
    app = visit("train.py", level="Expert")
    models(app).set_value(["fm"]).run()  # type: ignore[attr-defined]
    assert not app.error
    app.number_input(key="set-quick-fm-augmentation-cold_start").set_value(0.3).run()
    assert "hides the ids" in app.error[0].value
    assert "Data page" in app.error[0].value
    assert not [button for button in app.button if button.key == "train-start"]


def test_a_run_under_way_shows_progress_and_can_be_cancelled(space: Workspace, visit: Open) -> None:
    run = space.runs()[0]
    write_status(run.folder, JobStatus("running", progress=0.4, message="epoch 2, step 9 of 20", pid=1))
    app = visit("train.py", runs=run.id)
    # No process holds the lock, so the app must see at once that the worker is gone, and offer to go on.
    assert "worker process ended" in app.error[0].value
    assert any(button.key == f"resume-{run.id}" for button in app.button)


def test_a_failed_run_shows_its_two_sentences(space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    run = space.runs()[0]
    write_status(run.folder, JobStatus("failed", failure=Failure("The rows are gone.", "Upload them again.")))
    resumed: list[str] = []
    monkeypatch.setattr(Workspace, "resume", lambda self, run_id: resumed.append(run_id))
    app = visit("train.py", runs=run.id)
    assert app.error[0].value == "**The rows are gone.**  \nUpload them again."
    app.button(key=f"resume-{run.id}").click().run()
    assert resumed == [run.id]


def test_curves_of_all_runs_are_drawn_on_one_axis(space: Workspace, visit: Open) -> None:
    app = visit("train.py")
    assert len(app.get("vega_lite_chart")) == 2
    assert "test AUC" in texts(app)


def test_bounds_are_those_of_the_settings() -> None:
    fields = CONFIGS["fibinet"].model_fields
    assert bounds(fields["reduction"]) == (1, 64)
    assert bounds(fields["dropout"]) == (0, 1)
    assert bounds(fields["batch_norm"]) == (None, None)
