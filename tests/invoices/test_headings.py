"""Headings: any order, case and spelling, English, Arabic or the gateway's own names."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.columns import COLUMNS, Field
from batchinvoice.invoices.headings import fold, key, likely, match, meaning, near, proposals, signature

REQUIRED = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
EVERY_NAME = [(name, column.field) for column in COLUMNS for name in column.names()]


def test_no_name_means_two_columns() -> None:
    by_key: dict[str, set[Field]] = {}
    for name, field in EVERY_NAME:
        by_key.setdefault(key(name), set()).add(field)
    assert {name: fields for name, fields in by_key.items() if len(fields) > 1} == {}


@pytest.mark.parametrize(("name", "field"), EVERY_NAME)
def test_every_name_in_any_case_and_with_signs(name: str, field: Field) -> None:
    for written in (
        name,
        name.upper(),
        name.lower(),
        f"  {name} *",
        f"{name}:",
        name.replace(" ", "_"),
        f"\u200f{name}",
    ):
        assert meaning(written) is field


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        # the create call's names, then the update call's
        ("mobileNumber", Field.MOBILE),
        ("customerName", Field.CUSTOMER),
        ("referenceNumber", Field.REFERENCE),
        ("amount", Field.AMOUNT),
        ("countryCode", Field.COUNTRY_CODE),
        ("invoiceType", Field.INVOICE_TYPE),
        ("invoiceSubType", Field.INVOICE_SUB_TYPE),
        ("description", Field.DESCRIPTION),
        ("customerEmail", Field.EMAIL),
        ("allocatePayType", Field.PAYMENT_METHODS),
        ("subscription", Field.SUBSCRIPTION),
        ("language", Field.LANGUAGE),
        ("expiresAt", Field.EXPIRY),
        ("merchantCode", Field.MERCHANT_CODE),
        ("itemTitle", Field.ITEM_TITLE),
        ("rate", Field.ITEM_RATE),
        ("quantity", Field.ITEM_QUANTITY),
        ("name", Field.CUSTOMER),
        ("email", Field.EMAIL),
        ("phone", Field.MOBILE),
        ("reference_number", Field.REFERENCE),
        ("invoice_id", Field.INVOICE_ID),
        # Arabic as it is written
        ("المَبْلَغ", Field.AMOUNT),
        ("المبلـــغ", Field.AMOUNT),
        ("المبلغ (د.ك)", Field.AMOUNT),
        ("إسم العميل", Field.CUSTOMER),
        ("اسم العمیل", Field.CUSTOMER),
        ("رقم الهاتف *", Field.MOBILE),
        ("الأسم", Field.CUSTOMER),
        ("رمز الدوله", Field.COUNTRY_CODE),
        ("البريد الالكترونى", Field.EMAIL),
        ("Mobile\nNumber", Field.MOBILE),
        # as they are shortened, and as other programs write them
        ("Inv. No.", Field.REFERENCE),
        ("Invoice #", Field.REFERENCE),
        ("Mobile #", Field.MOBILE),
        ("Phone #", Field.MOBILE),
        ("Amount Due (KWD)", Field.AMOUNT),
        ("CUST_NAME", Field.CUSTOMER),
        ("Tel No.", Field.MOBILE),
        ("رقم النقّال", Field.MOBILE),
        ("اسم المستأجر", Field.CUSTOMER),
        ("المبلغ المستحق (د.ك)", Field.AMOUNT),
        ("ＡＭＯＵＮＴ", Field.AMOUNT),
    ],
)
def test_names_that_people_and_programs_write(heading: str, field: Field) -> None:
    assert meaning(heading) is field


@pytest.mark.parametrize("heading", ["", "*", "Cost centre", "Amount due date", "رقم"])
def test_what_is_no_column(heading: str) -> None:
    assert meaning(heading) is None


@given(st.permutations(list(dict.fromkeys(field for _, field in EVERY_NAME))), st.randoms(use_true_random=False))
def test_any_order_and_any_mixture_of_names(fields: list[Field], chance: random.Random) -> None:
    names = [chance.choice([name for name, field in EVERY_NAME if field is wanted]) for wanted in fields]
    matched = match(names)
    assert [names[matched.columns[field]] for field in fields] == names
    assert not matched.unknown
    assert not matched.repeated
    assert matched.is_invoices


def test_unknown_and_empty_headings_are_told_apart() -> None:
    matched = match((*REQUIRED, "Cost centre", "", "  ", "*"))
    assert matched.unknown == (4, 7)


def test_a_column_that_is_there_twice() -> None:
    assert match((*REQUIRED, "المبلغ", "Total")).repeated == {Field.AMOUNT: (3, 4, 5)}


def test_missing_columns_name_what_looks_like_them() -> None:
    matched = match(("Refrence Number", "Customer", "Mobil Number", "Amuont", "Cost centre"))
    assert not matched.is_invoices
    assert matched.missing == {
        Field.REFERENCE: ("Refrence Number",),
        Field.MOBILE: ("Mobil Number",),
        Field.AMOUNT: ("Amuont",),
    }


def test_nothing_is_like_a_heading_that_is_far_from_all() -> None:
    assert near(Field.AMOUNT, ["Colour", "", "***"]) == ()
    assert likely("Colour") is None
    assert likely("") is None
    assert likely("Expiri Date") is Field.EXPIRY


def test_an_items_sheet_may_call_its_amount_just_amount() -> None:
    matched = match(("Reference Number", "Item", "Rate", "Quantity", "Amount"))
    assert matched.is_items
    assert not matched.is_invoices
    assert matched.columns[Field.ITEM_AMOUNT] == 4


def test_items_beside_invoices_leave_the_amount_to_the_invoice() -> None:
    matched = match((*REQUIRED, "Item", "Rate"))
    assert matched.is_invoices
    assert not matched.is_items
    assert matched.columns[Field.AMOUNT] == 3


def test_items_without_a_column_for_their_name_are_still_items() -> None:
    assert match(("Reference Number", "Description", "Rate", "Quantity")).speaks_of_items
    assert not match(("Item", "Rate")).speaks_of_items  # a price list
    assert not match(("Reference Number", "Customer Name", "Amount")).speaks_of_items


@given(st.lists(st.text(max_size=20), max_size=8))
def test_no_headings_whatever_raise(headings: list[str]) -> None:
    matched = match(headings)
    for index in matched.unknown:
        likely(headings[index])


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Amount / المبلغ", Field.AMOUNT),
        ("المبلغ Amount KWD", Field.AMOUNT),
        ("Customer Name\nاسم العميل", Field.CUSTOMER),
        ("Amount (KWD)*", Field.AMOUNT),
        ("المبـلغ (د.ك)", Field.AMOUNT),
        ("اِسْمُ العَمِيل", Field.CUSTOMER),
        ("Amount (المبلغ)", Field.AMOUNT),
        ("Expiry Date (dd/mm/yyyy)", Field.EXPIRY),
        ("تاريخ الاستحقاق (يوم/شهر/سنة)", Field.EXPIRY),
        ("رقم الهاتف (مطلوب)", Field.MOBILE),
        ("Amount (KWD) (required)", Field.AMOUNT),
        ("Amount (USD)", None),
        ("Amount (net)", None),
        ("Name / Mobile", None),
        ("Amount/Ref", None),
        ("المبلغ Reference", None),
        ("(KWD)", None),
    ],
)
def test_two_languages_and_brackets(heading: str, field: Field | None) -> None:
    assert meaning(heading) is field


def test_what_was_confirmed_counts_for_more_than_what_is_known() -> None:
    headings = ["Ref", "Payer", "Mobile", "Amount"]
    assert match(headings).missing == {Field.CUSTOMER: ()}
    assert match(headings, {"payer": Field.CUSTOMER}).columns[Field.CUSTOMER] == 1
    assert match(headings, {"ref": Field.EMAIL}).columns[Field.EMAIL] == 0
    assert match(["Mobile", "Phone"], {"phone": None}).repeated == {}
    assert match(headings, {"payer": None}).unknown == (1,)


def test_what_is_likely_is_proposed_once_for_each_column_that_is_not_there() -> None:
    headings = ["Ref", "Custmer Name", "Custommer Name", "Mobile", "Amount", "Amounts", "Notes of ours"]
    assert proposals(headings, {}) in ({1: Field.CUSTOMER}, {2: Field.CUSTOMER})
    assert proposals(headings, {"custmername": None, "custommername": None}) == {}


def test_a_header_is_known_again_however_it_is_spelled() -> None:
    assert signature(["Ref No.", "", "المبلغ"]) == signature(["REF NO", "المبـلغ"])
    assert signature(["Ref", "Amount"]) != signature(["Amount", "Ref"])


@given(st.text(st.characters(max_codepoint=127)))
def test_a_plain_word_is_folded_as_any_other(word: str) -> None:
    assert fold(word) + "a" == fold(f"{word}ä")
