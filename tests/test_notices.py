"""What a notice says, and that nothing which came from a sheet, an error or the gateway is ever in it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice import notices
from batchinvoice.app import Workbooks
from batchinvoice.events import Event
from batchinvoice.exits import Exit
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue, Place
from batchinvoice.invoices.lifecycle import RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.errors import LedgerError
from batchinvoice.ledger.records import Run, TableShape
from batchinvoice.loading import load
from batchinvoice.notices import Notice
from batchinvoice.runs.errors import RunStopped
from batchinvoice.settings import Settings, SettingsError
from batchinvoice.sheets.errors import CannotWrite, SheetError, Undecided
from batchinvoice.summary import Summary

NOW = dt.datetime(2026, 11, 30, 20, 30, tzinfo=dt.UTC)
CANARY = "⟦a person⟧"
SETTINGS = load(HESABE_MERCHANT_CODE="842217", HESABE_PASSWORD=CANARY, HESABE_SECRET_KEY=CANARY)

OF_A_PROFILE = SETTINGS.model_copy(update={"profile": "branch-2"})


def _run(text: str = "", status: RunStatus = RunStatus.COMPLETE) -> Run:
    """A run all of whose texts are this one, except its file's name."""
    issue = Issue(Code.ROW_NOTE, Place(text, 3, 2, text), {"text": text})
    return Run(
        source=f"/{text}/november.xlsx",
        source_name="november.xlsx",
        sha256="ab",
        sheet=text,
        shapes=(TableShape(text, (text,), 1),),
        notes=(issue,),
        options={"sms": "yes", "sheet": text},
        started_by=text,
        version="1",
        planned_at=NOW,
        input_count=7,
        input_amount=Decimal("1234.500"),
        id="20261130-001",
        sequence=1,
        environment="live",
        merchant_code="842217",
        status=status,
        finished_at=None,
        forgotten_at=None,
    )


def _summary(run: Run, rows: dict[RowStatus, int] | None = None, sms: dict[SmsStatus, int] | None = None) -> Summary:
    counts = {status: (rows or {}).get(status, 0) for status in RowStatus}
    amounts = {status: Decimal(count) for status, count in counts.items()}
    return Summary(run, counts, amounts, {}, 0, {status: (sms or {}).get(status, 0) for status in SmsStatus})


def _books(corrections: bool = True, *disagreements: str) -> Workbooks:
    return Workbooks(Path("r/n.report.xlsx"), Path("r/n.corrections.xlsx") if corrections else None, disagreements)


def _of_run(code: int = Exit.PERSON, books: Workbooks | None = None, **counts: int) -> Notice:
    rows = {status: counts.pop(status) for status in RowStatus if status in counts}
    sms = {status: counts.pop(f"sms_{status}") for status in SmsStatus if f"sms_{status}" in counts}
    return notices.of_run(SETTINGS, _summary(_run(), rows, sms), books, code)


def test_a_run_that_was_stopped_is_to_be_resumed_and_that_writes_its_report() -> None:
    """A drop folder writes none before the run is over: nothing failed to be written."""
    body = _of_run(Exit.NOT_RUN, None, pending=3).body
    assert ("batchinvoice resume 20261130-001" in body, "batchinvoice report" in body) == (True, False)
    assert "batchinvoice report 20261130-001" in _of_run(Exit.NOT_RUN, None, created=3).body


def test_a_finished_run_says_where_how_many_and_how_much() -> None:
    run = replace(_run(), input_count=1207, input_amount=Decimal(1207))
    notice = notices.of_run(SETTINGS, _summary(run, {RowStatus.CREATED: 1207}), _books(corrections=False), Exit.WELL)
    assert notice.title == "LIVE: finished: november.xlsx, run 20261130-001"
    assert notice.body == (
        "LIVE, merchant 842217\n"
        "Run 20261130-001 of november.xlsx. Every row ended well.\n\n"
        "created: 1,207 rows, 1,207.000 KWD\n"
        "read from the sheet: 1,207 rows, 1,207.000 KWD\n"
        "difference (must be 0): 0 rows, 0.000 KWD\n"
        "text messages: none wanted\n\n"
        "Nothing is left to do.\n\n"
        "Workbooks: n.report.xlsx"
    )
    assert (notice.event, notice.attachments) == (Event.FINISHED, (Path("r/n.report.xlsx"),))


@pytest.mark.parametrize(
    ("counts", "step"),
    [
        ({"invalid": 7}, 'then: batchinvoice run "n.corrections.xlsx"'),
        ({"pending": 7}, "batchinvoice resume 20261130-001"),
        ({"unknown": 7}, "batchinvoice resume 20261130-001"),
        ({"created": 7, "sms_failed": 1}, "then: batchinvoice send 20261130-001"),
        ({"created": 7, "sms_unknown": 1}, "batchinvoice send 20261130-001 --again"),
        ({"created": 7, "sms_pending": 7}, "wait for their text message: batchinvoice send 20261130-001"),
        ({"created": 6}, "THE TOTALS DO NOT AGREE"),
        ({"updated": 7}, "Look at the sheet Attention"),
    ],
)
def test_what_is_left_to_do_is_named_by_its_command(counts: dict[str, int], step: str) -> None:
    run = replace(_run(), input_amount=Decimal(7))
    rows = {RowStatus(name): n for name, n in counts.items() if not name.startswith("sms_")}
    sms = {SmsStatus(name[4:]): n for name, n in counts.items() if name.startswith("sms_")}
    notice = notices.of_run(SETTINGS, _summary(run, rows, sms), _books(), Exit.PERSON)
    (said,) = [line for line in notice.body.splitlines() if line.startswith("- ")]
    assert step in said
    assert notice.event is Event.ATTENTION


def test_a_report_that_could_not_be_written_is_a_failure_and_is_written_again() -> None:
    notice = _of_run(Exit.NOT_RUN, None, created=7)
    assert notice.event is Event.FAILED
    assert "batchinvoice report 20261130-001" in notice.body
    assert notice.attachments == ()


def test_what_did_not_happen_is_told_in_kuwait_time() -> None:
    notice = notices.missed(SETTINGS, "The month-end run", NOW)
    assert notice.event is Event.MISSED
    assert "The month-end run was expected by 30 November 2026, 23:30 (Kuwait) and did not happen." in notice.body
    nothing = notices.nothing_came(SETTINGS, Path(f"/{CANARY}/in"))
    assert (nothing.event, nothing.title) == (Event.NOTHING, "SANDBOX (test): nothing came in in")
    assert CANARY not in nothing.body


def _kinds(of: type[Exception]) -> list[type[Exception]]:
    return [of, *(each for sub in of.__subclasses__() for each in _kinds(sub))]


FOREIGN = [KeyError, ValueError, OSError, RuntimeError]
KINDS = [kind for base in (SheetError, LedgerError, GatewayError, RunStopped) for kind in _kinds(base)] + FOREIGN


def _error(kind: type[Exception], text: str) -> Exception:
    if issubclass(kind, Undecided):
        issue = Issue(Code.TOTAL_DIFFERS, Place(text, 9, 4, text), {"stated": text, "name": text})
        return kind("november.xlsx", [issue], [issue])
    if issubclass(kind, CannotWrite):
        error: Exception = kind(Path(text), text) if kind is CannotWrite else kind(Path(text))  # type: ignore[call-arg]
        return error
    return kind(text)


@given(
    st.sampled_from(KINDS),
    st.text(max_size=20),
    st.dictionaries(st.sampled_from(RowStatus), st.integers(0, 9)),
    st.dictionaries(st.sampled_from(SmsStatus), st.integers(0, 9)),
    st.sampled_from(Exit),
)
def test_no_text_of_a_sheet_an_error_or_the_gateway_is_in_any_notice(
    kind: type[Exception], text: str, rows: dict[RowStatus, int], sms: dict[SmsStatus, int], code: Exit
) -> None:
    text = f"{CANARY}{text}"
    run, error = _run(text, RunStatus.FAILED), _error(kind, text)
    code = Exit.NOT_RUN if code is Exit.USAGE else code
    said = [
        notices.of_run(SETTINGS, _summary(run, rows, sms), _books(True, text), code),
        notices.of_run(SETTINGS, _summary(run, rows, sms), None, Exit.NOT_RUN),
        notices.untried(SETTINGS, run),
        *(notices.failed(SETTINGS, work, error) for work in (run, Path(text, "november.xlsx"), None)),
    ]
    for notice in said:
        assert CANARY not in notice.title + notice.body
        assert "\n" not in notice.title


def test_an_open_question_is_told_by_code_and_cell() -> None:
    issues = [Issue(Code.TOTAL_DIFFERS, Place(CANARY, 9, 4)), *[Issue(Code.ROWS_HIDDEN, Place(CANARY))] * 30]
    body = notices.failed(SETTINGS, Path("a.xlsx"), Undecided("a.xlsx", issues, issues)).body
    assert "total-differs at D9, rows-hidden, " in body
    assert "and 21 more" in body
    assert body.endswith('To see all that is wrong: batchinvoice check "a.xlsx"')


def test_a_file_s_name_stays_in_one_line() -> None:
    notice = notices.untried(SETTINGS, Path("a\r\nBcc: x@example.com\u2028b.xlsx"))
    assert notice.title.splitlines() == [notice.title]
    assert notice.body.count("\n") == notices.untried(SETTINGS, Path("a.xlsx")).body.count("\n")


def test_the_settings_own_words_are_quoted() -> None:

    assert (
        "Not set: HESABE_PASSWORD." in notices.failed(SETTINGS, None, SettingsError("Not set: HESABE_PASSWORD.")).body
    )


def test_settings_hold_secrets_that_a_notice_could_leak() -> None:
    """Else the canary in them would prove nothing."""
    assert isinstance(SETTINGS, Settings)
    assert SETTINGS.password.get_secret_value() == CANARY
    assert asdict(_of_run(books=_books()))["event"] == "attention"


def test_of_a_profile_every_command_names_it() -> None:
    run = _run(status=RunStatus.PARTIAL)
    rows, sms = dict.fromkeys(RowStatus, 1), dict.fromkeys(SmsStatus, 1)
    told = [
        notices.of_run(OF_A_PROFILE, _summary(run, rows, sms), books, Exit.PERSON).body for books in (_books(), None)
    ]
    told += [notices.failed(OF_A_PROFILE, work, LedgerError()).body for work in (run, Path("a.xlsx"))]
    told += [notices.untried(OF_A_PROFILE, work).body for work in (run, Path("a.xlsx"))]
    told += [notices.nothing_came(OF_A_PROFILE, Path("in")).body, notices.missed(OF_A_PROFILE, "It", NOW).body]
    for body in told:
        assert "batchinvoice --profile branch-2 " in body
        assert not re.search(r"batchinvoice (run|resume|apply|send|report|check)", body), body
