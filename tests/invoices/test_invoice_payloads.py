"""What goes to the gateway, letter for letter as its own samples have it, and when two invoices are the same."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.invoice import (
    CHANGEABLE,
    SUB_TYPES,
    Delivery,
    Invoice,
    Item,
    SmsMode,
    WireForms,
    changed,
    create_payload,
    sms_after_create,
    update_payload,
    wire_types,
)
from batchinvoice.invoices.lifecycle import SmsStatus

EXPIRY = dt.date(2026, 12, 31)
PHONES = (
    Item("Iphone", Decimal("120.000"), 1, Decimal("120.000")),
    Item("Iphone 13", Decimal("160.000"), 1, Decimal("160.000")),
)
# Seed 004's sample.
SAMPLE = Invoice(
    reference="1234",
    customer="TEST",
    country="965",
    mobile="66666666",
    amount=Decimal("280.000"),
    email="test@gmail.com",
    description="Invoice testing",
    expires=EXPIRY,
    payment_types=(1, 2, 5, 10),
    items=PHONES,
)
CREATE_ORDER = [
    "merchantCode",
    "mobileNumber",
    "customerName",
    "referenceNumber",
    "amount",
    "countryCode",
    "invoiceType",
    "invoiceSubType",
    "description",
    "customerEmail",
    "allocatePayType",
    "itemsList",
    "subscription",
    "language",
    "expiresAt",
]


def test_the_create_call_is_the_seed_s_sample() -> None:
    payload = create_payload(SAMPLE, "842217", SmsMode.INSTANT, dt.date(2027, 1, 1))
    assert json.dumps(payload, separators=(",", ":")) == (
        '{"merchantCode":"842217","mobileNumber":"66666666","customerName":"TEST","referenceNumber":"1234",'
        '"amount":"280.000","countryCode":"+965","invoiceType":"1","invoiceSubType":"0",'
        '"description":"Invoice testing",'
        '"customerEmail":"test@gmail.com","allocatePayType":[1,2,5,10],"itemsList":['
        '{"itemTitle":"Iphone","rate":"120.000","quantity":"1","amount":"120.000"},'
        '{"itemTitle":"Iphone 13","rate":"160.000","quantity":"1","amount":"160.000"}],'
        '"subscription":"0","language":"en","expiresAt":"2026-12-31"}'
    )


def test_what_a_row_does_not_say_is_left_out_or_has_the_default() -> None:
    bare = Invoice("1", "A", "965", "66666666", Decimal("5.000"), payment_types=(1,), subscription=True, language="ar")
    payload = create_payload(bare, "842217", SmsMode.BULK, EXPIRY)
    missing = {"description", "customerEmail", "itemsList"}
    assert list(payload) == [name for name in CREATE_ORDER if name not in missing]
    assert (payload["subscription"], payload["language"], payload["expiresAt"]) == ("1", "ar", "2026-12-31")


def test_the_forms_of_the_newer_pages_can_be_had() -> None:
    payload = create_payload(
        SAMPLE, "842217", SmsMode.BULK, EXPIRY, WireForms(country_plus=False, pay_types_list=False)
    )
    assert (payload["countryCode"], payload["allocatePayType"]) == ("965", "1,2,5,10")
    assert list(payload) == CREATE_ORDER


def test_the_update_call_is_the_seed_s_sample() -> None:
    invoice = Invoice("12345555", "test", "965", "12345678", Decimal("100.000"), email="test@gmail.com")
    assert json.dumps(update_payload(invoice, "842217"), separators=(",", ":")) == (
        '{"merchantCode":"842217","amount":"100.000","name":"test","email":"test@gmail.com","phone":"96512345678",'
        '"reference_number":"12345555"}'
    )


@pytest.mark.parametrize(
    ("delivery", "mode", "types", "sms"),
    [
        (Delivery.SMS, SmsMode.BULK, ("0", "3"), SmsStatus.PENDING),
        (Delivery.SMS, SmsMode.INSTANT, ("1", "0"), SmsStatus.SENT),
        (Delivery.WHATSAPP, SmsMode.BULK, ("0", "1"), SmsStatus.NOT_WANTED),
        (Delivery.WHATSAPP, SmsMode.INSTANT, ("0", "1"), SmsStatus.NOT_WANTED),
        (Delivery.EMAIL, SmsMode.BULK, ("0", "2"), SmsStatus.NOT_WANTED),
        (Delivery.EMAIL, SmsMode.INSTANT, ("0", "2"), SmsStatus.NOT_WANTED),
        (Delivery.LINK, SmsMode.BULK, ("0", "3"), SmsStatus.NOT_WANTED),
        (Delivery.LINK, SmsMode.INSTANT, ("0", "3"), SmsStatus.NOT_WANTED),
    ],
)
def test_who_texts(delivery: Delivery, mode: SmsMode, types: tuple[str, str], sms: SmsStatus) -> None:
    invoice = replace(SAMPLE, delivery=delivery)
    assert wire_types(invoice, mode) == types
    assert sms_after_create(invoice, mode) is sms


@pytest.mark.parametrize("mode", SmsMode)
@pytest.mark.parametrize("delivery", Delivery)
@pytest.mark.parametrize("kind", ["0", "1"])
@pytest.mark.parametrize("sub", SUB_TYPES.values())
def test_what_the_gateway_texts_itself_is_never_pending(mode: SmsMode, delivery: Delivery, kind: str, sub: str) -> None:
    for raw in (None, (kind, sub)):
        invoice = replace(SAMPLE, delivery=delivery, raw_types=raw)
        payload = create_payload(invoice, "842217", mode, EXPIRY)
        if raw:
            assert (payload["invoiceType"], payload["invoiceSubType"]) == raw
        if payload["invoiceType"] == "1":
            assert sms_after_create(invoice, mode) is not SmsStatus.PENDING
        elif delivery is not Delivery.SMS:
            assert sms_after_create(invoice, mode) is SmsStatus.NOT_WANTED


fils = st.decimals(0, 10**6, places=3)
items = st.builds(lambda t, rate, n: Item(t, rate, n, rate * n), st.text(), fils, st.integers(1, 10**6))
invoices = st.builds(
    Invoice,
    reference=st.text(max_size=25),
    customer=st.text(max_size=50),
    country=st.sampled_from(["965", "971"]),
    mobile=st.from_regex(r"[1-9][0-9]{7}", fullmatch=True),
    amount=fils,
    email=st.none() | st.emails(),
    description=st.none() | st.text(),
    expires=st.none() | st.dates(),
    delivery=st.sampled_from(Delivery),
    raw_types=st.none() | st.tuples(st.sampled_from("01"), st.sampled_from("0123")),
    payment_types=st.lists(st.sampled_from([1, 2, 5]), unique=True).map(tuple),
    language=st.sampled_from(["en", "ar"]),
    subscription=st.booleans(),
    items=st.lists(items, max_size=3).map(tuple),
    invoice_id=st.none() | st.just("12887"),
)


@given(invoices)
def test_what_is_stored_reads_back_the_same(invoice: Invoice) -> None:
    stored = json.loads(json.dumps(invoice.content()))
    back = Invoice.from_content(stored, invoice.invoice_id)
    assert back == invoice
    assert back.invoice_id == invoice.invoice_id
    assert back.fingerprint() == invoice.fingerprint()
    assert isinstance(back.delivery, Delivery)
    assert create_payload(back, "1", SmsMode.BULK, EXPIRY) == create_payload(invoice, "1", SmsMode.BULK, EXPIRY)
    assert changed(invoice, back) == frozenset()


def test_content_of_a_later_version_is_still_read() -> None:
    assert Invoice.from_content(SAMPLE.content() | {"colour": "red"}) == SAMPLE


@given(invoices, invoices)
def test_the_same_fingerprint_is_the_same_meaning(one: Invoice, other: Invoice) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (one == other)


DIFFERENT: dict[str, object] = {
    "reference": "2",
    "customer": "B",
    "country": "971",
    "mobile": "66666667",
    "amount": Decimal("280.001"),
    "email": None,
    "description": None,
    "expires": dt.date(2027, 1, 1),
    "delivery": Delivery.LINK,
    "raw_types": ("0", "3"),
    "payment_types": (1,),
    "language": "ar",
    "subscription": True,
    "items": PHONES[:1],
}


@pytest.mark.parametrize("name", [field.name for field in fields(Invoice) if field.compare])
def test_every_field_is_in_the_fingerprint_and_seen_as_changed(name: str) -> None:
    after = replace(SAMPLE, **{name: DIFFERENT[name]})  # type: ignore[arg-type]
    assert after.fingerprint() != SAMPLE.fingerprint()
    assert changed(SAMPLE, after) == {name}


def test_the_invoice_id_says_which_invoice_and_not_what_it_is() -> None:
    assert replace(SAMPLE, invoice_id="5").fingerprint() == SAMPLE.fingerprint()
    assert changed(SAMPLE, replace(SAMPLE, invoice_id="5")) == frozenset()


def test_an_empty_expiry_says_nothing_about_it() -> None:
    assert changed(SAMPLE, replace(SAMPLE, expires=None)) == frozenset()
    assert changed(SAMPLE, replace(SAMPLE, expires=None, customer="B")) == {"customer"}
    assert changed(replace(SAMPLE, expires=None), SAMPLE) == {"expires"}


def test_an_amount_is_the_same_however_many_noughts_it_was_given() -> None:
    assert replace(SAMPLE, amount=Decimal("280")).fingerprint() == SAMPLE.fingerprint()


def test_an_update_can_carry_just_what_its_call_has() -> None:
    before = update_payload(SAMPLE, "842217")
    for name, other in DIFFERENT.items():
        after = update_payload(replace(SAMPLE, **{name: other}), "842217")  # type: ignore[arg-type]
        assert (after != before) == (name in CHANGEABLE)
