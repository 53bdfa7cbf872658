"""Binary workbooks (xlsb) from rows of Python values, record by record ([MS-XLSB])."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Collection, Mapping, Sequence

from batchinvoice.invoices.table import Broken

_ERRORS = {"#NULL!": 0, "#DIV/0!": 7, "#VALUE!": 15, "#REF!": 23, "#NAME?": 29, "#NUM!": 36, "#N/A": 42}
_DATE, _FIRST_OWN_FORMAT = 14, 164
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.ms-excel"


def xlsb_file(
    rows: Sequence[Sequence[object]],
    *,
    sheet: str = "Invoices",
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
    widths: Mapping[int, float] | None = None,
    formulas: Collection[tuple[int, int]] = (),
    formats: Mapping[tuple[int, int], str] | None = None,
    shared: bool = False,
    epoch_1904: bool = False,
) -> bytes:
    """An xlsb with one sheet, rows from A1 on. Rows and columns count from 1, widths are in characters.

    `Broken("#REF!")` becomes an error cell; `formulas` are the cells whose numbers and errors are results; `formats`
    are number formats by (row, column); texts stand in the cells, or with `shared` in a table of their own.
    """
    codes = sorted(set((formats or {}).values()))
    styles = {place: 2 + codes.index(code) for place, code in (formats or {}).items()}
    texts = sorted({value for row in rows for value in row if isinstance(value, str)}) if shared else []
    columns = {number: (widths or {}).get(number, 9.14) for number in sorted({*(widths or {}), *hidden_columns})}
    data = b"".join(
        _row(number, values, number in hidden_rows)
        + b"".join(
            _cell(column - 1, value, styles.get((number, column), 0), (number, column) in formulas, texts)
            for column, value in enumerate(values, 1)
        )
        for number, values in enumerate(rows, 1)
    )
    spans = b"".join(
        _record(60, struct.pack("<IIIIH", c - 1, c - 1, round(width * 256), 0, 2 | (c in hidden_columns)))
        for c, width in columns.items()
    )
    size = struct.pack("<IIII", 0, max(len(rows), 1) - 1, 0, max([1, *map(len, rows)]) - 1)
    own = _record(129) + _record(148, size) + (_record(390) + spans + _record(391) if spans else b"")
    name = _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text(sheet))
    book = _record(153, struct.pack("<II", int(epoch_1904), 0) + _text(""))
    parts = {
        "xl/workbook.bin": _record(131) + book + _record(143) + name + _record(144) + _record(132),
        "xl/worksheets/sheet1.bin": own + _record(145) + data + _record(146) + _record(130),
        "xl/styles.bin": _styles(codes),
    }
    if shared:
        strings = b"".join(_record(19, b"\0" + _text(text)) for text in texts)
        count = struct.pack("<II", len(texts), len(texts))
        parts["xl/sharedStrings.bin"] = _record(159, count) + strings + _record(160)
    return _zipped(parts)


def _record(kind: int, data: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(data)
    while size >= 0x80:
        head += bytes([size & 0x7F | 0x80])
        size >>= 7
    return head + bytes([size]) + data


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded


def _row(number: int, values: Sequence[object], hidden: bool) -> bytes:
    span = struct.pack("<III", 1, 0, len(values) - 1) if values else struct.pack("<I", 0)
    return _record(0, struct.pack("<IIHBBB", number - 1, 0, 300, 0, 0x10 if hidden else 0, 0) + span)


def _cell(column: int, value: object, style: int, is_formula: bool, texts: Sequence[str]) -> bytes:
    if value is None:
        return b""
    if isinstance(value, dt.date):
        style, value = 1, _days(value)
    kind, data = _stored(value, texts)
    place = struct.pack("<II", column, style)
    if not is_formula:
        return _record(kind, place + data)
    tokens = b"\x1c\x00" if kind == 3 else b"\x1e\x01\x00"  # an error; the number 1
    formula = struct.pack("<HI", 0, len(tokens)) + tokens + struct.pack("<I", 0)
    return _record({3: 11, 4: 10, 5: 9, 6: 8}[kind], place + data + formula)


def _stored(value: object, texts: Sequence[str]) -> tuple[int, bytes]:
    """The kind of a cell's record, and its value."""
    if isinstance(value, Broken):
        return 3, bytes([_ERRORS[value.shown]])
    if isinstance(value, bool):
        return 4, bytes([value])
    if isinstance(value, int | float):
        return 5, struct.pack("<d", value)
    if texts:
        return 7, struct.pack("<I", texts.index(str(value)))
    return 6, _text(str(value))


def _days(value: dt.date) -> float:
    moment = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
    return (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001


def _styles(codes: Sequence[str]) -> bytes:
    """Style 0 is plain, 1 a date, and from 2 on those of the given number formats."""
    numbers = [_FIRST_OWN_FORMAT + index for index in range(len(codes))]
    own = b"".join(_record(44, struct.pack("<H", n) + _text(code)) for n, code in zip(numbers, codes, strict=True))
    formats = [0, _DATE, *numbers]
    cells = b"".join(_record(47, struct.pack("<HHHHHBBHH", 0, n, 0, 0, 0, 0, 0, 0, 1)) for n in formats)
    coded = _record(615, struct.pack("<I", len(codes))) + own + _record(616) if codes else b""
    return _record(278) + coded + _record(617, struct.pack("<I", len(formats))) + cells + _record(618) + _record(279)


def _zipped(parts: Mapping[str, bytes]) -> bytes:
    kinds = {"workbook": "sheet.binary.macroEnabled.main", "sheet1": "worksheet", "styles": "styles"}
    kinds["sharedStrings"] = "sharedStrings"
    stems = {path.rpartition("/")[2].removesuffix(".bin"): path for path in parts}
    overrides = "".join(
        f'<Override PartName="/{path}" ContentType="{_TYPES}.{kinds[stem]}"/>' for stem, path in stems.items()
    )
    links = {"rId1": ("worksheet", "worksheets/sheet1.bin"), "rId2": ("styles", "styles.bin")}
    if "sharedStrings" in stems:
        links["rId3"] = ("sharedStrings", "sharedStrings.bin")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
            f'vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="{_TYPES}.'
            f'sheet.binary.macroEnabled.main"/>{overrides}</Types>',
        )
        archive.writestr("_rels/.rels", _relations({"rId1": ("officeDocument", "xl/workbook.bin")}))
        archive.writestr("xl/_rels/workbook.bin.rels", _relations(links))
        for path, part in parts.items():
            archive.writestr(path, part)
    return made.getvalue()


def _relations(links: Mapping[str, tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for key, (kind, target) in links.items()
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{entries}</Relationships>'
