"""Which number formats certainly show something else than dinars, and what; in each kind of workbook."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from ods_file import ods_file
from xls_file import xls_file
from xlsb_file import xlsb_file

from batchinvoice.sheets.marks import Marks
from batchinvoice.sheets.marks.find import marks_of
from batchinvoice.sheets.marks.units import shown_otherwise, unit
from batchinvoice.sheets.marks.xlsx_rows import has_marks, marked_rows


def shown(code: str, value: float = 1200.5) -> str | None:
    counts = unit(code)
    otherwise = counts and counts.of(value)
    return otherwise and otherwise.shown


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("$#,##0.00", 1200, "$1,200.00"),
        ('"$"#,##0', 1200.5, "$1,201"),
        (r"\$0.00", 5, "$5.00"),
        ("[$$-409]#,##0.00", 1200, "$1,200.00"),
        ("[$€-2] #,##0.00", 5, "€ 5.00"),
        ('0.00 "€"', 5, "5.00 €"),
        ("[$SAR] 0", 5, "SAR 5"),
        (r"\U\S\D 0", 5, "USD 5"),
        ("EUR 0.00", 5, "EUR 5.00"),
        ('_("$"* #,##0.00_);_("$"* (#,##0.00);_("$"* "-"??_);_(@_)', 1200, "$ 1,200.00"),
        ("[$ر.س.\u200f-401] #,##0", 5, "ر.س. 5"),
        ('0 "ريال سعودي"', 5, "5 ريال سعودي"),
        ('0 "دينار بحريني"', 5, "5 دينار بحريني"),
        ("[$kr-41D]0", 5, "kr5"),
        ("_([$k-r-41D]* 0_)", 5, "k-r 5"),
        ('"Total USD: "0', 5, "Total USD: 5"),
        ('0"TRY"', 5, "5TRY"),
        ("[$\u20c1]0", 5, "\u20c15"),
        ('0" fils"', 500, "500 fils"),
        ('General" $"', 5.25, "5.25 $"),
        ("$0.00E+00", 5.25, "$5.25"),
        ("$#", 1e20, "$1e+20"),
        ("$0." + "0" * 200, 999_999_999_999_999.5, "$1000000000000000.000000000000"),
        ("$0." + "0" * 200, 0.1 + 0.2, "$0.300000000000"),
        ("0" + "%" * 200, 1e300, "inf" + "%" * 100),
        ("$0" + "," * 200, 1e300, "$1e+273"),
        ("0%", 0.5, "50%"),
        ("0.0%", 0.07, "7.0%"),
        ("%0", 0.07, "%7"),
        ('0"%"', 7, "7%"),
        ("#,##0.0,", 1200, "1.2"),
        ("0,.0", 1200, "1.2"),
        ('#,##0.00,,"M"', 1_250_000, "1.25M"),
        ('0.0,"K KD"', 1200, "1.2K KD"),
        ("#,##0%;0.000", 0.5, "50%"),
        ('[>=1000]#,##0.0,"K";0', 1200, "1.2K"),
        ("[<1]0%;0.000", 0.5, "50%"),
        ("[>5]0.000;$0", 5, "$5"),
        ("[>5]0.000;[<0]0;$0", 5, "$5"),
        ("[<=5]$0;0.000;0.000", 5, "$5"),
        ("[=5]$0;0.000", 5, "$5"),
        ("[<>5]0.000;$0", 5, "$5"),
        ("[>=6]0.000;0;[$USD]0", 5, "USD5"),
        ("[Red]$0", 5, "$5"),
        ("[$ر.س-ar-SA] 0", 5, "ر.س 5"),
        ("[$SR-ar-SA,200]0", 5, "SR5"),
        ("[$€-x-euro2] 0", 5, "€ 5"),
        ('0.0"٪"', 7, "7.0٪"),
        ("0‰", 7, "7‰"),
    ],
)
def test_what_is_no_dinar(code: str, value: float, text: str) -> None:
    assert shown(code, value) == text


@pytest.mark.parametrize(
    "code",
    [
        *("", "General", "0.000", "#,##0", "#,##0.000", "0.00E+00", "# ?/?", "@", ";;;", "yyyy-mm-dd", "\\", "[", "_"),
        *("[$KWD] 0", "[$KD-3401]0.000", "[$د.ك.\u200f-3401] #,##0.000", "[$د.ك-401]0", "[$K.D.]0", "[$-409]0"),
        *('"KWD "0', '0 "K.D."', '0 "K D"', "KWD 0", "KD0", '0" دينار"', '0 "دينار كويتي"', '0" د.ك."', '"Dinars" 0'),
        *("_([$KWD] * #,##0.000_)", '_-* #,##0.000_-;-* #,##0.000_-;_-* "-"??_-;_-@_-', "[Red]0;[Color3]-0"),
        *('"Total: "0.000', '"all"0', '"try "0', '"SRV "0', '0" each"', '"5% VAT: "0.000', '0"K"', '"kr"0', '"¤"0'),
        *("##\\,##\\,##0.00", "#,##0\\,", "#,##0_,", "#,##0*,", '0.000"KD (USD 3.25 each)"', '"KD" 0.000 "fils"'),
        *("0.000;$0", "0.000;0;$0", '0.000;0;0;"$"@', "[>2000]$0;0.000", "[<0]$0;0.000", "[>=0]0.000;$0"),
        # As Excel in Kuwait, LibreOffice and Google Sheets write them.
        *(
            "[$د.ك.\u200f-3401]\\ #,##0.000",
            "[$د.ك.\u200f-ar-KW,200]0.000",
            "[$KWD-ar-KW]0.000",
            "_-[$KD-3401]* #,##0.000_-",
        ),
        '_-[$د.ك.-3401]\\ * #,##0.000_-;_-[$د.ك.-3401]\\ * #,##0.000\\-;_-[$د.ك.-3401]\\ * "-"???_-;_-@_-',
        *(
            "[$KWD] #,##0.000;[RED]-[$KWD] #,##0.000",
            '#,##0.000 "د.ك"',
            '#,##0.000\\ "دينار"',
            '"KWD" 0.000',
            '"د. ك. "0.000',
        ),
        *(
            '0.000" فقط"',
            "[$-2000401]0.000",
            "[$-ar-KW,96]0.000",
            '0.000 "دينارًا كويتيًا"',
            '0.000 "KD/-"',
            '#,##0.000"Cr"',
        ),
        *('_ "KD" * #,##0.000_ ;_ "KD" * \\-#,##0.000_ ;_ "KD" * "-"???_ ;_ @_ ', '"K.W.D." 0.000', "[$KWD ]#,##0.000"),
        *("[>9999]0;[>=1201]$0;0.000", "[>9999]$0;$0;0.000", "$" * 256),
    ],
)
def test_what_may_be_a_dinar(code: str) -> None:
    assert shown(code) is None


@pytest.mark.parametrize("value", [0.0, -5.0, float("nan")])
def test_nothing_and_less_is_never_an_amount(value: float) -> None:
    assert shown("$0", value) is None


CODES = st.text() | st.lists(
    st.sampled_from(
        [
            *'0#?.,%;$ "\\_*[]-E+',
            "General",
            "[$USD-409]",
            "[$KWD]",
            "[>=10]",
            "[<1]",
            '"SAR"',
            "\x1b",
            "\ud800",
            "\u200f",
        ]
    ),
    max_size=40,
).map("".join)


@given(CODES, st.floats())
def test_no_format_raises_and_what_is_shown_otherwise_stays_so(code: str, value: float) -> None:
    """The format that is given for it is one of ours, and shows the same thing again."""
    counts = unit(code)
    otherwise = counts and counts.of(value)
    if otherwise:
        assert otherwise.shown.isprintable() or re.search("[\ue000-\uf8ff]|\\W", otherwise.shown)
        assert not re.search("[\x00-\x1f\ud800-\udfff]", otherwise.shown + otherwise.format)
        assert len(otherwise.format) <= 255
        again = unit(otherwise.format)
        assert again
        assert again.of(value)


def with_formats(*formats: str | int) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Invoices")
        for row, code in enumerate(formats):
            sheet.write_number(row, 3, 1200, book.add_format({"num_format": code}))
    return content.getvalue()


def texts(marks: Marks) -> dict[tuple[int, int], str]:
    return {cell: otherwise.shown for cell, otherwise in marks.otherwise.items()}


def marks(content: bytes, *columns: int) -> Marks:
    return marks_of(content, "Invoices", columns or None)


class TestXlsx:
    def test_own_codes_and_those_that_are_built_in(self) -> None:
        content = with_formats("$0", 9, 10, 5, 8, 41, 44, "[$KWD] 0", '"SAR" 0')
        assert texts(marks(content)) == {(1, 4): "$1200", (2, 4): "120000%", (3, 4): "120000.00%", (9, 4): "SAR 1200"}

    def test_an_explicit_code_counts_for_more_than_a_number(self) -> None:
        content = with_formats("$0", "0.000")
        changed = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
            for name in old.namelist():
                part = old.read(name).replace(b'numFmtId="164"', b'numFmtId="44"').replace(b'="165"', b'="9"')
                new.writestr(name, part)
        assert texts(marks(changed.getvalue())) == {(1, 4): "$1200"}

    def test_texts_and_empty_cells_have_none(self) -> None:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content) as book:
            sheet, dollars = book.add_worksheet("Invoices"), book.add_format({"num_format": "$0"})
            sheet.write_row(0, 0, ["5", None, 7], dollars)
            sheet.write_formula(0, 3, '=T("5")', dollars, "5")
            sheet.write_formula(0, 4, "=2+3", dollars, 5)
        assert texts(marks(content.getvalue())) == {(1, 3): "$7", (1, 5): "$5"}

    def test_rows_are_left_out_whose_number_is_of_another_column(self) -> None:
        content = io.BytesIO()
        with xlsxwriter.Workbook(content) as book:
            sheet, percent = book.add_worksheet("Invoices"), book.add_format({"num_format": "0%"})
            for row in range(30_000):
                sheet.write_row(row, 0, ["INV", 5, row])
                sheet.write_number(row, 9, 0.05, percent)
            sheet.write_number(29_000, 3, 0.5, percent)
        with zipfile.ZipFile(content) as archive:
            part, size = "xl/worksheets/sheet1.xml", archive.getinfo("xl/worksheets/sheet1.xml").file_size
            with archive.open(part) as stream:
                assert sum(map(len, marked_rows(stream, ["1"], [1, 4]))) < size * 0.8
            with archive.open(part) as stream:
                assert sum(map(len, marked_rows(stream, ["1"]))) == size
        assert texts(marks(content.getvalue(), 1, 4))[29_001, 4] == "50%"


CELL = '<c{} s="{}"><v>7</v></c>'


@given(
    st.lists(st.tuples(st.sampled_from([' r="D{}"', ' r="AD{}"', " r='J{}'", "", ' r="d{}"']), st.sampled_from("123")))
)
def test_no_cell_of_the_columns_is_missed(cells: list[tuple[str, str]]) -> None:
    rows = [f'<row r="{n}">{CELL.format(place.format(n), style)}</row>' for n, (place, style) in enumerate(cells, 2)]
    part = f'<sheetData><row r="1"></row>{"".join(rows)}</sheetData>'.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchinvoice.sheets.marks.xlsx_rows._LOOK", 60)
        kept = b"".join(marked_rows(io.BytesIO(part), ["2", "3"], [4, 10]))
    for row, (place, style) in zip(rows, cells, strict=True):
        assert style == "1" or "AD" in place or row.encode() in kept


@given(
    st.lists(
        st.sampled_from(
            ['<row r="{}">{}</row>', '<row r="{}" hidden="1">{}</row>', "<row r='{}' ht='0' customHeight='1'>{}</row>"]
        ),
        max_size=4,
    ),
    st.sampled_from(
        ['<c r="A1"><v>7</v></c>', '<c r="A1" t="e"><v>#N/A</v></c>', '<c r="A1"><f>1+1</f></c>', '<c r="A1" s="2"/>']
    ),
    st.integers(40, 800),
)
def test_a_sheet_that_is_told_to_be_plain_has_no_mark(rows: list[str], cell: str, look: int) -> None:
    body = "".join(row.format(number, cell) for number, row in enumerate(rows, 1))
    part = f"<worksheet><sheetData>{body}</sheetData></worksheet>".encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("batchinvoice.sheets.marks.xlsx_rows._LOOK", look)
        marked = has_marks(io.BytesIO(part), ["2"])
    bare = all(row.startswith('<row r="{}">') for row in rows) and "<v>7" in cell
    assert marked or bare
    if bare and rows and look >= len(part):
        assert not marked


def test_xls() -> None:
    codes = {(1, 1): '"$"#,##0.00', (2, 1): "0%", (3, 1): '#,##0.000" KWD"', (4, 1): "0.0,"}
    assert texts(marks(xls_file([[1200]] * 4, formats=codes))) == {
        (1, 1): "$1,200.00",
        (2, 1): "120000%",
        (4, 1): "1.2",
    }


def test_xls_dollars_of_the_reader_are_not_those_of_the_file() -> None:
    """For a currency format whose code the file does not give, the reader puts one in dollars."""
    own = xls_file([[1200]], formats={(1, 1): "mm:ss.0"})  # number 47, of which the writer gives no code either
    assert b"\x2f\x00" in own
    content = own.replace(b"\x2f\x00\x00\x00\xf5", b"\x2c\x00\x00\x00\xf5").replace(
        b"\x2f\x00\x01\x00", b"\x2c\x00\x01\x00"
    )
    assert content != own
    assert texts(marks(content)) == {}


def test_xlsb() -> None:
    codes = {(1, 1): "[$USD] 0", (2, 1): "0%", (3, 1): "[$KWD] 0", (4, 1): "0.0,"}
    assert texts(marks(xlsb_file([[1200]] * 4, formats=codes))) == {
        (1, 1): "USD 1200",
        (2, 1): "120000%",
        (4, 1): "1.2",
    }


def test_ods() -> None:
    shows = {(1, 1): "USD 5.00", (2, 1): "50%", (3, 1): "5.000 KWD", (4, 1): "$5.00", (5, 1): "5.00", (6, 1): "KD 5"}
    units = {(1, 1): "USD", (2, 1): "%", (3, 1): "KWD", (5, 1): "SAR", (6, 1): "KWD"}
    content = ods_file([[5], [0.5], [5], [5], [5], [5], [7]], shown=shows, units=units, repeats={4: 1})
    found = {(1, 1): "USD 5.00", (2, 1): "50%", (4, 1): "$5.00", (5, 1): "5.00 SAR"}
    assert texts(marks(content)) == found


@pytest.mark.parametrize(
    ("value", "shows", "currency", "text"),
    [
        (5, "5.00 ر.س", "", "5.00 ر.س"),
        (1200, "", "USD", "1200 USD"),
        (5, "5.00 kr", "SEK", "5.00 kr"),
        (5, "5.000 د.ك", "KWD", None),
        (5, "5.000", "KWD", None),
        (5, "Fees 5", "", None),
        (0, "$0", "USD", None),
    ],
)
def test_what_an_ods_cell_shows(value: float, shows: str, currency: str, text: str | None) -> None:
    found = shown_otherwise(value, shows, currency, is_percentage=False)
    assert (found and found.shown) == text
    if found:
        assert shown(found.format)


@given(st.floats(), st.text(), st.text(), st.booleans())
def test_nothing_that_a_cell_shows_raises(value: float, shows: str, currency: str, is_percentage: bool) -> None:
    shown_otherwise(value, shows, currency, is_percentage=is_percentage)


def test_a_format_that_shows_no_amount_otherwise_costs_nothing() -> None:
    """Its cells are not even looked at."""
    assert unit('0.000;$0;"$"0;"$"@') is None
