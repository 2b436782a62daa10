"""What stands beside the figures says what is drawn: marks and intervals, and the order of the lines."""

from __future__ import annotations

import pytest

from ctrcore.figures import comparison_captions, slice_captions
from ctrcore.figures.captions import Caption

METHODS = ("delong", "clustered", "bootstrap", "users")


@pytest.mark.parametrize(
    "caption",
    [
        comparison_captions.DIFFERENCES,
        comparison_captions.largest_differences(10, 45),
        slice_captions.of_model("auc", "FM", 10, 20),
        slice_captions.of_model("pcoc", "FM", 10, 20),
        slice_captions.of_pair("FM", "LR", 10, 20),
        slice_captions.places("FM", "LR"),
    ],
)
def test_marks_are_corrected_for_the_number_of_looks_and_intervals_are_not(caption: Caption) -> None:
    assert "not corrected for the number of looks, the marks are" in caption["read"]


def test_slices_of_a_pair_are_said_to_be_sorted_as_they_are() -> None:
    caption = slice_captions.of_pair("FM", "LR", 10, 20)
    assert "weakest" not in caption["title"]
    assert "sorted by the upper end of the interval" in caption["read"]


def test_what_was_tested_and_what_not_to_conclude() -> None:
    said = {method: comparison_captions.tests_made(method, 1, "test") for method in METHODS}
    assert len(set(said.values())) == 4
    assert all("Holm" not in one and "test rows" in one and "another seed" in one for one in said.values())
    assert "by users because rows of a user are alike, corrected for all 10 pairs (Holm)" in (
        comparison_captions.tests_made("clustered", 10, "test")
    )
    alone = comparison_captions.tests_made("delong", 0, "test")
    assert alone.startswith("Interval by DeLong's formula.")
    assert "this trained model on such test rows" in alone
    assert "such validation rows" in comparison_captions.tests_made("delong", 1, "valid")


def test_numbers_of_other_rows_are_promised_only_where_there_are_some() -> None:
    assert "come from other rows" not in comparison_captions.learning("AUC", "epoch")["beware"]
