"""What each field is worth to a model over many rows, in several senses, and where these senses disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from ctrcore.explain.own_terms import OwnTerms
from ctrcore.explain.trust.statistics import spearman
from ctrcore.language import Spoken, mark, say
from ctrcore.models.base import CTRModel

Array = npt.NDArray[np.float64]
WeightName = Literal["attention", "gate"]
TITLES = Spoken(  # of a measure, as it stands in a sentence
    {
        "permutation": mark("AUC lost by shuffling"),
        "shapley": mark("mean |Shapley|"),
        "contribution": mark("its own terms"),
        "attention": mark("attention"),
        "gate": mark("mean gate"),
    }
)
FEWEST = 3  # fields, below which a rank agreement says nothing
APART = 1 / 3  # share of the ranks by which a field has to move to be worth a sentence


def group_names(model: CTRModel, groups: Sequence[Sequence[int]]) -> list[str]:
    """What groups of fields are called: the field, or 'a + b' for fields that stand together."""
    return [" + ".join(model.fields[place].name for place in places) for places in groups]


def own_importance(model: CTRModel, terms: OwnTerms, groups: Sequence[Sequence[int]]) -> pd.DataFrame:
    """What the model's own terms say of each group of fields.

    Returns:
        name; contribution: how far what the group adds to the logit (its own terms and half of each pair with another
        group) is from its mean, as a mean over rows, and contribution_error, its standard error; mean: what it adds on
        average, which cannot tell rows apart and might as well be in the bias; size: mean |what it adds|; and weight
        with weight_spread, its standard deviation over rows: AFM's attention on the group's pairs, half of each pair,
        which sums to 1; FiBiNET's gate, of fields that stand together the mean; NaN for the other models.
    """
    shares = np.column_stack([terms.together(places) for places in groups])
    away = np.abs(shares - shares.mean(0))
    weights = _weights(terms, groups)
    return pd.DataFrame(
        {
            "name": group_names(model, groups),
            "contribution": away.mean(0),
            "contribution_error": _error(away),
            "mean": shares.mean(0),
            "size": np.abs(shares).mean(0),
            "weight": np.nan if weights is None else weights.mean(0),
            "weight_spread": np.nan if weights is None else weights.std(0),
        }
    )


def weight_name(model: str) -> WeightName | None:
    """What the weight that a kind of model itself gives to a field is called; None if it gives none.

    LR's and FM's weights are their contributions, and DIN's attention is on behaviours, not on fields.
    """
    return {"afm": "attention", "fibinet": "gate"}.get(model)  # type: ignore[return-value]


def pair_importance(model: CTRModel, terms: OwnTerms) -> pd.DataFrame | None:
    """Every pair of fields, the strongest first; None if the model has no pairs.

    Returns:
        left, right; strength (mean size of the contribution) and strength_error, its standard error over rows; mean
        and mean_error (with its sign); spread (standard deviation over rows); attention (AFM's mean, else NaN).
    """
    if terms.pairs is None or not terms.pairs.shape[1]:
        return None
    names = [field.name for field in model.fields]
    i, j = model.pairs.cpu().numpy()
    table = pd.DataFrame(
        {
            "left": [names[place] for place in i],
            "right": [names[place] for place in j],
            "strength": np.abs(terms.pairs).mean(0),
            "strength_error": _error(np.abs(terms.pairs)),
            "mean": terms.pairs.mean(0),
            "mean_error": _error(terms.pairs),
            "spread": terms.pairs.std(0),
            "attention": np.nan if terms.attention is None else terms.attention.mean(0),
        }
    )
    return table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def shapley_importance(values: pd.DataFrame) -> pd.DataFrame:
    """Mean size of the Shapley values (n rows, a column per player): name, shapley, shapley_error, mean, spread."""
    found = values.to_numpy(dtype=np.float64)
    return pd.DataFrame(
        {
            "name": [str(name) for name in values.columns],
            "shapley": np.abs(found).mean(0),
            "shapley_error": _error(np.abs(found)),
            "mean": found.mean(0),
            "spread": found.std(0),
        }
    )


def rank_agreement(measures: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """Spearman's rank correlation of every two measures of the same fields; NaN with fewer than three fields.

    A field without a value in one of the two (NaN) is left out of that pair; so is a measure that never varies.
    """
    table = pd.DataFrame({name: np.asarray(values, dtype=float) for name, values in measures.items()})
    names = list(table.columns)
    a, b = np.indices((len(names), len(names))).reshape(2, -1)
    values = table.to_numpy().T
    known = ~np.isnan(values[a]) & ~np.isnan(values[b])
    found = spearman(np.nan_to_num(values[a]), np.nan_to_num(values[b]), known)
    found[known.sum(1) < FEWEST] = np.nan
    return pd.DataFrame(found.reshape(len(names), -1), index=pd.Index(names), columns=pd.Index(names))


def disagreements(
    names: Sequence[str], measures: Mapping[str, Sequence[float]], low: Sequence[float] | None = None, count: int = 3
) -> list[str]:
    """Sentences on the fields that two measures rank most differently; none if they agree.

    Args:
        names: of the fields, as they shall read.
        measures: values of the fields by the measure's key in `TITLES`; the first is what the others are held against.
        low: lower ends of the first measure's intervals, if it is 'permutation'.
        count: sentences at most.
    """
    table = pd.DataFrame({key: np.asarray(values, dtype=float) for key, values in measures.items()})
    if len(table) < FEWEST or table.shape[1] < 2:
        return []
    ranks = {str(key): column.to_numpy() for key, column in table.rank(ascending=False, method="min").items()}
    (first, held), *others = ranks.items()
    moved = [(abs(found[i] - held[i]), i, other) for other, found in others for i in range(len(table))]
    far = [one for one in moved if one[0] >= max(2.0, APART * len(table))]  # never true of a value that is missing
    sentences: dict[int, str] = {}
    for _, place, other in sorted(far, key=lambda one: -one[0]):
        if place in sentences or len(sentences) == count:
            continue
        told = [
            say(
                "**{field}** is {there} of {fields} by {other}, but {here} by {first}.",
                field=names[place],
                there=ordinal(int(ranks[other][place])),
                fields=len(table),
                other=TITLES[other],
                here=ordinal(int(held[place])),
                first=TITLES[first],
            )
        ]
        if low is not None and ranks[other][place] < held[place] and not low[place] > 0:
            told.append(say("Its interval for the AUC lost holds 0."))
        sentences[place] = " ".join(told)
    return list(sentences.values())


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, ..."""
    endings = {1: mark("{number}st"), 2: mark("{number}nd"), 3: mark("{number}rd")}
    other = mark("{number}th")
    return say(other if number % 100 in (11, 12, 13) else endings.get(number % 10, other), number=number)


def _weights(terms: OwnTerms, groups: Sequence[Sequence[int]]) -> Array | None:
    """(n, G) or None. Attention adds up over the fields of a group, gates are averaged."""
    if terms.weights is None:
        return None
    together = np.sum if terms.attention is not None else np.mean
    return np.column_stack([together(terms.weights[:, list(places)], axis=1) for places in groups])


def _error(values: Array) -> Array:
    """Standard error of the means over rows, (n, M) to (M,); NaN for a single row."""
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    found: Array = values.std(0, ddof=1) / np.sqrt(len(values))
    return found
