"""How fast the app answers a visitor, against what its design promises for two processor cores.

    python -m benchmarks.app [--repetitions 5] [--out FILE.json]

Each repetition starts servers anew over a temporary workspace and drives them with Playwright and Chromium: the first
page of a cold server, the demo opened from Home, every page for the first time and once more, rows explained, a cutoff
moved, Shapley values of rows with ten fields, and every page while a model trains. Figures are min / median / max over
all repetitions. See `benchmarks.browsing` for how time is taken.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.answers import PROMISED, Measured, Starts, answers_table, starts_table
from benchmarks.browsing import CHROMIUM, Server, Took, Visitor
from ctrcore.data.simulate import ShopConfig, simulate
from ctrcore.explain.players import field_groups
from ctrcore.models.config import CONFIGS
from ctrcore.runs.running import run_here
from ctrcore.runs.spec import RunSpec
from ctrcore.runs.workspace import Workspace
from ctrcore.training.config import TrainConfig

TEN = {
    *("user_id", "age", "gender", "item_id", "category", "price", "hour", "device", "channel"),
    *("history_item", "history_category"),  # one field: they are taken away together
}
MODELS = ("fm", "afm", "fibinet", "din")
DEMO = {model: f"shop-{model}" for model in MODELS}
ROWS = 3  # explained per model and repetition
MOVES = 5  # of the slider
NEVER = 3600.0


def workspace_of_ten(place: Path) -> dict[str, str]:
    """A workspace with a small shop of ten fields and one model of each kind; gives the runs' ids by model."""
    workspace = Workspace(place)
    shop = simulate(ShopConfig(users=500, items=200, impressions=6000))
    recipe = shop.recipe()
    kept = TEN | {recipe.data_schema.label, recipe.data_schema.time}
    columns = [
        column if column.name in kept else column.model_copy(update={"kind": "ignore"})
        for column in recipe.data_schema.columns
    ]
    schema = recipe.data_schema.model_copy(update={"columns": columns})
    recipe = recipe.model_copy(update={"data_schema": schema})
    dataset = workspace.add_frame("ten fields", shop.impressions, recipe)
    made = {}
    for model in MODELS:
        training = TrainConfig(epochs=1, device="cpu")
        run = run_here(workspace, RunSpec(dataset=dataset, recipe=recipe, model=CONFIGS[model](), training=training))
        if run.state != "done":
            raise RuntimeError(f"{model} was not trained: {run.error}")
        if len(field_groups(run.encoder().fields)) != 10:
            raise RuntimeError("The models do not have ten fields.")
        made[model] = run.id
    return made


@contextmanager
def fresh(prepared: Path) -> Iterator[Path]:
    """A copy of the workspace that is gone afterwards."""
    place = prepared.with_name("workspace")
    shutil.copytree(prepared, place)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def cold_start(browser: Any, workspace: Path, delay: float | None) -> dict[str, Any]:
    """Seconds from the start of the process to an answer and to the heading of Home, and what was loaded then."""
    with Server(workspace, delay) as server:
        visitor = Visitor(browser, server)
        visitor.page.goto(server.url, wait_until="commit")
        visitor.page.get_by_role("heading", name="CTR Lens", level=1).wait_for()
        told = {"health": server.healthy, "heading": time.perf_counter() - server.begun, "loaded": server.loaded()}
        if delay != NEVER:
            while "sklearn" not in server.loaded() and time.perf_counter() - server.begun < 60:
                time.sleep(0.5)  # the last one that the warm-up loads
            server.wait_until_calm()
        visitor.close()
        return told | {"loaded later": server.loaded()}


def visit_pages(visitor: Visitor, measured: Measured, what: str) -> None:
    """Every page of the navigation, by its links."""
    links = visitor.page.get_by_test_id("stSidebarNavLink")
    for number in range(links.count()):
        name = links.nth(number).inner_text().splitlines()[-1]
        heading = visitor.page.get_by_role("heading", name="CTR Lens" if name == "Home" else name, level=1, exact=True)
        measured[what, name].append(visitor.act(links.nth(number).click, heading.wait_for))


def explain_rows(visitor: Visitor, url: str, rows: list[int], query: dict[str, str]) -> Iterator[Took]:
    """Open the page of rows, then look at one row after the other."""
    visitor.open(f"{url}/explain?{urlencode(query)}")
    box, compute = visitor.page.get_by_role("spinbutton", name="Row"), visitor.page.locator(".st-key-explain-compute")

    def look_at(row: int) -> None:
        box.fill(str(row))
        box.press("Enter")

    for row in rows:
        took = visitor.act(partial(look_at, row))
        if compute.count():  # what takes long waits for a button
            more = visitor.act(compute.get_by_role("button").click)
            took = Took(*(one + other for one, other in zip(took, more, strict=True)))
        yield took


def some_rows(workspace: Path, run_id: str, *seed: int) -> list[int]:
    """Test rows; with another seed most likely others."""
    scored = Workspace(workspace).run(run_id).predictions()
    rows = scored.loc[scored["split"] == "test", "row"].to_numpy()
    return [int(row) for row in np.random.default_rng(seed).choice(rows, ROWS, replace=False)]


@contextmanager
def training(workspace: Path) -> Iterator[None]:
    """A long training of DIN on the demo's shop, as a job of the app."""
    space = Workspace(workspace)
    spec = space.run(DEMO["din"]).spec
    run_id = space.submit(spec.model_copy(update={"training": TrainConfig(epochs=500, patience=0, device="cpu")}))
    while "step" not in (space.run(run_id).message or ""):
        if space.run(run_id).state not in ("queued", "running"):
            raise RuntimeError(f"The training did not begin: {space.run(run_id).error}")
        time.sleep(0.2)
    try:
        yield
        if space.run(run_id).state != "running":
            raise RuntimeError("The training ended too early.")
    finally:
        space.cancel(run_id, wait=True)


def repeat(browser: Any, workspace: Path, ten: dict[str, str], seed: int) -> Measured:
    """One visit over one server."""
    measured: Measured = defaultdict(list)
    with Server(workspace) as server:
        visitor = Visitor(browser, server)
        visitor.open(server.url)
        server.wait_until_calm()
        verdict = visitor.page.get_by_test_id("stAlert").first
        opened = visitor.act(visitor.page.get_by_role("button", name="Open the demo").click, verdict.wait_for)
        measured["the demo, opened from Home", ""].append(opened)
        for what in ("first visit", "visited again"):
            visit_pages(visitor, measured, what)
        all_four = {"dataset": "shop", "runs": ",".join(DEMO.values())}
        for number, (model, run_id) in enumerate(DEMO.items()):
            rows = some_rows(workspace, run_id, seed, number)
            for took in explain_rows(visitor, server.url, rows, all_four | {"run": run_id}):
                measured["a row explained", CONFIGS[model].title].append(took)
        visitor.open(f"{server.url}/compare?{urlencode(all_four | {'view': 'One cutoff'})}")
        thumb = visitor.page.get_by_role("slider").first
        thumb.focus()
        for _ in range(MOVES):
            measured["a cutoff moved", "four models"].append(visitor.act(lambda: thumb.press("ArrowRight")))
        for number, (model, run_id) in enumerate(ten.items()):
            dataset, rows = Workspace(workspace).run(run_id).spec.dataset, some_rows(workspace, run_id, seed, number)
            query = {"dataset": dataset, "runs": run_id, "run": run_id, "how": "shapley", "together": "no"}
            for took in explain_rows(visitor, server.url, rows, query):
                measured["Shapley of a row with 10 fields", CONFIGS[model].title].append(took)
        visitor.open(f"{server.url}/?{urlencode(all_four)}")
        with training(workspace):
            visit_pages(visitor, measured, "while a model trains")
        visitor.close()
    return measured


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    starts: Starts = {"after the first page, as the app does": [], "at once": [], "never": []}
    delays: tuple[float | None, ...] = (None, 0.0, NEVER)
    measured: Measured = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        prepared = Path(folder, "prepared")
        ten = workspace_of_ten(prepared)
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        for number in range(options.repetitions):
            for when, delay in zip(starts, delays, strict=True):
                with fresh(prepared) as workspace:
                    starts[when].append(cold_start(browser, workspace, delay))
            with fresh(prepared) as workspace:
                for key, took in repeat(browser, workspace, ten, number).items():
                    measured[key] += took
        browser.close()
    print("\n".join([*starts_table(starts), "", *answers_table(measured)]))
    if options.out is not None:
        answers = [
            {"what": what, "where": where, "promised": PROMISED[what], "took": took}
            for (what, where), took in measured.items()
        ]
        options.out.write_text(json.dumps({"starts": starts, "answers": answers}, indent=1))


if __name__ == "__main__":
    main()
