"""The samples, read and checked as a person's sheet would be, and the committed files, which must be up to date."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest

from batchinvoice.invoices.check import Checked, check
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import COLUMNS
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.invoices.rules import Rules
from batchinvoice.sheets.__main__ import regenerate
from batchinvoice.sheets.reading import read
from batchinvoice.sheets.samples import write_sample

ROOT = Path(__file__).parents[2]
RULES = Rules("842217", dt.date(2026, 11, 22))


def checked(name: str, path: Path) -> Checked:
    source = read(write_sample(name, path))
    return check(source.invoices, source.items, RULES)


def test_the_clean_sample_is_clean(tmp_path: Path) -> None:
    found = checked("clean", tmp_path / "clean.xlsx")
    assert found.issues == []
    assert [row.status for row in found.rows] == [RowStatus.PENDING] * 12
    assert len(found.item_lines) == 5


def test_the_sample_of_mistakes_has_each_of_them(tmp_path: Path) -> None:
    found = checked("mistakes", tmp_path / "mistakes.xlsx")
    assert {row.row: [issue.code for issue in row.issues] for row in found.rows if row.issues} == {
        7: [Code.AMOUNT_DECIMALS],
        8: [Code.AMOUNT_AMBIGUOUS],
        9: [Code.PHONE_EXPONENT],
        10: [Code.CELL_EMPTY],
        12: [Code.DATE_AMBIGUOUS],
        13: [Code.DATE_PAST],
        14: [Code.EMAIL_BAD],
        15: [Code.PAYMENT_METHOD_UNKNOWN],
        16: [Code.EMAIL_NEEDED],
        17: [Code.TEXT_LONG],
        18: [Code.PHONE_IMPLAUSIBLE],
        20: [Code.REPEAT_IDENTICAL],
        21: [Code.REPEAT_DIFFERS],
        22: [Code.REPEAT_DIFFERS],
    }
    assert [issue.code for issue in found.notes] == [Code.COLUMN_UNKNOWN]
    assert sum(row.status is RowStatus.PENDING for row in found.rows) == 7


def test_the_arabic_sample_is_clean(tmp_path: Path) -> None:
    found = checked("arabic", tmp_path / "arabic.csv")
    assert found.issues == []
    assert found.rows[3].customer == "شركة الفنار, ذ.م.م"
    assert {row.status for row in found.rows} == {RowStatus.PENDING}


def test_an_unknown_sample_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        write_sample("other", tmp_path / "other.xlsx")


def _content(path: Path) -> dict[str, bytes] | bytes:
    """A workbook by its parts: how they are packed differs from one zlib to the next, and tells nothing."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return {name: book.read(name) for name in book.namelist()}
    return path.read_bytes().replace(b"\r\n", b"\n")


def test_the_committed_files_are_up_to_date(tmp_path: Path) -> None:
    made = [path.relative_to(tmp_path) for path in regenerate(tmp_path)]
    stale = [str(path) for path in made if _content(ROOT / path) != _content(tmp_path / path)]
    assert not stale, "run: python -m batchinvoice.sheets"
    assert len(made) == 8


def test_making_them_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = ({path.name: path.read_bytes() for path in regenerate(tmp_path / name)} for name in "ab")
    assert first == second


def test_the_pages_name_every_column_and_every_issue(tmp_path: Path) -> None:
    regenerate(tmp_path)
    names = ("columns.md", "issues.md", "issues.ar.md")
    columns, issues, arabic = ((tmp_path / "docs" / name).read_text("utf-8") for name in names)
    assert all(f"| **{column.heading[0]}** | {column.heading[1]} |" in columns for column in COLUMNS)
    for page in (issues, arabic):
        assert all(f"| `{code.value}` |" in page for code in Code)
        assert "{" not in page
