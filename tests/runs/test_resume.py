"""Taking up: any process carries on any run from the ledger alone, and leaves alone what another works on."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from bench import Bench, codes, simple
from odd_gateway import OddGateway, updated, yes

from batchinvoice import app, checking
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.errors import LedgerBusy
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.records import Run
from batchinvoice.questions import before_sending
from batchinvoice.runs import conclude, deliver, pace, present, settle
from batchinvoice.runs.errors import RunStopped
from batchinvoice.summary import summarise


class Killed(BaseException):
    """As if the process had ended here; nothing that comes after it is written down."""


def report(bench: Bench, run: Run) -> None:
    app.write_workbooks(bench.ledger, run, bench.settings.report_dir)


def unfinished(bench: Bench) -> list[str]:
    return [run.id for run in bench.ledger.unfinished()]


def test_what_was_only_planned_was_not_cut_off(bench: Bench) -> None:
    bench.plan([simple(1)])
    assert unfinished(bench) == []


def test_a_run_is_unfinished_until_it_is_over_and_reported(bench: Bench) -> None:
    run = bench.plan([simple(1)])
    with bench.ledger.entry() as entry:
        entry.set_run_status(run, RunStatus.RUNNING)
    assert unfinished(bench) == [run.id]
    done = bench.apply(run)
    assert (done.status, unfinished(bench)) == (RunStatus.COMPLETE, [run.id])
    report(bench, done)
    assert unfinished(bench) == []


def test_a_report_of_a_run_that_goes_on_does_not_end_it(bench: Bench) -> None:
    run = bench.plan([simple(1)])
    with bench.ledger.entry() as entry:
        entry.set_run_status(run, RunStatus.RUNNING)
    report(bench, bench.ledger.run(run.id))
    assert unfinished(bench) == [run.id]


def test_rows_that_need_a_mended_sheet_leave_nothing_to_resume(bench: Bench) -> None:
    run = bench.run([simple(1), simple(2, "2.0002")])
    report(bench, run)
    assert (run.status, unfinished(bench)) == (RunStatus.PARTIAL, [])


def test_the_oldest_comes_first(bench: Bench) -> None:
    runs = [bench.run([simple(n)]) for n in range(3)]
    assert unfinished(bench) == [run.id for run in runs]


def test_another_process_carries_on_from_the_ledger_alone(bench: Bench) -> None:
    """Every row in its own state: created, lost after and before the gateway did it, and not begun."""
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    run = bench.plan([simple(n) for n in range(9)])
    bench.emulator.set_faults("create:close-after:2x1", "create:close-before:3x1")
    real, landed = deliver._Delivery._land, 0

    def die_after_the_fourth(self: deliver._Delivery, entry: Entry) -> int:
        nonlocal landed
        landed += len(self._came)
        if 4 <= landed < 9:
            landed = 9
            raise Killed
        return real(self, entry)

    with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliver._Delivery, "_land", die_after_the_fourth)
        with pytest.raises(Killed):
            bench.drive(gateway, run)
    bench.emulator.set_faults()
    came, ahead = bench.statuses(run)[:4], bench.statuses(run)[4:]
    assert came == ["created", "unknown", "unknown", "created"]
    assert ahead[-1] == "pending"
    assert set(ahead) <= {"created", "pending"}

    with bench.another_ledger() as other, bench.gateway() as gateway:
        [found] = other.unfinished()
        done = app.apply_run(other, gateway, bench.settings, found)
    assert bench.statuses(done) == ["created", "adopted", *["created"] * 7]
    assert (done.status, {len(made) for made in bench.made().values()}) == (RunStatus.COMPLETE, {1})
    assert len(bench.texted()) == len(set(bench.texted())) == 9


def test_a_run_that_another_works_on_is_left_alone(bench: Bench) -> None:
    """The same run, applied twice at once: the second is told so, and nothing is made twice."""
    run = bench.plan([simple(n) for n in range(30)])
    bench.emulator.set(latency_ms=20)
    begun, told = threading.Event(), []

    def first() -> None:
        with bench.gateway() as gateway:
            bench.drive(gateway, run, lambda _: begun.set())

    working = threading.Thread(target=first)
    working.start()
    assert begun.wait(10)
    with bench.another_ledger() as other, bench.gateway() as gateway:
        with pytest.raises(LedgerBusy, match="Wait until it has finished") as refused:
            app.apply_run(other, gateway, bench.settings, run)
        told.append(str(refused.value))
    working.join()
    assert "nothing was sent" in told[0]
    assert set(bench.statuses(run)) == {"created"}
    assert {len(made) for made in bench.made().values()} == {1}


# --- a gateway that is plainly down


@pytest.mark.parametrize("fault", ["http-502-before", "close-before", "html-200", "empty"])
def test_a_gateway_that_is_plainly_down_stops_the_run_with_rows_pending(bench: Bench, fault: str) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    run = bench.plan([simple(n) for n in range(40)])
    bench.emulator.set_faults(f"create:{fault}:1")
    with pytest.raises(RunStopped, match="is down"):
        bench.apply(run)
    statuses = bench.statuses(run)
    assert (statuses.count("unknown"), statuses.count("pending")) == (8, 32)
    assert bench.ledger.run(run.id).status is RunStatus.FAILED

    bench.emulator.set_faults()
    done = bench.apply(run)
    assert set(bench.statuses(done)) <= {"created", "adopted"}
    assert {len(made) for made in bench.made().values()} == {1}
    assert len(bench.made()) == len(set(bench.texted())) == len(bench.texted()) == 40


def test_one_hiccup_that_takes_every_worker_with_it_stops_nothing(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 8})
    bench.emulator.set(latency_ms=30)
    bench.emulator.set_faults("create:close-before:1x8")
    assert set(bench.statuses(bench.run([simple(n) for n in range(20)]))) == {"created"}


def test_what_was_lost_is_settled_before_anything_more_is_sent(bench: Bench) -> None:
    """Else each resume of a gateway that loses every answer would only make more rows unknown."""
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    run = bench.plan([simple(n) for n in range(20)])
    bench.emulator.set_faults("create:close-after:1")
    with pytest.raises(RunStopped):
        bench.apply(run)
    assert bench.statuses(run).count("unknown") == 8
    with pytest.raises(RunStopped):
        bench.apply(run)
    assert (bench.statuses(run).count("adopted"), bench.statuses(run).count("unknown")) == (8, 8)


def test_a_run_with_rows_that_wait_is_not_over_whatever_is_done_with_its_texts(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    run = bench.plan([simple(n) for n in range(12)])
    bench.emulator.set_faults(*[f"create:close-before:{n}x1" for n in range(3, 13)])
    with pytest.raises(RunStopped):
        bench.apply(run)
    bench.emulator.set_faults()
    assert bench.send(run).status is RunStatus.FAILED
    summary = openpyxl.load_workbook(written(bench, run))["Summary"]
    said = " ".join(str(cell.value) for row in summary.iter_rows() for cell in row)
    assert (
        f"rows were not sent yet: batchinvoice resume {run.id}" in said
        or f"row was not sent yet: batchinvoice resume {run.id}" in said
    )
    assert bench.apply(run).status is RunStatus.COMPLETE


def written(bench: Bench, run: Run) -> Path:
    return app.write_workbooks(bench.ledger, bench.ledger.run(run.id), bench.settings.report_dir).report


# --- a newer sheet


@pytest.mark.parametrize("days", [0, -1])
def test_what_a_newer_sheet_says_stands_even_before_it_was_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """Both runs were cut off; the clock may have been set back between them."""
    first = conclude.begin(bench.ledger, bench.plan([simple(1, "10.000"), simple(2, "5.000"), simple(3, "7.000")]))
    real = checking.now
    monkeypatch.setattr(checking, "now", lambda: real() + dt.timedelta(days=days))
    second = conclude.begin(bench.ledger, bench.plan([simple(1, "12.000"), simple(2, "5.000")]))
    monkeypatch.undo()
    assert [run.id for run in bench.ledger.unfinished()] == [first.id, second.id]
    done = bench.apply(first)
    assert bench.statuses(done) == ["held", "created", "created"]
    assert codes(bench.rows(done)[0]) == {Code.SUPERSEDED}
    assert app.write_workbooks(bench.ledger, done, bench.settings.report_dir).corrections is None
    assert bench.statuses(bench.apply(second)) == ["created", "unchanged"]
    made = {reference: invoice["amount"] for reference, [invoice] in bench.made().items()}
    assert made == {"R-1": "12.000", "R-2": "5.000", "R-3": "7.000"}
    assert len(bench.texted()) == 3


def test_a_newer_sheet_stands_also_under_another_reference(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["update"] = lambda payload: yes(updated(7001, payload))
    bench.run([simple(1, email="a@example.com")])
    old = conclude.begin(bench.ledger, bench.plan([simple(1, "6.000", email="a@example.com")]))
    newer = [simple(1, "9.000", email="a@example.com", reference="R-2", invoice_id="7001")]
    assert bench.statuses(bench.run(newer)) == ["updated"]
    assert bench.statuses(bench.apply(old)) == ["held"]
    assert odd.count("update") == 1


def test_a_person_is_asked_before_a_plan_that_may_have_become_stale(bench: Bench) -> None:
    """Unchanged when it was planned; another plan, carried out since, would make it a change."""
    bench.run([simple(1, "5.000", email="a@example.com")])
    other = bench.plan([simple(1, "9.000", email="a@example.com")])
    unchanged = bench.plan([simple(1, "5.000", email="a@example.com")])
    bench.apply(other)
    summary = summarise(bench.ledger, unchanged)
    assert "compare 1 anew, unchanged when planned, and send what differs now" in before_sending(summary, fresh=False)
    assert before_sending(summary, fresh=True) == ""


def test_nothing_to_put_to_rest_leaves_a_report_as_it_is(bench: Bench) -> None:
    run = bench.run([simple(1)])
    report(bench, run)
    assert (app.give_up(bench.ledger, run, [2]), unfinished(bench)) == ([2], [])


def test_a_sheet_that_was_only_planned_takes_no_others_place(bench: Bench) -> None:
    first = bench.plan([simple(1, "10.000")])
    bench.plan([simple(1, "12.000")])
    assert bench.statuses(bench.apply(first)) == ["created"]


def test_lost_answers_now_and_then_stop_nothing(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"concurrency": 1})
    bench.emulator.set_faults(*[f"create:close-after:{n}x1" for n in range(1, 8)])
    assert set(bench.statuses(bench.run([simple(n) for n in range(16)]))) == {"created", "adopted"}


def test_two_lost_bulk_sends_in_a_row_stop_the_texts(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_chunk": 1})
    run = bench.plan([simple(n) for n in range(6)])
    bench.emulator.set_faults("send:http-502-before:1")
    with pytest.raises(RunStopped, match="bulk sends in a row"):
        bench.apply(run)
    assert bench.sms(run) == ["unknown"] * 2 + ["pending"] * 4
    bench.emulator.set_faults()
    bench.apply(run)
    assert bench.sms(run) == ["unknown"] * 2 + ["sent"] * 4


def test_fifty_workers_that_meet_an_expired_token_log_in_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "_START", 50)
    bench.settings = bench.settings.model_copy(update={"concurrency": 50})
    run = bench.plan([simple(n) for n in range(100)])
    with bench.gateway() as gateway:
        gateway.prove()
        bench.emulator.set(latency_ms=30)
        bench.emulator.expire_tokens()
        bench.drive(gateway, run)
    refused = [call for call in bench.calls("create") if call["outcome"] == "refused"]
    assert len(refused) >= 20
    assert len(bench.calls("login")) + len(bench.calls("refresh")) <= 3  # the proof's, and one renewal
    assert set(bench.statuses(run)) == {"created"}
    assert {len(made) for made in bench.made().values()} == {1}


# --- the clock


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_is_set_during_a_run_makes_nothing_twice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    """It is set in the middle of the creates, between intents and their look-ups; tokens expire all the while."""
    bench.settings = bench.settings.model_copy(update={"concurrency": 2, "settle_seconds": 0.3})
    bench.emulator.set(token_seconds=0.5, latency_ms=5)
    bench.emulator.set_faults("create:close-after:3", "create:close-before:4", "find:lag=0.2:1")
    real, calls = checking.now, 0

    def now() -> dt.datetime:
        nonlocal calls
        calls += 1
        return real() + dt.timedelta(days=days if calls > 30 else 0)

    monkeypatch.setattr(checking, "now", now)
    with bench.another_ledger() as ledger:
        bench.ledger = ledger
        run = bench.apply(bench.plan([simple(n) for n in range(24)]))
        assert calls > 60
        assert set(bench.statuses(run)) == {"created", "adopted"}
    assert {len(made) for made in bench.made().values()} == {1}
    assert len(bench.texted()) == len(set(bench.texted())) == 24
    assert len(bench.calls("login")) + len(bench.calls("refresh")) > 2


@pytest.mark.parametrize("days", [-1, 1])
def test_a_clock_that_was_wrong_when_the_call_left_still_finds_the_invoice(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    real = checking.now
    monkeypatch.setattr(checking, "now", lambda: real() + dt.timedelta(days=days))
    with bench.another_ledger() as ledger:
        bench.ledger = ledger
        run = bench.plan([simple(1)])
        bench.emulator.set_faults("create:close-after:1x1")
        with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
            patch.setattr("batchinvoice.runs.carry_out.settle", lambda *_, **__: None)
            bench.drive(gateway, run)
    monkeypatch.undo()
    with bench.another_ledger() as ledger:
        bench.ledger = ledger
        assert bench.statuses(bench.apply(run)) == ["adopted"]


# --- references that the gateway has already


def by_hand(bench: Bench, reference: str, amount: str) -> None:
    """An invoice that somebody made in the gateway's panel, or with another tool."""
    payload = {
        "merchantCode": bench.settings.merchant_code,
        "mobileNumber": "66000009",
        "customerName": "Noura",
        "referenceNumber": reference,
        "amount": amount,
        "countryCode": "+965",
        "invoiceType": "0",
        "invoiceSubType": "3",
        "allocatePayType": [1],
        "expiresAt": "2030-01-01",
    }
    with bench.gateway() as gateway:
        gateway.create(payload)


def test_references_that_the_gateway_has_are_held_when_that_is_asked_for(bench: Bench) -> None:
    by_hand(bench, "R-2", "7.000")
    by_hand(bench, "R-33", "7.000")
    run = bench.apply(bench.plan([simple(n) for n in (1, 2, 3)], check_gateway=True))
    assert bench.statuses(run) == ["created", "held", "created"]
    issue = bench.rows(run)[1].issues[0]
    assert (issue.place.cell, issue.code) == ("A3", "present-at-gateway")
    assert "7.000 KWD" in issue.message
    assert {reference: len(made) for reference, made in bench.made().items()} == {
        "R-1": 1,
        "R-2": 1,
        "R-3": 1,
        "R-33": 1,
    }
    assert len(bench.texted()) == 2


def test_a_cancelled_one_is_named_so(bench: Bench, odd: OddGateway) -> None:
    there = [
        {"id": 7001, "reference_number": "R-1", "amount": "7.000", "invoice_status": 3},
        {"id": 7002, "reference_number": "R-1", "amount": "8.000"},
    ]
    odd.listed(*there)
    row = bench.row(bench.run([simple(1)], check_gateway=True))
    assert "ID 7001, 7.000 KWD, cancelled; ID 7002, 8.000 KWD." in row.issues[0].message
    assert (row.status, row.sms, odd.count("create")) == (RowStatus.HELD, "not wanted", 0)


def test_with_strict_one_that_is_there_holds_all(bench: Bench) -> None:
    by_hand(bench, "R-2", "7.000")
    run = bench.apply(bench.plan([simple(n) for n in (1, 2, 3)], check_gateway=True, strict=True))
    assert bench.statuses(run) == ["held"] * 3
    assert [code for row in bench.rows(run) for code in codes(row)] == ["strict", "present-at-gateway", "strict"]
    assert len(bench.calls("create")) == 1  # the one by hand


def test_with_strict_a_stop_in_between_forgets_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    by_hand(bench, "R-1", "7.000")
    monkeypatch.setattr(present, "_PAGE", 1)
    run = bench.plan([simple(n) for n in (1, 2, 3)], check_gateway=True, strict=True)
    with bench.gateway() as gateway:
        gateway.prove()
        bench.emulator.set_faults(*[f"find:http-500-before:{n}x1" for n in range(2, 20)])
        with pytest.raises(RunStopped):
            bench.drive(gateway, run)
    bench.emulator.set_faults()
    assert bench.statuses(bench.apply(run)) == ["held"] * 3
    assert len(bench.calls("create")) == 1  # the one by hand


def test_without_asking_nobody_looks(bench: Bench) -> None:
    by_hand(bench, "R-2", "7.000")
    bench.run([simple(2)])
    assert len(bench.made()["R-2"]) == 2
    assert len(bench.calls("find")) == 1  # the proof


def test_a_look_up_that_fails_there_stops_before_anything_is_sent(bench: Bench) -> None:
    run = bench.plan([simple(n) for n in range(5)], check_gateway=True)
    with bench.gateway() as gateway:
        gateway.prove()
        bench.emulator.set_faults("find:http-500-before:1")
        with pytest.raises(RunStopped, match="--check-gateway"):
            bench.drive(gateway, run)
    assert (set(bench.statuses(run)), bench.calls("create")) == ({"pending"}, [])


# --- a database that several machines share: no lock file tells there who works, but a lease


@pytest.fixture
def shared(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], Ledger]:
    """The bench's ledger as if it were a shared database; the lease lasts so many seconds."""
    monkeypatch.setattr(Ledger, "_has_lock_file", False)
    opened: list[Ledger] = []

    def open_one(seconds: float) -> Ledger:
        url = bench.settings.ledger_url.get_secret_value()
        opened.append(Ledger.open(url, "sandbox", bench.settings.merchant_code, checking.now, seconds))
        return opened[-1]

    return open_one


def test_a_lease_keeps_two_machines_apart_and_is_given_back(shared: Callable[[float], Ledger]) -> None:
    one, two = shared(60), shared(60)
    with one.working(), pytest.raises(LedgerBusy, match=r"at the latest until \d\d:\d\d"), two.working():
        pytest.fail("two work at once")
    with two.working():
        pass


def test_a_lease_that_ran_out_is_taken_over_and_its_holder_can_write_no_more(
    shared: Callable[[float], Ledger],
) -> None:
    slept, other = shared(-1), shared(60)
    with slept.working(), other.working():
        with pytest.raises(LedgerBusy, match="another has taken over"), slept.entry():
            pytest.fail("a transaction without a lease")
        with other.entry():
            pass


def test_each_entry_renews_the_lease(shared: Callable[[float], Ledger]) -> None:
    one, two = shared(1.5), shared(60)
    with one.working():
        for _ in range(4):
            threading.Event().wait(0.6)
            with one.entry():
                pass
        with pytest.raises(LedgerBusy), two.working():
            pytest.fail("two work at once")


def test_a_run_under_a_lease_makes_each_invoice_once(bench: Bench, shared: Callable[[float], Ledger]) -> None:
    bench.ledger = shared(60)
    bench.emulator.set_faults("create:close-after:3", "create:close-before:4")
    run = bench.run([simple(n) for n in range(12)])
    assert set(bench.statuses(run)) == {"created", "adopted"}
    assert {len(made) for made in bench.made().values()} == {1}


def test_rounds_end(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often a row is lost, a run comes to its end."""
    looked = []
    real = settle._Search.drive
    monkeypatch.setattr(settle._Search, "drive", lambda self, lost: (looked.append(len(lost)), real(self, lost))[1])
    bench.emulator.set_faults("create:close-before:1")
    run = bench.run([simple(n) for n in range(3)])
    assert (looked, {row.status for row in bench.rows(run)}) == ([3] * 5, {RowStatus.UNKNOWN})
