"""The history of an imagined row: clicks taken away, others added as the most recent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ctrcore.figures.style import shorten
from ctrcore.language import say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared.explain.chosen import Explained, cells_of, names_of
from pages.shared.explain.imagined import changes_of, history_run
from pages.shared.store import catalogue_of, encoder_of

if TYPE_CHECKING:
    from ctrcore.explain.names import Names
    from ctrcore.explain.whatif import Behaviour

OFFERED = 1000


def edit_history(chosen: Explained) -> None:
    """The list of clicks, from which some can be removed, and to which others can be added."""
    run = history_run(chosen)
    if run is None:
        return
    entries, kept, own = _entries(chosen, run)
    key = f"whatif-{chosen.dataset.id}-{chosen.row}-clicks"
    labels = _labels(run, entries, own)
    if st.session_state.get(key) != kept:
        st.session_state[key] = kept
    with st.expander(
        say("The history: {clicks} past clicks", clicks=len(kept)), icon=":material/history:", key="whatif-history"
    ):
        st.multiselect(
            say("The clicks before, oldest first"),
            range(len(entries)),
            format_func=labels.__getitem__,
            key=key,
            on_change=_kept_changed,
            args=(chosen, run, key),
            placeholder=say("The history is empty"),
            help=say(
                "{history} Take a click away by its cross; choose it again to put it back.", history=WORDS["history"]
            ),
        )
        _adding(chosen, run)


def _adding(chosen: Explained, run: Run) -> None:
    items = catalogue_of(chosen.dataset, run.recipe)
    if items is None:
        st.caption(say("The table names no item column, so no clicks can be added."))
        return
    names = names_of(run)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        item = st.selectbox(
            say("Add a click on"),
            list(items.index[:OFFERED]),
            format_func=names.item,
            index=None,
            key="whatif-add",
            placeholder=say("an item"),
            width=340,
            help=say("The {most:,} commonest items. The click becomes the most recent one.", most=OFFERED),
        )
        st.button(
            say("Add"),
            key="whatif-add-click",
            icon=":material/add:",
            disabled=item is None,
            on_click=_add,
            args=(chosen, run, item),
        )
        longest = min(column.max_length for column in encoder_of(run).schema.histories)
        st.caption(say("The models read the last {longest} clicks.", longest=longest))


def _entries(chosen: Explained, run: Run) -> tuple[list[Behaviour], list[int], int]:
    """The row's own clicks, then those added; which of them are in the imagined history; how many are its own."""
    from ctrcore.explain.whatif import behaviours_of, change, placed

    schema, cells = encoder_of(run).schema, cells_of(run, chosen.row)
    changes = changes_of(chosen.dataset.id, chosen.row)
    histories = {column.name: changes[column.name] for column in schema.histories if column.name in changes}
    own = behaviours_of(cells, schema)
    return *placed(own, behaviours_of(change(cells, histories, schema), schema)), len(own)


def _kept_changed(chosen: Explained, run: Run, key: str) -> None:
    entries, *_ = _entries(chosen, run)
    _write(chosen, run, [entries[place] for place in sorted(st.session_state[key])])


def _add(chosen: Explained, run: Run, item: str) -> None:
    from ctrcore.explain.whatif import behaviour_of

    items = catalogue_of(chosen.dataset, run.recipe)
    assert items is not None
    entries, kept, _ = _entries(chosen, run)
    click = behaviour_of(items.loc[[item]], encoder_of(run).schema)
    _write(chosen, run, [*(entries[place] for place in kept), click])
    st.session_state["whatif-add"] = None


def _write(chosen: Explained, run: Run, behaviours: list[Behaviour]) -> None:
    """The history as changes of its columns."""
    from ctrcore.explain.whatif import history_changes

    changes_of(chosen.dataset.id, chosen.row).update(history_changes(behaviours, encoder_of(run).schema))


def _labels(run: Run, entries: list[Behaviour], own: int) -> list[str]:
    """What each click is called; a number makes it unique, for the browser tells options apart by their labels."""
    names, histories = names_of(run), [column.name for column in encoder_of(run).schema.histories]

    def when(place: int) -> str:
        return say("{steps} back", steps=own - place) if place < own else say("new {number}", number=place - own + 1)

    return [
        " · ".join([when(place), shorten(" · ".join(_texts(entry, histories, names)), 34)])
        for place, entry in enumerate(entries)
    ]


def _texts(entry: Behaviour, histories: list[str], names: Names) -> list[str]:
    texts = [names.value(field, value) for field, value in zip(histories, entry, strict=True) if value is not None]
    return list(dict.fromkeys(texts))[:2]
