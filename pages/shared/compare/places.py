"""Where among the rows one of two models is better: what a shallow tree found, in sentences and as a chart."""

from __future__ import annotations

from typing import Literal

import pandas as pd
import streamlit as st

from ctrcore.comparing.groupings import Grouping
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.slice_words import description_in_words
from ctrcore.comparing.tree import Description, describe
from ctrcore.figures import slice_captions as captions
from ctrcore.figures.slices import Dot, Series, interval_dots
from ctrcore.language import language, mark, say
from ctrcore.words import WORDS
from pages.shared.charts import chart
from pages.shared.compare.rows import groupings_of, recipe_of
from pages.shared.compare.view import Key, View
from pages.shared.level import level
from pages.shared.tools import plain

By = Literal["rank", "loss"]
DEPTH = 3
AXES: dict[By, str] = {"rank": mark("lead there, in AUC"), "loss": mark("lead there, in log-loss")}


def show_places(view: View, pair: tuple[str, str], by: By) -> None:
    """Where A is better and where B is, or that it cannot be told."""
    a, b = (plain(view.titles[one]) for one in pair)
    depth = DEPTH
    if level() == "Expert":
        depth = st.slider(say("Conditions of a place, at most"), 1, 5, DEPTH, key="places-depth", width=300)
    how = (*pair, by, depth)
    with st.spinner(say("Looking for places where the models differ")):
        found = _described(
            view.key, view.dataset.id, recipe_of(view).id, how, language(), view.sheet, groupings_of(view)
        )
    st.markdown(say("#### Where is {a} better, where {b}?", a=a, b=b), help=WORDS["slice"])
    said = [plain(one) for one in description_in_words(found, view.titles[pair[0]], view.titles[pair[1]])]
    if not found.leaves:
        st.info(said[0], icon=":material/info:")
        return
    st.markdown("\n".join(f"- {one}" for one in said[:-1]))
    st.caption(said[-1])
    if len(found.leaves) > 1:
        _chart(found, (view.titles[pair[0]], view.titles[pair[1]]), by)


def _chart(found: Description, titles: tuple[str, str], by: By) -> None:
    """The places as dots with intervals."""
    a, b = (plain(title) for title in titles)
    dots = [
        Dot(leaf.value, leaf.low, leaf.high, leaf.told, say("differs from elsewhere") if leaf.stands_out else "")
        for leaf in found.leaves
    ]
    chart(
        interval_dots(
            [leaf.words for leaf in found.leaves],
            [say("{rows:,} rows", rows=leaf.rows) for leaf in found.leaves],
            [Series(say("{a} minus {b}", a=titles[0], b=titles[1]), None, dots)],
            x=say(AXES[by]),
            zero=0.0,
        ),
        key="places",
        **captions.places(a, b),
        help_text=WORDS["lead"],
        alt_text=say(
            "Lead of {a} over {b} in {places} places, with intervals",
            a=titles[0],
            b=titles[1],
            places=len(found.leaves),
        ),
        data=lambda: _table(found),
    )


def _table(found: Description) -> pd.DataFrame:
    numbers = ("rows", "value", "low", "high", "p", "adjusted", "told", "beyond", "beyond_adjusted", "stands_out")
    return pd.DataFrame(
        {"where": [leaf.words for leaf in found.leaves]}
        | {name: [getattr(leaf, name) for leaf in found.leaves] for name in numbers}
    )


@st.cache_resource(show_spinner=False, max_entries=48)
def _described(
    key: Key,  # noqa: ARG001
    dataset_id: str,  # noqa: ARG001
    recipe_id: str,  # noqa: ARG001
    how: tuple[str, str, By, int],
    spoken: str,  # noqa: ARG001 - places are kept in words
    _sheet: Sheet,
    _found: list[Grouping],
) -> Description:
    a, b, by, depth = how
    return describe(_sheet, _found, a, b, by=by, depth=depth)
