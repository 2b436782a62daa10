from __future__ import annotations

import numpy as np

from ctrcore.figures.importance import Worth, permutation_dots


def test_a_line_a_field_the_one_worth_most_on_top() -> None:
    worths = [
        Worth("FM", "fm", ["a", "b<b>", "c"], [0.01, 0.2, -0.001], [0.001, 0.01, 0.0]),
        Worth("FM 2", "fm", ["a", "b<b>"], [0.3, 0.1], [0.001, 0.01]),
        Worth("LR", "lr", ["c"], [float("nan")], [float("nan")]),
    ]
    figure = permutation_dots(worths)
    assert [name.rstrip("\u200b") for name in figure.layout.yaxis.categoryarray] == ["a", "b‹b›", "c"]
    assert figure.layout.yaxis.autorange == "reversed"
    assert [trace.name for trace in figure.data] == ["FM", "FM 2", "LR"]
    np.testing.assert_array_equal(figure.data[1].x, [0.3, 0.1])
    np.testing.assert_array_equal(figure.data[0].error_x.array, [0.001, 0.01, 0.0])
    assert figure.data[0].marker.symbol != figure.data[1].marker.symbol
    assert set(figure.data[0].y) == set(figure.layout.yaxis.categoryarray)


def test_fields_that_look_alike_when_cut_stay_apart() -> None:
    names = [f"{'x' * 30}{end}" for end in "ab"]
    figure = permutation_dots([Worth("FM", "fm", names, [0.1, 0.2], [0, 0])])
    assert len(set(figure.data[0].y)) == 2
