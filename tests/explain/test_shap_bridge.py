"""To shap and back, and shap's own plots."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.errors import DataError
from ctrcore.explain.background import background_of
from ctrcore.explain.rows import explain_row
from ctrcore.explain.shap_bridge import from_shap, to_shap
from ctrcore.explain.shapley import shapley
from tests.explain.conftest import FewFields


def test_there_and_back_again(few: FewFields) -> None:
    model, test, encoder = few.model("afm"), few.prepared.test, few.prepared.encoder
    background = background_of(few.prepared.train, 10)
    for exact_up_to in (12, 0):
        ours = shapley(model, encoder, test, 3, background, exact_up_to=exact_up_to)
        theirs = to_shap(ours)
        assert theirs.shape == (len(ours.parts),)
        back = from_shap(theirs)
        columns = ["name", "value", "contribution", "standard_error"]
        assert back.parts[columns].equals(ours.parts[columns])
        assert (back.base, back.exact) == (ours.base, ours.exact)
        assert back.logit == pytest.approx(ours.logit, abs=1e-6)


def test_several_rows_share_their_parts(few: FewFields) -> None:
    model, test, encoder = few.model("fm"), few.prepared.test, few.prepared.encoder
    background = background_of(few.prepared.train, 10)
    many = to_shap([shapley(model, encoder, test, position, background) for position in range(4)])
    assert many.shape[0] == 4
    assert np.ptp(many.base_values) == 0
    assert from_shap(many[2]).parts["contribution"].tolist() == many.values[2].tolist()
    with pytest.raises(DataError, match="several rows"):
        from_shap(many)
    with pytest.raises(DataError, match="different parts"):
        to_shap([explain_row(model, encoder, test, 0), shapley(model, encoder, test, 0, background)])
    with pytest.raises(DataError, match="no explanation"):
        to_shap([])


def test_shaps_plots_accept_ours(few: FewFields) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import shap
    from matplotlib import pyplot

    model, test, encoder = few.model("fm"), few.prepared.test, few.prepared.encoder
    background = background_of(few.prepared.train, 10)
    several = [shapley(model, encoder, test, position, background) for position in range(6)]
    for draw, what in ((shap.plots.waterfall, several[0]), (shap.plots.bar, several), (shap.plots.beeswarm, several)):
        draw(to_shap(what), show=False)
        shown = " ".join(label.get_text() for axis in pyplot.gcf().axes for label in axis.get_yticklabels())
        assert "item_id" in shown
        pyplot.close("all")
