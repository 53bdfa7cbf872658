"""The history checker itself: it is silent about a good history, and each of its rules speaks of a bad one."""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from history import violations

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.opening import connect, open_ledger
from batchinvoice.settings import Settings

Invoices = list[dict[str, Any]]


@dataclass
class History:
    """A history that can be falsified. A-1 and A-2 are texted, A-3 is a link, A-4 is invalid."""

    truth: dict[str, Invoices]
    ledger: Path
    report: Path

    def found(self, **how: bool) -> list[str]:
        return violations(self.truth, self.ledger, [self.report], **how)

    def invoice(self, reference: str) -> dict[str, Any]:
        return next(i for i in self.truth["invoices"] if i["reference_number"] == reference)

    def sql(self, statement: str) -> None:
        with closing(sqlite3.connect(self.ledger)) as database, database:
            assert database.execute(statement).rowcount > 0, statement

    def cell(self, sheet: str, row: int, heading: str, value: object) -> None:
        """Write into the row of the sheet that has this number in its first column."""
        self._change(sheet, lambda line: line[0].value == row, heading, value)

    def summary(self, label: str, column: int, change: int, nth: int = 1) -> None:
        """Add to a number of the n-th line on the Summary that has this label."""
        book = openpyxl.load_workbook(self.report, data_only=True)
        found = [line for line in book["Summary"].iter_rows() if line[0].value == label][nth - 1]
        found[column].value = (found[column].value or 0) + change
        book.save(self.report)

    def drop(self, sheet: str, row: int) -> None:
        book = openpyxl.load_workbook(self.report, data_only=True)
        lines = [line[0].row for line in book[sheet].iter_rows() if line[0].value == row]
        book[sheet].delete_rows(lines[0])
        book.save(self.report)

    def _change(self, sheet: str, wanted: Callable[[Any], bool], heading: str, value: object) -> None:
        book = openpyxl.load_workbook(self.report, data_only=True)
        [column] = [cell.column for cell in book[sheet][1] if cell.value == heading]
        [line] = [line for line in book[sheet].iter_rows(min_row=2) if wanted(line)]
        line[column - 1].value = value
        book.save(self.report)


ROWS = [
    ["A-1", "Noura", "66100201", 120.5, None, "sms"],
    ["A-2", "Ali", "66100202", 5, None, "sms"],
    ["A-3", "Ravi", "66100203", 7.25, None, "link"],
    ["A-4", "Mona", "66100204", "12.3456", None, "sms"],
]


def _make(settings: Settings, emulator: RunningEmulator, sheet: Path, *faults: str) -> History:
    # One worker, so that the ids are in the order of the rows.
    how = settings.model_copy(update={"concurrency": 1, "settle_seconds": 0.0})
    with open_ledger(how) as ledger, connect(how) as gateway:
        emulator.set_faults(*faults)
        run = app.apply_run(ledger, gateway, how, app.plan_sheet(ledger, how, sheet, sms=True, strict=False))
        report = app.write_workbooks(ledger, run, how.report_dir).report
    return History(emulator.truth(), how.home / "ledger.sqlite3", report)


@pytest.fixture(scope="module")
def kept() -> dict[str, History]:
    """Histories that were made before: each is made once, and every test falsifies a copy."""
    return {}


def _copy(history: History, folder: Path) -> History:
    ledger, report = (Path(shutil.copy(file, folder)) for file in (history.ledger, history.report))
    return History(copy.deepcopy(history.truth), ledger, report)


@pytest.fixture
def good(
    kept: dict[str, History], settings: Settings, emulator: RunningEmulator, sheet: Any, tmp_path: Path
) -> History:
    """What is left of a good run."""
    if "good" not in kept:
        kept["good"] = _make(settings, emulator, sheet(ROWS))
    return _copy(kept["good"], tmp_path)


@pytest.fixture
def doubtful(
    kept: dict[str, History], settings: Settings, emulator: RunningEmulator, sheet: Any, tmp_path: Path
) -> History:
    """What is left of a run in which the answers to A-2's create, its look-up and the bulk send were lost."""
    if "doubtful" not in kept:
        lost = ("create:close-after:2x1", "find:unauthorised:1", "send:close-after:1x1")
        kept["doubtful"] = _make(settings, emulator, sheet(ROWS), *lost)
    return _copy(kept["doubtful"], tmp_path)


def test_a_good_history_is_good(good: History) -> None:
    assert good.found() == []


def test_a_doubtful_history_is_good_if_doubt_is_allowed(doubtful: History) -> None:
    assert doubtful.found(unknown_allowed=True) == []
    assert doubtful.found(finished=False) == []
    assert "A-2: a row in the ledger is still unknown" in doubtful.found()
    assert "A-2: a row in a workbook is still unknown" in doubtful.found()
    assert "A-2: the ledger's invoice is still unknown" in doubtful.found()


Tamper = Callable[[History], object]


def _again(history: History, reference: str, number: int) -> None:
    history.truth["invoices"].append({**history.invoice(reference), "id": number})


def _text(history: History, reference: str, **changed: object) -> None:
    sent = {"invoice_id": history.invoice(reference)["id"], "phone": "", "via": "send", "at": "", **changed}
    history.truth["texts"].append(sent)


def _forget_texts(history: History, reference: str) -> None:
    number = history.invoice(reference)["id"]
    history.truth["texts"] = [text for text in history.truth["texts"] if text["invoice_id"] != number]


def _key(reference: str) -> str:
    return f"(SELECT invoice_id FROM invoice_references WHERE reference = '{reference}')"


TAMPERED: list[tuple[str, Tamper, str]] = [
    ("two for one reference", lambda h: _again(h, "A-1", 99), "A-1: made 2 times at the gateway"),
    ("a create too many", lambda h: h.truth["calls"].append({"name": "create", "outcome": "done: cut"}), "4 creates"),
    ("not in the ledger", lambda h: _again(h, "A-1", 99) or _rename(h, 99, "B-1"), "B-1: at the gateway (99), but the"),
    ("not in the workbook", lambda h: _again(h, "A-1", 99) or _rename(h, 99, "B-1"), "(99), but in no workbook"),
    (
        "called not made",
        lambda h: h.sql(f"UPDATE invoices SET state = 'not made' WHERE id = {_key('A-1')}"),
        "A-1: at the gateway (12880), but the ledger says not made",
    ),
    (
        "called rejected in the ledger",
        lambda h: h.sql("UPDATE rows SET status = 'rejected' WHERE reference = 'A-1'"),
        "A-1: at the gateway, but the ledger calls it rejected",
    ),
    (
        "called pending in the workbook",
        lambda h: h.cell("Rows", 2, "Status", "pending"),
        "A-1: at the gateway, but a workbook calls it pending",
    ),
    (
        "an id that is not there",
        lambda h: h.sql(f"UPDATE invoices SET gateway_id = '77' WHERE id = {_key('A-3')}"),
        "A-3: the ledger has the id 77, but the gateway does not",
    ),
    (
        "an id in the workbook that is not there",
        lambda h: h.cell("Rows", 4, "Invoice ID", "77"),
        "A-3: a workbook has the id 77, but the gateway does not",
    ),
    (
        "under another reference",
        lambda h: h.invoice("A-3").update(reference_number="B-3"),
        "the ledger has it for A-3, but at the gateway it is B-3",
    ),
    (
        "under another reference in the workbook",
        lambda h: h.cell("Rows", 4, "Reference", "B-3"),
        "a workbook has it for A-3 and B-3",
    ),
    (
        "two references with one id",
        lambda h: h.sql(f"UPDATE invoices SET gateway_id = '12880' WHERE id = {_key('A-3')}"),
        "12880: the ledger has it for two invoices (A-1, A-3)",
    ),
    (
        "two references with one id in the workbook",
        lambda h: h.cell("Rows", 4, "Invoice ID", "12880"),
        "12880: a workbook has it for A-1 and A-3",
    ),
    (
        "made, without an id",
        lambda h: h.sql(f"UPDATE invoices SET gateway_id = NULL WHERE id = {_key('A-3')}"),
        "A-3: the ledger calls it created, but there is no invoice (id missing)",
    ),
    (
        "made in the workbook, without an id",
        lambda h: h.cell("Rows", 4, "Invoice ID", None),
        "A-3: a workbook calls it created, but there is no invoice (id missing)",
    ),
    (
        "an invalid row called made",
        lambda h: h.cell("Rows", 5, "Status", "created"),
        "A-4: a workbook calls it created",
    ),
    (
        "ledger and workbook differ",
        lambda h: h.cell("Rows", 4, "Status", "adopted"),
        "is ('A-3', 'created', '12882', 'not wanted') in the ledger, but ('A-3', 'adopted'",
    ),
    ("a row is missing", lambda h: h.drop("Rows", 4), "the ledger has the rows [2, 3, 4, 5], the workbook [2, 3, 5]"),
    ("a row is listed twice", lambda h: h.cell("Rows", 4, "Row", 3), "the workbook [2, 3, 3, 5]"),
    ("texted twice", lambda h: _text(h, "A-1"), "12880: texted 2 times"),
    (
        "two texts for one reference",
        lambda h: _again(h, "A-1", 99) or _text(h, "A-1", invoice_id=99),
        "A-1: 2 texts for one reference",
    ),
    ("not texted", lambda h: _forget_texts(h, "A-1"), "A-1: the ledger says sent, but nobody was texted"),
    (
        "not texted, says the workbook",
        lambda h: h.cell("Rows", 4, "SMS", "sent"),
        "A-3: a workbook says sent, but nobody was texted",
    ),
    ("texted, not wanted", lambda h: _text(h, "A-3"), "A-3: texted (12882), but the ledger says not wanted"),
    (
        "texted, called pending",
        lambda h: h.sql(f"UPDATE invoices SET sms = 'pending' WHERE id = {_key('A-1')}"),
        "A-1: texted (12880), but the ledger says pending",
    ),
    (
        "texted, called failed",
        lambda h: h.sql(f"UPDATE invoices SET sms = 'failed' WHERE id = {_key('A-1')}"),
        "A-1: texted (12880), but the ledger says failed",
    ),
    (
        "the text still waits",
        lambda h: h.sql(f"UPDATE invoices SET sms = 'pending' WHERE id = {_key('A-1')}"),
        "A-1: all is finished, and the text still waits",
    ),
    ("a send without an entry", lambda h: h.sql("UPDATE sms_calls SET gateway_ids = '[]'"), "the ledger does not know"),
    ("a send told otherwise", lambda h: h.cell("SMS", 1, "Outcome", "failed"), "in the ledger, but {1: ('failed'"),
    ("another amount at the gateway", lambda h: h.invoice("A-3").update(amount="7.000"), "A-3: amounts differ"),
    (
        "another amount in the ledger",
        lambda h: h.sql(f"UPDATE invoices SET gateway_amount = 7000 WHERE id = {_key('A-3')}"),
        "A-3: amounts differ",
    ),
    (
        "another amount in the ledger's content",
        lambda h: h.sql(f"UPDATE invoices SET content = replace(content, '7.250', '7.000') WHERE id = {_key('A-3')}"),
        "A-3: amounts differ",
    ),
    ("another amount in the workbook", lambda h: h.cell("Rows", 4, "Amount", 7), "A-3: amounts differ"),
    (
        "another amount at the gateway in the workbook",
        lambda h: h.cell("Rows", 4, "Amount at gateway", 7),
        "A-3: amounts differ",
    ),
    ("more was read", lambda h: h.sql("UPDATE runs SET input_count = 5"), "not what was read (5 rows"),
    ("more fils were read", lambda h: h.sql("UPDATE runs SET input_amount = 1"), "rows, 1 fils)"),
    ("the Summary read more", lambda h: h.summary("Read from the sheet", 2, 1), "133.75] was read"),
    ("the Summary counts more", lambda h: h.summary("created", 1, 1), "created: 3 rows with 132750 fils in the ledger"),
    ("the Summary's KWD are more", lambda h: h.summary("created", 2, 1), "created: 3 rows with 132750 fils"),
    ("the Summary counts the ledger otherwise", lambda h: h.summary("created", 4, 1), "created: 3 rows with 132750"),
    ("the Summary counts texts otherwise", lambda h: h.summary("sent", 1, 1), "SMS sent: 2 in the ledger"),
    (
        "a difference to what was read",
        lambda h: h.summary("Difference to what was read (must be 0)", 2, 1),
        "the Summary has a difference",
    ),
    ("a difference of a status", lambda h: h.summary("created", 6, 1), "created: the Summary has a difference"),
    ("a difference of texts", lambda h: h.summary("sent", 5, 1), "sent: the Summary has a difference"),
    ("no status", lambda h: h.sql("UPDATE rows SET status = 'lost' WHERE reference = 'A-1'"), "A-1: lost is no status"),
    ("still running", lambda h: h.sql("UPDATE runs SET status = 'running'"), "still running"),
    (
        "still pending",
        lambda h: h.sql("UPDATE rows SET status = 'pending' WHERE reference = 'A-1'"),
        "A-1: still pending in the ledger",
    ),
    ("pending in the workbook", lambda h: h.cell("Rows", 2, "Status", "pending"), "A-1: still pending in the workbook"),
    ("planned, but called", lambda h: h.sql("UPDATE runs SET status = 'planned'"), "called planned, but calls were"),
    ("nobody's, but called", lambda h: h.sql("UPDATE runs SET environment = ''"), "called planned, but calls were"),
    (
        "a record of the log changed",
        lambda h: _tamper(h, "SET who = 'x' WHERE number = 2"),
        "record 2 of the audit log",
    ),
    ("a plan without a record", lambda h: _tamper(h, "SET event = 'x' WHERE number = 1"), ": not in the audit log"),
    ("unknown without a word", lambda h: h.cell("Rows", 2, "SMS", "unknown"), "row 2: unknown, without a reason"),
    (
        "unknown in the ledger without a word",
        lambda h: h.sql("UPDATE rows SET status = 'unknown' WHERE reference = 'A-1'"),
        "row 2: unknown, without a reason",
    ),
]


def _tamper(history: History, change: str) -> None:
    with closing(sqlite3.connect(history.ledger)) as database, database:
        database.execute("DROP TRIGGER audit_no_update")
    history.sql(f"UPDATE audit {change}")


def _rename(history: History, number: int, reference: str) -> None:
    next(i for i in history.truth["invoices"] if i["id"] == number)["reference_number"] = reference


@pytest.mark.parametrize(("tamper", "said"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED])
def test_each_rule_speaks(good: History, tamper: Tamper, said: str) -> None:
    tamper(good)
    assert said in "\n".join(good.found())


def test_a_run_without_a_workbook(good: History) -> None:
    assert [said for said in violations(good.truth, good.ledger, []) if said.endswith("no workbook")]


@pytest.mark.parametrize("heading", ["What is wrong", "What to do"])
@pytest.mark.parametrize("row", [2, 3])
def test_what_is_unknown_has_a_reason_and_a_remedy(doubtful: History, row: int, heading: str) -> None:
    doubtful.cell("Attention", row, heading, None)
    assert [said for said in doubtful.found(unknown_allowed=True) if f"row {row}: unknown, without a reason" in said]


def test_unknown_and_not_on_attention(doubtful: History) -> None:
    doubtful.drop("Attention", 3)
    said = "\n".join(doubtful.found(unknown_allowed=True))
    assert "A-2: at the gateway (12881), but in no workbook" in said
