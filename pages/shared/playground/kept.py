"""The shops that are being learnt, shared, and each visitor's model in training, never shared."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from ctrcore.data.tiny_shop import TinyConfig
from pages.shared.playground.controls import Settings

if TYPE_CHECKING:
    from ctrcore.learn.playground_ground import Ground
    from ctrcore.learn.playground_training import Learner

MOST_LEARNERS = 64
MOST_BEFORE = 2
_TOKEN, _BEFORE, _ANEW = "playground-visitor", "playground-before", "playground-anew"


@dataclass(frozen=True)
class Before:
    """The curve of a model that learnt this shop before: columns epoch and valid_auc."""

    shop: TinyConfig
    model: str
    curve: pd.DataFrame


class Learners:
    """The models in training by visitor. The one that was not asked for longest goes when there are too many."""

    def __init__(self, most: int = MOST_LEARNERS) -> None:
        self.most = most
        self._lock = Lock()
        self._kept: OrderedDict[str, Learner] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, visitor: str) -> Learner | None:
        """The visitor's model, if it is still there."""
        with self._lock:
            if visitor in self._kept:
                self._kept.move_to_end(visitor)
            return self._kept.get(visitor)

    def put(self, visitor: str, learner: Learner | None) -> None:
        """Take the visitor's new model in place of the old one; None for no model."""
        with self._lock:
            self._kept.pop(visitor, None)
            if learner is not None:
                self._kept[visitor] = learner
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)


def learner_of(settings: Settings) -> Learner:
    """This visitor's model with these settings: the one in training if it has them, else a new one."""
    from ctrcore.learn.playground_training import Learner, Training

    wanted = Training(settings.learning_rate, settings.l2, settings.batch_size, settings.start)
    kept = learners().get(_visitor())
    if kept is not None and (kept.ground.config, kept.name) == (settings.shop, settings.model):
        if kept.training == wanted:
            return kept
        if (kept.training.batch_size, kept.training.seed) == (wanted.batch_size, wanted.seed):
            kept.adjust(wanted)
            return kept
    _leave(kept)
    fresh = Learner(ground_of(settings.shop.model_dump_json()), settings.model, wanted)
    learners().put(_visitor(), fresh)
    return fresh


def before(settings: Settings) -> dict[str, pd.DataFrame]:
    """The last curves of other models in this shop, by model."""
    curves: list[Before] = st.session_state.get(_BEFORE, [])
    return {one.model: one.curve for one in curves if one.shop == settings.shop and one.model != settings.model}


def anew() -> bool:
    """Whether the model took the place of one that had learnt something."""
    return bool(st.session_state.get(_ANEW))


def forget() -> None:
    """Start over: the visitor's model goes."""
    st.session_state[_ANEW] = False
    learners().put(_visitor(), None)


def _leave(learner: Learner | None) -> None:
    """Keep the curve of a model that another one takes the place of."""
    st.session_state[_ANEW] = learner is not None and learner.step > 0
    if learner is None or not learner.step or learner.diverged:
        return
    shop, model = learner.ground.config, learner.name
    others = [one for one in st.session_state.get(_BEFORE, []) if one.shop == shop and one.model != model]
    curve = pd.DataFrame(learner.curve)[["epoch", "valid_auc"]]
    st.session_state[_BEFORE] = [*others, Before(shop, model, curve)][-MOST_BEFORE:]


@st.cache_resource(show_spinner=False)
def learners() -> Learners:
    """All models in training on this server."""
    return Learners()


@st.cache_resource(show_spinner=False, max_entries=16)
def ground_of(config: str) -> Ground:
    """The shop with these knobs, as JSON. Read only."""
    from ctrcore.learn.playground_ground import make_ground

    return make_ground(TinyConfig.model_validate_json(config))


def _visitor() -> str:
    token: str = st.session_state.setdefault(_TOKEN, secrets.token_hex(16))
    return token
