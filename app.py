"""The launcher: `streamlit run app.py`. It sets the environment and hands over to pages/main.py.

The main script must not stand beside the folder `pages`, or Streamlit takes that for its older automatic menu and
skips the main script on the first visit by a deep link.
"""

from __future__ import annotations

import os

# One thread for numerical libraries in the server: each of its threads would otherwise start a team of its own.
# Has to be set before the first import of numpy or torch; the training workers choose for themselves.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import importlib
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pages.shared.first_page import shown

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "same-origin",
}
UNVISITED = 10.0  # seconds without a visitor after which the warm-up begins
log = logging.getLogger("ctr_lens")


class SafeHeaders:
    """Adds headers that keep the app out of foreign frames and the browser from guessing types."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with if scope["type"] == "http" else send)


def _warm() -> None:
    """Do in the background what the first look into a model needs, so that no visitor waits for it."""
    if delay := float(os.environ.get("CTR_WARM_DELAY", "1.5")):  # the first page goes first
        shown.wait(UNVISITED)
        time.sleep(delay)  # while the browser draws it
    started = time.perf_counter()
    for module in ("plotly.graph_objects", "ctrcore.training.saving", "ctrcore.explain.rows"):
        importlib.import_module(module)
    from pages.shared.store import open_newest

    try:
        open_newest()
    except Exception as error:  # a damaged run is the visitor's to see, not a reason to stop
        log.warning("warming up ended early: %s", error)
    importlib.import_module("sklearn.tree")  # for the page Compare
    # Streamlit collects garbage after every run of the script, while the last messages of the run wait to be sent.
    # Looking through all that stays for good took 0.16 s of processor time, more than most pages do.
    gc.collect()
    gc.freeze()
    log.info("ready after %.1f s", time.perf_counter() - started)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start warming up; there is nothing to tear down, as jobs are processes of their own."""
    threading.Thread(target=_warm, daemon=True, name="warm-up").start()
    yield


def on_script_error(error: Exception) -> bool:
    """Two sentences for what the user can mend; everything else is logged and shown without its inside."""
    from pages.shared.problems import show_problem

    return show_problem(error)


app = st.App("pages/main.py", lifespan=lifespan, middleware=[Middleware(SafeHeaders)], on_script_error=on_script_error)
