"""Data folders that every library reads: Frappe, MovieLens 100K, and tables with as many ids as wanted.

    python -m benchmarks.speed.data frappe ml-100k zipf_1000000_300000 --folder FOLDER

A folder holds `meta.json` ({"source", "fields": [{"name", "size"}], "history": null or {"name", "of", "max_length"}})
and for the part `train` and `test` each `<part>_ids.npy` (n, F) int32, an id 0 <= id < size of each field, 0 = unknown,
and `<part>_label.npy` (n,) float32; with a history also `<part>_history.npy` (n, 50) int32, oldest first, padded on
the right with 0, and `<part>_length.npy` (n,) int32. Ids are those of the training rows; a behaviour with another item
is left out. Training rows are in random order, so that the first so many are a sample.

Public data are read from `CTR_DATA`. Where it is not set, rows of the same shape with planted effects stand in.
`zipf_V_N`: N training rows of 26 fields with V ids in all, values by Zipf's law, labels from a planted
factorisation machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.generate import VOCABULARIES, _zipf, default_folder

Ids = npt.NDArray[np.int32]

HISTORY = 50
TEST_ROWS = 50_000  # of a made table
CHUNK = 500_000
RANK = 4  # of the planted factorisation machine
# What stands in for Frappe has as many values in each column.
FRAPPE = {
    "user": 958,
    "item": 4083,
    "daytime": 8,
    "weekday": 8,
    "isweekend": 3,
    "homework": 4,
    "cost": 3,
    "weather": 10,
    "country": 81,
    "city": 234,
}
PERSON = ("user_id", "gender", "age", "occupation")


def made(name: str, folder: Path) -> Path:
    """The data folder of that name, written now unless it is there; stand-ins have a name of their own."""
    known: dict[str, Callable[[Path], None]] = {"frappe": _frappe, "ml-100k": _movies}
    stands_in = name in known and "CTR_DATA" not in os.environ
    target = (folder / (f"{name}_stand_in" if stands_in else name)).resolve()
    if not target.exists():
        if stands_in:
            print(f"CTR_DATA is not set: made rows of the same shape stand in for {name}.", flush=True)
        unfinished = target.with_name(f"{target.name}.{os.getpid()}.part")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        if name in known:
            known[name](unfinished)
        else:
            _, vocabulary, rows = name.split("_")
            sizes = {f"C{place}": size for place, size in enumerate(field_sizes(int(vocabulary)), start=1)}
            planted(unfinished, sizes, {"train": int(rows), "test": TEST_ROWS}, "made by Zipf's law")
        unfinished.rename(target)
    return target


def field_sizes(total: int) -> list[int]:
    """Sizes of 26 fields that add up to `total`: few large ones and many small ones, at least 4 ids each."""
    scale = total / sum(VOCABULARIES)
    sizes = [max(round(size * scale), 4) for size in VOCABULARIES]
    sizes[-1] += total - sum(sizes)
    return sizes


def planted(folder: Path, sizes: Mapping[str, int], rows: Mapping[str, int], source: str, seed: int = 0) -> None:
    """Write a data folder whose labels come from a factorisation machine. Memory does not grow with the rows.

    Args:
        folder: where to.
        sizes: per field its number of ids, id 0 (never drawn) among them.
        rows: of each part.
        source: what the folder says about itself.
        seed: of everything.
    """
    rng = np.random.default_rng(seed)
    fields = len(sizes)
    # Variance 1 of the logit from single ids, 1.5 from all pairs together.
    spread = (1.5 / (fields * (fields - 1) / 2 * RANK)) ** 0.25
    weights = [rng.normal(0, fields**-0.5, size).astype(np.float32) for size in sizes.values()]
    factors = [rng.normal(0, spread, (size, RANK)).astype(np.float32) for size in sizes.values()]
    # Frequent values do not lie side by side in a table.
    places = [(rng.permutation(size - 1) + 1).astype(np.int32) for size in sizes.values()]
    for part, n in rows.items():
        ids = np.lib.format.open_memmap(folder / f"{part}_ids.npy", "w+", np.int32, (n, fields))
        label = np.empty(n, np.float32)
        for start in range(0, n, CHUNK):
            chunk = slice(start, min(start + CHUNK, n))
            logit = np.full(chunk.stop - start, -0.5, np.float32)
            total = np.zeros((len(logit), RANK), np.float32)
            for field, place in enumerate(places):
                drawn = place[_zipf(rng, len(place), len(logit))]
                ids[chunk, field] = drawn
                vectors = factors[field][drawn]
                total += vectors
                logit += weights[field][drawn] - 0.5 * np.square(vectors).sum(1)
            logit += 0.5 * np.square(total).sum(1)
            label[chunk] = rng.random(len(logit)) < 1 / (1 + np.exp(-logit))
        ids.flush()
        np.save(folder / f"{part}_label.npy", label)
    _describe(folder, sizes, source)


def _describe(folder: Path, sizes: Mapping[str, int], source: str, of: str | None = None) -> None:
    """Write `meta.json`."""
    fields = [{"name": name, "size": int(size)} for name, size in sizes.items()]
    history = {"name": "history", "of": of, "max_length": HISTORY} if of else None
    (folder / "meta.json").write_text(json.dumps({"source": source, "fields": fields, "history": history}, indent=1))


def _frappe(folder: Path) -> None:
    """Frappe's own training and test file, or as many rows of that shape."""
    if "CTR_DATA" not in os.environ:
        planted(folder, FRAPPE, {"train": 57_722, "test": 28_860}, "made in the shape of Frappe")
        return
    source = Path(os.environ["CTR_DATA"]) / "frappe"
    tables = {part: pd.read_csv(source / f"{part}.csv") for part in ("train", "test")}
    tables["train"] = tables["train"].sample(frac=1, random_state=0)
    names = [str(name) for name in tables["train"] if name != "label"]
    _write(folder, tables, names, "Frappe")


def _write(
    folder: Path, tables: Mapping[str, pd.DataFrame], names: list[str], source: str, of: str | None = None
) -> dict[str, pd.Index]:
    """Ids and labels of the parts, numbered by the training rows; the values of each field, whose ids start at 1."""
    values = {name: pd.Index(np.sort(tables["train"][name].unique())) for name in names}
    for part, table in tables.items():
        # An unknown value is found at -1.
        ids = np.stack([found.get_indexer(table[name]) + 1 for name, found in values.items()], axis=1)
        np.save(folder / f"{part}_ids.npy", np.ascontiguousarray(ids, np.int32))
        np.save(folder / f"{part}_label.npy", table["label"].to_numpy(np.float32))
    _describe(folder, {name: len(found) + 1 for name, found in values.items()}, source, of)
    return values


def _movies(folder: Path) -> None:
    """A rating of 4 and more is a click; of each user the last fifth of the rows is the test."""
    if "CTR_DATA" in os.environ:
        rows, source = _ratings(Path(os.environ["CTR_DATA"]) / "ml-100k"), "MovieLens 100K"
    else:
        rows, source = _made_ratings(), "made in the shape of MovieLens 100K"
    rows = rows.sort_values(["user_id", "timestamp"], kind="stable").reset_index(drop=True)
    rank, count = rows.groupby("user_id").cumcount(), rows.groupby("user_id")["label"].transform("size")
    last = rank >= count - count // 5
    tables = {"train": rows[~last].sample(frac=1, random_state=0), "test": rows[last]}
    names = [*PERSON, "item_id"]
    items = _write(folder, tables, names, source, of="item_id")["item_id"]
    behaviours, lengths = histories(
        rows["user_id"].to_numpy(), items.get_indexer(pd.Index(rows["item_id"])) + 1, rows["label"].to_numpy() > 0
    )
    for part, table in tables.items():
        np.save(folder / f"{part}_history.npy", behaviours[table.index])
        np.save(folder / f"{part}_length.npy", lengths[table.index])


def histories(user: npt.NDArray[Any], item: npt.NDArray[Any], click: npt.NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """The newest 50 earlier clicks of each row's user, (n, 50) oldest first, and how many they are, (n,).

    Args:
        user: of each row, rows of a user together and by time.
        item: its id; 0, an unknown one, is no behaviour.
        click: whether it is one.
    """
    behaviours, lengths = np.zeros((len(user), HISTORY), np.int32), np.zeros(len(user), np.int32)
    past: list[int] = []
    for row in range(len(user)):
        if row and user[row] != user[row - 1]:
            past = []
        newest = past[-HISTORY:]
        behaviours[row, : len(newest)], lengths[row] = newest, len(newest)
        if click[row] and item[row]:
            past.append(int(item[row]))
    return behaviours, lengths


def _ratings(source: Path) -> pd.DataFrame:
    """MovieLens' ratings with what is known of the user."""

    def table(kind: str) -> pd.DataFrame:
        found = pd.read_csv(source / f"ml-100k.{kind}", sep="\t")
        return found.rename(columns=lambda name: name.partition(":")[0])

    rows = table("inter").merge(table("user"), on="user_id", how="left")
    return rows.assign(label=(rows["rating"] >= 4).astype(np.float32))


def _made_ratings() -> pd.DataFrame:
    """100,000 ratings of 943 users and 1,682 items; who clicks items of one of 18 kinds clicks more of them."""
    rng = np.random.default_rng(0)
    n, users, items, kinds = 100_000, 943, 1_682, 18
    user, item = _zipf(rng, users, n, 0.6), _zipf(rng, items, n, 0.6)
    person = rng.integers([2, 61, 21], size=(users, 3))
    taste, kind = rng.normal(0, 1, (users, kinds)), rng.integers(kinds, size=items)
    logit = rng.normal(0, 0.6, users)[user] + rng.normal(0, 0.8, items)[item] + taste[user, kind[item]]
    columns = dict(zip(PERSON, (user, *person[user].T), strict=True))
    label = (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(np.float32)
    return pd.DataFrame({**columns, "item_id": item, "timestamp": np.arange(n), "label": label})


def main() -> None:
    """Write data folders and say where they are."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--folder", type=Path, default=default_folder() / "speed")
    chosen = parser.parse_args()
    for name in chosen.names:
        path = made(name, chosen.folder)
        rows = {part: len(np.load(path / f"{part}_label.npy", mmap_mode="r")) for part in ("train", "test")}
        print(f"{path}: {rows}")


if __name__ == "__main__":
    main()
