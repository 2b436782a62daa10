"""What to train: the one value that a form, the command line and a saved run have in common."""

from __future__ import annotations

import re
import secrets
import time
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.data.recipe import Recipe
from ctrcore.errors import RunError
from ctrcore.models.config import AnyModelConfig
from ctrcore.training.config import TrainConfig

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

Tag = Annotated[str, Field(max_length=60)]


class RunSpec(BaseModel):
    """A model, its training, and the data it learns from."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    name: str = Field("", max_length=200, description="what the run is called; empty: the model's title")
    dataset: str = Field(max_length=64, description="id of the dataset")
    recipe: Recipe
    model: AnyModelConfig
    training: TrainConfig = TrainConfig()
    tags: list[Tag] = Field(default_factory=list, max_length=50, description="words to find the run by")

    @property
    def title(self) -> str:
        """The name to show."""
        return self.name or self.model.title


def new_id() -> str:
    """A fresh id: sorts by time, and no two are equal."""
    return time.strftime("%Y%m%d-%H%M%S-") + secrets.token_hex(4)


def is_id(value: str) -> bool:
    """True if it can be nothing else than a folder's name of ours."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def checked_id(value: str, what: str = "run") -> str:
    """The id itself, if it can be nothing else than a folder's name.

    Raises:
        RunError: for anything that might lead to another place. Ids come from addresses, so from anybody.
    """
    if not is_id(value):
        raise RunError(f"There is no such {what}: the id is not valid.", "Choose one from the list.")
    return value
