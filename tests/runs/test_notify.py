"""Text messages: in order, in chunks, and nobody twice for one invoice."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from concurrent.futures import Future, wait
from itertools import pairwise
from typing import Any

import pytest
from bench import Bench, simple
from odd_gateway import Answer, OddGateway, created, no, yes
from sqlalchemy import update

from batchinvoice import app
from batchinvoice.gateway.client import Sent
from batchinvoice.gateway.errors import NotSent
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger import tables
from batchinvoice.ledger.entry import Entry
from batchinvoice.ledger.proof import prove
from batchinvoice.ledger.records import Run
from batchinvoice.runs import notify
from batchinvoice.runs.errors import RunStopped


def chunked(bench: Bench, size: int, at_once: int = 1) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_chunk": size, "concurrency": at_once})


def sent(bench: Bench) -> list[list[str]]:
    """The ids of every bulk send."""
    return [call["payload"]["ids"] for call in bench.calls("send")]


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bulk sends are under way each time that some have left."""
    together: list[int] = []
    real = notify._Texting._write_down

    def write_down(texting: Any, calls: Sequence[Any]) -> None:
        real(texting, calls)
        if calls:
            together.append(len(texting._under_way) + len(calls))

    monkeypatch.setattr(notify._Texting, "_write_down", write_down)
    return together


def test_bulk_sends_are_chunks_in_the_sheets_order(bench: Bench) -> None:
    chunked(bench, 3)
    run = bench.run([simple(n) for n in range(8)])
    ids = [row.gateway_id for row in bench.rows(run)]
    assert sent(bench) == [ids[:3], ids[3:6], ids[6:]]
    assert [(c.number, list(c.gateway_ids), c.outcome) for c in bench.ledger.sms_calls(run)] == [
        (n, each, SmsStatus.SENT) for n, each in enumerate(sent(bench), 1)
    ]
    assert bench.texted() == [int(each) for each in ids]


def test_one_bulk_send_goes_alone_and_then_more_as_long_as_few_customers_are_at_stake(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = counted(monkeypatch)
    monkeypatch.setattr(notify, "_AT_STAKE", 8)
    chunked(bench, 1, at_once=16)
    run = bench.run([simple(n) for n in range(26)])
    assert together[:2] == [1, 2]
    assert max(together) == 8
    assert all(later - before <= before for before, later in pairwise(together))
    assert bench.sms(run) == ["sent"] * 26
    assert sorted(bench.texted()) == sorted(int(row.gateway_id) for row in bench.rows(run))
    assert [c.number for c in bench.ledger.sms_calls(run)] == list(range(1, 27))


def test_large_bulk_sends_go_one_by_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    together = counted(monkeypatch)
    monkeypatch.setattr(notify, "_AT_STAKE", 8)
    chunked(bench, 9, at_once=16)
    assert bench.sms(bench.run([simple(n) for n in range(30)])) == ["sent"] * 30
    assert together == [1, 1, 1, 1]


def test_of_bulk_sends_at_once_only_the_lost_one_is_unknown_and_the_next_goes_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    together = counted(monkeypatch)
    chunked(bench, 1, at_once=4)
    bench.emulator.set_faults("send:close-after:3x1")
    run = bench.run([simple(n) for n in range(9)])
    assert together[:2] == [1, 2]
    assert 1 in together[2:]
    assert sorted(bench.sms(run)) == ["sent"] * 8 + ["unknown"]
    assert sorted(bench.texted()) == sorted(int(row.gateway_id) for row in bench.rows(run))


def test_an_answer_that_comes_between_two_looks_is_not_lost(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: set[int] = set()

    def done(future: Future[Any]) -> bool:
        if id(future) not in looked_at:
            looked_at.add(id(future))
            return False
        wait([future])
        return True

    monkeypatch.setattr(Future, "done", done)
    chunked(bench, 1, at_once=4)
    assert bench.sms(bench.run([simple(n) for n in range(7)])) == ["sent"] * 7
    assert len(bench.texted()) == 7


def in_fours(bench: Bench) -> Run:
    """A run whose invoices are made, for seven bulk sends of which up to four are under way at once."""
    chunked(bench, 1, at_once=4)
    return bench.run([simple(n) for n in range(7)], sms=False)


def test_what_one_of_several_bulk_sends_raises_leaves_that_one_alone_uncertain(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = in_fours(bench)
    fifth = bench.rows(run)[4].gateway_id
    with bench.gateway() as gateway:
        gateway.prove()
        really = gateway.send_bulk

        def send_bulk(ids: Sequence[str]) -> Sent:
            if list(ids) == [fifth]:
                raise Killed
            return really(ids)

        monkeypatch.setattr(gateway, "send_bulk", send_bulk)
        with pytest.raises(Killed):
            app.send_sms(bench.ledger, gateway, bench.settings, run)
    states = bench.sms(run)
    assert states[:5] == [*["sent"] * 4, "unknown"]
    assert set(states[5:]) <= {"sent", "pending"}  # whatever was under way beside it was awaited
    bench.send(run)
    assert len(bench.texted()) == len(set(bench.texted())) == 6


def test_of_several_bulk_sends_those_that_cannot_leave_wait_and_the_others_are_written_down(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = in_fours(bench)
    later = {row.gateway_id for row in bench.rows(run)[4:6]}
    with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
        gateway.prove()
        really = gateway.send_bulk

        def send_bulk(ids: Sequence[str]) -> Sent:
            if later & set(ids):
                raise NotSent("The gateway could not be reached.")
            return really(ids)

        patch.setattr(gateway, "send_bulk", send_bulk)
        with pytest.raises(RunStopped, match="could not be reached"):
            app.send_sms(bench.ledger, gateway, bench.settings, run)
    states = bench.sms(run)
    assert states[:6] == [*["sent"] * 4, *["pending"] * 2]
    assert states[6] in ("sent", "pending")  # as it had left by then or not
    assert set(bench.sms(bench.send(run))) == {"sent"}
    assert len(bench.texted()) == len(set(bench.texted())) == 7


def test_an_outage_takes_the_bulk_sends_under_way_and_no_others(bench: Bench, odd: OddGateway) -> None:
    chunked(bench, 1, at_once=16)
    odd.behaviours["create"] = lambda payload: yes(created(7000 + int(payload["referenceNumber"][2:]), payload))
    odd.behaviours["send"] = lambda _: yes(None) if odd.count("send") <= 7 else (502, {})
    run = bench.plan([simple(n) for n in range(24)])
    with pytest.raises(RunStopped, match="bulk sends in a row were lost"):
        bench.apply(run)
    lost = odd.count("send") - 7
    assert 2 <= lost <= 8
    assert bench.sms(run) == [*["sent"] * 7, *["unknown"] * lost, *["pending"] * (17 - lost)]


def test_rows_of_one_invoice_in_bulk_sends_at_once_are_texted_once(bench: Bench) -> None:
    chunked(bench, 1, at_once=4)
    first = [simple(n) for n in range(6)]
    run = bench.run([*first, *first])
    assert sorted(bench.texted()) == sorted({int(row.gateway_id) for row in bench.rows(run) if row.gateway_id})


def test_an_invoice_of_which_two_rows_speak_is_in_one_of_the_bulk_sends_at_once(
    bench: Bench, odd: OddGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As rows under both references of an invoice that was renamed: neither is a repeat of the other."""
    odd.behaviours["create"] = lambda payload: yes(created(7000 + int(payload["referenceNumber"][2:]), payload))
    run = bench.plan([simple(n) for n in (1, 2)] + [simple(3, "2.0002")], sms=False)
    run = bench.apply(run)
    second = bench.rows(run)[1]
    with bench.ledger._begin() as db:
        third = (tables.rows.c.run_id == run.id) & (tables.rows.c.position == 2)
        same = {"status": RowStatus.UNCHANGED, "invoice_id": second.invoice_key, "attention": False}
        db.execute(update(tables.rows).where(third).values(same))
    together = counted(monkeypatch)
    chunked(bench, 1, at_once=4)
    with bench.gateway() as gateway:
        app.send_sms(bench.ledger, gateway, bench.settings, run)
    assert together == [1, 1]
    assert [said["ids"] for name, said in odd.seen if name == "send"] == [["7001"], ["7002"]]


def test_rows_that_want_no_text_are_in_no_bulk_send(bench: Bench) -> None:
    deliveries = ["sms", "link", "whatsapp", "email", None]
    run = bench.run([simple(n, delivery=d, email="a@example.com") for n, d in enumerate(deliveries)])
    rows = bench.rows(run)
    assert sent(bench) == [[rows[0].gateway_id, rows[4].gateway_id]]
    assert bench.sms(run) == ["sent", "not wanted", "not wanted", "not wanted", "sent"]


def test_what_the_gateway_texts_itself_is_in_no_bulk_send(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_mode": "instant"})
    run = bench.run([simple(1), simple(2, delivery="link")])
    assert bench.sms(run) == ["sent", "not wanted"]
    bench.send(run)
    assert bench.run([simple(1), simple(2, delivery="link")]).status is RunStatus.COMPLETE
    assert sent(bench) == []
    assert len(bench.texted()) == 1


def test_raw_types_follow_the_same_rule(bench: Bench) -> None:
    headings = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Invoice Type", "Invoice Sub Type")
    rows = [["R-1", "Noura", "66000001", "5", "1", "0"], ["R-2", "Noura", "66000002", "5", "0", "3"]]
    run = bench.run(rows, headings=headings)
    assert bench.statuses(run) == ["created", "created"]
    bench.send(run)
    assert sent(bench) == []
    assert [text["via"] for text in bench.emulator.truth()["texts"]] == ["create"]


def test_no_sms_leaves_them_pending_and_send_texts_them_later_once(bench: Bench) -> None:
    run = bench.run([simple(1), simple(2), simple(3, delivery="link")], sms=False)
    assert bench.sms(run) == ["pending", "pending", "not wanted"]
    assert run.status is RunStatus.COMPLETE
    assert sent(bench) == []
    for _ in range(3):
        assert bench.send(run).status is RunStatus.COMPLETE
    assert bench.sms(run) == ["sent", "sent", "not wanted"]
    assert len(bench.texted()) == 2
    assert len(sent(bench)) == 1


def test_no_sms_with_instant_texts_lets_the_gateway_text_nobody_either(bench: Bench) -> None:
    bench.settings = bench.settings.model_copy(update={"sms_mode": "instant"})
    run = bench.run([simple(1)], sms=False)
    assert bench.texted() == []
    assert bench.statuses(bench.run([simple(1)])) == ["unchanged"]
    assert len(bench.texted()) == 1
    assert bench.sms(run) == ["sent"]


def test_an_unchanged_row_that_was_never_texted_is_texted(bench: Bench) -> None:
    bench.run([simple(1), simple(2)], sms=False)
    again = bench.run([simple(1), simple(2)])
    assert (bench.statuses(again), bench.sms(again)) == (["unchanged"] * 2, ["sent"] * 2)
    assert len(bench.texted()) == 2


def test_an_updated_row_that_was_never_texted_is_texted(bench: Bench) -> None:
    bench.run([simple(1, email="a@example.com")], sms=False)
    again = bench.run([simple(1, "6", email="a@example.com")])
    assert (bench.statuses(again), bench.sms(again), len(bench.texted())) == (["updated"], ["sent"], 1)


def test_duplicate_rows_are_texted_once(bench: Bench) -> None:
    run = bench.run([simple(1), simple(1), simple(2), simple(1)])
    assert bench.statuses(run) == ["created", "duplicate", "created", "duplicate"]
    assert bench.sms(run) == ["sent", "not wanted", "sent", "not wanted"]
    assert len(bench.texted()) == len(bench.made()) == 2


def test_a_refused_bulk_send_has_failed_and_is_sent_when_a_person_asks(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7000 + int(payload["referenceNumber"][2:]), payload))
    odd.behaviours["send"] = lambda _: no(400, "No credit left")
    run = bench.run([simple(1), simple(2)])
    assert (bench.sms(run), run.status) == (["failed", "failed"], RunStatus.PARTIAL)
    assert [call.message for call in bench.ledger.sms_calls(run)] == ["No credit left"]
    assert bench.apply(run).status is RunStatus.PARTIAL
    assert odd.count("send") == 1  # not by itself

    assert bench.send(run).status is RunStatus.PARTIAL  # asked for, and refused again: one more call, no more
    assert odd.count("send") == 2
    odd.behaviours["send"] = lambda _: yes(None)
    done = bench.send(run)
    assert (bench.sms(done), done.status, odd.count("send")) == (["sent", "sent"], RunStatus.COMPLETE, 3)
    assert odd.seen[-1][1]["ids"] == ["7001", "7002"]


def test_a_text_that_was_refused_and_is_sent_by_another_run_breaks_no_books(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    odd.behaviours["send"] = lambda _: no(400, "No credit left")
    first = bench.run([simple(1)])
    odd.behaviours["send"] = lambda _: yes(None)
    second = bench.send(bench.run([simple(1)]))
    assert (bench.sms(first), bench.sms(second), odd.count("send")) == (["sent"], ["sent"], 2)
    assert prove(bench.ledger).breaks == ()


@pytest.mark.parametrize("fault", ["close-after", "close-before", "http-500-after", "html-200", "garbled"])
def test_a_bulk_send_whose_answer_was_lost_is_never_repeated(bench: Bench, fault: str) -> None:
    chunked(bench, 2)
    bench.emulator.set_faults(f"send:{fault}:2x1")
    rows = [simple(n) for n in range(6)]
    run = bench.run(rows)
    assert bench.sms(run) == ["sent", "sent", "unknown", "unknown", "sent", "sent"]
    assert run.status is RunStatus.PARTIAL
    assert bench.ledger.attention_count(run) == 2
    bench.apply(run)
    bench.send(run)
    again = bench.run(rows)
    bench.send(again)
    assert bench.sms(again) == ["sent", "sent", "unknown", "unknown", "sent", "sent"]
    assert again.status is RunStatus.PARTIAL
    assert len(sent(bench)) == 3
    assert len(bench.texted()) == len(set(bench.texted()))


def test_texts_are_unknown_in_the_ledger_while_the_call_is_under_way(bench: Bench, odd: OddGateway) -> None:
    seen: list[object] = []

    def look(call: str) -> None:
        if call == "send":
            with bench.another_ledger() as ledger:
                run = ledger.history(1)[0]
                seen.extend([ledger.sms_counts(run), [c.outcome for c in ledger.sms_calls(run)]])

    odd.arrived = look
    bench.run([simple(1)])
    assert seen == [{SmsStatus.UNKNOWN: 1}, [SmsStatus.UNKNOWN]]


@pytest.mark.parametrize("died", ["before its intent", "in the call"])
def test_a_crash_changes_neither_the_order_nor_the_chunks(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, died: str
) -> None:
    """Killed at the second of four: not yet written down, it goes out as it was; else it waits for a person."""
    chunked(bench, 2)
    run = bench.plan([simple(n, delivery="link" if n == 3 else "sms") for n in range(8)])
    with bench.gateway() as gateway, pytest.MonkeyPatch.context() as patch:
        real, place = (Entry.intend_sms, (Entry, "intend_sms"))
        if died == "in the call":
            real, place = (gateway.send_bulk, (gateway, "send_bulk"))
        calls = iter([True])

        def die_at_the_second(*words: object) -> object:
            if next(calls, False):
                return real(*words)
            raise Killed

        patch.setattr(*place, die_at_the_second)
        with pytest.raises(Killed):
            bench.drive(gateway, run)
    ids = [row.gateway_id for row in bench.rows(run) if row.row != 5]
    bench.apply(run)
    whole = [ids[:2], ids[2:4], ids[4:6], ids[6:]]
    assert sent(bench) == (whole if died == "before its intent" else [whole[0], *whole[2:]])
    told = [list(call.gateway_ids) for call in bench.ledger.sms_calls(run)]
    assert told == whole


def test_asked_for_again_it_stays_uncertain_if_it_cannot_leave(bench: Bench, odd: OddGateway) -> None:
    """Else the next run would send it without asking anybody."""
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    odd.behaviours["send"] = lambda _: (502, {})
    run = bench.run([simple(1)])
    with bench.gateway() as gateway:
        gateway.prove()
        odd.close()
        with pytest.raises(RunStopped):
            app.send_sms(bench.ledger, gateway, bench.settings, run, again=True)
    assert bench.sms(run) == ["unknown"]
    bench.base_url = bench.emulator.base_url
    bench.apply(run)
    assert (bench.sms(run), sent(bench)) == (["unknown"], [])


def test_asked_for_again_and_refused_it_stays_uncertain(bench: Bench, odd: OddGateway) -> None:
    """Else a plain send would repeat it without asking; a refusal says nothing of the send that was lost."""
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    odd.behaviours["send"] = lambda _: (502, {})
    run = bench.run([simple(1)])
    odd.behaviours["send"] = lambda _: no(400, "No credit left")
    assert bench.sms(bench.send(run, again=True)) == ["unknown"]
    bench.send(run)
    assert odd.count("send") == 2


def test_asked_for_again_it_goes_once(bench: Bench) -> None:
    chunked(bench, 2)
    bench.emulator.set_faults("send:close-before:2x1")
    run = bench.run([simple(n) for n in range(5)])
    assert bench.sms(run) == ["sent", "sent", "unknown", "unknown", "sent"]
    for _ in range(2):
        assert bench.sms(bench.send(run, again=True)) == ["sent"] * 5
    assert len(sent(bench)) == 4
    assert sorted(bench.texted()) == sorted(set(bench.texted()))


class Killed(BaseException):
    """As if the process had ended here."""


def test_a_401_on_a_bulk_send_texts_nobody_twice(bench: Bench) -> None:
    bench.emulator.set_faults("send:unauthorised:1x1")
    run = bench.run([simple(1)])
    assert (bench.sms(run), len(bench.texted())) == (["sent"], 1)


def test_a_gateway_that_is_gone_leaves_texts_pending(bench: Bench, odd: OddGateway) -> None:
    run = bench.run([simple(1)], sms=False)
    with bench.gateway() as gateway:
        gateway.prove()
        odd.close()
        with pytest.raises(RunStopped):
            app.send_sms(bench.ledger, gateway, bench.settings, run)
    assert bench.sms(run) == ["pending"]
    assert [call.outcome for call in bench.ledger.sms_calls(run)] == [SmsStatus.PENDING]


def test_an_invoice_that_came_back_different_is_texted_only_when_a_person_asks(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload, amount="6.000"))
    run = bench.run([simple(1)])
    assert (bench.sms(run), odd.count("send")) == (["pending"], 0)
    assert bench.ledger.texts_left(run) == 0  # so that nobody is asked for a text which is not sent
    bench.apply(run)
    assert odd.count("send") == 0
    assert bench.ledger.texts_in(run, SmsStatus.PENDING) == 1
    bench.send(run)
    assert (bench.sms(run), odd.count("send")) == (["sent"], 1)


def test_a_stop_that_is_asked_for_during_a_bulk_send_lets_it_end_and_no_other_begin(
    bench: Bench, odd: OddGateway
) -> None:
    chunked(bench, 1)
    odd.behaviours["create"] = lambda payload: yes(created(7000 + int(payload["referenceNumber"][2:]), payload))
    run = bench.run([simple(n) for n in (1, 2, 3)], sms=False)

    def send(_: object) -> Answer:
        signal.raise_signal(signal.SIGINT)
        return yes(None)

    odd.behaviours["send"] = send
    with pytest.raises(RunStopped, match="asked to stop"):
        bench.send(run)
    assert (bench.sms(run), odd.count("send")) == (["sent", "pending", "pending"], 1)


def test_a_bulk_send_that_is_answered_401_to_the_end_is_uncertain(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["create"] = lambda payload: yes(created(7001, payload))
    odd.behaviours["send"] = lambda _: (401, {"message": "Unauthenticated."})
    run = bench.run([simple(1)])
    assert (bench.sms(run), run.status) == (["unknown"], RunStatus.PARTIAL)
