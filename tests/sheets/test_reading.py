"""Workbooks: every row and every cell with its place, and nothing passed over in silence."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from batchinvoice.invoices.asked import Asked
from batchinvoice.invoices.columns import Field
from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.reading import Source, read
from batchinvoice.sheets.unreadable import UnreadableSheet, UnsureColumns

HEADINGS = ["Reference Number", "Customer Name", "Mobile Number", "Amount"]
GOOD = ["INV-1", "Noura", 66666666, 5.125]
ITEM_HEADINGS = ["Reference Number", "Item", "Rate", "Quantity", "Amount"]


def book(tmp_path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """A workbook with these sheets, rows from A1 on."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(tmp_path / "november.xlsx")
    return tmp_path / "november.xlsx"


def one(tmp_path: Path, *rows: Sequence[object]) -> Source:
    return read(book(tmp_path, Invoices=rows))


def why_not(path: Path) -> str:
    with pytest.raises(UnreadableSheet) as refused:
        read(path)
    return str(refused.value)


def test_cells_keep_their_kind_and_the_source_its_hash(tmp_path: Path) -> None:
    day, moment = dt.date(2026, 12, 31), dt.datetime(2026, 12, 31, 5)  # noqa: DTZ001
    path = book(tmp_path, Invoices=[[*HEADINGS, "Expiry Date"], [*GOOD, day], ["007", "ن", "٦", True, moment]])
    source = read(path)
    table = source.invoices
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (table.sheet, table.headings[:2], source.items) == ("Invoices", ("Reference Number", "Customer Name"), None)
    assert table.cells == [["INV-1", "Noura", 66666666.0, 5.125, day], ["007", "ن", "٦", True, moment]]
    assert list(table.rows) == [2, 3]


def test_title_rows_blank_rows_and_an_offset_keep_physical_places(tmp_path: Path) -> None:
    rows = [
        ["November invoices"],
        [],
        [None, None, *HEADINGS],
        [None, None, *GOOD],
        [],
        [None, None, " ", "", None, "\u00a0"],
        [None, None, "INV-2", "Ali", None, None, "a note beside the table"],
    ]
    table = one(tmp_path, *rows).invoices
    assert (table.header_row, table.first_column) == (3, 3)
    assert table.headings == tuple(HEADINGS)
    assert list(table.rows) == [4, 7]
    assert table.place(7, 3).cell == "F7"
    assert table.cells[1] == ["INV-2", "Ali", None, None]


def test_empty_rows_and_columns_before_everything_are_counted(tmp_path: Path) -> None:
    table = one(tmp_path, [], [], [None, *HEADINGS], [None, *GOOD[:3], "#REF!"]).invoices
    assert (table.header_row, table.first_column, list(table.rows)) == (3, 2, [4])
    assert table.cells[0] == ["INV-1", "Noura", 66666666.0, Broken("#REF!")]


def test_a_header_is_the_first_row_that_has_all_columns(tmp_path: Path) -> None:
    table = one(tmp_path, ["Amount", "Customer"], HEADINGS, GOOD, HEADINGS).invoices
    assert table.header_row == 2
    assert list(table.rows) == [3, 4]


def test_a_column_without_heading_within_the_table_keeps_its_place(tmp_path: Path) -> None:
    table = one(tmp_path, [*HEADINGS[:2], None, *HEADINGS[2:]], [*GOOD[:2], "x", *GOOD[2:]]).invoices
    assert table.headings == ("Reference Number", "Customer Name", "", "Mobile Number", "Amount")
    assert table.cells[0][2] == "x"


def test_errors_and_formulas_without_result_are_broken_and_not_empty(tmp_path: Path) -> None:
    table = one(tmp_path, HEADINGS, ["#REF!", "#N/A", "=1/0", 5], GOOD).invoices
    assert table.cells[0] == [Broken("#REF!"), Broken("#N/A"), Broken(""), 5.0]
    assert table.cells[1] == ["INV-1", "Noura", 66666666.0, 5.125]


def test_last_rows_and_columns_of_formulas_alone_are_not_lost(tmp_path: Path) -> None:
    rows = [HEADINGS, GOOD, [], ["=A2", "=B2", "=C2", "=D2"]]
    table = one(tmp_path, *rows).invoices
    assert list(table.rows) == [2, 4]
    assert table.cells[1] == [Broken()] * 4


def test_a_stored_result_is_read(tmp_path: Path) -> None:
    path = book(tmp_path, Invoices=[HEADINGS, ["INV-1", "Noura", 66666666, "=2+3"], ["=T(1)", "Ali", 1, 2]])
    mended = rewritten(path, b"<f>2+3</f><v></v>", b"<f>2+3</f><v>5</v>", b"<f>2+3</f><v />", b"<f>2+3</f><v>5</v>")
    mended = rewritten(mended, b'r="A3"><f>T(1)</f><v />', b'r="A3" t="str"><f>T(1)</f><v />')
    table = read(mended).invoices
    assert table.cells[0][3] == 5.0
    assert table.cells[1][0] is None  # the formula's result is an empty text


def rewritten(path: Path, *changes: bytes, part: str = "xl/worksheets/sheet1.xml") -> Path:
    """The workbook with bytes of one part replaced: old, new, old, new ..."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for old, new in zip(changes[::2], changes[1::2], strict=True):
        parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_marks_that_cannot_be_read_do_not_pass_for_none(tmp_path: Path) -> None:
    path = book(tmp_path, Invoices=[HEADINGS, ["INV-1", "#REF!", 66666666, 5]])
    bad = rewritten(path, b"<sheetData>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><sheetData>")
    assert "not an Excel workbook" in why_not(bad)


class TestItems:
    @pytest.mark.parametrize("order", [("Invoices", "Items"), ("Items", "Invoices")])
    def test_are_found_wherever_their_sheet_stands_and_whatever_it_is_called(
        self, tmp_path: Path, order: tuple[str, str]
    ) -> None:
        rows = {"Invoices": [HEADINGS, GOOD], "Items": [["title"], ITEM_HEADINGS, ["INV-1", "Pen", 5, 1, 5]]}
        source = read(book(tmp_path, **{name: rows[name] for name in order}))
        assert source.invoices.sheet == "Invoices"
        assert source.items
        assert (source.items.sheet, list(source.items.rows), source.items.header_row) == ("Items", [3], 2)

    def test_without_lines_are_none(self, tmp_path: Path) -> None:
        assert read(book(tmp_path, Invoices=[HEADINGS, GOOD], Items=[ITEM_HEADINGS])).items is None

    def test_without_a_column_for_their_name_are_not_passed_over(self, tmp_path: Path) -> None:
        items = [["Reference Number", "Itm", "Rate", "Quantity"], ["INV-1", "Pen", 5, 1]]
        message = why_not(book(tmp_path, Invoices=[HEADINGS, GOOD], Items=items))
        assert message == (
            "november.xlsx, sheet Items, row 1: there is no column “Item”. Perhaps “Itm” is meant: rename it."
        )

    def test_on_two_sheets_are_not_guessed_at(self, tmp_path: Path) -> None:
        lines = [ITEM_HEADINGS, ["INV-1", "Pen", 5, 1, 5]]
        assert "has items on 2 sheets: “A”, “B”" in why_not(book(tmp_path, Invoices=[HEADINGS, GOOD], A=lines, B=lines))

    def test_with_a_repeated_column(self, tmp_path: Path) -> None:
        items = [[*ITEM_HEADINGS, "Item Amount"], ["INV-1", "Pen", 5, 1, 5, 5]]
        message = why_not(book(tmp_path, Invoices=[HEADINGS, GOOD], Items=items))
        assert "sheet Items, row 1: “Amount” (E) and “Item Amount” (F) both mean Item Amount" in message


def test_two_sheets_of_invoices_are_not_guessed_at(tmp_path: Path) -> None:
    message = why_not(book(tmp_path, October=[HEADINGS, GOOD], November=[HEADINGS, GOOD]))
    assert (
        'november.xlsx has invoices on 2 sheets: “October”, “November”. Say which one is meant, as --sheet "October"'
        in message
    )


def test_a_second_sheet_without_rows_or_with_something_else_does_no_harm(tmp_path: Path) -> None:
    others = {"Blank": [HEADINGS], "Prices": [["Item", "Price"], ["Pen", 5]], "Contacts": [HEADINGS[1:3], ["Ali", 1]]}
    source = read(book(tmp_path, **others, Real=[HEADINGS, GOOD], Empty=[]))
    assert (source.invoices.sheet, source.items) == ("Real", None)


def test_a_person_can_be_asked_about_a_heading_that_is_like_a_column(tmp_path: Path) -> None:
    path = book(tmp_path, Invoices=[[*HEADINGS, "Emial"], [*GOOD, None]])
    assert list(read(path).invoices.rows) == [2]
    with pytest.raises(UnsureColumns) as unsure:
        read(path, Asked(confirm=True))
    assert unsure.value.proposals == {"Emial": Field.EMAIL}
    assert list(read(path, Asked(confirm=True, mapping={"emial": None})).invoices.rows) == [2]


class TestWhatIsNoSheet:
    @pytest.mark.parametrize("content", [b"", b"  \r\n\t "])
    @pytest.mark.parametrize("name", ["a.xlsx", "a.csv"])
    def test_empty(self, tmp_path: Path, name: str, content: bytes) -> None:
        (tmp_path / name).write_bytes(content)
        assert why_not(tmp_path / name) == f"{name} is empty. Save the sheet again in Excel, or copy it again."

    @pytest.mark.parametrize(
        "content", [b"hello", b"PK\x03\x04 half a file", b"<html><table>", b"\xd0\xcf\x11\xe0" * 300]
    )
    def test_not_a_workbook(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "a.xlsx").write_bytes(content)
        assert "a.xlsx is not an Excel workbook or a CSV file" in why_not(tmp_path / "a.xlsx")

    def test_half_copied(self, tmp_path: Path) -> None:
        path = book(tmp_path, Invoices=[HEADINGS, GOOD])
        path.write_bytes(path.read_bytes()[:-400])
        assert "or it is damaged" in why_not(path)

    def test_a_workbook_called_csv_is_a_workbook(self, tmp_path: Path) -> None:
        path = book(tmp_path, Invoices=[HEADINGS, GOOD]).rename(tmp_path / "a.csv")
        assert read(path).invoices.cells == [GOOD]

    def test_missing_and_a_folder(self, tmp_path: Path) -> None:
        assert "There is no file" in why_not(tmp_path / "nowhere.xlsx")
        assert "There is no file" in why_not(book(tmp_path, Invoices=[HEADINGS, GOOD]) / "below.xlsx")
        assert "is a folder" in why_not(tmp_path)

    def test_protected_by_a_password(self, tmp_path: Path) -> None:
        (tmp_path / "locked.xlsx").write_bytes(locked_workbook())
        assert "locked.xlsx is protected by a password." in why_not(tmp_path / "locked.xlsx")

    def test_no_header(self, tmp_path: Path) -> None:
        message = why_not(book(tmp_path, First=[["a", "b"], [1, 2]], Second=[]))
        assert "No header row was found in november.xlsx (looked in: First, Second)." in message
        assert "Reference Number, Customer Name, Mobile Number, Amount" in message

    def test_a_header_that_is_too_far_down(self, tmp_path: Path) -> None:
        assert one(tmp_path, *[["."]] * 49, HEADINGS, GOOD).invoices.header_row == 50
        assert "No header row" in why_not(book(tmp_path, A=[*[["."]] * 50, HEADINGS, GOOD]))

    def test_missing_columns(self, tmp_path: Path) -> None:
        message = why_not(
            book(tmp_path, Invoices=[["x"], ["Reference Number", "Customer Name", "Mobil"], ["1", "A", 2]])
        )
        assert message == (
            "november.xlsx, sheet Invoices, row 2: there is no column “Mobile Number” (perhaps “Mobil” is meant) "
            "and no column “Amount”. Rename the headings in the sheet, or say which are meant: "
            '--map "Mobil=Mobile Number" --map "…=Amount"'
        )

    def test_repeated_columns(self, tmp_path: Path) -> None:
        message = why_not(book(tmp_path, Invoices=[[*HEADINGS, "amount", "المبلغ"], [*GOOD, 6, 7]]))
        assert "row 1: “Amount” (D) and “amount” (E) and “المبلغ” (F) both mean Amount. Keep only one" in message

    def test_a_header_without_rows(self, tmp_path: Path) -> None:
        message = why_not(book(tmp_path, Invoices=[HEADINGS, ["", " ", None, None]]))
        assert message == ("november.xlsx has no invoices: nothing stands below the header (sheet Invoices, row 1).")


def locked_workbook() -> bytes:
    """The outside of a workbook with a password: a compound file that holds nothing but EncryptedPackage."""
    free, end, table = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

    def entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
        raw = f"{name}\0".encode("utf-16-le")
        links = struct.pack("<HBBIII", len(raw), kind, 1, free, free, child)
        return raw.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)

    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    chain = struct.pack("<10I", table, end, *range(3, 10), end).ljust(512, b"\xff")
    folder = entry("Root Entry", 5, end, 0, 1) + entry("EncryptedPackage", 2, 2, 4096, free) + bytes(256)
    return header + chain + folder + bytes(4096)


def test_what_a_number_is_shown_as_keeps_its_place(tmp_path: Path) -> None:
    """Below a title and beside empty columns, in both sheets; of columns in which it counts, and where it is merged."""
    made = openpyxl.Workbook()
    sheet, items = made.active, made.create_sheet("Items")
    sheet.title = "Invoices"
    rows = [["November"], [], [*HEADINGS, "Discount"], [*GOOD, 0.05], ["INV-2", *GOOD[1:], 0.1]]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 3):
            sheet.cell(number, column, value).number_format = "0%" if column == 7 else "General"
    sheet["F5"].number_format = "$0.00"
    for row in (ITEM_HEADINGS, ["INV-1", "Lessons", 5, 1, None], ["INV-2", "Books", None, 1, None]):
        items.append(row)
    items["C2"].number_format = "[$USD] 0"
    items.merge_cells("C2:C3")
    made.save(tmp_path / "november.xlsx")
    source = read(tmp_path / "november.xlsx")
    assert source.items
    assert {place: found.shown for place, found in source.invoices.otherwise.items()} == {(5, 3): "$5.13"}
    assert {place: found.shown for place, found in source.items.otherwise.items()} == {(2, 2): "USD 5", (3, 2): "USD 5"}
    assert source.items.cells[1][2] == 5
