"""A drop folder with a watcher that is a process of its own, and how it has to look when all is done."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from history import violations
from whole_tool import Tool, start

from batchinvoice.emulator.process import RunningEmulator

PATIENCE = 60.0
QUICK = ("--poll", "0.05", "--still", "0.15", "--retry", "0.2")
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM is TerminateProcess


@dataclass
class Watching:
    """A watcher that runs. `said`: what it has told so far."""

    process: Any
    out: Path

    @property
    def said(self) -> str:
        return self.out.read_text("utf-8") if self.out.exists() else ""

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.process.pid, KILL)
        self.process.join(PATIENCE)

    def stop(self) -> int:
        """As the system asks when it shuts down; returns the exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        self.process.join(PATIENCE)
        assert self.process.exitcode is not None, "it did not stop"
        return int(self.process.exitcode)


@dataclass
class Drop:
    """The folder that is watched, its tool and its gateway."""

    tool: Tool
    gateway: RunningEmulator
    folder: Path
    watchers: list[Watching] = field(default_factory=list)

    @property
    def inbox(self) -> list[str]:
        """What people would still see in the folder itself."""
        return sorted(path.name for path in self.folder.iterdir() if path.is_file() and not path.name.startswith("."))

    def room(self, name: str) -> list[str]:
        """The files of a sub-folder."""
        room = self.folder / name
        return sorted(path.name for path in room.iterdir()) if room.is_dir() else []

    def watch(self, *words: object, **changed: str) -> Watching:
        """Start a watcher, and see it begin."""
        number = len(self.watchers) + 1
        out = self.tool.folder / f"watcher-{number}.txt"
        process = start(self.tool, ["watch", str(self.folder), *QUICK, *map(str, words)], out, **changed)
        watching = Watching(process, out)
        self.watchers.append(watching)
        until(lambda: "Watching" in watching.said or process.exitcode is not None, "a watcher that begins")
        return watching

    def once(self, *words: object, **changed: str) -> subprocess.CompletedProcess[str]:
        """Look into the folder once."""
        return self.tool("watch", self.folder, "--once", *QUICK, *words, **changed)

    def put(self, name: str, rows: Sequence[Sequence[object]], room: Path | None = None) -> Path:
        """Drop a sheet, whole at once: written elsewhere and renamed into place."""
        elsewhere = self.tool.sheet(f"elsewhere {name}", rows)
        place = (room or self.folder) / name
        return elsewhere.replace(place)

    def emptied(self) -> None:
        """Wait until everything is put away."""
        until(lambda: not self.inbox and not self.room("processing"), "an empty inbox", self._all_said)

    def _all_said(self) -> str:
        return "\n".join(each.said for each in self.watchers)

    def check(self, *, runs: int | None = None, **how: bool) -> None:
        """The inbox is empty, each run has its report in one of the rooms, and the three witnesses agree."""
        assert self.inbox == []
        assert self.room("processing") == []
        reports = [*self.folder.glob("*/*.report*.xlsx"), *self.folder.glob("*/*/*.report*.xlsx")]
        latest = {run_of(path): path for path in sorted(reports, key=lambda path: path.stat().st_mtime)}
        ledger = self.tool.folder / "home" / "ledger.sqlite3"
        assert violations(self.gateway.truth(), ledger, latest.values(), **how) == []
        if runs is not None:
            assert len(latest) == runs

    def runs(self) -> list[tuple[str, str]]:
        """The ledger's runs: name and status."""
        with closing(sqlite3.connect(self.tool.folder / "home" / "ledger.sqlite3")) as ledger:
            return list(ledger.execute("SELECT id, status FROM runs WHERE environment <> '' ORDER BY sequence"))

    def made(self) -> list[str]:
        """The references at the gateway, in the order in which they were made."""
        return [invoice["reference_number"] for invoice in self.gateway.truth()["invoices"]]


def run_of(workbook: Path) -> str:
    """The run that a workbook's name tells; that of corrections tells the run before, too."""
    return [part for part in workbook.name.split(".") if part[:2] == "20" and part[8:9] == "-"][-1]


def row(number: int, amount: object = "5.000") -> list[object]:
    """A row that is right."""
    return [f"R-{number}", "Noura", f"6600{number % 10_000:04d}", amount, None, "sms"]


def until(true: Callable[[], object], what: str, said: Callable[[], str] = str, seconds: float = PATIENCE) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited in vain for {what}; {said()}"
        time.sleep(0.02)


@contextmanager
def ended(drop: Drop) -> Iterator[Drop]:
    """Whatever a test does, no watcher outlives it."""
    try:
        yield drop
    finally:
        for watching in drop.watchers:
            if watching.process.is_alive():
                watching.process.kill()
                watching.process.join(PATIENCE)
