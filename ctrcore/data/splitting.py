"""Which rows train, which choose the best epoch, and which are the test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ctrcore.data.recipe import Recipe, Split
from ctrcore.data.stored import Table
from ctrcore.data.values import as_times, as_words
from ctrcore.errors import DataError
from ctrcore.language import say

Index = npt.NDArray[np.int64]
Parts = dict[str, Index]
PARTS = ("train", "valid", "test")
WITHOUT_SHARES = ("given", "leave_last_out")
MEANING = {
    **dict.fromkeys(("train", "training", "tr"), "train"),
    **dict.fromkeys(("valid", "validation", "val", "dev", "va"), "valid"),
    **dict.fromkeys(("test", "testing", "te"), "test"),
}


def split_rows(frame: Table, label: npt.NDArray[np.floating], recipe: Recipe) -> Parts:
    """Divide rows into 'train', 'valid' and 'test': disjoint, complete, each in the order of the rows.

    - random: rows in a shuffled order.
    - time: the last rows are the test, those before them validation. Rows of one time keep the order of the table and
      may be divided; rows without a time come first.
    - user: whole users in a shuffled order, until the share of rows is reached. Rows without a user train.
    - time_per_user: the last rows of each user, as the table orders rows of one time. Rows without a user train.
    - leave_last_out: of each user the time of the last click and all rows from then on are the test, those from the
      time of the click before it are validation, and the rest trains, so that rows of one time stay together. Users
      with clicks at fewer than three times, and rows without a user, train. The shares have no say.
    - given: as the split column says; validation rows are a random share of the training rows where it names none.

    A share of 0 gives no test rows; validation rows are always needed, for they choose the best epoch.

    Args:
        frame: (n) cleaned rows.
        label: (n,) of 0 and 1, to see that each part can be measured.
        recipe: the shares and the seed, and the columns for user and time.

    Returns:
        Row positions of each part.

    Raises:
        DataError: a column is missing or not understood, or a part has no rows or no rows of one class.
    """
    split, schema = recipe.split, recipe.data_schema
    if split.by not in WITHOUT_SHARES and (split.valid + split.test >= 1 or split.valid == 0):
        raise DataError(
            say(
                "Shares of {valid:g} for validation and {test:g} for test leave nothing for {part}.",
                valid=split.valid,
                test=split.test,
                part=say("validation") if split.valid == 0 else say("training"),
            ),
            say("Choose for example 0.1 and 0.1."),
        )
    n = len(frame)
    if split.by == "random":
        parts = _cut(np.random.default_rng(split.seed).permutation(n), split)
    elif split.by == "time":
        parts = _cut(np.lexsort((np.arange(n), _times(frame, schema.time, split))), split)
    elif split.by == "user":
        parts = _by_user(_users(frame, schema.user, split), split)
    elif split.by == "time_per_user":
        parts = _by_time_per_user(_users(frame, schema.user, split), _times(frame, schema.time, split), split)
    elif split.by == "leave_last_out":
        user, times = _users(frame, schema.user, split), _times(frame, schema.time, split)
        parts = _leave_last_out(user, times, label == 1)
    else:
        parts = _given(frame, split)
    parts = {name: np.sort(parts[name]).astype(np.int64) for name in PARTS}
    _check(parts, label, split)
    return parts


def _column(frame: Table, name: str | None, what: str, split: Split) -> str:
    if name is None:
        raise DataError(
            say("A split by '{by}' needs a {what} column, and the schema names none.", by=split.by, what=what),
            say("Name the {what} column, or split at random.", what=what),
        )
    if name not in frame.columns:
        raise DataError(
            say("The table has no {what} column '{name}'.", what=what, name=name),
            say("Choose one of its columns, or split at random."),
        )
    return name


def _times(frame: Table, name: str | None, split: Split) -> npt.NDArray[np.float64]:
    name = _column(frame, name, "time", split)
    times = as_times(frame[name], name)
    return np.where(np.isnan(times), -np.inf, times)


def _users(frame: Table, name: str | None, split: Split) -> Index:
    return as_words(frame[_column(frame, name, "user", split)]).codes


def _cut(order: Index, split: Split) -> Parts:
    """The last rows of an order are the test, those before them validation."""
    n = len(order)
    test = n - round(n * split.test)
    valid = test - round(n * split.valid)
    return {"train": order[:valid], "valid": order[valid:test], "test": order[test:]}


def _by_user(user: Index, split: Split) -> Parts:
    rows_of = np.bincount(user[user >= 0])
    shuffled = np.random.default_rng(split.seed).permutation(len(rows_of))
    # A user belongs to the part in which the middle of its rows falls.
    middle = np.cumsum(rows_of[shuffled]) - rows_of[shuffled] / 2
    n = len(user)
    part_of_user = np.empty(len(rows_of), dtype=np.int64)
    part_of_user[shuffled] = np.where(
        middle <= n * split.test, 2, np.where(middle <= n * (split.test + split.valid), 1, 0)
    )
    part = np.append(part_of_user, 0)[user]
    return {name: np.flatnonzero(part == number) for number, name in enumerate(PARTS)}


def _by_time_per_user(user: Index, times: npt.NDArray[np.float64], split: Split) -> Parts:
    order = np.lexsort((np.arange(len(user)), times, user))
    ordered = user[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(user) else np.empty(0, np.int64)
    counts = np.diff(np.append(starts, len(user)))
    to_end = np.repeat(starts + counts, counts) - np.arange(len(user))  # 1 for a user's last row
    # A user's first row always trains.
    test = np.minimum(np.floor(counts * split.test + 0.5), counts - 1)
    valid = np.minimum(np.floor(counts * split.valid + 0.5), counts - 1 - test)
    in_test = to_end <= np.repeat(test, counts)
    in_valid = to_end <= np.repeat(test + valid, counts)
    part = np.where(ordered < 0, 0, np.where(in_test, 2, np.where(in_valid, 1, 0)))
    return {name: order[part == number] for number, name in enumerate(PARTS)}


def _leave_last_out(user: Index, times: npt.NDArray[np.float64], clicked: npt.NDArray[np.bool_]) -> Parts:
    users = int(user.max(initial=-1)) + 1
    rank = np.unique(times, return_inverse=True)[1].astype(np.int64)
    span = int(rank.max(initial=0)) + 1
    # The distinct times at which each user clicked, in the order of users and times.
    moments = np.unique((user * span + rank)[clicked & (user >= 0)])
    of_user = moments // span
    end = np.searchsorted(of_user, np.arange(users), side="right")
    enough = np.bincount(of_user, minlength=users) >= 3
    last, before = np.full(users + 1, span), np.full(users + 1, span)  # the last place is that of rows without a user
    last[:-1][enough] = moments[end[enough] - 1] % span
    before[:-1][enough] = moments[end[enough] - 2] % span
    part = np.where(rank >= last[user], 2, np.where(rank >= before[user], 1, 0))
    return {name: np.flatnonzero(part == number) for number, name in enumerate(PARTS)}


def _given(frame: Table, split: Split) -> Parts:
    name = _column(frame, split.column, "split", split)
    found = as_words(frame[name])
    meaning = [MEANING.get(str(text).strip().lower(), "") for text in found.words]
    used = found.counts > 0
    wrong = [text for text, part, occurs in zip(found.words, meaning, used, strict=True) if occurs and not part]
    if wrong or not found.known.all():
        raise DataError(
            say(
                "The split column '{name}' holds {value}.",
                name=name,
                value=f"the value {wrong[0]!r}" if wrong else "rows without a value",
            ),
            say("Every row must say train, valid or test."),
        )
    part = np.array([*meaning, ""], dtype=object)[found.codes]
    parts = {name: np.flatnonzero(part == name) for name in PARTS}
    if not len(parts["valid"]):
        shuffled = np.random.default_rng(split.seed).permutation(parts["train"])
        count = round(len(shuffled) * split.valid)
        parts["train"], parts["valid"] = shuffled[count:], shuffled[:count]
    return parts


def _check(parts: Parts, label: npt.NDArray[np.floating], split: Split) -> None:
    titles = {"train": say("training"), "valid": say("validation"), "test": say("test")}
    for name, rows in parts.items():
        if name == "test" and split.test == 0 and not len(rows):
            continue
        clicks = int((label[rows] == 1).sum())
        only = say("no click") if clicks == 0 else say("a click")
        if not len(rows):
            remedy = say("Use more rows, a larger share, or another way to split.")
            if name == "test":
                remedy = say("Use another way to split, or set the share of test rows to 0 to go without a test.")
            raise DataError(
                say("None of the {count:,} rows became {part} rows.", count=len(label), part=titles[name]), remedy
            )
        if clicks in (0, len(rows)):
            raise DataError(
                say(
                    "All {rows:,} {part} rows have the same label, {only}.",
                    rows=len(rows),
                    part=titles[name],
                    only=only,
                ),
                say("Check what counts as a click, use more rows, or split in another way."),
            )
