"""The live formula and the flow of a row through a model: what is pointed at in one lights up in the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from ctrcore.language import say
from pages.shared import address
from pages.shared.charts import csv_button
from pages.shared.learn import knobs
from pages.shared.level import level


@dataclass(frozen=True)
class Term:
    """A piece of a formula: a symbol with its number below it, or just text such as " + ".

    `id` is that of the node it stands for; `sub` is set lower, as an index; `neutral` as for a node.
    """

    text: str
    id: str = ""
    value: float | None = None
    sub: str = ""
    digits: int = 2
    neutral: bool = False


@dataclass(frozen=True)
class Node:
    """A box of the flow diagram.

    Attributes:
        id: its name, that of its terms in the formula.
        label: what stands in it; may come from data. What is too long is cut, the note says it in full.
        column: 0 for what goes in, and so on to the output. Nodes of a column stand one below the other, in order.
        value: its number; coloured by its sign, if not `neutral`, as a probability is: it raises nothing.
        vector: its numbers, drawn as small coloured cells in place of `value`.
        note: what it is, in a sentence, for the one who points at it. It follows the label.
        faded: drawn weakly, such as a dead gate.
        digits: decimals of `value`.
    """

    id: str
    label: str
    column: int
    value: float | None = None
    vector: tuple[float, ...] = ()
    note: str = ""
    faded: bool = False
    digits: int = 2
    neutral: bool = False


@dataclass(frozen=True)
class Edge:
    """From one node to another; `weight` from 0 to 1 is its thickness, `sign` its colour (-1, 0 or 1)."""

    source: str
    target: str
    weight: float = 0.3
    sign: int = 0


_ASSETS = Path(__file__).parent
_flow = st.components.v2.component(
    "ctr_lens_flow",
    html="<div class='flow'></div>",
    css=(_ASSETS / "flow.css").read_text(encoding="utf-8"),
    js=(_ASSETS / "flow.js").read_text(encoding="utf-8"),
)


def show_flow(
    key: str,
    formula: Sequence[Sequence[Term]],
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    alt_text: str,
    lit: Sequence[str] = (),
    chosen: str = "",
    headings: Sequence[str] = (),
    spoken: int = 1,
) -> str:
    """Draw the formula (one line after the other) above the diagram.

    A click, Enter or space on a node or a term selects it, a second one lets it go; the selection is the knob "chosen".
    The reading level Simple shows only the lines of the formula that are spoken of, Expert also the numbers as a table.

    Args:
        key: of the widget; unique on the page.
        formula: lines of terms, the essential one first.
        nodes: of the diagram. edges: between them.
        alt_text: what is seen, in a sentence, for readers who cannot see it.
        lit: ids set off from the rest, such as those a step is about.
        chosen: the id that counts as selected before the reader selects one.
        headings: what stands above each column.
        spoken: how many of the first lines the texts beside the diagram speak of.

    Returns:
        The id selected; "" if none is.
    """
    known = {node.id for node in nodes} | {term.id for line in formula for term in line}
    said = knobs.get("chosen", chosen)
    selected = said if said in known else ""
    data = {
        "formula": [[_plain(term) for term in line] for line in (formula[:spoken] if level() == "Simple" else formula)],
        "nodes": [_plain(node) for node in nodes],
        "edges": [_plain(edge) for edge in edges],
        "lit": list(lit),
        "alt": alt_text,
        "chosen": selected,
        "headings": list(headings),
        "words": {"formula": say("Formula"), "hint": say("Point at a part, or click it, to see what it is.")},
    }
    _flow(key=key, data=data, on_chosen_change=lambda: _take(key))
    if level() == "Expert":
        _show_numbers(key, nodes)
    return selected


def _take(key: str) -> None:
    picked = st.session_state[key].chosen
    if picked is not None:
        knobs.put("chosen", picked)
        address.flush()


def _plain(part: Term | Node | Edge) -> dict[str, object]:
    """As JSON knows it: numpy's numbers as Python's, and none that is not finite."""
    found = asdict(part)
    for name in ("value", "weight"):
        if found.get(name) is not None:
            number = float(found[name])
            found[name] = number if math.isfinite(number) else None
    if "vector" in found:
        found["vector"] = [float(one) if math.isfinite(one) else 0.0 for one in found["vector"]]
    return found


def _show_numbers(key: str, nodes: Sequence[Node]) -> None:
    widest = max((len(node.vector) for node in nodes), default=0)
    rows = [
        {say("part"): node.label, say("number"): node.value}
        | {f"[{place + 1}]": node.vector[place] if place < len(node.vector) else None for place in range(widest)}
        for node in nodes
    ]
    with st.expander(say("The numbers")):
        table = pd.DataFrame(rows)
        st.dataframe(
            table,
            hide_index=True,
            column_config={name: st.column_config.NumberColumn(format="%.6g") for name in table.columns[1:]},
            alt=say("Every part of the diagram with its number or its vector"),
            key=f"{key}-numbers",
        )
        csv_button(table, f"{key}-table")
