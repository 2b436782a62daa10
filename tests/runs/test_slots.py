"""The queue: order, slots, and killed jobs that must not hold it up."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from ctrcore.runs.jobs import Order, cancel, start
from ctrcore.runs.slots import enter_queue, leave_queue, wait_for_slot
from ctrcore.runs.status import JobStatus, read_status, write_status
from tests.runs.waiting import ended, wait_until


def make(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / "runs" / name
    folder.mkdir(parents=True)
    return folder


def order(tmp_path: Path, name: str, slots: int = 1) -> Order:
    return Order(f"fake_jobs:{name}", queue=tmp_path / ".queue", slots=slots)


def test_first_come_first_served(tmp_path: Path) -> None:
    names = ["z", "m", "b", "a"]  # against the alphabet, and started almost together
    folders = [make(tmp_path, name) for name in names]
    first, *others = folders
    start(first, order(tmp_path, "slow"))
    for folder in others:
        start(folder, order(tmp_path, "quick"))
    wait_until(lambda: read_status(first).state == "running")
    wait_until(lambda: read_status(folders[3]).message == "waiting, 2 ahead")
    assert [read_status(folder).state for folder in others] == ["queued"] * 3
    (first / "finish").touch()
    assert [ended(folder).state for folder in folders] == ["done"] * 4
    times = [int((folder / "ran").read_text()) for folder in others]
    assert times == sorted(times)
    assert not list((tmp_path / ".queue").glob("[0-9]*"))


def test_two_slots_work_side_by_side(tmp_path: Path) -> None:
    folders = [make(tmp_path, name) for name in ("a", "b", "c")]
    for folder in folders:
        start(folder, order(tmp_path, "slow", slots=2))
    wait_until(lambda: [read_status(folder).state for folder in folders] == ["running", "running", "queued"])
    (folders[1] / "finish").touch()
    wait_until(lambda: read_status(folders[2]).state == "running")
    for folder in folders:
        (folder / "finish").touch()
    assert [ended(folder).state for folder in folders] == ["done"] * 3


def test_a_kill_frees_the_slot_and_a_cancelled_waiter_gives_way(tmp_path: Path) -> None:
    working, waiting, last = (make(tmp_path, name) for name in ("a", "b", "c"))
    start(working, order(tmp_path, "slow"))
    wait_until(lambda: read_status(working).state == "running")
    start(waiting, order(tmp_path, "quick"))
    start(last, order(tmp_path, "quick"))
    wait_until(lambda: read_status(last).message == "waiting, 1 ahead")
    cancel(waiting)
    assert ended(waiting, 3).state == "cancelled"
    os.kill(read_status(working).pid or 0, signal.SIGKILL)
    assert ended(last).state == "done"
    assert not (waiting / "ran").exists()


def test_a_killed_waiter_is_stepped_over(tmp_path: Path) -> None:
    working, waiting, last = (make(tmp_path, name) for name in ("a", "b", "c"))
    start(working, order(tmp_path, "slow"))
    wait_until(lambda: read_status(working).state == "running")
    start(waiting, order(tmp_path, "quick"))
    start(last, order(tmp_path, "quick"))
    wait_until(lambda: "waiting" in read_status(waiting).message)
    os.kill(read_status(waiting).pid or 0, signal.SIGKILL)
    (working / "finish").touch()
    assert ended(last).state == "done"
    assert read_status(waiting).state == "failed"


def test_tickets_of_jobs_that_are_gone(tmp_path: Path) -> None:
    queue, mine, deleted = tmp_path / ".queue", make(tmp_path, "mine"), tmp_path / "runs" / "deleted"
    enter_queue(queue, deleted)
    write_status(mine, JobStatus("queued", submitted=time.time()))
    enter_queue(queue, mine)
    slot = wait_for_slot(queue, mine, 1, lambda ahead: pytest.fail(f"waits for {ahead}"))
    assert slot.is_locked
    slot.release()
    assert not list(queue.glob("[0-9]*"))


def test_leaving_takes_only_ones_own_ticket(tmp_path: Path) -> None:
    queue = tmp_path / ".queue"
    for name in ("run-1", "run-11", "1"):
        enter_queue(queue, tmp_path / name)
    leave_queue(queue, tmp_path / "1")
    assert sorted(path.name.partition("-")[2] for path in queue.glob("[0-9]*")) == ["run-1", "run-11"]
