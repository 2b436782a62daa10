"""What is said of another system's scores: how its file was read, and what of it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctrcore.language import mark, say
from ctrcore.runs.outside_choices import Meaning

if TYPE_CHECKING:
    from ctrcore.runs.outside import Manifest

_TAKEN: dict[Meaning, str] = {
    "probability": mark("Rows were found by {columns}, the score '{score}' was taken as a probability."),
    "logit": mark("Rows were found by {columns}, the score '{score}' was taken as a logit."),
    "order": mark("Rows were found by {columns}, the score '{score}' was taken as an order only."),
}


def notes(told: Manifest) -> list[str]:
    """A sentence each on how the file was read and on what does not count as it stands."""
    from ctrcore.runs.outside_guesses import reason_in_words  # needs pandas, which the help of the shell does without

    columns = say(", ").join(f"'{name}'" for name in told.id_columns)
    found = say(_TAKEN[told.meaning], columns=columns, score=told.score)
    reason = reason_in_words(told.meaning, told.score, told.reason)
    lines = [
        f"{found} {reason}".strip(),
        say("{judged:,} of {of:,} {part} rows have a score.", judged=told.judged, of=told.of, part=say(told.part)),
    ]
    if told.unknown:
        lines.append(say("{rows:,} rows of the file are not in the table.", rows=told.unknown))
    if told.training:
        lines.append(
            say(
                "{rows:,} rows of the file are rows that models learn from: they were left out.",
                rows=told.training,
            )
        )
    if told.clipped:
        lines.append(
            say(
                "{count:,} probabilities of exactly 0 or 1 count as 1e-15 and 1 - 1e-15: each of them "
                "on the wrong side adds 34.5 to the sum behind the log-loss.",
                count=told.clipped,
            )
        )
    if told.tied:
        lines.append(
            say(
                "{count:,} different scores became equal to another one, because they are kept as 32-bit "
                "logits: these rows count as ties.",
                count=told.tied,
            )
        )
    return lines
