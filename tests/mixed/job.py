"""A merchant's job from sheet to workbook, in this process, whatever the gateway does; and how it has to end."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from history import violations
from proved import log_breaks

from batchinvoice import app, checking
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.gateway.client import Credentials, Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.patience import Patience
from batchinvoice.invoices.invoice import Invoice, create_payload
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.loading import load
from batchinvoice.opening import open_ledger
from batchinvoice.runs.errors import RunStopped
from batchinvoice.settings import Settings

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Email", "Delivery")
MOST_RESUMES = 10
_HASTE = 200  # so much faster passes the time between two tries

Cells = Sequence[object]


def row(number: int, amount: object = "5.000", *, delivery: str = "sms", email: str | None = None) -> list[object]:
    """A row that is right."""
    return [f"R-{number}", "Noura", f"6600{number:04d}", amount, email, delivery]


def write_sheet(folder: Path, rows: Sequence[Cells], name: str = "invoices.xlsx") -> Path:
    """A workbook of these rows."""
    book = openpyxl.Workbook()
    for cells in (HEADINGS, *rows):
        book.active.append(list(cells))
    path = folder / name
    book.save(path)
    return path


@dataclass
class Job:
    """A folder, a gateway and a ledger of its own."""

    folder: Path
    emulator: RunningEmulator
    settings: Settings
    ledger: Ledger
    resumes: int = 0

    def run(self, rows: Sequence[Cells], faults: Sequence[str] = ()) -> Run:
        """The sheet's whole job; the faults begin once the gateway is proved."""
        run = app.plan_sheet(self.ledger, self.settings, write_sheet(self.folder, rows), sms=True, strict=False)
        return self.drive(run, faults)

    def drive(self, run: Run, faults: Sequence[str] = ()) -> Run:
        """Carry a run on and write its workbooks, as the commands do; what stops it leaves it to be resumed."""
        try:
            with self._gateway() as gateway:
                gateway.prove()
                if faults:
                    self.emulator.set_faults(*faults)
                app.apply_run(self.ledger, gateway, self.settings, run)
        except RunStopped:
            pass
        except GatewayError:
            return self.ledger.run(run.id)
        run = self.ledger.run(run.id)
        app.write_workbooks(self.ledger, run, self.settings.report_dir)
        return run

    def resume(self) -> None:
        """Resume until nothing is left to resume."""
        while unfinished := self.ledger.unfinished():
            assert self.resumes < MOST_RESUMES, f"still unfinished: {[(run.id, str(run.status)) for run in unfinished]}"
            self.resumes += 1
            for run in unfinished:
                self.drive(run)

    def run_again(self, rows: Sequence[Cells]) -> None:
        """The sheet once more, as a user would; the earlier workbooks then show what became of a rejected row, too."""
        self.run(rows)
        for run in self.ledger.history(limit=100):
            if run.status is not RunStatus.PLANNED:
                app.write_workbooks(self.ledger, run, self.settings.report_dir)

    def make_by_hand(self, cells: Cells) -> None:
        """The invoice of a row, made at the gateway by somebody of whom the ledger knows nothing."""
        invoice = Invoice(
            str(cells[0]), str(cells[1]), "965", str(cells[2]), Decimal(str(cells[3])), payment_types=(1, 2)
        )
        expiry = checking.now().date() + dt.timedelta(days=9)
        with self._gateway() as gateway:
            gateway.create(create_payload(invoice, self.settings.merchant_code, self.settings.sms_mode, expiry))

    def violations(self, *, unknown_allowed: bool = False) -> list[str]:
        """What does not fit together between gateway, ledger, its audit log and workbooks once all is finished."""
        ledger, reports = self.settings.home / "ledger.sqlite3", self.settings.report_dir.glob("*.report.xlsx")
        found = violations(self.emulator.truth(), ledger, reports, unknown_allowed=unknown_allowed)
        return [*found, *log_breaks(ledger)]

    def wrong(self, rows: Sequence[Cells]) -> list[str]:
        """The same; and what is not there for each row once, with its amount, or is there for no row."""
        invoices = self.emulator.truth()["invoices"]
        made = sorted((each["reference_number"], Decimal(each["amount"])) for each in invoices)
        wanted = sorted((str(cells[0]), Decimal(str(cells[3]))) for cells in rows)
        said = [] if made == wanted else [f"the gateway has {made}, the sheet says {wanted}"]
        return [*self.violations(), *said]

    def calls(self, name: str) -> list[dict[str, Any]]:
        """The gateway's own account of one kind of call."""
        return [call for call in self.emulator.truth()["calls"] if call["name"] == name]

    @contextmanager
    def _gateway(self) -> Iterator[Gateway]:
        """As `connect`, with fewer tries and hardly any waiting between them."""
        patience = Patience(sleep=lambda seconds: time.sleep(seconds / _HASTE), clock=_hasty_clock)
        with Gateway(
            self.emulator.base_url,
            Credentials(**SANDBOX),
            connections=self.settings.concurrency,
            timeout=self.settings.timeout,
            tries=3,
            patience=patience,
        ) as gateway:
            yield gateway


def _hasty_clock() -> float:
    return time.monotonic() * _HASTE


@contextmanager
def job_in(folder: Path, emulator: RunningEmulator, **settings: object) -> Iterator[Job]:
    """A job whose ledger and workbooks are in this folder, as those of the tool and of the crash scene are."""
    usual = {"TIMEOUT": 0.6, "SETTLE_SECONDS": 0.1, "SMS_CHUNK": 2, "CONCURRENCY": 4}
    places = {"HOME": folder / "home", "REPORT_DIR": folder / "reports", "BASE_URL": emulator.base_url}
    own = {name.upper(): value for name, value in {**usual, **places, **settings}.items()}
    credentials = {f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()}
    loaded = load(**credentials, **{f"BATCHINVOICE_{name}": value for name, value in own.items()})
    with open_ledger(loaded) as ledger:
        yield Job(folder, emulator, loaded, ledger)
