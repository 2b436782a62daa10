"""Where two models disagree: score against score, the rows they dispute most, and where either is better."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd
import streamlit as st

from ctrcore.comparing.disputes import Agreement, Joint, Scale, agreement, disputed, joint, sample, scores
from ctrcore.comparing.sheet import Sheet
from ctrcore.figures.agreement import Points, score_against_score
from ctrcore.language import Spoken, mark, say
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart, csv_button, selected
from pages.shared.compare.pair import pick_pair
from pages.shared.compare.places import By, show_places
from pages.shared.compare.rows import at_hand, show_row
from pages.shared.compare.view import Key, View
from pages.shared.level import level
from pages.shared.tools import plain

POINTS = 1500
LISTED = 50
PLOT = "score-against-score"
ALIKE = (
    (0.95, mark("almost the same")),
    (0.8, mark("much alike")),
    (0.5, mark("somewhat alike")),
    (-1.0, mark("quite differently")),
)
Pair = tuple[str, str]


SCALES: list[Scale] = ["probability", "rank"]
WAYS: list[By] = ["rank", "loss"]
_NAMES = Spoken({"probability": mark("probability"), "rank": mark("rank"), "loss": mark("loss")})


def show(view: View) -> None:
    """Two models against each other."""
    if len(view.contenders) < 2:
        st.info(
            say("Choose at least two models in the sidebar to see where they differ."), icon=":material/arrow_back:"
        )
        return
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        pair = pick_pair(view, "differ")
        scale, by = _choices(pair, view)
    _alike(view, pair)
    table = _disputed(view.key, pair, by, view.sheet)
    row = _row_looked_at(view, table)
    known = at_hand(view)
    with st.grid(2, min_column_width=380):
        _plot(view, pair, scale, row)
        show_row(view, row, with_cells=known)
    _list(view, pair, by, table)
    if known:
        show_places(view, pair, by)


def _choices(pair: Pair, view: View) -> tuple[Scale, By]:
    """What the axes show, and what makes a row disputed. Scores that only rank rows have no probabilities."""
    if level() == "Simple" or any(view[one].meaning == "order" for one in pair):
        return ("probability" if all(view[one].meaning == "probability" for one in pair) else "rank"), "rank"
    about = say("{probability}  \nRank: {rank}", probability=WORDS["probability"], rank=WORDS["rank"])
    scale = address.choose(say("Axes"), SCALES, "probability", "differ-scale", about, words=_NAMES.__getitem__)
    about = say(
        "What makes a row disputed, and a model better in a place. Rank: how far apart the two "
        "place a row among all rows. Loss: how much more the one is surprised by what happened "
        "than the other. {log_loss}",
        log_loss=WORDS["log_loss"],
    )
    by = address.choose(say("Differ by"), WAYS, "rank", "differ-by", about, words=_NAMES.__getitem__)
    return scale, by


def _alike(view: View, pair: Pair) -> None:
    """How far the two agree at all, in a sentence."""
    found = _agreement(view.key, pair, view.sheet)
    a, b = (plain(view.titles[one]) for one in pair)
    if math.isnan(found.spearman):
        st.markdown(say("One of the two gives all rows the same score, so that nothing can be said of their order."))
        return
    word = next(word for least, word in ALIKE if found.spearman >= least)
    st.markdown(
        say(
            "{a} and {b} order the {rows} **{alike}**: rank correlation {spearman:z.3f}. Of "
            "the {top:.0%} that {a} puts first, **{shared:.0%}** are among {b}'s first {top:.0%} too "
            "({by_chance:.0%} if they had nothing in common).",
            a=a,
            b=b,
            rows=view.rows_in_words,
            alike=say(word),
            spearman=found.spearman,
            top=found.top,
            shared=found.shared,
            by_chance=found.by_chance,
        ),
        help=say(
            "Rank correlation: {correlation}  \nThe top: {top}",
            correlation=WORDS["rank correlation"],
            top=WORDS["shared top"],
        ),
    )


def _row_looked_at(view: View, table: pd.DataFrame) -> int:
    """The row chosen here or on another page, if the models scored it; else the most disputed one."""
    said = address.read("row")
    wanted = int(said) if said is not None and said.isdecimal() and len(said) < 16 else -1
    return wanted if (view.sheet.row == wanted).any() else int(table["row"].iloc[0])


def _plot(view: View, pair: Pair, scale: Scale, row: int) -> None:
    """Every row by the two scores: a cloud of all, and points that can be clicked."""
    all_rows, points = _joint(view.key, pair, scale, view.sheet), _sample(view.key, pair, view.sheet)
    titles = (view.titles[pair[0]], view.titles[pair[1]])
    column = "probability" if scale == "probability" else "percentile"
    place = int((view.sheet.row == row).argmax())
    some = len(points) < len(view.sheet)
    note = (
        say(
            "A sample of {points:,} of the {rows:,} rows are points that can be clicked: a third "
            "are those the two dispute most, the others are drawn at random, half of them clicks. "
            "The grey cloud holds all rows.",
            points=len(points),
            rows=len(view.sheet),
        )
        if some
        else say("All {points:,} rows are points that can be clicked.", points=len(points))
    )
    chart(
        score_against_score(
            Points(*(points[name].to_numpy() for name in ("row", "label", f"{column}_a", f"{column}_b"))),
            titles,
            scale,
            counts=all_rows.counts if some else None,
            limit=all_rows.limit,
            chosen=(float(scores(view.sheet, pair[0], scale)[place]), float(scores(view.sheet, pair[1], scale)[place])),
        ),
        key=PLOT,
        title=say("{a} against {b}", a=plain(titles[0]), b=plain(titles[1])),
        help_text=WORDS[scale],
        read=say(
            "On the dotted line the two say the same; below it {a} says more, above it {b}. **Click a "
            "point** to see its row. {note}",
            a=plain(titles[0]),
            b=plain(titles[1]),
            note=note,
        ),
        beware=say(
            "Most points off the line are not mistakes of one model: a probability is no fact on a single row. The "
            "points are no fair sample, for disputed rows and clicks are drawn more often; the cloud is."
        ),
        alt_text=say(
            "Scores of {a} and {b} for {rows:,} rows, clicks and others",
            a=titles[0],
            b=titles[1],
            rows=len(points),
        ),
        data=points.drop(columns="right"),
        on_select=_take_point,
    )


def _list(view: View, pair: Pair, by: By, table: pd.DataFrame) -> None:
    """The rows that the two dispute most; a click on one shows it."""
    titles = {name: view.titles[one] for name, one in zip("ab", pair, strict=True)}
    shown = table[["row", "label", "gap", "right"]].assign(
        label=table["label"].map({1: say("click"), 0: say("no click")}),
        gap=table["gap"].abs(),
        right=table["right"].map({pair[0]: titles["a"], pair[1]: titles["b"], "": "–"}),
    )
    shares: dict[str, str] = {}
    for at, (name, title) in enumerate(titles.items()):
        model = f"{name.upper()}: {title}"
        probability, above = f"probability {model}", f"above {model}"
        shown.insert(2 + 2 * at, probability, table[f"probability_{name}"])
        shown.insert(3 + 2 * at, above, table[f"percentile_{name}"])
        shares |= {probability: say("probability {model}", model=model), above: say("above {model}", model=model)}
    key = f"disputed-{by}-{pair[0]}-{pair[1]}"
    with st.container(border=True):
        st.markdown(say("#### The {count} most disputed rows", count=len(table)), help=WORDS["rank"])
        if level() != "Expert":
            st.caption(say("Click a line to see the row above. 'Better' is the model that does better on it."))
        st.dataframe(
            shown,
            hide_index=True,
            height=min(38 + 35 * len(shown), 320),
            key=key,
            on_select=partial(_take_line, key, table["row"].tolist()),
            selection_mode="single-cell",  # rows could be chosen by a box at their left only
            alt=say("The rows that {a} and {b} dispute most, the most disputed first", a=titles["a"], b=titles["b"]),
            column_config={
                "row": st.column_config.NumberColumn(say("Row"), format="%d"),
                "label": say("Really"),
                "gap": st.column_config.NumberColumn(
                    say("Gap"),
                    format="percent" if by == "rank" else "%.2f",
                    help=say("How far apart the two are: in ranks.")
                    if by == "rank"
                    else say("How far apart the log-losses are."),
                ),
                "right": say("Better"),
                **{name: st.column_config.NumberColumn(title, format="percent") for name, title in shares.items()},
            },
        )
        csv_button(shown, "disputed")


def _take_point() -> None:
    points = selected(PLOT)
    if points:
        address.write("row", str(points[0][0]))


def _take_line(key: str, rows: list[int]) -> None:
    cells = st.session_state[key]["selection"]["cells"]
    if cells:
        line, _ = cells[0]
        address.write("row", str(rows[line]))


@st.cache_resource(show_spinner=False, max_entries=48)
def _agreement(key: Key, pair: Pair, _sheet: Sheet) -> Agreement:  # noqa: ARG001
    return agreement(_sheet, *pair)


@st.cache_resource(show_spinner=False, max_entries=48)
def _joint(key: Key, pair: Pair, scale: Scale, _sheet: Sheet) -> Joint:  # noqa: ARG001
    return joint(_sheet, *pair, scale=scale)


@st.cache_resource(show_spinner=False, max_entries=48)
def _sample(key: Key, pair: Pair, _sheet: Sheet) -> pd.DataFrame:  # noqa: ARG001
    return sample(_sheet, *pair, count=POINTS)


@st.cache_resource(show_spinner=False, max_entries=48)
def _disputed(key: Key, pair: Pair, by: By, _sheet: Sheet) -> pd.DataFrame:  # noqa: ARG001
    return disputed(_sheet, *pair, by=by, count=LISTED)
