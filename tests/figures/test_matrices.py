"""Matrices can be clicked where they have a value, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from ctrcore.figures.matrices import confusion, field_pairs

FIELDS = ["user", "item", "hour"]


def matrix() -> np.ndarray:
    values = np.array([[0, 0.2, -0.1], [0.2, 0, 0.5], [-0.1, 0.5, 0]])
    np.fill_diagonal(values, np.nan)
    return values


def test_every_cell_but_the_diagonal_has_a_marker_that_names_it() -> None:
    heat, markers = field_pairs(matrix(), FIELDS, value="weight").data
    cells = {(a, b): value for a, b, value in markers.customdata}
    assert len(cells) == 6
    assert cells["item", "hour"] == cells["hour", "item"] == 0.5
    for (a, b), x, y in zip(cells, markers.x, markers.y, strict=True):
        assert (FIELDS[int(y)], FIELDS[int(x)]) == (a, b)
        assert heat.z[int(y)][int(x)] == cells[a, b]


def test_markers_are_invisible_also_once_selected_and_the_whole_cell_answers() -> None:
    figure = field_pairs(matrix(), FIELDS, value="weight")
    markers = figure.data[1]
    assert (markers.marker.opacity, markers.selected.marker.opacity, markers.unselected.marker.opacity) == (0, 0, 0)
    assert figure.layout.hoverdistance == -1


def test_signed_colours_are_centred_at_zero() -> None:
    heat = field_pairs(matrix(), FIELDS, value="contribution", signed=True).data[0]
    assert (heat.zmin, heat.zmax) == (-0.5, 0.5)
    assert field_pairs(np.abs(matrix()), FIELDS, value="attention").data[0].zmin == 0


def test_a_field_named_like_a_tag_is_shown_as_text_and_still_answers_by_its_name() -> None:
    evil = '<a href="https://x">y</a>'
    figure = field_pairs(np.array([[np.nan, 1.0], [1.0, np.nan]]), [evil, "b"], value="w")
    assert figure.data[1].text[0] == '‹a href="https://x"›y‹/a› × b'
    assert "<a" not in "".join(figure.layout.xaxis.ticktext)
    assert figure.data[1].customdata[0][0] == evil


def test_the_chosen_pair_is_framed_on_both_sides_of_the_diagonal() -> None:
    shapes = field_pairs(matrix(), FIELDS, value="weight", chosen=("user", "hour")).layout.shapes
    assert {(s.x0, s.y0) for s in shapes} == {(1.5, -0.5), (-0.5, 1.5)}
    assert not field_pairs(matrix(), FIELDS, value="weight", chosen=("user", "gone")).layout.shapes


def test_a_matrix_of_zeros_or_nothing_still_draws() -> None:
    assert field_pairs(np.zeros((2, 2)), ["a", "b"], value="w").data[0].zmax == 1
    assert field_pairs(np.full((1, 1), np.nan), ["a"], value="w").data[1].x == ()


def test_confusion_puts_what_really_happened_in_rows() -> None:
    heat = confusion({"tp": 30, "fn": 10, "fp": 5, "tn": 55}, "FM").data[0]
    assert heat.y == ("really<br>click", "really<br>no click")
    np.testing.assert_allclose(np.array(heat.z, dtype=float), [[0.75, 0.25], [5 / 60, 55 / 60]])
    assert heat.text[0][0].startswith("30<br>75%<br>found")
    assert heat.text[1][0].startswith("5<br>8%<br>false<br>alarm")


@pytest.mark.parametrize("counts", [{"tp": 0, "fn": 0, "fp": 0, "tn": 0}, {"tp": 0, "fn": 0, "fp": 1, "tn": 2}])
def test_confusion_of_empty_rows_has_no_nan(counts: dict[str, int]) -> None:
    assert np.isfinite(np.array(confusion(counts, "x").data[0].z, dtype=float)).all()
