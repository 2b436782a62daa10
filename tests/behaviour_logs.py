"""Small behaviour logs, as tables and as the files that people have."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from ctrcore.data.importing import Files, ImportChoices
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.workspace import Workspace

USERS, ITEMS, GENRES = 40, 25, ("Comedy", "Drama", "Crime Drama")


def ratings(events: int = 1200, seed: int = 0) -> pd.DataFrame:
    """Who rated what and when; at most every second rating of a user has a time of its own."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "user_id": rng.integers(1, USERS + 1, events),
            "item_id": rng.integers(1, ITEMS + 1, events),
            "rating": rng.integers(1, 6, events),
            "timestamp": 880_000_000 + 60 * np.sort(rng.integers(0, events // 2, events)),
        }
    )


def typed_files(events: int = 1200) -> dict[str, bytes]:
    """Files called .inter, .user and .item, with types in the header, as MovieLens 100K is passed on."""
    log = ratings(events)
    rows = "".join(f"{r.user_id}\t{r.item_id}\t{r.rating}\t{r.timestamp}\n" for r in log.itertuples())
    users = "".join(f"{user}\t{20 + user % 50}\t{'MF'[user % 2]}\n" for user in range(1, USERS + 1))
    items = "".join(f"{item}\tFilm {item}\t{GENRES[item % 3]}\n" for item in range(1, ITEMS + 1))
    return {
        "small.inter": f"user_id:token\titem_id:token\trating:float\ttimestamp:float\n{rows}".encode(),
        "small.user": f"user_id:token\tage:token\tgender:token\n{users}".encode(),
        "small.item": f"item_id:token\tmovie_title:token_seq\tclass:token_seq\n{items}".encode(),
    }


def actions(events: int = 900, seed: int = 1) -> pd.DataFrame:
    """Who viewed or bought what and when: 3 of 10 views lead to a purchase a second later."""
    rng = np.random.default_rng(seed)
    start = 1_700_000_000 + 60 * np.sort(rng.integers(0, events, events))
    log = pd.DataFrame({"time": start, "user": rng.integers(1, USERS, events), "item": rng.integers(1, ITEMS, events)})
    log["category"] = np.array(["shoes", "toys", "books"])[log["item"] % 3]
    bought = log[rng.random(events) < 0.3]
    both = pd.concat([log.assign(action="view"), bought.assign(action="buy", time=bought["time"] + 1)])
    return both.sort_values("time", kind="stable").reset_index(drop=True)


def add_log(space: Workspace, folder: Path, frame: pd.DataFrame, **said: object) -> Dataset:
    """A dataset built from a table of behaviours, made in this process."""
    path = folder / "log.csv"
    frame.to_csv(path, index=False)
    choices = ImportChoices(rows_are="behaviours", log=dict(said))
    return space.dataset(space.add_files("a log", Files(rows={"log.csv": path}), choices))


def add_films(space: Workspace, folder: Path) -> Dataset:
    """The dataset built from `typed_files`, made in this process."""
    paths = {name: folder / name for name in typed_files()}
    for name, content in typed_files().items():
        paths[name].write_bytes(content)
    return space.dataset(space.add_files("films", Files(rows=paths), ImportChoices()))
