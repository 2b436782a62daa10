"""Data: what the table is, what its columns mean, and what the models will see."""

from __future__ import annotations

import streamlit as st

from ctrcore.data.recipe import Recipe
from ctrcore.language import mark, say
from ctrcore.runs.dataset import Dataset
from pages.shared import drafts
from pages.shared.behaviours import TAB, offer_behaviours, show_behaviours
from pages.shared.chores import profile_of
from pages.shared.columns import edit_columns, edit_label
from pages.shared.level import expert, learn, level
from pages.shared.pickers import pick_dataset
from pages.shared.preparation import edit_preparation
from pages.shared.preview import show_preview
from pages.shared.problems import problems_shown, safely, show_problem
from pages.shared.profile import show_profile, show_warnings
from pages.shared.tools import plain
from pages.shared.uploading import add_panel, look_elsewhere, unreadable, watch_reading, what_was_read

TABS = (mark("Columns"), mark("Profile"), mark("Split, histories, cleaning"), mark("What the models see"))


def show(dataset: Dataset) -> None:
    """A dataset that has been read."""
    draft = drafts.draft_of(dataset)
    profile = profile_of(dataset, drafts.saved_or_guessed(dataset).data_schema)
    with st.grid(4, min_column_width=130):
        st.metric(say("Rows"), f"{profile.rows:,}")
        st.metric(say("Columns"), len(dataset.columns))
        st.metric(
            say("Click rate"), f"{profile.click_rate:.1%}", help=say("Share of the labelled rows that were clicked.")
        )
        used = sum(column["kind"] != "ignore" for column in draft["data_schema"]["columns"])
        st.metric(say("Fields"), used, help=say("Columns that the models will see."))
    what_was_read(dataset)
    show_warnings(profile)
    saving = st.container()
    log = dataset.log_choices()
    if log is None:
        if expert():
            offer_behaviours(dataset)
        columns, figures, preparation, preview = st.tabs([say(tab) for tab in TABS], key="data-tab", on_change="rerun")
    else:
        behaviours, columns, figures, preparation, preview = st.tabs(
            [say(tab) for tab in (TAB, *TABS)], key="log-tab", on_change="rerun"
        )
        with behaviours, problems_shown():
            if behaviours.open:
                show_behaviours(dataset, log)
    with columns, problems_shown():
        if columns.open:
            learn(
                say(
                    "The app has guessed what each column means, with its reason at the right end of the table. "
                    "Correct a cell by a double click. **Kind** is what matters most: a number written as a category "
                    "gets one embedding a value, an id read as a number would be multiplied."
                )
            )
            edit_label(dataset, draft)
            edit_columns(dataset, draft)
    with preparation, problems_shown():
        if preparation.open:
            edit_preparation(dataset, draft)
    with figures, problems_shown():
        if figures.open:
            show_profile(profile)
    with preview, problems_shown():
        if preview.open:
            show_preview(dataset, drafts.recipe_of(draft))
    with saving:
        save_bar(dataset, draft)


def save_bar(dataset: Dataset, draft: drafts.Draft) -> None:
    """Whether the choices are kept, and the buttons to keep or to drop them."""
    try:
        recipe = drafts.recipe_of(draft)
    except Exception as error:
        show_problem(error)
        st.button(
            say("Undo my changes"), icon=":material/undo:", key="undo", on_click=safely(drafts.reset), args=(dataset,)
        )
        return
    saved = dataset.recipe()
    with st.container(horizontal=True, vertical_alignment="center"):
        if saved is None or saved.id != recipe.id:
            st.button(
                say("Save these choices"),
                type="primary",
                icon=":material/save:",
                key="save-recipe",
                on_click=safely(_save),
                args=(dataset, recipe),
                help=say("Training uses the saved choices."),
            )
            st.markdown(say(":orange-badge[not saved yet]") if saved is None else say(":orange-badge[unsaved changes]"))
        else:
            st.page_link(
                "train.py",
                label=say("Train models on it"),
                icon=":material/model_training:",
                help=say("Go to the Train page."),
            )
            st.markdown(f":green-badge[:material/check: {say('saved')}]")
        if saved is not None and saved.id != recipe.id:
            st.button(
                say("Undo my changes"),
                icon=":material/undo:",
                key="undo",
                on_click=safely(drafts.reset),
                args=(dataset,),
            )
        if level() == "Expert":
            st.button(
                say("Back to the guess"),
                icon=":material/restart_alt:",
                key="to-guess",
                on_click=safely(drafts.reset),
                args=(dataset,),
                kwargs={"to_guess": True},
            )
            if st.button(say("Delete this dataset"), icon=":material/delete:", key="delete-dataset"):
                st.dialog(say("Delete this dataset?"))(confirm_delete)(dataset)
            st.download_button(
                say("Recipe as JSON"),
                recipe.model_dump_json(indent=2),
                file_name="recipe.json",
                mime="application/json",
                icon=":material/download:",
                key="recipe-json",
                on_click="ignore",
                help=say("The same file works for the command line."),
            )


def confirm_delete(dataset: Dataset) -> None:
    """Ask once more."""
    st.markdown(
        say(
            "The table **{name}** and the choices for it are removed. Runs trained on it stay, but "
            "their rows can no longer be looked into. This cannot be undone.",
            name=plain(dataset.name),
        )
    )
    with st.container(horizontal=True):
        if st.button(say("Delete"), type="primary", key="really-delete"):
            with problems_shown():
                dataset.delete()
                look_elsewhere()
                st.rerun()
        if st.button(say("Keep it"), key="keep-dataset"):
            st.rerun()


def _save(dataset: Dataset, recipe: Recipe) -> None:
    dataset.save_recipe(recipe)
    st.toast(say("Saved. Training will use these choices."), icon=":material/check:")


chosen = pick_dataset()
add_panel(expanded=chosen is None)
if chosen is not None:
    st.subheader(plain(chosen.name))
    if chosen.active:
        watch_reading(chosen.id)
    elif chosen.state == "done":
        show(chosen)
    else:
        unreadable(chosen)
