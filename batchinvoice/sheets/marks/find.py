"""The marks of a sheet, whichever of the four workbook formats it is stored in."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Collection
from contextlib import suppress
from xml.parsers.expat import ExpatError

from defusedxml.ElementTree import ParseError

from batchinvoice.sheets.marks import Marks, MarksUnreadable, ods, xls, xlsb, xlsx
from batchinvoice.sheets.marks.package import Package

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
# What the parts of a damaged or hostile file raise: as a zip, as XML, as numbers, as records.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ParseError,
    ExpatError,
    ValueError,
    LookupError,
    OverflowError,
)


def marks_of(content: bytes, sheet: str, columns: Collection[int] | None = None, *, plain: bool = False) -> Marks:
    """The marks of the sheet of this name in a workbook's bytes: xlsx, xlsm, xlsb, xls or ods.

    columns: those, from 1, in which it counts what numbers are shown as; in others it may be left out. plain: the
    sheet's bytes are known to hold no mark of a cell or row (`first_if_plain`).
    Raises MarksUnreadable if it is none of them, has no such sheet, or if a part that is needed cannot be read.
    """
    try:
        if content.startswith(_COMPOUND_FILE):
            return xls.marks(content, sheet)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _of_package(Package(archive), sheet, columns, plain)
    except MarksUnreadable:
        raise
    except _DAMAGE as error:
        raise MarksUnreadable(f"{type(error).__name__} in a part of the workbook") from error


def first_if_plain(content: bytes) -> str | None:
    """The name of a workbook's first sheet if a quick look shows that no cell and no row of it carries a mark."""
    # Of damage, whoever reads the marks says so.
    with suppress(*_DAMAGE), zipfile.ZipFile(io.BytesIO(content)) as archive:
        package = Package(archive)
        if (workbook := package.document("xl/workbook.xml")) is not None:
            return xlsx.first_if_plain(package, workbook)
    return None


def _of_package(package: Package, sheet: str, columns: Collection[int] | None, plain: bool) -> Marks:
    if (workbook := package.document("xl/workbook.xml")) is not None:
        return xlsx.marks(package, workbook, sheet, columns, plain=plain)
    if package.has("xl/workbook.bin"):
        return xlsb.marks(package, sheet)
    if package.has("content.xml") and package.has("mimetype"):
        return ods.marks(package, sheet)
    raise MarksUnreadable("not a workbook of a known format")
