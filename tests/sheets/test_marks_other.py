"""The marks of sheets in xls, xlsb and ods: the same as in xlsx, and nothing silently left out."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import zipfile
from collections.abc import Callable

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st
from ods_file import ods_file, zipped
from xls_file import xls_file
from xlsb_file import xlsb_file

from batchinvoice.invoices.table import Broken
from batchinvoice.sheets.marks import Marks, MarksUnreadable
from batchinvoice.sheets.marks.find import marks_of
from batchinvoice.sheets.marks.ods_content import padded

ROWS = [
    ["Reference", "Name", "Amount", "Due"],
    [7, "نورة", Broken("#N/A"), dt.date(2026, 12, 31)],
    [8, Broken("#REF!"), 5.125, None],
    [9, "Ali", 3, True],
    [],
    ["INV-1", "Sara", 2, None],
]
BROKEN = {(2, 3): Broken("#N/A"), (3, 2): Broken("#REF!")}
SHOWN = {(2, 1): "INV-0007", (3, 1): "INV-0008"}
FORMATS = dict.fromkeys(SHOWN, '"INV-"0000')
HIDDEN = {"hidden_rows": [3, 5, 6], "hidden_columns": [2]}
FILES: dict[str, Callable[[], bytes]] = {
    "xls": lambda: xls_file(ROWS, **HIDDEN, widths={3: 30}, formats=FORMATS),
    "xlsb": lambda: xlsb_file(ROWS, **HIDDEN, widths={3: 30}, formats=FORMATS, formulas=[(2, 1), (2, 3)]),
    "xlsb shared": lambda: xlsb_file(ROWS, **HIDDEN, widths={3: 30}, formats=FORMATS, shared=True),
    "ods": lambda: ods_file(ROWS, **HIDDEN, widths={3: "2.445in"}, shown=SHOWN, rest_hidden=True),
}


def marks(content: bytes) -> Marks:
    return marks_of(content, "Invoices")


@pytest.mark.parametrize("kind", FILES)
def test_all_marks_are_found(kind: str) -> None:
    found = marks(FILES[kind]())
    assert (found.broken, found.shown) == (BROKEN, SHOWN)
    assert (found.hidden_rows, found.hidden_columns) == ({3, 6}, {2})
    assert found.widths[3] == pytest.approx(30)
    assert not found.epoch_1904


@pytest.mark.parametrize("kind", FILES)
def test_the_fast_reader_has_the_same_cells(kind: str) -> None:
    book = python_calamine.load_workbook(io.BytesIO(FILES[kind]()))
    rows = book.get_sheet_by_name("Invoices").to_python(skip_empty_area=False)
    assert rows[1] == [7, "نورة", "", dt.date(2026, 12, 31)]
    assert rows[2][:3] == [8, "", 5.125]
    assert rows[3][:4] == [9, "Ali", 3, True]


@pytest.mark.parametrize("kind", FILES)
def test_an_unknown_sheet_is_refused(kind: str) -> None:
    with pytest.raises(MarksUnreadable):
        marks_of(FILES[kind](), "Other")


@pytest.mark.parametrize("make", [xls_file, xlsb_file])
def test_days_from_1904(make: Callable[..., bytes]) -> None:
    assert marks(make([[1]], epoch_1904=True)).epoch_1904


@settings(max_examples=60)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_damage_is_refused_or_does_no_harm(kind: str, data: st.DataObject) -> None:
    content = bytearray(FILES[kind]())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(MarksUnreadable):
        marks(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))


@settings(max_examples=60)
@given(st.sampled_from(["workbook", "worksheets/sheet1", "styles"]), st.data())
def test_damaged_records_are_refused_or_do_no_harm(part: str, data: st.DataObject) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FILES["xlsb"]())) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            body = bytearray(old.read(name))
            if name == f"xl/{part}.bin":
                for place in data.draw(st.lists(st.integers(0, len(body) - 1), min_size=1, max_size=4)):
                    body[place] = data.draw(st.integers(0, 255))
            new.writestr(name, bytes(body))
    with contextlib.suppress(MarksUnreadable):
        marks(content.getvalue())


class TestXlsb:
    def with_sheet(self, records: bytes) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsb_file([[1]]))) as old, zipfile.ZipFile(content, "w") as new:
            for name in old.namelist():
                new.writestr(name, records if "sheet1" in name else old.read(name))
        return content.getvalue()

    @pytest.mark.parametrize(
        "records", [b"\x03\x09\0\0", b"\x03\xff\xff\xff\x7f", b"\x00\x02\0\0", b"\x91", b"\x0c\x00"]
    )
    def test_what_is_cut_off_or_passed_over_is_refused(self, records: bytes) -> None:
        with pytest.raises(MarksUnreadable):
            marks(self.with_sheet(records))


class TestOds:
    def test_filtered_rows_are_hidden_and_repeated_ones_counted(self) -> None:
        content = ods_file([["a"], [Broken("#N/A")], [], ["b"]], filtered_rows=[2], repeats={2: 3, 3: 1000})
        found = marks(content)
        assert found.hidden_rows == {2, 3, 4}
        assert found.broken == dict.fromkeys([(2, 1), (3, 1), (4, 1)], Broken("#N/A"))

    def test_groups_and_headers_of_rows_and_columns_are_seen_through(self) -> None:
        content = rewritten(
            ods_file([["a", "b"], ["c", "d"]], hidden_rows=[2], hidden_columns=[2]),
            ("<table:table-row ", "<table:table-header-rows><table:table-row-group><table:table-row "),
            ("<table:table-row>", "<table:table-header-rows><table:table-row-group><table:table-row>"),
            ("</table:table-row>", "</table:table-row></table:table-row-group></table:table-header-rows>"),
        )
        assert (marks(content).hidden_rows, marks(content).hidden_columns) == ({2}, {2})

    @pytest.mark.parametrize("error", ["#DIV/0!", "#N/A", "Err:502", "#NAME?"])
    @pytest.mark.parametrize("calcext", [True, False])
    def test_errors_are_told_by_their_type_or_their_text(self, error: str, calcext: bool) -> None:
        assert marks(ods_file([[Broken(error)]], calcext=calcext)).broken == {(1, 1): Broken(error)}

    def test_text_that_only_looks_like_an_error_is_text(self) -> None:
        assert marks(ods_file([["#N/A", "Err:502"]])).broken == {}

    def test_formulas_with_and_without_a_stored_value(self) -> None:
        found = marks(ods_file([[Broken(), 5, "text", "", True]], formulas=[(1, c) for c in range(1, 6)]))
        assert found.broken == {(1, 1): Broken()}

    def test_a_comment_is_no_part_of_what_a_cell_shows(self) -> None:
        note = "<office:annotation><text:p>INV-</text:p></office:annotation><text:p>7"
        assert marks(rewritten(ods_file([[7]]), ("<text:p>7", note))).shown == {}

    def test_absurd_repetitions_cost_nothing_or_are_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("batchinvoice.sheets.marks.collected._MOST_MARKS", 10_000)
        far = rewritten(ods_file([["a"], [None]], hidden_rows=[2], repeats={2: 10**12}), ("16383", "9" * 15))
        assert marks(far) == Marks()
        with pytest.raises(MarksUnreadable):
            marks(rewritten(ods_file([[Broken()]], repeats={1: 10**9}), ("<table:table-cell", _WIDE, 1)))

    def test_1904_and_an_unfinished_document(self) -> None:
        start = (
            '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
        )
        content = ods_file([["a"]])
        assert marks(rewritten(content, ("<table:table ", f"{start}<table:table "))).epoch_1904
        with pytest.raises(MarksUnreadable):
            marks(rewritten(content, ("</office:body>", "")))  # the part is not well-formed
        with pytest.raises(MarksUnreadable):
            marks(zipped("<!DOCTYPE a><a/>"))


_WIDE = '<table:table-cell table:number-columns-repeated="16384"'


def rewritten(content: bytes, *changes: tuple[str, str] | tuple[str, str, int]) -> bytes:
    """An ods with text of its content replaced: old, new, and how often."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("content.xml").decode()
    for change in changes:
        xml = xml.replace(*change)
    return zipped(xml)


@pytest.mark.parametrize(
    ("value", "shows", "text"),
    [
        (7, "00007", "00007"),
        (7, "INV-7", "INV-7"),
        (31, "0031/26", "0031/26"),
        (0, "000", "000"),
        (7, "7", None),
        (5, "5.000", None),
        (1234, "1,234", None),
        (7.5, "0007.5", None),
        (5, "$5", None),
        (12, "1.2E+01", None),
        (7, "seven", None),
        (1e15, "INV-1000000000000000", None),
        (float("nan"), "00", None),
    ],
)
def test_what_an_ods_cell_shows_beyond_its_number(value: float, shows: str, text: str | None) -> None:
    assert padded(value, shows) == text
