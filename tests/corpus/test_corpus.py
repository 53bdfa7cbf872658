"""Every sheet of the corpus is read as a person expects it, and exactly as its golden file says."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from corpus import CASES, THEMES
from corpus_outcome import GOLDEN, Outcome, golden, outcome, place, plain_invoice
from openpyxl.cell import MergedCell
from openpyxl.utils.escape import unescape

from batchinvoice.invoices.table import Broken, Cell, Table
from batchinvoice.sheets import workbook
from batchinvoice.sheets.reading import Source, read

# Cases in which the tool does not do yet what is expected of it, each with what it does instead.
KNOWN: dict[str, str] = {}


def test_the_corpus_is_whole() -> None:
    """Enough sheets, of every theme, each with its golden file."""
    by_theme = Counter(case.theme for case in CASES.values())
    assert sum(by_theme.values()) >= 120
    assert len(by_theme) == len(THEMES)
    assert min(by_theme.values()) >= 4
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(CASES)
    assert set(KNOWN) <= set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_person_expects_it_so(name: str, request: pytest.FixtureRequest) -> None:
    if name in KNOWN:
        request.applymarker(pytest.mark.xfail(reason=KNOWN[name], strict=True))
    found = outcome(name)
    expected = found.case.expected
    if found.refused is not None:
        assert expected.refused, f"not expected: {found.refused}"
        assert expected.refused in str(found.refused)
        return
    assert expected.refused is None, "it was read"
    assert _said(found) == {
        "rows": expected.rows.split(),
        "issues": sorted(part.strip() for part in expected.issues.split(";") if part.strip()),
        "values": {field: list(values) for field, values in expected.values.items()},
        "proposed": expected.proposed,
    }


@pytest.mark.parametrize("name", CASES)
def test_a_large_file_would_be_read_in_the_same_way(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked at while it is read, and its columns made in several goes."""
    found = outcome(name)
    if found.source is None:
        return  # what is not whole is told in a process of its own
    path = tmp_path / found.file
    path.write_bytes(found.content)
    monkeypatch.setattr(workbook, "_LARGE", -1)
    monkeypatch.setattr(workbook, "_HUGE", -1)
    again = read(path, found.case.asked)
    assert repr(_every_cell(again)) == repr(_every_cell(found.source))
    assert replace(again, path=found.source.path) == found.source


def _every_cell(source: Source) -> list[Any]:
    return [[list(row) for row in table.cells] for table in (source.invoices, source.items) if table]


def _said(found: Outcome) -> dict[str, Any]:
    """What was found, of what the expectation speaks."""
    assert found.checked
    invoices = [plain_invoice(row.invoice) for row in found.checked.rows if row.invoice]
    of_cells = {place(found, issue): issue.proposal for issue in found.checked.issues if issue.proposal}
    return {
        "rows": [str(row.status) for row in found.checked.rows],
        "issues": sorted(f"{place(found, issue)} {issue.code}".strip() for issue in found.checked.issues),
        "values": {field: [invoice.get(field) for invoice in invoices] for field in found.case.expected.values},
        "proposed": {cell: of_cells.get(cell) for cell in found.case.expected.proposed},
    }


@pytest.mark.parametrize("name", CASES)
def test_the_golden_file_says_so(name: str) -> None:
    assert golden(outcome(name)) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


# Formats that add zeros or letters: of a reference, what is shown is read.
_PADDED = re.compile(r"^00|^\"")


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.expected.refused])
def test_a_second_reader_reads_the_same(name: str) -> None:
    """Every cell of every xlsx, by openpyxl: nobody disputes what was read.

    Documented differences: a number shown with zeros or letters; a value merged over rows, which the other has once.
    """
    found = outcome(name)
    if found.source is None or b"xl/workbook.xml" not in found.content:
        return
    stored = openpyxl.load_workbook(io.BytesIO(found.content), data_only=True)
    typed = openpyxl.load_workbook(io.BytesIO(found.content))
    for table in filter(None, (found.source.invoices, found.source.items)):
        for row, column, cell in _cells(table):
            second = stored[table.sheet].cell(row, column)
            if not isinstance(second, MergedCell) and not _PADDED.search(second.number_format):
                assert _kind(cell) == _kind(_second(second, typed[table.sheet].cell(row, column))), (row, column)


def _cells(table: Table) -> Iterator[tuple[int, int, Cell]]:
    for row, cells in zip(table.rows, table.cells, strict=True):
        for index, cell in enumerate(cells):
            yield row, table.first_column + index, cell


def _second(stored: Any, typed: Any) -> Cell:
    if stored.data_type == "e":
        return Broken(str(stored.value))
    if stored.value is None and typed.data_type == "f":
        return Broken()
    return stored.value  # type: ignore[no-any-return]


def _kind(cell: Cell) -> object:
    """What two readers must agree on: numbers as numbers, dates as moments, an empty text as none."""
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        return dt.datetime.combine(cell, dt.time())
    if isinstance(cell, str):
        cell = unescape(cell)  # the other reader leaves _x000D_ as it stands
        return cell.replace("\r\n", "\n").strip() or None
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
