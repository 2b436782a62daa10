"""What a report may be asked for."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.language import Spoken, mark

Tests = Literal["auto", "delong", "clustered", "bootstrap", "users"]
SectionName = Literal["data", "settings", "metrics", "tests", "curves", "differences", "users", "inside"]
SECTIONS: Spoken[SectionName] = Spoken(
    {
        "data": mark("The data"),
        "settings": mark("How the models were trained"),
        "metrics": mark("How good they are, and at what cost"),
        "tests": mark("Is the difference more than chance?"),
        "curves": mark("Curves"),
        "differences": mark("Where they differ"),
        "users": mark("Ranking for each user"),
        "inside": mark("What the models look at"),
    }
)


class Options(BaseModel):
    """The choices for one report."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str = Field("", max_length=200, description="title of the report; empty: made from the dataset's name")
    tests: Tests = Field(
        "auto",
        description="how differences are tested: DeLong by rows or by users ('clustered'), bootstrap of rows or of "
        "whole users; 'auto': DeLong, by users where they have several rows",
    )
    replicates: int = Field(1000, ge=100, le=10_000, description="bootstrap: how often the rows are drawn anew")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="bootstrap: seed of the draws")
    rows: bool = Field(False, description="show single rows of the data: those that the models disagree on most")
    sections: tuple[SectionName, ...] = Field(tuple(SECTIONS), min_length=1, description="what the report contains")
