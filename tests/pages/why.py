"""What the tests of the page "Why this item" share."""

from __future__ import annotations

import pandas as pd
from streamlit.testing.v1 import AppTest

from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.options import Options
from ctrcore.runs.recommending import open_two_stages
from ctrcore.runs.run import Run
from ctrcore.runs.workspace import Workspace
from tests.pages.conftest import Open

TOP = "3"  # of the 15 items, so that there is something that is not on the list


def runs_of(space: Workspace) -> dict[str, Run]:
    return {run.spec.model.name: run for run in space.runs()}


def traced(space: Workspace, user: str, model: str = "din", recall: str | None = "fm", **options: int) -> Trace:
    """The reference: the list made by the package alone."""
    runs = runs_of(space)
    two = open_two_stages(runs[model], runs[recall] if recall is not None else None)
    return recommend(two.recommender, two.last_moment(user), Options(**options))


def listed(app: AppTest) -> pd.DataFrame:
    """The list on the page."""
    return next(frame.value for frame in app.dataframe if {"rank", "item", "probability"} <= {*frame.value.columns})


def open_why(space: Workspace, visit: Open, **query: str) -> AppTest:
    return visit("why.py", **{"run": runs_of(space)["din"].id, "top": TOP, **query})
