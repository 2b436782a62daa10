"""The tab "Values": what each value of a field does to the score of the chosen runs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import either
from ctrcore.figures import importance_captions
from ctrcore.figures.importances import Dots, Line, Panel, aligned, curves
from ctrcore.figures.style import shorten
from ctrcore.language import Spoken, mark, say
from ctrcore.runs.importances import both_ends, compared, strongest
from ctrcore.runs.run import Run
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.importance.kept import effect_of, groups_of, shapley_rows_of
from pages.shared.importance.view import View, how_measured, measured
from pages.shared.inside import sample_note
from pages.shared.level import expert, learn
from pages.shared.store import item_names_of, model_of
from pages.shared.tools import plain

MEASURES = {"own terms": "contribution", "Shapley": "shapley"}
LEAST = (1, 2, 5, 10, 20, 50)
ENDS = 12  # values drawn at either end
EVERY = mark("every field")
NAMES = Spoken({"own terms": mark("own terms"), "Shapley": mark("Shapley")})


def show(view: View) -> None:
    """One field, value by value."""
    learn(
        say(
            "A field that matters does so through its **values**. Each is compared with the average row: of a field "
            "'channel', for example, search may raise the score and e-mail lower it."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        field = _pick_field(view)
        measure = _pick_measure(view)
    tables = effects(view, field, measure)
    if not tables:
        st.info(say("No chosen model has this field."), icon=":material/info:")
        return
    _say_together(view, field)
    if field != EVERY and tables[0][1]["middle"].notna().any():
        _curve(view, field, measure, tables)
    else:
        _values(view, field, measure, tables)
    how_measured(view)


def effects(view: View, field: str, measure: str) -> list[tuple[Run, pd.DataFrame]]:
    """The effects (`runs.importances.compared`) of each run that has the field, in the order of the runs.

    With the values of every field below each other, a value reads 'field = value'. `label` is what people call it.
    """
    options = view.shapley if measure == "shapley" else None
    names = item_names_of(view.dataset, view.runs[0].recipe)
    tables = []
    for run in view.runs:
        wanted = [one.name for one in model_of(run).fields] if field == EVERY else [field]
        found = [(name, effect_of(run, name, options, tied=view.tied)) for name in wanted]
        parts = []
        for name, one in found:
            if one is not None:
                table = compared(one)
                before = f"{name} = " if field == EVERY else ""
                table["label"] = [before + names.value(name, value) for value in table["value"]]
                parts.append(table.assign(value=[before + value for value in table["value"]]))
        if parts:
            tables.append((run, pd.concat(parts, ignore_index=True)))
    return tables


def _pick_field(view: View) -> str:
    """The field, the one that matters most to any of the runs first."""
    groups = strongest([measured(view, run) for run in view.runs], "permutation")
    order = [*dict.fromkeys(name for group in groups for name in group.split(" + ")), EVERY]
    address.show("matters-field", "matters-field", order, order[0])
    return st.selectbox(
        say("Field"),
        order,
        format_func=lambda one: say(one) if one == EVERY else one,
        key="matters-field",
        on_change=address.take,
        args=("matters-field", "matters-field"),
        help=say(
            "The field that costs most AUC when shuffled stands first; at the end the strongest values of all fields."
        ),
        width=320,
    )


def _pick_measure(view: View) -> str:
    there = any(shapley_rows_of(run, view.shapley) is not None for run in view.runs)
    if not there:
        return "contribution"
    word = address.choose(
        say("Effect"),
        list(MEASURES),
        "own terms",
        "matters-measure",
        say(
            "Own terms: what the model itself adds for the field, and half of each pair it is in. Shapley: compared "
            "with background rows, for the models for which these values were computed."
        ),
        words=NAMES.__getitem__,
    )
    return MEASURES[word]


def _say_together(view: View, field: str) -> None:
    names = [one.name for one in model_of(view.runs[0]).fields]
    if field not in names:  # another run has it, or every field is asked for
        return
    place = names.index(field)
    group = next(group for group in groups_of(view.runs[0], tied=view.tied) if place in group)
    if len(group) > 1:
        others = ", ".join(plain(names[other]) for other in group if other != place)
        st.caption(
            say(
                "{field} moves together with {others}: the effect shown is that of all of them.",
                field=plain(field),
                others=others,
            )
        )


def _rests_on(run: Run, tables: list[tuple[Run, pd.DataFrame]]) -> str:
    sizes = sorted({int(table["of"].iloc[0]) for _, table in tables})
    return say("Means over {rows}", rows=either([sample_note(run, size) for size in sizes]))


def _curve(view: View, field: str, measure: str, tables: list[tuple[Run, pd.DataFrame]]) -> None:
    lines = [
        Line(
            view.title(run),
            run.spec.model.name,
            table["middle"],
            table["effect"],
            table["low"],
            table["high"],
            table["value"].tolist(),
            table["rows"].tolist(),
        )
        for run, table in tables
    ]
    chart(
        curves(lines, field, say("change of logit")),
        key="matters-curve",
        **importance_captions.effect_curve(plain(field), _rests_on(tables[0][0], tables), measure),
        alt_text=say(
            "Mean effect of the number {field} on the logit of {models} models", field=field, models=len(lines)
        ),
        data=lambda: _file(view, tables),
    )


def _values(view: View, field: str, measure: str, tables: list[tuple[Run, pd.DataFrame]]) -> None:
    least = _pick_least(max(len(table) for _, table in tables), 20 if field == EVERY else 5)
    order, left_out = both_ends([table for _, table in tables], ENDS, least)
    rows = {
        str(value): int(count)
        for _, table in tables
        for value, count in zip(table["value"], table["rows"], strict=True)
    }
    called = {value: label for _, table in tables for value, label in zip(table["value"], table["label"], strict=True)}
    labels = {value: f"{shorten(called[value], 26)} ({rows[value]:,})" for value in order}
    note, seen_note = say("{rows:,} rows").format, say("{rows:,} rows, seen {seen:,.0f} times in training").format
    dots = [
        Dots(
            view.title(run),
            run.spec.model.name,
            table["value"].tolist(),
            table["effect"],
            table["low"],
            table["high"],
            frozenset(table.loc[table["rare"], "value"]),
            {
                value: seen_note(rows=n, seen=seen) if pd.notna(seen) else note(rows=n)
                for value, n, seen in zip(table["value"], table["rows"], table["seen"], strict=True)
            },
        )
        for run, table in tables
    ]
    chart(
        aligned([Panel("", say("change of logit, compared with the average row"), dots)], order, labels),
        key="matters-values",
        **importance_captions.effects(plain(field), _rests_on(tables[0][0], tables), measure, left_out),
        alt_text=say(
            "Mean effect of {values} values of {field} on the logit of {models} models",
            values=len(order),
            field=field,
            models=len(dots),
        ),
        data=lambda: _file(view, tables),
    )


def _pick_least(values: int, default: int) -> int:
    """Rows that a value needs to be drawn, where there are more values than lines."""
    if values <= 2 * ENDS:
        return 1
    if not expert():
        return next((one for one in LEAST if str(one) == address.read("matters-least")), default)
    return address.choose(say("Only values with at least this many rows"), LEAST, default, "matters-least")


def _file(view: View, tables: list[tuple[Run, pd.DataFrame]]) -> pd.DataFrame:
    return pd.concat([table.assign(run=view.title(run)) for run, table in tables])
