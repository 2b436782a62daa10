"""How a file of another system's scores is read: what the user may say. Free of pandas, for forms and the shell."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Meaning = Literal["probability", "logit", "order"]
ROW = "row"  # what this app calls the number of a row in its table, counted from 0


class OutsideChoices(BaseModel):
    """How a file of scores is read; what is not said is guessed."""

    model_config = ConfigDict(extra="forbid")

    id: list[str] = Field(
        default_factory=list,
        description="columns that together name a row of the table; a single one that is called 'row', or that the "
        "table does not have, holds the row's number, counted from 0",
    )
    score: str | None = Field(None, description="column of the scores")
    meaning: Meaning | None = Field(
        None,
        description="probability: within 0 and 1; logit: its sigmoid is the probability; order: a higher one is rather "
        "a click, and nothing else",
    )
