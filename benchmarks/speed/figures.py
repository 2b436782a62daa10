"""From what the adapters printed to figures: rows a second, ratios round by round, seconds to an AUC, tables.

A record is one measured task: {"title", "rounds", "runs": {entry: [run, ...]}, "left_out": {entry: why}, "libraries",
...}, its runs one a round; a run holds the adapter's answer and the memory of its process.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from benchmarks.measuring import spread

Answer = dict[str, Any]
Record = dict[str, Any]
OURS = "ours"


def training_speed(answer: Answer) -> float:
    """Rows a second, the median of the epochs after the first one, which warms up."""
    epochs = answer["epochs"][1:] or answer["epochs"]
    return float(answer["rows"] / median(epoch["seconds"] for epoch in epochs))


def prediction_speed(answer: Answer) -> float:
    """Rows a second, the median of the passes over the test rows."""
    return float(answer["test_rows"] / median(answer["predict_seconds"]))


def ratios(ours: Sequence[float], peer: Sequence[float]) -> list[float]:
    """How many times as fast we are, round by round."""
    return [mine / theirs for mine, theirs in zip(ours, peer, strict=True)]


def seconds_to(answer: Answer, auc: float) -> float | None:
    """Training seconds, the first epoch's too, until the test AUC is at least that; None if it never is."""
    seconds = 0.0
    for epoch in answer["epochs"]:
        seconds += float(epoch["seconds"])
        if epoch["auc"] >= auc:
            return seconds
    return None


def last_auc(answer: Answer) -> float:
    """Test AUC after the last epoch."""
    return float(answer["epochs"][-1]["auc"])


def best_auc(answer: Answer) -> float:
    """Test AUC after the best epoch."""
    return float(max(epoch["auc"] for epoch in answer["epochs"]))


def answers(record: Record, entry: str) -> list[Answer]:
    """What an entry's adapter printed, round by round."""
    return [run["answer"] for run in record["runs"][entry]]


def peers(record: Record) -> list[str]:
    """Who ran beside us."""
    return [entry for entry in record["runs"] if entry != OURS and entry in record["libraries"]]


def fastest_peer(record: Record, speed: Any = training_speed) -> str | None:
    """The peer with the largest median."""
    found = {entry: median(map(speed, answers(record, entry))) for entry in peers(record)}
    return max(found, key=lambda entry: found[entry]) if found else None


def targets(record: Record) -> list[float] | None:
    """Per round the last AUC of the peer whose median is best; None without peers, or if they saw other rows."""
    found = {entry: median(map(last_auc, answers(record, entry))) for entry in peers(record)}
    if not found or OURS not in record["runs"]:
        return None
    best = answers(record, max(found, key=lambda entry: found[entry]))
    mine = answers(record, OURS)
    return [last_auc(answer) for answer in best] if best[0]["rows"] == mine[0]["rows"] else None


def times_to_target(record: Record, entry: str) -> list[float | None]:
    """Seconds per round: ours until the best peer's last AUC, a peer's until its own best one."""
    found = answers(record, entry)
    if entry != OURS:
        return [seconds_to(answer, best_auc(answer)) for answer in found]
    wanted = targets(record)
    if wanted is None:
        return [None] * len(found)
    return [seconds_to(answer, auc) for answer, auc in zip(found, wanted, strict=True)]


def table(record: Record) -> list[str]:
    """The lines of a task's Markdown table, min / median / max of the rounds."""
    columns = ["library", "training, rows/s", "ours is faster", "prediction, rows/s", "ours is faster", "AUC"]
    columns += ["s to AUC", "peak MB", "import s", "installed MB"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for entry in record["runs"]:
        lines.append("| " + " | ".join(_cells(record, entry)) + " |")
    return lines


def _cells(record: Record, entry: str) -> list[str]:
    found = answers(record, entry)
    cells = [record["libraries"].get(entry, {}).get("title", entry)]
    for speed in (training_speed, prediction_speed):
        own = [speed(answer) for answer in found]
        cells.append(_three(own, "{:,.0f}"))
        if entry == OURS or OURS not in record["runs"]:
            cells.append("")
        else:
            mine = [speed(answer) for answer in answers(record, OURS)]
            cells.append(_three(ratios(mine, own), "{:.1f}"))
    times = times_to_target(record, entry)
    installed = record["libraries"].get(entry, {}).get("bytes")
    return [
        *cells,
        f"{median(map(last_auc, found)):.4f}",
        _reached(times) if entry != OURS or targets(record) else "",
        f"{median(run['peak'] for run in record['runs'][entry]) / 1e6:,.0f}",
        f"{median(answer['import_seconds'] for answer in found):.1f}",
        f"{installed / 1e6:,.0f}" if installed else "",
    ]


def _reached(times: list[float | None]) -> str:
    seconds = [time for time in times if time is not None]
    missed = len(times) - len(seconds)
    return f"not in {missed} of {len(times)} rounds" if missed else _three(seconds, "{:.1f}")


def _three(values: Sequence[float], form: str) -> str:
    found = spread(values)
    return " / ".join(form.format(found[name]) for name in ("min", "median", "max"))


def step_ratios(record: Record) -> list[float]:
    """Of the task with two vocabularies: seconds of a step with many ids over those with few, round by round."""
    few, many = (list(map(training_speed, answers(record, entry))) for entry in record["runs"])
    return ratios(few, many)


def summary(record: Record, name: str) -> list[str]:
    """What is printed of a task: its table, what it compares, who is left out, what an adapter had to say."""
    where = record["machine"]
    lines = [f"### {record['title']}", ""]
    lines += [
        f"{record['source']}, {record['device']}, {where['cores']} cores, {record['threads']} threads, "
        f"{record['rounds']} rounds, {where['when']}; min / median / max of the rounds.",
        "",
    ]
    if record["runs"]:
        lines += [*table(record), ""]
    if name.startswith("vocabulary") and len(record["runs"]) == 2:
        lines.append(f"- A step with many ids takes {_three(step_ratios(record), '{:.2f}')} times that with few.")
    if fastest := fastest_peer(record):
        own = fastest_peer(record, prediction_speed) or fastest
        titles = {entry: record["libraries"][entry]["title"] for entry in (fastest, own)}
        lines.append(f"- Fastest peer: {titles[fastest]} in training, {titles[own]} in prediction.")
    lines += [f"- {line}" for line in record.get("device_notes", [])]
    titles = {entry: record["libraries"].get(entry, {}).get("title", entry) for entry in record["left_out"]}
    lines += [f"- {titles[entry]} is left out: {why}" for entry, why in record["left_out"].items()]
    for entry in record["runs"]:
        if notes := answers(record, entry)[0].get("notes"):
            lines.append(f"- {record['libraries'].get(entry, {}).get('title', entry)}: {notes}")
    return lines
