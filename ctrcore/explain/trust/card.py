"""The card of a run: all checks of all its pictures over a sample of judged rows, made once and kept as JSON.

Free of torch until a card is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.errors import DataError
from ctrcore.explain.trust.check import DEFINITIONS, MODEL, Check

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.data.encoding import Encoder
    from ctrcore.data.preparing import Prepared
    from ctrcore.explain.trust.truth import PlantedTruth
    from ctrcore.models.base import CTRModel

Progress = Callable[[float, str], None]
Retrain = Callable[[int, bool], "CTRModel"]  # a short training with this seed, on shuffled labels if True


class TrustOptions(BaseModel):
    """What a card is made with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = Field(0, ge=0, le=2**31 - 1, description="seed of samples, random orders and intervals")
    rows: int = Field(500, ge=20, le=100_000, description="judged rows that the checks are made on, at most")
    retrain: bool = Field(False, description="train short models as well: on shuffled labels, and with other seeds")


class Card(BaseModel):
    """What the checks found; verdicts are made when it is shown."""

    model_config = ConfigDict(extra="forbid")

    run: str = Field(description="id of the run")
    name: str = Field(description="what the run is called")
    model: str = Field(description="its model's title")
    methods: dict[str, list[Check]] = Field(
        description="checks by method, its own weights first; at last under 'model' those that are asked of the model "
        "and its rows and not of a picture: T0, T10 and T14"
    )
    curves: dict[str, dict[str, Any]] = Field(description="by method: deletion and insertion, see `curves.drawn`")
    planted: dict[str, Any] | None = Field(None, description="the planted truth's scoreboard, where there is one")
    options: TrustOptions
    rows: int = Field(description="judged rows in the sample")
    judged: int = Field(description="judged rows there are")
    background: str = Field(description="what stands for a field that is left out")
    background_rows: list[int] = Field(description="its rows, by their place in the source table")
    seconds: float = Field(description="how long it took")
    made: float = Field(description="when, in seconds since the epoch")


class Opened(Protocol):
    """A run, opened (`ctrcore.runs.opening.Opened`)."""

    @property
    def run(self) -> Any: ...
    @property
    def model(self) -> CTRModel: ...
    @property
    def encoder(self) -> Encoder: ...
    @property
    def prepared(self) -> Prepared: ...
    @property
    def judged(self) -> Encoded: ...


def make_card(
    opened: Opened,
    options: TrustOptions,
    progress: Progress | None = None,
    *,
    siblings: Sequence[CTRModel] = (),
    retrain: Retrain | None = None,
    truth: PlantedTruth | None = None,
) -> Card:
    """All checks of a run.

    Args:
        opened: the run.
        options: sample, seed, and whether to train.
        progress: told the share done and what comes next; what it raises ends the work.
        siblings: models of runs that differ from this one only in the seed.
        retrain: trains a short model; needed if `options.retrain`.
        truth: of simulated data.
    """
    from ctrcore.explain.trust.making import Making
    from ctrcore.explain.trust.methods import methods_of

    begun, methods = time.perf_counter(), methods_of(opened.model)
    told = progress or _silent
    making = Making(opened, options, told, retrain if options.retrain else None)
    of_model = making.of_model()
    checks, curves = making.checks(methods)
    told(making.end, "comparing with other models")
    for method, found in making.of_training(methods, siblings).items():
        checks[method] += found
    told(0.96, "looking for the planted truth")
    planted, why = None, "Nobody knows the truth behind these data; simulated data have one."
    try:
        planted = making.planted(truth)
    except DataError as error:
        why = str(error)
    order = list(DEFINITIONS)
    for found in checks.values():
        found.append(_planted_check(planted, why))
        found.sort(key=lambda check: order.index(check.id))
    return Card(
        run=opened.run.id,
        name=opened.run.name,
        model=opened.model.config.title,
        methods=checks | {MODEL: of_model},
        curves=curves,
        planted=planted,
        options=options,
        rows=len(making.rows),
        judged=len(opened.judged),
        background=making.background.name,
        background_rows=making.background.rows.row.tolist(),
        seconds=time.perf_counter() - begun,
        made=time.time(),
    )


def _silent(done: float, message: str) -> None:
    """Nobody watches."""


def _planted_check(planted: dict[str, Any] | None, why: str) -> Check:
    """T12: what stands in the scoreboard, in a sentence; `why` there is none."""
    if planted is None:
        return Check(id="T12", says=why)
    parts = []
    if pairs := planted.get("pairs"):
        parts += [
            f"planted pairs rank {', '.join(map(str, pairs[name]['ranks']))} of {pairs['count']} by {name}"
            for name in ("contribution", "attention")
            if pairs.get(name)
        ]
    if fields := planted.get("fields"):
        parts += [
            f"{name} orders the fields with a correlation of {value:.2f} to their true effect"
            for name, value in fields["spearman"].items()
            if value is not None
        ]
    if behaviours := planted.get("behaviours"):
        parts += [
            f"{name} finds relevant behaviours with AUC {area:.2f} and the right sign in {sign:.0%}"
            for name, area in behaviours["row_auc"].items()
            if area is not None and (sign := behaviours["sign_accuracy"].get(name)) is not None
        ]
    if not parts:
        return Check(id="T12", says="The model shows no pairs, gates or behaviours that the truth speaks of.")
    said = "; ".join(parts)
    return Check(id="T12", rows=planted["rows"], says=said[:1].upper() + said[1:] + ".", details=planted)
