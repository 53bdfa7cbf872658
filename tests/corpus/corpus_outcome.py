"""What the tool makes of a case, as plain values for the golden files and in the short words of an expectation."""

from __future__ import annotations

import json
import tempfile
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from corpus_case import CASES, Case

from batchinvoice.invoices.check import Checked, check
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue
from batchinvoice.sheets.errors import SheetError
from batchinvoice.sheets.reading import Source, read

GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Outcome:
    """What was read and found, or why nothing was read."""

    case: Case
    file: str
    content: bytes
    source: Source | None = None
    checked: Checked | None = None
    refused: SheetError | None = None


@cache
def outcome(name: str) -> Outcome:
    """Read and check the case's file; each only once."""
    case = CASES[name]
    file, content = case.make()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file
        path.write_bytes(content)
        try:
            source = read(path, case.asked)
        except SheetError as error:
            return Outcome(case, file, content, refused=error)
    return Outcome(case, file, content, source, check(source.invoices, source.items, case.rules, case.asked))


def golden(found: Outcome) -> str:
    """The content of the golden file."""
    return json.dumps(_plain(found), ensure_ascii=False, indent=1) + "\n"


def _plain(found: Outcome) -> dict[str, Any]:
    about = {"about": found.case.about, "file": found.file}
    if found.refused is not None:
        return {**about, "refused": str(found.refused), "kind": type(found.refused).__name__}
    assert found.source
    assert found.checked
    checked = found.checked
    run = {"corrects": found.source.corrects} if found.source.corrects else {}
    return {
        **about,
        **run,
        "sheet": checked.table.sheet,
        "header row": checked.table.header_row,
        "stops": [str(issue.code) for issue in checked.stops],
        "notes": [_issue(issue) for issue in checked.notes],
        "rows": [
            {
                "row": row.row,
                "status": str(row.status),
                "invoice": plain_invoice(row.invoice) if row.invoice else None,
                "issues": [_issue(issue) for issue in row.issues],
            }
            for row in checked.rows
        ],
        "items": [
            {
                "row": line.row,
                "reference": line.reference,
                "item": [str(value) for value in astuple(line.item)] if line.item else None,
                "issues": [_issue(issue) for issue in line.issues],
            }
            for line in checked.item_lines
        ],
    }


def plain_invoice(invoice: Invoice) -> dict[str, Any]:
    """The invoice as it would be stored, its id with it."""
    identity = {"id": invoice.invoice_id} if invoice.invoice_id else {}
    return {**identity, **json.loads(json.dumps(invoice.content(), default=str))}


def _issue(issue: Issue) -> dict[str, str]:
    said = {"sheet": issue.place.sheet, "cell": issue.place.cell, "code": issue.code, "severity": issue.severity}
    return {name: str(value) for name, value in said.items()} | ({"proposal": issue.proposal} if issue.proposal else {})


def place(found: Outcome, issue: Issue) -> str:
    """The cell, with its sheet where that is not the sheet of the invoices."""
    assert found.checked
    other = issue.place.sheet != found.checked.table.sheet
    return f"{issue.place.sheet}!{issue.place.cell}" if other else issue.place.cell
