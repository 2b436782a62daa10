"""Compare, scores of another system: they join, are left out where they have no place, and go."""

from __future__ import annotations

import pytest

from ctrcore.data import reading
from ctrcore.runs import outside_uploads
from ctrcore.runs.outside import outside_of
from ctrcore.runs.workspace import Workspace
from tests.pages.compare_page import (
    CHANCE,
    add_outside,
    figure,
    judged,
    outside_csv,
    run_of,
    table,
)
from tests.pages.conftest import Open, texts


def test_scores_of_another_system_join_the_comparison(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    assert not app.error
    assert "Found **100 rows** by row; the score is **score**, read as a probability" in texts(app)
    app.button(key="outside-add").click().run()
    assert not app.exception
    (one,) = outside_of(space.datasets()[0])
    assert app.query_params["runs"] == f"{run_of(space, 'fm').id},{one.id}"
    shown = table(app, "metrics-table").set_index("run")
    measured = run_of(space, "din").metrics()
    assert measured is not None
    assert shown["auc"]["boosting"] == pytest.approx(measured["test"]["auc"])
    assert shown["parameters"].isna()["boosting"]
    for view in (CHANCE, "Ranking", "One cutoff", "Probabilities", "Learning"):
        tab = visit("compare.py", runs=app.query_params["runs"], view=view)
        assert not tab.exception
        assert not tab.error


def test_an_order_without_probabilities_is_left_out_where_they_are_needed(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space, order=True))
    app.button(key="outside-add").click().run()
    runs = app.query_params["runs"]
    assert table(app, "metrics-table").set_index("run")["log_loss"].isna()["boosting"]
    for view, key in (("One cutoff", "over-cutoffs"), ("Probabilities", "calibration")):
        tab = visit("compare.py", runs=runs, view=view)
        assert any("Left out: boosting" in caption.value for caption in tab.caption)
        assert "boosting" not in [trace.get("name") for trace in figure(tab, key)["data"]]
    ranking = visit("compare.py", runs=runs, view="Ranking")
    assert "boosting" in [trace["name"] for trace in figure(ranking, "roc")["data"]]
    alone = visit("compare.py", runs=runs.split(",")[1], view="One cutoff")
    assert any("gives probabilities" in info.value for info in alone.info)


def test_what_a_file_means_can_be_said_and_is_looked_at_again(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    app.selectbox(key="outside-meaning-0").set_value("order").run()
    assert "read as an order only" in texts(app)
    app.multiselect(key="outside-ids-0").set_value(["score"]).run()
    (error,) = app.error
    assert "The file has no column of scores" in error.value
    assert not [button for button in app.button if button.key == "outside-add"]


@pytest.mark.parametrize("content", [b"", b"row,score\n", b"row,score\n1,x\n", bytes(range(256)) * 20])
def test_a_file_that_cannot_be_read_gets_two_sentences(space: Workspace, visit: Open, content: bytes) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), content)
    assert not app.exception
    assert len(app.error) == 1
    assert len(app.error[0].value.split("  \n")) == 2
    assert "log says more" not in app.error[0].value


def test_a_file_is_read_by_a_process_of_its_own_and_leaves_when_it_is_taken_back(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("parsed in the server")

    monkeypatch.setattr(reading, "store_part", parsed)
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    uploads = space.datasets()[0].folder / "outside-uploads"
    assert "Found **100 rows**" in texts(app)
    assert len(list(uploads.iterdir())) == 1
    app.file_uploader(key="outside-file-0").clear().run()
    assert not app.exception
    assert not list(uploads.iterdir())
    add_outside(app, outside_csv(space), "again.csv").button(key="outside-add").click().run()
    assert [one.name for one in outside_of(space.datasets()[0])] == ["again"]
    assert not list(uploads.iterdir())


def test_rows_to_score_that_are_too_many_for_a_browser_come_from_a_shell(
    space: Workspace, visit: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside_uploads, "LARGE", 100)
    app = visit("compare.py", runs=run_of(space, "fm").id)
    app.session_state["outside-panel"] = True
    app.run()
    assert f"python -m ctrcore outside template {run_of(space, 'fm').id} --out" in app.code[0].value
    assert any("The 200 rows to score are too many" in caption.value for caption in app.caption)


def test_a_newer_run_says_no_rows_of_a_comparison_that_it_is_not_part_of(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    app.button(key="outside-add").click().run()
    newest = space.runs()[0]
    assert newest.name != "FM"
    swapped = newest.predictions().replace({"split": {"test": "valid", "valid": "test"}})
    swapped.to_parquet(newest.folder / "predictions.parquet")
    shown = visit("compare.py", runs=app.query_params["runs"])
    assert not shown.error
    assert "Measured on 100 test rows" in texts(shown)


def test_outside_scores_are_renamed_and_deleted(space: Workspace, visit: Open) -> None:
    app = add_outside(visit("compare.py", runs=run_of(space, "fm").id), outside_csv(space))
    app.button(key="outside-add").click().run()
    (one,) = outside_of(space.datasets()[0])
    app.text_input(key=f"outside-rename-{one.id}").set_value("Old system").run()
    app.button(key=f"outside-do-rename-{one.id}").click().run()
    assert "Old system" in table(app, "metrics-table")["run"].tolist()
    app.button(key=f"outside-delete-{one.id}").click().run()
    assert outside_of(space.datasets()[0])  # asked first
    assert "The scores of **Old system** are removed" in texts(app)
    app.button(key="outside-really-delete").click().run()
    assert not app.exception
    assert table(app, "metrics-table")["run"].tolist() == ["FM"]
    assert not outside_of(space.datasets()[0])


def test_scores_of_half_of_the_rows_shrink_the_comparison_with_a_warning(space: Workspace, visit: Open) -> None:
    lines = outside_csv(space).decode().splitlines()
    app = add_outside(visit("compare.py"), "\n".join([*lines[:51], "99999,0.5"]).encode(), "half.csv")
    assert any(
        warning.value.startswith("**50 of 51 rows of the file match; 50 of 100 test rows have a score.**")
        and "All models will then be compared on these 50 only." in warning.value
        for warning in app.warning
    )
    app.button(key="outside-add").click().run()
    assert any(
        "compared on 50 test rows only, of the 100 test rows" in warning.value
        and "because **half** has scores of only 50 of them" in warning.value
        for warning in app.warning
    )
    assert app.button(key="take-out").label == "Compare without half"
    app.button(key="take-out").click().run()
    assert len(app.query_params["runs"].split(",")) == 5
    assert not any("are compared on" in warning.value for warning in app.warning)
    assert outside_of(space.datasets()[0])


def test_the_rows_to_score_come_with_an_example_and_the_way_to_those_to_learn_from(
    space: Workspace, visit: Open
) -> None:
    run = run_of(space, "fm")
    app = visit("compare.py", runs=run.id)
    app.session_state["outside-panel"] = True
    app.run()
    assert any(button.proto.label == "Download the rows to score (200)" for button in app.get("download_button"))
    assert f"row,score\n{judged(run)['row'][0]},0.31" in [code.value for code in app.code]
    assert f"ctrcore outside template {run.id} --train" in texts(app)
