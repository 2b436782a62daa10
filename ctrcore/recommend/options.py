"""How lists are made. Free of torch: the command line is made from it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Options(BaseModel):
    """How a list is made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recall_size: int = Field(200, ge=0, le=10_000, description="items with the highest score of the recall model")
    popular_size: int = Field(20, ge=0, le=10_000, description="items with the most clicks in the training rows")
    top_k: int = Field(10, ge=1, le=1_000, description="length of the list")
    leave_out_seen: bool = Field(True, description="leave out items that are in the user's history")
