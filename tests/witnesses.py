"""What the three witnesses say of a job: the gateway's truth, the ledger and the workbooks, side by side.

The ledger is read with plain SQL and the workbooks cell by cell, so that nothing is shared with what is checked.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

Record = dict[str, Any]
CONTROL, GATEWAY, TEXTS = "Control totals", "Invoices at the gateway", "Text messages (SMS)"


@dataclass(frozen=True)
class Book:
    """One reconciliation workbook: its lists, and on its Summary the numbers of each section by their label."""

    run: str
    rows: list[Record]
    attention: list[Record]
    sms: list[Record]
    summary: dict[str, dict[str, Sequence[Any]]]


@dataclass(frozen=True)
class Story:
    """What the three tell. In the ledger, each row has `id` and `texted`: its invoice's, once there is one."""

    truth: Mapping[str, list[Record]]
    ledger: dict[str, list[Record]]
    books: dict[str, Book]
    finished: bool
    unknown_allowed: bool

    @cached_property
    def at_gateway(self) -> dict[str, Record]:
        """The gateway's invoices by id."""
        return {str(invoice["id"]): invoice for invoice in self.truth["invoices"]}

    @cached_property
    def texted(self) -> Counter[str]:
        """How often the customer of each id was texted."""
        return Counter(str(text["invoice_id"]) for text in self.truth["texts"])

    @cached_property
    def rows(self) -> list[Record]:
        """The ledger's rows, but for runs that are planned and no more: those say nothing of the gateway yet."""
        started = {run["id"] for run in self.ledger["runs"] if run["status"] != "planned"}
        return [row for row in self.ledger["rows"] if row["run_id"] in started]

    @cached_property
    def names(self) -> dict[int, set[str]]:
        """The references of each of the ledger's invoices, by its key: a change may give it a second one."""
        found = defaultdict(set)
        for name in self.ledger["names"]:
            found[name["invoice_id"]].add(name["reference"])
        return found

    @cached_property
    def reported(self) -> list[Record]:
        """The rows of all workbooks."""
        return [row for book in self.books.values() for row in book.rows]

    def pairs(self) -> Iterator[tuple[Record, Record]]:
        """Each row of the ledger with the same row of its run's workbook."""
        for run, book in self.books.items():
            by_number = {row["Row"]: row for row in book.rows}
            own = (row for row in self.ledger["rows"] if row["run_id"] == run)
            yield from ((row, by_number[row["row"]]) for row in own if row["row"] in by_number)


def read_ledger(file: Path) -> dict[str, list[Record]]:
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row

        def ask(query: str) -> list[Record]:
            return [dict(record) for record in database.execute(query)]

        return {
            # A run without a merchant is a plan that was not stored to its end: nobody sees it.
            "runs": ask("SELECT * FROM runs WHERE environment <> '' ORDER BY planned_at"),
            "drafts": ask("SELECT id FROM runs WHERE environment = ''"),
            "rows": ask(
                "SELECT r.*, CASE WHEN i.state = 'made' AND (r.status IN ('created', 'updated', 'unchanged', 'adopted')"
                " OR r.action = 'update') THEN i.gateway_id END AS id,"
                " CASE WHEN i.id IS NULL OR r.status IN ('pending', 'held', 'rejected') THEN r.sms ELSE i.sms END"
                " AS texted"
                " FROM rows r LEFT JOIN invoices i ON i.id = r.invoice_id"
                " WHERE r.run_id IN (SELECT id FROM runs WHERE environment <> '') ORDER BY r.run_id, r.position"
            ),
            "invoices": ask("SELECT * FROM invoices"),
            "names": ask("SELECT * FROM invoice_references"),
            "sms_calls": ask("SELECT * FROM sms_calls ORDER BY run_id, number"),
            "attempts": ask("SELECT * FROM attempts"),
            "audit": ask("SELECT * FROM audit ORDER BY environment, merchant_code, number"),
        }


def read_book(path: Path) -> Book:
    with closing(openpyxl.load_workbook(path, data_only=True)) as book:
        lists = {name: _table(list(book[name].values)) for name in ("Rows", "Attention", "SMS")}
        lines = list(book["Summary"].values)
    [run] = [line[9] for line in lines if line[8] == "Run"]
    return Book(run, lists["Rows"], lists["Attention"], lists["SMS"], _sections(lines))


def _table(lines: Sequence[Sequence[Any]]) -> list[Record]:
    """The lines below the headings; one that has but its first cell is a remark."""
    rows = [line for line in lines[1:] if any(cell is not None for cell in line[1:])]
    return [dict(zip(lines[0], line, strict=True)) for line in rows]


def _sections(lines: Iterable[Sequence[Any]]) -> dict[str, dict[str, Sequence[Any]]]:
    found: dict[str, dict[str, Sequence[Any]]] = {}
    current: dict[str, Sequence[Any]] = {}
    for label, *numbers in lines:
        if label in (CONTROL, GATEWAY, TEXTS):
            current = found[label] = {}
        elif label is not None:
            current[label] = numbers[:6]
    return found
