"""Backgrounds: the same for the same seed, with the training rows' share of clicks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ctrcore.errors import DataError
from ctrcore.explain.background import background_of, stratified
from tests.explain.conftest import FewFields


def test_a_background_is_a_stratified_sample_of_its_seed(few: FewFields) -> None:
    train = few.prepared.train
    first, again, other = (background_of(train, 40, seed) for seed in (0, 0, 1))
    assert first.name == "40 training rows, seed 0"
    assert len(first) == 40
    assert first.rows.row.tolist() == again.rows.row.tolist() != other.rows.row.tolist()
    assert len(set(first.rows.row.tolist())) == 40
    assert set(first.rows.row.tolist()) <= set(train.row.tolist())
    assert first.rows.label.sum() == round(40 * train.label.mean())


def test_a_rare_class_keeps_a_row(few: FewFields) -> None:
    label = np.zeros(len(few.prepared.train), np.float32)
    label[7] = 1
    rare = replace(few.prepared.train, label=label)
    assert background_of(rare, 10).rows.label.sum() == 1
    assert background_of(replace(rare, label=1 - label), 10).rows.label.sum() == 9
    assert len(background_of(rare, 1)) == 1


def test_a_sample_of_rows_keeps_their_share_of_clicks() -> None:
    label = np.zeros(1000, np.float32)
    label[:200] = 1
    chosen = stratified(label, 50, 1)
    assert len(set(chosen.tolist())) == 50
    assert label[chosen].sum() == 10
    assert (np.diff(chosen) > 0).all()


def test_halves_share_the_rows_and_the_clicks(few: FewFields) -> None:
    whole = background_of(few.prepared.train, 41, 3)
    first, second = whole.halves()
    assert sorted([*first.rows.row, *second.rows.row]) == whole.rows.row.tolist()
    assert (len(first), len(second)) == (21, 20)
    assert abs(first.rows.label.sum() - second.rows.label.sum()) <= 1
    assert first.name == "half 1 of 41 training rows, seed 3"


def test_what_cannot_be_drawn_is_said(few: FewFields) -> None:
    train = few.prepared.train
    assert len(background_of(train, 10**6)) == len(train)
    with pytest.raises(DataError, match="no training rows"):
        background_of(train.take([]))
    with pytest.raises(DataError, match="no halves"):
        background_of(train, 1).halves()
