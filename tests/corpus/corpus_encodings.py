"""CSV files: separators, encodings, quotation marks and line ends."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from corpus_case import RULES, File, case, cases
from corpus_files import ARABIC, HEADINGS, amounts, good, goods, replaced, text

ROWS = [
    ARABIC,
    ["ف-1", "فاطمة الصباح", "66100201", "1234.500"],
    ["ف-2", "شركة: نور, علي; وأولاده|فرع", "66100202", "5"],
]
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
ENCODINGS = {
    "utf8": ("utf-8", ""),
    "utf8-bom": ("utf-8-sig", ""),
    "utf16-le": ("utf-16-le", "\ufeff"),
    "utf16-be": ("utf-16-be", "\ufeff"),
    "windows-1256": ("cp1256", ""),
}


@cases(
    [f"{separator}-{encoding}" for separator, encoding in product(SEPARATORS, ENCODINGS)],
    "pending pending",
    reference=("ف-1", "ف-2"),
    customer=("فاطمة الصباح", "شركة: نور, علي; وأولاده|فرع"),
    amount=("1234.500", "5.000"),
)
def arabic(kind: str) -> File:
    """Arabic names, one with every separator in it, as each program saves them."""
    separator, encoding = kind.split("-", 1)
    code, head = ENCODINGS[encoding]
    return "names.csv", text(ROWS, SEPARATORS[separator], encoding=code, head=head)


@cases(["lf", "crlf", "cr"], "pending pending", amount=amounts(1, 2))
def line_ends(kind: str) -> File:
    """The line ends of every system."""
    ends = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
    return "lines.csv", text([HEADINGS, *goods(1, 2)], end=ends[kind])


@cases(["txt", "tsv", "TXT"], "pending", amount=amounts(1))
def names(kind: str) -> File:
    """Text by its other names."""
    return f"export.{kind}", text([HEADINGS, good(1)], "\t")


@case("pending pending", customer=("Noura & Brothers, Hawalli", "Ali Hassan"))
def quoted_line_breaks() -> File:
    """A name of two lines within quotation marks is one row, and one line of text."""
    rows = replaced(1, "Noura & Brothers,\nHawalli", "Ali Hassan")
    return "breaks.csv", text(rows)


@case("pending", customer=('The "Best" Shop',))
def doubled_quotes() -> File:
    """Quotation marks within a name."""
    return "quotes.csv", text(replaced(1, 'The "Best" Shop'))


@case("pending", amount=amounts(1))
def separator_noted() -> File:
    """Excel's own first line says which separator there is; rows are counted with it."""
    return "noted.csv", text([HEADINGS, good(1)], ";", head="sep=;\r\n")


@case("invalid", "A3 cell-empty")
def separator_noted_after_a_bom() -> File:
    """The same after a byte order mark, with a row that lacks its reference: row 3 of the file."""
    return "noted.csv", text(replaced(0, None), ";", head="\ufeffsep=;\r\n")


@case("pending pending", amount=("1234.500", "12.500"), rules=replace(RULES, decimal_mark=","))
def decimal_comma_declared() -> File:
    """Semicolons and decimal commas, as a German Excel saves them; the user has declared the comma."""
    return "komma.csv", text(replaced(3, "1.234,500", "12,5"), ";")


@case(
    "invalid invalid",
    "D2 amount-ambiguous; D3 amount-ambiguous",
    proposed={"D3": "12.500"},
)
def decimal_comma_undeclared() -> File:
    """The same undeclared: 1,234 may be either, and nobody writes 12,5 here without meaning a decimal comma."""
    return "komma.csv", text(replaced(3, "1,234", "12,5"), ";")


@case("pending pending", amount=amounts(1, 2))
def titles_above() -> File:
    """Lines with a title above the header, with other separators in them."""
    head = "Al Noor Trading; November | all\r\n\r\n"
    return "titles.csv", text([HEADINGS, *goods(1, 2)], head=head)


@case("pending pending", amount=amounts(1, 2))
def blank_lines() -> File:
    """Blank lines and lines of separators alone."""
    return "blanks.csv", text([[], HEADINGS, [], good(1), [None] * 4, [" ", "", None, " "], good(2), [], []])


@case("pending invalid", "C3 cell-empty; D3 cell-empty")
def short_and_long_lines() -> File:
    """A line with too many separators, and one that ends early."""
    return "ragged.csv", text([HEADINGS, [*good(1), None, None], ["INV-2", "Ali"]])


@case("pending", customer=("Noura",), mobile=("66100201",), amount=("10.250",))
def spaces_after_separators() -> File:
    """Spaces around everything."""
    return (
        "spaces.csv",
        b"Reference Number , Customer Name , Mobile Number , Amount\r\n INV-1 , Noura , 66100201 , 10.250 \r\n",
    )


@case("invalid invalid", "C2 phone-exponent; A3 number-lossy")
def shortened_numbers() -> File:
    """A CSV that Excel has saved over: long numbers have become 9.65661E+10."""
    rows = [HEADINGS, *goods(1, 2)]
    rows[1][2], rows[2][0] = "9.65661E+10", "1.23457E+15"
    return "shortened.csv", text(rows)


@case("pending", customer=("José Müller",))
def western_letters() -> File:
    """A name with Western letters in UTF-8."""
    return "western.csv", text(replaced(1, "José Müller"))


@case(refused="is not saved as UTF-8, and as Arabic it would read “INV-1,Mu")
def western_code_page() -> File:
    """Western letters of Windows would be Arabic ones in the Arabic code page: refused, not garbled."""
    return "western.csv", text(replaced(1, "Muñoz"), encoding="cp1252")


@case(refused="line 3 holds a character that cannot be read")
def damaged_letter() -> File:
    """UTF-8 in which one letter is cut."""
    return "damaged.csv", text(ROWS).replace("شركة".encode(), "شركة".encode()[:-1])


@case(refused="line 3: a quotation mark is opened")
def stray_quote() -> File:
    """A quotation mark that nobody closes would swallow the rows below."""
    return "stray.csv", text([HEADINGS, good(1)]) + b'INV-2,"Ali,66100202,20.25\r\nINV-3,Sara,66100203,30.25\r\n'


@case(refused="is not an Excel workbook or a CSV file")
def utf16_without_mark() -> File:
    """UTF-16 without the mark that tells it: noughts between letters."""
    return "sixteen.csv", text([HEADINGS, good(1)], encoding="utf-16-le")


@case(refused="No header row was found")
def another_list() -> File:
    """A list of something else."""
    return "other.csv", text([["Item code", "Warehouse"], ["7", "Shuwaikh"]])
