"""The first page that a server shows: what can wait waits for it."""

from __future__ import annotations

import threading

shown = threading.Event()
