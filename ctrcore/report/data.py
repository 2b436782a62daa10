"""The section on the data: what was learnt from, and what to beware of in it."""

from __future__ import annotations

from typing import Any

from ctrcore.data.profiles import ColumnProfile, Profile, TimeSpan
from ctrcore.errors import CtrLensError
from ctrcore.figures import captions
from ctrcore.figures.profiles import class_balance, rows_over_time
from ctrcore.report.content import Chart, Column, Heading, Note, Part, Table, Text
from ctrcore.report.material import PARTS, Material, prepared_report
from ctrcore.report.writing import literal, number, percent, short, whole
from ctrcore.runs.chores import is_large
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.schema import Schema


def data(material: Material) -> list[Part]:
    """The table, its columns, its warnings, and how it was split."""
    parts: list[Part] = []
    if material.dataset is None:
        parts.append(
            Note(
                "The table that the models learned from is not in this workspace any more, so it cannot be described "
                "here; what follows was kept with the runs."
            )
        )
    else:
        parts += _table(material.dataset, material.sources)
    for title, run in _each_recipe(material.sources):
        parts += _split(title, run)
    return parts


def profile_of(dataset: Dataset, runs: list[tuple[str, Run]]) -> Profile | None:
    """The profile with the first run's schema; of a table too large to be measured now the one made last, if any."""
    schema = runs[0][1].recipe.data_schema if runs else None
    if is_large(dataset):
        kept = dataset.kept_profile()
        return kept[1] if kept is not None else None
    return dataset.profile(schema)


def _table(dataset: Dataset, runs: list[tuple[str, Run]]) -> list[Part]:
    profile = profile_of(dataset, runs)
    if profile is None:
        return [
            Note(
                f"The {dataset.rows or 0:,} rows have not been measured yet: open the dataset on the Data page and let "
                "the columns be measured, then they are described here."
            )
        ]
    people = " and ".join(
        f"{count:,} {name}" for count, name in ((profile.users, "users"), (profile.items, "items")) if count is not None
    )
    unlabelled = profile.rows - profile.labelled
    parts: list[Part] = [
        Text(
            f"**{profile.rows:,} rows** in {len(dataset.columns)} columns"
            + (f", of {people}; " if people else "; ")
            + f"**{profile.click_rate:.1%}** of the {profile.labelled:,} labelled rows were clicked. "
            + (f"{unlabelled:,} rows have no label. " if unlabelled else "")
            + (f"{profile.duplicates:,} rows repeat an earlier one in every column." if profile.duplicates else "")
        )
    ]
    parts += [
        Note(f"**{literal(warning.problem)}** {literal(warning.remedy)}", warning=True) for warning in profile.warnings
    ]
    if not profile.warnings:
        parts.append(Text("No column looks as if it knew the answer, and nothing else was found to beware of."))
    parts.append(
        Chart(
            "class-balance",
            class_balance(profile.clicks, profile.labelled),
            captions.CLASS_BALANCE,
            f"{profile.clicks:,} of {profile.labelled:,} labelled rows were clicked",
            words=("click-through rate",),
        )
    )
    parts.append(_columns(profile, runs[0][1].recipe.data_schema))
    if profile.times is not None:
        parts.append(_over_time(profile.times))
    return parts


def _columns(profile: Profile, schema: Schema) -> Table:
    roles = {schema.label: "label", schema.time: "time", schema.user: "user", schema.item: "item"}
    return Table(
        "Columns",
        [
            Column("Column", number=False),
            Column("Kind", number=False),
            Column("Missing"),
            Column("Values"),
            Column("Rare"),
            Column("Least"),
            Column("Mean"),
            Column("Most"),
            Column("AUC alone", "auc"),
        ],
        [_column(column, roles.get(column.name)) for column in profile.columns],
        "Values: how many different ones. Rare: share of cells whose value occurs fewer than 5 times. Of a list: its "
        "mean and its largest length. AUC alone: how well the column orders the clicks without any other; near 1 it "
        "probably knows the answer."
        + (" Of a large table a sample was looked at." if any(column.sample for column in profile.columns) else ""),
    )


def _column(column: ColumnProfile, role: str | None) -> list[str]:
    lengths, kind = column.lengths, "not used" if column.kind == "ignore" else column.kind.replace("_", "-")
    return [
        column.name,
        role or kind if column.kind == "ignore" else f"{kind}, {role}" if role else kind,
        percent(column.missing_share),
        whole(column.distinct),
        percent(column.rare_share),
        short(column.minimum),
        short(lengths.mean if lengths is not None else column.mean),
        short(lengths.longest if lengths is not None else column.maximum),
        number(column.auc, 3),
    ]


def _over_time(times: TimeSpan) -> Chart:
    step = "range of numbers" if times.unit == "range" else times.unit
    points = times.points
    figure = rows_over_time(
        [point.start for point in points],
        [point.rows for point in points],
        [point.labelled for point in points],
        [point.clicks for point in points],
        times.unit,
    )
    alt = f"Rows and click rate of each {step} from {times.first} to {times.last}"
    return Chart("over-time", figure, captions.over_time(times.column, step), alt)


def _each_recipe(runs: list[tuple[str, Run]]) -> list[tuple[str, Run]]:
    """The first run of each way in which the table became rows; without a title if there is but one."""
    found: dict[str, tuple[str, Run]] = {}
    for title, run in runs:
        found.setdefault(run.recipe.id, (title, run))
    return list(found.values()) if len(found) > 1 else [("", run) for _, run in found.values()]


def _split(title: str, run: Run) -> list[Part]:
    try:
        report = prepared_report(run)
    except CtrLensError:
        report = {}
    if not report.get("parts"):
        return []
    parts: list[Part] = [Heading(f"Training, validation and test rows{f' of {title}' if title else ''}")]
    split = run.recipe.split
    parts.append(Table(f"Rows by part, split: {split.by.replace('_', ' ')}", _SPLIT_COLUMNS, _split_rows(report)))
    dropped = {name: count for name, count in (report.get("dropped") or {}).items() if count}
    if dropped:
        told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in dropped.items())
        parts.append(Text(f"Rows left out before: {told}."))
    parts += _cold(report)
    return parts


_SPLIT_COLUMNS = [
    Column("Part", number=False),
    Column("Rows"),
    Column("Clicks"),
    Column("Click rate", "click-through rate"),
    Column("Users"),
    Column("Cells with an unknown value", "unknown"),
]


def _split_rows(report: dict[str, Any]) -> list[list[str]]:
    rows = []
    for name, part in report["parts"].items():
        unknown = list((report.get("unknown_share") or {}).get(name, {}).values())
        share = sum(unknown) / len(unknown) if unknown else None
        users = part.get("users") or None
        rows.append(
            [
                PARTS.get(name, name),
                whole(part["rows"]),
                whole(part["clicks"]),
                percent(part["click_rate"]),
                whole(users),
                percent(share, 2),
            ]
        )
    return rows


def _cold(report: dict[str, Any]) -> list[Part]:
    """Users and items that training never saw."""
    rows = [
        [
            PARTS.get(part, part),
            key,
            whole(told["cold_rows"]),
            percent(told["share"]),
            f"{whole(told['cold'])} of {whole(told['distinct'])}",
        ]
        for part, keys in (report.get("cold") or {}).items()
        for key, told in keys.items()
        if told["distinct"]
    ]
    if not rows:
        return []
    columns = [
        Column("Part", number=False),
        Column("Of", number=False),
        Column("Rows"),
        Column("Share of the rows"),
        Column("Never seen"),
    ]
    note = "Of a user or an item without a training row a model knows nothing but what it shares with others."
    return [Table("Users and items that training never saw", columns, rows, note)]
