"""What a layout is, and the small things that several layouts say alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ctrcore.data.formats.headers import FOUND_OUT
from ctrcore.data.layouts.heads import Files, Head
from ctrcore.data.layouts.plan import Part, Plan, Reader, TextFormat, Tidy
from ctrcore.schema import Column

LARGE = 20_000_000  # bytes of text
GZIP_FACTOR = 4  # about what text shrinks by
USER_ID = Column(name="user_id", kind="categorical", role="user", reason="Its values say which user the row is about.")
ITEM_ID = Column(name="item_id", kind="categorical", role="item", reason="Its values say which item the row is about.")
RATING = Column(
    name="rating", kind="ignore", reason="A rating is given after the click, so a model that predicts the click may "
    "not see it."
)  # fmt: skip
TITLE = Column(
    name="title", kind="ignore", role="item", reason="It is the item's name, which is shown but not learned from."
)


@dataclass(frozen=True)
class Layout:
    """A way in which files are known to be written.

    Attributes:
        title: its name to show.
        about: one sentence on what it is.
        recognise: how to read the files, or None if they are not written so. Looks only at names and first bytes.
    """

    title: str
    about: str
    recognise: Callable[[Files], Plan | None]


def timestamp(unit: str = "seconds") -> Column:
    """The column `timestamp` of a log."""
    return Column(name="timestamp", kind="ignore", reason=f"Its numbers are {unit} since 1970: it orders the rows.")


def is_large(head: Head) -> bool:
    """True for a file of many rows, judged by its bytes."""
    return head.size * (GZIP_FACTOR if head.name.lower().endswith(".gz") else 1) > LARGE


def given_parts(heads: Sequence[Head]) -> dict[str, Head]:
    """The training, validation and test files among files of one form, told apart by words of their names.

    Returns:
        At least 'train'. Only that, the first file, unless exactly one file is called so.
    """
    named = {part: [head for head in heads if head.part == part] for part in ("train", "valid", "test")}
    if len(named["train"]) != 1:
        return {"train": heads[0]}
    return {part: found[0] for part, found in named.items() if len(found) == 1}


def left_out(heads: Sequence[Head], used: Sequence[Head]) -> tuple[str, ...]:
    """A note that names the files of the same form that the plan does not read; none if there are none."""
    rest = [head for head in heads if head not in used]
    if not rest:
        return ()
    shown = list_names(rest[:3]) + (f" and {len(rest) - 3:,} more" if len(rest) > 3 else "")
    return (
        f"Of several files of this form only {list_names(used)} {'is' if len(used) == 1 else 'are'} read, not {shown}.",
    )


def side(
    head: Head | None, text: TextFormat = FOUND_OUT, read: Reader | None = None, tidy: Tidy | None = None
) -> Part | None:
    """The part of a plan that a file of users or items is, if there is such a file."""
    return None if head is None else Part(head.path, text, read, tidy)


def with_parts(plan: Plan, parts: dict[str, Head], like: Part) -> Plan:
    """The plan with its validation and test files, which are read like `like`."""

    def part(name: str) -> Part | None:
        return replace(like, path=parts[name].path) if name in parts else None

    return replace(plan, valid=part("valid"), test=part("test"))


def says_yes_or_no(cells: Sequence[str]) -> bool:
    """True if all cells are 0 or 1, and there are any."""
    return bool(cells) and set(cells) <= {"0", "1", "0.0", "1.0", "-1"}


def rating_threshold(cells: Sequence[str]) -> float | None:
    """The grade three quarters of the way up, 4 of 1 to 5: from it on a rating speaks for the item.

    None if the cells are no numbers or all the same.
    """
    try:
        grades = np.unique(np.array(cells, dtype=np.float64))
    except ValueError:
        return None
    if len(grades) < 2 or not np.isfinite(grades).all():
        return None
    return float(grades[grades >= grades[0] + 0.75 * (grades[-1] - grades[0]) - 1e-9][0])


def list_names(heads: Sequence[Head]) -> str:
    """'a, b and c' of the files' names, as they come in sentences."""
    names = [f"'{head.name.rsplit('/', 1)[-1][:60]}'" for head in heads]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
