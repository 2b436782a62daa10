"""How well each user's own rows are ordered: measures of short lists, with intervals over users."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import streamlit as st

from ctrcore import threads
from ctrcore.comparing.best_lists import against_best
from ctrcore.comparing.exposure import items_of
from ctrcore.comparing.findings import best_lists_in_words
from ctrcore.comparing.lists_words import beside_all_rows
from ctrcore.comparing.per_user import TITLES, Metric, PerUser, Users, first_k, per_user
from ctrcore.comparing.sheet import Sheet
from ctrcore.figures import slice_captions as captions
from ctrcore.figures.per_user import Lists, measures_by_model
from ctrcore.language import say, say_count
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.compare import kept
from pages.shared.compare.rows import at_hand, learned_rows, recipe_of
from pages.shared.compare.users_table import CHART, all_figures, ends_of, interval_of, table_of
from pages.shared.compare.view import SHEETS, Key, View, say_one_class
from pages.shared.level import level
from pages.shared.problems import problems_shown
from pages.shared.tools import plain

Items = tuple[npt.NDArray[np.integer], npt.NDArray[np.integer]]
MOST = 50
LISTS = 8  # choices of K that are kept: with 100,000 users and six models each takes about 40 MB


def show(view: View) -> None:
    """Measures of each user's list by model, for the K chosen."""
    if not view.both_classes:
        say_one_class(view)
        return
    if not view.sheet.has_users:
        _say_no_users(view)
        return
    item = recipe_of(view).data_schema.item
    # Without the items all but coverage and popularity can be said.
    known = item is not None and at_hand(view)
    with st.spinner(say("Reading the items")):
        items = _items(view.key, view.dataset.id, recipe_of(view).id, str(item), view) if known else None
    _lists(view, items)


def _say_no_users(view: View) -> None:
    """Why there are no lists: no column says who the user is, or it is empty in all of these rows."""
    column = recipe_of(view).data_schema.user
    if column is not None:
        st.info(
            say(
                "**These rows have no users, so there are no lists to judge.**  \nThe column {column} names the users, "
                "but it is empty in all of them.",
                column=plain(column),
            ),
            icon=":material/person_off:",
        )
        return
    st.info(
        say(
            "**These rows have no users, so there are no lists to judge.**  \nName the user column of the table on the "
            "Data page (Columns, 'User'), and train again."
        ),
        icon=":material/person_off:",
    )
    st.page_link("data.py", label=say("Go to Data"), icon=":material/table_view:")


@st.fragment
def _lists(view: View, items: Items | None) -> None:
    """The choice of K and all that depends on it: a moved slider runs nothing else again."""
    with problems_shown():
        k, metric, everyone = _choices(view)
        with st.spinner(say("Ordering the users' lists")):
            found = _measured(view.key, k, items is not None, view.sheet, items)
        order = sorted(view.contenders, key=lambda one: -interval_of(found[one.id], metric, everyone).value)
        best = [found[one.id] for one in order]
        _verdict(view, best, k, metric)
        measures = [TITLES[name].format(k=k) for name in CHART]
        users = best[0].users
        count = users.shown - users.without_click if everyone else users.both
        chart(
            measures_by_model(
                [
                    Lists(
                        one.title,
                        one.model,
                        {TITLES[name].format(k=k): ends_of(found[one.id], name, everyone) for name in CHART},
                    )
                    for one in order
                ],
                measures,
            ),
            key="per-user",
            **captions.lists(k, count),
            help_text=f"{WORDS['ndcg']} {WORDS['hit_rate']} {WORDS['mrr']} {WORDS['map']}",
            alt_text=say(
                "{measures} of {models} models with intervals over {users:,} users",
                measures=say(", ").join(measures),
                models=len(order),
                users=count,
            ),
            data=lambda: table_of(view, best, k, everyone),
        )
        all_figures(view, best, k, everyone)


def _choices(view: View) -> tuple[int, Metric, bool]:
    """K, the measure that decides which model is best, and whether users without anything to order count."""
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        address.show("k", "k", range(1, MOST + 1), _first_k(view.key, view.sheet))
        k = st.slider(
            say("K: how many rows of a user's list are seen"),
            min_value=1,
            max_value=MOST,
            key="k",
            on_change=address.take,
            args=("k", "k"),
            width=340,
            help=say("HR@K and NDCG@K look at the first K rows only, as a user looks at the top of a list only."),
        )
        metric: Metric = "ndcg"
        if level() != "Simple" and len(view.contenders) > 1:
            metric = st.segmented_control(
                say("Best by"),
                CHART,
                default="ndcg",
                required=True,
                format_func=lambda name: TITLES[name].format(k="K"),
                key="best-by",
                help=say("Which measure the sentence below compares, and which model comes first."),
            )
        everyone = level() == "Expert" and st.toggle(
            say("Count users with nothing to order too"),
            key="every-user",
            help=say(
                "Users with a click whose rows are all clicks score 1 whatever the model does. Other tools often "
                "count them; they hide differences."
            ),
        )
    return k, metric, everyone


def _verdict(view: View, best: list[PerUser], k: int, metric: Metric) -> None:
    """The best against each other one, compared user by user, and whom all of it rests on."""
    first, name = best[0], TITLES[metric].format(k=k)
    title = plain(view.titles[first.id])
    if len(best) == 1:
        st.markdown(f"**{title}**: {name} {first.headline[metric].value:.4f}.")
    else:
        titles = {one: f"**{plain(named)}**" for one, named in view.titles.items()}
        tests = against_best(best, metric)
        said = best_lists_in_words(tests, name, titles)
        if beside := beside_all_rows(tests, kept.comparison(view).tests, titles):
            said.append(beside)
        st.markdown("\n".join(f"- {sentence}" for sentence in said) if len(said) > 1 else said[0])
    st.caption(_rests_on(first.users, k))


def _rests_on(users: Users, k: int) -> str:
    said = say(
        "It rests on {both:,} of {shown:,} users: those with clicks and other rows, whose list "
        "can be in a good or a bad order. {without_click:,} have no click and "
        "{only_clicks:,} nothing but clicks.",
        both=users.both,
        shown=users.shown,
        without_click=users.without_click,
        only_clicks=users.one_row + users.only_clicks,
    )
    if users.short > users.both / 2:
        short = say_count(
            "{short:,} of the {both:,} have at most {count} row: for them HR@{count} is 1 whatever the model does. A "
            "smaller K tells more.",
            "{short:,} of the {both:,} have at most {count} rows: for them HR@{count} is 1 whatever the model does. A "
            "smaller K tells more.",
            k,
            short=users.short,
            both=users.both,
        )
        return f"{said} {short}"
    return said


@st.cache_resource(show_spinner=False, max_entries=SHEETS)
def _items(key: Key, dataset_id: str, recipe_id: str, item: str, _view: View) -> Items:  # noqa: ARG001
    return items_of(_view.dataset.stored()[item], _view.sheet.row, learned_rows(_view))


@st.cache_resource(show_spinner=False, max_entries=24)
def _first_k(key: Key, _sheet: Sheet) -> int:  # noqa: ARG001
    return first_k(_sheet)


@st.cache_resource(show_spinner=False, max_entries=LISTS)
def _measured(
    key: Key,  # noqa: ARG001
    k: int,
    with_items: bool,  # noqa: ARG001
    _sheet: Sheet,
    _items: Items | None,
) -> Mapping[str, PerUser]:
    item, popularity = _items or (None, None)
    with ThreadPoolExecutor(threads.of_arrays()) as pool:  # numpy sorts and counts outside Python's lock
        found = pool.map(lambda one: per_user(_sheet, one, k, item, popularity), _sheet.ids)
        return dict(zip(_sheet.ids, found, strict=True))
