"""The section on users: how high the clicks stand in each user's own list."""

from __future__ import annotations

from collections.abc import Mapping

from ctrcore.comparing.best_lists import against_best
from ctrcore.comparing.exposure import items_of
from ctrcore.comparing.findings import best_lists_in_words
from ctrcore.comparing.per_user import TITLES, Metric, PerUser, first_k, per_user
from ctrcore.errors import CtrLensError
from ctrcore.figures import slice_captions
from ctrcore.figures.per_user import Lists, measures_by_model
from ctrcore.language import say
from ctrcore.report.behind import rows_behind
from ctrcore.report.content import Chart, Column, Note, Part, Table, Text
from ctrcore.report.material import Material
from ctrcore.report.writing import literal, number, percent

CHART: tuple[Metric, ...] = ("ndcg", "hit_rate", "mrr", "map")


def users(material: Material) -> list[Part]:
    """Measures of short lists with intervals over users, and which items come first where they are known."""
    sheet = material.sheet
    if not sheet.has_users:
        return [
            Note(
                say(
                    "These rows have no users, so there are no lists to judge. The user column is named on the Data "
                    "page, under Columns; then train again."
                )
            )
        ]
    parts: list[Part] = []
    item, popularity = None, None
    try:
        behind = rows_behind(material)
        if behind.schema.item is not None:
            item, popularity = items_of(behind.source[behind.schema.item], sheet.row, behind.learned)
    except CtrLensError as error:
        parts.append(Note(say("Which items come first is not known. {problem}", problem=literal(error.problem))))
    k = first_k(sheet)
    named = {name: title.format(k=k) for name, title in TITLES.items()}
    found = [per_user(sheet, one.id, k, item, popularity) for one in material.contenders]
    found.sort(key=lambda one: -one.headline["ndcg"].value)
    titles, models, counted = material.titles, material.models, found[0].users
    lists = [Lists(titles[one.id], models[one.id], {named[name]: _ends(one, name) for name in CHART}) for one in found]
    told = say(
        "{both:,} of the {shown:,} users have clicks and other rows: only their lists can be in a good or a bad order.",
        both=counted.both,
        shown=counted.shown,
    )
    return [
        Text(told),
        *(Text(literal(said)) for said in best_lists_in_words(against_best(found, "ndcg"), named["ndcg"], titles)),
        Chart(
            "per-user",
            measures_by_model(lists, [named[name] for name in CHART], columns=2),
            slice_captions.lists(k, counted.both),
            say("; ").join(f"{titles[one.id]}: {named['ndcg']} {one.headline['ndcg'].value:.4f}" for one in found),
            CHART,
        ),
        _table(material, found, named),
        *parts,
    ]


def _ends(one: PerUser, name: Metric) -> tuple[float, float, float]:
    found = one.headline[name]
    return found.value, found.low, found.high


def _table(material: Material, found: list[PerUser], named: Mapping[Metric, str]) -> Table:
    columns = [Column(say("Model"), number=False), *(Column(title, name) for name, title in named.items())]
    exposed = found[0].exposure is not None
    if exposed:
        columns += [Column(say("Coverage"), "coverage"), Column(say("Popularity"), "popularity bias")]
    rows = []
    for one in found:
        row = [material.titles[one.id], *(number(one.headline[name].value) for name in named)]
        if one.exposure is not None:
            row += [percent(one.exposure.coverage), f"{number(one.exposure.lift, 3)} ×"]
        rows.append(row)
    note = say("Coverage is of the items shown to these users. More of it is not better in itself.") if exposed else ""
    return Table(say("All figures of the lists"), columns, rows, note)
