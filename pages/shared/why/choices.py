"""What is asked on the page "Why this item": of whom, by which two models, and how long a list."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from ctrcore.language import Spoken, mark, say, say_count
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.level import expert, level
from pages.shared.pickers import finished_runs, run_label
from pages.shared.rows import pick_row
from pages.shared.store import judged_of, seen_of, users_of
from pages.shared.tools import plain

OFFERED = 2000  # users in the list; any other id can be typed
ALL = "all"  # in the address: no recall, every item is ranked
SMALL = 20_000  # items up to which all of them can be ranked while somebody waits
NUMBERS = {"recalled": (200, 0, 5000), "popular": (20, 0, 5000), "top": (10, 1, 100)}  # default, least, most
LABELS = Spoken(
    {"recalled": mark("Items recalled"), "popular": mark("Popular items added"), "top": mark("Length of the list")}
)
HELP = Spoken(
    {
        "recalled": mark("How many items with the quick model's best scores go on to the ranking."),
        "popular": mark("How many items with the most clicks go on to the ranking too, whatever the quick model says."),
        "top": mark("How many items the user is shown."),
    }
)


@dataclass(frozen=True)
class Asked:
    """Whose list, and how it is made.

    Attributes:
        run: the model that ranks.
        recall: the model that recalls; None: every item is ranked.
        user: the user's id as text; None where the table has no users.
        row: of the table: the user's last moment.
        recalled, popular, top: sizes of the stages.
        fresh: items in the user's history are left out.
    """

    dataset: Dataset
    run: Run
    recall: Run | None
    user: str | None
    row: int
    recalled: int
    popular: int
    top: int
    fresh: bool

    @property
    def who(self) -> str:
        """The user, or the row where there are no users, in a sentence."""
        return (
            say("User {user}", user=plain(self.user))
            if self.user is not None
            else say("The user of row {row}", row=self.row)
        )


def pick_recall(dataset: Dataset, items: int) -> Run | None:
    """The quick model of the first step; None for none. By default the newest FM, else the newest LR."""
    able = [run for run in finished_runs(dataset) if can_recall(run)]
    able.sort(key=lambda run: run.spec.model.name != "fm")  # stable: the newest of each stays first
    runs = {run.id: run for run in able}
    options = [*runs, *([ALL] if items <= SMALL or not runs else [])]
    default = options[0]
    labels = {one: run_label(run, able) for one, run in runs.items()} | {ALL: say("none: rank every item")}
    address.show("pick-recall", "recall", options, default)
    address.write("recall", st.session_state["pick-recall"])
    chosen = st.sidebar.selectbox(
        say("Recall run"),
        options,
        format_func=labels.__getitem__,
        key="pick-recall",
        on_change=address.take,
        args=("pick-recall", "recall"),
        help=say(
            "The quick model that picks candidates out of all items, an FM or LR. {recalled}",
            recalled=WORDS["recalled"],
        ),
    )
    return runs.get(chosen)


def can_recall(run: Run) -> bool:
    """True if the run's score is an inner product of user and item: LR, and FM without hidden layers."""
    model = run.spec.model
    return model.name == "lr" or (model.name == "fm" and not model.hidden_units)


def pick_sizes() -> tuple[int, int, int, bool]:
    """Sizes of the stages; as in the address for everybody, to be changed by experts."""
    for name, (default, low, high) in NUMBERS.items():
        address.show_number(f"pick-{name}", name, default, low, high)
        st.session_state[f"pick-{name}"] = int(st.session_state[f"pick-{name}"])
    address.show("pick-seen", "seen", [True, False], True)
    if expert():
        with st.sidebar.expander(say("Sizes of the steps"), icon=":material/filter_alt:"):
            for name, (_, low, high) in NUMBERS.items():
                st.number_input(
                    LABELS[name],
                    min_value=low,
                    max_value=high,
                    step=1,
                    key=f"pick-{name}",
                    on_change=address.take,
                    args=(f"pick-{name}", name),
                    help=HELP[name],
                )
            st.toggle(
                say("Leave out what the user clicked"),
                key="pick-seen",
                on_change=address.take,
                args=("pick-seen", "seen"),
                help=say("Items in the user's history are not recommended again."),
            )
    recalled, popular, top = (int(st.session_state[f"pick-{name}"]) for name in NUMBERS)
    return recalled, popular, top, bool(st.session_state["pick-seen"])


def pick_moment(dataset: Dataset, run: Run) -> tuple[str | None, int]:
    """The user and the row of their last moment; only a row where the table has no users."""
    if run.recipe.data_schema.user is None:
        if level() != "Expert":
            st.sidebar.caption(say("The table names no user column, so a row is chosen, and its user gets the list."))
        scored = judged_of(run)
        return None, int(scored["row"].iloc[pick_row(scored)])
    known = users_of(dataset, run.recipe)
    user = _user(dataset, run, known)
    address.write("user", user)
    if st.session_state.get("pick-user") != user:
        st.session_state["pick-user"] = user
    listed = list(known.index[:OFFERED])
    st.sidebar.selectbox(
        say("User"),
        listed if user in known.index[:OFFERED] else [user, *listed],
        key="pick-user",
        on_change=lambda: _choose_user(st.session_state["pick-user"]),
        accept_new_options=True,
        help=say(
            "Type an id to search. The {listed:,} users with most rows are listed; any other id can be typed in full.",
            listed=min(OFFERED, len(known)),
        ),
    )
    rows, clicks, last = known.loc[[user], ["rows", "clicks", "last"]].to_numpy()[0].tolist()
    st.sidebar.caption(
        say_count(
            "{count:,} row, {clicks:,} of them clicked; last moment: row {last}.",
            "{count:,} rows, {clicks:,} of them clicked; last moment: row {last}.",
            rows,
            clicks=clicks,
            last=last,
        )
    )
    _offer_user_of_row(dataset, run, user)
    return user, last


def _choose_user(user: str) -> None:
    """Another user gets another list, of which the first item is looked at."""
    address.write("user", user)
    for key in ("item", "over", "missed"):
        address.write(key, None)


def _user(dataset: Dataset, run: Run, known: pd.DataFrame) -> str:
    """The user of the address; else that of the row looked at elsewhere; else the one with most rows."""
    said = address.read("user")
    if said is not None and said.strip() in known.index:
        return said.strip()
    if said is not None:
        st.warning(
            say("**There is no user '{user}' in this table.**  \nAnother one is shown.", user=plain(said[:60])),
            icon=":material/person_off:",
        )
    row = _row()
    user = user_of_row(dataset, run, row)
    if row is not None and user is None:
        st.sidebar.caption(
            say("Row {row} is not in this table, or names no user; the user with most rows is shown.", row=row)
        )
    return user or str(known.index[0])


def _offer_user_of_row(dataset: Dataset, run: Run, user: str) -> None:
    """A button that goes from the row looked at on another page to its user."""
    other = user_of_row(dataset, run, _row())
    if other is not None and other != user:
        st.sidebar.button(
            say("The user of row {row}", row=_row()),
            icon=":material/person_search:",
            key="user-of-row",
            on_click=_choose_user,
            args=(other,),
            type="tertiary",
            help=say("The row that you looked at on another page."),
        )


def _row() -> int | None:
    said = address.read("row")
    return int(said) if said is not None and said.isdecimal() and len(said) < 16 else None


def user_of_row(dataset: Dataset, run: Run, row: int | None) -> str | None:
    """The user of a row of the table; None if there is no such row, or it names nobody."""
    from ctrcore.data.values import word

    if row is None:
        return None
    try:
        cells = seen_of(dataset, run.recipe).at([row])
    except KeyError:
        return None
    return word(cells[str(run.recipe.data_schema.user)].iloc[0])
