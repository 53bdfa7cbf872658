"""Creates: at most one invoice for a reference, whatever is lost, refused, cut off or run again."""

from __future__ import annotations

import datetime as dt
import signal
import sqlite3
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

import pytest
from bench import Bench, codes, simple
from odd_gateway import Answer, OddGateway, created, yes

from batchinvoice.gateway.client import Done
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import InvoiceState, RowStatus, RunStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.errors import LedgerBusy
from batchinvoice.ledger.intent import Change, Create, Intent, Outcome
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import Run
from batchinvoice.runs import deliver
from batchinvoice.runs.crew import Crew, Landed
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.pace import Pace

LOST = Issue(Code.OUTCOME_UNKNOWN, Place("Invoices", 2), {"detail": ""})


def as_another_process(bench: Bench, query: str) -> list[tuple[object, ...]]:
    """Read the ledger's file as any other process would: nothing that is not committed can be seen."""
    connection = sqlite3.connect(bench.settings.home / "ledger.sqlite3", timeout=10)
    try:
        return list(connection.execute(query))
    finally:
        connection.close()


def test_an_intent_is_durable_before_the_first_byte_and_the_outcome_after_the_answer(
    bench: Bench, odd: OddGateway
) -> None:
    seen: list[object] = []

    def look(call: str) -> None:
        if call == "create":  # the request's first line is here; its body is not read yet
            seen.extend(as_another_process(bench, "SELECT state, gateway_id FROM invoices"))
            seen.extend(as_another_process(bench, "SELECT status, action FROM rows"))
            seen.extend(as_another_process(bench, "SELECT action, ended_at FROM attempts"))

    odd.arrived = look
    run = bench.run([simple(1, delivery="link")])
    assert seen == [("unknown", None), ("unknown", "create"), ("create", None)]
    assert as_another_process(bench, "SELECT state, gateway_id FROM invoices") == [("made", "7001")]
    assert run.status is RunStatus.COMPLETE


def test_what_the_crew_is_given_is_durable_already(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    really, given = Crew.begin, list[int]()

    def begin(self: Crew, intents: Iterable[Intent]) -> None:
        wanted = [intent.attempt for intent in intents]
        found = {number for (number,) in as_another_process(bench, "SELECT id FROM attempts WHERE ended_at IS NULL")}
        assert set(wanted) <= found
        given.extend(wanted)
        really(self, intents)

    monkeypatch.setattr(Crew, "begin", begin)
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    bench.run([simple(n, delivery="link") for n in range(12)])
    assert given == list(range(1, 13))


def test_no_more_calls_are_under_way_than_the_pace_allows(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Pace, "allowed", lambda *_: 1)
    bench.settings = bench.settings.model_copy(update={"concurrency": 16})
    bench.emulator.set(latency_ms=20)
    bench.run([simple(n, delivery="link") for n in range(6)])
    came = sorted(dt.datetime.fromisoformat(call["at"]) for call in bench.calls("create"))
    # The gateway notes a call after its work: only one that began after the answer before is that much later.
    assert all(after - before >= dt.timedelta(seconds=0.018) for before, after in pairwise(came))


def test_many_workers_make_each_invoice_once(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 16})
    bench.emulator.set(latency_ms=5)
    run = bench.run([simple(n) for n in range(450)])
    assert set(bench.statuses(run)) == {"created"}
    made = bench.made()
    assert len(made) == 450
    assert {len(invoices) for invoices in made.values()} == {1}
    assert sorted(map(int, (row.gateway_id for row in bench.rows(run)))) == sorted(i[0]["id"] for i in made.values())
    assert all(str(made[row.reference][0]["id"]) == row.gateway_id for row in bench.rows(run))


def test_a_refusal_stands_at_its_column_in_the_gateways_words_and_a_mended_sheet_creates_it(
    bench: Bench, odd: OddGateway
) -> None:
    refusal = {"status": False, "message": "Validation failed", "response": {"customerName": ["Letters only."]}}
    odd.behaviours["create"] = lambda _: (422, refusal)
    run = bench.run([simple(1, customer="N0ura")])
    row = bench.row(run)
    assert row.status is RowStatus.REJECTED
    assert [(issue.place.cell, issue.message) for issue in row.issues] == [
        ("B2", "The gateway refused it: Letters only.")
    ]
    assert (row.sms, row.gateway_id, run.status) == ("not wanted", "", RunStatus.PARTIAL)
    assert bench.ledger.known_references(["R-1"])["R-1"].state is InvoiceState.NOT_MADE

    bench.base_url = bench.emulator.base_url
    mended = bench.run([simple(1)])
    assert bench.statuses(mended) == ["created"]
    assert len(bench.made()["R-1"]) == 1
    assert bench.sms(mended) == ["sent"]


def test_a_gateway_that_is_gone_leaves_rows_pending_and_apply_goes_on_from_there(bench: Bench, odd: OddGateway) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    run = bench.plan([simple(n) for n in range(40)])
    with bench.gateway() as gateway:
        gateway.prove()
        odd.close()
        with pytest.raises(RunStopped):
            bench.drive(gateway, run)
    assert set(bench.statuses(run)) == {"pending"}
    assert bench.ledger.run(run.id).status is RunStatus.FAILED
    assert bench.emulator.truth()["invoices"] == []

    bench.base_url = bench.emulator.base_url
    done = bench.apply(run)
    assert set(bench.statuses(done)) == {"created"}
    assert done.status is RunStatus.COMPLETE
    assert {len(invoices) for invoices in bench.made().values()} == {1}
    assert len(bench.texted()) == 40


def test_a_storm_of_401s_costs_one_login_and_makes_each_invoice_once(bench: Bench) -> None:
    run = bench.plan([simple(n) for n in range(30)])
    with bench.gateway() as gateway:
        gateway.prove()
        bench.emulator.expire_tokens()
        bench.emulator.set(latency_ms=20)  # so that several workers meet the 401 together
        bench.drive(gateway, run)
    assert set(bench.statuses(run)) == {"created"}
    assert {len(invoices) for invoices in bench.made().values()} == {1}
    refused = [call for call in bench.calls("create") if call["outcome"] == "refused"]
    assert len(bench.calls("login")) + len(bench.calls("refresh")) <= 3  # the first, and one renewal
    assert len(bench.calls("find")) > 2 * len(refused)  # each 401 was looked up, at both ends of the settle window
    assert len(bench.calls("create")) == 30 + len(refused)


def made_all_the_same(odd: OddGateway, **other: object) -> None:
    """Let the gateway answer 401 to a create, and know the invoice afterwards; `other` is what it says differently."""
    known = {"id": 7009, "reference_number": "R-1", "amount": "5.000", **other}

    def refuse(_: object) -> tuple[int, dict[str, object]]:
        odd.listed(known)
        return 401, {"message": "Unauthenticated."}

    odd.behaviours["create"] = refuse


def test_an_invoice_that_a_401_had_made_is_adopted(bench: Bench, odd: OddGateway) -> None:
    made_all_the_same(odd)
    row = bench.row(bench.run([simple(1)]))
    assert (row.status, row.gateway_id, row.sms, odd.count("create")) == (RowStatus.ADOPTED, "7009", "sent", 1)


def test_after_a_401_an_invoice_of_that_reference_but_another_amount_is_for_a_person(
    bench: Bench, odd: OddGateway
) -> None:
    made_all_the_same(odd, amount="6.000")
    row = bench.row(bench.run([simple(1)]))
    assert (row.status, odd.count("create"), odd.count("send")) == (RowStatus.UNKNOWN, 1, 0)


def test_after_a_401_a_look_up_that_fails_leaves_the_create_unknown(bench: Bench, odd: OddGateway) -> None:
    run = bench.plan([simple(1)])
    with bench.gateway() as gateway:
        gateway.prove()
        odd.behaviours["create"] = lambda _: (401, {"message": "Unauthenticated."})
        odd.behaviours["find"] = lambda _: (422, {"status": False, "message": "No such type", "response": None})
        bench.drive(gateway, run)
    assert (bench.statuses(run), odd.count("create")) == (["unknown"], 1)
    assert codes(bench.row(run)) == {Code.LOOK_UP_FAILED}


def test_what_the_gateway_texts_by_itself_is_uncertain_while_its_create_is(bench: Bench, odd: OddGateway) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_mode": "instant"})
    run = bench.plan([simple(1), simple(2, delivery="link")])
    with bench.gateway() as gateway:
        gateway.prove()
        odd.behaviours["create"] = lambda _: (502, {})
        odd.behaviours["find"] = lambda _: (422, {"status": False, "message": "No such type", "response": None})
        bench.drive(gateway, run)
    assert (bench.statuses(run), bench.sms(run)) == (["unknown"] * 2, ["unknown", "not wanted"])


def test_a_429_is_waited_out(bench: Bench) -> None:
    bench.emulator.set_faults("create:throttle=0:3x4")
    run = bench.run([simple(n) for n in range(12)])
    assert set(bench.statuses(run)) == {"created"}
    assert {len(invoices) for invoices in bench.made().values()} == {1}
    assert sum(row.attempts for row in bench.rows(run)) == 16


@pytest.mark.parametrize(
    ("other", "field", "said"),
    [
        ({"amount": "6.000"}, "D2", "another Amount: 6.000 instead of 5.000"),
        ({"amount": "1e30"}, "D2", "another Amount: 1E+30 instead of 5.000"),
        ({"amount": "5.0005"}, "D2", "another Amount: 5.0005 instead of 5.000"),
        ({"reference_number": "R-2"}, "A2", "another Reference Number: R-2 instead of R-1"),
        ({"customer": {"phone_number": "96566009999"}}, "C2", "Mobile Number: 96566009999 instead of 96566000001"),
    ],
)
def test_an_echo_that_differs_is_told_needs_a_person_and_texts_nobody(
    bench: Bench, odd: OddGateway, other: dict[str, object], field: str, said: str
) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload, **other))
    run = bench.run([simple(1)])
    row = bench.row(run)
    assert (row.status, row.attention, row.sms, run.status) == (RowStatus.CREATED, True, "pending", RunStatus.PARTIAL)
    [issue] = row.issues
    assert issue.place.cell == field
    assert said in issue.message
    assert row.gateway_amount in (None, 5, 6)

    again = bench.run([simple(1)])  # the same sheet must not pass for unchanged, and text what nobody has looked at
    assert bench.statuses(again) == ["held"]
    assert codes(bench.row(again)) == {Code.UPDATE_NEEDS_EMAIL}
    assert (odd.count("create"), odd.count("send")) == (1, 0)


def test_an_id_that_another_invoice_has_is_told_and_texts_nobody(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    bench.run([simple(1)])
    run = bench.run([simple(2)])
    row = bench.row(run)
    assert (row.status, codes(row), row.sms, run.status) == (
        RowStatus.CREATED,
        {Code.ID_TAKEN},
        "pending",
        RunStatus.PARTIAL,
    )
    assert "knows as the invoice R-1" in row.issues[0].message
    assert odd.count("send") == 1


def test_an_unchanged_sheet_sends_nothing_at_all(bench: Bench) -> None:
    rows = [simple(n, email="a@example.com") for n in range(5)]
    bench.run(rows)
    before = bench.emulator.truth()
    again = bench.run(rows)
    after = bench.emulator.truth()
    assert bench.statuses(again) == ["unchanged"] * 5
    assert again.status is RunStatus.COMPLETE
    assert [call["name"] for call in after["calls"][len(before["calls"]) :]] == ["login", "find"]
    assert after["texts"] == before["texts"]
    assert all(row.gateway_id and row.link and row.sms == "sent" for row in bench.rows(again))


def test_two_runs_planned_before_either_was_applied_make_one_invoice(bench: Bench) -> None:
    first, second = bench.plan([simple(1), simple(2)]), bench.plan([simple(2), simple(3)])
    assert bench.statuses(bench.apply(second)) == ["created", "created"]
    assert bench.statuses(bench.apply(first)) == ["created", "unchanged"]
    assert {reference: len(made) for reference, made in bench.made().items()} == {"R-1": 1, "R-2": 1, "R-3": 1}
    assert len(bench.texted()) == 3


def test_answers_under_way_are_written_down_whatever_ends_the_run(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 4})
    bench.emulator.set(latency_ms=100)
    run = bench.plan([simple(n) for n in range(20)])

    def interrupted(ended: int) -> None:
        if ended:
            raise KeyboardInterrupt

    with bench.gateway() as gateway, pytest.raises(KeyboardInterrupt):
        bench.drive(gateway, run, interrupted)
    assert sorted(set(bench.statuses(run))) == ["created", "pending"]
    assert 4 < bench.statuses(run).count("created") == len(bench.made()) < 20
    assert as_another_process(bench, "SELECT 1 FROM attempts WHERE detail LIKE 'taken back%'")
    bench.emulator.set(latency_ms=0)
    assert set(bench.statuses(bench.apply(run))) == {"created"}
    assert {len(invoices) for invoices in bench.made().values()} == {1}


def test_ctrl_c_lets_calls_end_and_keeps_the_rest_pending(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    pressed = iter([True])
    really_wait = Crew.wait

    def wait(self: Crew, at_most: float) -> None:
        if next(pressed, False):
            while self.latest < 2:
                time.sleep(0.001)
            signal.raise_signal(signal.SIGINT)
        really_wait(self, at_most)

    monkeypatch.setattr(Crew, "wait", wait)
    bench.emulator.set(latency_ms=100)  # both are under way when it is pressed
    run = bench.plan([simple(n) for n in range(10)])
    with pytest.raises(RunStopped, match="asked to stop"):
        bench.apply(run)
    assert sorted(bench.statuses(run)) == ["created"] * 2 + ["pending"] * 8
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_stop_that_finds_nothing_left_to_send_lets_the_run_come_to_its_end(
    bench: Bench, odd: OddGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    let = {f"R-{n}": threading.Event() for n in (1, 2)}

    def create(payload: Mapping[str, Any]) -> Answer:
        let[payload["referenceNumber"]].wait(10)
        return yes(created(7000 + int(payload["referenceNumber"][2:]), payload))

    odd.behaviours["create"] = create
    really_wait, waits = Crew.wait, iter(let.values())

    def wait(self: Crew, at_most: float) -> None:
        while self.latest < 2:
            time.sleep(0.001)
        if event := next(waits, None):
            signal.raise_signal(signal.SIGINT)
            event.set()
        really_wait(self, at_most)

    monkeypatch.setattr(Crew, "wait", wait)
    run = bench.run([simple(n, delivery="link") for n in (1, 2)])
    assert (bench.statuses(run), run.status) == (["created"] * 2, RunStatus.COMPLETE)


def test_what_a_call_raises_while_the_last_answer_is_written_down_is_raised_all_the_same(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    run = bench.plan([simple(n, delivery="link") for n in (1, 2)])
    writing, landed, told = threading.Event(), threading.Event(), list[int]()
    really_settle, really_land = Entry.settle, Crew._land

    def settle(self: Entry, came: Sequence[tuple[Intent, Outcome]]) -> None:
        if came:
            writing.set()
            landed.wait(10)
        really_settle(self, came)

    def land(self: Crew, what: Landed) -> None:
        really_land(self, what)
        if what.intent.row.reference == "R-2":
            landed.set()

    with bench.gateway() as gateway:
        gateway.prove()
        really_create = gateway.create

        def create(payload: Mapping[str, object]) -> Done:
            if payload["referenceNumber"] == "R-2" and not landed.is_set():
                writing.wait(10)
                raise ZeroDivisionError
            return really_create(payload)

        monkeypatch.setattr(gateway, "create", create)
        monkeypatch.setattr(Entry, "settle", settle)
        monkeypatch.setattr(Crew, "_land", land)
        with pytest.raises(ZeroDivisionError):
            bench.drive(gateway, run, told.append)
    assert (bench.statuses(run), sum(told)) == (["created", "unknown"], 1)


def test_answers_are_kept_when_the_commit_that_they_share_with_new_intents_fails(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    run, intend = bench.plan([simple(n, delivery="link") for n in range(12)]), Entry.intend

    def overtaken(self: Entry, of: Run, meant: Sequence[Create | Change]) -> list[Intent]:
        if meant and bench.made():
            raise LedgerBusy("overtaken")
        return intend(self, of, meant)

    monkeypatch.setattr(Entry, "intend", overtaken)
    with pytest.raises(LedgerBusy):
        bench.apply(run)
    assert bench.statuses(run).count("created") == len(bench.made()) > 0
    assert set(bench.statuses(run)) == {"created", "pending"}
    assert prove(bench.ledger).breaks == ()


def test_no_more_intents_lie_ahead_than_twice_as_many_as_calls_may_be_under_way(bench: Bench, odd: OddGateway) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2})
    ahead: list[int] = []

    def look(call: str) -> None:
        if call == "create":
            [(count,)] = as_another_process(bench, "SELECT count(*) FROM attempts WHERE ended_at IS NULL")
            ahead.append(cast(int, count))

    odd.behaviours["create"] = lambda payload: yes(created(7000 + int(payload["referenceNumber"][2:]), payload))
    odd.arrived = look
    bench.run([simple(n, delivery="link") for n in range(20)])
    assert len(ahead) == 20
    assert 2 < max(ahead) <= 10  # with those that landed while the ones before them were written down


def test_what_is_taken_back_on_a_stop_never_was_and_is_made_once_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 2, "sms_mode": "instant"})
    really_wait = Crew.wait

    def wait(self: Crew, at_most: float) -> None:
        while self.latest < 2:
            time.sleep(0.001)
        signal.raise_signal(signal.SIGINT)
        really_wait(self, at_most)

    bench.emulator.set(latency_ms=50)
    run = bench.plan([simple(n) for n in range(10)])
    with monkeypatch.context() as patch:
        patch.setattr(Crew, "wait", wait)
        with pytest.raises(RunStopped, match="asked to stop"):
            bench.apply(run)
    back = as_another_process(bench, "SELECT outcome, detail FROM attempts WHERE detail LIKE 'taken back%'")
    states = as_another_process(bench, "SELECT state, count(*) FROM invoices GROUP BY state ORDER BY state")
    assert back == [("pending", "taken back before it was sent: the run was stopped")] * 4
    assert states == [("made", 2), ("not made", 4)]
    assert sorted(bench.sms(run)) == ["pending"] * 8 + ["sent"] * 2
    assert [row.attempts for row in bench.rows(run)] == [1, 1] + [0] * 8
    assert prove(bench.ledger).breaks == ()
    bench.emulator.set(latency_ms=0)
    assert set(bench.statuses(bench.apply(run))) == {"created"}
    assert {len(invoices) for invoices in bench.made().values()} == {1}
    assert len(bench.texted()) == len(set(bench.texted())) == 10


def test_pages_that_need_no_call_do_not_end_the_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_PAGE", 2)
    bench.apply(bench.plan([simple(n) for n in range(9)]))
    run = bench.apply(bench.plan([simple(n) for n in range(12)]))
    assert bench.statuses(run) == ["unchanged"] * 9 + ["created"] * 3
    assert run.status is RunStatus.COMPLETE


def test_a_reference_taken_by_another_process_meanwhile_is_left_to_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a shared database, where no lock keeps two processes apart: only the database itself does."""
    run, other = bench.plan([simple(1)]), bench.plan([simple(1)])
    row, intend = bench.row(other), Entry.intend

    def meanwhile(self: Entry, of: Run, meant: Sequence[Create | Change]) -> object:
        assert row.invoice
        intend(self, other, [Create(row, row.invoice, row.sms, None, LOST)])
        return intend(self, of, meant)

    monkeypatch.setattr(Entry, "intend", meanwhile)
    with pytest.raises(LedgerBusy):
        bench.apply(run)
    assert bench.calls("create") == []


def test_a_refused_create_is_taken_up_by_one_process_only(bench: Bench) -> None:
    """Two processes that both read “not made” and both mean to make it: the second finds out in the database."""
    runs = [bench.plan([simple(1)]) for _ in range(3)]
    rows = [bench.row(run) for run in runs]
    invoice = rows[0].invoice
    assert invoice
    with bench.ledger.entry() as entry:
        intent = entry.intend(runs[0], [Create(rows[0], invoice, rows[0].sms, None, LOST)])[0]
        entry.settle([(intent, Outcome(RowStatus.REJECTED))])
    known = bench.ledger.known_references(["R-1"])["R-1"]
    with bench.ledger.entry() as entry:
        entry.intend(runs[1], [Create(rows[1], invoice, rows[1].sms, known, LOST)])[0]
    with pytest.raises(LedgerBusy), bench.ledger.entry() as entry:
        entry.intend(runs[2], [Create(rows[2], invoice, rows[2].sms, known, LOST)])[0]
    assert bench.ledger.known_references(["R-1"])["R-1"].run_id == runs[1].id


def test_a_subscription_and_items_are_sent_as_the_row_says(bench: Bench) -> None:
    headings = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Subscription", "Expiry Date")
    rows = [["R-1", "Noura", "66000001", "5.250", "yes", "2027-01-31"]]
    run = bench.run(rows, headings=headings, items=[["R-1", "Tuition", "1.750", 3]])
    assert bench.statuses(run) == ["created"]
    [call] = bench.calls("create")
    assert call["payload"]["itemsList"] == [
        {"itemTitle": "Tuition", "rate": "1.750", "quantity": "3", "amount": "5.250"}
    ]
    assert (call["payload"]["subscription"], call["payload"]["expiresAt"]) == ("1", "2027-01-31")


def test_places_fall_back_to_the_row(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda _: (422, {"status": False, "message": "No", "response": {"language": ["Bad."]}})
    [issue] = bench.row(bench.run([simple(1)])).issues
    assert (issue.place.row, issue.place.column) == (2, None)
