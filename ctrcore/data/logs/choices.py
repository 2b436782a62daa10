"""The choices between a behaviour log and impressions, as one JSON value."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.language import mark

Negatives = Literal["given", "uniform", "popularity", "hard"]


class LogChoices(BaseModel):
    """What a log's columns mean, and how its events become labelled rows with histories."""

    model_config = ConfigDict(extra="forbid")

    user: str = Field(description=mark("column that says who"))
    item: str = Field(description=mark("column that says with which item"))
    time: str = Field(description=mark("column that says when; events of one time are not before each other"))
    action: str | None = Field(None, description=mark("column that says what was done, for example view or purchase"))
    rating: str | None = Field(None, description=mark("column with a rating"))
    session: str | None = Field(None, description=mark("column that says in which visit"))

    positive_actions: list[str] = Field(
        default_factory=list, description=mark("actions that count as a click; empty: every action does")
    )
    rating_threshold: float | None = Field(
        None, description=mark("ratings from here on count as a click; none: all do")
    )

    negatives: Negatives = Field(
        "uniform",
        description=mark(
            "given: the log's other events, but those that a click on the item answers; or drawn for each "
            "click: uniform: any item of the log alike; popularity: items by how often the whole log has them clicked; "
            "hard: items of the same category, and any item for a click whose category has none left"
        ),
    )
    per_positive: int = Field(
        4, ge=1, le=100, description=mark("different items drawn for each click, if there are so many")
    )
    category: str | None = Field(None, description=mark("'hard' only: the item column whose value a negative shares"))
    avoid_later: bool = Field(
        True, description=mark("never draw an item that the user clicks later either, not only those clicked before")
    )

    history_actions: list[str] = Field(
        default_factory=list, description=mark("actions that a history remembers; empty: those that count as a click")
    )
    history_columns: list[str] = Field(
        default_factory=list, description=mark("item columns remembered of each behaviour beside the item itself")
    )
    history_with_action: bool = Field(False, description=mark("remember with each behaviour which action it was"))
    history_length: int = Field(50, ge=1, le=1000, description=mark("behaviours remembered, the most recent ones"))

    min_user_events: int = Field(1, ge=1, description=mark("users with fewer events are left out, again and again"))
    min_item_events: int = Field(1, ge=1, description=mark("items with fewer events are left out, again and again"))
    first_clicks: int = Field(
        0, ge=0, le=1000, description=mark("clicks of each user that only fill the history and make no rows")
    )
    seed: int = Field(0, ge=0, description=mark("seed of the drawn negatives"))
