"""The ledger's tables: runs, rows, the invoices they made, every call that could have an effect, the audit log."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

from batchinvoice.invoices.lifecycle import Action, InvoiceState, RowStatus, RunStatus, SmsStatus
from batchinvoice.invoices.likeness import LONGEST

metadata = MetaData()


class Kwd(TypeDecorator[Decimal]):
    """An amount in KWD, stored as whole fils, so that sums are exact in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002 (interface)
        return None if value is None else int(value.scaleb(3))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 (interface)
        return None if value is None else Decimal(int(value)).scaleb(-3)


class Utc(TypeDecorator[dt.datetime]):
    """An aware time, stored in UTC."""

    impl = DateTime(timezone=False)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(dt.UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=dt.UTC)


class Word(TypeDecorator[StrEnum]):
    """One of an enumeration's words, stored as text."""

    impl = String(16)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words
        self._words = {str(word): word for word in words}

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (interface)
        # What is such a word already need not be looked up among them: this is done for each value that is written.
        return None if value is None else str(value if type(value) is self.words else self.words(value))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 (interface)
        return None if value is None else self._words[value]


runs = Table(
    "runs",
    metadata,
    Column("id", String(20), primary_key=True),  # 20261122-001: the day in Kuwait and a number
    Column("environment", String(10), nullable=False),
    Column("merchant_code", String(40), nullable=False),
    Column("status", Word(RunStatus), nullable=False),
    Column("source", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("sheet", Text, nullable=False),
    Column("tables", JSON, nullable=False),  # headings of the sheet and of its Items sheet, for the corrections
    Column("notes", JSON, nullable=False),  # issues that belong to no row
    Column("options", JSON, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("version", String(20), nullable=False),
    Column("planned_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("sequence", Integer, nullable=False),  # in which order they were planned, whatever the clock said
    Column("reported_at", Utc),  # empty until the workbooks tell of all that was done
    Column("input_count", Integer, nullable=False),  # counted and summed as the sheet was read
    Column("input_amount", Kwd, nullable=False),
    Column("forgotten_at", Utc),  # when its personal data was removed
    Index("runs_by_sha256", "environment", "merchant_code", "sha256", "sequence"),
    Index("runs_by_sequence", "environment", "merchant_code", "sequence"),
)

# One line for each invoice that was ever meant to be made or was changed.
invoices = Table(
    "invoices",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("environment", String(10), nullable=False),
    Column("merchant_code", String(40), nullable=False),
    Column("state", Word(InvoiceState), nullable=False),
    Column("content", JSON, nullable=False),
    Column("phone", String(40), nullable=False),  # the content's: country code and number
    Column("fingerprint", String(64), nullable=False),
    Column("gateway_id", String(40)),
    Column("origin", String(10)),  # by which call the gateway id was obtained
    Column("token", Text),
    Column("link", Text),
    Column("gateway_amount", Kwd),
    Column("sms", Word(SmsStatus), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("intended_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    Column("forgotten_at", Utc),  # when its personal data was removed
    Index("invoices_by_gateway_id", "environment", "merchant_code", "gateway_id"),
    Index("invoices_by_run", "run_id"),  # by which a database sees, too, that a run can be taken out
    # With the state, a customer's last invoice is found without reading the others.
    Index("invoices_by_phone", "environment", "merchant_code", "phone", "state", "intended_at"),
)

# The heart of the first guarantee: a reference belongs to one invoice. An update may give an invoice a second one.
references = Table(
    "invoice_references",
    metadata,
    Column("environment", String(10), primary_key=True),
    Column("merchant_code", String(40), primary_key=True),
    Column("reference", String(255), primary_key=True),
    Column("invoice_id", ForeignKey("invoices.id"), nullable=False),
    Column("likeness", String(LONGEST), nullable=False),
    Index("references_by_likeness", "environment", "merchant_code", "likeness"),
    Index("references_by_invoice", "invoice_id"),
)

rows = Table(
    "rows",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # from 0, in the sheet's order
    Column("row", Integer, nullable=False),  # the sheet's own number
    Column("reference", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("mobile", Text, nullable=False),
    Column("amount", Kwd),
    Column("typed_amount", Text, nullable=False),
    Column("cells", JSON, nullable=False),
    Column("content", JSON),  # the invoice that the row says, None if it is invalid
    Column("stated_id", String(40)),
    Column("action", Word(Action), nullable=False),
    Column("status", Word(RowStatus), nullable=False),
    Column("issues", JSON, nullable=False),
    Column("attention", Boolean, nullable=False, default=False),
    Column("invoice_id", ForeignKey("invoices.id")),
    Column("sms", Word(SmsStatus), nullable=False),
    Column("gateway_amount", Kwd),
    Column("attempts", Integer, nullable=False, default=0),
    Column("updated_at", Utc),
    Index("rows_by_status", "run_id", "status", "position"),
    Index("rows_by_invoice", "invoice_id"),
    Index("rows_by_reference", "reference", "run_id"),
)
# Of the rows that state an ID alone: few do, and the others cost nothing.
_STATES_ONE = rows.c.stated_id.is_not(None)
Index("rows_by_stated_id", rows.c.stated_id, sqlite_where=_STATES_ONE, postgresql_where=_STATES_ONE)

item_rows = Table(
    "item_rows",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("row", Integer, nullable=False),
    Column("reference", Text),
    Column("cells", JSON, nullable=False),
    Column("issues", JSON, nullable=False),
    Index("item_rows_by_reference", "run_id", "reference"),
)

# The journal: one line before each call that can have an effect, completed when its answer is understood.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("action", Word(Action), nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("outcome", String(20)),
    Column("detail", Text),
    Index("attempts_by_row", "run_id", "position"),
)

sms_calls = Table(
    "sms_calls",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1
    Column("gateway_ids", JSON, nullable=False),
    Column("outcome", Word(SmsStatus), nullable=False),
    Column("message", Text, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
)

# Who works for a merchant at this moment. Where a lock file can tell, it does; this is for a database that is shared.
leases = Table(
    "leases",
    metadata,
    Column("environment", String(10), primary_key=True),
    Column("merchant_code", String(40), primary_key=True),
    Column("holder", String(120), nullable=False),
    Column("until", Utc, nullable=False),
)

# What was done, by whom and when: a chain of records, each holding the hash of the one before (audit.py). Triggers
# refuse to change or delete one.
audit = Table(
    "audit",
    metadata,
    Column("environment", String(10), primary_key=True),
    Column("merchant_code", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),  # from 1, without a gap
    Column("at", Utc, nullable=False),
    Column("who", Text, nullable=False),
    Column("event", String(20), nullable=False),
    Column("run_id", String(20)),
    Column("facts", Text, nullable=False),  # JSON, exactly as it was hashed
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_by_run", "environment", "merchant_code", "run_id", "number"),
)
