"""The work behind a card of trust: every check of every picture of a run, what several need computed once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ctrcore.explain.background import background_of
from ctrcore.explain.own_terms import own_terms
from ctrcore.explain.players import tied_fields
from ctrcore.explain.removal import gate_ablation
from ctrcore.explain.sampling import sample_rows
from ctrcore.explain.trust.check import Check
from ctrcore.explain.trust.curves import Decision, Paths, cutoffs, deletion_check, flip_check
from ctrcore.explain.trust.effect_agreement import order_check, sign_check
from ctrcore.explain.trust.field_values import FieldValues, field_values
from ctrcore.explain.trust.infidelity import changes, infidelity_check, random_sets
from ctrcore.explain.trust.method_agreement import LEFT_OUT, agreement_check
from ctrcore.explain.trust.methods import CONTRIBUTION, Scores, effects_of, of_parts, scores_of, unit_of
from ctrcore.explain.trust.planted import planted_checks
from ctrcore.explain.trust.profiles import Profile, profile_of
from ctrcore.explain.trust.randomised import label_check, parameter_check
from ctrcore.explain.trust.removing import removal_of
from ctrcore.explain.trust.stability import background_check, seed_check
from ctrcore.explain.trust.weights import alive_check, residual_check, support_check
from ctrcore.explain.trust.without_attention import attention_check
from ctrcore.language import mark
from ctrcore.models.base import CTRModel
from ctrcore.models.fibinet import FiBiNET
from ctrcore.training.predicting import predict

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Opened, Progress, Retrain, TrustOptions
    from ctrcore.explain.trust.statistics import Array, Mask
    from ctrcore.explain.trust.truth import PlantedTruth

MOST_JUDGED = 100_000  # rows whose lists of items decide what leaves the top
RANKED_ROWS = 10_000  # for AUCs, which need more rows than a mean
FIELD_ROWS = 200  # where taking a part away takes forward passes with background rows
FIELD_SETS = 100  # and where many sets of parts are taken away
TIED_ROWS = 50_000
TESTING = {
    "attention": mark("putting the attention to the test"),
    "gate": mark("putting the gate to the test"),
    "contribution": mark("putting the contribution to the test"),
}
BEFORE, MIDDLE = 0.4, 0.95  # shares of the bar behind when only training is left, with and without training


class Making:
    """One card on its way.

    Args:
        opened: the run.
        options: sample, seed.
        progress: told the share done and what comes next.
        retrain: trains a short model; None: no training.
    """

    def __init__(self, opened: Opened, options: TrustOptions, progress: Progress, retrain: Retrain | None) -> None:
        self.opened, self.options, self.progress, self.retrain = opened, options, progress, retrain
        self.model, self.seed = opened.model, options.seed
        self.judged = sample_rows(opened.judged, MOST_JUDGED, self.seed)
        by_passes = unit_of(self.model) == "field"
        self.places = _drawn(len(self.judged), options.rows, self.seed)
        self.rows = self.judged.take(self.places)
        self.tested = _drawn(len(self.rows), FIELD_ROWS if by_passes else len(self.rows), self.seed)
        self.sets = _drawn(len(self.tested), FIELD_SETS if by_passes else len(self.rows), self.seed)
        self.background = background_of(opened.prepared.train, seed=self.seed)
        self.end = BEFORE if retrain is not None else MIDDLE

    def checks(self, methods: Sequence[str]) -> tuple[dict[str, list[Check]], dict[str, dict[str, Any]]]:
        """(checks that need no other model, curves) by method."""
        self.progress(0.3 * self.end, mark("leaving out each part"))
        _ = self._effect
        self.progress(0.35 * self.end, mark("taking parts away in random orders"))
        _ = self._paths.random
        checks: dict[str, list[Check]] = {}
        curves: dict[str, dict[str, Any]] = {}
        each = 0.6 * self.end / len(methods)
        for number, method in enumerate(methods):
            start = 0.4 * self.end + each * number
            self.progress(start, TESTING[method])
            told = self._telling(start, each, mark("replacing the weights"))
            checks[method], curves[method] = self._of_method(method, told)
        return checks, curves

    def _telling(self, start: float, share: float, text: str) -> Callable[[float], None]:
        """Tells how far a part of the work is as a part of the whole."""
        return lambda done: self.progress(start + share * done, text)

    def of_model(self) -> list[Check]:
        """T0, T10 and T14, asked of the model and its rows: the same for all of its pictures."""
        self.progress(0.0, mark("adding up the parts"))
        logit = predict(self.model, self.rows)
        return [
            residual_check(own_terms(self.model, self.rows), logit),
            background_check(self._fields),
            support_check(self.model, self.opened.encoder, self.rows),
        ]

    def _of_method(self, method: str, told: Callable[[float], None]) -> tuple[list[Check], dict[str, Any]]:
        """Its other checks that need no training, and the curves."""
        scores = self._scores(method)
        few = scores.take(self.sets)
        deletion = deletion_check(self._paths, few, self.seed)
        ranked = sample_rows(self.judged, RANKED_ROWS, self.seed)
        profile = profile_of(self.model, method, self.rows)
        checks = [
            order_check(scores, self.seed),
            sign_check(scores, self.seed),
            deletion.check,
            flip_check(self._paths, few, self._decision, self.seed),
            infidelity_check(few, *self._changes, self.seed),
            parameter_check(self.model, method, self.rows, profile, self.seed),
            agreement_check(scores, self._others(method), self._fields),
            alive_check(self.model, scores),
            attention_check(self.model, method, ranked, self.seed, told),
        ]
        return checks, deletion.drawn

    @cached_property
    def _fields(self) -> FieldValues:
        train = self.opened.prepared.train
        ties = tied_fields(sample_rows(train, TIED_ROWS, self.seed), self.opened.encoder.fields)
        return field_values(
            self.model,
            self.opened.encoder,
            self.rows,
            self.background,
            ties=ties,
            progress=self._telling(0.0, 0.3 * self.end, mark("Shapley values from two backgrounds")),
        )

    def _scores(self, method: str) -> Scores:
        return scores_of(self.model, method, self.rows.take(self.tested), self.background, self._effect)

    @cached_property
    def _effect(self) -> Array:
        return effects_of(self.model, self.rows.take(self.tested), self.background)

    @cached_property
    def _paths(self) -> Paths:
        rows = self.rows.take(self.tested).take(self.sets)
        return Paths(removal_of(self.model, rows, self.background), self.seed)

    @cached_property
    def _changes(self) -> tuple[list[Mask], Array]:
        gone = random_sets(self._paths.removal.mask, self.seed)
        return gone, changes(self._paths.removal, gone)

    @cached_property
    def _decision(self) -> Decision:
        found = cutoffs(predict(self.model, self.judged).astype(np.float64), np.asarray(self.judged.group))
        return found.of(self.places[self.tested[self.sets]])

    def _others(self, method: str) -> dict[str, Array]:
        """What else there is to say about the same parts as the scores."""
        found = (
            {LEFT_OUT: self._effect}
            if method == CONTRIBUTION
            else {CONTRIBUTION: self._scores(CONTRIBUTION).score, LEFT_OUT: self._effect}
        )
        if isinstance(self.model, FiBiNET):
            found["gate ablation"] = of_parts(self.model, gate_ablation(self.model, self.rows.take(self.tested)))
        return found

    def of_training(self, methods: Sequence[str], siblings: Sequence[CTRModel]) -> dict[str, list[Check]]:
        """T8 and T9 by method: what needs other models, trained here if it may be."""
        briefly: dict[str, CTRModel] = {}
        if self.retrain is not None:
            orders = {"true": (self.seed + 1, False), "shuffled": (self.seed + 1, True)}
            orders |= {} if siblings else {"other": (self.seed + 2, False)}
            for name, order in orders.items():
                briefly[name] = self.retrain(*order)
        trained = bool(briefly) and not siblings
        alike = [briefly["true"], briefly["other"]] if trained else [self.model, *siblings]  # all trained equally long
        return {
            method: [
                self._of_labels(method, profile_of(self.model, method, self.rows), briefly),
                seed_check([profile_of(one, method, self.rows) for one in alike], len(self.rows), trained=trained),
            ]
            for method in methods
        }

    def _of_labels(self, method: str, own: Profile, briefly: dict[str, CTRModel]) -> Check:
        if not briefly:
            says = "Needs a short training on shuffled clicks: let the card be made with training."
            return Check(id="T8", says=says)
        short, shuffled = (profile_of(briefly[name], method, self.rows) for name in ("true", "shuffled"))
        return label_check(own, short, shuffled, len(self.rows))

    def planted(self, truth: PlantedTruth | None) -> dict[str, Any] | None:
        """The scoreboard of planted truth. Raises DataError if it is not that of the model's histories."""
        if truth is None:
            return None
        return planted_checks(self.model, self.opened.encoder, self.judged, truth, seed=self.seed)


def _drawn(rows: int, size: int, seed: int) -> npt.NDArray[np.int64]:
    """At most `size` of the rows, in their order."""
    if rows <= size:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, size, replace=False))
