"""Train: choose models, start, and watch them learn."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ctrcore.data.recipe import Recipe
from ctrcore.errors import ModelError
from ctrcore.figures.style import MODEL_TITLES
from ctrcore.language import Spoken, mark, say, say_count
from ctrcore.models.config import ModelConfig
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.estimating import seconds_at_most
from ctrcore.runs.spec import RunSpec
from ctrcore.training.config import AUGMENTATIONS, TrainConfig
from ctrcore.training.presets import PRESET_NAMES, PRESETS, TUNED_ROWS, Preset, preset
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.drafts import saved_or_guessed
from pages.shared.forms import settings_form
from pages.shared.level import expert, learn
from pages.shared.live import watch_runs
from pages.shared.pickers import pick_dataset
from pages.shared.problems import problems_shown
from pages.shared.store import workspace
from pages.shared.tools import duration, ready

ABOUT = Spoken(
    {
        "lr": mark("Logistic regression: adds up one weight per value. The floor that every other model should beat."),
        "fm": mark("Factorization machine: adds what each pair of values does together."),
        "afm": mark("Attentional FM: weighs the pairs by attention."),
        "fibinet": mark("Feature importance and bilinear network: rates the fields by gates, then combines pairs."),
        "din": mark("Deep interest network: looks at the user's history with the candidate item in mind."),
    }
)


def choose(dataset: Dataset, recipe: Recipe) -> list[RunSpec]:
    """The form; returns what would be trained."""
    models = st.pills(
        say("Models"),
        list(MODEL_TITLES),
        selection_mode="multi",
        default=["lr", "fm", "afm", "fibinet", *(["din"] if has_history(recipe) else [])],
        format_func=MODEL_TITLES.__getitem__,
        key="train-models",
        persist_state="session",
        help="  \n".join(f"**{MODEL_TITLES[name]}** {text}" for name, text in ABOUT.items()),
    )
    learn("  \n".join(f"**{MODEL_TITLES[model]}** · {ABOUT[model]}" for model in models))
    chosen = st.segmented_control(
        say("Preset"),
        list(PRESETS),
        default="quick",
        required=True,
        format_func=_preset_title,
        key="train-preset",
        persist_state="session",
        help="  \n".join(f"**{_preset_title(name)}**: {say(text)}" for name, text in PRESETS.items()),
    )
    learn(say("{preset}: {about}.", preset=_preset_title(chosen), about=say(PRESETS[chosen])))
    with st.grid(4, min_column_width=140):
        knobs = few_knobs()
    configs = {model: preset(chosen, model, dataset.rows or 0) for model in models}
    if expert() and models:
        # A preset that depends on the size of the table must not show another table's settings.
        configs = all_knobs(configs, chosen if (dataset.rows or 0) <= TUNED_ROWS else f"{chosen}-{dataset.id}")
    where = {"dataset": dataset.id, "recipe": recipe.model_dump(), "tags": [chosen]}
    return [
        RunSpec.model_validate(where | with_knobs(f"{MODEL_TITLES[model]} {chosen}", *configs[model], seed, knobs))
        for model in models
        for seed in range(knobs["seed"], knobs["seed"] + knobs["repeats"])
    ]


def _preset_title(name: Preset) -> str:
    return PRESET_NAMES[name].capitalize()


def few_knobs() -> dict[str, int]:
    """What most people want to change: 0 epochs and 0 embedding numbers leave the preset's."""
    return {
        "epochs": st.number_input(
            say("Epochs"),
            min_value=1,
            max_value=1000,
            value=None,
            step=1,
            placeholder=say("preset"),
            key="train-epochs",
            persist_state="session",
            help=say(
                "At most; training stops earlier when the validation AUC no longer rises. {epoch}", epoch=WORDS["epoch"]
            ),
        )
        or 0,
        "size": st.number_input(
            say("Embedding size"),
            min_value=1,
            max_value=256,
            value=None,
            step=1,
            placeholder=say("preset"),
            key="train-size",
            persist_state="session",
            help=say("Numbers per embedding. {embedding}", embedding=WORDS["embedding"]),
        )
        or 0,
        "seed": st.number_input(
            say("First seed"),
            min_value=0,
            max_value=2**31 - 10,
            value=1,
            step=1,
            key="train-seed",
            persist_state="session",
            help=say("Start of the random numbers: the same seed gives the same model."),
        ),
        "repeats": st.number_input(
            say("Runs per model"),
            min_value=1,
            max_value=5,
            value=1,
            step=1,
            key="train-repeats",
            persist_state="session",
            help=say("Train each model with so many seeds, one run each, to see how much is luck."),
        ),
    }


def all_knobs(
    configs: dict[str, tuple[ModelConfig, TrainConfig]], chosen: str
) -> dict[str, tuple[ModelConfig, TrainConfig]]:
    """Every setting of every model, one tab a model."""
    with st.expander(say("All settings"), icon=":material/tune:"):
        changed = {}
        for tab, (model, (config, training)) in zip(
            st.tabs([MODEL_TITLES[model] for model in configs]), configs.items(), strict=True
        ):
            with tab:
                key = f"set-{chosen}-{model}"
                st.markdown(say("**Model**"))
                fitted = settings_form(config, f"{key}-model", skip=("name",))
                st.markdown(say("**Training**"))
                learning = settings_form(training, f"{key}-training", skip=("seed", *AUGMENTATIONS))
                st.markdown(say("**Augmentation**"), help=WORDS["augmentation"])
                others = set(TrainConfig.model_fields) - set(AUGMENTATIONS)
                changed[model] = (fitted, settings_form(learning, f"{key}-augmentation", skip=others))
        return changed


def with_knobs(
    name: str, config: ModelConfig, training: TrainConfig, seed: int, knobs: dict[str, int]
) -> dict[str, Any]:
    """Name, model and training of one run; a knob that is set wins over the preset."""
    size = {"embedding_size": knobs["size"]} if knobs["size"] else {}
    epochs = {"epochs": knobs["epochs"]} if knobs["epochs"] else {}
    return {
        "name": name + (f" seed {seed}" if knobs["repeats"] > 1 else ""),
        "model": config.model_dump() | size,
        "training": training.model_dump() | {"seed": seed} | epochs,
    }


def has_history(recipe: Recipe) -> bool:
    """True if DIN has something to attend to."""
    return bool(recipe.history.columns or recipe.data_schema.histories)


def has_ids(recipe: Recipe) -> bool:
    """True if a field holds the id of the user or of the item, which a cold start hides."""
    schema = recipe.data_schema
    return any(column.kind == "categorical" and column.name in (schema.user, schema.item) for column in schema.columns)


def check(specs: list[RunSpec]) -> None:
    """Say before the start what would fail after it.

    Raises:
        ModelError: DIN without a history, or a cold start without ids.
    """
    for spec in specs:
        if spec.training.cold_start and not has_ids(spec.recipe):
            raise ModelError(
                say("'Cold start' hides the ids of users and items, and this dataset has no field with such an id."),
                say("Name the user and item columns on the Data page and make them categorical, or set it to 0."),
            )
        if spec.model.name == "din" and not has_history(spec.recipe):
            raise ModelError(
                say("DIN needs a history of what the user clicked before, and this dataset has none."),
                say(
                    "On the Data page set a column's kind to 'history', or build one under 'Split, histories, "
                    "cleaning'; or leave DIN out."
                ),
            )


def expected(dataset: Dataset, specs: list[RunSpec]) -> None:
    """How long it may take, if earlier runs tell."""
    earlier = workspace().runs()
    seconds = [seconds_at_most(spec, dataset.rows or 0, earlier) for spec in specs]
    known = [value for value in seconds if value is not None]
    if specs and len(known) == len(specs):
        st.caption(
            say(
                "At most about {duration} of training, judging by earlier runs; early stopping may save some.",
                duration=duration(sum(known)),
            )
        )


dataset = ready(pick_dataset())
saved = dataset.recipe()
if saved is None:
    st.warning(say("Nobody has confirmed what the columns mean; the app's guess will be used."), icon=":material/help:")
    st.page_link("data.py", label=say("Check the columns"), icon=":material/table_view:")
with problems_shown():
    specs = choose(dataset, saved_or_guessed(dataset))
    check(specs)
    count = len(specs)
    expected(dataset, specs)
    if st.button(
        say_count("Train {count} model", "Train {count} models", count),
        type="primary",
        icon=":material/play_arrow:",
        disabled=not specs,
        key="train-start",
    ):
        address.write_list("runs", [workspace().submit(spec) for spec in specs])
        st.rerun()
watch_runs(dataset)
