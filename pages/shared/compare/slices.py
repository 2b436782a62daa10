"""Where the models are weak: every measure by slice of the rows, the worst first, guarded against reading noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar, cast

import pandas as pd
import streamlit as st

from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.measures import measure as measured
from ctrcore.comparing.slice_words import caution, lead_in_words
from ctrcore.comparing.slices import difference_table, slice_table, too_small
from ctrcore.comparing.slicing import nearly_all
from ctrcore.figures import slice_captions as captions
from ctrcore.figures.slice_captions import TITLES
from ctrcore.figures.slices import LEAD, OF_MODEL, Measure, Series, dots_of, interval_dots, leads, worst_first
from ctrcore.language import Spoken, language, mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.compare.pair import pick_pair
from pages.shared.compare.rows import at_hand, groupings_of, recipe_of
from pages.shared.compare.slice_kinds import pick_slices
from pages.shared.compare.slice_tables import LEAST_CLASS, none_left, notes_of, places_of, slices_table
from pages.shared.compare.view import Key, View
from pages.shared.problems import problems_shown
from pages.shared.tools import plain

AXES: Spoken[Measure] = Spoken(
    {
        "auc": mark("AUC within the slice"),
        "log_loss": mark("log-loss"),
        "pcoc": mark("predicted over observed clicks (PCOC)"),
    }
)
SHOWN = 12
T = TypeVar("T")
Choices = tuple[Measure, list[str], int]


def show(view: View) -> None:
    """Measures by slice, of the models or of the difference of two."""
    if not at_hand(view):
        return
    found = groupings_of(view)
    if not found:
        st.info(
            say(
                "**There is nothing to cut these rows by.**  \nThe table has no field with values that many rows "
                "share, and no user, item or time."
            ),
            icon=":material/info:",
        )
        return
    _chosen(view, found)


@st.fragment
def _chosen(view: View, found: list[Grouping]) -> None:
    """The choices and all that depends on them: another choice runs nothing else of the page again."""
    with problems_shown():
        with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
            two = len(view.contenders) > 1 and _of_two()
            pair = pick_pair(view, "slices") if two else None
            model = "" if two else _pick_model(view)
            name = _pick_measure(view, pair or (model,))
        choices = (name, *pick_slices(found))
        if pair is None:
            _of_model(view, found, model, choices)
        else:
            _of_pair(view, found, pair, choices)


def _of_two() -> bool:
    about = say("The models on each slice, or by how much one of two is better there.")
    each, difference = mark("each model"), mark("A minus B")
    return address.choose(say("Show"), [each, difference], each, "slices-of", about, words=say) == difference


def _pick_model(view: View) -> str:
    order = view.sheet.best_first()
    if st.session_state.get("slices-model") not in order:
        st.session_state["slices-model"] = order[0]
    return str(
        st.selectbox(
            say("Worst slices of"),
            order,
            format_func=view.titles.__getitem__,
            key="slices-model",
            width=240,
            help=say("Its worst slices come first; the other models are drawn beside it."),
        )
    )


def _pick_measure(view: View, of: Sequence[str]) -> Measure:
    """AUC, and where the scores are probabilities log-loss and, of one model, calibration."""
    measures: list[Measure] = ["auc", "log_loss", "pcoc"] if len(of) == 1 else ["auc", "log_loss"]
    if any(view[one].meaning == "order" for one in of):
        measures = ["auc"]
    name: Measure = st.segmented_control(
        say("Measure"),
        measures,
        default="auc",
        required=True,
        format_func=TITLES.__getitem__,
        key=f"slices-measure-{len(measures)}",
        help=say(
            "AUC: {auc}  \nLog-loss: {log_loss}  \nCalibration: {pcoc}",
            auc=WORDS["auc"],
            log_loss=WORDS["log_loss"],
            pcoc=WORDS["pcoc"],
        ),
    )
    return name


def _of_model(view: View, found: list[Grouping], model: str, choices: Choices) -> None:
    """The worst slices of a model, the other models beside it."""
    name, kinds, least = choices
    table = _kept(
        view, ("of models", least), lambda: slice_table(view.sheet, found, view.sheet.ids, least, LEAST_CLASS)
    )
    judged = table[(table["model"] == model) & table[OF_MODEL[name][0]].notna()]
    mine = worst_first(judged[judged["kind"].isin(kinds)], name)
    if mine.empty:
        none_left(least)
        return
    top, title = mine.head(SHOWN), plain(view.titles[model])
    others = [one.id for one in view.contenders if one.id != model and (name == "auc" or one.meaning == "probability")]
    series = []
    for one in [model, *others]:
        theirs = table[table["model"] == one].set_index(["grouping", "place"])
        lines = theirs.reindex(pd.MultiIndex.from_frame(top[["grouping", "place"]]))
        overall = measured(view.sheet, one)[name]
        series.append(Series(view.titles[one], view[one].model, dots_of(lines, OF_MODEL[name]), overall))
    chart(
        interval_dots(places_of(top), notes_of(top), series, x=AXES[name], zero=1.0 if name == "pcoc" else None),
        key="slices",
        **captions.of_model(name, title, len(top), len(mine)),
        help_text=WORDS["slice"],
        alt_text=say(
            "{measure} with intervals on the {count} worst slices of {model}",
            measure=TITLES[name],
            count=len(top),
            model=title,
        ),
        data=lambda: table.assign(model=table["model"].map(view.titles)),
    )
    if name != "log_loss":
        promised_by = model if name == "pcoc" else None
        small = _too_small(view, found, least, promised_by)
        column, large = "p" if name == "auc" else "pcoc_p", nearly_all(view.sheet, found)
        said = caution(judged, small, least, LEAST_CLASS, column=column, nearly_all=large)
        st.caption(said, help=WORDS["correction"])
    slices_table(mine, name)


def _of_pair(view: View, found: list[Grouping], pair: tuple[str, str], choices: Choices) -> None:
    """By how much A is better or worse than B on each slice, A's weakest first."""
    name, kinds, least = choices
    by: Literal["auc", "log_loss"] = "auc" if name == "auc" else "log_loss"
    table = _kept(
        view,
        ("of pair", *pair, by, least),
        lambda: difference_table(view.sheet, found, *pair, least_rows=least, least_class=LEAST_CLASS, by=by),
    )
    shown = leads(table[table["kind"].isin(kinds)], by)
    if shown.empty:
        none_left(least)
        return
    top, titles = shown.head(SHOWN), (view.titles[pair[0]], view.titles[pair[1]])
    a, b = map(plain, titles)
    first, second = (measured(view.sheet, one)[name] for one in pair)
    overall = first - second if by == "auc" else second - first
    chart(
        interval_dots(
            places_of(top),
            notes_of(top),
            [Series(say("A against B"), None, dots_of(top, LEAD), overall)],
            x=say("AUC of A minus AUC of B") if by == "auc" else say("log-loss of B minus log-loss of A"),
            zero=0.0,
        ),
        key="slices-difference",
        **captions.of_pair(a, b, len(top), len(shown)),
        help_text=WORDS["slice"],
        alt_text=say(
            "Lead of {a} over {b} with intervals on {count} slices",
            a=titles[0],
            b=titles[1],
            count=len(top),
        ),
        data=table,
    )
    small = _too_small(view, found, least, None)
    column, large = "beyond_p" if by == "auc" else "loss_beyond_p", nearly_all(view.sheet, found)
    said = lead_in_words(table, a, b, overall, by)
    noise = caution(table, small, least, LEAST_CLASS, column=column, nearly_all=large)
    st.caption(f"{said}  \n{noise}", help=WORDS["correction"])
    slices_table(shown, by, titles)


def _too_small(view: View, found: list[Grouping], least: int, promised_by: str | None) -> int:
    """How many slices are left out, as they have too few rows of a class."""
    what = ("left out", least, promised_by)
    return _kept(view, what, lambda: too_small(view.sheet, found, least, LEAST_CLASS, promised_by))


def _kept(view: View, what: tuple[str | int | None, ...], make: Callable[[], T]) -> T:
    """What is made of these scores and the slices of their rows, made once; `what` names it."""
    with st.spinner(say("Cutting the rows into slices")):
        return cast("T", _once(view.key, view.dataset.id, recipe_of(view).id, what, language(), make))


@st.cache_resource(show_spinner=False, max_entries=96)
def _once(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    what: tuple[str | int | None, ...],  # noqa: ARG001
    spoken: str,  # noqa: ARG001 - slices are kept with their names
    _make: Callable[[], object],
) -> object:
    return _make()
