"""References, names, addresses and words of choice."""

from __future__ import annotations

import datetime as dt
from typing import Any

import xlsxwriter
from corpus_case import File, case
from corpus_files import HEADINGS, Formula, fill, good, replaced, text, xlsx

from batchinvoice.invoices.table import Broken


def _references(*cells: Any) -> File:
    return "references.xlsx", xlsx(replaced(0, *cells))


def _names(*cells: Any) -> File:
    return "names.xlsx", xlsx(replaced(1, *cells))


@case("pending " * 6, reference=["00123", "1002", "INV 3", "2026/4", "فاتورة 5", "INV-6"])
def references() -> File:
    """Zeros before it, a whole number, runs of spaces, Arabic digits, marks that nobody sees."""
    return _references("00123", 1002, " INV  3 ", "٢٠٢٦/٤", "فاتورة\u00a0٥", "\u200eINV-6\u200f")


@case(
    "invalid " * 8,
    "A2 number-lossy; A3 number-fraction; A4 number-fraction; A5 text-is-date; A6 cell-error; A7 cell-empty; "
    "A8 number-lossy; A9 text-long",
    proposed={"A4": "1004"},
)
def references_that_are_lost() -> File:
    """Above 15 digits, with decimals, turned into a date, an error, empty, shortened, too long."""
    return _references(
        1234567890123456, 1003.5, "1004.0", dt.date(2026, 3, 4), Broken("#NAME?"), None, "1.23E+15", "X" * 26
    )


@case("pending pending", reference=["999999999999999", "INV-2"])
def fifteen_digits() -> File:
    """Fifteen digits are the most that a number keeps."""
    return _references(999999999999999, "INV-2")


@case("pending " * 5, customer=["Noura Al-Sabah", "Ali & Sons", "O'Neil <Hawalli>", "7", "José ñ 李 😀"])
def names() -> File:
    """Line breaks and spaces around a name, signs of XML, a number, letters from everywhere."""
    return _names("  Noura\r\nAl-Sabah ", "Ali & Sons", "O'Neil <Hawalli>", 7, "José ñ 李 😀")


@case("pending invalid invalid invalid", "B3 text-long; B4 cell-empty; B5 cell-empty", customer=["N" * 50])
def names_at_the_bounds() -> File:
    """Fifty letters are the most; spaces alone, and marks that nobody sees, are no name."""
    return _names("N" * 50, "N" * 51, " \u00a0\t", "\u200b\u200f")


@case("pending pending", customer=["Al Noor Trading", "Al Noor Trading"], reference=["INV-1", "INV-2"])
def merged_names() -> File:
    """A customer's name is merged over the rows of two invoices: it stands in both."""

    def merge(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.merge_range("B2:B3", "Al Noor Trading")

    return "merged.xlsx", xlsx(replaced(1, None, None), more=merge)


@case("invalid invalid", "D2 amount-merged; D3 cell-empty")
def merged_amounts() -> File:
    """One amount is merged over two invoices: whether it is that of each or of both is not certain."""

    def merge(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.merge_range("D2:D3", 20)

    return "merged.xlsx", xlsx(replaced(3, None, None), more=merge)


@case("pending", customer=["Noura Al-Sabah"])
def letters_of_two_kinds() -> File:
    """A name of which half is bold."""

    def write(book: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.write_rich_string("B2", "Noura ", book.add_format({"bold": True}), "Al-Sabah")

    return "rich.xlsx", xlsx(replaced(1, None), more=write)


@case("pending pending", reference=["INV-0007", "2026/012"])
def references_of_a_format() -> File:
    """Numbers to which their format adds letters: everybody sees INV-0007."""
    return "formats.xlsx", xlsx(replaced(0, 7, 12), formats={(2, 1): '"INV-"0000', (3, 1): '"2026/"000'})


@case("pending pending", email=["noura@example.com", "ali.h@example.com.kw"])
def addresses() -> File:
    """Addresses, with spaces around, and in capitals where that is the same."""
    return "email.xlsx", xlsx(fill("Email", " noura@example.com ", "ali.h@EXAMPLE.com.kw"))


@case(
    "invalid " * 4,
    "E2 email-bad; E3 email-bad; E4 email-bad; E5 email-bad",
    proposed={"E2": "noura@example.com", "E3": "noura@example.com", "E4": "a@example.com"},
)
def addresses_that_are_wrong() -> File:
    """With a name, with a comma for the point, two of them, none at all."""
    wrong = ("Noura <noura@example.com>", "noura@example,com", "a@example.com; b@example.com", "ask her")
    return "email.xlsx", xlsx(fill("Email", *wrong))


@case("pending " * 6, delivery=["sms", "whatsapp", "link", "sms", "sms", "link"])
def deliveries() -> File:
    """In any case, in Arabic, by other names; empty means sms."""
    return "delivery.xlsx", xlsx(fill("Delivery", "SMS", "WhatsApp", "رابط", None, "رسالة نصية", "Link "))


@case("invalid invalid", "E2 choice-unknown; E3 choice-unknown", proposed={"E2": "whatsapp"})
def deliveries_that_are_none() -> File:
    """A slip, and a word for nothing."""
    return "delivery.xlsx", xlsx(fill("Delivery", "whatsap", "pigeon"))


@case("pending " * 6, payment_types=[[1], [1, 2], [1, 2], [1], [1, 2], [7, 16]])
def payment_methods() -> File:
    """By name and number, in Arabic; empty means those of the settings."""
    return "methods.xlsx", xlsx(fill("Payment Methods", "KNET", "1,2", "knet + MPGS", "كي نت", None, "AMEX; GPay"))


@case(
    "invalid invalid invalid",
    "E2 payment-method-unknown; E3 payment-method-unknown; E4 payment-method-unknown",
    proposed={"E2": "KNET, MPGS", "E3": "KNET"},
)
def payment_methods_that_are_none() -> File:
    """1,2 that has become a number, a slip, and what the gateway does not have."""
    return "methods.xlsx", xlsx(fill("Payment Methods", 1.2, "Knett", "Bitcoin"))


@case("pending " * 3, language=["ar", "en", "ar"], subscription=[True, False, False])
def language_and_subscription() -> File:
    """Yes and no, English and Arabic, in both."""
    rows = [
        [*HEADINGS, "Language", "اشتراك"],
        good(1, "العربية", "نعم"),
        good(2, None, 0),
        good(3, "AR", False),
    ]
    return "words.xlsx", xlsx(rows)


@case("pending invalid", "C3 text-is-date", description=["4 lessons; paid later"])
def descriptions() -> File:
    """A description of two lines; one that Excel has turned into a date."""
    rows = [["Reference", "Customer", "Details", "Phone", "Amount"]]
    rows += [["INV-1", "Noura", "4 lessons;\npaid later", "66100201", 5]]  # type: ignore[list-item]
    rows += [["INV-2", "Ali", dt.date(2026, 4, 3), "66100202", 6]]  # type: ignore[list-item]
    return "details.xlsx", xlsx(rows)


@case("pending invalid", "B3 cell-empty", customer=["Noura"])
def formulas_of_text() -> File:
    """A formula that came to a text, and one that came to an empty text."""
    return _names(Formula('="No"&"ura"', "Noura"), Formula('=IF(1,"","x")', " "))


@case("invalid invalid", "A2 cell-error; B2 cell-error; D3 cell-error")
def errors_in_a_csv() -> File:
    """Errors as a CSV keeps them: as text. All of a row's issues are said at once."""
    rows = [list(HEADINGS), good(1), good(2)]
    rows[1][0], rows[1][1], rows[2][3] = "#REF!", "#N/A", "Err:502"
    return "errors.csv", text(rows)
