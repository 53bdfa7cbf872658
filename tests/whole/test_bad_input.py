"""Bad input gets a clear error that names what to do, and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from terminal import at_a_terminal
from whole_tool import HEADINGS, Tool, table

from batchinvoice.emulator.process import RunningEmulator

GOOD = ["INV-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"]


def _file(tool: Tool, name: str, content: bytes) -> Path:
    path = tool.folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("nothing.xlsx", b"", "is empty"),
        ("blank.csv", b"  \r\n ", "is empty"),
        ("letter.xlsx", b"Dear Sir", "is not an Excel workbook or a CSV file"),
        ("broken.xlsx", b"PK\x03\x04 and no more", "is not an Excel workbook or a CSV file"),
        ("other.csv", b"colour,size\nred,4\n", "No header row was found"),
        ("bare.csv", b"reference,name,phone,amount\n", "nothing stands below the header"),
        ("short.csv", b"reference,custmer nme,phone\n1,Ali,66100201\n", "no column \u201cAmount\u201d"),
        (
            "near.csv",
            b"reference,custmer nme,phone,amount\n1,A,66100201,5\n",
            "perhaps \u201ccustmer nme\u201d is meant",
        ),
        ("twice.csv", b"reference,name,customer,phone,amount\n1,A,A,66100201,5\n", "both mean Customer Name"),
    ],
)
def test_a_sheet_that_cannot_be_read(
    tool: Tool, gateway: RunningEmulator, name: str, content: bytes, said: str
) -> None:
    for command in ("check", "run"):
        done = tool(command, _file(tool, name, content))
        assert done.returncode == 3
        assert said in done.stderr
        assert name in done.stderr
        assert "Traceback" not in done.stderr
    assert gateway.truth()["calls"] == []


def test_no_such_file(tool: Tool) -> None:
    done = tool("run", "nowhere.xlsx")
    assert done.returncode == 3
    assert "There is no file nowhere.xlsx" in done.stderr


def test_an_unknown_column_is_said_and_the_rest_goes(tool: Tool) -> None:
    done = tool("run", tool.sheet("a.xlsx", [[*GOOD, "x"]], (*HEADINGS, "Salesman")))
    assert done.returncode == 0
    assert "Invoices!G1 Salesman" in done.stdout
    assert "not known and is not used" in done.stdout


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"HESABE_SECRET_KEY": "x" * 32}, "HESABE_SECRET_KEY"),
        ({"HESABE_IV_KEY": "y" * 16}, "HESABE_IV_KEY"),
        ({"HESABE_SECRET_KEY": "too short"}, "HESABE_SECRET_KEY"),
        ({"HESABE_PASSWORD": "wrong"}, "HESABE_PASSWORD"),
        ({"HESABE_ACCESS_CODE": "wrong"}, "HESABE_ACCESS_CODE"),
        ({"HESABE_USERNAME": ""}, "HESABE_USERNAME"),
        ({"BATCHINVOICE_BASE_URL": "http://127.0.0.1:9"}, "BATCHINVOICE_BASE_URL"),
        ({"BATCHINVOICE_BASE_URL": "http://gateway.example.com"}, "https"),
        ({"BATCHINVOICE_ENVIRONMENT": "production"}, "BATCHINVOICE_ENVIRONMENT"),
        ({"BATCHINVOICE_PAYMENT_METHODS": "99"}, "BATCHINVOICE_PAYMENT_METHODS"),
    ],
)
def test_settings_and_gateways_that_do_not_work(
    tool: Tool, gateway: RunningEmulator, changed: dict[str, str], said: str
) -> None:
    done = tool("run", tool.sheet("a.xlsx", [GOOD]), **changed)
    assert done.returncode == 3
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "wrong" not in done.stderr  # a setting's value is never repeated
    assert gateway.truth()["invoices"] == []


def test_what_json_prints_has_every_key_whatever_happened(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    keys = {"run", "status", "rows", "amount", "sms", "report", "corrections", "issues"}
    well = tool.json("run", sheet)
    for result in (
        well,
        tool.json("check", sheet),
        tool.json("plan", sheet),
        tool.json("run", "nowhere.xlsx"),
        tool.json("run", tool.sheet("b.xlsx", [["INV-7", *GOOD[1:]]]), HESABE_PASSWORD="wrong"),
    ):
        assert keys <= set(result)
        for name in ("rows", "amount", "sms"):
            assert set(result[name]) == set(well[name])
    assert result["run"], "a run that was planned is named, so that it can be applied"


def test_once_the_setting_is_mended_the_run_goes_on(tool: Tool, gateway: RunningEmulator) -> None:
    stopped = tool("run", tool.sheet("a.xlsx", [GOOD]), HESABE_PASSWORD="wrong")
    run = stopped.stderr.split("batchinvoice resume ")[1].split()[0]
    assert tool("resume", run).returncode == 0
    assert len(gateway.truth()["invoices"]) == 1


def test_a_misspelt_setting_in_the_file_is_named(tool: Tool) -> None:
    (tool.folder / "batchinvoice.toml").write_text('BATCHINVOICE_ENVIROMENT = "live"\n', encoding="utf-8")
    done = tool("history")
    assert done.returncode == 3
    assert "BATCHINVOICE_ENVIROMENT" in done.stderr


def test_a_settings_file_can_send_no_code_to_a_terminal(tool: Tool) -> None:
    (tool.folder / "batchinvoice.toml").write_text('"\\u001b]0;owned\\u0007x" = 1\n', "utf-8")
    code, shown = at_a_terminal(tool, "", "history")
    assert (code, "no such setting" in shown, "\x1b]0" in shown) == (3, True, False)


def test_the_settings_file_is_read(tool: Tool) -> None:
    (tool.folder / "batchinvoice.toml").write_text('BATCHINVOICE_REPORT_DIR = "elsewhere"\n', encoding="utf-8")
    assert tool("run", tool.sheet("a.xlsx", [GOOD])).returncode == 0
    assert list((tool.folder / "elsewhere").glob("*.report.xlsx"))


def test_a_report_that_is_open_loses_nothing(tool: Tool, gateway: RunningEmulator) -> None:
    first = tool.json("run", tool.sheet("a.xlsx", [GOOD]), "--no-sms")
    report = tool.folder / first["report"]
    report.unlink()
    # A folder in the report's place cannot be replaced, as a workbook that Excel holds cannot be on Windows.
    report.mkdir()
    done = tool("send", first["run"])
    assert done.returncode == 3
    assert "could not be written" in done.stderr
    assert f"batchinvoice report {first['run']}" in done.stderr
    assert len(gateway.truth()["texts"]) == 1
    report.rmdir()
    assert tool("report", first["run"]).returncode == 0
    assert table(report, "Rows")[0]["SMS"] == "sent"


def test_a_folder_for_reports_that_cannot_be_made_stops_before_anything_is_sent(
    tool: Tool, gateway: RunningEmulator
) -> None:
    _file(tool, "a-file", b"not a folder")
    done = tool("run", tool.sheet("a.xlsx", [GOOD]), "--report-dir", "a-file", "--json")
    assert done.returncode == 3
    assert "could not be written" in done.stderr
    assert "Something unexpected" not in done.stderr
    assert gateway.truth()["invoices"] == []
    assert json.loads(done.stdout)["run"]
    bad = tool.sheet("b.xlsx", [["INV-1", None, "66100201", 5, None, "sms"]])
    said = tool("check", bad, "--report-dir", "a-file").stderr
    assert "could not be written" in said
    assert ".tmp" not in said


def test_the_folder_for_reports_keeps_every_file(tool: Tool) -> None:
    folder = tool.folder / "reports"
    folder.mkdir()
    mine = folder / ".batchinvoice"
    mine.write_text("mine", encoding="utf-8")
    tool("run", tool.sheet("a.xlsx", [GOOD]))
    assert mine.read_text(encoding="utf-8") == "mine"
    assert {each.suffix for each in folder.iterdir()} == {"", ".xlsx"}


def test_corrections_that_are_being_mended_are_left_alone(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD, ["INV-2", None, "66100202", 5, None, "sms"]])
    for command in (["check", sheet], ["run", sheet, "--no-sms"]):
        done = tool.json(*command)
        mended = tool.folder / done["corrections"]
        book = openpyxl.load_workbook(mended)
        book.active["B2"] = "Half mended"
        book.save(mended)
        again = tool.json("check", sheet) if command[0] == "check" else tool.json("report", done["run"])
        assert openpyxl.load_workbook(mended).active["B2"].value == "Half mended"
        assert again["corrections"] != done["corrections"]
        assert (tool.folder / again["corrections"]).exists()
    assert tool.json("send", done["run"])["corrections"] is None


def test_the_same_corrections_are_not_written_twice(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [["INV-2", None, "66100202", 5, None, "sms"]])
    assert tool.json("check", sheet)["corrections"] == tool.json("check", sheet)["corrections"]


def test_a_report_never_takes_the_place_of_another_file(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    before = sheet.read_bytes()
    run = tool.json("run", sheet)["run"]
    for name in ("a.xlsx", "b.csv"):
        assert tool("report", run, "--out", name).returncode == 2
    assert sheet.read_bytes() == before


def test_a_ledger_folder_that_cannot_be_written(tool: Tool, gateway: RunningEmulator) -> None:
    _file(tool, "a-file", b"not a folder")
    done = tool("run", tool.sheet("a.xlsx", [GOOD]), BATCHINVOICE_HOME=str(tool.folder / "a-file" / "home"))
    assert done.returncode == 3
    assert "BATCHINVOICE_HOME" in done.stderr
    assert gateway.truth()["invoices"] == []


def test_an_unknown_run(tool: Tool) -> None:
    for command in ("apply", "report", "show", "send"):
        done = tool(command, "20200101-001")
        assert done.returncode == 3
        assert "batchinvoice history" in done.stderr


def test_wrong_usage_is_exit_2(tool: Tool) -> None:
    for words in (["run"], ["launch"], ["run", "--fast", "a.xlsx"], ["template", "--lang", "fr"]):
        assert tool(*words).returncode == 2


def test_a_report_is_not_taken_for_a_sheet(tool: Tool) -> None:
    """Its rows look like invoices, and those that were rejected would go out once more."""
    done = tool.json("run", tool.sheet("a.xlsx", [["R-1", "Noura", "66001234", "5.000", None, "sms"]]))
    again = tool("run", done["report"])
    assert again.returncode == 3
    assert "is a report of batchinvoice" in again.stderr
