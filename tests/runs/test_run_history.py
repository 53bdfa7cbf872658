"""A new invoice against the ledger's memory: references that look alike are held, odd amounts are only said."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from bench import Bench, codes, simple
from odd_gateway import OddGateway, no

from batchinvoice import app, checking
from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.invoice import Invoice, SmsMode
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus
from batchinvoice.ledger.past import Past
from batchinvoice.runs.asked_for import Options
from batchinvoice.runs.decide import Decision
from batchinvoice.runs.history import slipped, told_apart, warnings
from batchinvoice.runs.plan_rows import planned

BASE = Invoice("7", "Noura", "965", "66000001", Decimal("5.000"))
OLD = Past("007", BASE.phone, Decimal("5.000"), "20261122-001")
CREATE = Decision(Action.CREATE)


def later(monkeypatch: pytest.MonkeyPatch, bench: Bench, days: float) -> None:
    """Let it be some days later from here on."""
    at = checking.now() + dt.timedelta(days=days)
    monkeypatch.setattr(checking, "now", lambda: at)
    monkeypatch.setattr(bench.ledger, "_clock", lambda: at)


def test_a_reference_like_another_of_the_customer_is_held() -> None:
    decision = told_apart(BASE, CREATE, [replace_past(phone="965661"), OLD])
    assert (decision.action, decision.status) == (Action.NONE, RowStatus.HELD)
    [(field, said)] = decision.problems
    assert (field, said.code) == (Field.REFERENCE, Code.REFERENCE_LIKE_SAME)
    assert said.params == {"other": "007", "run": "20261122-001"}


def test_a_reference_like_another_customers_is_only_said() -> None:
    decision = told_apart(BASE, CREATE, [replace_past(phone="965661")])
    assert (decision.action, decision.status) == (Action.CREATE, RowStatus.PENDING)
    assert [(field, said.code) for field, said in decision.problems] == [(Field.REFERENCE, Code.REFERENCE_LIKE)]


@pytest.mark.parametrize("action", [Action.UPDATE, Action.UNCHANGED, Action.NONE])
def test_a_row_that_makes_nothing_is_like_nothing(action: Action) -> None:
    decision = Decision(action)
    assert told_apart(BASE, decision, [OLD]) is decision


def test_an_invoice_is_not_like_itself() -> None:
    assert told_apart(BASE, CREATE, [replace_past(reference="7")]) is CREATE


def replace_past(**other: str) -> Past:
    return OLD._replace(**other)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "last", "times"),
    [
        ("50", "5", "10"),
        ("47.500", "5", "10"),
        ("47.499", "5", None),
        ("52.500", "5", "10"),
        ("52.501", "5", None),
        ("0.500", "5", "1/10"),
        ("5000", "5", "1000"),
        ("5250", "5", "1000"),
        ("4749.999", "5", None),
        ("0.005", "5", "1/1000"),
        ("500", "5", None),
        ("5", "5", None),
        ("15", "5", None),
    ],
)
def test_an_amount_whose_point_may_have_slipped(amount: str, last: str, times: str | None) -> None:
    assert slipped(Decimal(amount), Decimal(last)) == times


def test_both_amount_warnings_name_the_other_invoice() -> None:
    found = warnings(
        BASE, OLD._replace(amount=Decimal("50.000")), [OLD._replace(reference="A"), OLD._replace(reference="B")]
    )
    assert [(field, said.code, dict(said.params)) for field, said in found] == [
        (Field.AMOUNT, Code.AMOUNT_TIMES, {"value": "5.000", "times": "1/10", "last": "50.000", "other": "007"}),
        (Field.AMOUNT, Code.AMOUNT_SAME, {"value": "5.000", "other": "B", "run": "20261122-001"}),
    ]
    assert warnings(BASE, None, []) == []


def test_zeros_that_excel_dropped_make_no_second_invoice(bench: Bench) -> None:
    first = bench.run([simple(1, reference="007"), simple(2)])
    run = bench.run([simple(1, reference="7"), simple(2)])
    assert (bench.statuses(run), run.status) == (["held", "unchanged"], RunStatus.PARTIAL)
    [issue] = bench.rows(run)[0].issues
    assert (issue.code, issue.place.cell) == (Code.REFERENCE_LIKE_SAME, "A2")
    assert issue.message.startswith(f"The reference looks like “007” (run {first.id})")
    assert sorted(bench.made()) == ["007", "R-2"]


def test_an_invoice_that_may_be_there_counts(bench: Bench) -> None:
    lost = bench.plan([simple(1, reference="007")])
    bench.emulator.set_faults("create:close-after:1x1", "find:http-500-before:1")
    with bench.gateway() as gateway:
        bench.drive(gateway, lost)
    assert bench.statuses(lost) == ["unknown"]
    run = bench.plan([simple(1, reference="7")])
    assert (bench.statuses(run), codes(bench.row(run))) == (["held"], {Code.REFERENCE_LIKE_SAME})


def test_what_was_refused_does_not_count(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda _: no(422, "Not now")
    assert bench.statuses(bench.run([simple(1, reference="007")])) == ["rejected"]
    bench.base_url = bench.emulator.base_url
    assert bench.statuses(bench.run([simple(1, reference="7")])) == ["created"]


def test_another_customers_reference_is_said_and_sent(bench: Bench) -> None:
    bench.run([simple(1, reference="INV-1")])
    run = bench.run([simple(2, reference="inv 1")])
    assert (bench.statuses(run), codes(bench.row(run))) == (["created"], {Code.REFERENCE_LIKE})
    assert (run.status, bench.row(run).attention, bench.sms(run)) == (RunStatus.COMPLETE, False, ["sent"])


def test_an_update_under_the_invoices_id_may_be_named_alike(bench: Bench) -> None:
    number = bench.row(bench.run([simple(1, reference="007", email="a@example.com")])).gateway_id
    run = bench.plan([simple(1, reference="7", email="a@example.com", invoice_id=number)])
    assert bench.row(run).action is Action.UPDATE


def test_a_run_that_was_planned_before_does_not_make_it(bench: Bench) -> None:
    early = bench.plan([simple(1, reference="7"), simple(2)])
    assert bench.statuses(early) == ["pending", "pending"]
    bench.run([simple(1, reference="007")])
    done = bench.apply(early)
    assert bench.statuses(done) == ["held", "created"]
    assert codes(bench.rows(done)[0]) == {Code.REFERENCE_LIKE_SAME}
    assert sorted(bench.made()) == ["007", "R-2"]


def test_a_row_that_was_lost_is_not_like_itself(bench: Bench) -> None:
    bench.emulator.set_faults("create:close-before:1x1")
    run = bench.run([simple(1, reference="007")])
    assert bench.statuses(run) == ["created"]
    assert codes(bench.row(run)) == set()


def test_a_slipped_point_is_said_and_sent(bench: Bench) -> None:
    bench.run([simple(1, "5.000")])
    run = bench.run([simple(1, "50.000", reference="R-2"), simple(2, reference="R-3")])
    assert (bench.statuses(run), run.status) == (["created", "created"], RunStatus.COMPLETE)
    first, second = bench.rows(run)
    [issue] = first.issues
    assert (issue.code, issue.place.cell, issue.params["times"]) == (Code.AMOUNT_TIMES, "D2", "10")
    assert issue.message == "50.000 KWD is 10 times this customer's last invoice (5.000 KWD, “R-1”)."
    assert (second.issues, first.attention) == ((), False)


def test_the_same_amount_under_a_new_reference_is_said_for_twenty_days(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = bench.run([simple(1)])
    later(monkeypatch, bench, 19.9)
    soon = bench.run([simple(1, reference="R-2"), simple(1, "6", reference="R-3")])
    assert bench.statuses(soon) == ["created", "created"]
    assert [codes(row) for row in bench.rows(soon)] == [{Code.AMOUNT_SAME}, set()]
    assert f"“R-1” (run {first.id})" in bench.rows(soon)[0].issues[0].message
    later(monkeypatch, bench, 20.1)
    monthly = bench.run([simple(1, reference="R-4")])
    assert codes(bench.row(monthly)) == set()


def test_a_change_of_amount_is_no_slip(bench: Bench) -> None:
    bench.run([simple(1, email="a@example.com")])
    run = bench.run([simple(1, "50", email="a@example.com")])
    assert (bench.statuses(run), codes(bench.row(run))) == (["updated"], set())


def test_a_strict_run_is_stopped_by_a_look_alike_and_not_by_a_warning(bench: Bench) -> None:
    bench.run([simple(1)])
    assert bench.statuses(bench.run([simple(1, reference="R-2")], strict=True)) == ["created"]
    assert bench.statuses(bench.run([simple(1, reference="r 01"), simple(3)], strict=True)) == ["held", "held"]


def test_a_delivery_asks_once_a_page(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    alike = bench.ledger.alike
    monkeypatch.setattr(bench.ledger, "alike", lambda wanted: asked.append(1) or alike(wanted))  # type: ignore[func-returns-value]
    bench.run([simple(n) for n in range(60)])
    assert len(asked) == 2  # when planned, and when delivered


def test_of_two_rows_that_look_alike_the_one_that_was_sent_before_is_as_it_was(bench: Bench) -> None:
    bench.run([simple(1, reference="007")])
    path = bench.sheet([simple(1, reference="007"), simple(1, reference="7")])
    _, checked = app.check_sheet(bench.settings, path, Asked(), checking.now())
    alike = Issue(Code.REFERENCE_LIKE_SAME, Place("Invoices", 2, 1), {"other": "?", "row": "?"})
    held = [replace(row, status=RowStatus.HELD, issues=(alike,)) for row in checked.rows]
    options = Options(sms=True, strict=False, sms_mode=SmsMode.BULK)
    rows = list(planned(replace(checked, rows=held), bench.ledger, options, checking.now()))
    assert [(row.action, row.status) for row in rows] == [
        (Action.UNCHANGED, RowStatus.PENDING),
        (Action.NONE, RowStatus.HELD),
    ]
    assert [len(row.issues) for row in rows] == [0, 1]
