"""An emulator in a process of its own, for the demo and for tests."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

START_SECONDS = 20.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class RunningEmulator:
    """A running emulator, and what can be asked of it. base_url: as for the gateway itself."""

    base_url: str

    def truth(self) -> dict[str, list[dict[str, Any]]]:
        """{"invoices": [...], "texts": [{invoice_id, phone, via, at}], "calls": [...]}"""
        answer: dict[str, list[dict[str, Any]]] = self._ask("truth", None)
        return answer

    def all_of(self, part: str, page: int = 20_000) -> Iterator[dict[str, Any]]:
        """One part of the truth, `invoices`, `texts` or `calls`, page by page: of a million the whole is too large."""
        start = 0
        while told := self._ask(f"truth?part={part}&start={start}&count={page}", None):
            yield from told
            start += page

    def set_faults(self, *faults: str) -> None:
        """Replace the faults by these, each in the grammar of `--fault`; none means none."""
        self._ask("faults", list(faults))

    def set(self, **settings: float | str) -> None:
        """Change latency_ms, token_seconds, capacity, limit_per_second or framing (response, data, string, bare).

        A seed starts the faults that are set afresh from it, and is kept for those to come.
        """
        self._ask("settings", settings)

    def expire_tokens(self) -> None:
        """Make every token given out so far invalid."""
        self._ask("expire-tokens", {})

    def reset(self) -> None:
        """Forget invoices, texts, calls, tokens and faults; work that is still under way then leaves no trace."""
        self._ask("reset", {})

    def _ask(self, page: str, content: object) -> Any:
        data = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.base_url}/_emulator/{page}", data=data)  # noqa: S310
        # No proxy: the emulator is on this machine, whatever the environment says.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as response:
            return json.load(response)


@contextmanager
def running_emulator(
    *, port: int = 0, latency_ms: float = 0, token_seconds: float = 900, seed: int = 0, faults: tuple[str, ...] = ()
) -> Iterator[RunningEmulator]:
    """Start an emulator as a child process and stop it at the end, whatever happens in between.

    Raises RuntimeError when it does not come up within START_SECONDS.
    """
    options = [f"--port={port}", f"--latency-ms={latency_ms}", f"--token-seconds={token_seconds}", f"--seed={seed}"]
    command = [
        sys.executable,
        "-m",
        "batchinvoice.emulator",
        "--until-eof",
        *options,
        *(f"--fault={fault}" for fault in faults),
    ]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield RunningEmulator(_address(process))
        finally:
            _stop(process)


def _address(process: subprocess.Popen[str]) -> str:
    lines: queue.Queue[str] = queue.Queue()

    def read_line() -> None:
        lines.put(process.stdout.readline() if process.stdout else "")

    # A thread, since a pipe cannot be waited for with a time limit on Windows.
    threading.Thread(target=read_line, daemon=True).start()
    try:
        line = lines.get(timeout=START_SECONDS)
    except queue.Empty:
        line = ""
    if not line.startswith("Listening on "):
        raise RuntimeError("The emulator did not start; run `python -m batchinvoice.emulator` to see why.")
    return line.removeprefix("Listening on ").strip()


def _stop(process: subprocess.Popen[str]) -> None:
    # Closing the pipe is what ends it, as it would if this process were killed; the rest is for one that hangs.
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
