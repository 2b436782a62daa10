"""What a file of another system's scores was taken for, and why."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from ctrcore.language import mark, say
from ctrcore.runs.outside_choices import Meaning
from ctrcore.runs.outside_files import Read
from ctrcore.runs.outside_guesses import reason_in_words
from pages.shared.tools import plain

_FOUND: dict[Meaning, str] = {
    "probability": mark(
        "Found **{rows:,} rows** by {columns}; the score is **{score}**, read as a probability. {reason}"
    ),
    "logit": mark("Found **{rows:,} rows** by {columns}; the score is **{score}**, read as a logit. {reason}"),
    "order": mark(
        "Found **{rows:,} rows** by {columns}; the score is **{score}**, read as an order only, so it has no place in "
        "the tabs on cutoffs and probabilities. {reason}"
    ),
}
assert set(_FOUND) == set(get_args(Meaning))


def show_read(read: Read) -> None:
    """What the file was taken for, and why."""
    st.markdown(
        say(
            _FOUND[read.meaning],
            rows=len(read.row),
            columns=say(", ").join(plain(name) for name in read.id),
            score=plain(read.score),
            reason=plain(reason_in_words(read.meaning, read.score, read.reason)),
        )
    )
    text = (
        mark("{rows:,} of {all:,} rows of the file match; {judged:,} of {of:,} {part} rows have a score")
        if len(read.row) < read.rows
        else mark("{judged:,} of {of:,} {part} rows have a score")
    )
    covered = say(text, rows=len(read.row), all=read.rows, judged=read.judged, of=read.of, part=say(read.part))
    if read.judged < read.of:
        st.warning(
            say(
                "**{covered}.**  \nAll models will then be compared on these {judged:,} only.",
                covered=covered,
                judged=read.judged,
            ),
            icon=":material/warning:",
        )
    else:
        st.caption(say("{covered}.", covered=covered))
    if read.unknown:
        st.caption(say("{rows:,} rows of the file are not in the table, and are left out.", rows=read.unknown))
    if read.training:
        st.caption(
            say("{rows:,} rows of the file are rows that models learn from, and are left out.", rows=read.training)
        )
    if read.tied:
        st.caption(
            say(
                "{scores:,} different scores are too close to be kept apart: their rows count as ties.",
                scores=read.tied,
            )
        )
