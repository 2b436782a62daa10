"""Real models, small enough to be read: six fields, k = 4, trained on the tiny shop while the reader waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.tiny_shop import TinyConfig, TinyShop, tiny_shop
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS, ModelConfig
from ctrcore.models.registry import build
from ctrcore.training.config import TrainConfig
from ctrcore.training.events import Event
from ctrcore.training.trainer import train

K = 4
_SMALL: dict[str, dict[str, object]] = {  # so few numbers that they fit on a screen
    "afm": {"attention_size": 4, "init_std": 0.3, "scale_by_pairs": True},
    "fibinet": {"hidden_units": (8,), "reduction": 2},
    "din": {"attention_units": (8,), "hidden_units": (8,), "activation": "prelu"},
}
_TRAINING = TrainConfig(epochs=12, batch_size=128, learning_rate=0.02, patience=4, device="cpu")


@dataclass(frozen=True)
class Tiny:
    """A tiny shop and a model of it.

    Attributes:
        shop: the rows and their truth.
        prepared: the rows as the model reads them; `prepared.test.row` leads back to the shop's rows.
        model: in eval mode.
    """

    shop: TinyShop
    prepared: Prepared
    model: CTRModel

    @property
    def encoder(self) -> Encoder:
        """Between values and ids."""
        return self.prepared.encoder

    @property
    def rows(self) -> Encoded:
        """Test rows, from which a lesson picks its example."""
        return self.prepared.test


def tiny_config(name: str, **options: object) -> ModelConfig:
    """The model's settings at the size of a lesson; options go before the lesson's own."""
    return CONFIGS[name].model_validate({"embedding_size": K, "init_std": 0.1} | _SMALL.get(name, {}) | options)


def untrained(name: str, shop: TinyShop, seed: int = 1, **options: object) -> Tiny:
    """The model before its first step."""
    prepared = prepare(shop.rows, shop.recipe())
    return Tiny(shop, prepared, build(tiny_config(name, **options), prepared.encoder.fields, seed=seed).eval())


def learning(tiny: Tiny, training: TrainConfig | None = None) -> Iterator[Event]:
    """Train in place, event by event; at the end the model holds its best epoch."""
    yield from train(tiny.model, tiny.prepared.train, tiny.prepared.valid, training or _TRAINING)


def trained(name: str, config: TinyConfig, seed: int = 1, **options: object) -> Tiny:
    """A model of this shop, trained; takes a second or two."""
    tiny = untrained(name, tiny_shop(config), seed, **options)
    for _ in learning(tiny):
        pass
    return tiny
