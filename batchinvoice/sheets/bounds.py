"""What an archive (xlsx, xlsb, ods) must be before its cells are read: whole, of a sane size, without far corners.

The fast reader checks no checksums, and makes room for every cell of the rectangle from A1 to the farthest value.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from batchinvoice.invoices.issue import column_letters
from batchinvoice.sheets import unreadable

# A workbook has some ten parts and one for each sheet or picture.
_MOST_PARTS = 10_000
# A million rows are about 1 GB of XML, and their parts 5 to 30 times as large as they are packed.
_MOST_BYTES = 3 * 2**30
_LARGE_PART = 64 * 2**20
_MOST_RATIO = 200
# The fast reader takes some 50 bytes for each cell of the rectangle, empty or not.
_LARGE_AREA = 3_000_000
_EMPTY_BESIDE_FULL = 30
_USUAL_COLUMNS = 26
_ENCRYPTED = 0x1
_READ_PARTS = (".xml", ".rels", ".bin")
_BLOCK = 2**20
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# Cells that are more than a format: an empty one closes itself.
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*(?<!/)>')
_FILLED_BEYOND_Z = re.compile(rb'<c r="([A-Z]{2,3})\d{1,7}"[^>]*(?<!/)>')
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, LookupError, RuntimeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a sheet's farthest values are: the lowest and the rightmost cell, as (row, column) from 1."""

    lowest: tuple[int, int] = (0, 0)
    rightmost: tuple[int, int] = (0, 0)


def check_archive(path: Path, content: bytes) -> None:
    """See that the content, if it is an archive, can be unpacked whole and within bounds; read in pieces of 1 MB.

    Raises UnreadableSheet: damaged, encrypted, unpacked too large, a part twice, a value far from all others.
    """
    if not content.startswith(b"PK"):
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _BROKEN:
        raise unreadable.not_a_workbook(path) from None
    with archive:
        parts = archive.infolist()
        _check_directory(path, parts)
        for part in parts:
            if part.filename.lower().endswith(_READ_PARTS):
                _check_part(path, archive, part)


def _check_directory(path: Path, parts: Sequence[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise unreadable.protected(path)
    if len(parts) > _MOST_PARTS:
        raise unreadable.too_large(path, f"it consists of {len(parts):,} parts")
    size = sum(part.file_size for part in parts)
    if size > _MOST_BYTES:
        raise unreadable.too_large(path, f"unpacked it would be {size / 2**30:,.0f} GB")
    for part in parts:
        if part.file_size > max(_LARGE_PART, part.compress_size * _MOST_RATIO):
            raise unreadable.too_large(
                path, f"it is packed {part.file_size // max(1, part.compress_size):,} times over"
            )
    seen: set[str] = set()
    for name in (part.filename.replace("\\", "/").lower() for part in parts):
        if name in seen:
            raise unreadable.part_twice(path, name)
        seen.add(name)


def _check_part(path: Path, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read the part to its end, so that its checksum is known to be right; of a sheet, see where its values are."""
    stray = None
    try:
        if _SHEET.fullmatch(part.filename):
            stray = _stray(archive, part)
        else:
            deque(_blocks(archive, part), maxlen=0)
    except _BROKEN:
        raise unreadable.damaged_part(path, part.filename) from None
    if stray:
        cells = dict.fromkeys(f"{column_letters(column)}{row}" for row, column in (stray.lowest, stray.rightmost))
        raise unreadable.far_cell(path, _name(archive, part.filename), list(cells))


def _stray(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Extent | None:
    """The sheet's extent if it is huge and hardly filled. A quick look comes first, since few sheets may be so."""
    rows, columns, values = 1, _USUAL_COLUMNS, 0
    for block in _tags(_blocks(archive, part)):
        rows = max(rows, _last_row(block))
        columns = max([columns, *(_number(letters) for letters in set(_FILLED_BEYOND_Z.findall(block)))])
        values += block.count(b"<v") + block.count(b"<is")
    if rows * columns <= max(_LARGE_AREA, values * _EMPTY_BESIDE_FULL):
        return None
    found = _extent(_tags(_blocks(archive, part)))
    area = found.lowest[0] * found.rightmost[1]
    return found if area > max(_LARGE_AREA, values * _EMPTY_BESIDE_FULL) else None


def _last_row(block: bytes) -> int:
    place = re.match(rb"[^>]*?\br=\"(\d{1,7})\"", block[block.rfind(b"<row ") :][:200])
    return int(place[1]) if place else 0


def _extent(blocks: Iterable[bytes]) -> Extent:
    lowest = rightmost = (0, 0)
    for block in blocks:
        for letters, digits in _FILLED.findall(block):
            row, column = int(digits), _number(letters)
            lowest = max(lowest, (row, column))
            if column > rightmost[1]:
                rightmost = (row, column)
    return Extent(lowest, rightmost)


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            yield block


def _tags(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same, cut where a tag begins, so that none is in two pieces (except one longer than a whole block)."""
    rest = b""
    for block in blocks:
        whole = rest[-_BLOCK:] + block
        cut = max(whole.rfind(b"<"), 0)
        yield whole[:cut]
        rest = whole[cut:]
    yield rest


def _number(letters: bytes) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + letter - 64
    return column


def _name(archive: zipfile.ZipFile, part: str) -> str:
    """What the user calls the sheet; the part's own name if that cannot be found out."""
    try:
        relations = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        ids = {r.get("Id") for r in relations if posixpath.join("/xl", r.get("Target", "")) == f"/{part}"}
        sheets = fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        return next((sheet.get("name", "") for sheet in sheets if sheet.get(_RELATION) in ids), part)
    except (*_BROKEN, ParseError, DefusedXmlException):
        return part
