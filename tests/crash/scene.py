"""The scene of a crash: a folder and a gateway of its own, processes that die in it, and what is found afterwards."""

from __future__ import annotations

import os
import queue
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any, TypeVar

import openpyxl
from forking import FORKS
from history import violations
from proved import log_breaks
from victim import Orders, live

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Email", "Delivery")
_PATIENCE = 60.0  # seconds for one process
T = TypeVar("T")


THOROUGH = os.environ.get("BATCHINVOICE_CRASH") == "every"
SECONDS = 3600 if THOROUGH else 300  # for one test


def stride(every: int = 1) -> int:
    """Of how many events one is tried. BATCHINVOICE_CRASH=every tries all, with reads and single statements (slow)."""
    return 1 if THOROUGH else every if FORKS else every * 10


@dataclass(frozen=True)
class Ended:
    """What became of a process. `killed`: it did not come to its end; `events` are those up to its death."""

    killed: bool
    events: list[str]
    codes: list[int]
    output: str


@dataclass
class Scene:
    """One trial's own folder and gateway. `settings` are environment variables."""

    folder: Path
    gateway: RunningEmulator
    context: BaseContext
    settings: dict[str, str] = field(default_factory=dict)
    started: int = 0

    def sheet(self, rows: Sequence[Sequence[object]], name: str = "invoices.xlsx") -> str:
        """Write a sheet; returns its name."""
        book = openpyxl.Workbook()
        for row in (HEADINGS, *rows):
            book.active.append(list(row))
        book.save(self.folder / name)
        return name

    def run(self, *commands: Sequence[str], **death: Any) -> Ended:
        """Run commands in a process of their own, which may be told when to die."""
        self.started += 1
        orders = Orders(
            name=f"process-{self.started}",
            folder=self.folder,
            settings={**self._own_settings(), **self.settings},
            commands=tuple(tuple(command) for command in commands),
            every=THOROUGH,
            **death,
        )
        process = self.context.Process(target=live, args=(orders,))
        process.start()
        process.join(_PATIENCE)
        if process.is_alive():
            process.kill()
            process.join()
            raise AssertionError(f"{commands} hung: {_text(orders.file('output'))}")
        codes = _text(orders.file("codes"))
        return Ended(
            killed=not codes,
            events=_text(orders.file("events")).splitlines(),
            codes=[int(code) for code in codes.split()],
            output=_text(orders.file("output")),
        )

    def _own_settings(self) -> dict[str, str]:
        return {
            **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
            "BATCHINVOICE_BASE_URL": self.gateway.base_url,
            "BATCHINVOICE_HOME": str(self.folder / "home"),
            "BATCHINVOICE_REPORT_DIR": str(self.folder / "reports"),
            "BATCHINVOICE_CONCURRENCY": "1",  # so that each call is an event of its own, the same ones each time
            "BATCHINVOICE_SMS_CHUNK": "1",
            "BATCHINVOICE_SETTLE_SECONDS": "0.1",
            "BATCHINVOICE_TIMEOUT": "5",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def violations(self, **how: bool) -> list[str]:
        """What does not fit together between gateway, ledger, its audit log and workbooks."""
        reports = (self.folder / "reports").glob("*.report.xlsx")
        ledger = self.folder / "home" / "ledger.sqlite3"
        return [*violations(self.gateway.truth(), ledger, reports, **how), *log_breaks(ledger)]

    def unknown_texts(self) -> int:
        """How many texts are uncertain in the ledger."""
        with closing(sqlite3.connect(self.folder / "home" / "ledger.sqlite3")) as database:
            return int(database.execute("SELECT count(*) FROM invoices WHERE sms = 'unknown'").fetchone()[0])


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.exists() else ""


class Lanes:
    """Trials side by side: each takes the next free gateway, and a folder that is kept only if something was found."""

    def __init__(self, gateways: Sequence[RunningEmulator], context: BaseContext, folder: Path) -> None:
        self._free: queue.Queue[RunningEmulator] = queue.Queue()
        for gateway in gateways:
            self._free.put(gateway)
        self._lanes, self._context, self._folder = len(gateways), context, folder
        self._trials = 0

    def one(self, trial: Callable[[Scene], T]) -> T:
        """Carry one trial out."""
        gateway = self._free.get()
        self._trials += 1
        folder = self._folder / f"trial-{self._trials}"
        folder.mkdir()
        try:
            gateway.reset()
            gateway.set(latency_ms=0)
            found = trial(Scene(folder, gateway, self._context))
        finally:
            self._free.put(gateway)
        if not found:
            shutil.rmtree(folder, ignore_errors=True)
        return found

    def all(self, trial: Callable[[Scene, Any], list[str]], cases: Iterable[Any]) -> list[str]:
        """Carry a trial out for each case; returns what was found."""
        with ThreadPoolExecutor(self._lanes) as pool:
            done = pool.map(lambda case: self.one(lambda scene: trial(scene, case)), cases)
            return [said for found in done for said in found]
