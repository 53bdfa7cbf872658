"""A run in figures: what --json prints and the closing table shows, both from the ledger alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from batchinvoice.app import Workbooks
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.check import Checked
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run

COULD_NOT_RUN = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of rows, and KWD, by status; counts of text messages by state; `planned` counts rows by action."""

    run: Run
    rows: dict[RowStatus, int]
    amounts: dict[RowStatus, Decimal]
    planned: dict[Action, tuple[int, Decimal]]
    sms: dict[SmsStatus, int]

    @property
    def difference(self) -> tuple[int, Decimal]:
        """What was read less what is accounted for, in rows and KWD; both must be 0."""
        return self.run.input_count - sum(self.rows.values()), self.run.input_amount - sum(
            self.amounts.values(), Decimal(0)
        )


def summarise(ledger: Ledger, run: Run) -> Summary:
    """The run's figures as they stand."""
    tallies = ledger.tallies(run)
    counted = ledger.sms_counts(run)
    return Summary(
        run=run,
        rows={status: tallies.get(status, (0, Decimal(0)))[0] for status in RowStatus},
        amounts={status: tallies.get(status, (0, Decimal(0)))[1] for status in RowStatus},
        planned=ledger.actions(run),
        sms={status: counted.get(status, 0) for status in SmsStatus},
    )


def exit_code(summary: Summary) -> int:
    """0 if every row ended well, 3 if the run was stopped, else 1: somebody is needed."""
    return {RunStatus.COMPLETE: 0, RunStatus.PLANNED: 0, RunStatus.FAILED: COULD_NOT_RUN}.get(summary.run.status, 1)


def as_json(summary: Summary, workbooks: Workbooks | None, issues: Iterable[Issue]) -> dict[str, Any]:
    """The object that --json prints; amounts are text with three decimals, KWD."""
    return {
        "run": summary.run.id,
        "environment": summary.run.environment,
        "status": str(summary.run.status),
        "rows": {"total": summary.run.input_count, **{str(status): n for status, n in summary.rows.items()}},
        "amount": {
            "total": money(summary.run.input_amount),
            **{str(status): money(amount) for status, amount in summary.amounts.items()},
        },
        "sms": {str(status): n for status, n in summary.sms.items()},
        "report": str(workbooks.report) if workbooks else None,
        "corrections": str(workbooks.corrections) if workbooks and workbooks.corrections else None,
        "issues": [issue_as_json(issue) for issue in issues],
    }


def check_as_json(sheet: Path, checked: Checked, corrections: Path | None) -> dict[str, Any]:
    """The object that `check --json` prints: a row that can go is `pending`."""
    statuses = Counter(row.status for row in checked.rows)
    total = sum((row.amount for row in checked.rows if row.amount is not None), Decimal(0))
    return {
        "run": None,
        "sheet": str(sheet),
        "status": "checked",
        "rows": {"total": len(checked.rows), **{str(status): statuses[status] for status in RowStatus}},
        "amount": {"total": money(total)},
        "report": None,
        "corrections": str(corrections) if corrections else None,
        "issues": [issue_as_json(issue) for issue in checked.issues],
    }


def issue_as_json(issue: Issue) -> dict[str, Any]:
    """An issue as --json prints it: `row` is the sheet's own number, `column` its letter."""
    return {
        "code": str(issue.code),
        "severity": str(issue.severity),
        "sheet": issue.place.sheet,
        "row": issue.place.row,
        "column": issue.place.letters or None,
        "heading": issue.place.heading,
        "message": issue.message,
        "remedy": issue.remedy,
    }
