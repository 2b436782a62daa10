"""The table of what each model is worth and what it costs, and the same over several seeds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Literal

from ctrcore.language import mark
from ctrcore.metrics import rela_impr
from ctrcore.runs.contenders import Contender

if TYPE_CHECKING:
    import pandas as pd

    from ctrcore.comparing.sheet import Sheet
    from ctrcore.comparing.testing import Comparison

Format = Literal["", "%.4f", "%.3f", "%.1f", "percent", "localized", "plain", "datetime"]


@dataclass(frozen=True)
class Column:
    """How a column of the scoreboard is headed, written and explained.

    Attributes:
        title: its heading.
        format: as tables of browsers know it: printf's, 'percent' with one decimal, 'localized' for whole numbers,
            'plain', 'datetime'; empty for text.
        word: its entry in `ctrcore.words.WORDS`; None where the title says it all.
    """

    title: str
    format: Format
    word: str | None = None


COLUMNS: dict[str, Column] = {
    "run": Column(mark("Run"), ""),
    "model": Column(mark("Model"), ""),
    "auc": Column("AUC", "%.4f", "auc"),
    "auc_low": Column(mark("AUC from"), "%.4f", "interval"),
    "auc_high": Column(mark("AUC to"), "%.4f", "interval"),
    "rela_impr": Column("RelaImpr", "percent", "rela_impr"),
    "gauc": Column("gAUC", "%.4f", "gauc"),
    "log_loss": Column(mark("Log-loss"), "%.4f", "log_loss"),
    "pr_auc": Column("PR-AUC", "%.4f", "pr_auc"),
    "normalised_entropy": Column("NE", "%.4f", "normalised_entropy"),
    "accuracy": Column(mark("Accuracy"), "percent", "accuracy"),
    "f1": Column("F1", "%.3f", "f1"),
    "ece": Column("ECE", "%.4f", "ece"),
    "pcoc": Column("PCOC", "%.3f", "pcoc"),
    "gauc_users": Column(mark("Users in gAUC"), "localized", "gauc"),
    "parameters": Column(mark("Parameters"), "localized", "parameters"),
    "seconds": Column(mark("Training, s"), "%.1f", "seconds"),
    "train_rows_per_second": Column(mark("Rows/s in training"), "localized", "rows per second"),
    "predict_rows_per_second": Column(mark("Rows/s in scoring"), "localized", "rows per second"),
    "peak_memory_mb": Column(mark("Peak memory, MB"), "localized", "peak memory"),
    "epochs": Column(mark("Epochs"), "localized", "epoch"),
    "best_epoch": Column(mark("Best epoch"), "localized", "best epoch"),
    "seed": Column(mark("Seed"), "plain", "seed"),
    "finished": Column(mark("Finished, UTC"), "datetime"),
}
MEASURED = (
    "auc", "gauc", "gauc_users", "pr_auc", "log_loss", "normalised_entropy", "accuracy", "f1", "ece", "pcoc",
)  # fmt: skip
OF_PROBABILITIES = {"log_loss", "normalised_entropy", "accuracy", "f1", "ece", "pcoc"}
COSTS = {  # by their name in metrics.json
    "parameters": "parameters",
    "seconds": "seconds",
    "rows_per_second": "train_rows_per_second",
    "predict_rows_per_second": "predict_rows_per_second",
    "epochs": "epochs",
    "best_epoch": "best_epoch",
}
AVERAGED = (*MEASURED, "rela_impr", *(name for name in COSTS.values() if name != "best_epoch"), "peak_memory_mb")
WORD = re.compile(r"[^\W_]+|[\W_]+")  # or what stands between words
ENDING = re.compile(r"[\s·_\-#:(\[{/|=,]+(seed|s)?[\s=_\-]*\d*$", re.IGNORECASE)  # ' seed 1', '-s2', ' (3' of a name


def scoreboard(
    contenders: Sequence[Contender],
    sheet: Sheet,
    comparison: Comparison | None = None,
    base: str | None = None,
    cutoff: float = 0.5,
) -> pd.DataFrame:
    """One row a contender, the best AUC first, all measured on the rows of the sheet.

    Args:
        contenders: what is compared.
        sheet: the rows that all of them scored.
        comparison: whose intervals of the AUC are shown; None: there are none.
        base: id of the contender that RelaImpr is measured against; by default the first one. RelaImpr is NaN unless
            the interval of its AUC lies above 0.5: a gain over what may be nothing has no size.
        cutoff: the probability from which on a row is called a click.

    Returns:
        The column id and those of `COLUMNS`; what is not known is NaN or NaT, and so are metrics of probabilities
        where only the order of the scores means something.
    """
    import pandas as pd

    from ctrcore.comparing.measures import measure
    from ctrcore.comparing.testing import auc_interval

    base = base or contenders[0].id
    floor = comparison.intervals[base] if comparison is not None else auc_interval(sheet, base)
    at_least = floor.value if floor.low > 0.5 else float("nan")
    rows = []
    for one in contenders:
        found = measure(sheet, one.id, cutoff)
        known = {name: found[name] for name in MEASURED if one.meaning == "probability" or name not in OF_PROBABILITIES}
        interval = comparison.intervals.get(one.id) if comparison is not None else None
        ends = {"auc_low": interval.low, "auc_high": interval.high} if interval is not None else {}
        gain = {"rela_impr": rela_impr(found["auc"], at_least)}
        rows.append({"id": one.id, "run": one.title, "model": one.model, **known, **ends, **gain, **_costs(one)})
    table = pd.DataFrame(rows).reindex(columns=["id", *COLUMNS])
    numbers = [name for name, column in COLUMNS.items() if column.format not in ("", "datetime")]
    table[numbers] = table[numbers].astype("float64")
    table["finished"] = pd.to_datetime(table["finished"], unit="s", utc=True)
    return table.sort_values("auc", ascending=False, kind="stable", ignore_index=True)


def same_but_seed(contenders: Sequence[Contender]) -> list[list[Contender]]:
    """Runs that differ at most in their seed, name and tags, together; in the order of the first of each.

    The seed of the split is none of these: another split has other test rows. Scores of other systems stand alone.
    """
    groups: dict[str, list[Contender]] = {}
    for one in contenders:
        groups.setdefault(_settings(one), []).append(one)
    return list(groups.values())


def over_seeds(table: pd.DataFrame, contenders: Sequence[Contender]) -> pd.DataFrame:
    """The scoreboard with one row for all runs that differ only in their seed, the best mean AUC first.

    Args:
        table: as `scoreboard` gives it.
        contenders: what it shows.

    Returns:
        ids (list), run (their common name), model, runs (how many, each of another seed), seeds (text), reruns (how
        many are left out, as a newer run has their seed: they would count luck that was drawn once as drawn twice),
        auc_min, auc_max, and of every metric and cost its mean under its own name and its standard deviation (n - 1)
        under <name>_sd, NaN of one run.
    """
    import pandas as pd

    groups = same_but_seed(contenders)
    names = _names(groups)
    by_id = table.set_index("id")
    rows = []
    for group, name in zip(groups, names, strict=True):
        newest = _newest(group)
        ids = [one.id for one in newest.values()]
        part = by_id.loc[ids]
        seeds = ", ".join(str(seed) for seed in sorted(seed for seed in newest if seed is not None))
        row: dict[str, Any] = {"ids": ids, "run": name, "model": group[0].model, "runs": len(ids), "seeds": seeds}
        row |= {"reruns": len(group) - len(ids), "auc_min": part["auc"].min(), "auc_max": part["auc"].max()}
        for column in AVERAGED:
            row |= {column: part[column].mean(), f"{column}_sd": part[column].std()}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("auc", ascending=False, kind="stable", ignore_index=True)


def shown(name: str, value: Any) -> str:
    """A cell of the scoreboard as text; a dash where nothing is known."""
    import pandas as pd

    form = COLUMNS[name].format
    if pd.isna(value):
        return "–"
    if form == "datetime":
        return f"{value:%Y-%m-%d %H:%M}"
    if form == "percent":
        return f"{value:.1%}"
    if form == "localized":
        return f"{value:,.0f}"
    if form == "plain":
        return f"{value:.0f}"
    return form % value if form else str(value)


def _costs(one: Contender) -> dict[str, float | None]:
    """What a run has cost, and when it ended."""
    if one.run is None:
        return {}
    figures: Mapping[str, Any] = one.run.metrics() or {}
    found = {title: figures.get(name) for name, title in COSTS.items()}
    memory = figures.get("peak_memory_bytes")
    found |= {"peak_memory_mb": memory / 1e6 if memory else None, "seed": one.run.spec.training.seed}
    return found | {"finished": one.run.finished}


def _settings(one: Contender) -> str:
    """All settings but name, tags and the seed of the training, as one text."""
    if one.run is None:
        return one.id
    spec = one.run.spec.model_dump(mode="json", exclude={"name": True, "tags": True, "training": {"seed"}})
    return json.dumps(spec, sort_keys=True)


def _newest(group: Sequence[Contender]) -> dict[int | None, Contender]:
    """The newest run of each seed, in the order of the first of each."""
    found: dict[int | None, Contender] = {}
    for one in group:
        seed = one.run.spec.training.seed if one.run is not None else None
        found[seed] = max(found.get(seed, one), one, key=_ended)
    return found


def _ended(one: Contender) -> float:
    return one.run.finished or 0.0 if one.run is not None else 0.0


def _names(groups: Sequence[Sequence[Contender]]) -> list[str]:
    """What to call the runs of each group: the words that their names begin with, told apart by an id if need be."""
    names = []
    for group in groups:
        own = [one.run.name if one.run is not None else one.title for one in group]
        common = own[0] if len(set(own)) == 1 else ENDING.sub("", _beginning(own)).strip()
        names.append(common or (group[0].run.spec.model.title if group[0].run is not None else own[0]))
    return [
        f"{name} · {group[0].id[-4:]}" if names.count(name) > 1 else name
        for name, group in zip(names, groups, strict=True)
    ]


def _beginning(names: Sequence[str]) -> str:
    """The words with which all names begin, none of them cut, and what stands between these."""
    words = [WORD.findall(name) for name in names]
    alike = takewhile(lambda found: len(set(found)) == 1, zip(*words, strict=False))
    return "".join(found[0] for found in alike)
