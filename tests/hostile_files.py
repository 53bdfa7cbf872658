"""Files that want to take the reader's memory or time, or deceive it; each is small on disk and made in code."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import xlsxwriter

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount")
GOOD = ("INV-1", "Noura", "66100201", 120.5)
SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
_DOCTYPE = b'<!DOCTYPE x [<!ENTITY a "%s">%s<!ENTITY file SYSTEM "file:///etc/passwd">]>' % (
    b"ha" * 50,
    b"".join(b'<!ENTITY %c "%s">' % (n, b"&%c;" % (n - 1) * 50) for n in range(98, 110)),
)


def workbook(cells: Iterable[tuple[int, int, object]] = ()) -> bytes:
    """An ordinary workbook of one invoice, with further cells (row and column from 0); None is only a format."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Invoices")
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, GOOD)
        for row, column, value in cells:
            sheet.write(row, column, value, book.add_format({"bold": True}))
    return file.getvalue()


def changed(
    change: Callable[[bytes], bytes], part: str, content: bytes | None = None, packing: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """The workbook with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content or workbook())) as old, zipfile.ZipFile(file, "w", packing) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return file.getvalue()


@dataclass(frozen=True)
class Part:
    """A part of an archive: what it is called, what is in it as it is packed, and what is said of it."""

    name: str
    packed: bytes
    size: int
    crc: int = 0
    flags: int = 0


def part(name: str, content: bytes) -> Part:
    """An honest part."""
    packer = zlib.compressobj(wbits=-15)
    return Part(name, packer.compress(content) + packer.flush(), len(content), zlib.crc32(content))


def blown_up(name: str, megabytes: int, says: int | None = None) -> Part:
    """A part that is a thousand times as large when it is unpacked, whatever it `says`."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(b" " * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return Part(name, block * megabytes + packer.flush(), megabytes * 2**20 if says is None else says)


def archive(*parts: Part) -> bytes:
    """A zip of such parts, whatever they say."""
    body, directory = bytearray(), bytearray()
    for each in parts:
        name = each.name.encode()
        about = struct.pack("<5H3L2H", 20, each.flags, 8, 0, 0x21, each.crc, len(each.packed), each.size, len(name), 0)
        directory += b"PK\x01\x02\x14\0" + about + struct.pack("<3H2L", 0, 0, 0, 0, len(body)) + name
        body += b"PK\x03\x04" + about + name + each.packed
    many = min(len(parts), 0xFFFF)
    end = struct.pack("<4H2LH", 0, 0, many, many, len(directory), len(body), 0)
    return bytes(body + directory + b"PK\x05\x06" + end)


def parts(content: bytes | None = None, leave_out: str = "") -> list[Part]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content or workbook())) as book:
        return [part(name, book.read(name)) for name in book.namelist() if name != leave_out]


def with_entity(name: str) -> Callable[[bytes], bytes]:
    """A change: the customer's name comes from an entity."""

    def change(xml: bytes) -> bytes:
        head, rest = xml.split(b"?>", 1)
        return head + b"?>" + _DOCTYPE + rest.replace(b"Noura", f"&{name};".encode())

    return change


def ods(rows: str) -> bytes:
    """An OpenDocument workbook with these table rows."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        book.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        book.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="Invoices">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return file.getvalue()


def ods_row(*cells: object, repeated: int = 1, across: int = 1) -> str:
    """A row of an OpenDocument workbook that is there so many times, its cells so many times each."""
    inside = "".join(
        f'<table:table-cell table:number-columns-repeated="{across}" office:value-type="string">'
        f"<text:p>{cell}</text:p></table:table-cell>"
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'


def with_password() -> bytes:
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


def _long_strings() -> bytes:
    """12,000 cells that all show the same text of a million letters."""
    cells = b'<c r="A%d" t="s"><v>1</v></c><c r="B%d" t="s"><v>1</v></c>'
    rows = b"".join(b'<row r="%d">%s</row>' % (row, cells % (row, row)) for row in range(3, 6_000))
    strings = changed(lambda xml: xml.replace(b"Customer Name", b"Customer Name" + b"e" * 1_000_000), STRINGS)
    return changed(lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>"), SHEET, strings)


def _entity_in_sheet() -> bytes:
    inline = b't="inlineStr"><is><t>Noura</t></is></c>'
    return changed(lambda xml: with_entity("m")(xml.replace(b't="s"><v>5</v></c>', inline)), SHEET)


def _entity_in_book() -> bytes:
    return changed(lambda xml: with_entity("m")(xml.replace(b'"Invoices"', b'"Noura"')), "xl/workbook.xml")


def _with_sheet(*others: Part) -> bytes:
    return archive(*parts(leave_out=SHEET), *others)


_NO_CELLS = b"\x03\0"  # what packs to nothing
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"
_TITLES = b"Reference Number,Customer Name,Mobile Number,Amount\n"

# What each is called → what is in it, and what is said of it.
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb-of-4-gb.xlsx": (lambda: _with_sheet(Part(SHEET, _NO_CELLS, 2**32 - 1)), "unpacked it would be 4 GB"),
    "bomb-of-many.xlsx": (
        lambda: _with_sheet(*(Part(f"xl/worksheets/sheet{n}.xml", _NO_CELLS, 2**31) for n in range(9))),
        "unpacked it would be 18 GB",
    ),
    "bomb-packed.xlsx": (lambda: _with_sheet(blown_up(SHEET, 900)), "times over"),
    "bomb-that-lies.xlsx": (lambda: _with_sheet(blown_up(SHEET, 900, says=3000)), f"its part {SHEET} is not"),
    "bomb-in-strings.xlsx": (
        lambda: archive(*parts(leave_out=STRINGS), blown_up(STRINGS, 50, says=9)),
        f"its part {STRINGS} is not",
    ),
    "many-parts.xlsx": (
        lambda: archive(*parts(), *(Part(f"xl/media/{n}", _NO_CELLS, 0) for n in range(11_000))),
        "it consists of 11,0",
    ),
    "twice.xlsx": (lambda: archive(*parts(), part(SHEET, b"<worksheet/>")), "twice"),
    "twice-in-capitals.xlsx": (lambda: archive(*parts(), part(SHEET.upper(), b"<worksheet/>")), "twice"),
    "locked-parts.xlsx": (lambda: _with_sheet(Part(SHEET, b"x" * 99, 99, flags=1)), "protected by a password"),
    "locked.xlsx": (with_password, "protected by a password"),
    "flipped.xlsx": (
        lambda: changed(bytes, SHEET, packing=zipfile.ZIP_STORED).replace(b"120.5", b"920.5"),
        f"its part {SHEET} is not",
    ),
    "entities-in-strings.xlsx": (lambda: changed(with_entity("m"), STRINGS), "is damaged"),
    "file-in-strings.xlsx": (lambda: changed(with_entity("file"), STRINGS), "is damaged"),
    "entities-in-sheet.xlsx": (_entity_in_sheet, "is damaged"),
    "entities-in-book.xlsx": (_entity_in_book, "is damaged"),
    "far-cell.xlsx": (lambda: workbook([(1_048_575, 16_383, "x")]), "sheet Invoices has something in cell XFD1048576,"),
    "two-far-cells.xlsx": (
        lambda: workbook([(1_048_575, 0, " "), (0, 16_383, " ")]),
        "in cell A1048576 and in cell XFD1,",
    ),
    "far-and-odd.xlsx": (
        lambda: changed(lambda xml: xml.replace(b'r="D2"', b"r='XFD1048576'"), SHEET),
        "more memory than any sheet",
    ),
    "beyond-excel.xlsx": (
        lambda: changed(lambda xml: xml.replace(b'r="D2"', b'r="ZZZZ99999999"'), SHEET),
        "more memory than any sheet",
    ),
    "far-cell.ods": (
        lambda: ods(ods_row(*HEADINGS) + ods_row("", repeated=200_000, across=90) + ods_row("x", across=90)),
        "more memory than any sheet",
    ),
    "long-strings.xlsx": (_long_strings, "more memory than any sheet"),
    "nothing.xlsx": (bytes, "is empty"),
    "no-parts.xlsx": (archive, "is not an Excel workbook"),
    "right-names.xlsx": (lambda: archive(*(part(p.name, b"\0\xff no xml") for p in parts())), "is damaged"),
    "program.xlsx": (lambda: b"\x7fELF\x02\x01\x01\0" + bytes(range(256)) * 20, "is not an Excel workbook"),
    "picture.xlsx": (lambda: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(200), "is not an Excel workbook"),
    "document.xlsx": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "is not an Excel workbook"),
    "page.xls": (lambda: b"<html><table><tr><td>Amount</td></tr></table></html>", "is not an Excel workbook"),
    "garbage.xls": (lambda: with_password()[:512] + bytes(range(256)) * 30, "is damaged"),
    "garbage.xlsb": (lambda: archive(part("xl/workbook.bin", b"\x83\x01\0\x99" * 50)), "is damaged"),
    "garbage.ods": (lambda: archive(part("mimetype", _ODS), part("content.xml", b"<a")), "is damaged"),
    "nul.csv": (lambda: _TITLES + b"\0\0,A,66100201,5\n", "is not an Excel workbook"),
    "quote.csv": (lambda: _TITLES + b'1,"' + b"A,66100201,5\n" * 40_000, "quotation mark"),
}
