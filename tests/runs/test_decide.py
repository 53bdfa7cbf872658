"""Create, update or leave alone: every branch, without a ledger or a gateway."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Delivery, Invoice, Item
from batchinvoice.invoices.lifecycle import Action, InvoiceState, RowStatus, SmsStatus
from batchinvoice.ledger.records import Known
from batchinvoice.runs.decide import Decision, decide
from batchinvoice.runs.echo import differences

BASE = Invoice("R-1", "Noura", "965", "66000001", Decimal("5.000"), email="a@example.com", payment_types=(1, 2))


def known(invoice: Invoice = BASE, key: int = 1, **other: Any) -> Known:
    made = Known(
        key=key,
        state=InvoiceState.MADE,
        invoice=invoice,
        fingerprint=invoice.fingerprint(),
        gateway_id=str(7000 + key),
        origin="create",
        link="",
        gateway_amount=invoice.amount,
        sms=SmsStatus.SENT,
        run_id="20261122-001",
    )
    return replace(made, **other)


def told(decision: Decision) -> tuple[Action, RowStatus, list[tuple[Field, Code]]]:
    return decision.action, decision.status, [(field, what.code) for field, what in decision.problems]


@pytest.mark.parametrize("by_reference", [None, known(state=InvoiceState.NOT_MADE)])
def test_what_is_not_there_is_created(by_reference: Known | None) -> None:
    decision = decide(BASE, by_reference, None)
    assert told(decision) == (Action.CREATE, RowStatus.PENDING, [])
    assert decision.known is by_reference


def test_an_unknown_outcome_stops_everything() -> None:
    lost = known(state=InvoiceState.UNKNOWN)
    row = replace(BASE, amount=Decimal(9))
    assert told(decide(row, lost, known())) == (
        Action.NONE,
        RowStatus.UNKNOWN,
        [(Field.REFERENCE, Code.OUTCOME_UNKNOWN)],
    )
    assert "20261122-001" in decide(row, lost, None).problems[0][1].params["tried"]


def test_a_person_may_say_which_invoice_a_lost_one_is() -> None:
    lost = known(state=InvoiceState.UNKNOWN, gateway_id=None)
    decision = decide(replace(BASE, invoice_id="7009"), lost, None)
    assert (told(decision), decision.known) == ((Action.UPDATE, RowStatus.PENDING, []), lost)


def test_a_lost_invoice_cannot_be_one_that_has_another_reference() -> None:
    lost, other = known(state=InvoiceState.UNKNOWN, gateway_id=None), known(replace(BASE, reference="R-2"), 2)
    decision = decide(replace(BASE, invoice_id="7002"), lost, other)
    assert told(decision) == (Action.NONE, RowStatus.HELD, [(Field.INVOICE_ID, Code.ID_CONFLICT)])


@pytest.mark.parametrize("invoice_id", [None, "7001"])
def test_the_same_again_is_unchanged(invoice_id: str | None) -> None:
    made = known()
    decision = decide(replace(BASE, invoice_id=invoice_id), made, made if invoice_id else None)
    assert told(decision) == (Action.UNCHANGED, RowStatus.PENDING, [])


def test_an_expiry_date_that_is_no_longer_said_is_no_change() -> None:
    made = known(replace(BASE, expires=dt.date(2026, 12, 31)))
    assert decide(BASE, made, None).action is Action.UNCHANGED


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Decimal("5.001")},
        {"customer": "Noora"},
        {"email": "b@example.com"},
        {"mobile": "66000002"},
        {"country": "971"},
    ],
)
def test_what_an_update_can_carry_is_updated(change: dict[str, Any]) -> None:
    made = known()
    assert told(decide(replace(BASE, **change), made, None)) == (Action.UPDATE, RowStatus.PENDING, [])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"description": "x"}, Field.DESCRIPTION),
        ({"expires": dt.date(2027, 1, 1)}, Field.EXPIRY),
        ({"delivery": Delivery.LINK}, Field.DELIVERY),
        ({"raw_types": ("0", "3")}, Field.INVOICE_TYPE),
        ({"payment_types": (1,)}, Field.PAYMENT_METHODS),
        ({"language": "ar"}, Field.LANGUAGE),
        ({"subscription": True}, Field.SUBSCRIPTION),
        ({"items": (Item("Tuition", Decimal(5), 1, Decimal(5)),)}, Field.ITEM_TITLE),
    ],
)
def test_what_an_update_cannot_carry_is_held_even_beside_what_it_can(change: dict[str, Any], field: Field) -> None:
    held = (Action.NONE, RowStatus.HELD, [(field, Code.UPDATE_CANNOT)])
    assert told(decide(replace(BASE, **change), known(), None)) == held
    assert told(decide(replace(BASE, amount=Decimal(6), **change), known(), None)) == held


def test_each_change_that_cannot_be_carried_is_told_at_its_own_cell_with_both_values() -> None:
    before = replace(
        BASE, description="Rent", expires=dt.date(2026, 12, 31), items=(Item("Pen", Decimal(1), 2, Decimal(2)),)
    )
    after = replace(
        before, description="Rents", expires=dt.date(2027, 1, 1), items=(), subscription=True, language="ar"
    )
    after = replace(after, delivery=Delivery.LINK, payment_types=(1,), raw_types=("0", "3"))
    decision = decide(after, known(before), None)
    assert (decision.action, decision.status) == (Action.NONE, RowStatus.HELD)
    assert {what.code for _, what in decision.problems} == {Code.UPDATE_CANNOT}
    assert {field: (what.params["was"], what.params["value"]) for field, what in decision.problems} == {
        Field.DESCRIPTION: ("Rent", "Rents"),
        Field.EXPIRY: ("2026-12-31", "2027-01-01"),
        Field.ITEM_TITLE: ("Pen 2 × 1.000", "—"),
        Field.SUBSCRIPTION: ("no", "yes"),
        Field.LANGUAGE: ("en", "ar"),
        Field.DELIVERY: ("sms", "link"),
        Field.PAYMENT_METHODS: ("1, 2", "1"),
        Field.INVOICE_TYPE: ("—", "0, 3"),
    }
    assert all(what.params["fields"] == field for field, what in decision.problems)


def test_all_that_keeps_a_change_from_going_out_is_told_at_once() -> None:
    silent = replace(BASE, email=None)
    both = decide(replace(silent, description="x", amount=Decimal(6)), known(silent), None)
    assert told(both)[2] == [(Field.DESCRIPTION, Code.UPDATE_CANNOT), (Field.EMAIL, Code.UPDATE_NEEDS_EMAIL)]
    # With the description put back, nothing is left to change: no e-mail is needed.
    only = decide(replace(silent, description="x"), known(silent), None)
    assert told(only)[2] == [(Field.DESCRIPTION, Code.UPDATE_CANNOT)]


def test_an_update_needs_an_e_mail() -> None:
    plain = replace(BASE, email=None)
    needs = (Action.NONE, RowStatus.HELD, [(Field.EMAIL, Code.UPDATE_NEEDS_EMAIL)])
    assert told(decide(replace(plain, amount=Decimal(6)), known(plain), None)) == needs


def test_when_the_gateway_is_uncertain_even_the_same_is_updated() -> None:
    assert told(decide(BASE, known(fingerprint=""), None)) == (Action.UPDATE, RowStatus.PENDING, [])


def test_an_id_that_the_ledger_does_not_know_is_updated_with_a_warning() -> None:
    row = replace(BASE, invoice_id="555")
    warned = [(Field.INVOICE_ID, Code.ID_UNKNOWN)]
    assert told(decide(row, None, None)) == (Action.UPDATE, RowStatus.PENDING, warned)
    assert told(decide(row, known(state=InvoiceState.NOT_MADE), None)) == (Action.UPDATE, RowStatus.PENDING, warned)
    assert told(decide(replace(row, email=None), None, None)) == (
        Action.NONE,
        RowStatus.HELD,
        [*warned, (Field.EMAIL, Code.UPDATE_NEEDS_EMAIL)],
    )


def test_an_id_under_a_new_reference_is_updated() -> None:
    made = known()
    decision = decide(replace(BASE, reference="R-9", invoice_id="7001"), None, made)
    assert told(decision) == (Action.UPDATE, RowStatus.PENDING, [])
    assert decision.known is made


def test_an_id_of_one_and_a_reference_of_another_invoice_conflict() -> None:
    other = known(replace(BASE, reference="R-2"), key=2)
    conflict = (Action.NONE, RowStatus.HELD, [(Field.INVOICE_ID, Code.ID_CONFLICT)])
    for by_id in (other, None):
        assert told(decide(replace(BASE, invoice_id="7002"), known(), by_id)) == conflict


def test_an_echo_that_says_the_same_or_nothing_is_no_difference() -> None:
    for echo in (
        GatewayInvoice("7001", "create"),
        GatewayInvoice("7001", "create", reference="R-1", amount=Decimal(5), phone="+965 66000001"),
        GatewayInvoice("7001", "create", phone="66000001"),
        GatewayInvoice("7001", "create", phone="0096566000001"),
    ):
        assert differences(BASE, echo, "7001") == []


@pytest.mark.parametrize(
    ("echo", "field"),
    [
        (GatewayInvoice("7002", "update"), Field.INVOICE_ID),
        (GatewayInvoice("7001", "update", reference="r-1"), Field.REFERENCE),
        (GatewayInvoice("7001", "update", amount=Decimal("5.001")), Field.AMOUNT),
        (GatewayInvoice("7001", "update", phone="97166000001"), Field.MOBILE),
    ],
)
def test_an_echo_that_says_otherwise_is_a_difference(echo: GatewayInvoice, field: Field) -> None:
    assert [where for where, _ in differences(BASE, echo, "7001")] == [field]
