"""How many threads work at once."""

from __future__ import annotations

import os

import pytest

from ctrcore import threads
from ctrcore.errors import RunError
from ctrcore.runs import settings


def test_the_environment_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTR_THREADS", "3")
    assert threads.of_arrays() == settings.threads() == 3
    monkeypatch.setenv("CTR_THREADS", "40")
    assert threads.of_arrays() == threads.MOST
    assert settings.threads() == 40
    monkeypatch.setenv("CTR_THREADS", "many")
    with pytest.raises(RunError, match="CTR_THREADS is not a positive whole number"):
        threads.of_arrays()


def test_else_the_cores_that_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CTR_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 5}, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert threads.of_arrays() == threads.cores() == 2
    monkeypatch.setenv("CTR_SLOTS", "2")
    assert settings.threads() == 1
    monkeypatch.delattr(os, "sched_getaffinity")
    assert (threads.cores(), threads.of_arrays()) == (64, threads.MOST)


def test_a_study_leaves_a_core_to_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CTR_THREADS", raising=False)
    monkeypatch.delenv("CTR_SLOTS", raising=False)
    for cores, expected in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr(settings, "cores", lambda cores=cores: cores)
        assert settings.threads_beside_pages() == expected
    monkeypatch.setenv("CTR_THREADS", "2")
    assert settings.threads_beside_pages() == 2
    assert settings.numeric_environment(1)["OMP_NUM_THREADS"] == "1"
    assert settings.numeric_environment()["OMP_NUM_THREADS"] == "2"
