"""A merchant's whole bench for a test: ledger, gateway, sheets; the verbs of `app` with hardly any waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.gateway.client import Credentials, Gateway
from batchinvoice.gateway.patience import Patience
from batchinvoice.invoices.codes import Code
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import Row, Run
from batchinvoice.opening import open_ledger
from batchinvoice.settings import Settings


@dataclass
class Bench:
    """`base_url` is the emulator's, unless a test puts another server there."""

    settings: Settings
    emulator: RunningEmulator
    ledger: Ledger
    sheet: Callable[..., Path]
    base_url: str

    @contextmanager
    def gateway(self) -> Iterator[Gateway]:
        """As `connect`, but with pauses of milliseconds between tries."""
        with Gateway(
            self.base_url,
            Credentials(**SANDBOX),
            connections=self.settings.concurrency,
            timeout=3.0,
            patience=Patience(base=0.001, longest=0.002),
        ) as gateway:
            yield gateway

    @contextmanager
    def another_ledger(self) -> Iterator[Ledger]:
        """The same ledger opened anew, as another process would."""
        with open_ledger(self.settings) as ledger:
            yield ledger

    def plan(
        self,
        rows: Sequence[Sequence[object]],
        *,
        sms: bool = True,
        strict: bool = False,
        check_gateway: bool = False,
        trust_ids: bool = False,
        **how: Any,
    ) -> Run:
        """Write a sheet and plan it."""
        path = self.sheet(rows, **how)
        return self.plan_file(path, sms=sms, strict=strict, check_gateway=check_gateway, trust_ids=trust_ids)

    def plan_file(self, path: Path, *, sms: bool = True, strict: bool = False, **how: bool) -> Run:
        return app.plan_sheet(self.ledger, self.settings, path, sms=sms, strict=strict, **how)

    def apply(self, run: Run) -> Run:
        with self.gateway() as gateway:
            gateway.prove()
            return self._told(self.drive(gateway, run))

    def drive(self, gateway: Gateway, run: Run, progress: Callable[[int], None] = lambda _: None) -> Run:
        return app.apply_run(self.ledger, gateway, self.settings, run, progress)

    def send(self, run: Run, *, again: bool = False) -> Run:
        with self.gateway() as gateway:
            return self._told(app.send_sms(self.ledger, gateway, self.settings, run, again=again))

    def _told(self, run: Run) -> Run:
        """The run; whatever came of it, all runs stand as the audit log tells."""
        assert prove(self.ledger).breaks == ()
        return run

    def run(self, rows: Sequence[Sequence[object]], **how: Any) -> Run:
        """Write a sheet, plan it, apply it."""
        return self.apply(self.plan(rows, **how))

    def rows(self, run: Run) -> list[Row]:
        return list(self.ledger.rows(run, cells=True))

    def row(self, run: Run) -> Row:
        """The only row of a run."""
        [row] = self.rows(run)
        return row

    def statuses(self, run: Run) -> list[str]:
        return [str(row.status) for row in self.ledger.rows(run)]

    def sms(self, run: Run) -> list[str]:
        return [str(row.sms) for row in self.ledger.rows(run)]

    def calls(self, name: str) -> list[dict[str, Any]]:
        """The gateway's own account of one kind of call."""
        return [call for call in self.emulator.truth()["calls"] if call["name"] == name]

    def made(self) -> dict[str, list[dict[str, Any]]]:
        """The gateway's invoices by reference."""
        by_reference: dict[str, list[dict[str, Any]]] = {}
        for invoice in self.emulator.truth()["invoices"]:
            by_reference.setdefault(invoice["reference_number"], []).append(invoice)
        return by_reference

    def texted(self) -> list[int]:
        """The ids that were texted, in their order."""
        return [text["invoice_id"] for text in self.emulator.truth()["texts"]]


def simple(number: int, amount: object = "5.000", **more: object) -> list[object]:
    """A row that is right; `email`, `delivery`, `invoice_id`, `reference`, `customer` and `mobile` can be given."""
    reference = more.get("reference", f"R-{number}")
    customer, mobile = more.get("customer", "Noura"), more.get("mobile", f"6600{number:04d}")
    return [reference, customer, mobile, amount, more.get("email"), more.get("delivery"), more.get("invoice_id")]


def codes(row: Row) -> set[Code]:
    return {issue.code for issue in row.issues}


def total(bench: Bench) -> Decimal:
    return sum((Decimal(invoice["amount"]) for invoice in bench.emulator.truth()["invoices"]), Decimal(0))
