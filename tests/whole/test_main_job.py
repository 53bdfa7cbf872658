"""The main job from end to end: what an accountant does at month-end, and what the gateway says happened."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from whole_tool import HEADINGS, Tool, calls, table

from batchinvoice.emulator.process import RunningEmulator

SAMPLES = Path(__file__).parents[2] / "samples"
GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]


def test_the_demo_needs_no_settings_and_says_where_the_report_is(tmp_path: Path) -> None:
    started = time.monotonic()
    done = Tool(tmp_path)("demo")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 15
    report = next((tmp_path / "reports" / "demo").glob("*.report.xlsx"))
    assert report.name in done.stdout
    assert "Traceback" not in done.stderr


def test_the_mixed_sample_is_sent_mended_and_finished(tool: Tool, gateway: RunningEmulator) -> None:
    first = tool("run", SAMPLES / "mistakes.xlsx")
    assert first.returncode == 1, first.stderr
    report = next((tool.folder / "reports").glob("*.report.xlsx"))
    corrections = next((tool.folder / "reports").glob("*.corrections.xlsx"))

    rows = table(report, "Rows")
    good = [row for row in rows if row["Status"] == "created"]
    truth = gateway.truth()
    assert sorted(i["reference_number"] for i in truth["invoices"]) == sorted(row["Reference"] for row in good)
    assert all(invoice["texted"] <= 1 for invoice in truth["invoices"])
    assert len(truth["texts"]) == len([row for row in good if row["SMS"] == "sent"]) > 0

    bad = [row for row in rows if row["Status"] in ("invalid", "held")]
    assert len(bad) == 13
    attention = {row["Row"]: row for row in table(report, "Attention")}
    for row in bad:
        cell = row["Reason"].split(":")[0]
        assert cell.rstrip("0123456789").isalpha()
        assert cell.endswith(str(row["Row"]))
        assert f"Invoices!{cell} " in first.stdout
        assert attention[row["Row"]]["What to do"]
    _mend(corrections)

    second = tool("run", corrections)
    assert second.returncode == 0, second.stdout
    after = gateway.truth()
    references = [invoice["reference_number"] for invoice in after["invoices"]]
    assert len(references) == len(set(references)) == len(good) + 13

    third = tool.json("run", SAMPLES / "mistakes.xlsx")
    assert third["rows"]["unchanged"] == len(good)
    assert third["rows"]["created"] == third["rows"]["updated"] == 0
    # Rows that were mended elsewhere differ from what this sheet still says; the others are as they were.
    final = gateway.truth()
    assert final["invoices"] == after["invoices"]
    assert len(final["texts"]) == len(after["texts"])


def _mend(corrections: Path) -> None:
    """What the accountant does: a right value into each marked cell, and a reference of its own for each repeat."""
    book = openpyxl.load_workbook(corrections)
    sheet = book.active
    columns = {cell.value: cell.column for cell in sheet[1]}
    right = {
        "Reference Number": "MENDED",
        "Customer Name": "Ravi",
        "Mobile Number": "66100299",
        "Amount": 12.5,
        "Email": "mended@example.com",
        "Expiry Date": None,
        "Payment Methods": "KNET",
    }
    assert sheet.max_row == 14
    for number in range(2, sheet.max_row + 1):
        marked = [c for c in sheet[number] if c.comment]
        assert marked, f"row {number} has no note"
        for cell in marked:
            assert "Row " in cell.comment.text
            heading = sheet.cell(1, cell.column).value
            cell.value = f"MENDED-{number}" if heading == "Reference Number" else right[heading]
    assert set(columns) >= set(right)
    book.save(corrections)


def test_running_a_sheet_again_changes_nothing(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", 5, None, "link"]])
    assert tool("run", sheet).returncode == 0
    before = gateway.truth()
    again = tool.json("run", sheet)
    assert again["status"] == "complete"
    assert again["rows"]["unchanged"] == 2
    after = gateway.truth()
    assert after["invoices"] == before["invoices"]
    assert after["texts"] == before["texts"]
    assert {c["name"] for c in after["calls"][len(before["calls"]) :]} == {"login", "find"}


def test_one_changed_amount_is_one_update_in_the_form_of_the_seed(tool: Tool, gateway: RunningEmulator) -> None:
    rows = [
        ["12345555", "test", "+965 12345678", 90, "test@gmail.com", "link"],
        ["INV-2", "Ali", "66100202", 5, "ali@example.com", "link"],
    ]
    tool("run", tool.sheet("a.xlsx", rows))
    rows[0][3] = 100
    done = tool.json("run", tool.sheet("a.xlsx", rows))
    assert done["rows"]["updated"] == 1
    assert done["rows"]["unchanged"] == 1
    (update,) = calls(gateway.truth(), "update")
    assert list(update["payload"].items()) == [
        ("merchantCode", "842217"),
        ("amount", "100.000"),
        ("name", "test"),
        ("email", "test@gmail.com"),
        ("phone", "96512345678"),
        ("reference_number", "12345555"),
    ]


def test_the_report_accounts_for_every_row_and_agrees_with_the_gateway(tool: Tool, gateway: RunningEmulator) -> None:
    done = tool.json("run", SAMPLES / "mistakes.xlsx")
    source = [
        (number, [cell.value for cell in row])
        for number, row in enumerate(openpyxl.load_workbook(SAMPLES / "mistakes.xlsx")["Invoices"].iter_rows(), 1)
    ]
    expected = [number for number, row in source[1:] if any(value is not None for value in row)]
    rows = table(tool.folder / done["report"], "Rows")
    assert [row["Row"] for row in rows] == expected

    at_gateway = gateway.truth()["invoices"]
    made = [row for row in rows if row["Status"] == "created"]
    assert len(made) == len(at_gateway) == done["rows"]["created"]
    told = sum(Decimal(invoice["amount"]) for invoice in at_gateway)
    assert told == Decimal(done["amount"]["created"]) == sum(Decimal(str(row["Amount at gateway"])) for row in made)
    assert {row["Invoice ID"] for row in made} == {str(invoice["id"]) for invoice in at_gateway}

    statuses = {name for name in done["rows"] if name != "total"}
    assert sum(done["rows"][name] for name in statuses) == done["rows"]["total"] == len(rows)
    assert sum(Decimal(done["amount"][name]) for name in statuses) == Decimal(done["amount"]["total"])


def test_the_arabic_sample_goes_through(tool: Tool, gateway: RunningEmulator) -> None:
    done = tool.json("run", SAMPLES / "arabic.csv")
    assert done["status"] == "complete"
    assert len(gateway.truth()["invoices"]) == done["rows"]["total"] > 0


def test_the_clean_sample_goes_through_with_its_items(tool: Tool, gateway: RunningEmulator) -> None:
    assert tool("run", SAMPLES / "clean.xlsx").returncode == 0
    with_items = [c["payload"] for c in calls(gateway.truth(), "create") if "itemsList" in c["payload"]]
    assert with_items
    for payload in with_items:
        lines = payload["itemsList"]
        assert sum(Decimal(line["amount"]) for line in lines) >= Decimal(payload["amount"])
        assert all(set(line) == {"itemTitle", "rate", "quantity", "amount"} for line in lines)


def test_no_sms_waits_for_send(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", 5, None, "link"]])
    done = tool.json("run", sheet, "--no-sms")
    assert done["sms"]["pending"] == 1
    assert gateway.truth()["texts"] == []
    sent = tool.json("send", done["run"])
    assert sent["sms"]["sent"] == 1
    assert tool("send", done["run"]).returncode == 0
    assert [text["via"] for text in gateway.truth()["texts"]] == ["send"]


def test_texts_that_were_refused_can_be_sent_again(tool: Tool, gateway: RunningEmulator) -> None:
    run = tool.json("run", tool.sheet("a.xlsx", [GOOD]), "--no-sms")["run"]
    gateway.reset()  # the gateway knows no such invoice any more, and refuses the whole send
    assert tool.json("send", run)["sms"]["failed"] == 1
    assert tool.json("send", run)["sms"]["failed"] == 1
    assert len(calls(gateway.truth(), "send")) == 2


def test_a_row_whose_date_has_passed_since_is_as_it_was(tool: Tool, gateway: RunningEmulator) -> None:
    heads = (*HEADINGS, "Expiry Date")
    late = ["INV-9", "Ali", "66100202", 5, None, "sms", "2020-01-31"]
    sheet = tool.sheet("a.xlsx", [[*GOOD, dt.date(2030, 1, 31)], late], heads)
    assert tool.json("run", sheet)["rows"]["invalid"] == 1
    # Years later: the first row's day is in the past, too.
    rows = _run_in(2030, tool, sheet)["rows"]
    assert (rows["unchanged"], rows["invalid"]) == (1, 1)
    assert len(gateway.truth()["invoices"]) == 1


def _run_in(year: int, tool: Tool, *words: object) -> Any:
    """Run the tool on the first of March of a year to come; returns what --json prints."""
    code = (
        "import datetime as dt, sys\n"
        "from batchinvoice import checking\n"
        "from batchinvoice.__main__ import main\n"
        f"checking.now = lambda: dt.datetime({year}, 3, 1, tzinfo=dt.UTC)\n"
        f"sys.argv = ['batchinvoice', 'run', '--json', *{[str(word) for word in words]!r}]\n"
        "main()\n"
    )
    env = {**os.environ, **tool.settings}
    done = subprocess.run([sys.executable, "-c", code], cwd=tool.folder, env=env, capture_output=True, check=False)
    return json.loads(done.stdout)


def test_a_date_that_has_passed_hides_nothing_else(tool: Tool, gateway: RunningEmulator) -> None:
    heads, late = (*HEADINGS, "Expiry Date"), dt.date(2030, 1, 31)
    sent = [*GOOD, late]
    tool("run", tool.sheet("a.xlsx", [sent], heads), "--no-sms")
    other = [*GOOD[:3], 99, *GOOD[4:], late]
    differing = _run_in(2030, tool, tool.sheet("b.xlsx", [sent, other], heads))
    assert differing["rows"]["unchanged"] == 0
    assert [issue["code"] for issue in differing["issues"]].count("repeat-differs") == 2
    assert gateway.truth()["texts"] == []
    twice = _run_in(2030, tool, tool.sheet("c.xlsx", [sent, sent], heads))
    assert (twice["rows"]["unchanged"], twice["rows"]["duplicate"]) == (1, 1)
    new = ["INV-9", "Ali", "66100202", 5, None, "link", None]
    strict = _run_in(2030, tool, tool.sheet("d.xlsx", [sent, new], heads), "--strict")
    assert (strict["rows"]["unchanged"], strict["rows"]["created"]) == (1, 1)


def test_a_row_that_the_gateway_texted_before_is_unchanged_without_texts(tool: Tool) -> None:
    heads = (*HEADINGS[:5], "invoiceType", "invoiceSubType")
    sheet = tool.sheet("a.xlsx", [[*GOOD[:5], "1", "0"]], heads)
    assert tool.json("run", sheet)["sms"]["sent"] == 1
    assert tool.json("run", sheet, "--no-sms")["rows"]["unchanged"] == 1


def test_a_run_that_is_over_has_nothing_left_to_send(tool: Tool, gateway: RunningEmulator) -> None:
    run = tool.json("run", tool.sheet("a.xlsx", [GOOD]))["run"]
    before = gateway.truth()["calls"]
    done = tool("apply", run)
    assert done.returncode == 0
    assert "Nothing is left to send" in done.stdout
    assert gateway.truth()["calls"] == before


def test_instant_rows_are_never_in_a_bulk_send(tool: Tool, gateway: RunningEmulator) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]), BATCHINVOICE_SMS_MODE="instant")
    truth = gateway.truth()
    assert [invoice["texted"] for invoice in truth["invoices"]] == [1]
    assert calls(truth, "send") == []


def test_bulk_sends_have_the_set_size(tool: Tool, gateway: RunningEmulator) -> None:
    rows = [[f"INV-{n}", "Ali", "66100202", 5, None, "sms"] for n in range(5)]
    tool("run", tool.sheet("a.xlsx", rows), BATCHINVOICE_SMS_CHUNK="2")
    truth = gateway.truth()
    sends = [call["payload"]["ids"] for call in calls(truth, "send")]
    order = [
        str(invoice["id"])
        for ref in range(5)
        for invoice in truth["invoices"]
        if invoice["reference_number"] == f"INV-{ref}"
    ]
    assert sorted(sends) == sorted([order[:2], order[2:4], order[4:]])  # two of them at once: either may come first


def test_a_lost_answer_is_settled_by_the_run_itself(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", 5, None, "sms"]])
    gateway.set_faults("create:close-after:1x1", "create:close-before:2x1")
    done = tool("run", sheet, BATCHINVOICE_CONCURRENCY="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "The answers to 2 invoices were lost; looking at the gateway, for 0.1 s at most." in done.stdout
    report = next((tool.folder / "reports").glob("*-001.report.xlsx"))
    assert [row["Status"] for row in table(report, "Rows")] == ["adopted", "created"]
    references = [invoice["reference_number"] for invoice in gateway.truth()["invoices"]]
    assert sorted(references) == ["INV-1", "INV-2"]


def test_what_cannot_be_settled_is_told_and_resume_settles_it(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", 5, None, "sms"]])
    assert tool("run", sheet).returncode == 0
    gateway.set_faults("create:close-after:1x1", "find:lag=3600:1")
    done = tool.json("run", tool.sheet("b.xlsx", [["INV-3", "Ali", "66100203", 5, None, "sms"]]))
    assert (done["rows"]["unknown"], done["status"]) == (1, "partial")
    [issue] = done["issues"]
    assert (issue["code"], issue["row"], issue["column"]) == ("look-up-blind", 2, "A")
    assert [row["Status"] for row in table(tool.folder / done["report"], "Attention")] == ["unknown"]

    gateway.set_faults()
    again = tool.json("resume")
    assert (again["run"], again["status"], again["rows"]["adopted"]) == (done["run"], "complete", 1)
    assert [row["Status"] for row in table(tool.folder / again["report"], "Rows")] == ["adopted"]
    nothing = tool("resume")
    assert (nothing.returncode, nothing.stdout.splitlines()[-1].split(":")[0]) == (0, "Nothing to resume")
    assert len(gateway.truth()["invoices"]) == len(gateway.truth()["texts"]) == 3


def test_strict_sends_nothing_when_one_row_is_bad(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", "Ali", "66100202", "12.3456", None, "sms"]])
    done = tool("run", sheet, "--strict")
    assert done.returncode == 1
    assert gateway.truth()["invoices"] == []


def test_plan_sends_nothing_and_apply_carries_it_out(tool: Tool, gateway: RunningEmulator) -> None:
    planned = tool.json("plan", tool.sheet("a.xlsx", [GOOD]))
    assert planned["status"] == "planned"
    assert gateway.truth()["calls"] == []
    assert tool("apply", planned["run"]).returncode == 0
    assert len(gateway.truth()["invoices"]) == 1
    assert tool("apply", planned["run"]).returncode == 0
    assert len(gateway.truth()["invoices"]) == 1


def test_the_auditor_asks_for_one_row(tool: Tool) -> None:
    done = tool.json("run", tool.sheet("a.xlsx", [GOOD]))
    said = tool("show", done["run"], "--row", 2).stdout
    assert "INV-1" in said
    assert "created" in said
    assert tool("show", done["run"], "--row", 99).returncode == 2
    assert done["run"] in tool("history").stdout
    out = tool.folder / "for-the-auditor.xlsx"
    assert tool("report", done["run"], "--out", out).returncode == 0
    assert [row["Reference"] for row in table(out, "Rows")] == ["INV-1"]


def test_a_run_that_nobody_was_asked_about_and_that_met_no_gateway_is_resumed(
    tool: Tool, gateway: RunningEmulator
) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    down = tool("run", sheet, BATCHINVOICE_BASE_URL="http://127.0.0.1:9")
    assert (down.returncode, "then: batchinvoice resume" in down.stderr) == (3, True)
    assert "failed" in tool("history").stdout
    done = tool.json("resume")
    assert (done["status"], done["rows"]["created"]) == ("complete", 1)
    assert len(gateway.truth()["invoices"]) == 1


def test_resume_names_what_was_only_planned(tool: Tool) -> None:
    run = tool.json("plan", tool.sheet("a.xlsx", [GOOD]))["run"]
    said = tool("resume")
    assert (
        said.returncode,
        f"Planned and never begun: a.xlsx. To carry it out: batchinvoice apply {run}" in said.stdout,
    ) == (0, True)
    assert tool("resume", run).returncode == 0
    assert tool("resume", "--give-up", 2).returncode == 2


def test_the_auditor_sees_every_call_that_was_made_for_a_row(tool: Tool, gateway: RunningEmulator) -> None:
    gateway.set_faults("create:close-before:1x1")
    done = tool.json("run", tool.sheet("a.xlsx", [GOOD]))
    said = tool("show", done["run"], "--row", 2).stdout
    assert "create: pending (not at the gateway, looked for over 0.1 s)" in said.split("Call 1:")[1].split("Call 2:")[0]
    assert "create: created" in said.split("Call 2:")[1]


def test_the_template_can_be_filled_and_run(tool: Tool, gateway: RunningEmulator) -> None:
    for language in ("en", "ar"):
        assert tool("template", f"{language}.xlsx", "--lang", language).returncode == 0
        book = openpyxl.load_workbook(tool.folder / f"{language}.xlsx")
        sheet = book.worksheets[0]
        for column, value in {2: f"T-{language}", 3: "منى", 4: "66100201", 7: 10.25}.items():
            sheet.cell(2, column).value = value
        book.save(tool.folder / f"{language}.xlsx")
        assert tool("check", f"{language}.xlsx").returncode == 0
        assert tool("run", f"{language}.xlsx").returncode == 0
    assert [invoice["amount"] for invoice in gateway.truth()["invoices"]] == ["10.250", "10.250"]
    assert tool("template", "en.xlsx").returncode == 2  # it may hold invoices by now


def test_an_empty_template_says_that_nothing_stands_below_the_header(tool: Tool) -> None:
    tool("template", "empty.xlsx")
    done = tool("check", "empty.xlsx")
    assert done.returncode == 3
    assert "nothing stands below the header" in done.stderr


def test_several_sheets_at_once_are_a_list(tool: Tool) -> None:
    a = tool.sheet("a.xlsx", [GOOD])
    b = tool.sheet("b.xlsx", [["INV-9", "Ali", "66100202", 5, None, "link"]])
    done = tool.json("run", a, tool.folder / "missing.xlsx", b)
    assert [result["status"] for result in done] == ["complete", "failed", "complete"]


def test_sandbox_and_live_never_share_references(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    tool("run", sheet)
    live = tool.json("run", sheet, BATCHINVOICE_ENVIRONMENT="live")
    assert live["environment"] == "live"
    assert live["rows"]["created"] == 1
    assert len(gateway.truth()["invoices"]) == 2
