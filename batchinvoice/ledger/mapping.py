"""Between the ledger's values and the columns of its tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from batchinvoice.invoices.cells import money
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.lifecycle import AT_GATEWAY, Action, InvoiceState
from batchinvoice.ledger.intent import Intent
from batchinvoice.ledger.records import (
    ItemRow,
    Known,
    NewRow,
    NewRun,
    Row,
    Run,
    SmsCallRecord,
    TableShape,
    cells_from_json,
    cells_to_json,
    issues_from_json,
    issues_to_json,
)


def run_values(run: NewRun) -> dict[str, Any]:
    """A run's columns."""
    names = (
        "source",
        "source_name",
        "sha256",
        "sheet",
        "started_by",
        "version",
        "planned_at",
        "input_count",
        "input_amount",
    )
    return {name: getattr(run, name) for name in names} | {
        "tables": [
            [shape.name, list(shape.headings), shape.first_column, dict(shape.mapping), list(shape.widths)]
            for shape in run.shapes
        ],
        "notes": issues_to_json(run.notes),
        "options": dict(run.options),
    }


def planned_facts(run: NewRun) -> dict[str, Any]:
    """What the audit log keeps of a plan, but for how its rows stand."""
    return {
        "file": run.source_name,
        "sha256": run.sha256,
        "user": run.started_by,
        "time": run.planned_at.isoformat(),
        "count": run.input_count,
        "amount": money(run.input_amount),
        "options": dict(run.options),
        "version": run.version,
    }


def row_values(row: NewRow) -> dict[str, Any]:
    """A row's columns."""
    names = ("position", "row", "reference", "customer", "mobile", "amount", "typed_amount", "action", "status", "sms")
    return {name: getattr(row, name) for name in names} | {
        "cells": cells_to_json(row.cells),
        "content": row.invoice.content() if row.invoice else None,
        "stated_id": row.invoice.invoice_id if row.invoice else None,
        "issues": issues_to_json(row.issues),
        "attention": any(issue.is_error for issue in row.issues),
        "attempts": 0,
    }


def item_values(line: ItemRow) -> dict[str, Any]:
    """An item line's columns."""
    own: Mapping[str, Any] = {"position": line.position, "row": line.row, "reference": line.reference}
    return {**own, "cells": cells_to_json(line.cells), "issues": issues_to_json(line.issues)}


def to_run(record: RowMapping) -> Run:
    """A stored run."""
    values = {name: record[name] for name in Run.__dataclass_fields__ if name not in ("shapes", "notes")}
    shapes = tuple(_shape(*shape) for shape in record["tables"])
    return Run(**values, shapes=shapes, notes=issues_from_json(record["notes"]))


def _shape(
    name: str,
    headings: Sequence[str],
    first: int,
    mapping: Mapping[str, str | None] | None = None,  # not kept by older versions, nor the widths
    widths: Sequence[float | None] = (),
) -> TableShape:
    meant = {heading: Field(field) if field else None for heading, field in (mapping or {}).items()}
    return TableShape(name, tuple(headings), first, meant, tuple(widths))


def to_row(record: RowMapping) -> Row:
    """A stored row, with its invoice's id and link once that is made. Cells and invoice it has if the record has."""
    derived = ("cells", "invoice", "issues", "sms", "invoice_key", "gateway_id", "link")
    # A create that was refused is not what another run made of it later.
    speaks_of_it = record["status"] in AT_GATEWAY or record["action"] is Action.UPDATE
    has_invoice = record["invoice_state"] is InvoiceState.MADE and speaks_of_it
    return Row(
        **{name: record[name] for name in Row.__dataclass_fields__ if name not in derived},
        cells=cells_from_json(record["cells"]) if "cells" in record else (),
        invoice=_invoice(record) if "content" in record else None,
        issues=issues_from_json(record["issues"]),
        sms=record["effective_sms"],
        invoice_key=record["invoice_id"],
        gateway_id=(record["gateway_id"] or "") if has_invoice else "",
        link=(record["link"] or "") if has_invoice else "",
    )


def _invoice(record: RowMapping) -> Invoice | None:
    content = record["content"]
    return Invoice.from_content(content, record["stated_id"]) if content else None


def to_intent(row: RowMapping, invoice: RowMapping) -> Intent:
    """A create whose outcome is unknown: what was sent, and the row that meant it."""
    return Intent(
        attempt=row["attempt"],
        row=to_row(row),
        invoice=Invoice.from_content(invoice["content"]),
        invoice_key=invoice["id"],
        action=Action.CREATE,
        before=None,
        at=invoice["intended_at"],
        sms=invoice["sms"],
        doubtful=not invoice["fingerprint"],
    )


def to_item(record: RowMapping) -> ItemRow:
    """A stored item line."""
    return ItemRow(
        record["position"],
        record["row"],
        record["reference"],
        cells_from_json(record["cells"]),
        issues_from_json(record["issues"]),
    )


def to_known(record: RowMapping) -> Known:
    """A stored invoice."""
    return Known(
        key=record["id"],
        state=record["state"],
        invoice=Invoice.from_content(record["content"], record["gateway_id"]),
        fingerprint=record["fingerprint"],
        gateway_id=record["gateway_id"],
        origin=record["origin"],
        link=record["link"] or "",
        gateway_amount=record["gateway_amount"],
        sms=record["sms"],
        run_id=record["run_id"],
        forgotten=record["forgotten_at"] is not None,
    )


def to_sms_call(record: RowMapping) -> SmsCallRecord:
    """A stored bulk send."""
    return SmsCallRecord(
        record["number"], tuple(record["gateway_ids"]), record["outcome"], record["message"], record["started_at"]
    )
