"""The app as a process of its own, and a visitor in a real browser who notes how long each answer takes."""

from __future__ import annotations

import base64
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HEAVY = ("torch", "sklearn", "shap")
IDLE = "[data-testid='stApp'][data-test-script-state='notRunning']"
SMALL = 400  # characters of a message that may say that a script has finished; those with content are not unpacked
PATIENCE = 120.0
CALM = 0.3  # seconds without a message after which an answer is whole


class Server:
    """`streamlit run app.py` on a free port.

    Args:
        workspace: of the app; what the server writes goes to `log.txt` beside it.
        warm_delay: seconds until it begins to load what models need; None: as the app has it.
    """

    def __init__(self, workspace: Path, warm_delay: float | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url, self._log = f"http://127.0.0.1:{port}", workspace.with_name("log.txt")
        environment = os.environ | {"CTR_WORKSPACE": str(workspace)}
        if warm_delay is not None:
            environment["CTR_WARM_DELAY"] = str(warm_delay)
        command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
        with self._log.open("wb") as out:
            self.begun = time.perf_counter()
            self._process = subprocess.Popen(
                [*command, "--server.address=127.0.0.1"], cwd=ROOT, env=environment, stdout=out, stderr=out
            )

    def __enter__(self) -> Self:
        """Wait until it answers."""
        while time.perf_counter() - self.begun < PATIENCE:
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.read() == b"ok":
                        self.healthy = time.perf_counter() - self.begun
                        return self
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.02)
        self._process.kill()
        raise RuntimeError("The server did not start: " + self._log.read_text())

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(20)

    def loaded(self) -> list[str]:
        """Which of the heavy libraries it has in memory, told by their native code (Linux)."""
        maps = Path(f"/proc/{self._process.pid}/maps").read_text()
        return [name for name in HEAVY if re.search(rf"/site-packages/{name}/\S+\.so", maps)]

    def wait_until_calm(self) -> None:
        """Wait until it has hardly anything to do, so that its warming up is over."""
        calm, end = 0, time.perf_counter() + PATIENCE
        while calm < 4 and time.perf_counter() < end:
            before = self.processor_seconds()
            time.sleep(0.5)
            calm = calm + 1 if self.processor_seconds() - before < 0.05 else 0

    def processor_seconds(self) -> float:
        """What it has used of the processor so far, in hundredths of a second."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Took(NamedTuple):
    """Seconds of an answer: by the server, until the browser shows it, and of the processor in the server."""

    server: float
    browser: float
    processor: float


class Visitor:
    """One tab. Server time is taken from the messages between browser and server, by the browser's clock: from the
    one that asks for a run of the script to the last one that says that it has finished. What a page asks for by
    itself every few seconds does not count. Other work on the machine disturbs the processor's seconds least.
    """

    def __init__(self, browser: Any, server: Server) -> None:
        self._server = server
        self._context = browser.new_context(viewport={"width": 1280, "height": 900})
        self._context.set_default_timeout(1000 * PATIENCE)
        self.page = self._context.new_page()
        self._asked: list[tuple[float, bool]] = []  # when, and whether for a part of the page
        self._finished: list[tuple[float, bool]] = []
        wire = self._context.new_cdp_session(self.page)
        wire.send("Network.enable")
        wire.on("Network.webSocketFrameSent", self._sent)
        wire.on("Network.webSocketFrameReceived", self._received)

    def close(self) -> None:
        """Leave."""
        self._context.close()

    def _sent(self, event: dict[str, Any]) -> None:
        message = BackMsg.FromString(base64.b64decode(event["response"]["payloadData"]))
        if message.HasField("rerun_script") and not message.rerun_script.is_auto_rerun:
            self._asked.append((event["timestamp"], bool(message.rerun_script.fragment_id)))

    def _received(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        if len(payload) > SMALL or event["response"]["opcode"] != 2:
            return
        message = ForwardMsg.FromString(base64.b64decode(payload))
        if message.HasField("script_finished") and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            part = message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
            self._finished.append((event["timestamp"], part))

    def _answered(self) -> float | None:
        """Seconds from the first question to the last answer; None while one is open."""
        if not self._asked:
            return None
        last, part = self._asked[-1]
        ends = [end for end, of_part in self._finished if end > last and of_part == part]
        return max(ends) - self._asked[0][0] if ends else None

    def act(self, do: Callable[[], object], shown: Callable[[], object] | None = None) -> Took:
        """Do something and wait for the whole answer.

        Args:
            do: what the visitor does; it must make the script run.
            shown: waits for what is to be seen in the end.
        """
        self._asked.clear()
        self._finished.clear()
        begun, used = time.perf_counter(), self._server.processor_seconds()
        do()
        while self._answered() is None:
            if time.perf_counter() - begun > PATIENCE:
                raise RuntimeError("The app did not answer.")
            self.page.wait_for_timeout(5)  # also lets messages come in
        if shown is not None:
            shown()
        self.page.wait_for_selector(IDLE)
        seconds = time.perf_counter() - begun
        known = None
        while known != (known := self._answered()) or known is None:  # the page may have asked once more
            self.page.wait_for_timeout(1000 * CALM)
            self.page.wait_for_selector(IDLE)
        return Took(known, seconds, self._server.processor_seconds() - used)

    def open(self, url: str) -> Took:
        """Go to an address."""
        return self.act(lambda: self.page.goto(url, wait_until="commit"))
