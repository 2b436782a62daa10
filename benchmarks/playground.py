"""Does every preset of the playground teach what it says, while one waits?

    python -m benchmarks.playground [--seeds 3] [--seconds 15]

For each preset and model: seconds of learning until the AUC on validation rows is within 0.01 of the best reachable
one, for each seed of the shop. 'never' is right where the playground says that the model cannot.
"""

from __future__ import annotations

import argparse

from ctrcore.learn.playground_ground import make_ground
from ctrcore.learn.playground_presets import MODELS, PRESETS, WITHIN, shop_config
from ctrcore.learn.playground_training import Learner, Training


def main() -> None:
    """Train all, print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=15.0)
    chosen = parser.parse_args()
    print("| preset | model | best reachable AUC | AUC | seconds | promised |\n|---|---|---|---|---|---|")
    for preset in PRESETS:
        for model in MODELS:
            found = [measured(preset, model, seed, chosen.seconds) for seed in range(1, chosen.seeds + 1)]
            best, auc, seconds = (" / ".join(column) for column in zip(*found, strict=True))
            print(f"| {preset} | {model} | {best} | {auc} | {seconds} | {promised(preset, model)} |", flush=True)


def measured(preset: str, model: str, seed: int, seconds: float) -> tuple[str, str, str]:
    """Best reachable AUC, the highest that the model got to, and after how many seconds it was within reach."""
    ground = make_ground(shop_config(preset, {"seed": seed}))
    learner = Learner(ground, model, Training(learning_rate=PRESETS[preset].rate, seed=seed))
    wanted = ground.best_auc - WITHIN
    while learner.curve[-1].valid_auc <= wanted and learner.seconds < seconds and not learner.finished:
        learner.run(learner.batches, seconds=0.1)
    reached = f"{learner.seconds:.1f}" if learner.curve[-1].valid_auc > wanted else "never"
    return f"{ground.best_auc:.3f}", f"{max(point.valid_auc for point in learner.curve):.3f}", reached


def promised(preset: str, model: str) -> str:
    """What the playground says of this model."""
    words = PRESETS[preset]
    return "reaches it" if model in words.reach else "cannot" if model in words.fail else ""


if __name__ == "__main__":
    main()
