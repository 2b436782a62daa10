"""Opening the two stages of a recommendation: one run recalls, another one ranks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctrcore.errors import DataError, RunError
from ctrcore.language import say
from ctrcore.runs.naming import item_names_of
from ctrcore.runs.opening import Opened, encoded_row, open_for_explaining
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.data.encoded import Encoded
    from ctrcore.data.recipe import Recipe
    from ctrcore.data.stored import Stored
    from ctrcore.data.values import Words
    from ctrcore.recommend.history import Clicks
    from ctrcore.recommend.moments import Moment
    from ctrcore.recommend.recommender import Recommender
    from ctrcore.runs.dataset import Dataset

OTHERS = 200  # users whose last rows say what an item has for anybody


@dataclass(frozen=True)
class _Rows:
    """The rows of the table as one run reads them."""

    opened: Opened
    seen: Stored
    clicks: Clicks | None  # where the run builds its histories

    def place(self, row: int) -> int:
        """Where a row of the table stands among those that were not dropped. Raises DataError if it was."""
        index = self.seen.index
        place = int(index.searchsorted(row))
        if place >= len(index) or index[place] != row:
            raise _no_row(row)
        return place

    def history(self, row: int) -> frozenset[str] | None:
        """Ids of the items in the row's histories; None where this run has none."""
        from ctrcore.recommend.history import items_in

        schema = self.opened.encoder.schema
        told = items_in(self.seen.at([row]), schema) if schema.histories else None
        return told if self.clicks is None else self.clicks.before(self.place(row)) | (told or frozenset())

    def encoded(self, row: int) -> Encoded:
        """A single row. One that the run learned from or was judged by is taken exactly as it was then."""
        self.place(row)
        return encoded_row(self.opened.prepared, row, lambda: self.seen)


@dataclass(frozen=True)
class TwoStages:
    """Two runs of one dataset, opened for recommending. Everything heavy was done once, in `open_two_stages`.

    Attributes:
        recommender: the two stages, for `ctrcore.recommend.funnel.recommend`.
        last: the row of each user's last moment, by the user's id as text; empty where there is no user column.
    """

    recommender: Recommender
    last: pd.Series[int]
    _ranker: _Rows
    _recall: _Rows | None
    _users: Words | None

    def moment(self, row: int) -> Moment:
        """The moment of one row of the table, numbered from 0.

        Raises:
            DataError: there is no such row, or it was dropped when the table was cleaned.
        """
        from ctrcore.recommend.moments import Moment

        place = self._ranker.place(row)
        code = -1 if self._users is None else int(self._users.codes[place])
        user = None if self._users is None or code < 0 else str(self._users.words[code])
        recall = None if self._recall is None else self._recall.encoded(row)
        return Moment(row, user, self._ranker.encoded(row), recall, self._history(row))

    def _history(self, row: int) -> frozenset[str] | None:
        """What either run's table tells of the user's items."""
        told = [rows.history(row) for rows in (self._ranker, self._recall) if rows is not None]
        known = [ids for ids in told if ids is not None]
        return frozenset[str]().union(*known) if known else None

    @property
    def users(self) -> list[str]:
        """Every user's id as text. Raises DataError if there is no user column."""
        if self._users is None:
            raise DataError(
                say("The schema names no user column."), say("Choose the column with the user's id on the Data page.")
            )
        return [str(user) for user in self.last.index]

    def last_moment(self, user: str) -> Moment:
        """A user's last row. Raises DataError for a user that is not in the table."""
        return self.moment(self.row_of(user))

    def row_of(self, user: str) -> int:
        """The number of a user's last row. Raises DataError for a user that is not in the table."""
        if user not in self.last.index:
            raise DataError(
                say("There is no user '{user}'.", user=user),
                say("Use the id of a user of the table, as it stands there."),
            )
        return int(self.last[user])


def open_two_stages(
    ranker: Run, recall: Run | None = None, seen: Callable[[Dataset, Recipe], Stored] | None = None
) -> TwoStages:
    """Open a run that ranks, and one that recalls before it.

    Args:
        ranker: any run that is done.
        recall: a run of the same dataset, of an FM without hidden layers or of LR; None: every item is ranked.
        seen: gives the rows after cleaning, with their histories, to who keeps them; None: they are made here.

    Raises:
        DataError: the dataset has no item column.
        ModelError: the model cannot recall.
        RunError: the runs belong to different datasets, or one cannot be opened.
    """
    import pandas as pd

    from ctrcore.data.preparing import rows_as_seen
    from ctrcore.data.values import as_words
    from ctrcore.explain.candidates import candidate_columns, catalogue
    from ctrcore.recommend.items import item_table, with_clicks
    from ctrcore.recommend.moments import last_rows
    from ctrcore.recommend.recall import FMRecall
    from ctrcore.recommend.recommender import Recommender

    if recall is not None and recall.spec.dataset != ranker.spec.dataset:
        raise RunError(say("The two runs were trained on different datasets."), say("Choose two runs of one dataset."))
    opened = open_for_explaining(ranker)
    first = opened if recall is None or recall.id == ranker.id else open_for_explaining(recall)
    dataset, schema = ranker.dataset(), opened.encoder.schema
    seen = seen or (lambda dataset, recipe: rows_as_seen(dataset.stored(), recipe))
    other = first.encoder.schema.item
    if other != schema.item:
        raise RunError(
            say(
                "The run that ranks takes '{item}' for the item, the one that recalls '{other}'.",
                item=schema.item,
                other=other,
            ),
            say("Choose two runs whose tables name the same item column."),
        )
    rows = _rows_of(opened, seen)
    first_rows = rows if first is opened else _rows_of(first, seen)
    listed = catalogue(rows.seen, schema, candidate_columns(first.encoder.schema))
    listed = with_clicks(listed, rows.seen, schema, opened.prepared.train)
    names = item_names_of(dataset, ranker.recipe)
    items = item_table(listed, opened.encoder, names)
    found = None
    if recall is not None:
        same = first is opened
        found = FMRecall(first.model, items if same else item_table(listed, first.encoder, names))
    users = as_words(rows.seen[schema.user]) if schema.user is not None else None
    last = last_rows(rows.seen, schema) if schema.user is not None else pd.Series(dtype="int64")
    others = _others(opened, last)
    return TwoStages(
        Recommender(opened.model, items, found, others), last, rows, None if recall is None else first_rows, users
    )


def _rows_of(opened: Opened, seen: Callable[[Dataset, Recipe], Stored]) -> _Rows:
    from ctrcore.data.values import as_words
    from ctrcore.recommend.history import Clicks

    recipe, schema = opened.run.recipe, opened.encoder.schema
    table = seen(opened.run.dataset(), recipe)
    builds = bool(recipe.history.columns) and schema.user is not None and schema.item is not None
    return _Rows(opened, table, Clicks(table, schema, as_words(table[str(schema.user)])) if builds else None)


def _others(opened: Opened, last: pd.Series[int]) -> Encoded:
    """Last rows of a sample of users; without users, a sample of the rows that judge the run."""
    import numpy as np

    from ctrcore.explain.sampling import sample_rows

    for part in (opened.judged, opened.prepared.train):
        final = np.flatnonzero(np.isin(part.row, last.to_numpy()))
        if len(final) >= min(OTHERS, len(last)) // 2 and len(final):
            chosen = np.sort(np.random.default_rng(0).permutation(final)[:OTHERS])
            return part.take(chosen)
    return sample_rows(opened.judged, OTHERS, seed=0)


def _no_row(row: int) -> DataError:
    return DataError(
        say("There is no row {row}, or it was dropped when the table was cleaned.", row=row),
        say("Choose another row of the table."),
    )
