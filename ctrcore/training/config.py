"""How a model is trained. Free of torch: forms and the command line are made from it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.language import mark

AUGMENTATIONS = ("feature_dropout", "cold_start", "history_crop", "history_mask", "history_reorder")


class TrainConfig(BaseModel):
    """Optimisation, regularisation and stopping."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    epochs: int = Field(20, ge=1, le=1000, description=mark("passes over the training rows, at most"))
    batch_size: int = Field(1024, ge=1, le=1_000_000, description=mark("rows per step"))
    learning_rate: float = Field(1e-3, gt=0, le=10, description=mark("initial learning rate"))
    optimizer: Literal["adam", "adamw"] = Field(
        "adam", description=mark("AdamW decays weights apart from the gradient")
    )
    weight_decay: float = Field(
        0.0, ge=0, le=10, description=mark("the optimizer's own weight decay, on every parameter")
    )
    l2: float = Field(
        0.0,
        ge=0,
        le=100_000,
        description=mark("L2 on the looked-up embedding rows, each row's share divided by its frequency"),
    )
    loss: Literal["log_loss", "focal"] = Field("log_loss", description=mark("focal loss gives hard rows more weight"))
    focal_gamma: float = Field(2.0, ge=0, le=10, description=mark("focal loss: how strongly easy rows are played down"))
    positive_weight: float = Field(1.0, gt=0, le=10_000, description=mark("weight of a clicked row against another"))
    feature_dropout: float = Field(0.0, ge=0, lt=1, description=mark("share of ids replaced by 'unknown' in training"))
    cold_start: float = Field(
        0.0,
        ge=0,
        le=1,
        description=mark("share of training rows whose user and item ids become 'unknown' together; histories stay"),
    )
    history_crop: float = Field(
        0.0,
        ge=0,
        le=1,
        description=mark("share of training rows that keep only a random contiguous part of their history"),
    )
    history_mask: float = Field(
        0.0, ge=0, lt=1, description=mark("share of the behaviours in a history replaced by 'unknown' in training")
    )
    history_reorder: float = Field(
        0.0,
        ge=0,
        le=1,
        description=mark(
            "share of training rows in which a random part of the history is shuffled; only models that read "
            "the order feel it, and DIN does not"
        ),
    )
    patience: int = Field(
        3, ge=0, le=1000, description=mark("epochs without a better validation AUC before stopping; 0: never")
    )
    plateau_patience: int = Field(
        1, ge=0, le=1000, description=mark("epochs without a better AUC before the rate is reduced")
    )
    plateau_factor: float = Field(
        0.5, gt=0, le=1, description=mark("the learning rate is multiplied by it; 1: never reduced")
    )
    gradient_clip: float = Field(0.0, ge=0, le=1e6, description=mark("largest gradient norm; 0: not clipped"))
    lazy_rows: Literal["auto", "yes", "no"] = Field(
        "auto",
        description=mark(
            "Adam moves only the embedding rows of the batch; 'auto': in tables much larger than what a batch looks up"
        ),
    )
    precision: Literal["float32", "bfloat16"] = Field(
        "float32",
        description=mark(
            "of the layers after the embeddings while training; bfloat16 is faster where the processor computes with it"
        ),
    )
    seed: int = Field(1, ge=0, le=2**31 - 1, description=mark("seed of initialisation, shuffling and dropout"))
    device: str = Field("auto", description=mark("auto, cpu, cuda, mps, ...; CTR_DEVICE overrides it"))
