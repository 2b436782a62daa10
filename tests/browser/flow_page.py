"""A page with nothing but the flow, with labels as a hostile upload would bring them."""

from __future__ import annotations

import streamlit as st

from pages.shared import address
from pages.shared.learn import knobs
from pages.shared.learn.flow import Edge, Node, Term, show_flow

HOSTILE = "<img src=x onerror=\"document.title='hit'\"><script>document.title='hit'</script>,:%"

address.restore("learn")
size = knobs.slider("size", "Size", low=-2, high=2, default=1, step=1)
chosen = show_flow(
    "flow",
    [[Term(HOSTILE, HOSTILE, size, HOSTILE), Term("+"), Term("x" * 300, "long", 2.0)], [Term("second", "out", 0.5)]],
    [
        Node(HOSTILE, HOSTILE, 0, size, note=HOSTILE),
        Node("long", "l" * 300, 0, vector=(-1.0, 0.5, 0.25, float("nan"))),
        Node("out", "out", 1, float("nan"), faded=True),
    ],
    [Edge(HOSTILE, "out", 1.0, 1), Edge("long", "out", float("inf"), -1), Edge("nowhere", "out")],
    alt_text=HOSTILE,
    headings=[HOSTILE, "Out"],
    lit=["out"],
)
st.text(f"chosen: {chosen}")
address.flush()
