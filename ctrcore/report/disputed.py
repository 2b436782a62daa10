"""The rows that two models place furthest apart, with their cells: data of single people, so only if asked for."""

from __future__ import annotations

from ctrcore.comparing.disputes import disputed
from ctrcore.language import say
from ctrcore.report.behind import Behind
from ctrcore.report.content import Column, Part, Table
from ctrcore.report.material import Material
from ctrcore.report.writing import percent

ROWS = 20
FIELDS = 8  # of a row, as many as fit on paper
CELLS = 60  # characters of a cell


def disputed_rows(material: Material, behind: Behind, a: str, b: str) -> list[Part]:
    """The rows that two models place furthest apart, with their cells: data of single people, so only if asked for."""
    titles = material.titles
    found = disputed(material.sheet, a, b, count=ROWS)
    cells = behind.table.at(found["row"].tolist()).reset_index(drop=True)
    histories = {column.name for column in behind.schema.histories}
    known = [column.name for column in behind.schema.fields if column.name in cells and column.name not in histories]
    fields = known[:FIELDS]
    columns = [
        Column(say("Row")),
        Column(say("Really"), number=False),
        Column(say("{model} is above", model=titles[a]), "rank"),
        Column(say("{model} is above", model=titles[b]), "rank"),
        Column(say("Better placed by"), number=False),
        *(Column(name, number=False) for name in fields),
    ]
    rows = [
        [
            str(one["row"]),
            say("click") if one["label"] else say("no click"),
            percent(one["percentile_a"]),
            percent(one["percentile_b"]),
            titles.get(str(one["right"]), say("both alike")),
            *(_cell(cells[name].iloc[place]) for name in fields),
        ]
        for place, one in enumerate(found.to_dict("records"))
    ]
    note = (
        say(
            "How many of the other rows each model places below the row. Histories are left out, and so are all but "
            "the first {fields} fields.",
            fields=len(fields),
        )
        if len(known) > len(fields)
        else say("How many of the other rows each model places below the row. Histories are left out.")
    )
    title = say("The {rows} rows that {a} and {b} place furthest apart", rows=len(rows), a=titles[a], b=titles[b])
    return [Table(title, columns, rows, note)]


def _cell(value: object) -> str:
    text = str(value)
    return text if len(text) <= CELLS else text[: CELLS - 1] + "…"
