"""The check: one pass finds everything, at its place, and no row touches another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from any_cell import any_cell
from hypothesis import given, settings
from hypothesis import strategies as st
from table_making import GOOD, RULES, TODAY, invoice, said, sheet, table

from batchinvoice.invoices.check import check
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import COLUMNS, Field
from batchinvoice.invoices.invoice import Delivery
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.rules import Rules
from batchinvoice.invoices.table import Broken, Cell, Otherwise, Table


def test_a_good_row_is_an_invoice_with_the_settings_where_it_says_nothing() -> None:
    made = invoice()
    assert (made.reference, made.customer, made.country, made.mobile) == ("INV-1", "Noura", "965", "66666666")
    assert made.amount == Decimal("280.000")
    assert (made.delivery, made.payment_types, made.language, made.subscription) == (Delivery.SMS, (1, 2), "en", False)
    assert (made.email, made.description, made.expires, made.raw_types, made.items) == (None, None, None, None, ())


def test_the_settings_say_what_an_empty_cell_means() -> None:
    rules = Rules("842217", TODAY, country_code="971", delivery=Delivery.LINK, payment_types=(9,))
    [row] = sheet({"Mobile Number": "501234567", "Delivery": None, "Payment Methods": ""}, rules=rules).rows
    assert row.invoice
    assert (row.invoice.country, row.invoice.delivery, row.invoice.payment_types) == ("971", Delivery.LINK, (9,))


def test_every_column_at_once() -> None:
    made = invoice(
        Country_Code="965",
        Email="noura@example.com",
        Description="رسوم",
        Expiry_Date="2026-12-31",
        Delivery="email",
        Payment_Methods="KNET",
        Language="Arabic",
        Subscription="yes",
        Merchant_Code=842217.0,
        Invoice_ID="12887",
    )
    assert (made.email, made.description, made.expires) == ("noura@example.com", "رسوم", dt.date(2026, 12, 31))
    assert (made.delivery, made.payment_types, made.language) == (Delivery.EMAIL, (1,), "ar")
    assert (made.subscription, made.invoice_id) == (True, "12887")


@pytest.mark.parametrize("cell", [1200.0, 12.3456, 5, 1e20])
def test_a_number_that_is_shown_otherwise_is_not_read_and_nothing_is_proposed(cell: Cell) -> None:
    rows = table(GOOD | {"Amount": cell}, GOOD | {"Reference Number": "INV-2", "Mobile Number": "66666667"})
    shown = replace(rows, otherwise={(2, 3): Otherwise("$1,200.00", "$#,##0.00")})
    bad, good = check(shown, None, RULES).rows
    [issue] = bad.issues
    assert (issue.code, issue.place.cell, issue.proposal) == (Code.SHOWN_OTHERWISE, "D2", None)
    assert "$1,200.00" in issue.message
    assert (bad.status, bad.amount, good.status) == (RowStatus.INVALID, None, RowStatus.PENDING)


def test_a_text_or_another_column_is_not_shown_otherwise() -> None:
    """Whatever the format of its cell, a text shows itself."""
    otherwise = {(2, 3): Otherwise("$280", "$0"), (2, 0): Otherwise("$1", "$0")}
    [row] = check(replace(table(GOOD), otherwise=otherwise), None, RULES).rows
    assert (row.status, row.amount) == (RowStatus.PENDING, Decimal("280.000"))


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery.SMS, ["sms", "SMS", " Sms ", "text", "Text Message", "رسالة", "رسالة نصية", "رساله نصيه"]),
        (Delivery.WHATSAPP, ["whatsapp", "WhatsApp", "Whats App", "wa", "واتساب", "واتس اب", "واتس آب"]),
        (Delivery.EMAIL, ["email", "E-mail", "MAIL", "بريد", "إيميل", "ايميل", "البريد الإلكتروني", "بريد الكتروني"]),
        (Delivery.LINK, ["link", "URL", "none", "رابط", "الرابط"]),
    ],
)
def test_delivery_in_words(delivery: Delivery, words: list[str]) -> None:
    for word in words:
        assert invoice(Delivery=word, Email="a@example.com").delivery is delivery


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["en", "EN", "English", "إنجليزي", "الإنجليزية", "الانجليزيه", None, ""]),
        ("ar", ["ar", "Arabic", "عربي", "العربية", "العربيه"]),
    ],
)
def test_language_in_words(language: str, words: list[Cell]) -> None:
    for word in words:
        assert invoice(Language=word).language == language


@pytest.mark.parametrize(
    ("subscription", "words"),
    [
        (True, ["yes", "YES", "y", "1", 1.0, "true", True, "نعم", "١"]),
        (False, ["no", "n", "0", 0.0, "FALSE", False, "لا", "٠", None]),
    ],
)
def test_subscription_in_words(subscription: bool, words: list[Cell]) -> None:
    for word in words:
        assert invoice(Subscription=word).subscription is subscription


@pytest.mark.parametrize(
    ("heading", "cell", "shown"),
    [
        ("Delivery", "fax", "fax"),
        ("Delivery", True, "TRUE"),
        ("Language", "fr", "fr"),
        ("Subscription", "-1", "-1"),
        ("Subscription", 0.5, "0.5"),
        ("Invoice Type", "2", "2"),
        ("Invoice Type", True, "TRUE"),
        ("Invoice Sub Type", 4.0, "4"),
    ],
)
def test_another_word_is_an_issue_that_lists_the_choices(heading: str, cell: Cell, shown: str) -> None:
    [row] = sheet({heading: cell}).rows
    [issue] = row.issues
    assert (issue.code, issue.place.heading) == (Code.CHOICE_UNKNOWN, heading)
    assert issue.message.startswith(f"“{shown}” is not one of: ")


class TestRawTypes:
    @pytest.mark.parametrize(
        ("stated", "kind", "sub", "raw", "delivery"),
        [
            (None, "1", "0", ("1", "0"), Delivery.SMS),
            (None, 1.0, None, ("1", "0"), Delivery.SMS),
            (None, "0", None, ("0", "3"), Delivery.LINK),
            (None, None, "1", ("0", "1"), Delivery.WHATSAPP),
            (None, None, "3", ("0", "3"), Delivery.LINK),
            (None, "0", "2", ("0", "2"), Delivery.EMAIL),
            ("sms", "1", None, ("1", "0"), Delivery.SMS),
            # what we text in bulk must not be texted by the gateway as well
            ("sms", "0", None, ("0", "3"), Delivery.SMS),
            ("sms", "0", "3", ("0", "3"), Delivery.SMS),
            ("whatsapp", "0", None, ("0", "1"), Delivery.WHATSAPP),
            ("email", "0", "2", ("0", "2"), Delivery.EMAIL),
            ("link", "0", None, ("0", "3"), Delivery.LINK),
            ("whatsapp", "1", "1", ("1", "1"), Delivery.WHATSAPP),
        ],
    )
    def test_are_honoured(self, stated: Cell, kind: Cell, sub: Cell, raw: tuple[str, str], delivery: Delivery) -> None:
        made = invoice(Delivery=stated, Invoice_Type=kind, Invoice_Sub_Type=sub, Email="a@example.com")
        assert (made.raw_types, made.delivery) == (raw, delivery)

    @pytest.mark.parametrize(
        ("stated", "kind", "sub"),
        [
            ("whatsapp", "0", "3"),
            ("link", "1", "0"),
            ("email", "1", "0"),
            ("sms", "1", "3"),
            ("sms", "0", "1"),
            # type 1 alone is a text message, and link means that nobody is texted
            ("link", "1", None),
            ("whatsapp", "1", None),
        ],
    )
    def test_may_not_contradict_delivery(self, stated: str, kind: str, sub: str | None) -> None:
        [row] = sheet(
            {"Delivery": stated, "Invoice Type": kind, "Invoice Sub Type": sub, "Email": "a@example.com"}
        ).rows
        [issue] = row.issues
        assert (issue.code, issue.place.heading) == (Code.DELIVERY_CONFLICT, "Delivery")
        assert f"Delivery says {stated}" in issue.message

    def test_sub_type_2_needs_an_address_too(self) -> None:
        [row] = sheet({"Invoice Sub Type": "2"}).rows
        assert [issue.code for issue in row.issues] == [Code.EMAIL_NEEDED]


def test_one_pass_finds_every_issue_of_every_row_at_its_cell() -> None:
    everything_wrong: dict[str, Cell] = {
        "Reference Number": 1.5,
        "Customer Name": None,
        "Mobile Number": "12345",
        "Amount": 12.3456,
        "Expiry Date": "03/04/2030",
        "Delivery": "fax",
        "Payment Methods": "PayPenny",
        "Language": Broken("#REF!"),
        "Email": "a@b",
        "Merchant Code": "1",
    }
    checked = sheet({}, everything_wrong, {}, {"Amount": "-1"})
    good, bad, also_good, negative = checked.rows
    assert (good.issues, also_good.issues) == ((), ())
    assert sorted(said(bad.issues)) == [
        ("A3", "number-fraction"),
        ("B3", "cell-empty"),
        ("C3", "phone-implausible"),
        ("D3", "amount-decimals"),
        ("E3", "date-ambiguous"),
        ("F3", "choice-unknown"),
        ("G3", "payment-method-unknown"),
        ("H3", "cell-error"),
        ("I3", "email-bad"),
        ("J3", "merchant-other"),
    ]
    assert said(negative.issues) == [("D5", "amount-not-positive")]
    assert [row.status for row in checked.rows] == [RowStatus.PENDING, RowStatus.INVALID] * 2
    assert len(checked.issues) == 11
    assert bad.issues[0].place.sheet == "Invoices"


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("Reference Number", None, Code.CELL_EMPTY),
        ("Reference Number", "R" * 26, Code.TEXT_LONG),
        ("Customer Name", " \u200f", Code.CELL_EMPTY),
        ("Customer Name", "ن" * 51, Code.TEXT_LONG),
        ("Mobile Number", "", Code.CELL_EMPTY),
        ("Amount", None, Code.CELL_EMPTY),
        ("Amount", 0, Code.AMOUNT_NOT_POSITIVE),
        ("Amount", "100000.001", Code.AMOUNT_LARGE),
        ("Email", f"{'a' * 39}@example.com", Code.TEXT_LONG),
        ("Description", "d" * 251, Code.TEXT_LONG),
        ("Expiry Date", "2026-11-21", Code.DATE_PAST),
        ("Expiry Date", "2126-12-31", Code.DATE_FAR),
        ("Expiry Date", "1926-12-31", Code.DATE_PAST),
        ("Merchant Code", "842218", Code.MERCHANT_OTHER),
        ("Invoice ID", "INV-1", Code.INVOICE_ID_BAD),
        ("Delivery", "email", Code.EMAIL_NEEDED),
    ],
)
def test_each_bound(heading: str, cell: Cell, code: Code) -> None:
    [row] = sheet({heading: cell}).rows
    [issue] = row.issues
    assert issue.code is code
    assert row.status is RowStatus.INVALID
    # A row that is only too late may have been sent in time: the ledger knows.
    assert (row.invoice is None) is (code is not Code.DATE_PAST)
    assert issue.message
    assert issue.remedy


@pytest.mark.parametrize(
    ("heading", "cell"),
    [
        ("Reference Number", "R" * 25),
        ("Customer Name", "ن" * 50),
        ("Amount", "0.001"),
        ("Amount", "100000.000"),
        ("Email", f"{'a' * 38}@example.com"),
        ("Description", "d" * 250),
        ("Expiry Date", "2026-11-22"),
        ("Merchant Code", "٨٤٢٢١٧"),
    ],
)
def test_each_bound_from_within(heading: str, cell: Cell) -> None:
    [row] = sheet({heading: cell}).rows
    assert row.issues == ()
    assert row.status is RowStatus.PENDING


def test_without_a_merchant_in_the_settings_the_column_is_not_compared() -> None:
    [row] = sheet({"Merchant Code": "1"}, rules=Rules("", TODAY)).rows
    assert row.issues == ()


def test_an_unusual_number_is_a_warning_and_goes() -> None:
    [row] = sheet({"Mobile Number": "11111111"}).rows
    assert said(row.issues) == [("C2", "phone-unusual")]
    assert not row.issues[0].is_error
    assert row.status is RowStatus.PENDING


def test_only_the_first_error_of_a_cell_is_said() -> None:
    [row] = sheet({"Delivery": "email", "Email": "a@b"}).rows
    assert said(row.issues) == [("F2", "email-bad")]


def test_an_issue_without_a_column_still_names_its_row() -> None:
    [row] = sheet({"Delivery": "email"}).rows
    assert row.issues[0].place == Place("Invoices", 2)
    assert row.issues[0].place.cell == "2"


def test_cells_that_are_equal_for_a_program_are_not_the_same_to_a_reader() -> None:
    one, true = sheet({"Amount": 1.0, "Payment Methods": 1}, {"Amount": True, "Payment Methods": True}).rows
    assert one.amount == 1
    assert said(true.issues) == [("D3", "amount-unreadable"), ("E3", "payment-method-unknown")]


def test_places_follow_title_rows_and_an_offset() -> None:
    checked = check(
        table(GOOD, GOOD | {"Reference Number": "INV-2", "Amount": "x"}, header_row=7, first_column=3), None, RULES
    )
    assert said(checked.rows[1].issues) == [("F9", "amount-unreadable")]
    assert [row.row for row in checked.rows] == [8, 9]


def test_a_row_says_what_was_read_or_else_what_was_typed() -> None:
    good, bad = sheet(
        {"Mobile Number": 66666666.0, "Amount": 12.5},
        {"Mobile Number": "12345", "Amount": "1,234", "Reference Number": 1.5, "Customer Name": "  Ali "},
    ).rows
    assert (good.reference, good.customer, good.mobile) == ("INV-1", "Noura", "+965 66666666")
    assert (good.amount, good.typed_amount) == (Decimal("12.500"), "12.5")
    assert (bad.reference, bad.customer, bad.mobile) == ("1.5", "Ali", "12345")
    assert (bad.amount, bad.typed_amount) == (None, "1,234")


def test_unknown_columns_are_said_of_both_sheets_and_stop_nothing() -> None:
    checked = sheet(
        {"Cost centre": "7", "Expiri Date": "2026-12-31"},
        items=({"Reference Number": "INV-1", "Item": "Pen", "Item Rate": 280, "Qantity": 3},),
    )
    assert [(note.place.sheet, note.place.cell, note.code, note.is_error) for note in checked.notes] == [
        ("Invoices", "E1", Code.COLUMN_UNKNOWN, False),
        ("Invoices", "F1", Code.COLUMN_UNKNOWN, False),
        ("Items", "D1", Code.COLUMN_UNKNOWN, False),
    ]
    assert "perhaps" not in checked.notes[0].remedy
    assert "(perhaps “Expiry Date”)" in checked.notes[1].remedy
    assert "(perhaps “Item Quantity”)" in checked.notes[2].remedy
    assert checked.rows[0].status is RowStatus.PENDING


@pytest.mark.parametrize("word", ["Paid", " CANCELLED ", "مدفوع", "تم الدفع"])
def test_a_row_that_says_it_is_done_with_is_held(word: str) -> None:
    checked = sheet({"Status": "open"}, {"Status": word})
    assert [row.status for row in checked.rows] == [RowStatus.PENDING, RowStatus.HELD]
    assert said(checked.rows[1].issues) == [("E3", "row-done")]


def test_a_sheet_without_rows() -> None:
    assert list(check(Table("Invoices", tuple(GOOD), [], []), None, RULES).rows) == []


names = st.sampled_from([name for column in COLUMNS for name in column.names()])
good_cells = st.sampled_from(["INV-1", "INV-2", "66666666", "5.000", 5.0, "sms", "KNET", "12887", "2030-12-31", None])


@st.composite
def tables(draw: st.DrawFn, most: int = 6, name: str = "Any") -> Table:
    headings = draw(st.lists(st.one_of(names, st.text(max_size=8)), min_size=1, max_size=10))
    headings = draw(st.sampled_from([headings, [*GOOD, *headings]]))
    width = len(headings)
    row = st.lists(st.one_of(good_cells, any_cell), min_size=width, max_size=width)
    cells = draw(st.lists(row, max_size=most))
    numbers = sorted(draw(st.sets(st.integers(2, 99), min_size=len(cells), max_size=len(cells))))
    return Table(name, tuple(headings), numbers, cells, 1, draw(st.integers(1, 3)))


def accounted(notes: Iterable[Issue], sheet: str = "Any") -> list[int]:
    """The rows that are said to be no invoices."""
    told = (Code.HEADER_REPEATED, Code.HEADER_OTHER, Code.ROW_TOTAL, Code.ROW_COUNT, Code.ROW_NOTE)
    told += (Code.ROW_TOTAL_UNREAD, Code.ROWS_BLANK, Code.TOTAL_DIFFERS, Code.TOTAL_UNSURE, Code.COUNT_DIFFERS)
    own = [note for note in notes if note.place.sheet == sheet and note.code in told]
    return sorted(row for note in own for row in row_numbers(note.params.get("rows") or str(note.place.row)))


def row_numbers(said: str) -> list[int]:
    ranges = [part.split("–") for part in said.split(", ")]
    return [row for part in ranges for row in range(int(part[0]), int(part[-1]) + 1)]


@settings(max_examples=120, deadline=None)
@given(tables(), st.one_of(st.none(), tables(most=4, name="Items")))
def test_any_table_is_accounted_for_row_by_row(main: Table, items: Table | None) -> None:
    checked = check(main, items, RULES)
    noted = accounted(checked.notes)
    assert sorted([*(row.row for row in checked.rows), *noted]) == list(main.rows)
    assert [row.cells for row in checked.rows] == [
        c for n, c in zip(main.rows, main.cells, strict=True) if n not in noted
    ]
    for row in checked.rows:
        errors = [issue for issue in row.issues if issue.is_error]
        assert row.status in (RowStatus.PENDING, RowStatus.INVALID, RowStatus.DUPLICATE, RowStatus.HELD)
        assert (row.invoice is None) == (row.status is RowStatus.INVALID)
        assert bool(errors) == (row.status in (RowStatus.INVALID, RowStatus.HELD))
        assert {issue.place.row for issue in row.issues} <= {row.row}
        assert {issue.place.sheet for issue in row.issues} <= {"Any"}
        if row.invoice:
            assert len(row.invoice.fingerprint()) == 64
    assert len(checked.item_lines) + len(accounted(checked.notes, "Items")) == (len(items.rows) if items else 0)
    for issue in [*checked.notes, *(issue for row in checked.rows for issue in row.issues)]:
        assert issue.message
        assert issue.remedy
        if issue.place.sheet == "Any" and issue.place.column and issue.place.row != 1:
            assert issue.place.heading == main.headings[issue.place.column - main.first_column]


@settings(max_examples=60, deadline=None)
@given(st.lists(any_cell, min_size=4, max_size=4), st.sampled_from(range(3)))
def test_no_row_touches_another(cells: list[Cell], position: int) -> None:
    rows: list[list[Cell]] = [[f"GOOD-{n}", "Noura", f"6666666{n}", 5.0] for n in range(3)]
    rows[position] = cells
    checked = check(Table("Any", tuple(GOOD), [2, 3, 4], rows), None, RULES)
    others = [row for n, row in enumerate(checked.rows) if n != position]
    assert all(row.status is RowStatus.PENDING and not row.issues for row in others)


def test_every_field_can_be_read() -> None:
    headings = {column.heading[0]: None for column in COLUMNS}
    [row] = sheet(headings | GOOD).rows
    assert row.status is RowStatus.PENDING
    assert set(Field) == {column.field for column in COLUMNS}


@pytest.mark.parametrize("order", [("Mobile Number", "Amount", "Email"), ("Email", "Amount", "Mobile Number")])
def test_the_issues_of_a_row_stand_in_the_order_of_its_columns(order: tuple[str, ...]) -> None:
    good: dict[str, Cell] = {"Reference Number": "INV-1", "Customer Name": "Noura"}
    row = {**good, **dict.fromkeys(order, "not told")}
    [checked] = check(table(row), None, RULES).rows
    assert [issue.place.heading for issue in checked.issues] == [*order]
    assert [issue.place.cell for issue in checked.issues] == ["C2", "D2", "E2"]
