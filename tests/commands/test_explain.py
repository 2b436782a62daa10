"""`explain`: every method in numbers and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ctrcore.explain.sentences import signed
from tests.commands.conftest import Shell
from tests.trained import Trained

Json = Callable[..., Any]


@pytest.mark.parametrize("method", ["own", "shapley", "left-out", "gradients"])
@pytest.mark.parametrize("model", ["fm", "din"])
def test_parts_and_residual_make_the_logit(as_json: Json, trained: Trained, model: str, method: str) -> None:
    root, run = trained.workspace.root, trained.workspace.run(trained.runs[model])
    kept = run.predictions().iloc[5]
    told = as_json("explain", run.id, "--row", int(kept["row"]), "--method", method, "--background", 8, workspace=root)
    assert told["logit"] == pytest.approx(kept["logit"], abs=1e-4)
    total = told["base"] + told["residual"] + sum(part["contribution"] for part in told["parts"])
    assert total == pytest.approx(told["logit"], abs=1e-6)
    if method in ("own", "shapley"):
        assert abs(told["residual"]) < 1e-4
    assert signed(told["logit"]) in told["sentences"][0]


def test_untied_columns_are_parts_of_their_own(as_json: Json, trained: Trained) -> None:
    root, run = trained.workspace.root, trained.runs["fm"]
    names = [
        {
            part["name"]
            for part in as_json("explain", run, "--row", 7, "--method", "shapley", *flags, workspace=root)["parts"]
        }
        for flags in ([], ["--untied"])
    ]
    assert any("item_id" in name and "category" in name for name in names[0])
    assert {"item_id", "category"} <= names[1]


def test_words_and_the_residual_are_shown_to_people(shell: Shell, trained: Trained) -> None:
    text = shell("explain", "DIN", "--row", 7, "--method", "left-out", workspace=trained.workspace.root).stdout
    assert "The score starts at" in text
    assert "not explained" in text
    assert "leave-one-out" in text


def test_an_unknown_method_is_a_typing_error(shell: Shell, trained: Trained) -> None:
    shell("explain", "DIN", "--row", 7, "--method", "magic", workspace=trained.workspace.root, code=2)
