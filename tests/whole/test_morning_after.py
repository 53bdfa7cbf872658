"""The morning after: who ran what, when, with which file, what came of a row, and what remains to be done."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import openpyxl
import pytest
from terminal import at_a_terminal
from whole_tool import Tool, table

from batchinvoice.emulator.process import RunningEmulator

GOOD = ["INV-1", "Noura Al-Mutairi", "66100201", "120.500", "noura@example.com", "sms"]
BAD = ["INV-2", "Ali Hasan", "66100202", "12.3456", None, "sms"]
LEDGER = "home/ledger.sqlite3"


def tamper(tool: Tool, statement: str) -> None:
    with closing(sqlite3.connect(tool.folder / LEDGER)) as raw, raw:
        raw.execute("DROP TRIGGER IF EXISTS audit_no_update")
        raw.execute("DROP TRIGGER IF EXISTS audit_no_delete")
        raw.execute(statement)


@contextmanager
def aged(tool: Tool) -> Iterator[None]:
    """As if all that was run were years old; afterwards as it was, since the audit log knows better."""
    with closing(sqlite3.connect(tool.folder / LEDGER)) as raw, raw:
        times = raw.execute("SELECT planned_at, finished_at, id FROM runs").fetchall()
        raw.execute("UPDATE runs SET finished_at = '2020-01-01 09:00:00' WHERE status != 'planned'")
        raw.execute("UPDATE runs SET planned_at = '2020-01-01 09:00:00' WHERE status = 'planned'")
    yield
    with closing(sqlite3.connect(tool.folder / LEDGER)) as raw, raw:
        raw.executemany("UPDATE runs SET planned_at = ?, finished_at = ? WHERE id = ?", times)


def test_history_tells_who_ran_what_and_what_remains_to_be_done(tool: Tool) -> None:
    sheet = tool.sheet("november.xlsx", [GOOD, BAD])
    run = tool.json("run", sheet)["run"]
    planned = tool.json("plan", tool.sheet("december.xlsx", [["INV-9", *GOOD[1:]]]))["run"]
    said = tool("history").stdout
    assert re.search(rf"{planned}  planned   sandbox .*@.*\n    december.xlsx", said)
    assert f"To carry it out: batchinvoice apply {planned}" in said
    assert "2 rows, 120.500 KWD: 1 created, 1 invalid" in said
    assert f"1 row to mend: mend and run the corrections workbook. It anew: batchinvoice report {run}" in said
    newest, older = tool.json("history")
    assert (newest["run"], older["run"], older["file"], older["status"]) == (planned, run, "november.xlsx", "partial")
    assert (older["rows"]["created"], older["amount"]["created"], len(older["to_do"])) == (1, "120.500", 1)
    assert "@" in older["who"]


def test_what_is_left_is_told_with_the_profile_that_is_meant(tool: Tool) -> None:
    (tool.folder / "batchinvoice.toml").write_text('[profiles.branch-2]\nHESABE_MERCHANT_CODE = "842217"\n', "utf-8")
    of_profile = ("--profile", "branch-2")
    run = tool.json(*of_profile, "run", tool.sheet("a.xlsx", [GOOD, BAD]), "--no-sms")["run"]
    told = [tool(*of_profile, *words).stdout for words in (("history",), ("show", run), ("show", run, "--row", 2))]
    told.append(tool(*of_profile, "show", "--reference", "INV-1").stdout)
    for said in told:
        assert "batchinvoice --profile branch-2 " in said
        assert not re.search(r"batchinvoice (send|report|show|resume)", said)


def test_a_run_of_another_merchant_is_looked_for_with_its_profile(tool: Tool) -> None:
    run = tool.json("run", tool.sheet("a.xlsx", [GOOD]))["run"]
    other = tool("show", run, HESABE_MERCHANT_CODE="842300")
    assert other.returncode == 3
    assert f"no run {run} for merchant 842300" in other.stderr
    assert "batchinvoice --profile NAME" in other.stderr


def test_a_file_is_known_by_its_content_whatever_its_name(tool: Tool) -> None:
    sheet = tool.sheet("november.xlsx", [GOOD])
    run = tool.json("run", sheet)["run"]
    renamed = tool.folder / "copy of november.xlsx"
    renamed.write_bytes(sheet.read_bytes())
    assert [each["run"] for each in tool.json("history", "--file", renamed)] == [run]
    other = tool.sheet("other.xlsx", [BAD])
    assert "No run of a file of this content yet" in tool("history", "--file", other).stdout
    missing = tool("history", "--file", "missing.xlsx")
    assert (missing.returncode, "cannot be read" in missing.stderr) == (2, True)


def test_a_run_is_told_with_file_hash_log_and_what_to_type(tool: Tool) -> None:
    sheet = tool.sheet("november.xlsx", [GOOD, BAD])
    run = tool.json("run", sheet, "--no-sms")["run"]
    said = tool("show", run).stdout
    told = tool.json("show", run)
    for words in (str(sheet), told["sha256"], "planned: 2 rows", "concluded: partial", f"batchinvoice send {run}"):
        assert words in said
    assert [each["event"] for each in told["log"]] == ["planned", "begun", "concluded", "reported"]
    assert len(told["sha256"]) == 64


def test_a_row_is_told_from_the_sheet_to_the_text_message(tool: Tool, gateway: RunningEmulator) -> None:
    gateway.set_faults("send:close-after:1x1")
    run = tool.json("run", tool.sheet("november.xlsx", [GOOD, BAD]))["run"]
    said = tool("show", run, "--row", 2).stdout
    for words in ("Reference Number: INV-1", "to make a new invoice", "create: created", "Bulk send 1:", "unknown"):
        assert words in said
    assert f"batchinvoice send {run} --again" in said
    bad = tool("show", run, "--row", 3).stdout
    assert "Amount: 12.3456" in bad
    assert "nothing to send (invalid)" in bad
    assert "more than three decimals" in bad
    told = tool.json("show", run, "--row", 2)
    assert (told["row"], told["status"], [call["outcome"] for call in told["calls"]]) == (2, "created", ["created"])


def test_a_reference_is_told_through_all_runs(tool: Tool) -> None:
    first = tool.json("run", tool.sheet("a.xlsx", [GOOD]))["run"]
    second = tool.json("run", tool.sheet("b.xlsx", [["INV-9", *GOOD[1:]], [*GOOD[:3], "130.000", *GOOD[4:]]]))["run"]
    said = tool("show", "--reference", "INV-1").stdout
    assert re.search(rf"is made, ID \d+\.\n{first}  .*row 2  created  120.500 KWD", said)
    assert re.search(rf"{second}  .*row 3  updated  130.000 KWD  invoice \d+", said)
    assert f"batchinvoice show {second} --row 3" in said
    assert [row["run"] for row in tool.json("show", "--reference", "INV-1")["rows"]] == [first, second]
    assert "knows no invoice" in tool("show", "--reference", "INV-77").stdout


@pytest.mark.parametrize("words", [[], ["--row", "2"], ["20261122-001", "--reference", "R"]])
def test_show_says_what_is_to_be_named(tool: Tool, words: list[str]) -> None:
    done = tool("show", *words)
    assert (done.returncode, "Name a RUN" in done.stderr) == (2, True)


def test_verify_tells_an_unbroken_log_and_compares_it_with_a_report(tool: Tool) -> None:
    result = tool.json("run", tool.sheet("a.xlsx", [GOOD]))
    summary = openpyxl.load_workbook(tool.folder / result["report"])["Summary"]
    [mark] = [line[9] for line in summary.values if line[8] == "Audit record"]
    done = tool("verify", "--seen", mark[:30])
    assert (done.returncode, "unbroken" in done.stdout, "1 compared" in done.stdout) == (0, True, True)
    told = tool.json("verify")
    assert (told["breaks"], told["runs"]["compared"], told["newest"].split(":")[0]) == ([], 1, str(told["records"]))
    assert tool("verify", "--seen", "5").returncode == 2
    other = tool("verify", "--seen", f"99:{mark.split(':')[1]}")
    assert (other.returncode, "record 99 was seen and is not there" in other.stderr) == (1, True)


def test_a_report_written_again_is_the_same_byte_for_byte(tool: Tool) -> None:
    run = tool.json("run", tool.sheet("a.xlsx", [GOOD]))["run"]
    for name in ("one.xlsx", "two.xlsx"):
        assert tool("report", run, "--out", name).returncode == 0
    assert (tool.folder / "one.xlsx").read_bytes() == (tool.folder / "two.xlsx").read_bytes()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE audit SET who = 'ali@desk' WHERE number = 2", "record 2 "),
        ("DELETE FROM audit WHERE number = 3", "record 3 is missing"),
        ("UPDATE rows SET amount = 1", "created: 1 rows with 0.001 KWD in the ledger, but 1 rows with 120.500 KWD"),
    ],
)
def test_verify_says_where_the_log_breaks_and_exits_with_1(tool: Tool, statement: str, words: str) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]))
    tamper(tool, statement)
    done = tool("verify")
    assert (done.returncode, words in done.stderr, "NOT AS IT WAS" in done.stdout) == (1, True, True)
    assert words in " ".join(tool.json("verify")["breaks"])


def test_old_runs_are_forgotten_only_when_that_is_said(tool: Tool, gateway: RunningEmulator) -> None:
    sheet = tool.sheet("a.xlsx", [GOOD])
    run = tool.json("run", sheet)["run"]
    ledger = tool.folder / LEDGER
    assert b"Noura" in ledger.read_bytes()
    assert "still have personal data: 0" in tool("forget", "--older-than", "2y", "--yes").stdout
    with aged(tool):
        dry = tool("forget", "--older-than", "2y", "--dry-run")
        assert (dry.returncode, f"{run}" in dry.stdout) == (0, True)
        asked = tool("forget", "--older-than", "2y")  # nobody is there to say yes
        unasked = (asked.returncode, "cannot be undone" in asked.stderr, b"Noura" in ledger.read_bytes())
        assert unasked == (1, True, True)
        (tool.folder / "home" / "ledger.before-0004.sqlite3").write_bytes(b"an old copy")
        done = tool("forget", "--older-than", "2y", "--yes")
    assert (done.returncode, "ledger.before-0004.sqlite3" in done.stdout) == (0, True)
    for word in (b"Noura", b"66100201", b"noura@example.com"):
        assert word not in ledger.read_bytes()
    assert tool("verify").returncode == 0
    assert "personal data removed" in tool("history").stdout
    assert "removed on" in tool("show", run, "--row", 2).stdout
    assert tool("report", run, "--out", "old.xlsx").returncode == 0
    assert [row["Customer"] for row in table(tool.folder / "old.xlsx", "Rows")] == [None]
    again = tool.json("run", sheet)
    assert (again["rows"]["unchanged"], len(gateway.truth()["invoices"])) == (1, 1)


def test_what_was_cut_off_before_the_file_was_written_anew_is_made_up_for(tool: Tool) -> None:
    tool("history")
    ledger = tool.folder / LEDGER
    with closing(sqlite3.connect(ledger)) as raw, raw:
        raw.execute("PRAGMA secure_delete=OFF")
        raw.execute("CREATE TABLE left_over AS SELECT 'Canary' AS name")
        raw.execute("DROP TABLE left_over")
    assert tool("forget", "--older-than", "2y", "--dry-run").returncode == 0
    assert b"Canary" in ledger.read_bytes()
    assert tool("forget", "--older-than", "2y", "--yes").returncode == 0
    assert b"Canary" not in ledger.read_bytes()


def test_a_person_at_the_terminal_is_asked_before_anything_is_forgotten(tool: Tool) -> None:
    tool("run", tool.sheet("a.xlsx", [GOOD]))
    with aged(tool):
        code, shown = at_a_terminal(tool, "n\n", "forget", "--older-than", "2y")
        asked = "Remove the personal data of 1 run for good?" in shown
        assert (code, asked, "Nothing was removed" in shown) == (1, True, True)
        code, shown = at_a_terminal(tool, "y\n", "forget", "--older-than", "2y")
    assert (code, "Removed from the ledger" in shown) == (0, True)


def test_an_age_that_is_none_is_refused(tool: Tool) -> None:
    done = tool("forget", "--older-than", "soon")
    assert (done.returncode, "2y, 18m or 400d" in done.stderr) == (2, True)


def test_a_plan_that_was_never_begun_is_forgotten_and_can_no_longer_be_sent(
    tool: Tool, gateway: RunningEmulator
) -> None:
    """A rejected plan holds names and phones, too."""
    tool("plan", tool.sheet("november.xlsx", [["R-1", "Canary", "66001234", "5.000", None, "sms"]]))
    [run] = tool.json("history")
    with aged(tool):
        assert tool("forget", "--older-than", "2y", "--yes").returncode == 0
    assert b"Canary" not in (tool.folder / "home" / "ledger.sqlite3").read_bytes()
    refused = tool("apply", run["run"], "--yes")
    assert (refused.returncode, gateway.truth()["invoices"]) == (3, [])
    assert "run the sheet again" in refused.stderr
    assert "batchinvoice apply" not in tool("history").stdout
    assert "batchinvoice apply" not in tool("resume").stdout
    assert tool("verify").returncode == 0
