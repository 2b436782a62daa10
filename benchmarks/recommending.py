"""How long it takes to say why: one user, 100,000 items, both stages, reasons and the smallest change.

    python -m benchmarks.recommending [--items 100000] [--users 20] [--ranker din --ranker afm]

The shop is simulated, and the models have random weights of the usual size: how long they take does not depend on what
they learned. Opening (encoding every item once) is timed by itself, for it is kept. Wall and processor time are both
given: the processor's tells what others on the same machine cannot change.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median

import numpy as np
import torch

from benchmarks.measuring import machine, write_results
from ctrcore.data.preparing import Prepared, prepare
from ctrcore.data.simulate import Shop, ShopConfig, simulate
from ctrcore.explain.candidates import catalogue
from ctrcore.explain.names import Names
from ctrcore.models.base import CTRModel
from ctrcore.models.config import CONFIGS
from ctrcore.models.registry import build
from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.history import items_in
from ctrcore.recommend.items import item_table, with_clicks
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.recall import FMRecall
from ctrcore.recommend.recommender import Recommender
from ctrcore.recommend.why import why

STEPS = ("recall and ranking", "why and smallest change", "in all")


def lively(name: str, made: Prepared, seed: int) -> CTRModel:
    """A model whose scores differ, as those of a trained one do."""
    model = build(CONFIGS[name].model_validate({"init_std": 0.1}), made.encoder.fields, seed).eval()
    with torch.no_grad():
        model.embedding.table[:, -1].normal_(std=0.1, generator=torch.Generator().manual_seed(seed))
    return model


def opened(shop: Shop, made: Prepared, ranker: str) -> tuple[Recommender, float]:
    """Both stages, and the seconds that encoding all items takes."""
    frame, schema = shop.items.assign(launch_days=10.0), made.encoder.schema
    begun = time.perf_counter()
    listed = catalogue(frame, schema)  # the shop's own list: the impressions do not show every item
    listed = with_clicks(listed, frame.assign(**{str(schema.label): 0}), schema, made.train.take([]))
    items = item_table(listed, made.encoder, Names())
    recall = FMRecall(lively("fm", made, 0), items)
    seconds = time.perf_counter() - begun
    others = made.train.take(np.arange(min(200, len(made.train))))
    return Recommender(lively(ranker, made, 1), items, recall, others), seconds


def one_user(recommender: Recommender, moment: Moment, options: Options) -> dict[str, tuple[float, float]]:
    """Wall and processor seconds of each step for the first item of a user's list."""
    marks = [(time.perf_counter(), time.process_time())]
    trace = recommend(recommender, moment, options)
    marks.append((time.perf_counter(), time.process_time()))
    why(trace, str(trace.top["item"].iloc[0]))
    marks.append((time.perf_counter(), time.process_time()))
    pairs = ((0, 1), (1, 2), (0, 2))
    return {
        step: (marks[b][0] - marks[a][0], marks[b][1] - marks[a][1]) for step, (a, b) in zip(STEPS, pairs, strict=True)
    }


def measure(shop: Shop, made: Prepared, ranker: str, users: int, options: Options) -> dict[str, object]:
    """Smallest, middle and largest seconds of each step, over users with full histories."""
    recommender, seconds = opened(shop, made, ranker)
    lengths = made.test.bags["history_item"].lengths
    timed = []
    for place in np.flatnonzero(lengths == lengths.max())[: users + 1].tolist():
        one = made.test.take([place])
        row = int(one.row[0])
        history = items_in(shop.impressions.loc[[row]], made.encoder.schema)
        timed.append(one_user(recommender, Moment(row, None, one, one, history), options))
    found: dict[str, object] = {"users": len(timed) - 1, "history": int(lengths.max()), "encoding all items": seconds}
    for step in STEPS:  # the first user warms up
        for at, clock in enumerate(("wall", "processor")):
            values = [one[step][at] for one in timed[1:]]
            found[f"{step}, {clock}"] = [round(value, 3) for value in (min(values), median(values), max(values))]
    return found


def main() -> None:
    """Time what stands behind the page "Why this item", without the drawing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--impressions", type=int, default=60_000)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--recalled", type=int, default=200)
    parser.add_argument("--ranker", action="append")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    shop = simulate(ShopConfig(items=chosen.items, impressions=chosen.impressions))
    made = prepare(shop.impressions, shop.recipe())
    results: dict[str, object] = {"items": chosen.items, "recalled": chosen.recalled}
    for ranker in chosen.ranker or ["din", "afm"]:
        results[ranker] = measure(shop, made, ranker, chosen.users, Options(recall_size=chosen.recalled))
        print(f"{ranker}, seconds as min / median / max: {json.dumps(results[ranker], indent=1)}", flush=True)
    print(json.dumps(machine()))
    write_results(chosen.out, results)


if __name__ == "__main__":
    main()
