"""Scores of rows that a run has never seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from ctrcore.comparing.repair import Kind, Repair
from ctrcore.errors import DataError, RunError
from ctrcore.metrics import sigmoid
from ctrcore.runs.remembering import keys_of, remember
from ctrcore.runs.results import Number
from ctrcore.runs.run import Run

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from ctrcore.data.encoded import Encoded
    from ctrcore.data.stored import Table

SLICE = 100_000  # rows encoded and scored together
BINS = 40


class ScoreReport(BaseModel):
    """What to know of scores before they are used."""

    model_config = ConfigDict(extra="forbid")

    rows: int = Field(ge=0, description="rows scored")
    mean_probability: Number = Field(description="mean predicted probability; that of the label is the click rate")
    histogram: list[int] = Field(description="rows by probability, in bins of equal width from 0 to 1")
    missing: dict[str, str] = Field(description="columns that the file lacks, and what stands in for them in each row")
    ignored: list[str] = Field(description="columns of the file that the model does not read")
    unknown_share: dict[str, float] = Field(
        description="share of the values of each field that the model has never seen, or that are missing"
    )
    histories: str = Field("", description="what built histories rest on")
    repair: Kind | None = Field(None, description="how the probabilities were repaired; null: they are the model's own")
    labelled: int = Field(0, ge=0, description="rows with a label")
    metrics: dict[str, Number] = Field(default_factory=dict, description="how good the scores of labelled rows are")


class Scored(NamedTuple):
    """Consecutive rows with their scores."""

    rows: pd.DataFrame  # as they came, indexed by their position in the file
    encoded: Encoded
    logit: npt.NDArray[np.float32]  # (n,) as the model gives them
    probability: npt.NDArray[np.float64]  # (n,) repaired if that was asked for


class Scorer:
    """Scores a table with a run's model, slice by slice, so that a stored table may be larger than the memory.

    Go through `slices` first, then ask for the `report`.

    Args:
        run: a run that is done.
        table: rows with the columns of the run's table in any order; the label may be missing.
        repair: turns the model's logits into probabilities (`ctrcore.runs.repairs.repair_of`); None: the sigmoid does.

    Raises:
        DataError: none of the columns is one that the model reads, or one that histories are built from is missing.
        RunError: the run is not done.
    """

    def __init__(self, run: Run, table: Table, repair: Repair | None = None) -> None:
        import numpy as np

        if run.state != "done":
            raise RunError(f"The run '{run.name}' is {run.state}.", "Choose a run that is done.")
        self._run, self._table, self._repair = run, table, repair
        self._encoder = run.encoder()
        self._schema = self._encoder.schema
        names = [column.name for column in self._schema.fields]
        asked = [name for name, kind in keys_of(run).items() if kind != "time"]
        can_look_up = bool(asked) and all(name in table.columns for name in asked)
        if not can_look_up and not any(name in table.columns for name in names):
            raise DataError(
                "The file has none of the columns that the model reads.", f"Use a file with: {', '.join(names)}."
            )
        self._histories, self._note = remember(run, table)
        self._logit = np.empty(len(table), np.float32)
        self._label = np.full(len(table), np.nan, np.float32)
        self._unknown = {field.name: 0 for field in self._encoder.fields if field.kind != "numeric"}
        self._values = dict.fromkeys(self._unknown, 0)

    def slices(self, progress: Callable[[float], None] | None = None) -> Iterator[Scored]:
        """All rows in order.

        Args:
            progress: called with the share done, 0 to 1.

        Raises:
            DataError: a value cannot be read.
        """
        from ctrcore.training.predicting import predict

        done = 0
        for rows in self._pieces():
            stop = done + len(rows)
            encoded = self.encode(rows, done)
            logit = predict(self._model, encoded)
            self._logit[done:stop], self._label[done:stop] = logit, encoded.label
            self._count(encoded)
            yield Scored(rows, encoded, logit, sigmoid(self._repaired(logit)))
            done = stop
            if progress is not None:
                progress(done / len(self._table))

    def encode(self, rows: pd.DataFrame, start: int = 0) -> Encoded:
        """Rows of the table from position `start` on, as the model wants them."""
        stop = start + len(rows)
        added = {name: cells.iloc[start:stop].set_axis(rows.index) for name, cells in self._histories.items()}
        return self._encoder.transform(rows.assign(**added) if added else rows)

    def report(self, threshold: float = 0.5) -> ScoreReport:
        """What happened, once all rows are scored. Accuracy and the like are measured at the threshold."""
        import numpy as np

        from ctrcore import metrics

        logit = self._repaired(self._logit)
        probability = sigmoid(logit)
        known = ~np.isnan(self._label)
        measured: dict[str, Any] = {}
        if known.any():
            values = (self._label[known], logit[known], self._group()[known])
            measured = metrics.evaluate(*values, threshold=threshold)
        return ScoreReport(
            rows=len(self._logit),
            mean_probability=float(probability.mean()) if len(probability) else None,
            histogram=np.histogram(probability, np.linspace(0, 1, BINS + 1))[0].tolist(),
            missing=self._missing(),
            ignored=self._ignored(),
            unknown_share={name: count / max(self._values[name], 1) for name, count in self._unknown.items()},
            histories=self._note,
            repair=self._repair.kind if self._repair is not None else None,
            labelled=int(known.sum()),
            metrics={name: None if np.isnan(value) else float(value) for name, value in measured.items()},
        )

    def _repaired(self, logit: npt.NDArray[np.float32]) -> npt.NDArray[np.floating]:
        return logit if self._repair is None else self._repair.logit(logit)

    @cached_property
    def _model(self) -> Any:
        return self._run.load_model()

    def _pieces(self) -> Iterator[pd.DataFrame]:
        import pandas as pd

        # with a forward fill a row depends on the rows before it in time, wherever they stand
        whole = any(column.impute == "forward_fill" for column in self._schema.fields)
        if isinstance(self._table, pd.DataFrame):
            frame = self._table.reset_index(drop=True)
            for start in range(0, len(frame), max(len(frame), 1) if whole else SLICE):
                yield frame.iloc[start : start + (len(frame) if whole else SLICE)]
        elif whole:
            yield self._table.frame()
        else:
            yield from self._table.slices(SLICE)

    def _count(self, encoded: Encoded) -> None:
        for position, field in enumerate(self._encoder.fields):
            if field.kind != "numeric":
                ids = encoded.bags[field.name].ids if field.is_bag else encoded.ids[:, position]
                self._unknown[field.name] += int((ids == field.start).sum())
                self._values[field.name] += len(ids)

    def _group(self) -> npt.NDArray[np.int64]:
        """The user of each row as a number, -1 where there is none: the same in all slices."""
        import numpy as np

        from ctrcore.data.values import as_words

        user = self._schema.user
        if user is None or user not in self._table.columns:
            return np.full(len(self._logit), -1)
        return as_words(self._table[user]).codes

    def _missing(self) -> dict[str, str]:
        from ctrcore.runs.needs import stand_ins

        there = {*self._table.columns, *self._histories}
        return {name: text for name, text in stand_ins(self._encoder).items() if name not in there}

    def _ignored(self) -> list[str]:
        read = {column.name for column in self._schema.fields} | {self._schema.label, self._schema.user}
        read |= set(keys_of(self._run)) if self._histories else set()
        return [str(name) for name in self._table.columns if name not in read]


def score(run: Run, frame: pd.DataFrame) -> tuple[Encoded, npt.NDArray[np.float32]]:
    """Encode rows and score them at once; returns the encoded rows and their logits (n,)."""
    from ctrcore.training.predicting import predict

    rows = encode_rows(run, frame)
    return rows, predict(run.load_model(), rows)


def encode_rows(run: Run, frame: pd.DataFrame) -> Encoded:
    """New rows as the run's model wants them, all in memory. Raises as `Scorer` does."""
    return Scorer(run, frame).encode(frame.reset_index(drop=True))
