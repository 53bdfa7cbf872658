"""Headings: exact, by alias, in Arabic, in two languages, confirmed and remembered."""

from __future__ import annotations

from typing import Any

from corpus_case import File, case, cases
from corpus_files import HEADINGS, amounts, good, xlsx

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.headings import key, signature

_HEADERS = {
    "capitals": ("REFERENCE NUMBER", "customer name", "Mobile number", "aMOUNT"),
    "aliases": ("Invoice No", "Client", "Tel", "Total"),
    "short": ("Ref", "Client Name", "Mobile", "Invoice Amount"),
    "create-call": ("referenceNumber", "customerName", "mobileNumber", "amount"),
    "update-call": ("reference_number", "name", "phone", "amount"),
    "arabic": ("الرقم المرجعي", "اسم العميل", "رقم الهاتف", "المبلغ"),
    "arabic-aliases": ("رقم الفاتورة", "العميل", "الجوال", "القيمة"),
    "diacritics": ("الرَّقْمُ المَرْجِعِيّ", "اِسْمُ العَمِيلِ", "رَقْمُ الهاتِفِ", "المَبْلَغ"),
    "kashida": ("الـرقـم الـمـرجـعـي", "اســم العمـيل", "رقـم الهـاتف", "المبلــــغ"),
    "forms-of-letters": ("الرقم المرجعى", "إسم العميل", "رقم الهاتف", "المبلغ"),
    "presentation-forms": ("ﺍﻟﻤﺮﺟﻊ", "ﺍﻟﻌﻤﻴﻞ", "ﺍﻟﻬﺎﺗﻒ", "ﺍﻟﻤﺒﻠﻎ"),
    "two-languages": (
        "Reference Number / الرقم المرجعي",
        "Customer Name - اسم العميل",
        "Mobile Number\nرقم الهاتف",
        "Amount المبلغ",
    ),
    "brackets": ("Reference Number (required)*", "Customer Name*", "Mobile Number (text)", "Amount (KWD)"),
    "arabic-brackets": ("الرقم المرجعي (إلزامي)", "العميل", "رقم الهاتف", "المبلغ (د.ك)"),
    "signs": ("Reference_Number:", "Customer-Name", " Mobile  No. ", "Amount, KWD"),
    "invisible": ("\u200fReference\u00a0Number\u200f", "Customer\nName", "\ufeffMobile Number", "Amount\u200e"),
}


@cases(list(_HEADERS), "pending pending", reference=("INV-1", "INV-2"), amount=amounts(1, 2))
def spelled(kind: str) -> File:
    """The four headings, as people and programs write them."""
    return "headings.xlsx", xlsx([_HEADERS[kind], good(1), good(2)])


@case("pending", reference=("INV-1",), email=("n@example.com",), expires=("2026-12-31",), language=("ar",))
def other_order() -> File:
    """Columns in any order, those that are not needed among them."""
    head = ["Lang", "المبلغ", "Due Date", "Telephone", "E-mail", "Client", "Ref No"]
    return "order.xlsx", xlsx([head, ["ar", 10.25, "2026-12-31", "66100201", "n@example.com", "Noura", "INV-1"]])


@case(
    "pending",
    reference=("INV-1",),
    country=("965",),
    email=("n@example.com",),
    delivery=("email",),
    payment_types=([1, 2],),
    subscription=(True,),
    expires=("2026-12-31",),
    raw_types=(["0", "2"],),
)
def all_names_of_the_create_call() -> File:
    """A sheet that was made for the gateway's own call, field by field."""
    call = {
        "merchantCode": "842217",
        "mobileNumber": "66100201",
        "customerName": "Noura",
        "referenceNumber": "INV-1",
        "amount": "10.250",
        "countryCode": "+965",
        "invoiceType": "0",
        "invoiceSubType": "2",
        "description": "Fees",
        "customerEmail": "n@example.com",
        "allocatePayType": "1,2",
        "subscription": "1",
        "language": "en",
        "expiresAt": "2026-12-31",
    }
    return "call.xlsx", xlsx([list(call), list(call.values())])


def _with(heading: str, cell: Any = "x") -> File:
    return "headings.xlsx", xlsx([[*HEADINGS, heading], good(1, cell)])


def _instead(amount: str) -> File:
    return "headings.xlsx", xlsx([[*HEADINGS[:3], amount], good(1)])


@case("pending", "E1 column-unknown")
def unknown() -> File:
    """A column that means nothing to the tool is said, and does no harm."""
    return _with("Salesman")


@case("pending", "E1 column-unknown", expires=(None,))
def like_another() -> File:
    """A slip in a heading that is not needed: said, with what it may mean; a person there would be asked."""
    return _with("Expiry Dat", "2026-12-31")


@case(refused="“Expiry Dat” may mean Expiry Date", asked=Asked(confirm=True))
def like_another_and_a_person_is_there() -> File:
    """The same when somebody can answer: a question."""
    return _with("Expiry Dat", "2026-12-31")


@case(
    "pending",
    "E1 column-confirmed",
    expires=("2026-12-31",),
    asked=Asked(confirm=True, mapping={key("Expiry Dat"): Field.EXPIRY}),
)
def confirmed() -> File:
    """It was answered: read so, and said."""
    return _with("Expiry Dat", "2026-12-31")


@case("pending", "E1 column-unknown", expires=(None,), asked=Asked(confirm=True, mapping={key("Expiry Dat"): None}))
def denied() -> File:
    """It was answered that it means nothing: nobody is asked again."""
    return _with("Expiry Dat", "2026-12-31")


@case(refused="there is no column “Amount” (perhaps “Amuont” is meant)")
def needed_one_is_misspelled() -> File:
    """A slip in a heading that is needed: refused, with the likely one and how to say so."""
    return _instead("Amuont")


@case("pending", "D1 column-confirmed", amount=amounts(1), asked=Asked(mapping={key("Sum due"): Field.AMOUNT}))
def mapped() -> File:
    """`--map "Sum due=Amount"`."""
    return _instead("Sum due")


@case(
    "pending",
    "D1 column-confirmed",
    amount=amounts(1),
    asked=Asked(remembered={signature([*HEADINGS[:3], "Sum due"]): {key("Sum due"): Field.AMOUNT}}),
)
def remembered() -> File:
    """Confirmed for an earlier sheet with the same headings, however they are spelled."""
    return "headings.xlsx", xlsx([[*map(str.upper, HEADINGS[:3]), "SUM  DUE"], good(1)])


@case(
    refused="there is no column “Amount”",
    asked=Asked(remembered={signature([*HEADINGS, "Sum due"]): {key("Sum due"): Field.AMOUNT}}),
)
def remembered_of_another_header() -> File:
    """What was confirmed for a sheet with other headings says nothing of this one."""
    return _instead("Sum due")


@case(refused="there is no column “Amount”. Headings that are not known: “Amount (USD)”. Rename")
def amount_in_dollars() -> File:
    """A heading that says another currency is not the amount in dinars, and is not proposed for it."""
    return _instead("Amount (USD)")


@case(refused="there is no column “Amount”")
def two_languages_that_disagree() -> File:
    """English says Amount, Arabic says phone: neither is believed."""
    return _instead("Amount / رقم الهاتف")


@case(refused="“Amount” (D) and “المبلغ” (E) both mean Amount. Keep only one of them")
def twice() -> File:
    """Two columns that mean the same."""
    return _with("المبلغ", 99)


@case(refused="there is no column “Mobile Number” and no column “Amount”")
def several_missing() -> File:
    """All that is missing is said at once."""
    return "headings.xlsx", xlsx([["Reference", "Customer", "Colour"], ["INV-1", "Noura", "red"]])


@case("pending", expires=("2027-04-03",))
def order_of_dates_declared() -> File:
    """The heading itself says how dates are written."""
    return _with("Expiry Date (dd/mm/yyyy)", "03/04/2027")
