"""Plain CSV files that are known by their names or their few columns: ratings, and given parts of impressions."""

from __future__ import annotations

from dataclasses import replace

from ctrcore.data.guesses.names import LABELS, words_of
from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.layout import (
    ITEM_ID,
    RATING,
    USER_ID,
    Layout,
    given_parts,
    list_names,
    rating_threshold,
    says_yes_or_no,
    timestamp,
    with_parts,
)
from ctrcore.data.layouts.plan import Hints, Part, Plan
from ctrcore.data.logs.choices import LogChoices
from ctrcore.schema import Column

NEEDED = {"user_id", "item_id"}
KNOWN = NEEDED | {"rating", "label", "timestamp"}
SEQUENCE = "^"


def recognise_interactions(files: Files) -> Plan | None:
    """user_id and item_id with a rating or a label, perhaps a timestamp, and nothing else."""
    rows = files.one(_holds_interactions)
    if rows is None:
        return None
    return Plan(
        layout="interactions_csv",
        title="Ratings or clicks by users and items",
        why=f"{list_names([rows])} has the columns {', '.join(rows.names)} and no others.",
        rows=Part(rows.path),
        user_key="user_id",
        item_key="item_id",
        hints=_hints(rows),
    )


def _holds_interactions(head: Head) -> bool:
    names = set(head.names)
    return (
        names <= KNOWN
        and names >= NEEDED
        and (says_yes_or_no(head.column("label")) or rating_threshold(head.column("rating")) is not None)
    )


def _hints(rows: Head) -> Hints:
    time = "timestamp" if "timestamp" in rows.names else None
    label = Column(name="label", kind="ignore", reason="It says whether the row was a click.")
    plain = Hints(user="user_id", item="item_id", time=time, columns=(USER_ID, ITEM_ID, RATING, timestamp(), label))
    if says_yes_or_no(rows.column("label")):
        return replace(plain, label="label")
    threshold = rating_threshold(rows.column("rating"))
    assert threshold is not None
    note = f"A rating of {threshold:g} or more counts as a click, and the user's lower ratings are rows without one."
    if time is None:
        return replace(plain, label="rating", threshold=threshold, notes=(note,))
    log = LogChoices(
        user="user_id", item="item_id", time=time, rating="rating", rating_threshold=threshold, negatives="given"
    )
    return replace(plain, log=log, notes=(note,))


def recognise_parts(files: Files) -> Plan | None:
    """Files called train, valid and test with the same columns, one of them a label."""
    heads = files.all(lambda head: head.part is not None and label_of(head) is not None)
    parts = given_parts(heads) if heads else {}
    if len(parts) < 2 or any(head.names != parts["train"].names for head in parts.values()):
        return None
    rows = parts["train"]
    label = str(label_of(rows))
    like = Part(rows.path)
    plan = Plan(
        layout="given_parts",
        title="Training, validation and test files",
        why=f"{list_names(list(parts.values()))} have the same columns, among them the label '{label}'.",
        rows=like,
        hints=Hints(
            label=label,
            columns=(
                Column(name=label, kind="ignore", reason="It says whether the row was a click."),
                *sequences(rows),
            ),
            notes=("The rows are trained, chosen and tested on as the files divide them.",),
        ),
    )
    return with_parts(plan, parts, like)


def label_of(head: Head) -> str | None:
    """The column that is called a label and says yes or no."""
    plain = {"_".join(words_of(name)): name for name in reversed(head.names)}
    named = [plain[name] for name in LABELS if name in plain]
    return next((name for name in named if len(head.names) > 2 and says_yes_or_no(head.column(name))), None)


def sequences(head: Head) -> list[Column]:
    """Columns whose cells hold several values with '^' between them: histories of the column they share values with.

    Several histories must be equally long in every row; one that is not is taken for a set of values.
    """
    found: list[Column] = []
    lengths: list[int] | None = None
    cells = {name: head.column(name) for name in head.names}
    single = {name: set(values) for name, values in cells.items() if not any(SEQUENCE in value for value in values)}
    for name, values in cells.items():
        if name in single or not values:
            continue
        members = [value.split(SEQUENCE) for value in values]
        own = [len(row) for row in members]
        of = _shares_values(name, {member for row in members for member in row}, single)
        start = f"Its cells hold several values with '{SEQUENCE}' between them"
        if of is not None and lengths in (None, own):
            lengths = own
            reason = f"{start}. They occur in '{of}' too, so they are the user's past values of it."
            found.append(Column(name=name, kind="history", role="user", of=of, delimiter=SEQUENCE, reason=reason))
            found.append(
                Column(name=of, kind="categorical", role="item", reason=f"The column '{name}' holds past values of it.")
            )
        else:
            found.append(Column(name=name, kind="multi_value", delimiter=SEQUENCE, reason=f"{start}."))
    return list({column.name: column for column in found}.values())


def _shares_values(name: str, members: set[str], single: dict[str, set[str]]) -> str | None:
    """The column with the most of the members among its values: a tenth at least, or half if the name differs."""
    words = set(words_of(name)) - {"id", "ids", "list", "user"}
    best = (0.0, "")
    for other, values in single.items():
        share = len(members & values) / len(members)
        alike = bool(words & (set(words_of(other)) - {"id", "user"}))
        if share >= (0.1 if alike else 0.5) and not says_yes_or_no(sorted(values)):
            best = max(best, (share + alike, other))
    return best[1] or None


LAYOUTS = {
    "interactions_csv": Layout(
        "Ratings or clicks by users and items",
        "A table of user_id and item_id with a rating or a label, perhaps a timestamp, and nothing else.",
        recognise_interactions,
    ),
    "given_parts": Layout(
        "Training, validation and test files",
        "Two or three files called train, valid and test with the same columns and a label, as FuxiCTR takes them.",
        recognise_parts,
    ),
}
