"""What the ledger holds, as values: runs, rows, invoices, calls; and how cells and issues are written into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import Action, InvoiceState, RowStatus, RunStatus, SmsStatus
from batchinvoice.invoices.script import language_of
from batchinvoice.invoices.table import Broken, Cell


@dataclass(frozen=True, slots=True)
class TableShape:
    """The header of a sheet that was read: its name, its headings, and the column in which they begin (from 1).

    `mapping`: what was confirmed of headings; `widths` of the columns, in characters.
    """

    name: str
    headings: tuple[str, ...]
    first_column: int
    mapping: Mapping[str, Field | None] = field(default_factory=dict)
    widths: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to be stored. `input_count` and `input_amount` (KWD) are counted from the sheet, not from the rows."""

    source: str
    source_name: str
    sha256: str
    sheet: str
    shapes: tuple[TableShape, ...]
    notes: tuple[Issue, ...]
    options: Mapping[str, str]
    started_by: str
    version: str
    planned_at: dt.datetime
    input_count: int
    input_amount: Decimal


@dataclass(frozen=True, slots=True)
class Run(NewRun):
    """A stored run. Times are aware, UTC."""

    id: str
    sequence: int  # in which order the runs were planned, whatever the clock said
    environment: str
    merchant_code: str
    status: RunStatus
    finished_at: dt.datetime | None
    forgotten_at: dt.datetime | None  # when its personal data was removed

    @property
    def trusts_ids(self) -> bool:
        """Whether a person said that the sheet's Invoice IDs are right (--trust-ids)."""
        return self.options.get("trust_ids") == "yes"

    @property
    def language(self) -> str:
        """That of the sheet's headings, `en` or `ar`: in it the sheet's issues are said."""
        return language_of(self.shapes[0].headings)


@dataclass(frozen=True, slots=True)
class Aged:
    """An old run. `waits`: rows of it may still come to something. `lost`: an invoice of its rows is still unknown."""

    run: Run
    waits: bool
    lost: bool


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row of a run to be stored. `invoice` is None if the row is invalid; `sms` counts until the invoice is made."""

    position: int
    row: int
    reference: str
    customer: str
    mobile: str
    amount: Decimal | None
    typed_amount: str
    cells: Sequence[Cell]
    invoice: Invoice | None
    action: Action
    status: RowStatus
    issues: tuple[Issue, ...]
    sms: SmsStatus


@dataclass(frozen=True, slots=True)
class Row(NewRow):
    """A stored row with what came of it. `sms` is its invoice's once there is one; `attention`: a person is needed."""

    run_id: str
    attention: bool
    invoice_key: int | None
    gateway_id: str
    link: str
    gateway_amount: Decimal | None
    attempts: int
    updated_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class ToText:
    """A row whose invoice waits for its text message; `sms` is the state in which that is now."""

    position: int
    invoice_key: int
    gateway_id: str
    sms: SmsStatus


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A line of the Items sheet, kept for the corrections workbook."""

    position: int
    row: int
    reference: str | None
    cells: Sequence[Cell]
    issues: tuple[Issue, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """An invoice that the ledger knows. `key` is the ledger's number of it; `run_id` the run that meant it last.

    `origin` is the call by which the gateway id was obtained: `create`, `find`, `update`, or `invoice` where one that a
    sheet named was confirmed; `sheet` or `asked` while only a sheet has said that there is such an invoice.
    `forgotten`: its personal data was removed, so what it said is not known.
    """

    key: int
    state: InvoiceState
    invoice: Invoice
    fingerprint: str
    gateway_id: str | None
    origin: str | None
    link: str
    gateway_amount: Decimal | None
    sms: SmsStatus
    run_id: str
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that was made for a row, and what came of it, as far as it is known. Times are aware, UTC."""

    action: Action
    started_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a row of some run says. `key`: the ledger's number of its invoice. `invoice` is None if it is invalid."""

    run_id: str
    reference: str
    key: int | None
    invoice: Invoice | None

    def of(self, invoice: Invoice, known: Known | None) -> bool:
        """Whether it speaks of this invoice: by its reference, or by the invoice that the ledger knows."""
        by_id = self.invoice.invoice_id if self.invoice else None
        known_so = known is not None and (self.key == known.key or (by_id or "") == known.gateway_id)
        return self.reference == invoice.reference or known_so


@dataclass(frozen=True, slots=True)
class SmsCallRecord:
    """One bulk send of a run, `number` from 1."""

    number: int
    gateway_ids: tuple[str, ...]
    outcome: SmsStatus
    message: str
    started_at: dt.datetime


def cells_to_json(cells: Sequence[Cell]) -> list[Any]:
    """Cells as JSON values: text, numbers and booleans as they are, the others as {kind: text}."""
    return [cell if type(cell) in _AS_IT_IS else _cell_to_json(cell) for cell in cells]


_AS_IT_IS = frozenset({type(None), str, bool, int, float})


def _cell_to_json(cell: Cell) -> Any:
    match cell:
        case dt.datetime():
            return {"datetime": cell.isoformat()}
        case dt.date():
            return {"date": cell.isoformat()}
        case dt.time():
            return {"time": cell.isoformat()}
        case dt.timedelta():
            return {"seconds": cell.total_seconds()}
        case Broken():
            return {"broken": cell.shown}
    return cell


def cells_from_json(values: Sequence[Any]) -> list[Cell]:
    """The cells that `cells_to_json` wrote."""
    return [_cell_from_json(*value.popitem()) if isinstance(value, dict) else value for value in values]


def _cell_from_json(kind: str, value: Any) -> Cell:
    match kind:
        case "datetime":
            return dt.datetime.fromisoformat(value)
        case "date":
            return dt.date.fromisoformat(value)
        case "time":
            return dt.time.fromisoformat(value)
        case "seconds":
            return dt.timedelta(seconds=value)
    return Broken(value)


_PLACE = tuple(Place.__dataclass_fields__)


def issues_to_json(issues: Sequence[Issue]) -> list[dict[str, Any]]:
    """Issues as JSON values, without words: they are said anew in whatever language is asked for."""
    return [
        {"code": str(i.code), "place": {name: getattr(i.place, name) for name in _PLACE}, "params": dict(i.params)}
        for i in issues
    ]


def issues_from_json(values: Sequence[Mapping[str, Any]]) -> tuple[Issue, ...]:
    """The issues that `issues_to_json` wrote."""
    return tuple(Issue(Code(v["code"]), Place(**v["place"]), v["params"]) for v in values)
