"""A run in figures: what --json prints and the closing table shows, both from the ledger alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchinvoice.exits import Exit
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus

if TYPE_CHECKING:
    from batchinvoice.app import Workbooks
    from batchinvoice.invoices.check import Checked
    from batchinvoice.ledger.ledger import Ledger
    from batchinvoice.ledger.records import Run


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of rows, and KWD, by status; counts of text messages by state.

    `left` counts the pending rows by action, and `texts_left` the customers who are still to be texted.
    """

    run: Run
    rows: dict[RowStatus, int]
    amounts: dict[RowStatus, Decimal]
    left: dict[Action, tuple[int, Decimal]]
    texts_left: int
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
        left=ledger.left_to_do(run),
        texts_left=ledger.texts_left(run) if run.options["sms"] == "yes" else 0,
        sms={status: counted.get(status, 0) for status in SmsStatus},
    )


def exit_code(summary: Summary) -> int:
    """0 if every row ended well, 3 if the run was stopped, else 1: somebody is needed."""
    return {RunStatus.COMPLETE: Exit.WELL, RunStatus.PLANNED: Exit.WELL, RunStatus.FAILED: Exit.NOT_RUN}.get(
        summary.run.status, Exit.PERSON
    )


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
        "issues": map(issue_as_json, issues),
    }


def check_as_json(sheet: Path, checked: Checked, corrections: Path | None, environment: str) -> dict[str, Any]:
    """The object that `check --json` prints: a row that can go is `pending`. Its issues are told when it is printed."""
    tallies = checked.rows.tallies()
    return {
        **nothing_as_json(sheet, "checked"),
        "environment": environment,
        "rows": {"total": len(checked.rows), **{str(status): count for status, (count, _) in tallies.items()}},
        "amount": {
            "total": money(sum((amount for _, amount in tallies.values()), Decimal(0))),
            **{str(status): money(amount) for status, (_, amount) in tallies.items()},
        },
        "corrections": str(corrections) if corrections else None,
        "issues": map(issue_as_json, checked.issues),
    }


def nothing_as_json(sheet: Path | None, status: str, error: str | None = None) -> dict[str, Any]:
    """The same object for a sheet of which there is no run: every key, and no rows."""
    failed = {"error": error} if error else {}
    return {
        "run": None,
        "sheet": str(sheet) if sheet else None,
        "status": status,
        **failed,
        "rows": dict.fromkeys(("total", *map(str, RowStatus)), 0),
        "amount": dict.fromkeys(("total", *map(str, RowStatus)), money(Decimal(0))),
        "sms": dict.fromkeys(map(str, SmsStatus), 0),
        "report": None,
        "corrections": None,
        "issues": [],
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
