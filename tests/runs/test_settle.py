"""Settling: what was lost is found, or is certainly not there and sent again, or is left to a person in plain words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from bench import Bench, codes, simple
from odd_gateway import OddGateway, created, no, yes

from batchinvoice import app
from batchinvoice.gateway.records import GatewayInvoice
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.lifecycle import InvoiceState, RowStatus, RunStatus
from batchinvoice.ledger.records import Row
from batchinvoice.runs import settle
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.look_up import judge
from batchinvoice.runs.pace import Pace
from batchinvoice.runs.stopping import Stop

LOST_AFTER = [
    "close-after",
    "reset",
    "http-500-after",
    "http-502-after",
    "http-503-after",
    "html-200",
    "garbled",
    "cut",
    "empty",
]
LOST_BEFORE = ["close-before", "http-500-before", "http-502-before", "http-503-before"]


def creates(bench: Bench, reference: str = "R-1") -> int:
    return len([call for call in bench.calls("create") if call["payload"]["referenceNumber"] == reference])


@pytest.mark.parametrize("fault", LOST_AFTER)
def test_a_lost_answer_is_looked_up_and_the_invoice_adopted(bench: Bench, fault: str) -> None:
    bench.emulator.set_faults(f"create:{fault}:1x1")
    run = bench.run([simple(1)])
    row, [invoice] = bench.row(run), bench.made()["R-1"]
    assert (row.status, row.gateway_id, row.gateway_amount) == (RowStatus.ADOPTED, str(invoice["id"]), Decimal(5))
    assert row.link.endswith(invoice["token"])
    assert (row.issues, row.attention, run.status) == ((), False, RunStatus.COMPLETE)
    assert (creates(bench), bench.texted()) == (1, [invoice["id"]])
    assert bench.ledger.known_references(["R-1"])["R-1"].origin == "find"
    assert bench.statuses(bench.run([simple(1)])) == ["unchanged"]


@pytest.mark.parametrize("fault", LOST_BEFORE)
def test_what_is_certainly_not_there_is_sent_again(bench: Bench, fault: str) -> None:
    bench.emulator.set_faults(f"create:{fault}:1x1")
    run = bench.run([simple(1)])
    assert (bench.statuses(run), bench.sms(run), run.status) == (["created"], ["sent"], RunStatus.COMPLETE)
    assert (creates(bench), len(bench.made()["R-1"]), len(bench.texted())) == (2, 1, 1)
    assert bench.row(run).issues == ()


def test_what_appears_only_within_the_window_is_not_sent_again(bench: Bench) -> None:
    """The gateway carries the call out after we gave up on it."""
    bench.settings = bench.settings.model_copy(update={"settle_seconds": 2.0})
    bench.emulator.set_faults("create:late=0.4:1x1")
    run = bench.run([simple(1)])
    assert (bench.statuses(run), len(bench.made()["R-1"]), creates(bench)) == (["adopted"], 1, 1)


def test_a_look_up_that_lags_does_not_make_it_twice(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"settle_seconds": 2.0})
    bench.emulator.set_faults("create:close-after:1x1", "find:lag=0.6:1")
    run = bench.run([simple(1)])
    assert (bench.statuses(run), len(bench.made()["R-1"]), creates(bench)) == (["adopted"], 1, 1)


def test_a_window_is_waited_out_before_anything_is_sent_again(bench: Bench) -> None:
    """Look-ups at both of its ends, and the second create after that; the gateway's own account says when."""
    bench.settings = bench.settings.model_copy(update={"settle_seconds": 0.8})
    bench.emulator.set_faults("create:close-before:1x1")
    run = bench.run([simple(1)])
    first, second = (dt.datetime.fromisoformat(call["at"]) for call in bench.calls("create"))
    looked = [dt.datetime.fromisoformat(call["at"]) for call in bench.calls("find")]
    between = [at for at in looked if first < at < second]
    assert len(between) >= 3
    assert (between[-1] - between[0]).total_seconds() >= 0.8
    assert bench.statuses(run) == ["created"]


def test_a_row_that_is_lost_every_time_is_left_to_a_person_in_the_end(bench: Bench) -> None:
    bench.emulator.set_faults("create:close-before:1")
    run = bench.run([simple(1)])
    row = bench.row(run)
    assert (row.status, codes(row), run.status) == (RowStatus.UNKNOWN, {Code.OUTCOME_UNKNOWN}, RunStatus.PARTIAL)
    assert creates(bench) == 5
    bench.emulator.set_faults()
    assert bench.statuses(bench.apply(run)) == ["created"]
    assert len(bench.made()["R-1"]) == 1


def lost(bench: Bench, odd: OddGateway, *found: dict[str, Any], window: float = 0.05) -> Row:
    """The row of a create whose answer was lost, where the look-up then shows these invoices."""
    bench.settings = bench.settings.model_copy(update={"settle_seconds": window})

    def lose(_: object) -> tuple[int, dict[str, object]]:
        odd.listed(*found)
        return 502, {}

    odd.behaviours["create"] = lose
    return bench.row(bench.run([simple(1)]))


def listed(number: int = 7009, **other: Any) -> dict[str, Any]:
    return {"id": number, "reference_number": "R-1", "amount": "5.000", "url": "https://pay.example/9", **other}


def test_several_of_one_reference_are_left_to_a_person_who_is_told_their_ids(bench: Bench, odd: OddGateway) -> None:
    row = lost(bench, odd, listed(7001), listed(7002))
    assert (row.status, odd.count("create"), odd.count("send")) == (RowStatus.UNKNOWN, 1, 0)
    [issue] = row.issues
    assert issue.message.endswith("the gateway has 2 invoices of this reference: 7001, 7002.")
    assert "cancel all but one, then: batchinvoice resume" in issue.remedy

    odd.listed(listed(7001), listed(7002, invoice_status=3))  # the person has cancelled the second
    [run] = bench.ledger.unfinished()
    row = bench.row(bench.apply(run))
    assert (row.status, row.gateway_id, row.issues) == (RowStatus.ADOPTED, "7001", ())
    assert bench.ledger.run(run.id).status is RunStatus.COMPLETE


def test_what_may_not_be_ours_is_left_to_a_person_who_can_put_it_to_rest(bench: Bench, odd: OddGateway) -> None:
    row = lost(bench, odd, listed(amount="6.000"))
    assert (row.status, codes(row), odd.count("create")) == (RowStatus.UNKNOWN, {Code.OTHER_AT_GATEWAY}, 1)
    assert f"(batchinvoice resume {row.run_id} --give-up 2)" in row.issues[0].remedy
    [run] = bench.ledger.unfinished()
    assert app.give_up(bench.ledger, run, [2, 77]) == [77]
    done = bench.apply(run)
    app.write_workbooks(bench.ledger, done, bench.settings.report_dir)
    assert (bench.statuses(done), codes(bench.row(done))) == (["held"], {Code.GIVEN_UP})
    assert bench.ledger.unfinished() == []

    again = bench.run([simple(1)])  # its reference stays burnt: nothing goes out under it
    assert (bench.statuses(again), codes(bench.row(again))) == (["unknown"], {Code.OTHER_AT_GATEWAY})
    odd.listed(listed())
    assert bench.statuses(bench.apply(again)) == ["unchanged"]
    assert (bench.statuses(run), odd.count("create"), odd.count("send")) == (["held"], 1, 1)


def test_a_cancelled_invoice_is_held_and_a_new_reference_makes_it_anew(bench: Bench, odd: OddGateway) -> None:
    row = lost(bench, odd, listed(invoice_status=3))
    assert (row.status, codes(row), row.sms) == (RowStatus.HELD, {Code.CANCELLED_AT_GATEWAY}, "not wanted")
    assert (odd.count("create"), odd.count("send")) == (1, 0)
    [run] = bench.ledger.unfinished()
    app.write_workbooks(bench.ledger, run, bench.settings.report_dir)
    assert bench.ledger.unfinished() == []
    assert bench.statuses(bench.run([simple(1)])) == ["held"]
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    assert bench.statuses(bench.run([simple(1, reference="R-1b")])) == ["created"]


def test_a_person_settles_it_with_the_invoice_id(bench: Bench, odd: OddGateway) -> None:
    lost(bench, odd, listed(amount="6.000"))
    [first] = bench.ledger.unfinished()
    odd.behaviours["update"] = lambda payload: yes(
        {"id": 7009, "reference_number": "R-1", "amount": "5.000", "phone": payload["phone"]}
    )
    odd.behaviours["invoice/7009"] = lambda _: yes(listed(amount="6.000"))
    told = bench.run([simple(1, email="a@example.com", invoice_id="7009")])
    assert (bench.statuses(told), bench.sms(told), bench.row(told).gateway_id) == (["updated"], ["sent"], "7009")
    done = bench.apply(first)
    assert (bench.statuses(done), codes(bench.row(done))) == (["held"], {Code.SUPERSEDED})
    assert (odd.count("create"), odd.count("send")) == (1, 1)


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (no(404, "Request not found, Please verify the request data"), "held", Code.ID_UNSEEN),
        (yes(listed(4, reference_number="R-4")), "held", Code.ID_CONFLICT),
    ],
)
def test_a_wrong_invoice_id_changes_nobody_elses_and_leaves_the_lost_one_unknown(
    bench: Bench, odd: OddGateway, behaviour: tuple[int, dict[str, Any]], status: str, code: Code
) -> None:
    lost(bench, odd, listed(amount="6.000"))
    odd.behaviours["invoice/4"] = lambda _: behaviour
    told = bench.run([simple(1, email="a@example.com", invoice_id="4")])
    assert (bench.statuses(told), codes(bench.row(told)), odd.count("update")) == ([status], {code}, 0)
    assert bench.ledger.known_references(["R-1"])["R-1"].state is InvoiceState.UNKNOWN
    assert bench.statuses(bench.run([simple(1)])) == ["unknown"]
    assert odd.count("create") == 1


def test_older_invoices_and_other_references_are_not_ours(bench: Bench, odd: OddGateway) -> None:
    strangers = [
        listed(1, created_at="2020-01-01 10:00:00"),
        listed(2, reference_number="R-10"),
        listed(3, reference_number="r-1"),
    ]
    odd.behaviours["find"] = lambda _: yes({"invoices": {"data": strangers, "pagination": {}}})
    answers = iter([(502, {})])
    odd.behaviours["create"] = lambda payload: next(answers, None) or yes(created(7001, payload))
    row = bench.row(bench.run([simple(1)]))
    assert (row.status, row.gateway_id, odd.count("create")) == (RowStatus.CREATED, "7001", 2)


def test_a_failing_look_up_leaves_it_unknown_and_sends_nothing_again(bench: Bench) -> None:
    run = bench.plan([simple(1)])
    bench.emulator.set_faults("create:close-before:1x1", "find:http-500-before:1")
    with bench.gateway() as gateway:
        bench.drive(gateway, run)
    row = bench.row(run)
    assert (row.status, codes(row), row.attention) == (RowStatus.UNKNOWN, {Code.LOOK_UP_FAILED}, True)
    assert "batchinvoice resume" in row.issues[0].remedy
    assert (bench.ledger.run(run.id).status, creates(bench)) == (RunStatus.PARTIAL, 1)

    bench.emulator.set_faults()
    assert bench.statuses(bench.apply(run)) == ["created"]
    assert (creates(bench), len(bench.made()["R-1"])) == (2, 1)


def test_a_look_up_that_fails_only_at_first_proves_nothing_yet(bench: Bench) -> None:
    """Seen not to be there at the end of the window alone is not seen repeatedly."""
    run = bench.plan([simple(1)])
    bench.emulator.set_faults("create:close-before:1x1", "find:http-500-before:1x6")
    with bench.gateway() as gateway:
        bench.drive(gateway, run)
    assert (bench.statuses(run), creates(bench)) == (["unknown"], 1)


def test_a_look_up_that_does_not_show_what_is_there_proves_nothing(bench: Bench) -> None:
    bench.run([simple(7)])
    run = bench.plan([simple(1)])
    bench.emulator.set_faults("create:close-after:1x1", "find:lag=3600:1")
    row = bench.row(bench.apply(run))
    assert (row.status, codes(row), creates(bench)) == (RowStatus.UNKNOWN, {Code.LOOK_UP_BLIND}, 1)

    bench.emulator.set_faults()
    assert bench.statuses(bench.apply(run)) == ["adopted"]


def test_a_lost_subscription_is_not_sent_again_where_no_look_up_has_shown_one(bench: Bench) -> None:
    columns = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Subscription")
    bench.emulator.set_faults("create:close-after:1x1")
    run = bench.run([["R-1", "Noura", "66000001", "5.000", "yes"]], headings=columns)
    assert (bench.statuses(run), codes(bench.row(run)), creates(bench)) == (["unknown"], {Code.LOOK_UP_BLIND}, 1)


def test_an_instant_text_of_an_adopted_invoice_was_sent_by_the_gateway(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_mode": "instant"})
    bench.emulator.set_faults("create:close-after:1x1")
    run = bench.run([simple(1)])
    assert (bench.statuses(run), bench.sms(run)) == (["adopted"], ["sent"])
    bench.send(run)
    assert (bench.calls("send"), len(bench.texted())) == ([], 1)


def test_an_adopted_invoice_of_another_phone_is_told_and_not_texted(bench: Bench, odd: OddGateway) -> None:
    row = lost(bench, odd, listed(customer={"phone_number": "96599999999"}))
    assert (row.status, codes(row), row.sms) == (RowStatus.ADOPTED, {Code.ECHO_DIFFERS}, "pending")
    assert odd.count("send") == 0


def test_the_link_is_asked_for_where_the_look_up_does_not_give_it(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["invoice/7009"] = lambda _: yes(listed(url="https://pay.example/asked"))
    assert lost(bench, odd, listed(url=None)).link == "https://pay.example/asked"


def test_a_row_says_why_from_the_moment_its_call_leaves(bench: Bench, odd: OddGateway) -> None:
    """A crash in the middle of the call must not leave a row that is unknown and says nothing."""
    seen: list[Row] = []

    def look(call: str) -> None:
        if call == "create":
            with bench.another_ledger() as ledger:
                seen.extend(ledger.rows(ledger.history(1)[0]))

    odd.arrived = look
    bench.run([simple(1)])
    assert [(row.status, codes(row), row.attention) for row in seen] == [
        (RowStatus.UNKNOWN, {Code.OUTCOME_UNKNOWN}, True)
    ]


def cut_off(bench: Bench, rows: list[list[object]], fault: str, *, planned: bool = False) -> Any:
    """A run whose creates were lost and never looked up, as after a kill."""
    run = bench.plan(rows)
    bench.emulator.set_faults(fault)
    with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchinvoice.runs.carry_out.settle", lambda *_, **__: None)
        bench.drive(gateway, run)
    bench.emulator.set_faults()
    return bench.ledger.run(run.id)


@pytest.mark.parametrize(("fault", "status"), [("close-after", "unchanged"), ("close-before", "created")])
def test_another_sheet_settles_what_a_run_left_unknown(bench: Bench, fault: str, status: str) -> None:
    first = cut_off(bench, [simple(1), simple(2)], f"create:{fault}:1")
    assert bench.statuses(first) == ["unknown"] * 2
    again = bench.run([simple(2), simple(3)])
    assert bench.statuses(again) == [status, "created"]
    assert bench.statuses(first) == ["unknown", {"unchanged": "adopted", "created": "pending"}[status]]
    assert bench.statuses(bench.apply(first)) == [
        {"unchanged": "adopted", "created": "created"}[status],
        {"unchanged": "adopted", "created": "unchanged"}[status],
    ]
    assert {reference: len(made) for reference, made in bench.made().items()} == {"R-1": 1, "R-2": 1, "R-3": 1}
    assert len(bench.texted()) == len(set(bench.texted())) == 3


def test_a_changed_row_of_a_lost_invoice_updates_it_once_it_is_found(bench: Bench) -> None:
    cut_off(bench, [simple(1, email="a@example.com")], "create:close-after:1")
    run = bench.run([simple(1, "9.000", email="a@example.com")])
    assert (bench.statuses(run), len(bench.calls("update")), creates(bench)) == (["updated"], 1, 1)
    [invoice] = bench.made()["R-1"]
    assert invoice["amount"] == "9.000"


def test_what_a_run_left_unknown_and_another_settled_is_to_be_reported_anew(bench: Bench) -> None:
    first = cut_off(bench, [simple(1)], "create:close-after:1")
    app.write_workbooks(bench.ledger, first, bench.settings.report_dir)
    second = bench.run([simple(1)])
    app.write_workbooks(bench.ledger, second, bench.settings.report_dir)
    assert [run.id for run in bench.ledger.unfinished()] == [first.id]
    assert bench.apply(first).status is RunStatus.COMPLETE


@pytest.mark.parametrize("newer", ["6.000", "4.000"])
def test_a_run_that_was_cut_off_never_brings_back_what_is_older(bench: Bench, newer: str) -> None:
    """R-1 was created by the later run, R-2 was there before and the later sheet left it as it was."""
    bench.run([simple(2, "4.000", email="a@example.com")])
    first = bench.plan([simple(n, "5.000", email="a@example.com") for n in (1, 2, 3)])
    bench.run([simple(1, newer, email="a@example.com"), simple(2, "4.000", email="a@example.com")])
    done = bench.apply(first)
    assert bench.statuses(done) == ["held", "held", "created"]
    assert {code for row in bench.rows(done)[:2] for code in codes(row)} == {Code.SUPERSEDED}
    made = {reference: invoice["amount"] for reference, [invoice] in bench.made().items()}
    assert (made, bench.calls("update")) == ({"R-1": newer, "R-2": "4.000", "R-3": "5.000"}, [])
    again = bench.run([simple(1, "5.000", email="a@example.com")])  # its sheet run again: it is the latest now
    assert bench.statuses(again) == ["updated"]


def test_with_no_sms_a_lost_row_texts_nobody_when_it_is_made_after_all(bench: Bench) -> None:
    columns = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Invoice Type", "Invoice Sub Type")
    rows = [["R-1", "Noura", "66000001", "5.000", 1, 0]]
    run = bench.plan(rows, headings=columns)
    bench.emulator.set_faults("create:close-before:1")
    with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchinvoice.runs.carry_out.settle", lambda *_, **__: None)
        bench.drive(gateway, run)
    bench.emulator.set_faults()
    again = bench.run(rows, headings=columns, sms=False)
    assert (bench.statuses(again), codes(bench.row(again)), bench.texted()) == (["held"], {Code.NO_SMS}, [])


def test_what_the_gateway_texted_itself_is_sent_even_for_a_row_that_was_given_up(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_mode": "instant"})
    first = cut_off(bench, [simple(1)], "create:close-after:1")
    app.give_up(bench.ledger, first, [2])
    again = bench.run([simple(1)])
    assert (bench.statuses(again), bench.sms(again)) == (["unchanged"], ["sent"])
    bench.send(again, again=True)
    assert len(bench.texted()) == 1


def test_an_adopted_invoice_that_may_have_been_changed_since_never_passes_for_unchanged(
    bench: Bench, odd: OddGateway
) -> None:
    """Noura's create was lost; then a change of it to Sara's name, by its ID, was lost as well."""
    lost(bench, odd, listed(amount="6.000"))
    odd.behaviours["invoice/7009"] = lambda _: yes(listed())
    odd.behaviours["update"] = lambda _: (502, {})
    named = bench.run([simple(1, email="a@example.com", invoice_id="7009", customer="Sara")])
    assert bench.statuses(named) == ["unknown"]
    odd.listed(listed())
    [first, *_] = bench.ledger.unfinished()
    bench.apply(first)
    assert bench.ledger.known_references(["R-1"])["R-1"].fingerprint == ""


def test_a_row_that_was_put_to_rest_is_reported_anew(bench: Bench, odd: OddGateway) -> None:
    lost(bench, odd, listed(amount="6.000"))
    [run] = bench.ledger.unfinished()
    app.write_workbooks(bench.ledger, run, bench.settings.report_dir)
    app.give_up(bench.ledger, run, [2])
    assert [each.id for each in bench.ledger.unfinished()] == [run.id]


def test_a_lost_change_is_repeated_when_the_run_is_taken_up(bench: Bench) -> None:
    bench.run([simple(1, email="a@example.com")])
    bench.emulator.set_faults("update:close-after:1")
    run = bench.run([simple(1, "6.000", email="a@example.com")])
    assert (bench.statuses(run), codes(bench.row(run))) == (["unknown"], {Code.CHANGE_UNKNOWN})
    bench.emulator.set_faults()
    again = bench.apply(run)
    assert (bench.statuses(again), bench.row(again).issues, again.status) == (["updated"], (), RunStatus.COMPLETE)


def test_asked_to_stop_it_leaves_the_rest_unknown(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"settle_seconds": 600.0})
    run = cut_off(bench, [simple(1)], "create:close-before:1")
    stop = Stop()

    def ask(_: str) -> None:
        stop.asked = True

    with bench.gateway() as gateway, pytest.raises(RunStopped, match="asked to stop"):
        settle.settle(
            Job(bench.ledger, gateway, run, app.terms(bench.settings, run), Pace(4), stop, tell=ask), again=True
        )
    assert bench.statuses(run) == ["unknown"]


INVOICE = Invoice("R-1", "Noura", "965", "66000001", Decimal("5.000"))


def at_gateway(number: str, amount: Decimal | None = Decimal(5), status: str = "0") -> GatewayInvoice:
    return GatewayInvoice(number, "find", reference="R-1", amount=amount, status=status)


def test_judgement() -> None:
    one, other, gone = at_gateway("1"), at_gateway("2", Decimal(6)), at_gateway("3", status="3")
    assert judge(INVOICE, []).absent
    assert judge(INVOICE, [one]).found is one
    assert judge(INVOICE, [at_gateway("1", None)]).found
    assert judge(INVOICE, [gone, one]).found is one
    for found, code in (
        ([one, other], Code.SEVERAL_AT_GATEWAY),
        ([other], Code.OTHER_AT_GATEWAY),
        ([gone], Code.CANCELLED_AT_GATEWAY),
    ):
        why = judge(INVOICE, found).why
        assert why
        assert why.code is code
