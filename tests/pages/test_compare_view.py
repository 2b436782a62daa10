"""Compare, the scores brought together: kept once for whatever order they are chosen in, and only few of them."""

from __future__ import annotations

import gc
import weakref
from itertools import combinations

import numpy as np

from ctrcore.comparing.disputes import percentiles
from ctrcore.runs.contenders import contenders
from ctrcore.runs.workspace import Workspace
from pages.shared.compare import kept
from pages.shared.compare.view import SHEETS, view_of
from tests.pages.compare_page import run_of
from tests.pages.conftest import Open, texts


def test_another_order_of_the_models_shares_all_that_is_computed(space: Workspace) -> None:
    dataset, found = space.datasets()[0], contenders(space.runs())
    one, other = view_of(dataset, found), view_of(dataset, found[::-1])
    first = found[0].id
    assert one.key == other.key
    assert one.chosen == other.chosen[::-1]
    assert one.sheet.ids == [contender.id for contender in found] == other.sheet.ids[::-1]
    assert one.sheet.logit[first] is other.sheet.logit[first]
    assert percentiles(one.sheet, first) is percentiles(other.sheet, first)
    assert one.sheet.ranked(first) is other.sheet.ranked(first)
    assert one.sheet.users is other.sheet.users
    assert kept.comparison(one) is kept.comparison(other)


def test_few_sheets_are_kept(space: Workspace) -> None:
    dataset, found = space.datasets()[0], contenders(space.runs())
    pairs = list(combinations(found, 2))[: SHEETS + 1]
    views = [view_of(dataset, pair) for pair in pairs]
    orders = [weakref.ref(view.sheet.ranked(view.sheet.ids[0]).order) for view in views]
    del views
    gc.collect()
    assert [order() is not None for order in orders] == [False] + [True] * SHEETS


def test_a_model_whose_scores_are_no_numbers_is_named(space: Workspace, visit: Open) -> None:
    run = run_of(space, "din")
    scored = run.predictions()
    scored.loc[scored["split"] == "test", "logit"] = np.float32("nan")
    scored.to_parquet(run.folder / "predictions.parquet")
    app = visit("compare.py")
    assert any("100 of the scores of 'DIN' are not numbers" in error.value for error in app.error)
    assert run.id not in texts(app)
