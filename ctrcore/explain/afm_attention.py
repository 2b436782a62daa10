"""What AFM's attention did to the score, pair by pair, over many rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.data.encoded import Encoded
from ctrcore.data.encoding import Encoder
from ctrcore.explain.effects import means
from ctrcore.explain.removal import removed_pairs
from ctrcore.models.afm import AFM
from ctrcore.schema import EncodedField
from ctrcore.training.loader import RowTensors

Array = npt.NDArray[np.float64]
BATCH = 512
BINS = 5  # quantile bins of a numeric field


@dataclass(frozen=True)
class Attended:
    """The pairs of n rows; P pairs in the order of `model.pairs`.

    Attributes:
        fields: names of the F fields.
        pairs: (2, P) the places of each pair's fields.
        attention: (n, P) sums to 1 over the pairs.
        contribution: (n, P) attention times what the pair says.
        removal: (n, P) what the logit loses without the pair, when the others share out its attention.
        even: (n,) what the pairs would add together if each had the same attention.
    """

    fields: tuple[str, ...]
    pairs: npt.NDArray[np.int64]
    attention: Array
    contribution: Array
    removal: Array
    even: Array

    def __len__(self) -> int:
        return len(self.even)

    @property
    def moved(self) -> Array:
        """(n,) what attention changed: the sum of (a - 1/P) times what the pair says. With `even` it is the sum of the
        contributions."""
        moved: Array = self.contribution.sum(1) - self.even
        return moved

    @property
    def mean_sizes(self) -> tuple[float, float]:
        """Over the rows, the mean |even| and the mean |moved|."""
        return float(np.abs(self.even).mean()), float(np.abs(self.moved).mean())

    @property
    def against(self) -> float:
        """Share of the attention that lies on pairs which lower the score."""
        return float((self.attention * (self.contribution < 0)).sum() / self.attention.sum())

    def place(self, left: str, right: str) -> int:
        """Which pair it is, in either order."""
        i, j = sorted((self.fields.index(left), self.fields.index(right)))
        return int(np.flatnonzero((self.pairs[0] == i) & (self.pairs[1] == j))[0])

    def of_pair(self, place: int) -> pd.DataFrame:
        """One pair, one row a row: attention, contribution, removal."""
        columns = {"attention": self.attention, "contribution": self.contribution, "removal": self.removal}
        return pd.DataFrame({name: values[:, place] for name, values in columns.items()})

    def table(self) -> pd.DataFrame:
        """One row a pair: left, right, attention, contribution, size (mean |contribution|) and removal, all means."""
        i, j = self.pairs
        names = np.array(self.fields, dtype=object)
        return pd.DataFrame(
            {
                "left": names[i],
                "right": names[j],
                "attention": self.attention.mean(0),
                "contribution": self.contribution.mean(0),
                "size": np.abs(self.contribution).mean(0),
                "removal": self.removal.mean(0),
            }
        )


def attended(model: AFM, rows: Encoded) -> Attended:
    """Attention, contribution and removal of every pair in every row. The model must be in eval mode."""
    found = []
    for batch in RowTensors(rows, model.bias.device).in_order(BATCH):
        terms = model.pair_terms(batch)
        projected = terms.projected.double()
        weight = terms.score.double().softmax(1)
        found.append((weight, weight * projected, removed_pairs(terms), projected.mean(1)))
    attention, contribution, removal, even = (
        np.concatenate([part.cpu().numpy() for part in column]) for column in zip(*found, strict=True)
    )
    names = tuple(field.name for field in model.fields)
    return Attended(names, model.pairs.cpu().numpy(), attention, contribution, removal, even)


def pair_values(
    encoder: Encoder, rows: Encoded, terms: Attended, pair: tuple[str, str], *, fewest: int = 5
) -> tuple[pd.DataFrame, int]:
    """What a pair adds for each combination of its fields' values.

    Args:
        encoder: the one the rows were encoded with.
        rows: those of `terms`.
        terms: what AFM made of them.
        pair: the two fields. Numbers are cut into bins of about equally many rows; of a bag a row counts for every
            different member.
        fewest: combinations in fewer rows are left out: their means are hardly more than chance.

    Returns:
        One row a combination: left and right (values as the user knows them), rows, mean (contribution), low and high
        (95 % interval, rows taken as independent) and attention (mean); the largest |mean| first. And the number of
        combinations that were left out.
    """
    first, second = (_cells(encoder, rows, name) for name in pair)
    joined = first.merge(second, on="row", suffixes=("", "_right"))
    code = joined.groupby(["value", "value_right"], sort=False).ngroup().to_numpy(dtype=np.int64)
    groups = int(code.max(initial=-1)) + 1
    place, row = terms.place(*pair), joined["row"].to_numpy()
    once = joined.assign(code=code).drop_duplicates("code").sort_values("code")
    table = means(terms.contribution[row, place], code, groups)
    table["attention"] = means(terms.attention[row, place], code, groups)["mean"]
    table.insert(0, "left", once["value"].to_numpy())
    table.insert(1, "right", once["value_right"].to_numpy())
    kept = table[table["rows"] >= fewest]
    order = kept["mean"].abs().sort_values(ascending=False, kind="stable").index
    return kept.loc[order].reset_index(drop=True), len(table) - len(kept)


def _cells(encoder: Encoder, rows: Encoded, name: str) -> pd.DataFrame:
    """row and value, one line a row, or one for every different member of a bag."""
    field: EncodedField = encoder.field(name)
    if field.kind == "numeric":
        return pd.DataFrame({"row": np.arange(len(rows)), "value": _binned(encoder.inverse(rows)[name].to_numpy())})
    if field.is_bag:
        bag = rows.bags[name]
        lines = np.unique(np.column_stack([np.repeat(np.arange(len(rows)), bag.lengths), bag.ids]), axis=0)
        row, ids = lines[:, 0], lines[:, 1]
    else:
        dense = [one.name for one in encoder.fields if not one.is_bag]
        row, ids = np.arange(len(rows)), rows.ids[:, dense.index(name)].astype(np.int64)
    used, code = np.unique(ids, return_inverse=True)
    labels = np.array([encoder.label_of(name, int(one)) for one in used], dtype=object)
    return pd.DataFrame({"row": row, "value": labels[code]})


def _binned(numbers: npt.NDArray[np.floating]) -> npt.NDArray[np.object_]:
    """Each number as its value if there are few, else as the ends of its quantile bin."""
    numbers = np.asarray(numbers, dtype=np.float64)
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, BINS + 1)[1:-1])) if len(numbers) else np.empty(0)
    if len(np.unique(numbers)) <= BINS:
        edges = np.unique(numbers)
    code = np.searchsorted(edges, numbers, side="left")
    labels = np.empty(len(numbers), dtype=object)
    for one in np.unique(code):
        low, high = numbers[code == one].min(), numbers[code == one].max()
        labels[code == one] = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
    return labels
