"""The settings of each model. Free of torch: forms and the command line are made from them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.language import mark

HiddenUnits = tuple[Annotated[int, Field(ge=1, le=4096)], ...]


class ModelConfig(BaseModel):
    """What every model has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: ClassVar[str]

    embedding_size: int = Field(10, ge=1, le=256, description=mark("numbers per embedding vector (k)"))
    init_std: float = Field(0.01, gt=0, le=1, description=mark("standard deviation of the initial embeddings"))


class LRConfig(ModelConfig):
    """Logistic regression: the floor every table needs."""

    title: ClassVar[str] = "LR"
    name: Literal["lr"] = "lr"


class FMConfig(ModelConfig):
    """Factorization machine (Rendle 2010)."""

    title: ClassVar[str] = "FM"
    name: Literal["fm"] = "fm"
    hidden_units: HiddenUnits = Field(
        (),
        description=mark("hidden layers after the interactions; with any, the explanation is no longer an exact sum"),
    )
    dropout: float = Field(0.0, ge=0, lt=1, description=mark("dropout in the hidden layers"))


class AFMConfig(ModelConfig):
    """Attentional factorization machine (Xiao et al. 2017)."""

    title: ClassVar[str] = "AFM"
    name: Literal["afm"] = "afm"
    attention_size: int = Field(16, ge=1, le=512, description=mark("hidden units of the attention network (t)"))
    attention_dropout: float = Field(0.0, ge=0, lt=1, description=mark("dropout on the attention weights"))
    dropout: float = Field(0.0, ge=0, lt=1, description=mark("dropout on the pooled vector"))
    attention_l2: float = Field(0.0, ge=0, le=100, description=mark("L2 on the attention matrix W"))
    scale_by_pairs: bool = Field(
        False, description=mark("start p larger by the root of the number of pairs, whose mean it weighs")
    )


class FiBiNETConfig(ModelConfig):
    """Feature importance and bilinear interaction (Huang, Zhang, Zhang 2019)."""

    title: ClassVar[str] = "FiBiNET"
    name: Literal["fibinet"] = "fibinet"
    reduction: int = Field(3, ge=1, le=64, description=mark("squeeze: fields per hidden unit of the SENet"))
    excitation: Literal["sigmoid", "relu"] = Field(
        "sigmoid", description=mark("gate activation; 'relu' is the paper's")
    )
    bilinear: Literal["field_all", "field_each", "field_interaction"] = Field(
        "field_interaction", description=mark("bilinear matrices: one for all, one per left field, one per pair")
    )
    product: Literal["hadamard", "inner"] = Field(
        "hadamard", description=mark("k numbers per pair, or their sum: one number per pair")
    )
    hidden_units: HiddenUnits = Field((128, 64), description=mark("hidden layers; none is the paper's shallow variant"))
    dropout: float = Field(0.0, ge=0, lt=1, description=mark("dropout in the hidden layers"))
    batch_norm: bool = Field(True, description=mark("batch normalisation in the hidden layers"))


class DINConfig(ModelConfig):
    """Deep interest network (Zhou et al. 2018)."""

    title: ClassVar[str] = "DIN"
    name: Literal["din"] = "din"
    scorer: Literal["mlp", "dot"] = Field("mlp", description=mark("how a behaviour is scored against the candidate"))
    softmax: bool = Field(False, description=mark("normalise the scores over the behaviours; the paper does not"))
    attention_units: HiddenUnits = Field((80, 40), description=mark("hidden layers of the scorer"))
    activation: Literal["dice", "prelu", "relu"] = Field(
        "dice", description=mark("activation of scorer and output layers")
    )
    hidden_units: HiddenUnits = Field((200, 80), description=mark("hidden layers of the output"))
    dropout: float = Field(0.0, ge=0, lt=1, description=mark("dropout in the output layers"))
    batch_norm: bool = Field(False, description=mark("batch normalisation in the output layers"))


AnyModelConfig = Annotated[LRConfig | FMConfig | AFMConfig | FiBiNETConfig | DINConfig, Field(discriminator="name")]
CONFIGS: dict[str, type[ModelConfig]] = {
    "lr": LRConfig,
    "fm": FMConfig,
    "afm": AFMConfig,
    "fibinet": FiBiNETConfig,
    "din": DINConfig,
}
