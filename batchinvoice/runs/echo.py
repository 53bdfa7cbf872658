"""The gateway's answer held against what was sent: a difference is said, never swallowed. Pure."""

from __future__ import annotations

from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.cells import money
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Problem, problem


def differences(sent: Invoice, echo: GatewayInvoice, expected_id: str = "") -> list[tuple[Field, Problem]]:
    """What the answer says otherwise: reference, amount, phone, and for an update the id.

    What the answer leaves out is no difference. A phone counts as the same with or without its country code: which of
    the two the gateway gives back is not documented.
    """
    found = []
    if expected_id and echo.id != expected_id:
        found.append(_differs(Field.INVOICE_ID, echo.id, expected_id))
    if echo.reference and echo.reference != sent.reference:
        found.append(_differs(Field.REFERENCE, echo.reference, sent.reference))
    if echo.amount is not None and echo.amount != sent.amount:
        found.append(_differs(Field.AMOUNT, str(echo.amount), money(sent.amount)))
    digits = "".join(c for c in echo.phone if c.isdigit()).removeprefix("00")
    if digits and digits not in (sent.mobile, sent.phone):
        found.append(_differs(Field.MOBILE, digits, sent.phone))
    return found


def _differs(field: Field, value: str, expected: str) -> tuple[Field, Problem]:
    return field, problem(Code.ECHO_DIFFERS, field=field, value=value, expected=expected)
