"""Invoices are read from both shapes, and from nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from batchinvoice.gateway.records import read_amount, read_invoice, read_page


def test_the_nested_shape_of_create_and_look_up() -> None:
    raw = {
        "id": 14693,
        "token": "84175",
        "url": "https://pay.example/84175",
        "reference_number": "R-1",
        "amount": "20.000",
        "invoice_status": 0,
        "sms_status": 1,
        "customer": {"name": "Noura", "email": None, "phone_number": "96566666666"},
        "created_at": "2025-10-13 12:14:45",
    }
    invoice = read_invoice(raw, "create")
    assert invoice is not None
    assert (invoice.id, invoice.url, invoice.reference) == ("14693", "https://pay.example/84175", "R-1")
    assert (invoice.name, invoice.phone, invoice.email) == ("Noura", "96566666666", "")
    assert (invoice.amount, invoice.status, invoice.sms_status) == (Decimal("20.000"), "0", "1")
    assert (invoice.created_at, invoice.source) == ("2025-10-13 12:14:45", "create")


def test_the_flat_shape_of_update() -> None:
    raw = {"id": 12887, "name": "test", "phone": "965", "email": "t@e.co", "amount": "100.000", "status": 1}
    invoice = read_invoice(raw, "update")
    assert invoice is not None
    assert (invoice.id, invoice.name, invoice.phone, invoice.email, invoice.status) == (
        "12887",
        "test",
        "965",
        "t@e.co",
        "1",
    )


@pytest.mark.parametrize("raw", [None, [], "12", {}, {"id": None}, {"id": ""}, {"id": 0}, {"id": True}, {"id": [1]}])
def test_without_a_usable_id_there_is_no_invoice(raw: object) -> None:
    assert read_invoice(raw, "create") is None


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("100.000", Decimal("100.000")),
        ("1,234.500", Decimal("1234.500")),
        (100, Decimal(100)),
        (Decimal("0.1"), Decimal("0.1")),
        ("1,23", None),
        ("1,234", None),
        ("NaN", None),
        ("Infinity", None),
        (True, None),
        (None, None),
        ("KWD 5", None),
    ],
)
def test_amounts_are_certain_or_none(raw: object, amount: Decimal | None) -> None:
    assert read_amount(raw) == amount


def test_a_page_with_one_unreadable_row_is_no_page() -> None:
    assert read_page({"invoices": {"data": [{"id": 1}, {"name": "no id"}]}}) is None


@pytest.mark.parametrize("response", [None, [], {}, {"invoices": None}, {"invoices": {"data": None}}])
def test_what_is_not_a_page_never_passes_for_an_empty_one(response: object) -> None:
    assert read_page(response) is None


@pytest.mark.parametrize(
    ("pagination", "pages"), [({"last_page": 3}, 3), ({"total_pages": "2"}, 2), ({"total": 9}, None), (None, None)]
)
def test_a_page_count_is_believed_only_where_it_is_plain(pagination: object, pages: int | None) -> None:
    read = read_page({"invoices": {"data": [], "pagination": pagination}})
    assert read == ([], pages)
