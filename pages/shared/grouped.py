"""DIN's past clicks in groups, and attention against leaving out over many rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import streamlit as st

from ctrcore.figures import inside_captions as captions
from ctrcore.figures.histories import attention_cloud, group_bars
from ctrcore.language import say
from ctrcore.runs.run import Run
from ctrcore.words import WORDS
from pages.shared import address
from pages.shared.charts import chart
from pages.shared.inside import Chosen, has_history, sample_note
from pages.shared.store import encoder_of, item_names_of, judged_rows, model_of
from pages.shared.tools import plain

if TYPE_CHECKING:
    from ctrcore.data.encoded import Encoded
    from ctrcore.explain.din_groups import Cloud
    from ctrcore.models.din import DIN

ROWS = 150  # with a history; each of their clicks takes a forward pass
GROUPS = 15


def show_groups(chosen: Chosen, row: Encoded) -> None:
    """The clicks of the row as it is drawn, those with one value together.

    Args:
        chosen: the run and the row.
        row: with the candidate and the clicks that are switched on; its history is not empty.
    """
    from ctrcore.explain.din_groups import behaviour_groups

    model = cast("DIN", model_of(chosen.run))
    columns = list(model.histories)
    by = columns[-1]
    if len(columns) > 1:
        by = address.choose(
            say("Group the clicks by"),
            columns,
            by,
            "group",
            say("Clicks with the same value are summed up, and left out all at once."),
        )
    groups = behaviour_groups(model, encoder_of(chosen.run), row, by)
    names = item_names_of(chosen.dataset, chosen.run.recipe)
    groups["value"] = [names.value(by, str(value)) for value in groups["value"]]
    shown = groups.head(GROUPS)
    caption = captions.behaviour_groups(plain(by), chosen.row)
    if len(groups) > len(shown):
        caption["read"] = say(
            "{read} The {shown} of {groups} values with the largest effect are shown; the file has all.",
            read=caption["read"],
            shown=GROUPS,
            groups=len(groups),
        )
    chart(
        group_bars(shown),
        key="din-groups",
        **caption,
        help_text=WORDS["leave-one-out"],
        alt_text=say("Attention, contribution and removal of {count} groups of clicks", count=len(shown)),
        data=groups,
    )


def show_cloud(chosen: Chosen) -> None:
    """Attention against leaving out for every click of a sample of rows."""
    with st.spinner(say("Leaving out clicks of many rows")):
        cloud = _cloud(chosen.run.id, chosen.run.finished, chosen.run)
    if cloud.table.empty:
        return
    note = say("{rows}, those with a history", rows=sample_note(chosen.run, cloud.rows))
    chart(
        attention_cloud(cloud.table),
        key="din-cloud",
        **captions.attention_cloud(note, cloud.agreement, cloud.against),
        help_text=say(
            "**Attention.** {attention}  \n**Left out.** {leave_one_out}",
            attention=WORDS["attention"],
            leave_one_out=WORDS["leave-one-out"],
        ),
        alt_text=say(
            "Attention against what leaving out changes, {count:,} clicks of {rows:,} rows",
            count=len(cloud.table),
            rows=cloud.rows,
        ),
        data=cloud.table,
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _cloud(run_id: str, version: float | None, _run: Run) -> Cloud:  # noqa: ARG001
    from ctrcore.explain.din_groups import behaviour_cloud
    from ctrcore.explain.sampling import sample_rows

    rows = judged_rows(_run)
    used = np.flatnonzero(has_history(_run))
    return behaviour_cloud(cast("DIN", model_of(_run)), sample_rows(rows.take(used), ROWS, 0))
