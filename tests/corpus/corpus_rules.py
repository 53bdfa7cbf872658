"""Rules across fields and rows: delivery, repeats, look-alikes, whose invoice and in which currency."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from corpus_case import RULES, File, case
from corpus_files import HEADINGS, amounts, fill, good, goods, replaced, xlsx

from batchinvoice.invoices.invoice import Delivery


def _file(*rows: Any, headings: Any = HEADINGS) -> File:
    return "rules.xlsx", xlsx([headings, *rows])


def _same_phone(*references: str) -> File:
    rows = goods(*range(1, len(references) + 1))
    for row, reference in zip(rows, references, strict=True):
        row[0], row[2] = reference, "66100201"
    return _file(*rows)


@case("pending invalid pending", "F3 email-needed", delivery=["email", "sms"], email=["n@example.com", None])
def address_for_delivery_by_email() -> File:
    """Delivery by e-mail needs an address; the others do not."""
    rows = [good(1, "email", "n@example.com"), good(2, "email", None), good(3, "sms", None)]
    return _file(*rows, headings=[*HEADINGS, "Delivery", "Email"])


@case("invalid pending", "2 email-needed", rules=replace(RULES, delivery=Delivery.EMAIL), delivery=["link"])
def address_for_the_usual_delivery() -> File:
    """The settings say e-mail, the sheet has no such column: said of the row."""
    return "rules.xlsx", xlsx(fill("Delivery", None, "link"))


@case("pending duplicate", "A3 repeat-identical", amount=("10.250", "10.250"))
def identical_repeat() -> File:
    """The same row twice is invoiced once."""
    return _file(good(1), good(1))


@case("pending duplicate", "A3 repeat-identical")
def identical_though_written_differently() -> File:
    """The same invoice, its cells written in other ways."""
    return _file(good(1), [" INV-1 ", "Ali Hassan", "+965 6610 0201", "10.250 KD"])


@case("held held", "A2 repeat-differs; A3 repeat-differs")
def reference_of_two_invoices() -> File:
    """One reference over two amounts: which is right is for a person to say."""
    return _file(good(1), [*good(1)[:3], 99])


@case("held invalid", "A2 repeat-differs; A3 repeat-differs; D3 amount-unreadable")
def reference_of_a_bad_row() -> File:
    """What the bad row meant is not known, so the good one of its reference waits, too."""
    return _file(good(1), [*good(1)[:3], "later"])


@case("held held", "A2 reference-like-same; A3 reference-like-same")
def look_alike_of_one_customer() -> File:
    """INV-007 and inv 7 of one customer are probably one invoice."""
    return _same_phone("INV-007", "inv 7")


@case("pending pending", "A2 reference-like; A3 reference-like")
def look_alike_of_two_customers() -> File:
    """The same of two customers: said, and sent."""
    return _file(*replaced(0, "INV-007", "inv 7")[1:])


@case("pending pending pending", reference=["2026-1", "20261", "2026-11"])
def not_alike() -> File:
    """A sign between two numbers parts them."""
    return _same_phone("2026-1", "20261", "2026-11")


@case("pending pending", "D3 amount-same", amount=("10.250", "10.250"))
def same_amount_again() -> File:
    """One customer, one amount, two references: said, and sent."""
    return _file(good(1), ["INV-2", *good(1)[1:]])


@case("pending pending", amount=amounts(1, 2))
def several_invoices_of_one_customer() -> File:
    """One customer may have several invoices."""
    return _same_phone("INV-1", "INV-2")


@case("pending invalid pending", "E3 merchant-other", amount=amounts(1, 3))
def merchant_code() -> File:
    """A row for another merchant; as a number, and empty, the code is right."""
    return "rules.xlsx", xlsx(fill("Merchant Code", 842217, "842218", None))


@case("pending pending pending pending invalid", "E6 currency-other", amount=amounts(1, 2, 3, 4))
def currency() -> File:
    """Our currency by its names; dollars must not go out as dinars."""
    return "rules.xlsx", xlsx(fill("Currency", "KWD", "د.ك", None, "kd", "USD"))


@case("pending", amount=amounts(1), rules=replace(RULES, merchant_code=""))
def merchant_unknown() -> File:
    """A check alone needs no settings: any merchant code is let be."""
    return "rules.xlsx", xlsx(fill("Merchant Code", "1"))


@case("pending pending pending invalid", "E5 delivery-conflict", delivery=["sms", "email", "sms"])
def gateway_types() -> File:
    """The gateway's own numbers for the delivery, which may contradict the column Delivery."""
    rows = [good(1, None, 1, 0), good(2, None, 0, 2), good(3, "sms", 0, 3), good(4, "whatsapp", 0, 2)]
    for row in rows:
        row.append("n@example.com")
    return _file(*rows, headings=[*HEADINGS, "Delivery", "Invoice Type", "Invoice Sub Type", "Email"])


@case("invalid", "A2 cell-empty; B2 cell-error; C2 phone-unreadable; D2 amount-unreadable; E2 date-past")
def all_at_once() -> File:
    """Every issue of a row in one pass, from its first cell to its last."""
    return _file([None, "#N/A", "call", "free", "2020-01-01"], headings=[*HEADINGS, "Expiry Date"])
