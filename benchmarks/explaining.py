"""Shapley values of one row beside the shap package's: the same model, rows and background, in one run.

    OMP_WAIT_POLICY=PASSIVE python -m benchmarks.explaining [--rows 10] [--background 50] [--threads 2] [--seed 0]

A simulated shop with 10 fields (the history is one) and models of default size. shap's explainer gets the model as a
function of rows that it mixes itself: they become a batch of tensors and go through one forward pass. Both explain the
same rows and give their values as an array. ExactExplainer is compared with every subset of 10 players.
PermutationExplainer is compared with sampled values of all 16 fields of the shop at as many permutations for each
background row; how wrong both are, as a share of the sum of sizes, is told by values from many more permutations, and
so is how long shap would take for our error.

Two times are taken: of the wall clock, and of the processor, which other work on the machine disturbs less. A ratio
above 1 says how many times longer shap takes. Then the time of `explain_row`, and rows a second of many rows.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import torch

from ctrcore.data.encoded import Encoded
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.simulate import ShopConfig, simulate
from ctrcore.explain.background import Background, background_of
from ctrcore.explain.fm_shapley import has_closed_form
from ctrcore.explain.hybrids import Hybrids
from ctrcore.explain.players import field_groups
from ctrcore.explain.rows import explain_row
from ctrcore.explain.shapley import shapley_rows
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build

TEN = (
    *("user_id", "age", "gender", "item_id", "category", "price", "hour", "device", "channel"),
    *("history_item", "history_category"),
)
SURE = 0.001  # largest standard error of what sampled values are compared with, as a share of the sum of sizes
MODELS = ("fm", "afm", "fibinet", "din")
Numbers = npt.NDArray[np.float64]
T = TypeVar("T")


class Took(NamedTuple):
    """Seconds by the wall clock and of the processor."""

    wall: float
    processor: float


def timed(work: Callable[[], T]) -> tuple[Took, T]:
    """How long it takes, and what it gives."""
    wall, processor = time.perf_counter(), time.process_time()
    found = work()
    return Took(time.perf_counter() - wall, time.process_time() - processor), found


def spread(values: list[float], digits: int = 1) -> str:
    """Least, median and largest."""
    return " / ".join(f"{value:.{digits}f}" for value in (min(values), float(np.median(values)), max(values)))


def shop_of(fields: tuple[str, ...] | None) -> Prepared:
    """The simulated shop with these fields, or with all."""
    made = simulate(ShopConfig(users=2000, items=500, impressions=20_000))
    recipe = made.recipe()
    columns = [
        column if fields is None or column.name in fields else column.model_copy(update={"kind": "ignore"})
        for column in recipe.data_schema.columns
    ]
    schema = recipe.data_schema.model_copy(update={"columns": columns})
    return prepare(made.impressions, recipe.model_copy(update={"data_schema": schema}))


class ForShap:
    """A model as shap wants it: a function of a matrix with a column for each player.

    A cell numbers the value of the player's fields, so that shap can see which ones are equal.

    Args:
        model: in eval mode.
        rows: what is explained.
        background: what it is compared with.

    Attributes:
        cells: (n + B, players) the rows, and then the background.
    """

    def __init__(self, model: CTRModel, rows: Encoded, background: Background) -> None:
        self.hybrids, self.groups = Hybrids(model, rows, background.rows), field_groups(model.fields)
        numbers = [self.hybrids.codes(places) for places in self.groups]
        self.cells = np.stack(numbers, axis=1)
        self.first = [torch.from_numpy(np.unique(number, return_index=True)[1]) for number in numbers]

    def __call__(self, cells: npt.NDArray[np.float64]) -> Numbers:
        """Logits (n,) of mixed rows (n, players), in one forward pass."""
        source = torch.empty((len(cells), len(self.hybrids.model.fields)), dtype=torch.int64)
        for player, places in enumerate(self.groups):
            row = self.first[player][torch.from_numpy(cells[:, player].astype(np.int64))]
            source[:, list(places)] = row[:, None]
        with torch.inference_mode():
            logits: Numbers = self.hybrids.model(self.hybrids.batch(source)).double().numpy()
        return logits


def lively(prepared: Prepared, name: str) -> CTRModel:
    """A model of default size whose fields all matter; training changes nothing in how long it takes."""
    config = CONFIGS[name].model_validate({"init_std": 0.3})
    return build(config, prepared.encoder.fields, seed=0).eval()


def compare(prepared: Prepared, name: str, rows: int, background: Background, *, exact: bool) -> str:
    """A line of the table: our Shapley values and shap's of the same rows."""
    import shap

    model = lively(prepared, name)
    function = ForShap(model, prepared.test.take(range(rows)), background)
    masker, players = shap.maskers.Independent(function.cells[rows:], max_samples=len(background)), len(function.groups)
    if exact:
        explain = partial(shap.explainers.Exact(function, masker), silent=True)
    else:  # as many permutations as ours draw at first: each of theirs passes through the whole background
        evaluations = 2 * (2 * players + 1)  # a permutation there and back
        explain = partial(shap.explainers.Permutation(function, masker, seed=0), silent=True, max_evals=evaluations)

    def own(row: int, **how: float) -> Numbers:
        return shapley_rows(model, prepared.test.take([row]), background, **how).values[0]  # type: ignore[arg-type]

    ours, theirs, gaps = list[Took](), list[Took](), list[tuple[float, float]]()
    for row in [0, *range(rows)]:  # the first one is done twice, to warm up
        took, there = timed(partial(explain, function.cells[row : row + 1]))
        theirs.append(took)
        took, here = timed(partial(own, row))
        ours.append(took)
        truth = here if exact else own(row, tolerance=SURE, seed=1)
        gaps.append((error_of(here, truth), error_of(there.values[0], truth)))
    cells = [name, str(players)]
    for clock in ("wall", "processor"):
        mine, other = ([getattr(took, clock) for took in times[1:]] for times in (ours, theirs))
        ratios = [b / a for a, b in zip(mine, other, strict=True)]
        cells += [f"{np.median(mine) * 1000:,.1f}", f"{np.median(other) * 1000:,.0f}", spread(ratios)]
    mine_off, other_off = np.sqrt(np.square(gaps[1:]).mean(0))
    cells += [f"{other_off:.0e}"] if exact else [f"{mine_off:.2%}", f"{other_off:.2%}"]
    if not exact:  # an error falls with the root of the permutations
        spent = [np.median([took.processor for took in times[1:]]) for times in (ours, theirs)]
        cells.append(f"{spent[1] / spent[0] * (other_off / mine_off) ** 2:,.1f}")
    return "| " + " | ".join(cells) + " |"


def error_of(found: Numbers, truth: Numbers) -> float:
    """The root of the mean square of what is wrong, as a share of the sum of sizes."""
    return float(np.sqrt(np.square(found - truth).mean()) / np.abs(truth).sum())


def many(prepared: Prepared, name: str, rows: int, background: Background) -> str:
    """A line of the other table: `explain_row`, and rows a second of `shapley_rows`."""
    model = lively(prepared, name)
    explain = partial(explain_row, model, prepared.encoder, prepared.test)
    explain(0)
    took = [timed(partial(explain, row))[0] for row in range(rows)]
    count = 10_000 if has_closed_form(model) else 10 * rows
    several = prepared.test.take(np.arange(count) % len(prepared.test))
    together = timed(partial(shapley_rows, model, several, background))[0]
    wall, processor = (spread([1000 * getattr(one, clock) for one in took]) for clock in ("wall", "processor"))
    return f"| {name} | {wall} | {processor} | {count / together.wall:,.0f} | {count / together.processor:,.0f} |"


HEAD = "| model | players | ours ms | shap ms | wall ratio | ours ms CPU | shap ms CPU | CPU ratio |"
EXACT = f"{HEAD} gap |\n|---|---|---|---|---|---|---|---|---|"
SAMPLED = f"{HEAD} our error | shap's error | CPU ratio at our error |\n|---|---|---|---|---|---|---|---|---|---|---|"


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10)
    parser.add_argument("--background", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    few, whole = shop_of(TEN), shop_of(None)
    print(f"{chosen.rows} rows, {chosen.background} background rows, {chosen.threads} threads; min / median / max")
    for prepared, exact in ((few, True), (whole, False)):
        background = background_of(prepared.train, chosen.background, chosen.seed)
        print(f"\nExactExplainer\n\n{EXACT}" if exact else f"\nPermutationExplainer\n\n{SAMPLED}")
        for name in MODELS if exact else MODELS[1:]:  # FM's values are never sampled
            print(compare(prepared, name, chosen.rows, background, exact=exact), flush=True)
    print("\n| model | explain_row ms | ms CPU | Shapley rows a second | a second CPU |\n|---|---|---|---|---|")
    for name in MODELS:
        print(many(whole, name, chosen.rows, background_of(whole.train, chosen.background, chosen.seed)), flush=True)


if __name__ == "__main__":
    main()
