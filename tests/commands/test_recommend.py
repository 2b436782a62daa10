from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ctrcore.recommend.funnel import recommend
from ctrcore.recommend.options import Options
from ctrcore.runs.recommending import open_two_stages
from tests.commands.conftest import Shell
from tests.trained import Trained


def test_lists_of_all_users_in_a_file(trained: Trained, shell: Shell, tmp_path: Path) -> None:
    output = tmp_path / "lists.parquet"
    shell(
        *("recommend", trained.runs["din"], "--recall", trained.runs["fm"]),
        *("--top", 2, "--recall-size", 6, "--popular-size", 2, "--out", output),
        workspace=trained.workspace.root,
    )
    table = pd.read_parquet(output)
    assert table["user"].nunique() == 20
    runs = {name: trained.workspace.run(one) for name, one in trained.runs.items()}
    two = open_two_stages(runs["din"], runs["fm"])
    options = Options(top_k=2, recall_size=6, popular_size=2)
    for user, own in table.groupby("user"):
        trace = recommend(two.recommender, two.last_moment(str(user)), options)
        assert own["item"].tolist() == trace.top["item"].tolist()
        assert own["probability"].tolist() == pytest.approx(trace.top["probability"].tolist())
    assert table["reason"].str.len().gt(10).all()
    assert list(tmp_path.glob(".lists*")) == []


def test_one_user_on_the_screen(trained: Trained, shell: Shell, as_json: Callable[..., Any]) -> None:
    words = ("recommend", trained.runs["afm"], "--user", "7", "--top", 2, "--changes", "--leave-out-seen")
    shown = shell(*words, workspace=trained.workspace.root).stdout
    assert "User 7" in shown
    assert "every item" in shown
    found = as_json(*words, workspace=trained.workspace.root)["lists"]
    assert [one["rank"] for one in found] == [1, 2]
    assert all(one["change"] and one["reason"] in shown.replace("\n", " ") for one in found[:1])
    seen = as_json(*words[:-1], "--no-leave-out-seen", workspace=trained.workspace.root)["lists"]
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--user", "nobody"), "There is no user 'nobody'."),
        (("--recall", "afm"), "Recall needs a factorization machine"),
    ],
)
def test_what_cannot_be_done_is_said(trained: Trained, shell: Shell, words: tuple[str, ...], text: str) -> None:
    words = tuple(trained.runs.get(word, word) for word in words)
    result = shell("recommend", trained.runs["fm"], *words, workspace=trained.workspace.root, code=1)
    assert text in result.stderr


def test_too_many_lists_for_the_screen_go_to_a_file(
    trained: Trained, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctrcore.commands.recommend.MOST_SHOWN", 3)
    result = shell("recommend", trained.runs["fm"], workspace=trained.workspace.root, code=1)
    assert "The lists of 20 users are too long to print." in result.stderr
