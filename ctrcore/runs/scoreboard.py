"""The table of what each model is worth and what it costs, and the same over several seeds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

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
    "run": Column("Run", ""),
    "model": Column("Model", ""),
    "auc": Column("AUC", "%.4f", "auc"),
    "auc_low": Column("AUC from", "%.4f", "interval"),
    "auc_high": Column("AUC to", "%.4f", "interval"),
    "rela_impr": Column("RelaImpr", "percent", "rela_impr"),
    "gauc": Column("gAUC", "%.4f", "gauc"),
    "gauc_users": Column("Users in gAUC", "localized", "gauc"),
    "pr_auc": Column("PR-AUC", "%.4f", "pr_auc"),
    "log_loss": Column("Log-loss", "%.4f", "log_loss"),
    "normalised_entropy": Column("Normalised entropy", "%.4f", "normalised_entropy"),
    "accuracy": Column("Accuracy", "percent", "accuracy"),
    "f1": Column("F1", "%.3f", "f1"),
    "ece": Column("ECE", "%.4f", "ece"),
    "pcoc": Column("PCOC", "%.3f", "pcoc"),
    "parameters": Column("Parameters", "localized", "parameters"),
    "seconds": Column("Training, s", "%.1f", "seconds"),
    "train_rows_per_second": Column("Rows/s in training", "localized", "rows per second"),
    "predict_rows_per_second": Column("Rows/s in scoring", "localized", "rows per second"),
    "peak_memory_mb": Column("Peak memory, MB", "localized", "peak memory"),
    "epochs": Column("Epochs", "localized", "epoch"),
    "best_epoch": Column("Best epoch", "localized", "best epoch"),
    "seed": Column("Seed", "plain", "seed"),
    "finished": Column("Finished, UTC", "datetime"),
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
ENDING = re.compile(r"[\s·_\-#:(,]+(seed|s)?[\s=_\-]*\d*$", re.IGNORECASE)  # ' seed 1', '-s2', ' (3' of a name


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
        base: id of the contender that RelaImpr is measured against; by default the first one.
        cutoff: the probability from which on a row is called a click.

    Returns:
        The column id and those of `COLUMNS`; what is not known is NaN or NaT, and so are metrics of probabilities
        where only the order of the scores means something.
    """
    import pandas as pd

    from ctrcore.comparing.measures import measure

    floor = sheet.ranked(base or contenders[0].id).auc
    rows = []
    for one in contenders:
        found = measure(sheet, one.id, cutoff)
        known = {name: found[name] for name in MEASURED if one.meaning == "probability" or name not in OF_PROBABILITIES}
        interval = comparison.intervals.get(one.id) if comparison is not None else None
        ends = {"auc_low": interval.low, "auc_high": interval.high} if interval is not None else {}
        gain = {"rela_impr": rela_impr(found["auc"], floor)}
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
        ids (list), run (their common name), model, runs (how many), seeds (text), auc_min, auc_max, and of every
        metric and cost its mean under its own name and its standard deviation (n - 1) under <name>_sd, NaN of one run.
    """
    import pandas as pd

    groups = same_but_seed(contenders)
    names = _names(groups)
    by_id = table.set_index("id")
    rows = []
    for group, name in zip(groups, names, strict=True):
        ids = [one.id for one in group]
        part = by_id.loc[ids]
        seeds = sorted({one.run.spec.training.seed for one in group if one.run is not None})
        row: dict[str, Any] = {"ids": ids, "run": name, "model": group[0].model, "runs": len(ids)}
        row |= {"seeds": ", ".join(map(str, seeds)), "auc_min": part["auc"].min(), "auc_max": part["auc"].max()}
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


def _names(groups: Sequence[Sequence[Contender]]) -> list[str]:
    """What to call the runs of each group: what their names begin with, told apart by an id where needed."""
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
    """The letters with which all names begin."""
    first, last = min(names), max(names)
    alike = next((place for place, letter in enumerate(first) if last[place : place + 1] != letter), len(first))
    return first[:alike]
