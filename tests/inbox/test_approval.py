"""Approval: nothing is sent before somebody says yes to the plan, in the way that the plan asks for."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from drop_folder import Drop, row, until
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.inbox.approval import answer, is_meant_as_answer


@pytest.fixture
def planned(drop: Drop) -> Path:
    """The plan of a sheet that waits for approval."""
    drop.put("november.xlsx", [row(1, "10.500"), row(2)])
    assert drop.once("--approve").returncode == 1
    [plan] = [path for path in (drop.folder / "to-approve").iterdir() if ".plan" in path.name]
    return plan


def asked_names(plan: Path) -> list[str]:
    """The names that the plan's first sheet asks for: to approve, and to reject."""
    cells = [str(cell) for line in openpyxl.load_workbook(plan).worksheets[0].values for cell in line if cell]
    [asked] = [cell for cell in cells if cell.startswith("Nothing was sent yet")]
    return [part.split("”")[0] for part in asked.split("“")[1:]]


def test_a_sheet_waits_with_its_plan(drop: Drop, planned: Path) -> None:
    assert drop.room("to-approve") == sorted([planned.name, "november.xlsx"])
    assert (drop.inbox, drop.room("processing"), drop.made()) == ([], [], [])
    assert drop.once("--approve").returncode == 0
    assert (drop.made(), drop.runs()[0][1]) == ([], "planned")
    summary = openpyxl.load_workbook(planned).worksheets[0]
    assert summary["A2"].value == "Plan for november.xlsx"


def test_a_copy_of_the_plan_under_the_name_it_asks_for_sends_the_sheet(drop: Drop, planned: Path) -> None:
    yes, _ = asked_names(planned)
    shutil.copy(planned, drop.folder / yes)
    assert drop.once("--approve").returncode == 0
    assert sorted(drop.made()) == ["R-1", "R-2"]
    assert drop.room("to-approve") == []
    assert {"november.xlsx", planned.name, yes} < set(drop.room("done"))
    drop.check(runs=1)


def test_any_kind_of_file_may_carry_the_answer(drop: Drop, planned: Path) -> None:
    yes, _ = asked_names(planned)
    (drop.folder / yes.upper().replace(" ", "_").replace(".XLSX", ".txt")).write_bytes(b"")
    assert drop.once("--approve").returncode == 0
    assert sorted(drop.made()) == ["R-1", "R-2"]


def test_a_plan_that_is_rejected_is_never_sent(drop: Drop, planned: Path) -> None:
    _, no = asked_names(planned)
    (drop.folder / no).write_bytes(b"")
    assert drop.once("--approve").returncode == 1
    assert (drop.made(), drop.room("to-approve")) == ([], [])
    assert {"november.xlsx", no, planned.name} <= set(drop.room("needs-attention"))
    yes, _ = asked_names(drop.folder / "needs-attention" / planned.name)
    (drop.folder / yes).write_bytes(b"")
    drop.once("--approve")
    assert drop.made() == []


def test_a_sheet_whose_plan_was_not_written_any_more_gets_it(drop: Drop, planned: Path) -> None:
    planned.unlink()
    assert drop.once("--approve").returncode == 1
    assert planned.exists()
    assert len(drop.runs()) == 1


@pytest.mark.parametrize("spoil", ["code", "run", "form"])
def test_an_answer_that_is_not_as_the_plan_asks_sends_nothing(drop: Drop, planned: Path, spoil: str) -> None:
    yes, _ = asked_names(planned)
    word, run, code = Path(yes).stem.split(" ")
    other = "000000" if code != "000000" else "111111"
    name = {"code": f"{word} {run} {other}", "run": f"{word} {run[:-3]}999 {code}", "form": f"{word} {run}"}[spoil]
    (drop.folder / f"{name}.xlsx").write_bytes(planned.read_bytes())
    assert drop.once("--approve").returncode == 1
    assert drop.made() == []
    assert f"{name}.xlsx.txt" in drop.room("needs-attention")
    assert "november.xlsx" in drop.room("to-approve")


def test_a_run_that_was_applied_by_hand_is_put_away(drop: Drop, planned: Path) -> None:
    watching = drop.watch("--approve")
    [(run, _)] = drop.runs()
    assert drop.tool("apply", run, "--yes").returncode == 0
    until(lambda: drop.room("to-approve") == [], "the sheet to be put away", lambda: watching.said)
    assert sorted(drop.made()) == ["R-1", "R-2"]
    until(lambda: "november.xlsx" in drop.room("done"), "the sheet")
    drop.check(runs=1)


def test_an_approval_is_good_without_the_option_too(drop: Drop, planned: Path) -> None:
    """Whoever takes --approve away again still has plans that wait."""
    yes, _ = asked_names(planned)
    (drop.folder / yes).write_bytes(b"")
    assert drop.once().returncode == 0
    assert sorted(drop.made()) == ["R-1", "R-2"]


def test_a_watcher_killed_after_planning_goes_on_with_that_plan(drop: Drop) -> None:
    drop.put("november.xlsx", [row(1)])
    drop.once("--approve")
    for path in (drop.folder / "to-approve").glob("*.plan*"):
        path.unlink()
    (drop.folder / "to-approve" / "november.xlsx").rename(drop.folder / "processing" / "november.xlsx")
    assert drop.once("--approve").returncode == 1
    assert len(drop.runs()) == 1
    assert len(drop.room("to-approve")) == 2


def test_the_same_sheet_again_is_not_planned_twice(drop: Drop, planned: Path) -> None:
    shutil.copy(drop.folder / "to-approve" / "november.xlsx", drop.folder / "again.xlsx")
    assert drop.once("--approve").returncode == 0
    assert len(drop.runs()) == 1
    assert {"again.xlsx", "again.xlsx.txt"} <= set(drop.room("done"))


@given(st.text(max_size=60))
def test_no_name_whatever_raises(name: str) -> None:
    assert answer(name) is None or is_meant_as_answer(name)


@given(st.from_regex(r"\d{8}-\d{3}", fullmatch=True), st.from_regex(r"[0-9a-f]{6}", fullmatch=True))
def test_an_answer_tells_its_run_and_its_code(run: str, code: str) -> None:
    for name in (f"approve {run} {code}.xlsx", f"Approve_{run}-{code}", f"approve {run} {code} (2).txt"):
        said = answer(name)
        assert said is not None
        assert (said.approves, said.run_id, said.code) == (True, run, code)


def test_each_plan_asks_for_a_name_of_its_own(drop: Drop) -> None:
    """Whoever knows how one plan is approved has not seen another."""
    for number in (1, 2):
        drop.put(f"sheet {number}.xlsx", [row(number)])
    drop.once("--approve")
    plans = sorted((drop.folder / "to-approve").glob("*.plan*.xlsx"))
    codes = {Path(asked_names(plan)[0]).stem.split(" ")[2] for plan in plans}
    assert len(codes) == len(plans) == 2


def test_an_approval_that_meets_a_gateway_that_is_down_stays_good(drop: Drop, planned: Path) -> None:
    yes, _ = asked_names(planned)
    shutil.copy(planned, drop.folder / yes)
    drop.gateway.set_faults("login:http-503-before:1")
    assert drop.once("--approve").returncode == 3
    watching = drop.watch("--approve")
    until(lambda: watching.said.count("is tried again in") > 2, "tries in vain", lambda: watching.said)
    assert "in 0.8 s" in watching.said, "it is tried again at longer and longer intervals"
    drop.gateway.set_faults()
    until(lambda: yes in drop.room("done"), "the answer to be put away", lambda: watching.said)
    assert watching.stop() == 0
    assert (drop.room("to-approve"), drop.room("needs-attention")) == ([], [])
    drop.check(runs=1)


def test_an_answer_that_is_given_twice_or_too_late_is_said_to_be_so(drop: Drop, planned: Path) -> None:
    yes, no = asked_names(planned)
    (drop.folder / yes).write_bytes(b"")
    assert drop.once("--approve").returncode == 0
    (drop.folder / yes).write_bytes(b"")
    done = drop.once("--approve")
    assert (done.returncode, "is complete already" in done.stdout) == (0, True)
    (drop.folder / no).write_bytes(b"")
    assert drop.once("--approve").returncode == 1
    words = (drop.folder / "needs-attention" / f"{no}.txt").read_text("utf-8-sig")
    assert "was approved before this rejection came, and is complete" in words
    drop.check(runs=1)


def test_a_plan_that_is_renamed_where_it_lies_is_an_answer(drop: Drop, planned: Path) -> None:
    yes, _ = asked_names(planned)
    planned.rename(planned.with_name(yes))
    assert drop.once("--approve").returncode in (0, 1)
    assert sorted(drop.made()) == ["R-1", "R-2"]
    assert drop.room("to-approve") == []
    drop.check(runs=1)


def test_a_plan_that_is_dropped_without_its_new_name_is_no_sheet(drop: Drop, planned: Path) -> None:
    shutil.copy(planned, drop.folder)
    for approve in ((), ("--approve",)):
        drop.once(*approve)
    assert (drop.made(), len(drop.runs())) == ([], 1)
    assert {planned.name, f"{planned.name}.txt"} == set(drop.room("needs-attention"))


def test_a_sheet_that_is_changed_while_it_waits_is_given_back(drop: Drop, planned: Path) -> None:
    shutil.move(drop.tool.sheet("other.xlsx", [row(1, "99.000")]), drop.folder / "to-approve" / "november.xlsx")
    assert drop.once("--approve").returncode == 1
    assert {"november.xlsx", "november.xlsx.txt"} <= set(drop.room("needs-attention"))
    yes, _ = asked_names(planned)
    (drop.folder / yes).write_bytes(b"")
    assert drop.once("--approve").returncode == 0
    assert sorted(invoice["amount"] for invoice in drop.gateway.truth()["invoices"]) == ["10.500", "5.000"]
    assert drop.room("to-approve") == []
