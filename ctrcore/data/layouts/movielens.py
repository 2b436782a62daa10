"""MovieLens, in the three forms in which GroupLens gave it away and the one that DeepCTR shows its models on.

Source: the README files of ml-100k, ml-1m and ml-latest (GroupLens), and movielens_sample.txt (DeepCTR).
"""

from __future__ import annotations

import re
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from ctrcore.data.layouts.double_colons import DoubleColons
from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import ITEM_ID, RATING, TITLE, USER_ID, Layout, list_names, side, timestamp
from ctrcore.data.layouts.plan import Hints, Part, Plan, TextFormat
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column

RATINGS = ("user_id", "item_id", "rating", "timestamp")
# Two colons between cells are two delimiters with an empty cell between them.
RATINGS_AND_GAPS = ("user_id", "gap_1", "item_id", "gap_2", "rating", "gap_3", "timestamp")
GENRES = (
    "unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy",
    "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
USER_100K = ("user_id", "age", "gender", "occupation", "zip_code")
USER_1M = ("user_id", "gender", "age", "occupation", "zip_code")
ITEM_100K = ("item_id", "title", "release_date", "video_release_date", "imdb_url", *GENRES)
SAMPLE = ["user_id", "movie_id", "rating", "timestamp", "title", "genres", "gender", "age", "occupation", "zip"]
FROM_RATING = 4.0
LOG = LogChoices(
    user="user_id", item="item_id", time="timestamp", rating="rating", rating_threshold=FROM_RATING, negatives="given"
)
NOTE = (
    "A rating of 4 stars or more counts as a click, and the user's lower ratings are the rows without one: they are "
    "real judgements, so none has to be drawn."
)
GROUPS_OF_AGE = "Its numbers are codes of age groups (25 stands for 25 to 34 years), so each is taken for a name."
COLUMNS = (
    USER_ID,
    ITEM_ID,
    RATING,
    timestamp(),
    TITLE,
    Column(
        name="genres", kind="multi_value", role="item", delimiter="|",
        reason="A film has several genres, with '|' between them.",
    ),
    Column(
        name="release_year", kind="numeric", role="item", scale="quantile",
        reason="It is a year; taste does not rise or fall steadily with it, so years are put into buckets.",
    ),
    Column(name="release_date", kind="ignore", role="item", reason="The release year says nearly the same."),
    Column(name="gender", kind="categorical", role="user", reason="It names the user's gender."),
    Column(name="occupation", kind="categorical", role="user", reason="Each value names one occupation."),
    Column(
        name="zip_code", kind="ignore", role="user",
        reason="Nearly every user has an own zip code, so there is nothing to learn from it.",
    ),
    Column(
        name="zip_region", kind="categorical", role="user",
        reason="It is the first sign of the zip code, which in the United States stands for a group of states.",
    ),
)  # fmt: skip
AGE_IN_YEARS = Column(name="age", kind="numeric", role="user", reason="It is the user's age in years.")
AGE_AS_CODE = Column(name="age", kind="categorical", role="user", reason=GROUPS_OF_AGE)


def recognise_100k(files: Files) -> Plan | None:
    """u.data with u.user and u.item; the splits made of them (u1.base and so on) are not read."""
    rows = files.one(lambda head: _holds_ratings(head, "\t"), "u.data")
    if rows is None:
        return None
    users = files.one(lambda head: _all_have(head, "|", 5), "u.user")
    items = files.one(lambda head: _all_have(head, "|", len(ITEM_100K)), "u.item")
    return Plan(
        layout="movielens_100k",
        title="MovieLens 100K",
        why=f"{list_names([rows])} holds a user, a film, a rating and a time on each line, with tabs between them.",
        rows=Part(rows.path, TextFormat("\t", RATINGS)),
        users=side(users, TextFormat("|", USER_100K), tidy=with_zip_region),
        items=side(items, TextFormat("|", ITEM_100K), tidy=tidy_items_100k),
        user_key="user_id",
        item_key="item_id",
        hints=_hints(AGE_IN_YEARS, note="The ready-made splits (u1.base, ua.test and so on) are not read."),
    )


def recognise_1m(files: Files) -> Plan | None:
    """ratings.dat, users.dat and movies.dat with two colons between cells; ml-10m has no users.dat."""
    rows = files.one(lambda head: _holds_ratings(head, "::"), "ratings.dat")
    if rows is None:
        return None
    users = files.one(lambda head: all(re.match(r"\d+::[MF]::\d+::\d+::", line) for line in head.lines), "users.dat")
    items = files.one(lambda head: all(re.match(r"\d+::.*::\D*$", line) for line in head.lines), "movies.dat")
    return Plan(
        layout="movielens_1m",
        title="MovieLens 1M or 10M",
        why=f"{list_names([rows])} holds a user, a film, a rating and a time on each line, with '::' between them.",
        rows=Part(rows.path, TextFormat(":", RATINGS_AND_GAPS), tidy=without_gaps),
        users=side(users, read=DoubleColons(USER_1M), tidy=with_zip_region),
        items=side(items, read=DoubleColons(("item_id", "title", "genres")), tidy=tidy_items),
        user_key="user_id",
        item_key="item_id",
        hints=_hints(AGE_AS_CODE),
    )


def recognise_csv(files: Files) -> Plan | None:
    """ratings.csv and movies.csv of ml-latest, ml-20m, ml-25m and ml-32m."""
    rows = files.one(lambda head: head.lower_names == ["userid", "movieid", "rating", "timestamp"])
    if rows is None:
        return None
    items = files.one(lambda head: head.lower_names == ["movieid", "title", "genres"])
    return Plan(
        layout="movielens_csv",
        title="MovieLens with CSV files",
        why=f"{list_names([rows])} has the columns userId, movieId, rating and timestamp.",
        rows=Part(rows.path, tidy=harmonise),
        items=side(items, tidy=tidy_items),
        user_key="user_id",
        item_key="item_id",
        hints=_hints(note="Tags and links to other sites are not read."),
    )


def recognise_sample(files: Files) -> Plan | None:
    """movielens_sample.txt: ratings of MovieLens 1M with the users' and films' columns joined to them."""
    rows = files.one(lambda head: head.lower_names == SAMPLE)
    if rows is None:
        return None
    return Plan(
        layout="movielens_sample",
        title="MovieLens sample of DeepCTR",
        why=f"{list_names([rows])} has the columns {', '.join(SAMPLE)}.",
        rows=Part(rows.path, tidy=tidy_sample),
        user_key="user_id",
        item_key="item_id",
        hints=_hints(AGE_AS_CODE),
    )


def _hints(*more: Column, note: str = "") -> Hints:
    notes = (NOTE, note) if note else (NOTE,)
    return Hints(user="user_id", item="item_id", time="timestamp", columns=(*COLUMNS, *more), log=LOG, notes=notes)


def _holds_ratings(head: Head, separator: str) -> bool:
    """Every line has a user, an item, a rating of 0.5 to 5 and a time."""
    pattern = re.compile(separator.join((r"\d+", r"\d+", r"([0-4]\.5|[1-5](\.0)?)", r"\d{6,10}")))
    return all(pattern.fullmatch(line) for line in head.lines)


def _all_have(head: Head, delimiter: str, count: int) -> bool:
    return all(len(line.split(delimiter)) == count for line in head.lines)


def harmonise(frame: pd.DataFrame) -> pd.DataFrame:
    """The ids by the names that all layouts give them."""
    names = {"userid": "user_id", "movieid": "item_id", "movie_id": "item_id", "zip": "zip_code"}
    return frame.rename(columns={name: names.get(str(name).lower(), str(name).lower()) for name in frame.columns})


def without_gaps(frame: pd.DataFrame) -> pd.DataFrame:
    """Ratings without the empty columns between two colons."""
    return frame[list(RATINGS)]


def with_zip_region(users: pd.DataFrame) -> pd.DataFrame:
    """Users with the first sign of their zip code."""
    return users.assign(zip_region=_texts(users["zip_code"]).str[:1])


def tidy_items(items: pd.DataFrame) -> pd.DataFrame:
    """Films with the year that ends their title; a film without genres has none, instead of a text that says so."""
    items = harmonise(items)
    genres = _texts(items["genres"])
    year = _texts(items["title"]).str.extract(r"\((\d{4})\)\s*$", expand=False)
    return items.assign(
        genres=genres.mask(genres == "(no genres listed)"), release_year=pd.to_numeric(year).astype("float64")
    )


def tidy_items_100k(items: pd.DataFrame) -> pd.DataFrame:
    """Films with one text of genres instead of nineteen columns, and with the year of their release."""
    flags = np.column_stack([pd.to_numeric(items[genre], errors="coerce") == 1 for genre in GENRES[1:]])
    genres = ["|".join(compress(GENRES[1:], row)) or None for row in flags]
    year = _texts(items["release_date"]).str.extract(r"(\d{4})\s*$", expand=False)
    return items[["item_id", "title", "release_date"]].assign(
        genres=pd.Series(genres, index=items.index, dtype="str"),
        release_year=pd.to_numeric(year).astype("float64"),
    )


def tidy_sample(frame: pd.DataFrame) -> pd.DataFrame:
    """The sample with the same names and columns as the other forms."""
    return with_zip_region(tidy_items(frame))


def _texts(cells: pd.Series[Any]) -> pd.Series[Any]:
    return cells.astype("str")


LAYOUTS = {
    "movielens_100k": Layout(
        "MovieLens 100K",
        "100,000 film ratings of 943 users: u.data with u.user and u.item, as GroupLens ships them.",
        recognise_100k,
    ),
    "movielens_1m": Layout(
        "MovieLens 1M or 10M",
        "Film ratings in ratings.dat, users.dat and movies.dat with '::' between cells.",
        recognise_1m,
    ),
    "movielens_csv": Layout(
        "MovieLens with CSV files",
        "Film ratings in ratings.csv and movies.csv, as in MovieLens Latest, 20M, 25M and 32M.",
        recognise_csv,
    ),
    "movielens_sample": Layout(
        "MovieLens sample of DeepCTR", "Film ratings with the users' and films' columns in one comma-separated file.",
        recognise_sample,
    ),
}  # fmt: skip
