"""How fast workbooks are written, and with how much memory: as the tool writes them, against XlsxWriter's bare write.

python benchmarks/writing.py [--rows 100000] [--large 1000000] [--repeat 3]

The report is measured whole: formats, links, Attention, Summary. The bare write puts the same cells into the same two
sheets, through XlsxWriter in constant memory, with no format and no link. Corrections are of a sheet half of whose rows
have two mistakes each. Each measurement is a process of its own; CPU seconds are the least of its repetitions. Other
writers are measured if they are installed: one bare, one with formats and links.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import psutil

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.sheets.corrections import CHECK, CorrectionRow, CorrectionSheet, write_corrections
from batchinvoice.sheets.report import Report, ReportRow, Tally, write_report

_NOON = dt.datetime(2026, 11, 22, 12, 0, 0, tzinfo=dt.UTC)
_WRONG = "G{0}: 12.{0} has more than three decimals; a dinar has 1000 fils, and amounts are never rounded."
_LINKS = 65_000
_HEADINGS = (
    *("Invoice ID", "Reference Number", "Customer Name", "Mobile Number", "Country Code", "Email", "Amount"),
    *("Description", "Expiry Date", "Delivery", "Payment Methods", "Language", "Subscription", "Cost centre"),
)


def report_rows(count: int) -> Iterator[ReportRow]:
    """Rows of a run: every tenth needs a person."""
    for number in range(2, count + 2):
        bad, amount = number % 10 == 0, Decimal(number * 37 % 900_000 + 1) / 1000
        yield ReportRow(
            row=number,
            reference=f"INV-2027-{number:07d}",
            customer=f"Noura Al-Mutairi {number}",
            mobile=f"+9656{number % 10_000_000:07d}",
            amount=amount,
            typed_amount=str(amount),
            action=Action.NONE if bad else Action.CREATE,
            status=RowStatus.INVALID if bad else RowStatus.CREATED,
            reason=_WRONG.format(number) if bad else "",
            remedy="Give it with at most three decimals." if bad else "",
            gateway_amount=None if bad else amount,
            invoice_id="" if bad else str(7_100_000 + number),
            link="" if bad else f"https://pay.example.com/i/{number * 7919:x}",
            sms=SmsStatus.NOT_WANTED if bad else SmsStatus.SENT,
            attempts=0 if bad else 1,
            updated_at=None if bad else _NOON + dt.timedelta(seconds=number),
            needs_person=bad,
        )


def report(count: int) -> Report:
    """A report of so many rows, whose totals agree."""
    statuses: dict[RowStatus, Tally] = {}
    sms: Counter[SmsStatus] = Counter()
    for row in report_rows(count):
        statuses[row.status] = statuses.get(row.status, Tally()).plus(row.amount)
        sms[row.sms] += 1
    total = sum((tally.amount for tally in statuses.values()), Decimal(0))
    return Report(
        run="20271122-001",
        status=RunStatus.COMPLETE,
        source="november.xlsx",
        sheet="Invoices",
        sha256="ab" * 32,
        environment="sandbox",
        merchant_code="842217",
        started_by="fatima",
        started_at=_NOON,
        finished_at=_NOON,
        version="0",
        options={},
        input=Tally(count, total),
        statuses=statuses,
        sms=sms,
        calls=(),
        rows=report_rows(count),
    )


def corrections(count: int) -> Iterator[CorrectionRow]:
    """The bad rows of a sheet half of whose rows have two mistakes."""
    for number in range(2, count + 2, 2):
        phone, amount = f"6666 {number}", f"12.{number:07d}"
        cells = [None, f"INV-2027-{number:07d}", f"Noura Al-Mutairi {number}", phone, "965", f"c{number}@example.com"]
        last = dt.datetime(2027, 1, 1 + number % 28)  # noqa: DTZ001 - as a sheet holds it
        issues = (
            Issue(Code.PHONE_IMPLAUSIBLE, Place("Invoices", number, 4, "Mobile Number"), {"value": phone}),
            Issue(Code.AMOUNT_DECIMALS, Place("Invoices", number, 7, "Amount"), {"value": amount, "proposed": "12.3"}),
        )
        rest = [amount, "Fees of month 1", last, "sms", "1,2", "en", "no", f"CC{number % 40}"]
        yield CorrectionRow([*cells, *rest], issues, number)


def cells_of(row: ReportRow) -> list[Any]:
    """The row's cells on the Rows sheet."""
    amounts = [None if amount is None else float(amount) for amount in (row.amount, row.gateway_amount, row.difference)]
    updated = row.updated_at and row.updated_at.replace(tzinfo=None)
    first = [row.row, row.reference, row.customer, row.mobile, amounts[0], row.action.value, row.status.value]
    return [*first, row.reason, *amounts[1:], row.invoice_id, row.link, row.sms.value, row.attempts, updated]


def attention_of(row: ReportRow) -> list[Any]:
    """The row's cells on the Attention sheet."""
    return [row.row, row.reference, row.customer, float(row.amount or 0), row.status.value, row.reason, row.remedy]


def by_batchinvoice(path: Path, count: int) -> Callable[[], object]:
    made = report(count)
    return lambda: write_report(path, made)


def corrections_by_batchinvoice(path: Path, count: int) -> Callable[[], object]:
    sheet = CorrectionSheet("Invoices", _HEADINGS, corrections(count))
    return lambda: write_corrections(path, [sheet], run=CHECK, source="november.xlsx", environment="sandbox")


def by_xlsxwriter(path: Path, count: int) -> Callable[[], object]:
    from xlsxwriter import Workbook

    def write() -> None:
        plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        with Workbook(str(path), {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm", **plain}) as book:
            sheets = book.add_worksheet("Rows"), book.add_worksheet("Attention")
            attention = 0
            for at, row in enumerate(report_rows(count), 1):
                sheets[0].write_row(at, 0, cells_of(row))
                if row.needs_person:
                    attention += 1
                    sheets[1].write_row(attention, 0, attention_of(row))

    return write


def by_rustpy_xlsxwriter(path: Path, count: int) -> Callable[[], object]:
    from rustpy_xlsxwriter import FastExcel

    names = [f"c{at}" for at in range(15)]
    rows = (dict(zip(names, cells_of(row), strict=True)) for row in report_rows(count))
    listed = (dict(zip(names, attention_of(row), strict=False)) for row in report_rows(count) if row.needs_person)
    return lambda: FastExcel(str(path)).sheet("Rows", rows).sheet("Attention", listed).save()


def by_rvgsrust_xlsxwriter(path: Path, count: int) -> Callable[[], object]:
    from rvgsrust_xlsxwriter import Workbook

    def write() -> None:
        book = Workbook(str(path))
        sheet = book.add_worksheet("Rows", constant_memory=True)
        looks = [book.add_format() for _ in range(15)]
        for look in looks:
            look.set_font_color("#1F2937")
        for at, row in enumerate(report_rows(count), 1):
            for column, value in enumerate(cells_of(row)):
                if column == 14 and value:
                    sheet.write_datetime_py(at, column, value, looks[column])
                elif column == 11 and value and at < _LINKS:
                    sheet.write_url(at, column, value, looks[column])
                elif value not in (None, ""):
                    sheet.write(at, column, value, looks[column])
        book.close()

    return write


WRITERS: dict[str, tuple[Callable[[Path, int], Callable[[], object]], str]] = {
    "report": (by_batchinvoice, ""),
    "bare XlsxWriter": (by_xlsxwriter, ""),
    "corrections of half": (corrections_by_batchinvoice, ""),
    "bare rustpy-xlsxwriter": (by_rustpy_xlsxwriter, "rustpy_xlsxwriter"),
    "rvgsrust-xlsxwriter, Rows alone": (by_rvgsrust_xlsxwriter, "rvgsrust_xlsxwriter"),
}


def measure(who: str, count: int) -> dict[str, float]:
    """One measurement in a process of its own: CPU seconds, peak memory in MB, MB of the file."""
    asked = [sys.executable, __file__, "--one", who, "--rows", str(count)]
    told = subprocess.run(asked, check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    return dict(json.loads(told.stdout))


def one(who: str, count: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.xlsx"
        write = WRITERS[who][0](path, count)
        begun = time.process_time()
        write()
        spent = time.process_time() - begun
        return {"cpu": spent, "peak": _peak(), "size": path.stat().st_size / 2**20}


def _peak() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 2**20
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


@click.command()
@click.option("--rows", default=100_000, type=click.IntRange(1))
@click.option("--large", default=1_000_000, help="Of how many rows a report is written once, for its memory; 0: none.")
@click.option("--repeat", default=3, type=click.IntRange(1))
@click.option("--one", "who", type=click.Choice(list(WRITERS)), hidden=True)
def main(rows: int, large: int, repeat: int, who: str | None) -> None:
    """Measure the writers side by side."""
    if who:
        click.echo(json.dumps(one(who, rows)))
        return
    known = [name for name, (_, needed) in WRITERS.items() if not needed or find_spec(needed)]
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in known}
    for _ in range(repeat):  # in turn, so that what else the machine does falls on all of them
        for name in known:
            taken[name].append(measure(name, rows))
    bare = min(each["cpu"] for each in taken["bare XlsxWriter"])
    click.echo(f"{rows:,} rows{'':24} CPU s   of bare   peak MB   file MB")
    for name in known:
        cpu, last = min(each["cpu"] for each in taken[name]), taken[name][-1]
        click.echo(f"{name:34} {cpu:7.2f} {cpu / bare:9.2f} {last['peak']:9.0f} {last['size']:9.1f}")
    for name in ("report", "corrections of half") if large else ():
        told = measure(name, large)
        click.echo(f"{f'{name}, {large:,} rows':34} {told['cpu']:7.2f} {'':9} {told['peak']:9.0f} {told['size']:9.1f}")


if __name__ == "__main__":
    main()
