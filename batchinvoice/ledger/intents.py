"""What one transaction writes down before calls: the intents, those of many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, insert, select, update

from batchinvoice.invoices.lifecycle import InvoiceState, RowStatus, SmsStatus
from batchinvoice.invoices.likeness import likeness
from batchinvoice.ledger.errors import OVERTAKEN, LedgerBusy
from batchinvoice.ledger.intent import ASKED, STATED, Change, Create, Intent
from batchinvoice.ledger.records import Run, issues_to_json
from batchinvoice.ledger.tables import attempts, invoices, references
from batchinvoice.ledger.texts import Texts
from batchinvoice.ledger.writing import OF_INVOICE, OF_ROW, Values, kept, line_of, write_each

# What is returned comes in any order (in that of the rows, SQLAlchemy would insert them one by one).
_NEW_INVOICES = insert(invoices).returning(invoices.c.fingerprint, invoices.c.id)
_NEW_INVOICE = insert(invoices).returning(invoices.c.id)
_NEW_ATTEMPTS = insert(attempts).returning(attempts.c.position, attempts.c.id)
_NEW_REFERENCES = insert(references)


class Intents(Texts):
    """The writes of one transaction that say what is about to be sent."""

    def intend(self, run: Run, meant: Sequence[Create | Change]) -> list[Intent]:
        """Write down what is about to be sent → the intents, in the same order.

        The outcome of a create is unknown until it is understood. A change is harmless to repeat, so its row stays
        pending; but what the gateway holds is uncertain from here on, so the invoice's fingerprint is emptied: until
        the change is answered, no row can pass for unchanged. Raises IntegrityError if a reference has an invoice
        already, LedgerBusy if another process has meant to make one of them meanwhile.
        """
        if not meant:
            return []
        scope = {"environment": run.environment, "merchant_code": run.merchant_code}
        fresh = iter(self._new_invoices(run, scope, [m for m in meant if isinstance(m, Create) and not m.not_made]))
        keyed: list[tuple[Create | Change, int, bool]] = []
        for each in meant:
            if isinstance(each, Change):
                keyed.append((each, *self._changed(run, scope, each)))
            else:
                keyed.append((each, self._meant_again(run, each) if each.not_made else next(fresh), False))
        write_each(self._db, OF_ROW, (self._row_meant(each, key) for each, key, _ in keyed))
        started = [
            {"run_id": run.id, "position": m.row.position, "action": m.action, "started_at": self._now} for m in meant
        ]
        numbers = _by_first(self._db.execute(_NEW_ATTEMPTS, started).all(), len(meant))
        return [
            Intent(numbers[m.row.position], m.row, m.invoice, key, m.action, m.known, self._now, renames=renames)
            for m, key, renames in keyed
        ]

    def _new_invoices(self, run: Run, scope: Mapping[str, str], meant: Sequence[Create]) -> Sequence[int]:
        if not meant:
            return []
        values = [{**self._as_meant(run, each), **scope} for each in meant]
        found = _by_first(self._db.execute(_NEW_INVOICES, values).all(), len(meant))
        keys = [found[each["fingerprint"]] for each in values]
        self._refer(scope, ((each.invoice.reference, key) for each, key in zip(meant, keys, strict=True)))
        return keys

    def _meant_again(self, run: Run, meant: Create) -> int:
        """The key of an invoice that is known not to exist, and is to be made after all."""
        key = meant.not_made.key if meant.not_made else 0
        still = update(invoices).where(invoices.c.id == key, invoices.c.state == InvoiceState.NOT_MADE)
        if self._db.execute(still.values(self._as_meant(run, meant))).rowcount != 1:
            raise LedgerBusy(OVERTAKEN)
        return key

    def _as_meant(self, run: Run, meant: Create) -> Values:
        return {
            "state": InvoiceState.UNKNOWN,
            **kept(meant.invoice),
            "sms": meant.sms,
            "run_id": run.id,
            "intended_at": self._now,
            "updated_at": self._now,
        }

    def _row_meant(self, meant: Create | Change, key: int) -> Values:
        values = {**line_of(meant.row), "action": meant.action, "invoice_id": key, "updated_at": self._now}
        if isinstance(meant, Create):
            said = issues_to_json((*meant.row.issues, meant.lost))
            values |= {"status": RowStatus.UNKNOWN, "issues": said, "attention": True}
        return values

    def _changed(self, run: Run, scope: Mapping[str, str], meant: Change) -> tuple[int, bool]:
        """The key of an invoice that is about to be changed, and whether that gives it a reference new to it.

        One that was made elsewhere enters the ledger under its Invoice ID.
        """
        origin = STATED if run.trusts_ids else ASKED
        if known := meant.known:
            key = known.key
            trusted = {"origin": STATED} if (known.origin, origin) == (ASKED, STATED) else {}
            write_each(self._db, OF_INVOICE, [{"key": key, "fingerprint": "", **trusted}])
        else:
            made = {
                **scope,
                "state": InvoiceState.MADE,
                **kept(meant.invoice),
                "fingerprint": "",
                "gateway_id": meant.invoice.invoice_id,
                "origin": origin,
                "sms": SmsStatus.NOT_WANTED,
                "run_id": run.id,
                "intended_at": self._now,
                "updated_at": self._now,
            }
            key = self._db.execute(_NEW_INVOICE, made).scalar_one()
        return key, self._name(scope, meant.invoice.reference, key)

    def _name(self, scope: Mapping[str, str], reference: str, key: int) -> bool:
        """Give the invoice this reference, unless it belongs to one that is made; returns whether that is new to it."""
        at = and_(references.c.reference == reference, *(references.c[name] == scope[name] for name in scope))
        owner = self._db.execute(select(invoices.c.id, invoices.c.state).join(references).where(at)).first()
        if owner is None:
            self._refer(scope, [(reference, key)])
        elif owner.state is InvoiceState.NOT_MADE:
            self._db.execute(update(references).where(at).values(invoice_id=key))
        return owner is None or owner.state is InvoiceState.NOT_MADE

    def _refer(self, scope: Mapping[str, str], named: Iterable[tuple[str, int]]) -> None:
        """The database itself refuses a reference that belongs to an invoice already."""
        new = [{**scope, "reference": name, "likeness": likeness(name), "invoice_id": key} for name, key in named]
        self._db.execute(_NEW_REFERENCES, new)


def _by_first(returned: Sequence[Any], count: int) -> dict[Any, int]:
    """The numbers that the database gave, by what tells the new lines apart. Raises LedgerBusy if two were the same."""
    found = dict(map(tuple, returned))
    if len(found) != count:
        raise LedgerBusy(OVERTAKEN)
    return found
