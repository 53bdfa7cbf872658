"""Sheets to measure with: N invoices as xlsx or CSV, every reference, customer, phone, address and amount its own.

python benchmarks/sheets.py ROWS OUT [--bad]: the same bytes for the same arguments. `--bad` makes two mistakes in every
other row.
"""

from __future__ import annotations

import csv
import random
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import click

HEADINGS = (
    *("Invoice ID", "Reference Number", "Customer Name", "Mobile Number", "Country Code", "Email", "Amount"),
    *("Description", "Expiry Date", "Delivery", "Payment Methods", "Language", "Subscription", "Cost centre"),
)
_FIRST = [
    "Ahmad",
    "Fatima",
    "Yousef",
    "Maryam",
    "Khaled",
    "Noura",
    "Abdullah",
    "Dalal",
    "Hamad",
    "Sara",
    "Bader",
    "Shaikha",
    "Nasser",
    "Hessa",
    "Faisal",
    "Munira",
]
_LAST = [
    "Al-Sabah",
    "Al-Mutairi",
    "Al-Enezi",
    "Al-Rashidi",
    "Al-Ajmi",
    "Al-Shammari",
    "Al-Azmi",
    "Al-Kandari",
    "Behbehani",
    "Marafie",
]
# First digits that an operator in Kuwait has.
_PREFIXES = ("500", "509", "550", "555", "600", "651", "660", "669", "900", "940", "972", "990")
_LAST_DAY = date(2027, 12, 31)
_EPOCH = date(1899, 12, 30)
_MISTAKES = (
    ("Mobile Number", "6666 66"),
    ("Amount", "12.3456"),
    ("Expiry Date", "3/4/2027"),
    ("Email", "somebody at example.com"),
    ("Mobile Number", "no phone yet"),
    ("Amount", "to be told"),
    ("Customer Name", None),
    ("Delivery", "pigeon"),
)

Value = str | float | date | None


def rows(count: int, *, bad: bool = False) -> Iterator[list[Value]]:
    """The rows below the headings."""
    drawn = random.Random(count)  # noqa: S311 (the same sheet each time)
    for number in range(1, count + 1):
        name = f"{drawn.choice(_FIRST)} {drawn.choice(_LAST)} {number}"
        row: list[Value] = [
            None,
            f"INV-2027-{number:07d}",
            name,
            _phone(drawn),
            "965",
            f"customer.{number}@example.com",
        ]
        row += [drawn.randint(1, 900_000) / 1000, f"Fees of month {number % 12 + 1}"]
        row += [_LAST_DAY - timedelta(number % 300), "sms", "1,2", drawn.choice(("en", "ar")), "no", f"CC{number % 40}"]
        if bad and number % 2:
            for at in range(2):
                heading, value = _MISTAKES[(number + 3 * at) % len(_MISTAKES)]
                # A mistake of its own in each row: nothing is read once for all.
                row[HEADINGS.index(heading)] = f"{value} {number}" if value and not value[0].isdigit() else value
        yield row


def _phone(drawn: random.Random) -> str:
    return f"{drawn.choice(_PREFIXES)}{drawn.randint(0, 99_999):05d}"


def write_csv(path: Path, count: int, *, bad: bool = False) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(HEADINGS)
        writer.writerows(rows(count, bad=bad))


def write_xlsx(path: Path, count: int, *, bad: bool = False) -> None:
    """As Excel itself writes one: texts in a table of their own, dates as numbers with a format."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, content in _PARTS.items():
            archive.writestr(_part(name), content)
        with archive.open(_part("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as part:
            part.write(_opening(count).encode())
            for number, row in enumerate(_with_headings(rows(count, bad=bad)), 1):
                cells = "".join(_cell(texts, column, number, value) for column, value in enumerate(row))
                part.write(f'<row r="{number}" spans="1:{len(HEADINGS)}">{cells}</row>'.encode())
            part.write(b"</sheetData></worksheet>")
        with archive.open(_part("xl/sharedStrings.xml"), "w", force_zip64=True) as part:
            part.write(f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(texts)}">'.encode())
            for text in texts:
                part.write(f"<si><t>{escape(text)}</t></si>".encode())
            part.write(b"</sst>")


def _with_headings(data: Iterable[list[Value]]) -> Iterator[list[Value]]:
    yield list(HEADINGS)
    yield from data


def _cell(texts: dict[str, int], column: int, row: int, value: Value) -> str:
    place = f"{chr(65 + column)}{row}"
    match value:
        case None:
            return ""
        case str():
            return f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
        case date():
            return f'<c r="{place}" s="1"><v>{(value - _EPOCH).days}</v></c>'
        case number:
            return f'<c r="{place}" s="2"><v>{number!r}</v></c>'


def _part(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # its time is that of 1980: the same bytes each time
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def _opening(count: int) -> str:
    last = f"{chr(64 + len(HEADINGS))}{count + 1}"
    return f'{_XML}<worksheet xmlns="{_MAIN}"><dimension ref="A1:{last}"/><sheetData>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="/xl/{part}.xml" ContentType="{_KIND}.{kind}+xml"/>'


_PARTS = {
    "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f"{_override('workbook', 'sheet.main')}{_override('worksheets/sheet1', 'worksheet')}"
    f"{_override('styles', 'styles')}{_override('sharedStrings', 'sharedStrings')}</Types>",
    "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f"{_relation(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
    "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
    '<sheet name="Invoices" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f"{_relation(1, 'worksheet', 'worksheets/sheet1.xml')}{_relation(2, 'styles', 'styles.xml')}"
    f"{_relation(3, 'sharedStrings', 'sharedStrings.xml')}</Relationships>",
    "xl/styles.xml": f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" '
    'formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="#,##0.000"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>',
}


@click.command()
@click.argument("count", type=click.IntRange(1), metavar="ROWS")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--bad", is_flag=True, help="Two mistakes in every other row.")
def main(count: int, out: Path, bad: bool) -> None:
    """Write a sheet of so many invoices; OUT ends with .xlsx or .csv."""
    write = write_csv if out.suffix.lower() == ".csv" else write_xlsx
    write(out, count, bad=bad)
    click.echo(f"{out}: {count:,} rows, {out.stat().st_size / 2**20:,.1f} MB")


if __name__ == "__main__":
    main()
