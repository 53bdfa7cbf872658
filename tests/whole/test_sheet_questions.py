"""What a sheet leaves open: asked at a terminal, a message and exit 3 elsewhere, and nothing sent before an answer."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from terminal import at_a_terminal
from whole_tool import HEADINGS, Tool, table

from batchinvoice.emulator.process import RunningEmulator

ROWS = [[f"INV-{n}", f"Customer {n}", f"6610020{n}", n * 10.125, None, "link"] for n in range(1, 5)]


def hidden(tool: Tool, *rows: int) -> Path:
    path = tool.sheet("a.xlsx", ROWS)
    book = openpyxl.load_workbook(path)
    for row in rows:
        book.active.row_dimensions[row].hidden = True
    book.save(path)
    return path


def made(gateway: RunningEmulator) -> list[str]:
    return sorted(invoice["reference_number"] for invoice in gateway.truth()["invoices"])


@pytest.mark.parametrize("command", ["run", "plan"])
def test_hidden_rows_stop_an_unattended_run(tool: Tool, gateway: RunningEmulator, command: str) -> None:
    sheet = hidden(tool, 3, 4)
    ended = tool(command, sheet)
    assert ended.returncode == 3
    assert "Invoices!3: The sheet hides rows" in ended.stderr
    assert "3–4 (2 in all, 50.625 KWD)" in ended.stderr
    assert "--skip-hidden" in ended.stderr
    assert gateway.truth()["calls"] == []
    assert tool("check", sheet).returncode == 1


def test_hidden_rows_are_left_out_or_included_as_asked(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = hidden(tool, 3, 4)
    result = tool.json("run", sheet, "--skip-hidden", "--expect-count", "2", "--expect-total", "50.625")
    assert (result["status"], result["rows"]["total"], result["amount"]["total"]) == ("complete", 2, "50.625")
    assert made(gateway) == ["INV-1", "INV-4"]
    summary = openpyxl.load_workbook(tool.folder / result["report"])["Summary"]
    notes = [value for row in summary.values for value in row if value]
    assert "Hidden rows were left out, as asked: 3–4 (2 in all, 50.625 KWD)." in notes
    told = tool("show", result["run"], "--row", "4").stdout
    assert "Hidden rows were left out, as asked: 3–4" in told
    assert tool("show", result["run"], "--row", "6").returncode == 2
    result = tool.json("run", sheet, "--include-hidden")
    assert (result["rows"]["created"], result["rows"]["unchanged"]) == (2, 2)
    assert made(gateway) == ["INV-1", "INV-2", "INV-3", "INV-4"]


def test_a_person_is_asked_about_hidden_rows(tool: Tool, gateway: RunningEmulator) -> None:
    hidden(tool, 3)
    code, shown = at_a_terminal(tool, "a\n", "run", "a.xlsx")
    assert code == 3
    assert "Skip them, invoice them too, or abort?" in shown
    assert made(gateway) == []
    code, shown = at_a_terminal(tool, "s\ny\n", "run", "a.xlsx")
    assert (code, made(gateway)) == (0, ["INV-1", "INV-3", "INV-4"])


def test_a_likely_heading_is_asked_about_once_and_remembered(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", ROWS, headings=("Ref", "Custommer", "Mobile", "Amount", "Emial", "Delivery"))
    ended = tool("run", "a.xlsx")
    assert ended.returncode == 3
    assert '--map "Custommer=Customer Name"' in ended.stderr
    code, shown = at_a_terminal(tool, "y\nn\ny\n", "run", "a.xlsx")
    assert "Does the column “Custommer” mean Customer Name?" in shown
    assert "Does the column “Emial” mean Email?" in shown
    assert (code, len(made(gateway))) == (0, 4)
    result = tool.json("run", "a.xlsx")
    assert result["rows"]["unchanged"] == 4
    said = {issue["code"]: issue["message"] for issue in result["issues"]}
    assert said["column-confirmed"] == "The column “Custommer” was confirmed to mean Customer Name."
    assert "perhaps" not in json.dumps(result)


def test_a_mapping_on_the_command_line_and_one_that_is_none(tool: Tool) -> None:
    tool.sheet("a.xlsx", ROWS, headings=("Ref", "Payer", "Mobile", "Amount", "Mail", "Delivery"))
    assert tool("check", "a.xlsx").returncode == 3
    assert tool("check", "a.xlsx", "--map", "Payer=customer name").returncode == 0
    assert tool("check", "a.xlsx").returncode == 0
    typed = tool("check", "a.xlsx", "--map", "Payee=Customer Name")
    assert (typed.returncode, "has no column “payee”, as --map says" in typed.stderr) == (3, True)
    wrong = tool("check", "a.xlsx", "--map", "Payer=Colour")
    assert wrong.returncode == 2
    assert 'write it as --map "HEADING=COLUMN"' in wrong.stderr


def test_control_totals_stop_a_run_before_anything_is_sent(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [*ROWS, ["Total", None, None, 101.249]])
    for words in ([], ["--expect-total", "101.249"]):
        ended = tool("run", sheet, *words)
        assert ended.returncode == 3
        assert "101.249 KWD, but the rows come to 101.250 KWD" in ended.stderr
    assert made(gateway) == []
    bad = tool.json("run", tool.sheet("c.xlsx", [*ROWS, ["INV-9", None, "66100209", 5], ["Total", None, None, 5]]))
    assert [issue["code"] for issue in bad["issues"]] == ["total-differs", "cell-empty"]
    right = tool.sheet("b.xlsx", [*ROWS, ["Total", None, None, 101.25]])
    assert tool("run", right, "--expect-count", "5").returncode == 3
    assert tool("run", right, "--expect-total", "1,5").returncode == 2
    assert tool("run", right, sheet, "--expect-count", "4").returncode == 2
    assert made(gateway) == []
    assert tool("run", right, "--expect-count", "4", "--expect-total", "101.25").returncode == 0
    assert len(made(gateway)) == 4


def test_one_of_several_sheets_is_named(tool: Tool, gateway: RunningEmulator) -> None:
    book = openpyxl.Workbook()
    for name, row in (("October", ROWS[0]), ("November", ROWS[1])):
        sheet = book.create_sheet(name)
        sheet.append(HEADINGS)
        sheet.append(row)
    book.save(tool.folder / "a.xlsx")
    assert tool("run", "a.xlsx").returncode == 3
    result = tool.json("run", "a.xlsx", "--sheet", "november")
    assert made(gateway) == ["INV-2"]
    assert [issue["message"] for issue in result["issues"]] == [
        "The sheet “October” holds invoices too and is not used."
    ]
    ended = tool("run", "a.xlsx", "--sheet", "December")
    assert (ended.returncode, "no sheet “December”" in ended.stderr) == (3, True)


def test_mended_corrections_finish_their_rows_and_say_whose_they_are(tool: Tool, gateway: RunningEmulator) -> None:
    rows = [list(row) for row in ROWS]
    rows[1][3], rows[2][2] = "1,234", "123"
    first = tool.json("run", tool.sheet("a.xlsx", rows))
    assert (first["status"], first["rows"]["invalid"]) == ("partial", 2)
    path = Path(tool.folder / first["corrections"])
    book = openpyxl.load_workbook(path)
    sheet = book["Invoices"]
    assert [cell.value for cell in sheet[1]] == list(HEADINGS)
    sheet["D2"], sheet["C3"] = 20.25, "66100203"
    book.save(path)
    second = tool.json("run", path)
    assert (second["status"], second["rows"]["total"], second["rows"]["created"]) == ("complete", 2, 2)
    assert made(gateway) == ["INV-1", "INV-2", "INV-3", "INV-4"]
    summary = openpyxl.load_workbook(tool.folder / second["report"])["Summary"]
    said = {row[8].value: row[9].value for row in summary.iter_rows() if row[8].value}
    assert said["Corrects the run"] == first["run"]


def test_items_in_rows_are_one_invoice_to_the_end(tool: Tool, gateway: RunningEmulator) -> None:
    headings = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Delivery", "Item", "Item Rate", "Qty")
    rows = [
        ["INV-1", "Noura", "66100201", 30, "link", "Pen", 10, 1],
        ["INV-1", "Noura", "66100201", 30, "link", "Ink", 10, 2],
        ["INV-2", "Ali", "66100202", 5, "link", "Pen", 5, None],
    ]
    result = tool.json("run", tool.sheet("a.xlsx", rows, headings))
    assert (result["status"], result["rows"]["created"], result["rows"]["duplicate"]) == ("complete", 2, 1)
    assert (result["amount"]["total"], result["amount"]["created"]) == ("35.000", "35.000")
    [one] = [i for i in gateway.truth()["invoices"] if i["reference_number"] == "INV-1"]
    assert one["amount"] == "30.000"
    sent = [call["payload"] for call in gateway.truth()["calls"] if call["name"] == "create"]
    assert [[item["itemTitle"] for item in payload["itemsList"]] for payload in sent] in (
        [["Pen", "Ink"], ["Pen"]],
        [["Pen"], ["Pen", "Ink"]],
    )
    listed = table(tool.folder / result["report"], "Rows")
    assert [(row["Row"], row["Status"], row["Amount"]) for row in listed] == [
        (2, "created", 30),
        (3, "duplicate", 0),
        (4, "created", 5),
    ]


def test_corrections_keep_the_further_items_of_an_invoice(tool: Tool) -> None:
    headings = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Item", "Item Rate", "Expiry Date")
    rows = [
        ["INV-1", "Noura", "66100201", 30, "Pen", 10, "2020-01-31"],
        ["INV-1", None, None, None, "Ink", 20, None],
        ["INV-2", "Ali", "66100202", 5, "Pen", 5, None],
    ]
    result = tool.json("check", tool.sheet("a.xlsx", rows, headings))
    assert (result["rows"]["invalid"], result["rows"]["duplicate"]) == (1, 1)
    listed = table(tool.folder / result["corrections"], "Invoices")
    assert [row["Item"] for row in listed] == ["Pen", "Ink"]
