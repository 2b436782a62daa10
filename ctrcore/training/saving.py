"""A model on disk: `model.safetensors` (weights) and `model.json` (config and fields). No pickle."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import BaseModel
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ctrcore.errors import RunError
from ctrcore.models.base import CTRModel
from ctrcore.models.config import AnyModelConfig
from ctrcore.models.registry import build
from ctrcore.schema import EncodedField


class ModelCard(BaseModel):
    """What is needed to build the model again before its weights are loaded."""

    config: AnyModelConfig
    fields: list[EncodedField]


def save_model(folder: Path, model: CTRModel) -> None:
    """Write the model into the folder; each file is replaced as a whole."""
    card = ModelCard(config=model.config, fields=model.fields)
    text, weights = folder / "model.json", folder / "model.safetensors"
    temporary = weights.with_suffix(".tmp")
    save_file({name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}, temporary)
    os.replace(temporary, weights)
    temporary = text.with_suffix(".tmp")
    temporary.write_text(card.model_dump_json(indent=1), encoding="utf-8")
    os.replace(temporary, text)


def load_model(folder: Path) -> CTRModel:
    """The saved model on the CPU, in eval mode, wherever it was trained.

    Raises:
        RunError: the files are missing or do not fit each other.
    """
    try:
        card = ModelCard.model_validate_json((folder / "model.json").read_text(encoding="utf-8"))
        model = build(card.config, card.fields)
        model.load_state_dict(load_file(folder / "model.safetensors"))
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise RunError("The saved model cannot be read.", "Train the run again, or import it again.") from error
    return model.eval()
