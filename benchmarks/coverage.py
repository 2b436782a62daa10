"""Do the intervals of AUCs hold what they promise? Coverage and false alarms on made rows whose truth is known.

    python -m benchmarks.coverage [--sets 1000] [--replicates 1000] [--rows 600] [--seed 0]
    python -m benchmarks.coverage --few [--sets 1000] [--replicates 1000] [--rows 600] [--seed 0]

Many small data sets are drawn, each scored by two models. Of every interval of 95 % counts how often it holds the
truth: the models' mean AUC over 20,000 other data sets. Where both models are equally good, every test should raise a
false alarm in 5 % of the data sets, and the p-values should be uniform (Kolmogorov-Smirnov).

`--few` counts false alarms where there are few clicks, few users, or few users who click. Below the least numbers in
`ctrcore.comparing.testing` the app gives no test at all; here they are set to 0, to show why.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from ctrcore.comparing import testing
from ctrcore.comparing.intervals import LEVEL
from ctrcore.comparing.sheet import Sheet
from ctrcore.comparing.testing import Method, compare_all

TRUTH_SETS = 20_000
DELONG_SETS = 5  # times as many as of the bootstraps, which take longer
BY_FORMULA: tuple[Method, ...] = ("delong", "clustered")
FEW = (3, 5, 10, 20, 50)
USER_ROWS = 6
Array = npt.NDArray[np.float64]
Maker = Callable[[np.random.Generator], Sheet]


@dataclass
class Tried:
    """What one method said on the data sets of one design.

    Attributes:
        design: how the rows were made.
        method: what was tried.
        singles: for each set, the share of its two AUCs whose intervals hold the truth.
        pairs: for each set, whether the interval of the difference does.
        p: of each set's test.
        equal: whether both models are equally good.
    """

    design: str
    method: Method
    singles: list[float]
    pairs: list[bool]
    p: list[float]
    equal: bool


def rows_alone(rng: np.random.Generator, rows: int, lead: float, tied: bool) -> Sheet:
    """Rows that have nothing to do with each other; both models see the same signal, each with noise of its own."""
    label = rng.random(rows) < 0.25
    truth = rng.normal(size=rows) + 1.1 * label
    scores = [truth + 0.6 * rng.normal(size=rows) + shift * label for shift in (lead, 0.0)]
    return _sheet(label, np.full(rows, -1), [np.round(2 * score) / 2 if tied else score for score in scores])


def rows_of_users(rng: np.random.Generator, rows: int, lead: float) -> Sheet:
    """Users who click much or little, and whom each model rates too high or too low in all of their rows."""
    users = rows // USER_ROWS
    user = np.repeat(np.arange(users), USER_ROWS)
    label = rng.random(len(user)) < rng.beta(0.5, 1.5, users)[user]
    own = rng.normal(size=(2, users))
    scores = [own[at][user] + rng.normal(size=len(user)) + (1.0 + lead * (at == 0)) * label for at in (0, 1)]
    return _sheet(label, user, scores)


def few_clicks(rng: np.random.Generator, rows: int, count: int) -> Sheet:
    """So many clicks among other rows; two equally good models with the same signal, each with noise of its own."""
    label = np.arange(rows) < count
    truth = rng.normal(size=rows) + 1.1 * label
    return _sheet(label, np.full(rows, -1), [truth + 0.6 * rng.normal(size=rows) for _ in "ab"])


def few_users(rng: np.random.Generator, rows: int, count: int) -> Sheet:
    """So many users; each finds one of two equally good models better, the one or the other by chance."""
    user = np.arange(rows) % count
    return _of_users(rng, user, np.ones(count, np.bool_))


def few_who_click(rng: np.random.Generator, rows: int, count: int) -> Sheet:
    """The same with 60 users, of whom so many click."""
    return _of_users(rng, np.arange(rows) % 60, np.arange(60) < count)


def _of_users(rng: np.random.Generator, user: npt.NDArray[np.int64], click: npt.NDArray[np.bool_]) -> Sheet:
    label, lean = (rng.random(len(user)) < 0.3) & click[user], rng.normal(size=len(click))[user]
    return _sheet(label, user, [label * (1 + sign * lean) + rng.normal(size=len(user)) for sign in (1, -1)])


def _sheet(label: npt.NDArray[np.bool_], group: npt.NDArray[np.integer], scores: list[Array]) -> Sheet:
    logit = {name: score.astype(np.float32) for name, score in zip("ab", scores, strict=True)}
    return Sheet(np.arange(len(label)), label.astype(np.uint8), group.astype(np.int32), logit)


def tried(design: str, make: Maker, truth: Array, *, method: Method, sets: int, replicates: int, seed: int) -> Tried:
    """Ask a method about many data sets."""
    found = Tried(design, method, [], [], [], equal=bool(truth[0] == truth[1]))
    for child in np.random.SeedSequence(seed).spawn(sets):
        sheet = make(np.random.default_rng(child))
        comparison = compare_all(sheet, method, replicates, seed=int(child.generate_state(1)[0]))
        held = zip(comparison.intervals.values(), truth, strict=True)
        found.singles.append(float(np.mean([one.low <= value <= one.high for one, value in held])))
        test = comparison.tests[0]
        found.pairs.append(bool(test.low <= truth[0] - truth[1] <= test.high))
        found.p.append(test.p)
    return found


def truth_of(make: Maker, equal: bool, seed: int) -> Array:
    """Mean AUC of both models over many data sets, the same for both where they are equally good."""
    areas = np.empty((TRUTH_SETS, 2))
    for at, child in enumerate(np.random.SeedSequence(seed).spawn(TRUTH_SETS)):
        sheet = make(np.random.default_rng(child))
        areas[at] = [sheet.ranked(name).auc for name in sheet.ids]
    return np.full(2, areas.mean()) if equal else areas.mean(axis=0)


def line(found: Tried) -> str:
    """A row of the table."""
    cells = [found.design, found.method, f"{len(found.pairs):,}", _share(found.singles), _share(found.pairs)]
    if found.equal:
        from scipy.stats import kstest

        ks = kstest(found.p, "uniform")
        cells += [_share([p < LEVEL for p in found.p]), f"{ks.statistic:.3f} (p {ks.pvalue:.2f})"]
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


def _share(hits: Sequence[float]) -> str:
    return f"{np.mean(hits):.1%} ± {np.std(hits) / np.sqrt(len(hits)):.1%}"


def print_few(rows: int, sets: int, replicates: int, seed: int) -> None:
    """False alarms by how few there are."""
    designs: dict[str, tuple[Callable[..., Sheet], tuple[Method, ...]]] = {
        "clicks": (few_clicks, ("delong", "bootstrap")),
        "users": (few_users, ("clustered", "users")),
        "users who click": (few_who_click, ("clustered", "users")),
    }
    print(f"| few | method | {' | '.join(map(str, FEW))} |\n|---|---{'|---' * len(FEW)}|")
    with patch.object(testing, "LEAST_OF_A_CLASS", 0), patch.object(testing, "LEAST_USERS", 0):
        for what, (make, methods) in designs.items():
            for method in methods:
                tries = sets * (DELONG_SETS if method in BY_FORMULA else 1)
                cells = [
                    _share(false_alarms(partial(make, rows=rows, count=few), method, tries, replicates, seed))
                    for few in FEW
                ]
                print(f"| {what} | {method} | {' | '.join(cells)} |", flush=True)


def false_alarms(make: Maker, method: Method, sets: int, replicates: int, seed: int) -> list[bool]:
    """For each data set, whether the test of two equally good models finds a difference."""
    found = []
    for child in np.random.SeedSequence(seed).spawn(sets):
        sheet = make(np.random.default_rng(child))
        found.append(compare_all(sheet, method, replicates, seed=int(child.generate_state(1)[0])).tests[0].p < LEVEL)
    return found


def main() -> None:
    """Try every method on every design and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=1000, help="for a bootstrap; five times as many for DeLong")
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--few", action="store_true", help="false alarms with few clicks or users, nothing else")
    chosen = parser.parse_args()
    if chosen.few:
        print_few(chosen.rows, chosen.sets, chosen.replicates, chosen.seed)
        return
    alone: tuple[Method, ...] = ("delong", "bootstrap")
    designs: dict[str, tuple[Callable[..., Sheet], dict[str, float], tuple[Method, ...]]] = {
        "independent rows": (rows_alone, {"lead": 0.15, "tied": False}, alone),
        "independent rows, equal models": (rows_alone, {"lead": 0.0, "tied": False}, alone),
        "tied scores": (rows_alone, {"lead": 0.15, "tied": True}, alone),
        "tied scores, equal models": (rows_alone, {"lead": 0.0, "tied": True}, alone),
        "rows of users": (rows_of_users, {"lead": 0.15}, (*alone, "clustered", "users")),
        "rows of users, equal models": (rows_of_users, {"lead": 0.0}, (*alone, "clustered", "users")),
    }
    started = time.perf_counter()
    print(f"{chosen.rows:,} rows a data set, {chosen.replicates:,} replicates; ± is one standard error\n")
    print("| rows | method | data sets | AUC held | difference held | false alarms at 5 % | uniform p: KS |")
    print("|---|---|---|---|---|---|---|")
    for number, (design, (maker, settings, methods)) in enumerate(designs.items()):
        make: Maker = partial(maker, rows=chosen.rows, **settings)
        truth = truth_of(make, settings["lead"] == 0, chosen.seed + 2 * number + 1)
        for method in methods:
            sets = chosen.sets * (DELONG_SETS if method in BY_FORMULA else 1)
            seed = chosen.seed + 2 * number
            found = tried(design, make, truth, method=method, sets=sets, replicates=chosen.replicates, seed=seed)
            print(line(found), flush=True)
    print(f"\n{time.perf_counter() - started:,.0f} seconds")


if __name__ == "__main__":
    main()
