from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ctrcore.commands.recommend import _write
from ctrcore.errors import DataError
from ctrcore.recommend import batch
from ctrcore.recommend.funnel import Trace, recommend
from ctrcore.recommend.moments import Moment
from ctrcore.recommend.options import Options
from ctrcore.recommend.recommender import Recommender
from ctrcore.runs.recommending import TwoStages, open_two_stages
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


def test_a_user_who_cannot_have_a_list_is_told_and_all_others_have_theirs(
    trained: Trained, shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_moment, real_list = TwoStages.last_moment, batch.recommend

    def moment(two: TwoStages, user: str) -> Moment:
        if user == "3":
            raise DataError("The row is broken.", "Mend it.")
        return real_moment(two, user)

    def listed(recommender: Recommender, moment: Moment, options: Options | None) -> Trace:
        if moment.user == "5":
            raise DataError("No item is left to rank.", "Ask for more.")
        return real_list(recommender, moment, options)

    monkeypatch.setattr(TwoStages, "last_moment", moment)
    monkeypatch.setattr(batch, "recommend", listed)
    words = ("recommend", trained.runs["fm"], "--top", 1, "--no-reasons", "--out")
    for ending, read in ((".csv", pd.read_csv), (".parquet", pd.read_parquet)):
        output = tmp_path / f"lists{ending}"
        result = shell(*words, output, workspace=trained.workspace.root)
        assert {*map(str, read(output)["user"])} == {str(user) for user in range(1, 21)} - {"3", "5"}
        assert "1 user has no list: The row is broken." in result.stderr
        assert "1 user has no list: No item is left to rank." in result.stderr
        assert "18 items for 18 users" in result.stderr
    nobody = tmp_path / "nobody.csv"
    result = shell(*words, nobody, "--user", "3", "--user", "5", workspace=trained.workspace.root, code=1)
    assert "No user has a list." in result.stderr
    assert not nobody.exists()


def test_a_user_named_twice_has_one_list(trained: Trained, as_json: Callable[..., Any]) -> None:
    words = ("recommend", trained.runs["fm"], "--user", "7", "--user", "7", "--top", 2)
    assert len(as_json(*words, workspace=trained.workspace.root)["lists"]) == 2


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_hostile_names_stay_text(trained: Trained, shell: Shell, tmp_path: Path, ending: str) -> None:
    table = pd.DataFrame({"name": ["=1+1", "<img src=x onerror=alert(1)>", "**bold** [a](b)", "-2"], "rank": range(4)})
    output = tmp_path / f"lists.{ending}"
    assert _write(iter([table.iloc[:2], table.iloc[2:]]), output) == 4
    if ending == "parquet":
        assert pd.read_parquet(output)["name"].tolist() == table["name"].tolist()
    else:
        found = pd.read_csv(output)
        assert found["name"].tolist() == ["'=1+1", *table["name"][1:3], "'-2"]
        assert found["rank"].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("missing/lists.parquet", "There is no folder 'missing'."),
        ("lists.xlsx", "A file '.xlsx' cannot be written."),
        ("lists", "Let its name end in .parquet or .csv."),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_at_once(
    trained: Trained, shell: Shell, output: str, text: str
) -> None:
    result = shell("recommend", trained.runs["fm"], "--out", output, workspace=trained.workspace.root, code=1)
    assert text in result.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("--user", "7", "--user", "nobody"), "There is no user 'nobody'."),
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
