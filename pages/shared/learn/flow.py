"""The live formula and the flow of a row through a model: what is pointed at in one lights up in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import streamlit as st


@dataclass(frozen=True)
class Term:
    """A piece of a formula: a symbol with its number below it, or just text such as " + ".

    `id` is that of the node it stands for; `sub` is set lower, as an index.
    """

    text: str
    id: str = ""
    value: float | None = None
    sub: str = ""
    digits: int = 2


@dataclass(frozen=True)
class Node:
    """A box of the flow diagram.

    Attributes:
        id: its name, that of its terms in the formula.
        label: what stands in it; may come from data.
        column: 0 for what goes in, and so on to the output. Nodes of a column stand one below the other, in order.
        value: its number; coloured by its sign.
        vector: its numbers, drawn as small coloured cells in place of `value`.
        note: what it is, in a sentence, for the one who points at it.
        faded: drawn weakly, such as a dead gate.
    """

    id: str
    label: str
    column: int
    value: float | None = None
    vector: tuple[float, ...] = ()
    note: str = ""
    faded: bool = False


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
) -> str:
    """Draw the formula (one line after the other) above the diagram.

    Args:
        key: of the widget; unique on the page.
        formula: lines of terms.
        nodes: of the diagram. edges: between them.
        alt_text: what is seen, in a sentence, for readers who cannot see it.
        lit: ids set off from the rest, such as those a step is about.
        chosen: the id that counts as selected before the reader selects one.

    Returns:
        The id selected by click, Enter or space; "" if none is.
    """
    data = {
        "formula": [[asdict(term) for term in line] for line in formula],
        "nodes": [asdict(node) for node in nodes],
        "edges": [asdict(edge) for edge in edges],
        "lit": list(lit),
        "alt": alt_text,
        "chosen": chosen,
    }
    found = _flow(key=key, data=data, default={"chosen": chosen}, on_chosen_change=lambda: None)
    return str(found.chosen or "")
