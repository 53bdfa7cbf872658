"""What an accountant does with a sheet: check it, run it, mend what the corrections mark, run those, and look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator

PROPOSED, TAKEN_OUT = object(), object()
Mends = Mapping[tuple[int, str], Any]
Made = dict[str, tuple[str, str, str]]


def codes(tool: Tool, sheet: Path, *words: str) -> set[str]:
    """What the check says of a sheet."""
    return {issue["code"] for issue in tool.json("check", sheet, *words)["issues"]}


def refused(tool: Tool, gateway: RunningEmulator, sheet: Path, *words: str) -> str:
    """What a run says that nobody sits before, and that may not begin."""
    ended = tool("run", sheet, *words)
    assert (ended.returncode, made(gateway)) == (3, {}), ended.stdout
    return ended.stderr


def made(gateway: RunningEmulator) -> Made:
    """What the gateway has, by reference: name, phone and amount. None of it twice, and nobody is texted twice."""
    invoices = gateway.truth()["invoices"]
    assert len({each["reference_number"] for each in invoices}) == len(invoices)
    assert all(each["texted"] <= 1 for each in invoices)
    return {each["reference_number"]: (each["name"], each["phone"], each["amount"]) for each in invoices}


def run_and_mend(tool: Tool, sheet: Path, mends: Mends, *words: str, **settings: str) -> tuple[Any, Any]:
    """Run the sheet, mend its corrections and run those: what both runs say of their rows.

    The second run is told nothing: what was said of headings is remembered, and no correction is hidden.
    """
    first = tool.json("run", sheet, *words, **settings)
    assert first["status"] == "partial", first
    corrections = tool.folder / first["corrections"]
    mend(corrections, mends)
    second = tool.json("run", corrections, **settings)
    assert second["status"] == "complete", second["issues"]
    assert _summary(tool, second)["Corrects the run"] == first["run"]
    return _ended(first), _ended(second)


def mend(corrections: Path, mends: Mends) -> None:
    """Put the values into the marked cells, and take out rows. What is marked as an error must be just these cells."""
    book = openpyxl.load_workbook(corrections)
    *_, listed = book.worksheets
    sheet = book.worksheets[0]
    taken_out, left = set(), dict(mends)
    for link, row, _wrong, _remedy, proposed in listed.iter_rows(min_row=2, values_only=True):
        cell = sheet[link.rpartition("!")[2]]
        place = (row, " ".join(str(sheet.cell(1, cell.column).value).split()))
        assert cell.comment is not None, place
        if left.get(place) is TAKEN_OUT:
            taken_out.add(cell.row)
        elif place in left:
            cell.value = proposed if left[place] is PROPOSED else left[place]
            assert left[place] is not PROPOSED or proposed, place
        left.pop(place, None)
    assert not left, f"not marked: {left}"
    for number in sorted(taken_out, reverse=True):
        sheet.delete_rows(number)
    book.save(corrections)


def type_over(sheet: Path, cells: Mapping[str, object]) -> None:
    """Mend the accountant's own workbook."""
    book = openpyxl.load_workbook(sheet)
    for place, value in cells.items():
        book.active[place] = value
    book.save(sheet)


def _ended(result: Any) -> dict[str, int]:
    return {status: count for status, count in result["rows"].items() if count}


def _summary(tool: Tool, result: Any) -> dict[str, Any]:
    rows: Sequence[Any] = list(openpyxl.load_workbook(tool.folder / result["report"])["Summary"].values)
    assert any("all differences are 0" in str(cell) for row in rows for cell in row)
    return {row[8]: row[9] for row in rows if row[8]}
