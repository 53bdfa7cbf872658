"""What the emulated gateway accepts and what it refuses."""

from __future__ import annotations

import pytest

from batchinvoice.emulator.rules import CREATE_REQUIRED, UPDATE_REQUIRED, check_create, check_update

SEED = {
    "merchantCode": "842217",
    "mobileNumber": "66666666",
    "customerName": "TEST",
    "referenceNumber": "1234",
    "amount": "280.000",
    "countryCode": "+965",
    "invoiceType": "1",
    "invoiceSubType": "0",
    "description": "Invoice testing",
    "customerEmail": "test@gmail.com",
    "allocatePayType": [1, 2],
    "itemsList": [
        {"itemTitle": "Iphone", "rate": "120.000", "quantity": "1", "amount": "120.000"},
        {"itemTitle": "Iphone 13", "rate": "160.000", "quantity": "1", "amount": "160.000"},
    ],
    "subscription": "0",
    "language": "en",
    "expiresAt": "2026-12-31",
}
CHANGE = {"amount": "100.000", "name": "n", "email": "a@b.co", "phone": "96512345678", "reference_number": "1"}


def test_the_payload_of_the_documentation_is_accepted() -> None:
    assert check_create(SEED) == {}


@pytest.mark.parametrize("form", [{"allocatePayType": "1,2"}, {"countryCode": "965"}, {"itemsList": []}])
def test_the_other_documented_forms_are_accepted(form: dict[str, object]) -> None:
    assert check_create(SEED | form) == {}


@pytest.mark.parametrize("name", CREATE_REQUIRED)
def test_each_required_field_of_a_create(name: str) -> None:
    assert list(check_create({key: value for key, value in SEED.items() if key != name})) == [name]
    assert list(check_create(SEED | {name: ""})) == [name]


@pytest.mark.parametrize("name", UPDATE_REQUIRED)
def test_each_required_field_of_an_update(name: str) -> None:
    assert check_update(CHANGE) == {}
    assert list(check_update(CHANGE | {name: ""})) == [name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "0.000"),
        ("amount", "-1.000"),
        ("amount", "280"),
        ("amount", "280.00"),
        ("amount", 280),
        ("amount", "NaN"),
        ("mobileNumber", "0666666"),
        ("mobileNumber", "+96566666666"),
        ("customerName", "x" * 51),
        ("referenceNumber", "x" * 26),
        ("description", "x" * 251),
        ("customerEmail", "nobody"),
        ("invoiceType", "2"),
        ("invoiceSubType", "4"),
        ("language", "fr"),
        ("expiresAt", "31-12-2026"),
        ("expiresAt", "2026-02-30"),
        ("allocatePayType", [3]),
        ("allocatePayType", "1;2"),
        ("itemsList", [{"itemTitle": "a", "amount": "279.999"}]),
        ("itemsList", [{"amount": "280.000"}]),
        ("itemsList", "none"),
    ],
)
def test_each_refused_value_is_told_under_its_field(name: str, value: object) -> None:
    assert list(check_create(SEED | {name: value})) == [name]


def test_an_email_invoice_needs_an_email() -> None:
    without = {key: value for key, value in SEED.items() if key != "customerEmail"}
    assert check_create(without) == {}
    assert list(check_create(without | {"invoiceSubType": "2"})) == ["customerEmail"]
