"""The queue: tickets in the order of submission, and a few slots that only the first ticket may try for.

    <queue>/<nanoseconds>-<job folder's name>   a ticket; its content is the job's folder
            slot-0.lock ...                     locked while a job works

A ticket whose job is gone is stepped over and removed, so a killed worker never holds up the rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

from ctrcore.runs.files import write_text
from ctrcore.runs.status import read_status

POLL = 0.2  # seconds between two looks at the queue


def enter_queue(queue: Path, folder: Path) -> None:
    """Take a ticket for the job in `folder`."""
    queue.mkdir(parents=True, exist_ok=True)
    write_text(queue / f"{time.time_ns():020d}-{folder.name}", str(folder))


def leave_queue(queue: Path, folder: Path) -> None:
    """Give back the tickets of the job in `folder`."""
    for ticket in _tickets(queue):
        if _owner(ticket) == folder.name:
            ticket.unlink(missing_ok=True)


def wait_for_slot(queue: Path, folder: Path, slots: int, waiting: Callable[[int], None]) -> FileLock:
    """Wait for this job's turn; returns the slot's lock, held.

    Args:
        queue: the folder of tickets and slots.
        folder: the job's folder, which has a ticket.
        slots: jobs that may work at the same time.
        waiting: told at each look how many are ahead; may raise to give up.
    """
    while True:
        tickets = [_owner(ticket) for ticket in _tickets(queue)]
        ahead = tickets.index(folder.name) if folder.name in tickets else 0
        if _first_waiting(queue) in (folder.name, None):
            for number in range(slots):
                slot = FileLock(queue / f"slot-{number}.lock")
                try:
                    slot.acquire(blocking=False)
                except Timeout:
                    continue
                leave_queue(queue, folder)
                return slot
        waiting(ahead)
        time.sleep(POLL)


def _tickets(queue: Path) -> list[Path]:
    return sorted(queue.glob("[0-9]*-*"))


def _owner(ticket: Path) -> str:
    return ticket.name.partition("-")[2]


def _first_waiting(queue: Path) -> str | None:
    """The name of the first job that still waits. Only the tickets before it are looked into."""
    for ticket in _tickets(queue):
        try:
            folder = Path(ticket.read_text(encoding="utf-8"))
        except OSError:  # given back this very moment
            continue
        if read_status(folder).state == "queued":
            return _owner(ticket)
        ticket.unlink(missing_ok=True)
    return None
