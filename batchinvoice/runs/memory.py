"""What the ledger knows of a batch of invoices, asked for at once."""

from __future__ import annotations

from collections.abc import Iterable

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.lifecycle import InvoiceState
from batchinvoice.invoices.likeness import likeness
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.past import Past
from batchinvoice.ledger.records import Known
from batchinvoice.runs.decide import Decision, decide
from batchinvoice.runs.history import told_apart


class Memory:
    """Decides each invoice of the batch. `run_id`: their own run, whose rows were held against each other already."""

    def __init__(self, ledger: Ledger, invoices: Iterable[Invoice], run_id: str | None = None) -> None:
        wanted = list(invoices)
        self._run_id = run_id
        self._by_reference: dict[str, Known] = ledger.known_references([invoice.reference for invoice in wanted])
        self._by_id: dict[str, Known] = ledger.known_ids([i.invoice_id for i in wanted if i.invoice_id])
        self._likeness = {i.reference: likeness(i.reference) for i in wanted if self._is_new(i.reference)}
        self._alike = ledger.alike(self._likeness.values())

    def decide(self, invoice: Invoice) -> Decision:
        """The decision for one of the batch."""
        by_id = self._by_id.get(invoice.invoice_id) if invoice.invoice_id else None
        decision = decide(invoice, self._by_reference.get(invoice.reference), by_id)
        return told_apart(invoice, decision, self._like(invoice.reference))

    def _is_new(self, reference: str) -> bool:
        known = self._by_reference.get(reference)
        return known is None or known.state is InvoiceState.NOT_MADE

    def _like(self, reference: str) -> list[Past]:
        alike = self._alike.get(self._likeness.get(reference, ""), ())
        return [past for past in alike if past.run_id != self._run_id]
