"""What the fast reader does not tell of an xlsx sheet: cells that show an error, formulas without a stored result."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse

from batchinvoice.invoices.table import Broken

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MOST_BYTES = 2 * 2**30
_CELL = re.compile(r"([A-Z]+)(\d+)")


def broken_cells(content: bytes, sheet: str) -> dict[tuple[int, int], Broken]:
    """The broken cells of a sheet by (row, column), both from 1; empty for other formats than xlsx.

    Raises ParseError or ValueError if a part cannot be read: without it, a broken cell would pass for an empty one.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            part = _part(archive, sheet)
            if part is None or not _worth_parsing(archive, part):
                return {}
            with archive.open(part) as stream:
                return dict(_broken(iterparse(stream, events=("end",))))
    except (zipfile.BadZipFile, KeyError, EOFError):
        return {}


def _part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    targets = {rel.get("Id"): rel.get("Target", "") for rel in fromstring(archive.read("xl/_rels/workbook.xml.rels"))}
    for entry in fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        if entry.get("name") == sheet:
            path = posixpath.normpath(posixpath.join("/xl", targets.get(entry.get(_RELATION), ""))).lstrip("/")
            return path if path in names and archive.getinfo(path).file_size <= _MOST_BYTES else None
    return None


def _worth_parsing(archive: zipfile.ZipFile, part: str) -> bool:
    """Most sheets hold neither errors nor formulas, and a look for their bytes is far quicker than parsing."""
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(1 << 20):
            block = tail + chunk
            if b't="e"' in block or b"<f" in block or b":f>" in block:
                return True
            tail = chunk[-8:]
    return False


def _broken(events: Iterator[tuple[str, Element]]) -> Iterator[tuple[tuple[int, int], Broken]]:
    for _, element in events:
        if element.tag == f"{_MAIN}c":
            value = element.findtext(f"{_MAIN}v") or ""
            place = _CELL.fullmatch(element.get("r", ""))
            if place and element.get("t") == "e":
                yield _numbers(*place.groups()), Broken(value or "#ERROR")
            elif place and element.find(f"{_MAIN}f") is not None and not value and element.get("t") != "str":
                yield _numbers(*place.groups()), Broken()
        elif element.tag == f"{_MAIN}row":
            element.clear()


def _numbers(letters: str, row: str) -> tuple[int, int]:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(row), column
