"""The section on the data: what was learnt from, and what to beware of in it."""

from __future__ import annotations

from ctrcore.data.profiles import ColumnProfile, Profile, TimeSpan
from ctrcore.figures import captions
from ctrcore.figures.profiles import class_balance, rows_over_time
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.report.content import Chart, Column, Note, Part, Table, Text
from ctrcore.report.material import Material
from ctrcore.report.splits import each_recipe, split_of
from ctrcore.report.writing import KINDS, literal, number, percent, short, whole
from ctrcore.runs.chores import is_large
from ctrcore.runs.dataset import Dataset
from ctrcore.runs.run import Run
from ctrcore.schema import Schema

_STEPS = Spoken(
    {name: name for name in (mark("minute"), mark("hour"), mark("day"), mark("week"), mark("month"), mark("year"))}
    | {"range": mark("range of numbers")}
)


def data(material: Material) -> list[Part]:
    """The table, its columns, its warnings, and how it was split."""
    parts: list[Part] = []
    if material.dataset is None:
        parts.append(
            Note(
                say(
                    "The table that the models learned from is not in this workspace any more, so it cannot be "
                    "described here; what follows was kept with the runs."
                )
            )
        )
    else:
        parts += _table(material.dataset, material.sources)
    for title, run in each_recipe(material.sources):
        parts += split_of(title, run)
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
                say(
                    "The {rows:,} rows have not been measured yet: open the dataset on the Data page and "
                    "let the columns be measured, then they are described here.",
                    rows=dataset.rows or 0,
                )
            )
        ]
    parts: list[Part] = [Text(" ".join(_counted(profile, len(dataset.columns))))]
    parts += [
        Note(f"**{literal(warning.problem)}** {literal(warning.remedy)}", warning=True) for warning in profile.warnings
    ]
    if not profile.warnings:
        parts.append(Text(say("No column looks as if it knew the answer, and nothing else was found to beware of.")))
    parts.append(
        Chart(
            "class-balance",
            class_balance(profile.clicks, profile.labelled),
            captions.said(captions.CLASS_BALANCE),
            say(
                "{clicks:,} of {labelled:,} labelled rows were clicked",
                clicks=profile.clicks,
                labelled=profile.labelled,
            ),
            words=("click-through rate",),
        )
    )
    parts.append(_columns(profile, runs[0][1].recipe.data_schema))
    if profile.times is not None:
        parts.append(_over_time(profile.times))
    return parts


def _counted(profile: Profile, columns: int) -> list[str]:
    """Rows, users and items, clicks, and rows that are no use, a sentence each."""
    counted = {"rows": profile.rows, "columns": columns, "users": profile.users, "items": profile.items}
    clicked = {"share": profile.click_rate, "labelled": profile.labelled}
    if profile.users is not None and profile.items is not None:
        text = mark(
            "**{rows:,} rows** in {columns} columns, of {users:,} users and {items:,} items; **{share:.1%}** of the "
            "{labelled:,} labelled rows were clicked."
        )
    elif profile.users is not None:
        text = mark(
            "**{rows:,} rows** in {columns} columns, of {users:,} users; **{share:.1%}** of the {labelled:,} labelled "
            "rows were clicked."
        )
    elif profile.items is not None:
        text = mark(
            "**{rows:,} rows** in {columns} columns, of {items:,} items; **{share:.1%}** of the {labelled:,} labelled "
            "rows were clicked."
        )
    else:
        text = mark(
            "**{rows:,} rows** in {columns} columns; **{share:.1%}** of the {labelled:,} labelled rows were clicked."
        )
    said = [say(text, **counted, **clicked)]
    if profile.rows > profile.labelled:
        said.append(say("{rows:,} rows have no label.", rows=profile.rows - profile.labelled))
    if profile.duplicates:
        said.append(say("{rows:,} rows repeat an earlier one in every column.", rows=profile.duplicates))
    return said


def _columns(profile: Profile, schema: Schema) -> Table:
    roles = {
        schema.label: say("label"),
        schema.time: say("time"),
        schema.user: say("user"),
        schema.item: say("item"),
    }
    sampled = any(column.sample for column in profile.columns)
    return Table(
        say("Columns"),
        [
            Column(say("Column"), number=False),
            Column(say("Kind"), number=False),
            Column(say("Missing")),
            Column(say_in("of a column", "Values")),
            Column(say("Rare")),
            Column(say("Least")),
            Column(say("Mean")),
            Column(say("Most")),
            Column(say("AUC alone"), "auc"),
        ],
        [_column(column, roles.get(column.name)) for column in profile.columns],
        say(
            "Values: how many different ones. Rare: share of cells whose value occurs fewer than 5 times. Of a list: "
            "its mean and its largest length. AUC alone: how well the column orders the clicks without any other; near "
            "1 it probably knows the answer."
        )
        + (" " + say("Of a large table a sample was looked at.") if sampled else ""),
    )


def _column(column: ColumnProfile, role: str | None) -> list[str]:
    lengths, kind = column.lengths, KINDS[column.kind]
    return [
        column.name,
        role or kind if column.kind == "ignore" else say("{kind}, {role}", kind=kind, role=role) if role else kind,
        percent(column.missing_share),
        whole(column.distinct),
        percent(column.rare_share),
        short(column.minimum),
        short(lengths.mean if lengths is not None else column.mean),
        short(lengths.longest if lengths is not None else column.maximum),
        number(column.auc, 3),
    ]


def _over_time(times: TimeSpan) -> Chart:
    step = _STEPS[times.unit]
    points = times.points
    figure = rows_over_time(
        [point.start for point in points],
        [point.rows for point in points],
        [point.labelled for point in points],
        [point.clicks for point in points],
        times.unit,
    )
    alt = say(
        "Rows and click rate of each {step} from {first} to {last}", step=step, first=times.first, last=times.last
    )
    return Chart("over-time", figure, captions.over_time(times.column, step), alt)
