"""AFM's pairs over many rows: how they spread, their strongest values, and what attention did to the score."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from ctrcore.figures import inside_captions as captions
from ctrcore.figures.pairs import attention_against_contribution, pair_spread, value_pairs
from ctrcore.language import say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.inside import Chosen, sample_note
from pages.shared.level import level
from pages.shared.store import encoder_of, item_names_of, judged_rows, model_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.afm_attention import Attended
    from ctrcore.models.afm import AFM

SAMPLE = 2000
MOST_NUMBERS = 1_000_000  # rows times pairs: with many fields fewer rows are looked at
FEWEST = 5


def show_pair(chosen: Chosen, pair: tuple[str, str]) -> None:
    """Over many rows: how often the pair gets how much attention and adds how much, and for which values."""
    from ctrcore.explain.afm_attention import attended, pair_values

    rows, terms = attended_of(chosen.run)
    own = attended(cast("AFM", model_of(chosen.run)), chosen.rows().take([chosen.position]))
    place, note, name = terms.place(*pair), sample_note(chosen.run, len(rows)), plain(" × ".join(pair))
    with st.grid(2, min_column_width=420):
        chart(
            pair_spread(
                terms.attention[:, place],
                terms.contribution[:, place],
                1 / terms.pairs.shape[1],
                (float(own.attention[0, place]), float(own.contribution[0, place])),
            ),
            key="afm-spread",
            **captions.pair_spread(name, note, chosen.row),
            alt_text=say(
                "Histograms of attention and contribution of {name} over {rows} rows", name=name, rows=len(rows)
            ),
            data=lambda: terms.of_pair(place),
        )
        table, left_out = pair_values(encoder_of(chosen.run), rows, terms, pair, fewest=FEWEST)
        names = item_names_of(chosen.dataset, chosen.run.recipe)
        for side, column in zip(("left", "right"), pair, strict=True):
            table[side] = [names.value(column, str(value)) for value in table[side]]
        if table.empty:
            st.info(
                say(
                    "**No two values of this pair meet in {fewest} rows.** It is looked at over {note}; with "
                    "fewer rows a mean would be hardly more than chance.",
                    fewest=FEWEST,
                    note=note,
                ),
                icon=":material/info:",
            )
        else:
            chart(
                value_pairs(table),
                key="afm-values",
                **captions.value_pairs(name, note, FEWEST, left_out),
                alt_text=say(
                    "Mean contribution of the {count} strongest combinations of values of {name}",
                    count=min(12, len(table)),
                    name=name,
                ),
                data=table,
            )


def show_attention(chosen: Chosen, pair: tuple[str, str]) -> None:
    """All pairs: attention against contribution, and what the score would be with even attention."""
    rows, terms = attended_of(chosen.run)
    table, note = terms.table(), sample_note(chosen.run, len(rows))
    chart(
        attention_against_contribution(table, 1 / len(table), pair),
        key="afm-scatter",
        **captions.attention_against_contribution(note, terms.against),
        help_text=WORDS["attention"],
        alt_text=say("Mean attention against mean contribution of {count} pairs", count=len(table)),
        data=table,
        on_select=take_mark,
    )
    _what_attention_did(chosen, terms, note)


def take_mark() -> None:
    """A click on a mark of the scatter chooses the pair."""
    from pages.shared.charts import selected

    points = selected("afm-scatter")
    if points:
        address.write("pair", f"{points[0][0]} × {points[0][1]}")


def _what_attention_did(chosen: Chosen, terms: Attended, note: str) -> None:
    from ctrcore.explain.afm_attention import attended

    own = attended(cast("AFM", model_of(chosen.run)), chosen.rows().take([chosen.position]))
    even, moved = float(own.even[0]), float(own.moved[0])
    with st.container(border=True, key="attention-split"):
        st.markdown(
            f"#### {say('What attention did')}",
            help=say(
                "All pairs with the same weight, and what is added because attention weighs some more than others. "
                "The two add up exactly to what the pairs add to the score."
            ),
        )
        with st.grid(4, min_column_width=150):
            st.metric(say("Bias and single values"), f"{chosen.logit - even - moved:+z.3f}")
            st.metric(say("Pairs, weighed evenly"), f"{even:+z.3f}")
            st.metric(say("What attention changed"), f"{moved:+z.3f}")
            st.metric(say("Together, the logit"), f"{chosen.logit:+z.3f}", help=WORDS["logit"])
        if level() != "Simple":
            st.caption(
                say(
                    "Over {note}: weighed evenly, the pairs move the logit by {even:.3f} on average; "
                    "attention changes it by another {moved:.3f} (mean sizes). That it changes the score "
                    "does not yet mean that it ranks better: see 'attention matters' on the Trust page.",
                    note=note,
                    even=terms.mean_sizes[0],
                    moved=terms.mean_sizes[1],
                )
            )


def attended_of(run: Run) -> tuple[Encoded, Attended]:
    """A sample of the rows that judge the run, and what AFM's attention did in them. Read only."""
    with st.spinner(say("Looking at many rows")):
        return _attended(run.id, run.finished, run)


@st.cache_resource(show_spinner=False, max_entries=6)
def _attended(run_id: str, version: float | None, _run: Run) -> tuple[Encoded, Attended]:  # noqa: ARG001
    from ctrcore.explain.afm_attention import attended
    from ctrcore.explain.sampling import sample_rows

    model = cast("AFM", model_of(_run))
    size = min(SAMPLE, max(200, MOST_NUMBERS // model.pairs.shape[1]))
    rows = sample_rows(judged_rows(_run), size, 0)
    return rows, attended(model, rows)
