"""Updates: only what changed is sent, in the seed's form; a lost one is repeated; nothing is changed by mistake."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bench import Bench, codes, simple
from odd_gateway import OddGateway, no, updated, yes

from batchinvoice.gateway.client import Gateway
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus
from batchinvoice.runs.errors import RunStopped

MAIL = "noura@example.com"


def mailed(number: int, amount: object = "5.000", **more: object) -> list[object]:
    return simple(number, amount, **{"email": MAIL, **more})


def raising(error: type[BaseException]) -> Callable[..., None]:
    """Stands in for a call in whose midst this process ends."""

    def instead(*_: object) -> None:
        raise error

    return instead


def foreign(bench: Bench, reference: str = "P-1") -> str:
    """An invoice that was made elsewhere; returns its id."""
    payload = {
        "merchantCode": "842217",
        "mobileNumber": "66001111",
        "customerName": "Panel",
        "referenceNumber": reference,
        "amount": "70.000",
        "countryCode": "+965",
        "invoiceType": "0",
        "invoiceSubType": "3",
        "allocatePayType": [1, 2],
        "expiresAt": "2026-12-31",
    }
    with bench.gateway() as gateway:
        return gateway.create(payload).invoice.id


def test_only_the_changed_row_is_sent_in_the_form_of_seed_001(bench: Bench) -> None:
    first = bench.run([mailed(1), mailed(2), mailed(3)])
    changed = bench.run([mailed(1), mailed(2, "100", mobile="66660000", customer="test"), mailed(3)])
    assert bench.statuses(changed) == ["unchanged", "updated", "unchanged"]
    [call] = bench.calls("update")
    assert call["path"] == f"/api/v1/invoice-bulk-upload/{bench.rows(first)[1].gateway_id}"
    assert list(call["payload"].items()) == [
        ("merchantCode", "842217"),
        ("amount", "100.000"),
        ("name", "test"),
        ("email", MAIL),
        ("phone", "96566660000"),
        ("reference_number", "R-2"),
    ]
    assert bench.made()["R-2"][0]["amount"] == "100.000"
    assert len(bench.texted()) == 3  # an update texts nobody again
    assert changed.status is RunStatus.COMPLETE


@pytest.mark.parametrize("fault", ["close-before", "close-after", "http-502-after", "garbled"])
def test_an_update_whose_answer_was_lost_is_repeated(bench: Bench, fault: str) -> None:
    bench.run([mailed(1)])
    bench.emulator.set_faults(f"update:{fault}:1x2")
    run = bench.run([mailed(1, "6")])
    assert bench.statuses(run) == ["updated"]
    assert bench.row(run).attempts == 3
    assert bench.made()["R-1"][0]["amount"] == "6.000"


def test_an_update_that_stays_unknown_is_repeated_by_the_next_run_and_by_the_old_sheet(bench: Bench) -> None:
    bench.run([mailed(1)])
    bench.emulator.set_faults("update:close-after:1")
    run = bench.run([mailed(1, "6")])
    assert (bench.statuses(run), run.status) == (["unknown"], RunStatus.PARTIAL)
    assert bench.made()["R-1"][0]["amount"] == "6.000"  # it was carried out, which nobody said

    bench.emulator.set_faults()
    old = bench.run([mailed(1)])  # the ledger must not believe that the old amount still stands
    assert bench.statuses(old) == ["updated"]
    assert bench.made()["R-1"][0]["amount"] == "5.000"
    assert bench.statuses(bench.run([mailed(1, "6")])) == ["updated"]
    assert len(bench.made()["R-1"]) == 1


def test_an_update_that_was_lost_before_the_gateway_went_down_is_not_taken_for_never_sent(
    bench: Bench, odd: OddGateway
) -> None:
    bench.run([mailed(1)])
    run = bench.plan([mailed(1, "6")])
    with bench.gateway() as gateway:
        gateway.prove()

        def last_words(payload: object) -> tuple[int, dict[str, object]]:
            odd.close()
            return 502, {"message": "going down"}

        odd.behaviours["update"] = last_words
        with pytest.raises(RunStopped):
            bench.drive(gateway, run)
    assert bench.statuses(run) == ["pending"]
    bench.base_url = bench.emulator.base_url
    assert bench.ledger.known_references(["R-1"])["R-1"].fingerprint == ""
    assert bench.row(bench.plan([mailed(1)])).action is Action.UPDATE


def test_an_invoice_made_elsewhere_is_updated_by_its_id(bench: Bench) -> None:
    number = foreign(bench)
    run = bench.run([mailed(1, reference="P-1", invoice_id=number)])
    row = bench.row(run)
    assert (row.status, row.sms, row.gateway_id) == (RowStatus.UPDATED, "not wanted", number)
    assert [(issue.code, issue.place.cell) for issue in row.issues] == [(Code.ID_UNKNOWN, "G2")]
    assert run.status is RunStatus.COMPLETE
    assert bench.made()["P-1"][0]["amount"] == "5.000"
    again = bench.run([mailed(1, reference="P-1")])  # now the reference alone says which it is
    assert bench.statuses(again) == ["unchanged"]
    assert bench.texted() == []
    assert len(bench.calls("update")) == 1


def test_a_wrong_id_that_was_refused_leaves_no_trace_on_the_reference(bench: Bench) -> None:
    unseen = bench.run([mailed(1, invoice_id="99999")])
    assert (bench.statuses(unseen), bench.row(unseen).gateway_id) == (["held"], "")
    refused = bench.run([mailed(1, invoice_id="99999")], trust_ids=True)
    assert (bench.statuses(refused), bench.row(refused).gateway_id) == (["rejected"], "")
    again = bench.run([mailed(1, invoice_id="99999")], trust_ids=True)
    assert bench.statuses(again) == ["rejected"]
    mended = bench.run([mailed(1)])  # the ID taken out: a new invoice, not a change of 99999
    assert bench.statuses(mended) == ["created"]
    assert len(bench.made()["R-1"]) == 1


def test_a_wrong_id_can_be_mended_to_the_right_one(bench: Bench) -> None:
    number = foreign(bench)
    assert bench.statuses(bench.run([mailed(1, reference="P-1", invoice_id="99999")])) == ["held"]
    assert bench.statuses(bench.run([mailed(1, reference="P-1", invoice_id=number)])) == ["updated"]


def test_an_id_of_another_invoice_changes_nothing_unless_a_person_says_that_it_is_right(bench: Bench) -> None:
    """One wrong digit in an ID that this ledger does not know: somebody else's invoice must not get this amount."""
    number = foreign(bench, "P-1")
    run = bench.run([mailed(1, invoice_id=number), mailed(2)])
    row = bench.rows(run)[0]
    assert (bench.statuses(run), codes(row)) == (["held", "created"], {Code.ID_UNKNOWN, Code.ID_OTHER})
    assert "has the reference “P-1”, not “R-1”" in row.issues[-1].message
    assert (bench.made()["P-1"][0]["amount"], bench.calls("update")) == ("70.000", [])
    assert "R-1" not in bench.ledger.known_references(["R-1"])

    meant = bench.run([mailed(1, invoice_id=number)], trust_ids=True)
    assert bench.statuses(meant) == ["updated"]
    assert [call["payload"]["reference_number"] for call in bench.calls("update")] == ["R-1"]


def test_an_id_that_the_gateway_does_not_show_is_held(bench: Bench, odd: OddGateway) -> None:
    """The ids of single and of bulk invoices may be two series: only a person can say that such an ID is right."""
    odd.behaviours["invoice/7001"] = lambda _: no(404, "Request not found")
    run = bench.run([mailed(1, invoice_id="7001")])
    [_, issue] = bench.row(run).issues
    assert (bench.statuses(run), issue.code, issue.place.cell) == (["held"], Code.ID_UNSEEN, "G2")
    assert ("Request not found" in issue.message, odd.count("update")) == (True, 0)

    meant = bench.run([mailed(1, invoice_id="7001")], trust_ids=True)
    assert (bench.statuses(meant), odd.count("update")) == (["updated"], 1)


def test_a_question_whose_answer_was_lost_binds_no_id_to_the_reference(bench: Bench) -> None:
    """Nothing was sent: when the ID turns out to be another's, the row without it is a new invoice, and gets made."""
    number = foreign(bench, "P-1")
    bench.emulator.set_faults("invoice:close-before:1")
    run = bench.run([mailed(1, invoice_id=number)])
    assert (bench.statuses(run), codes(bench.row(run))) == (["unknown"], {Code.ID_UNKNOWN, Code.LOOK_UP_FAILED})
    assert "R-1" not in bench.ledger.known_references(["R-1"])
    bench.emulator.set_faults()
    done = bench.apply(run)
    assert (bench.statuses(done), codes(bench.row(done))) == (["held"], {Code.ID_UNKNOWN, Code.ID_OTHER})
    assert (bench.statuses(bench.run([mailed(1)])), bench.calls("update")) == (["created"], [])


def test_a_question_that_was_cut_off_binds_no_id_to_the_reference(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = foreign(bench, "P-1")
    run = bench.plan([mailed(1, invoice_id=number)])
    with monkeypatch.context() as killed:
        killed.setattr(Gateway, "invoice", raising(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            bench.apply(run)
    assert bench.ledger.known_references(["R-1"])["R-1"].gateway_id == number  # the intent was written down
    assert bench.statuses(bench.apply(run)) == ["held"]
    assert (bench.statuses(bench.run([mailed(1)])), bench.calls("update")) == (["created"], [])


def test_an_answer_about_another_id_is_no_answer(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["invoice/7001"] = lambda _: yes({"id": 8001, "reference_number": "R-1", "amount": "70.000"})
    [_, issue] = bench.row(bench.run([mailed(1, invoice_id="7001")])).issues
    assert (issue.code, "invoice 7001 is (8001)" in issue.message, odd.count("update")) == (Code.ID_UNSEEN, True, 0)


def test_an_id_that_was_confirmed_keeps_its_reference_even_if_the_change_was_refused(
    bench: Bench, odd: OddGateway
) -> None:
    """Else the row without the ID would make the gateway's invoice a second time."""
    odd.behaviours["invoice/7001"] = lambda _: yes({"id": 7001, "reference_number": "R-1", "amount": "70.000"})
    odd.behaviours["update"] = lambda _: no(422, "The email is not valid")
    assert bench.statuses(bench.run([mailed(1, invoice_id="7001")])) == ["rejected"]
    odd.behaviours["update"] = lambda payload: yes(updated(7001, payload))
    mended = bench.run([mailed(1)])
    assert (bench.statuses(mended), bench.row(mended).gateway_id, odd.count("create")) == (["updated"], "7001", 0)


@pytest.mark.parametrize(("status", "code"), [(1, Code.ID_PAID), (3, Code.ID_CANCELLED)])
def test_an_invoice_that_is_paid_or_cancelled_is_not_changed(
    bench: Bench, odd: OddGateway, status: int, code: Code
) -> None:
    told = {"id": 7001, "reference_number": "R-1", "amount": "70.000", "invoice_status": status}
    odd.behaviours["invoice/7001"] = lambda _: yes(told)
    run = bench.run([mailed(1, invoice_id="7001")])
    [_, issue] = bench.row(run).issues
    assert (bench.statuses(run), issue.code, issue.place.cell) == (["held"], code, "G2")
    assert bench.statuses(bench.run([mailed(1)])) == ["held"]  # nor is it made a second time without its ID
    assert (odd.count("update"), odd.count("create")) == (0, 0)


def test_a_change_that_was_lost_is_asked_about_again_before_it_is_repeated(bench: Bench) -> None:
    """The gateway never confirmed that ID: what a person trusted in one run is not trusted by the next."""
    number = foreign(bench, "P-1")
    bench.emulator.set_faults("update:close-before:1")
    assert bench.statuses(bench.run([mailed(1, invoice_id=number)], trust_ids=True)) == ["unknown"]
    bench.emulator.set_faults()
    run = bench.run([mailed(1, invoice_id=number)])
    assert (bench.statuses(run), bench.made()["P-1"][0]["amount"]) == (["held"], "70.000")
    # The lost change may still come: until a person decides, no second invoice may be made under this reference.
    assert bench.statuses(bench.run([mailed(1)])) == ["held"]
    assert bench.calls("create")[1:] == []


def test_a_refused_change_of_reference_does_not_bind_the_new_reference(bench: Bench, odd: OddGateway) -> None:
    """Invoice R-1's ID beside R-2 by mistake, refused; then R-2 without it must not overwrite R-1."""
    bench.base_url = bench.emulator.base_url
    number = bench.row(bench.run([mailed(1)])).gateway_id
    bench.base_url = odd.base_url
    odd.behaviours["update"] = lambda _: no(422, "Not now")
    assert bench.statuses(bench.run([mailed(2, "9", invoice_id=number)])) == ["rejected"]
    bench.base_url = bench.emulator.base_url
    assert bench.statuses(bench.run([mailed(1), mailed(2, "9")])) == ["unchanged", "created"]
    assert {reference: made[0]["amount"] for reference, made in bench.made().items()} == {
        "R-1": "5.000",
        "R-2": "9.000",
    }


def test_a_reference_changed_by_an_update_is_remembered_under_both(bench: Bench, odd: OddGateway) -> None:
    bench.base_url = bench.emulator.base_url
    number = bench.row(bench.run([mailed(1)])).gateway_id
    bench.base_url = odd.base_url
    odd.behaviours["update"] = lambda payload: yes(updated(int(number), payload))
    assert bench.statuses(bench.run([mailed(1, reference="NEW", invoice_id=number)])) == ["updated"]
    assert bench.statuses(bench.run([mailed(1, reference="NEW")])) == ["unchanged"]
    assert bench.statuses(bench.run([mailed(1)])) == ["updated"]  # back to its old reference, not a second invoice
    assert {bench.ledger.known_references([each])[each].gateway_id for each in ("R-1", "NEW")} == {number}
    assert odd.count("create") == 0


def test_a_gateway_that_keeps_the_old_reference_is_told_every_time(bench: Bench) -> None:
    """As in the sample of seed 001: the answer to a changed reference has the old one."""
    number = bench.row(bench.run([mailed(1)])).gateway_id
    for _ in range(2):
        run = bench.run([mailed(1, reference="NEW", invoice_id=number)])
        row = bench.row(run)
        assert (row.status, row.attention, run.status) == (RowStatus.UPDATED, True, RunStatus.PARTIAL)
        assert Code.ECHO_DIFFERS in codes(row)
    assert len(bench.emulator.truth()["invoices"]) == 1


def test_a_reference_whose_create_was_refused_belongs_to_the_invoice_that_takes_it(
    bench: Bench, odd: OddGateway
) -> None:
    odd.behaviours["create"] = lambda _: no(422, "Not now")
    assert bench.statuses(bench.run([mailed(1)])) == ["rejected"]
    bench.base_url = bench.emulator.base_url
    number = foreign(bench, "R-1")  # somebody made it by hand
    assert bench.statuses(bench.run([mailed(1, invoice_id=number)])) == ["updated"]
    assert bench.statuses(bench.run([mailed(1)])) == ["unchanged"]
    assert len(bench.made()["R-1"]) == 1


def test_an_update_of_an_id_that_answers_for_another_is_told(bench: Bench, odd: OddGateway) -> None:
    odd.behaviours["update"] = lambda payload: yes(updated(8888, payload))
    row = bench.row(bench.run([mailed(1, invoice_id="7777")], trust_ids=True))
    assert "another Invoice ID: 8888 instead of 7777" in " ".join(issue.message for issue in row.issues)
    assert row.attention


def test_a_change_that_an_update_cannot_carry_is_held_at_its_column(bench: Bench) -> None:
    bench.run([mailed(1)])
    run = bench.run([mailed(1, delivery="link")])
    [issue] = bench.row(run).issues
    assert (bench.statuses(run), issue.code, issue.place.cell) == (["held"], Code.UPDATE_CANNOT, "F2")
    assert issue.params["fields"] == "delivery"
    assert bench.calls("update") == []


def test_a_row_says_in_one_pass_all_that_keeps_its_change_from_going_out(bench: Bench) -> None:
    headings = (
        "Reference Number",
        "Customer Name",
        "Mobile Number",
        "Amount",
        "Email",
        "Delivery",
        "Description",
        "Language",
    )
    first = ["R-1", "Noura", "66000001", "5", None, "link", "Rent for May", "en"]
    bench.run([first], headings=headings)
    second = [["R-1", "Noura", "66000001", "6", None, "link", "Rent for June", "ar"]]
    row = bench.row(bench.run(second, headings=headings))
    found = {issue.place.cell: issue for issue in row.issues}
    assert {cell: issue.code for cell, issue in found.items()} == {
        "E2": Code.UPDATE_NEEDS_EMAIL,
        "G2": Code.UPDATE_CANNOT,
        "H2": Code.UPDATE_CANNOT,
    }
    assert "“Rent for May”" in found["G2"].message
    assert "“Rent for June”" in found["G2"].message
    assert "“en”" in found["H2"].message
    mended = [["R-1", "Noura", "66000001", "6", MAIL, "link", "Rent for May", "en"]]
    assert bench.statuses(bench.run(mended, headings=headings)) == ["updated"]


def test_a_change_without_an_e_mail_is_held(bench: Bench) -> None:
    bench.run([simple(1)])
    run = bench.run([simple(1, "6")])
    [issue] = bench.row(run).issues
    assert (bench.statuses(run), issue.code, issue.place.cell) == (["held"], Code.UPDATE_NEEDS_EMAIL, "E2")
    assert bench.made()["R-1"][0]["amount"] == "5.000"


def test_two_rows_that_speak_of_one_invoice_are_both_held(bench: Bench) -> None:
    """One names it by its ID and one by its reference, with different amounts: nobody can say which is meant."""
    number = bench.row(bench.run([mailed(1)])).gateway_id
    run = bench.run([mailed(1, "6"), mailed(2, "7", invoice_id=number), mailed(3)])
    assert bench.statuses(run) == ["held", "held", "created"]
    assert [codes(row) for row in bench.rows(run)[:2]] == [{Code.ID_REPEATED}] * 2
    assert bench.calls("update") == []


def test_an_id_and_a_reference_of_two_invoices_conflict(bench: Bench) -> None:
    first = bench.run([mailed(1), mailed(2)])
    number = bench.rows(first)[1].gateway_id
    run = bench.run([mailed(1, invoice_id=number)])
    [issue] = bench.row(run).issues
    assert (bench.statuses(run), issue.code, issue.place.cell) == (["held"], Code.ID_CONFLICT, "G2")
    assert f"Invoice ID {number} belongs to the reference “R-2”" in issue.message


def test_a_401_on_an_update_renews_the_login_and_repeats_it(bench: Bench) -> None:
    bench.run([mailed(1)])
    bench.emulator.set_faults("update:unauthorised:1x1")
    assert bench.statuses(bench.run([mailed(1, "6")])) == ["updated"]
    assert bench.made()["R-1"][0]["amount"] == "6.000"


def test_a_sheet_after_a_sheet_shares_references(bench: Bench) -> None:
    bench.run([mailed(1), mailed(2)], name="monday.xlsx")
    run = bench.run([mailed(2), mailed(3), mailed(1, "6")], name="tuesday.xlsx")
    assert bench.statuses(run) == ["unchanged", "created", "updated"]
    assert {reference: len(made) for reference, made in bench.made().items()} == {"R-1": 1, "R-2": 1, "R-3": 1}
    assert len(bench.texted()) == len(set(bench.texted())) == 3
