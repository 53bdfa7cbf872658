"""What remains to be done about a run or a row, with the command to type."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger.records import Row, Run, TableShape
from batchinvoice.summary import Summary
from batchinvoice.to_do import Texts, row_to_do, to_do

TOOL = "batchinvoice --profile b"
NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
RUN = Run(
    *("/in/a.xlsx", "a.xlsx", "ab" * 32, "Invoices", (TableShape("Invoices", (), 1),), (), {"sms": "yes"}, "f@desk"),
    *("0.1.0", NOW, 9, Decimal(9), "R", 1, "sandbox", "842217", RunStatus.COMPLETE, NOW, None),
)
ROW = Row(
    *(0, 2, "INV-1", "", "", Decimal(1), "", (), None, Action.CREATE, RowStatus.CREATED, (), SmsStatus.SENT),
    *("R", False, 1, "71", "", None, 1, None),
)


def left(
    status: RunStatus = RunStatus.PARTIAL,
    rows: dict[RowStatus, int] | None = None,
    texts: tuple[int, int, int] = (0, 0, 0),
    attention: int = 0,
    forgotten: bool = False,
) -> list[str]:
    run = replace(RUN, status=status, forgotten_at=NOW if forgotten else None)
    counts = dict.fromkeys(RowStatus, 0) | (rows or {})
    return to_do(Summary(run, counts, {}, {}, 0, {}), Texts(*texts), attention, TOOL)


def test_of_a_run_that_ended_well_nothing() -> None:
    assert left(RunStatus.COMPLETE, {RowStatus.CREATED: 9}) == []


@pytest.mark.parametrize(
    ("said", "command"),
    [
        (left(RunStatus.PLANNED, {RowStatus.PENDING: 9}), "batchinvoice --profile b apply R"),
        (left(RunStatus.RUNNING), "If nobody is running it at this moment: batchinvoice --profile b resume R"),
        (left(RunStatus.FAILED), "Stopped before its end. To go on: batchinvoice --profile b resume R"),
        (
            left(RunStatus.FAILED, {RowStatus.PENDING: 2, RowStatus.UNKNOWN: 1}),
            "2 rows not sent yet and 1 row of unknown",
        ),
        (
            left(rows={RowStatus.UNKNOWN: 1}, attention=1),
            "1 row of unknown outcome. To go on: batchinvoice --profile b resume R",
        ),
        (
            left(rows={RowStatus.INVALID: 2, RowStatus.HELD: 1}, attention=3),
            "3 rows to mend: mend and run the corrections",
        ),
        (left(rows={RowStatus.INVALID: 1}, forgotten=True, attention=1), "1 row never became an invoice"),
        (left(rows={RowStatus.CREATED: 2}, attention=1), "1 row to look at, on the report's sheet Attention"),
        (left(texts=(3, 0, 0)), "3 customers still to be texted: batchinvoice --profile b send R"),
        (
            left(texts=(0, 1, 0), attention=1),
            "1 customer whose text was refused (see the report): batchinvoice --profile b send R",
        ),
        (left(texts=(0, 0, 2), attention=2), "if not: batchinvoice --profile b send R --again"),
    ],
)
def test_each_thing_to_do_is_said_once_with_its_command(said: list[str], command: str) -> None:
    assert len(said) == 1
    assert command in said[0]


def test_what_waits_to_be_sent_is_not_to_be_texted_yet() -> None:
    said = left(RunStatus.FAILED, {RowStatus.PENDING: 1}, texts=(1, 0, 0))
    assert [each for each in said if "batchinvoice --profile b send" in each] == []


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW, ""),
        (replace(ROW, status=RowStatus.PENDING), "not sent yet: batchinvoice --profile b resume R"),
        (replace(ROW, status=RowStatus.UNKNOWN), "looked for at the gateway: batchinvoice --profile b resume R"),
        (replace(ROW, sms=SmsStatus.PENDING), "batchinvoice --profile b send R"),
        (replace(ROW, sms=SmsStatus.PENDING, gateway_id=""), ""),
        (replace(ROW, sms=SmsStatus.FAILED), "refused"),
        (replace(ROW, sms=SmsStatus.UNKNOWN), "batchinvoice --profile b send R --again"),
    ],
)
def test_of_one_row(row: Row, words: str) -> None:
    assert (words in row_to_do(row, TOOL), bool(row_to_do(row, TOOL))) == (True, bool(words))
