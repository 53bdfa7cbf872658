"""What the ledger knows of a batch of invoices, asked for at once."""

from __future__ import annotations

from collections.abc import Iterable

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Known
from batchinvoice.runs.decide import Decision, decide


class Memory:
    """Decides each invoice of the batch."""

    def __init__(self, ledger: Ledger, invoices: Iterable[Invoice]) -> None:
        wanted = list(invoices)
        self._by_reference: dict[str, Known] = ledger.known_references([invoice.reference for invoice in wanted])
        self._by_id: dict[str, Known] = ledger.known_ids([i.invoice_id for i in wanted if i.invoice_id])

    def decide(self, invoice: Invoice) -> Decision:
        """The decision for one of the batch."""
        by_id = self._by_id.get(invoice.invoice_id) if invoice.invoice_id else None
        return decide(invoice, self._by_reference.get(invoice.reference), by_id)
