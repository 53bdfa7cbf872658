"""The marks of an xlsx sheet, however its parts are written."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
import python_calamine
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.find import marks_of
from batchinvoice.sheets.marks.origin import origin
from batchinvoice.sheets.marks.shows import shows
from batchinvoice.sheets.marks.xlsx_cells import read_cells
from batchinvoice.sheets.marks.xlsx_rows import marked_rows

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def blank() -> tuple[openpyxl.Workbook, openpyxl.worksheet.worksheet.Worksheet]:
    book = openpyxl.Workbook()
    book.active.title = "Invoices"
    return book, book.active


def rewritten(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """The workbook with each part's path and bytes changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return made.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose sheet's part is this."""
    book, _ = blank()
    return rewritten(saved(book), lambda name, part: (name, xml.encode() if name == SHEET else part))


def with_data(data: str, before: str = "") -> bytes:
    return with_sheet(f'<worksheet xmlns="{MAIN}">{before}<sheetData>{data}</sheetData></worksheet>')


def marks(content: bytes) -> Marks:
    return marks_of(content, "Invoices")


def everything() -> bytes:
    book, sheet = blank()
    sheet.append(["Reference", "Name", "Amount"])
    for number in range(1, 7):
        sheet.append([number, f"N{number}", number * 1.5])
        sheet.cell(number + 1, 1).number_format = '"INV-"0000'
    sheet["B3"], sheet["C4"] = "#REF!", "=1/0"
    sheet.row_dimensions[5].hidden = True
    sheet.row_dimensions[6].hidden = True
    sheet.row_dimensions[500].hidden = True
    sheet.column_dimensions["B"].hidden = True
    sheet.column_dimensions["C"].width = 30
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    return saved(book)


EVERYTHING = Marks(
    broken={(3, 2): Broken("#REF!"), (4, 3): Broken()},
    shown={(row, 1): f"INV-{row - 1:04}" for row in range(2, 8)},
    hidden_rows=frozenset({5, 6}),
    hidden_columns=frozenset({2}),
    widths={2: 13.0, 3: 30.0},
    epoch_1904=True,
)


def test_all_marks_are_found() -> None:
    assert marks(everything()) == EVERYTHING


def test_a_plain_sheet_has_none() -> None:
    book, sheet = blank()
    sheet.append(["Reference", 5, 1.5, True, None, "a = b < c > d"])
    assert marks(saved(book)) == Marks()


def test_the_strict_kind_of_file() -> None:
    def strict(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part.replace(MAIN.encode(), STRICT.encode()).replace(RELATIONS.encode(), STRICT_RELATIONS.encode())

    assert marks(rewritten(everything(), strict)) == EVERYTHING


@pytest.mark.parametrize(
    "target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml"]
)
def test_targets_absolute_and_relative(target: str) -> None:
    def retargeted(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part.replace(b"/xl/worksheets/sheet1.xml", target.encode()) if name.endswith(".rels") else part

    assert marks(rewritten(everything(), retargeted)) == EVERYTHING


def test_parts_in_other_case_or_with_other_slashes() -> None:
    assert marks(rewritten(everything(), lambda name, part: (name.replace("/s", "\\S"), part))) == EVERYTHING


def test_prefixed_elements_and_single_quotes() -> None:
    def prefixed(name: str, part: bytes) -> tuple[str, bytes]:
        if name != SHEET:
            return name, part
        part = part.replace(b"xmlns=", b"xmlns:x=")
        return name, re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", part).replace(b'"', b"'")

    assert marks(rewritten(everything(), prefixed)) == EVERYTHING


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings(encoding: str) -> None:
    def encoded(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part.decode().encode(encoding) if name == SHEET else part

    assert marks(rewritten(everything(), encoded)) == EVERYTHING


def test_rows_and_cells_that_do_not_tell_their_place_are_counted() -> None:
    def uncounted(name: str, part: bytes) -> tuple[str, bytes]:
        return name, re.sub(rb' r="[A-Z]*\d+"', b"", part.replace(b'r="500"', b"")) if name == SHEET else part

    content = rewritten(everything(), uncounted)
    assert marks(content) == EVERYTHING
    counted = with_data(
        '<row r="3"><c t="e"/><c r="D3"/><c t="e"/></row><row><c r="B4"/><c t="e"><v>#N/A</v></c></row>'
    )
    assert set(marks(counted).broken) == {(3, 1), (3, 5), (4, 3)}


@pytest.mark.parametrize(
    ("cell", "broken"),
    [
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', Broken("#DIV/0!")),
        ("<c r='A1' t = 'e'><v>#DIV/0!</v></c>", Broken("#DIV/0!")),
        ('<c r="A1" t="e"/>', Broken("#ERROR")),
        ('<c r="A1"><f>1+1</f></c>', Broken()),
        ('<c r="A1"><f>1+1</f><v/></c>', Broken()),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', None),
        ('<c r="A1" t="str"><f>T(1)</f><v></v></c>', None),
        ('<c r="A1" t="s"><v>0</v></c>', None),
        ('<c r="A1" t="inlineStr"><is><t>#REF!</t></is></c>', None),
        ('<c r="A1" t="inlineStr"><is><t><![CDATA[<row r="9"><c r="A9" t="e"/></row>]]></t></is></c>', None),
    ],
)
def test_what_is_broken(cell: str, broken: Broken | None) -> None:
    assert marks(with_data(f'<row r="1">{cell}</row>')).broken == ({(1, 1): broken} if broken else {})


def test_hidden_rows_are_those_that_hold_something() -> None:
    rows = '<row r="1" hidden="true"><c r="A1"><v>1</v></c></row><row r="2" hidden="1"/>'
    rows += (
        '<row r="3" hidden="1"><c r="A3" s="0"/></row><row r="4" ht="0.0" customHeight="1"><c r="A4"><v>1</v></c></row>'
    )
    rows += '<row r="5" hidden="0" ht="0"><c r="A5"><v>1</v></c></row><row r="1048576" hidden="1"/>'
    assert marks(with_data(rows)).hidden_rows == {1, 4}


def test_columns_end_where_a_sheet_ends() -> None:
    found = marks(with_data("", '<cols><col min="2" max="99999999" hidden="1" width="0"/></cols>'))
    assert (min(found.hidden_columns), max(found.hidden_columns), found.widths) == (2, 16_384, {})


def test_an_extension_does_not_take_the_epoch_back() -> None:
    def extended(name: str, part: bytes) -> tuple[str, bytes]:
        return name, part.replace(b"</workbook>", b"<extLst><workbookPr/></extLst></workbook>")

    assert marks(rewritten(everything(), extended)).epoch_1904


def test_marks_in_a_long_sheet_are_as_many_as_were_made() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Invoices")
        padded = book.add_format({"num_format": "00000"})
        for row in range(12_000):
            sheet.write_row(row, 0, ["some text that fills the row", row, row * 0.5])
        for row in range(0, 12_000, 997):
            sheet.write_formula(row, 4, "=NA()", None, "#N/A")
            sheet.set_row(row + 1, None, None, {"hidden": True})
            sheet.write_number(row + 2, 5, 7, padded)
    found = marks(content.getvalue())
    assert found.broken == {(row + 1, 5): Broken("#N/A") for row in range(0, 12_000, 997)}
    assert found.hidden_rows == {row + 2 for row in range(0, 12_000, 997)}
    assert found.shown == {(row + 3, 6): "00007" for row in range(0, 12_000, 997)}


CELLS = st.sampled_from(
    [
        "<c{}><v>7</v></c>",
        '<c{} t="e"><v>#N/A</v></c>',
        "<c{}><f>A1</f></c>",
        '<c{} t="inlineStr"><is><t>e</t></is></c>',
    ]
)


@given(st.lists(st.tuples(st.booleans(), st.lists(st.tuples(st.booleans(), CELLS), max_size=4)), max_size=8))
def test_a_cell_is_where_the_fast_reader_has_it(rows: list[tuple[bool, list[tuple[bool, str]]]]) -> None:
    data, expected = "", set()
    for number, (tells, cells) in enumerate(rows, 1):
        inner = "".join(
            cell.format(f' r="{"ABCD"[column]}{number}"' if told else "") for column, (told, cell) in enumerate(cells)
        )
        data += f"<row{f' r={chr(34)}{number}{chr(34)}' if tells else ''}>{inner}</row>"
        expected |= {(number, c) for c, (_, cell) in enumerate(cells, 1) if "<f>" in cell or "#N/A" in cell}
    content = with_data(data)
    assert set(marks(content).broken) == expected
    read = python_calamine.load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    values = {(r, c) for r, row in enumerate(read, 1) for c, cell in enumerate(row, 1) if cell != ""}
    assert not values & expected


PLAIN = '<row{}><c><v>7</v></c><c t="s"><v>0</v></c></row>'
MARKED = [
    PLAIN,
    PLAIN,
    '<row{} hidden="1"><c><v>1</v></c></row>',
    '<row{}><c/><c t="e"><v>#N/A</v></c></row>',
    '<row{}><c s="3"><v>4</v></c></row>',
    '<row{}><c t="inlineStr"><is><t><![CDATA[<row r="1"></row>]]></t></is></c></row>',
]


@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(MARKED)), max_size=30), st.integers(0, 12), st.integers(100, 300)
)
def test_rows_that_are_left_out_change_nothing(rows: list[tuple[bool, str]], plain: int, look: int) -> None:
    rows = [(True, PLAIN)] * plain + rows
    data = "".join(row.format(f' r="{number}"' if told else "") for number, (told, row) in enumerate(rows, 1))
    part = f'<worksheet xmlns="{MAIN}"><sheetData>{data}</sheetData></worksheet>'.encode()
    styles = {"3": shows("000")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchinvoice.sheets.marks.xlsx_rows._LOOK", look)
        short = list(marked_rows(io.BytesIO(part), styles))
    assert read_cells(short, styles) == read_cells([part], styles)


def test_rows_without_marks_are_left_out() -> None:
    content = with_data("".join(PLAIN.format(f' r="{row}"') for row in range(1, 30_000)) + MARKED[2].format(""))
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(SHEET) as stream:
        assert sum(map(len, marked_rows(stream, ()))) < archive.getinfo(SHEET).file_size * 0.8
    assert marks(content).hidden_rows == {30_000}


@pytest.mark.parametrize(
    "data",
    [
        '<row r="1"><c r="??" t="e"/></row>',
        '<row r="1"><c r="A1048577" t="e"/></row>',
        '<row r="1"><c r="XFE1" t="e"/></row>',
        '<row r="x"><c t="e"/></row>',
        '<row r="1"><c r="A1" t="e">',
    ],
)
def test_what_cannot_be_placed_is_refused(data: str) -> None:
    with pytest.raises(MarksUnreadable):
        marks(with_data(data))


def test_entities_and_document_types_are_refused() -> None:
    for declared in ("<!DOCTYPE x>", "<!DOCTYPE x [<!ENTITY a 'b'>]>"):
        with pytest.raises(MarksUnreadable):
            marks(with_sheet(f'{declared}<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'))


def test_an_unknown_sheet_a_missing_part_and_other_files_are_refused() -> None:
    with pytest.raises(MarksUnreadable):
        marks_of(everything(), "Other")
    with pytest.raises(MarksUnreadable):
        marks(rewritten(everything(), lambda name, part: (name + "x" if name == SHEET else name, part)))
    for content in (b"", b"PK", b"no workbook", everything()[:2000]):
        with pytest.raises(MarksUnreadable):
            marks(content)


class TestOrigin:
    def book(self, name: str, value: str) -> bytes:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content) as book:
            book.add_worksheet()
            book.set_custom_property("Other", 5)
            book.set_custom_property(name, value)
        return content.getvalue()

    def test_is_the_propertys_text(self) -> None:
        assert origin(self.book("Run", "2026 & more"), "Run") == "2026 & more"

    def test_is_none_without_it(self) -> None:
        assert origin(self.book("Run", "x"), "Else") is None
        assert origin(self.book("Run", "x"), "Other") is None
        assert origin(everything(), "Run") is None
        assert origin(b"no workbook", "Run") is None

    def test_is_none_of_what_is_too_large_or_hostile(self) -> None:
        book = self.book("Run", "x")
        assert origin(rewritten(book, lambda n, p: (n, p + b" " * 2**20 if "custom" in n else p)), "Run") is None
        assert origin(rewritten(book, lambda n, p: (n, b"<!DOCTYPE x>" + p if "custom" in n else p)), "Run") is None
