"""DIN attention: which of a user's earlier clicks matter for the candidate, and whether they help it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd
import streamlit as st

from ctrcore.data.values import word
from ctrcore.figures import captions
from ctrcore.figures.histories import behaviour_labels, history_cards, recency_bars
from ctrcore.metrics import sigmoid
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.badge import show_badge, show_overall
from pages.shared.charts import chart
from pages.shared.grouped import show_cloud, show_groups
from pages.shared.inside import Chosen, choose, sample_note, show_row
from pages.shared.level import learn, level
from pages.shared.problems import problems_shown
from pages.shared.store import catalogue_of, encoder_of, explanations_of, item_names_of, model_of, seen_of

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.names import Names
    from ctrcore.models.din import DIN

MOST_ITEMS = 2000
CARDS = 25
CANDIDATE, OFF = "candidate", "off"  # in the address


def pick_candidate(chosen: Chosen) -> str | None:
    """Another item to score for the same user and moment; None keeps the row's own."""
    items = catalogue_of(chosen.dataset, chosen.run.recipe)
    if items is None:
        return None
    own, names = word(row_as_read(chosen)[chosen.run.recipe.data_schema.item].iloc[0]) or "", names_of(chosen)
    shown = [column for column in items.columns if column != "seen"][:4]
    options = [own, *(item for item in items.index[:MOST_ITEMS] if item != own)]
    said = _of_row(chosen, CANDIDATE)
    if said in items.index and said not in options:  # of an address: it need not be among the commonest
        options.append(said)
    key = f"candidate-{chosen.run.id}-{chosen.row}"
    wanted = said if said in options else own
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    picked = st.selectbox(
        "Candidate item",
        options,
        format_func=lambda item: _item_label(items, item, shown, names) + (" (the row's own)" if item == own else ""),
        key=key,
        on_change=lambda: address.write(CANDIDATE, f"{chosen.row} {st.session_state[key]}"),
        help=f"{WORDS['candidate']} Change it and watch the attention move. The {MOST_ITEMS:,} commonest items are "
        "offered.",
    )
    return None if picked == own else picked


def _of_row(chosen: Chosen, key: str) -> str | None:
    """What the address says of this row: it holds the row's number first, as of another row it would mean nothing."""
    row, _, said = (address.read(key) or "").partition(" ")
    return said if row == str(chosen.row) else None


def names_of(chosen: Chosen) -> Names:
    """What items are called, for the fields that hold items."""
    return item_names_of(chosen.dataset, chosen.run.recipe)


def row_as_read(chosen: Chosen) -> pd.DataFrame:
    """The row's cells after cleaning, with built histories and what earlier rows filled in: a frame of one row."""
    from ctrcore.explain.whatif import row_as_read as as_read

    cells = seen_of(chosen.dataset, chosen.run.recipe).at([chosen.row])
    return as_read(cells, encoder_of(chosen.run), chosen.rows().take([chosen.position]))


def with_other_candidate(chosen: Chosen, item: str | None) -> Encoded:
    """The row as the model reads it, with the candidate chosen."""
    rows = chosen.rows().take([chosen.position])
    if item is None:
        return rows
    from ctrcore.explain.candidates import with_candidate

    frame = row_as_read(chosen)
    items = catalogue_of(chosen.dataset, chosen.run.recipe)
    assert items is not None
    return encoder_of(chosen.run).transform(with_candidate(frame, items, item))


def switched_off(history: pd.DataFrame, chosen: Chosen) -> np.ndarray:
    """True for the behaviours that stay on."""
    labels = behaviour_labels(named_history(chosen, history))
    said = (_of_row(chosen, OFF) or "").split(",")
    key = f"off-{chosen.run.id}-{chosen.row}"
    wanted = [place for place in range(len(labels)) if str(place) in said]
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    off = st.multiselect(
        "Switch behaviours off",
        list(range(len(labels))),
        format_func=labels.__getitem__,
        key=key,
        on_change=lambda: address.write(OFF, f"{chosen.row} {','.join(str(one) for one in st.session_state[key])}"),
        placeholder="All are on",
        help="The history without them is scored anew: what if the user had never clicked these?",
    )
    keep = np.ones(len(labels), dtype=bool)
    keep[off] = False
    return keep


def named_history(chosen: Chosen, history: pd.DataFrame) -> pd.DataFrame:
    """The history with items by their names, for the picture and the lists."""
    names = names_of(chosen)
    return history.assign(
        **{
            str(name): [names.value(str(name), str(value)) for value in history[name]]
            for name in history.columns
            if name in names.fields
        }
    )


def scores(chosen: Chosen, logit: float, shorter: float | None) -> None:
    """The score as it is, with the candidate chosen, and with behaviours off."""
    with st.grid(3, min_column_width=150):
        st.metric("Row as it was", f"{chosen.logit:+.3f}", help=WORDS["logit"])
        st.metric(
            "With this candidate",
            f"{logit:+.3f}",
            delta=f"{logit - chosen.logit:+.3f}" if abs(logit - chosen.logit) > 5e-4 else None,
            help=f"Probability {float(sigmoid(np.array(logit))):.1%}.",
        )
        if shorter is not None:
            st.metric("With behaviours off", f"{shorter:+.3f}", delta=f"{shorter - logit:+.3f}")


def show_history(chosen: Chosen) -> None:
    """The history of the row as cards, for the candidate and the behaviours chosen."""
    from ctrcore.explain.behaviours import history_view
    from ctrcore.explain.removal import keep_behaviours
    from ctrcore.training.predicting import predict

    model, encoder = cast("DIN", model_of(chosen.run)), encoder_of(chosen.run)
    controls = st.grid(2, min_column_width=300)
    with controls.cell():
        candidate = pick_candidate(chosen)
        row = with_other_candidate(chosen, candidate)
    history = history_view(model, encoder, row, 0)
    if history.empty:
        st.info(
            "**No behaviours.** This user had clicked nothing before this row, so DIN has nothing to attend to: the "
            "interest vector is zero, and the score comes from the other fields.",
            icon=":material/history_toggle_off:",
        )
        return
    with controls.cell():
        keep = switched_off(history, chosen)
    logit = float(predict(model, row)[0])
    shorter = None
    if not keep.all():
        row = keep_behaviours(model, row, keep[None])
        shorter = float(predict(model, row)[0])
        history = history_view(model, encoder, row, 0)
    scores(chosen, logit, shorter)
    if history.empty:
        st.caption("All behaviours are switched off.")
        return
    changed = [
        f"item {names_of(chosen).item(candidate)}" if candidate is not None else "",
        "" if keep.all() else "a shorter history",
    ]
    other = " and ".join(part for part in changed if part)
    show_badge(chosen, "attention", row, f"Row {chosen.row} with {other}" if other else None)
    hidden = max(0, len(history) - CARDS)
    if hidden:
        address.show("all-behaviours", "older", [False, True], default=False)
        older = st.toggle(
            f"Show {hidden} older behaviours too",
            key="all-behaviours",
            on_change=address.take,
            args=("all-behaviours", "older"),
        )
        history = history if older else history.iloc[hidden:]
    chart(
        history_cards(named_history(chosen, history)),
        key="din-history",
        title="The user's history, as this candidate sees it",
        help_text=f"**Attention.** {WORDS['attention']}  \n**Left out.** {WORDS['leave-one-out']}",
        read="One line a click, oldest on top. Left: the longer the bar, the more DIN attends to it; blue clicks raise "
        "the candidate's score, orange ones lower it. Right: the contribution as a bar, and as a diamond what really "
        "happens when the click is left out.",
        beware="Attention has no sign that can be trusted: much attention may lower the score. Where bar and diamond "
        "differ, other clicks stand in for the one left out. It is about the model, not about what moved the user.",
        alt_text=f"Attention, contribution and leave-one-out of {len(history)} behaviours, oldest first",
        data=lambda: _file(history, named_history(chosen, history)),
    )
    show_groups(chosen, row)


def overview(chosen: Chosen) -> None:
    """Attention over many rows: by recency, and for behaviours like the candidate."""
    summary = explanations_of(chosen.run)["behaviours"]
    note = sample_note(chosen.run, summary["rows"])
    if not summary["behaviours"]:
        st.caption(f"None of the rows ({note}) has a history.")
        return
    chart(
        recency_bars(summary["by_recency"]),
        key="din-recency",
        **captions.recency(note),
        alt_text="Mean attention by how many clicks back a behaviour lies",
        data=pd.DataFrame(summary["by_recency"]),
    )
    show_cloud(chosen)
    with st.container(border=True):
        st.markdown(
            "#### Are clicks like the candidate special?", help="Clicks with the candidate's value, and others."
        )
        table = pd.DataFrame(summary["by_match"])
        table["same_as_candidate"] = table["same_as_candidate"].map({True: "same as the candidate", False: "other"})
        st.dataframe(
            table,
            hide_index=True,
            column_config={
                "history": "History",
                "same_as_candidate": "Value",
                "behaviours": st.column_config.NumberColumn("Clicks", format="localized"),
                "attention": st.column_config.NumberColumn("Attention", format="%.4f", help=WORDS["attention"]),
                "contribution": st.column_config.NumberColumn(
                    "Contribution", format="%+.4f", help=WORDS["contribution"]
                ),
            },
            key="din-match",
            alt="Mean attention and contribution of behaviours like the candidate and of others",
        )
        if level() != "Simple":
            st.caption(captions.attention_and_sign(note, summary["sign_agreement"], summary["negative_share"]))


def _item_label(items: pd.DataFrame, item: str, columns: list[str], names: Names) -> str:
    """'Fargo (1996) · Crime': the item's name, and what of its columns the name does not say."""
    told = names.item(item)
    values = [word(items.at[item, column]) for column in columns] if item in items.index else []
    return " · ".join(
        dict.fromkeys([told, *(value for value in values if value and value != item and value not in told)])
    )


def _file(history: pd.DataFrame, named: pd.DataFrame) -> pd.DataFrame:
    """The history with ids, and beside them the names where items have any."""
    called = {f"{name}_name": named[name] for name in history.columns if not history[name].equals(named[name])}
    return history.assign(**called)


chosen = choose("din", "DIN needs a history column; one can be built on the Data page.", with_history=True)
learn(
    "DIN compares each click of the user's **history** with the **candidate** item and weighs it by **attention**. "
    "Another candidate makes other clicks matter."
)
show_row(chosen)
with problems_shown():
    show_history(chosen)
with problems_shown():
    show_overall(chosen.run, "attention")
    overview(chosen)
