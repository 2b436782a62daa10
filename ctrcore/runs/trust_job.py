"""The trust card of a run, made in a process of its own: with its other seeds, and with short trainings if wanted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctrcore.language import mark
from ctrcore.runs import settings
from ctrcore.runs.contenders import contenders
from ctrcore.runs.files import write_json
from ctrcore.runs.opening import Opened, open_for_explaining
from ctrcore.runs.planted import planted_truth_of
from ctrcore.runs.run import Run
from ctrcore.runs.scoreboard import same_but_seed
from ctrcore.runs.studies import RESULT, study_of
from ctrcore.runs.worker import Reporter

if TYPE_CHECKING:
    from ctrcore.explain.trust.card import Card, TrustOptions
    from ctrcore.models.base import CTRModel

MOST_SIBLINGS = 4  # five seeds with the run itself
SHORT_ROWS, SHORT_EPOCHS = 50_000, 3
MOST_TRAININGS = 3  # for T8 two, for T9 one more
TRAINING_FROM, TRAINING_TO = 0.4, 0.95  # share of the progress bar that short trainings take


def study_trust(folder: Path, report: Reporter) -> None:
    """The job function of the study 'trust': its options are those of a card.

    Raises:
        RunError: the run's dataset is gone or holds other rows.
    """
    from ctrcore.explain.trust.card import TrustOptions

    run, options = study_of(folder)
    card = trust_card(run, TrustOptions.model_validate(options), report.progress)
    write_json(folder / RESULT, card.model_dump(mode="json"))


def trust_card(run: Run, options: TrustOptions, progress: Callable[[float, str], None] | None = None) -> Card:
    """The card of a run.

    Args:
        run: a run that is done.
        options: sample, seed, and whether to train short models.
        progress: told the share done and what comes next; what it raises ends the work.

    Raises:
        RunError: the run is not done, or its dataset is gone or holds other rows.
    """
    import torch

    from ctrcore.explain.trust.card import make_card

    tell = progress or (lambda _done, _message: None)
    tell(0.0, mark("opening the run"))
    torch.set_num_threads(settings.threads())
    opened = open_for_explaining(run)
    return make_card(
        opened,
        options,
        tell,
        siblings=[other.load_model() for other in siblings(run)],
        retrain=_ShortTraining(opened, tell),
        truth=planted_truth_of(run.dataset()),
    )


def siblings(run: Run) -> list[Run]:
    """Runs of the workspace that differ from this one only in the seed: of each seed the newest, by seed."""
    done = [other for other in run.workspace.runs() if other.state == "done" and other.spec.dataset == run.spec.dataset]
    groups = same_but_seed(contenders(done, []))
    group = next((group for group in groups if any(one.id == run.id for one in group)), [])
    newest: dict[int, Run] = {}
    for one in sorted((one.run for one in group if one.run is not None), key=lambda one: one.finished or 0.0):
        newest[one.spec.training.seed] = one
    newest.pop(run.spec.training.seed, None)
    return [newest[seed] for seed in sorted(newest)][:MOST_SIBLINGS]


class _ShortTraining:
    """Trains the run's model anew on some of its rows, for a few epochs."""

    def __init__(self, opened: Opened, tell: Callable[[float, str], None]) -> None:
        self._opened, self._tell, self._times = opened, tell, 0

    def __call__(self, seed: int, shuffled: bool) -> CTRModel:
        """A model of this seed; `shuffled`: its rows have each other's labels, so that there is nothing to learn."""
        import numpy as np

        from ctrcore.data.encoded import Encoded
        from ctrcore.explain.sampling import sample_rows
        from ctrcore.models.registry import build
        from ctrcore.training.trainer import train

        spec, prepared = self._opened.run.spec, self._opened.prepared
        rng = np.random.default_rng(seed)

        def rows_of(rows: Encoded) -> Encoded:
            some = sample_rows(rows, SHORT_ROWS, seed)
            return replace(some, label=rng.permutation(some.label)) if shuffled else some

        model = build(spec.model, self._opened.encoder.fields, seed)
        config = spec.training.model_copy(update={"epochs": SHORT_EPOCHS, "seed": seed, "patience": 0, "device": "cpu"})
        schema = spec.recipe.data_schema
        share = (TRAINING_TO - TRAINING_FROM) / MOST_TRAININGS
        start = TRAINING_FROM + share * min(self._times, MOST_TRAININGS - 1)
        self._times += 1
        what = "on shuffled clicks" if shuffled else f"with seed {seed}"
        for event in train(
            model,
            rows_of(prepared.train),
            rows_of(prepared.valid),
            config,
            keep_negatives=prepared.keep_negatives,
            id_fields=(schema.user, schema.item),
            memory=settings.train_memory(),
        ):
            self._tell(
                start + share * (event.epoch - 1) / SHORT_EPOCHS, f"training briefly {what}, epoch {event.epoch}"
            )
        return model.eval()
