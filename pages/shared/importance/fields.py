"""The tab "Fields": what each field is worth, measured in several ways, for all chosen runs side by side."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ctrcore.explain.sentences import either, semicolons
from ctrcore.figures import importance_captions
from ctrcore.figures.importance_words import PHRASES, what_matters
from ctrcore.figures.importances import Dots, Panel, aligned
from ctrcore.language import Spoken, mark, say, say_in
from ctrcore.runs.importances import strongest, wide
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.importance.view import View, how_measured, measured
from pages.shared.importance.work import panel
from pages.shared.inside import sample_note
from pages.shared.level import learn
from pages.shared.tools import plain

ALL = "all"
ORDERS = {"permutation": "shuffling", "shapley": "Shapley", "contribution": "own terms"}  # in the address
LINES = 40  # fields drawn; the file with the numbers has all
WORDS_OF = Spoken(
    {
        "permutation": mark("shuffling"),
        "shapley": mark("Shapley"),
        "contribution": mark("own terms"),
        "attention": mark("attention"),
        "gate": mark("gate"),
    }
)
BY_SAMPLE = ("permutation", "shapley", "contribution")
PANELS = {  # title and unit of each measure
    "permutation": (mark("shuffling"), mark("AUC lost")),
    "shapley": (mark("Shapley"), mark("logit")),
    "contribution": (mark("own terms"), mark("logit")),
    "attention": (mark("attention"), mark("share")),
    "gate": (mark("gate"), mark("factor")),
}


def show(view: View) -> None:
    """The picture, what takes longer, and how far the measures agree."""
    shown = _pick_runs(view)
    tables = {run.id: measured(view, run) for run in shown}
    known = [one for one in PANELS if any((table["measure"] == one).any() for table in tables.values())]
    if len(shown) > 1:  # weights of different models have no unit in common
        known = [one for one in known if one not in ("attention", "gate")]
    _answer(view, shown, tables, known)
    learn(
        say(
            "Ask *what matters* in several ways and you get several answers. **Shuffling** a field asks what the "
            "ranking would lose without it. **Shapley values** and the model's **own terms** ask how far it moves the "
            "score, whether that helps or not. An **attention** or a **gate** only says where the model looks."
        )
    )
    by = {ORDERS.get(one, one): one for one in known}  # by what the address calls them
    ordered_by = address.choose(
        say("Order by"), list(by), next(iter(by)), "matters-order", words=lambda one: _word(by[one])
    )
    order = strongest(list(tables.values()), by[ordered_by])
    panels = [
        Panel(*_titles(one), [_dots(view, run, tables[run.id], one) for run in shown], zero=one != "gate")
        for one in known
    ]
    chart(
        aligned(panels, order[:LINES]),
        key="matters-fields",
        **importance_captions.importances(_rests_on(shown, tables), known, len(order), LINES),
        help_text=WORDS["field"],
        alt_text=say(
            "What {fields} fields are worth by {measures} measures to {models} models",
            fields=len(order),
            measures=len(known),
            models=len(shown),
        ),
        data=lambda: pd.concat(
            [table.assign(run=view.title(run)) for run, table in zip(shown, tables.values(), strict=True)]
        ),
    )
    how_measured(view)
    panel(view, shown)
    _agreement(view, shown, tables, order)


def _answer(view: View, shown: list[Run], tables: dict[str, pd.DataFrame], known: list[str]) -> None:
    """What matters most, and where the models disagree, before the picture that shows it."""
    measure = known[0]
    values = {
        view.title(run): {str(name): float(value) for name, value in zip(part["name"], part["value"], strict=True)}
        for run in shown
        if len(part := tables[run.id][tables[run.id]["measure"] == measure])
    }
    for sentence in what_matters(values, measure) if measure in PHRASES else []:
        st.markdown(plain(sentence))


def _pick_runs(view: View) -> list[Run]:
    """All chosen runs, or one of them with its own weights beside the rest."""
    if len(view.runs) == 1:
        return list(view.runs)
    options = [ALL, *(run.id for run in view.runs)]
    address.show("matters-of", "matters-of", options, ALL)
    picked = st.segmented_control(
        say("Show"),
        options,
        required=True,
        format_func=lambda one: say("All models") if one == ALL else view.titles[one],
        key="matters-of",
        on_change=address.take,
        args=("matters-of", "matters-of"),
        help=say("A single model is shown with its own weight, such as AFM's attention, where it has one."),
    )
    return [run for run in view.runs if picked in (ALL, run.id)]


def _titles(measure: str) -> tuple[str, str]:
    title, unit = PANELS[measure]
    return say(title), say(unit)


def _word(measure: str) -> str:
    return WORDS_OF.get(measure, measure)


def _signed(value: float) -> str:
    return "–" if pd.isna(value) else f"{value:+z.2f}"


def _dots(view: View, run: Run, table: pd.DataFrame, measure: str) -> Dots:
    part = table[table["measure"] == measure]
    return Dots(
        view.title(run),
        run.spec.model.name,
        part["name"].tolist(),
        part["value"],
        part["low"],
        part["high"],
        whisker=say("one deviation over rows:") if measure in ("attention", "gate") else say("95 % interval"),
    )


def _rests_on(shown: list[Run], tables: dict[str, pd.DataFrame]) -> str:
    """Which rows each measure rests on, in a sentence."""
    every = pd.concat(list(tables.values()))
    told = []
    for measure, part in every.groupby("measure", sort=False):
        if measure in BY_SAMPLE:
            samples = [sample_note(shown[0], int(size)) for size in sorted(set(part["rows"]))]
            told.append(say("{measure}: {samples}", measure=_word(str(measure)), samples=either(samples)))
    return semicolons(told)


def _agreement(view: View, shown: list[Run], tables: dict[str, pd.DataFrame], order: list[str]) -> None:
    """Rank agreement of the measures of each run, and of the runs; in words where they disagree."""
    from ctrcore.explain.importance import disagreements, rank_agreement

    st.markdown(say("#### Do the measures agree?"), help=WORDS["rank correlation"])
    rows = []
    for run in shown:
        found = {key: values for key, values in wide(tables[run.id], order).items() if key in PANELS}
        matrix = rank_agreement(found).to_dict()
        pairs = [(a, b) for at, a in enumerate(found) for b in list(found)[at + 1 :]]
        rows.append({"model": view.title(run)} | {f"{_word(a)} – {_word(b)}": _signed(matrix[a][b]) for a, b in pairs})
    table = pd.DataFrame(rows).fillna("–")
    if table.shape[1] == 1:
        st.caption(say("There is one measure so far. Start another one above."))
        return
    st.dataframe(
        table,
        hide_index=True,
        key="matters-agreement",
        column_config={"model": st.column_config.Column(say_in("a column", "model"))},
        alt=say("Rank correlations of the measures for {models} models", models=len(shown)),
    )
    st.caption(
        say(
            "Spearman's rank correlation over the fields: +1 the same order, 0 no relation. A dash: the model has no "
            "such measure, or it was not computed yet."
        )
    )
    for run in shown:
        found = wide(tables[run.id], order)
        part = tables[run.id][tables[run.id]["measure"] == "permutation"].set_index("name").reindex(order)
        low = part["low"].tolist() if part["low"].notna().any() else None
        sentences = disagreements([plain(name) for name in order], found, low, count=3 if len(shown) == 1 else 1)
        for sentence in sentences:
            told = say("{model}: {sentence}", model=plain(view.title(run)), sentence=sentence)
            st.markdown(f"- {told if len(shown) > 1 else sentence}")
    if len(shown) > 1:
        _between_models(view, shown, tables, order)


def _between_models(view: View, shown: list[Run], tables: dict[str, pd.DataFrame], order: list[str]) -> None:
    from ctrcore.explain.importance import rank_agreement

    found = {view.title(run): wide(tables[run.id], order) for run in shown}
    drops = {title: one["permutation"] for title, one in found.items() if "permutation" in one}
    if len(drops) < 2:
        return
    matrix = rank_agreement(drops).map(_signed)
    st.markdown(say("#### Do the models agree on the fields?"), help=WORDS["rank correlation"])
    st.caption(say("Spearman's rank correlation of the AUC lost by shuffling."))
    st.dataframe(
        matrix.reset_index(names="model"),
        hide_index=True,
        key="matters-models",
        column_config={"model": st.column_config.Column(say_in("a column", "model"))},
        alt=say("Rank correlations between the models"),
    )
