"""Where the models are weak: every measure by slice of the rows, the worst first, guarded against reading noise."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.measures import measure as measured
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slices import difference_table, slice_table, too_small
from ctrcore.figures.slices import Measure, Series, dots_of, interval_dots, worst_first
from ctrcore.words import WORDS
from pages.shared.charts import chart, csv_button
from pages.shared.chores import rows_ready
from pages.shared.compare.pair import best_first, pick_pair
from pages.shared.compare.rows import groupings_of, recipe_of
from pages.shared.compare.view import Key, View
from pages.shared.level import level
from pages.shared.tools import plain

KINDS = {
    "field": "fields",
    "history": "length of the history",
    "activity": "activity of the user",
    "popularity": "popularity of the item",
    "cold": "new or known",
    "time": "time",
}
TITLES: dict[Measure, str] = {"auc": "AUC", "log_loss": "Log-loss", "pcoc": "Calibration"}
AXES: dict[Measure, str] = {
    "auc": "AUC within the slice",
    "log_loss": "log-loss in nats",
    "pcoc": "predicted over observed clicks (PCOC)",
}
Columns = tuple[str, str, str, str | None]
# Value, low, high, and whether it is told beyond chance, of a model and of a difference.
OF_MODEL: dict[Measure, Columns] = {
    "auc": ("auc", "auc_low", "auc_high", "told"),
    "log_loss": ("log_loss", "log_loss_low", "log_loss_high", None),
    "pcoc": ("pcoc", "pcoc_low", "pcoc_high", "pcoc_told"),
}
OF_PAIR: dict[Measure, Columns] = {
    "auc": ("difference", "low", "high", "told"),
    "log_loss": ("loss_difference", "loss_low", "loss_high", "loss_told"),
}
SAYS: dict[Measure, tuple[str, str]] = {
    "auc": ("▼ ranks worse than on the rest", "▲ ranks better than on the rest"),
    "pcoc": ("▼ promises too little", "▲ promises too much"),
}
CHANCE = "○ may be chance"
LEAST, LEAST_CLASS = 100, 10
SHOWN = 12
Choices = tuple[Measure, list[str], int]


def show(view: View) -> None:
    """Measures by slice, of the models or of the difference of two."""
    if not rows_ready(view.dataset, recipe_of(view)):
        return
    found = groupings_of(view)
    if not found:
        st.info(
            "**There is nothing to cut these rows by.**  \nThe table has no field with values that many rows share, "
            "and no user, item or time.",
            icon=":material/info:",
        )
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        if len(view.contenders) > 1 and _of_two():
            pair = pick_pair(view, "slices")
            choices = _choices(found, {name: TITLES[name] for name in OF_PAIR})
        else:
            pair = None
            model = _pick_model(view)
            choices = _choices(found, TITLES if view[model].meaning == "probability" else {"auc": "AUC"})
    if pair is None:
        _of_model(view, found, model, choices)
    else:
        _of_pair(view, found, pair, choices)


def _of_two() -> bool:
    shown = st.segmented_control(
        "Show",
        ["each model", "A minus B"],
        default="each model",
        required=True,
        key="slices-of",
        bind="query-params",
        help="The models on each slice, or by how much one of two is better there.",
    )
    return bool(shown == "A minus B")


def _pick_model(view: View) -> str:
    order = best_first(view)
    if st.session_state.get("slices-model") not in order:
        st.session_state["slices-model"] = order[0]
    return str(
        st.selectbox(
            "Worst slices of",
            order,
            format_func=view.titles.__getitem__,
            key="slices-model",
            width=240,
            help="Its worst slices come first; the other models are drawn beside it.",
        )
    )


def _choices(found: list[Grouping], measures: dict[Measure, str]) -> Choices:
    """The measure, the kinds of slices, and how many rows a slice has to have."""
    name = st.segmented_control(
        "Measure",
        list(measures),
        default="auc",
        required=True,
        format_func=measures.__getitem__,
        key=f"slices-measure-{len(measures)}",
        help=f"AUC: {WORDS['auc']}  \nLog-loss: {WORDS['log_loss']}  \nCalibration: {WORDS['pcoc']}",
    )
    there = [kind for kind in KINDS if any(one.kind == kind for one in found)]
    kinds, least = there, LEAST
    if level() != "Simple":
        kinds = st.pills(
            "Slices by", there, selection_mode="multi", default=there, format_func=KINDS.__getitem__, key="slices-kinds"
        )
    if level() == "Expert":
        least = st.number_input(
            "Least rows of a slice", min_value=20, max_value=1_000_000, value=LEAST, step=10, key="slices-least"
        )
    return name, list(kinds), int(least)


def _of_model(view: View, found: list[Grouping], model: str, choices: Choices) -> None:
    """The worst slices of a model, the other models beside it."""
    name, kinds, least = choices
    table = _slice_table(view.key, view.dataset.id, recipe_of(view).id, least, view.sheet, found)
    mine = worst_first(table[(table["model"] == model) & table["kind"].isin(kinds)], name)
    title = view.titles[model]
    looked = int((table["model"] == model).sum())
    if mine.empty:
        _none_left(least)
        return
    top = mine.head(SHOWN)
    others = [one.id for one in view.contenders if one.id != model and (name == "auc" or one.meaning == "probability")]
    series = []
    for one in [model, *others]:
        theirs = table[table["model"] == one].set_index(["grouping", "place"])
        lines = theirs.reindex(pd.MultiIndex.from_frame(top[["grouping", "place"]]))
        overall = measured(view.sheet, one)[name]
        series.append(Series(view.titles[one], view[one].model, dots_of(lines, OF_MODEL[name]), overall))
    chart(
        interval_dots(_places(top), _notes(top), series, x=AXES[name], zero=1.0 if name == "pcoc" else None),
        key="slices",
        title=f"{TITLES[name]} by slice, the worst of {plain(title)} on top",
        help_text=WORDS["slice"],
        read=_read(name, title, len(top), len(mine)),
        beware="A slice with a low AUC may be hard by its nature: compare the models on it, not one slice with "
        "another. Slices overlap, so that several lines may show one and the same weakness. It is not said why a model "
        "is weak there.",
        alt_text=f"{TITLES[name]} with intervals on the {len(top)} worst slices of {title}",
        data=lambda: table.assign(model=table["model"].map(view.titles)),
    )
    if name == "log_loss":
        st.caption("Log-loss follows the click rate of a slice, so it is shown but not tested against the other rows.")
    else:
        _guard(view, found, looked, int(mine[OF_MODEL[name][3]].sum()), least)
    _table(mine, OF_MODEL[name], _said(mine, name, SAYS.get(name)), TITLES[name])


def _of_pair(view: View, found: list[Grouping], pair: tuple[str, str], choices: Choices) -> None:
    """By how much A is better or worse than B on each slice, A's weakest first."""
    name, kinds, least = choices
    a, b = (view.titles[one] for one in pair)
    table = _difference_table(view.key, view.dataset.id, recipe_of(view).id, pair, (least, name), view.sheet, found)
    shown = table[table["kind"].isin(kinds)]
    if shown.empty:
        _none_left(least)
        return
    top = shown.head(SHOWN)
    what = "AUC" if name == "auc" else "log-loss"
    better = "right" if name == "auc" else "left"
    chart(
        interval_dots(
            _places(top),
            _notes(top),
            [Series("A minus B", None, dots_of(top, OF_PAIR[name]))],
            x=f"{what} of A minus {what} of B",
            zero=0.0,
        ),
        key="slices-difference",
        title=f"{plain(a)} (A) minus {plain(b)} (B) by slice, where A is weakest on top",
        help_text=WORDS["slice"],
        read=f"Each line is a slice with its 95 % interval; {better} of the upright line {plain(a)} is better, on the "
        f"other side {plain(b)}. Full dots differ beyond chance after the correction, hollow and faint ones may be "
        f"chance. The first {len(top)} of {len(shown)} slices.",
        beware="The rows of a slice are the same for both models, but slices overlap: several lines may show one and "
        "the same difference. No line says why a model is better there.",
        alt_text=f"Difference of {what} between {a} and {b} with intervals on {len(top)} slices",
        data=table,
    )
    _guard(view, found, len(table), int(shown[OF_PAIR[name][3]].sum()), least)
    sides = (f"B better: {b}", f"A better: {a}")
    _table(shown, OF_PAIR[name], _said(shown, name, sides if name == "auc" else sides[::-1], OF_PAIR), f"{what}, A - B")


def _read(name: Measure, title: str, shown: int, of: int) -> str:
    told = {
        "auc": "Full dots: the AUC there differs beyond chance from that on all other rows, after the correction. "
        "Hollow and faint: may be chance.",
        "log_loss": "Lower is better. Slices with more clicks have a higher log-loss whatever the model does.",
        "pcoc": "At 1 the model predicts as many clicks as there were; right of it, it promises too many. Full dots "
        "are off beyond chance after the correction, hollow and faint ones may be chance.",
    }
    return (
        f"Each line is a slice of the rows with a 95 % interval; dotted lines: all rows. {told[name]} The first "
        f"{shown} of {of} slices, those on top where {plain(title)} is surely bad."
    )


def _guard(view: View, found: list[Grouping], looked: int, told: int, least: int) -> None:
    """What keeps noise from being read as a finding, in words."""
    small = _too_small(view.key, view.dataset.id, recipe_of(view).id, least, view.sheet, found)
    chance = looked * 0.05
    st.caption(
        f"{looked} slices looked at; about {chance:.0f} would stand out by chance without the correction. With it "
        f"{told or 'none'} of those shown {'stands' if told == 1 else 'stand'} out. {small} too small to judge: fewer "
        f"than {least} rows, or fewer than {LEAST_CLASS} clicks or non-clicks.",
        help=WORDS["correction"],
    )


def _none_left(least: int) -> None:
    st.info(
        f"**No slice of these kinds has {least} rows with {LEAST_CLASS} clicks and {LEAST_CLASS} non-clicks.**  \n"
        "Choose other kinds, or compare on more rows.",
        icon=":material/info:",
    )


def _places(table: pd.DataFrame) -> list[str]:
    return [f"{one.grouping}: {one.slice}" for one in table.itertuples()]


def _notes(table: pd.DataFrame) -> list[str]:
    return [f"{one.rows:,} rows, {one.clicks:,} clicks" for one in table.itertuples()]


def _said(
    table: pd.DataFrame, name: Measure, sides: tuple[str, str] | None, columns: dict[Measure, Columns] = OF_MODEL
) -> list[str] | None:
    """For each slice whether something is told, and what, in words and by a sign; None where nothing is tested."""
    if sides is None:
        return None
    value, *_, told = columns[name]
    middle = 1.0 if value == "pcoc" else 0.0
    compared = table["against_rest" if value == "auc" else value]
    return [
        (sides[1] if number > middle else sides[0]) if sure else CHANCE
        for number, sure in zip(compared, table[told], strict=True)
    ]


def _table(table: pd.DataFrame, columns: Columns, said: list[str] | None, title: str) -> None:
    """Every slice, sortable."""
    value, low, high, _ = columns
    shown = pd.DataFrame(
        {
            "Slice": _places(table),
            "Rows": table["rows"],
            "Clicks": table["clicks"],
            "Click rate": table["click_rate"],
            title: table[value],
            "95 % from": table[low],
            "to": table[high],
        }
    )
    if said is not None:
        shown["Beyond chance?"] = said
    with st.container(border=True):
        st.markdown(f"#### All {len(shown)} slices" if len(shown) > 1 else "#### The slice")
        numbers = [title, "95 % from", "to"]
        st.dataframe(
            shown,
            hide_index=True,
            key="slices-table",
            height=min(38 + 35 * len(shown), 430),
            alt="Every slice with its rows, its value and its interval, the worst first",
            column_config={
                "Slice": st.column_config.TextColumn(pinned=True, width="large"),
                "Rows": st.column_config.NumberColumn(format="localized"),
                "Clicks": st.column_config.NumberColumn(format="localized"),
                "Click rate": st.column_config.NumberColumn(format="percent"),
                **{name: st.column_config.NumberColumn(format="%.4f") for name in numbers},
            },
        )
        csv_button(shown, "slices-table")


@st.cache_resource(show_spinner="Cutting the rows into slices", max_entries=24)
def _slice_table(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    least: int,
    _sheet: Sheet,
    _found: list[Grouping],
) -> pd.DataFrame:
    return slice_table(_sheet, _found, _sheet.ids, least, LEAST_CLASS)


@st.cache_resource(show_spinner="Cutting the rows into slices", max_entries=48)
def _difference_table(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    pair: tuple[str, str],
    how: tuple[int, str],
    _sheet: Sheet,
    _found: list[Grouping],
) -> pd.DataFrame:
    by: Any = how[1]
    return difference_table(_sheet, _found, *pair, least_rows=how[0], least_class=LEAST_CLASS, by=by)


@st.cache_resource(show_spinner=False, max_entries=48)
def _too_small(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    least: int,
    _sheet: Sheet,
    _found: list[Grouping],
) -> int:
    return too_small(_sheet, _found, least, LEAST_CLASS)
