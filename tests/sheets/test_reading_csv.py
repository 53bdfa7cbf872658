"""CSV files: separators, encodings and quotation marks; a row that cannot be told from the next is refused."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from batchinvoice.sheets.reading import read
from batchinvoice.sheets.unreadable import UnreadableSheet

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
ARABIC = "الرقم المرجعي,اسم العميل,رقم الهاتف,المبلغ\nف-1,فاطمة الصباح,٦٦٦٦٦٦٦٦,٥٫٥٠٠\nف-2,محمد؛ علي,66666666,5\n"


def rows(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> list[tuple[int, list[object]]]:
    """What stands below the header, with its row numbers."""
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    table = read(tmp_path / name).invoices
    return [(number, list(cells)) for number, cells in zip(table.rows, table.cells, strict=True)]


def why_not(tmp_path: Path, content: str | bytes) -> str:
    with pytest.raises(UnreadableSheet) as refused:
        rows(tmp_path, content)
    return str(refused.value)


@pytest.mark.parametrize("separator", ",;\t|")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.csv", "a.TXT", "a.tsv"])
def test_any_separator_and_any_line_end(tmp_path: Path, separator: str, end: str, name: str) -> None:
    lines = [separator.join(HEADINGS), separator.join(["007", "Ali", "66666666", "1.5"])]
    assert rows(tmp_path, end.join(lines), name) == [(2, ["007", "Ali", "66666666", "1.5"])]


def test_the_separator_is_the_header_s_whatever_stands_in_titles_and_cells(tmp_path: Path) -> None:
    content = "sep=;\nInvoices, November, all, of, them\n" + ";".join(HEADINGS) + "\n1;A, B, C & D;66666666;1,5\n"
    assert rows(tmp_path, content) == [(4, ["1", "A, B, C & D", "66666666", "1,5"])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1256"])
def test_arabic_in_every_encoding_that_excel_writes(tmp_path: Path, encoding: str) -> None:
    content = ARABIC.replace("٦", "6").replace("٥٫٥٠٠", "5.500") if encoding == "cp1256" else ARABIC
    found = rows(tmp_path, content.encode(encoding))
    assert [cells[:2] for _, cells in found] == [["ف-1", "فاطمة الصباح"], ["ف-2", "محمد؛ علي"]]


@pytest.mark.parametrize("damage", [b"\xd9", b"\xff", b"\xd9\xd9"])
def test_damaged_utf8_is_not_taken_for_another_encoding(tmp_path: Path, damage: bytes) -> None:
    message = why_not(tmp_path, ARABIC.encode() + b"3," + damage + b",66666666,5\n")
    assert "a.csv is damaged: line 4 holds a character that cannot be read." in message


def test_western_letters_of_windows_are_no_damage(tmp_path: Path) -> None:
    content = (",".join(HEADINGS) + "\n1,José Café,66666666,5\n").encode("cp1252")
    assert rows(tmp_path, content)[0][1][1] == "José Café"


@pytest.mark.parametrize("content", [b"\xff\xfe\x41", ARABIC.encode("utf-16-le"), b"a,b\0c"])
def test_what_is_no_text(tmp_path: Path, content: bytes) -> None:
    assert "not an Excel workbook or a CSV file" in why_not(tmp_path, content)


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"\xff\xfe", b"a,b\n1,2\n"])
def test_no_header(tmp_path: Path, content: bytes) -> None:
    assert "No header row was found in a.csv (looked in: a)" in why_not(tmp_path, content)


def test_quoted_commas_marks_and_line_ends_and_blank_lines(tmp_path: Path) -> None:
    content = ",".join(HEADINGS) + '\n\n1,"A, ""B""\nand C",66666666,"5"\n , ,,\n\n2,5" pipe,66666666,5\n'
    # A cell of two lines is one row, as in Excel.
    assert rows(tmp_path, content) == [
        (3, ["1", 'A, "B"\nand C', "66666666", "5"]),
        (6, ["2", '5" pipe', "66666666", "5"]),
    ]


def test_what_keeps_zeros_from_excel_is_no_part_of_the_text(tmp_path: Path) -> None:
    content = ",".join(HEADINGS) + '\n="00123","=""Ali ""B"" Co""",\'66666666,5\n=1,\'Abd al-Aziz,6,="'
    assert rows(tmp_path, content + '"\n')[0] == (2, ["00123", 'Ali "B" Co', "66666666", "5"])
    assert rows(tmp_path, content.removesuffix(',="') + "\n")[1] == (3, ["=1", "'Abd al-Aziz", "6", None])


def test_short_and_long_rows(tmp_path: Path) -> None:
    content = ",".join(HEADINGS) + "\n1,Ali\n2,Ali,66666666,5,a note,\n"
    assert rows(tmp_path, content) == [(2, ["1", "Ali", None, None]), (3, ["2", "Ali", "66666666", "5"])]


@pytest.mark.parametrize(
    "bad", ['2,"Ali,66666666,5\n3,Badr,66666666,5\n', '2,"Ali" & Co,66666666,5\n', '2,"' + "x" * 200_000 + ",1,1\n"]
)
def test_a_stray_quotation_mark_swallows_no_rows(tmp_path: Path, bad: str) -> None:
    message = why_not(tmp_path, ",".join(HEADINGS) + "\n1,Ali,66666666,5\n" + bad)
    assert message.startswith("a.csv, line 3: a quotation mark is opened")


def test_a_cell_beyond_all_bounds_is_refused_in_plain_words(tmp_path: Path) -> None:
    assert "a.csv, line 2" in why_not(tmp_path, ",".join(HEADINGS) + f"\n1,{'x' * 200_000},66666666,5\n")


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(cells, cells), min_size=1, max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_cells_come_back_row_by_row(
    tmp_path: Path, pairs: list[tuple[str, str]], separator: str, encoding: str
) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADINGS, *((f"R{n}", *pair, "5") for n, pair in enumerate(pairs))])
    found = rows(tmp_path, written.getvalue().encode(encoding))
    assert found == [(n + 2, [f"R{n}", *pair, "5"]) for n, pair in enumerate(pairs)]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.booleans(), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a"]))
def test_any_bytes_are_read_or_refused_in_plain_words(tmp_path: Path, noise: bytes, headed: bool, name: str) -> None:
    content = ",".join(HEADINGS).encode() + b"\n" + noise if headed else noise
    with suppress(UnreadableSheet):
        assert rows(tmp_path, content, name)


@pytest.mark.parametrize("letter", "ñóöøõúýðþíìÑÖØÞ")
def test_a_western_code_page_is_never_taken_for_arabic(tmp_path: Path, letter: str) -> None:
    """Read as windows-1256, some of these are Arabic letters, signs or marks; the others are the same in both."""
    content = f"reference,name,phone,amount\n1,Mu{letter}oz,66100201,5\n".encode("cp1252")
    if letter.encode("cp1252").decode("cp1256") == letter:
        assert rows(tmp_path, content)[0][1][1] == f"Mu{letter}oz"
    else:
        assert "CSV UTF-8" in why_not(tmp_path, content)
