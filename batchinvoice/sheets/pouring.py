"""Large sheets: rows and links wait in files, and are poured into a drawn workbook when it is packed.

XlsxWriter draws everything that is not a row: headings, styles, widths, notes, print set-up, the Summary. It is given
sheets that hold a heading alone, so nothing is kept in memory for a row. What is assumed of it is here alone: how it
numbers formats, and where rows and links stand in a worksheet's part.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter.format import Format

from batchinvoice.invoices.issue import column_letters
from batchinvoice.sheets.rendering import attribute

_LEVEL = 3  # of compression: half the time of the usual 6, for an eighth more bytes
_BUFFER = 2**20
_USUAL_HEIGHT = 15.0  # points; a row of it grows with its text, where a program lets it
# What XlsxWriter drew of the rows: the heading stays; it also makes empty rows for cells that have a note.
_DRAWN_ROWS = re.compile(rb'<sheetData>(<row r="1"[^>]*/>|<row r="1".*?</row>)?.*</sheetData>|<sheetData/>', re.DOTALL)
_DIMENSION = re.compile(rb'<dimension ref="[^"]*"/>')
_AFTER_LINKS = b"<pageMargins"
_NO_TARGETS = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
)
_LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
_SPECIAL = re.compile('[%"<>[\\]^`{}#&]')
# As Excel writes addresses. One that has such an escape already is left as it is.
_ESCAPED = re.compile("%[0-9a-fA-F]{2}")
_IN_ADDRESSES = str.maketrans({c: f"%{ord(c):02x}" for c in '%"<>[]^`{}'})


def style_number(style: Format) -> int:
    """The number by which cells name a format."""
    return int(style._get_xf_index())


class Poured:
    """The rows of one sheet below its heading, and their links, in files of `folder` whose names begin with `name`.

    `count` is how many rows there are, `links` how many links.
    """

    def __init__(self, folder: Path, name: str, columns: int) -> None:
        self.columns, self.count, self.links = columns, 0, 0
        self._names = [f'<c r="{column_letters(at)}' for at in range(1, columns + 1)]
        self._rows, self._links, self._targets = (
            (folder / f"{name}.{kind}").open("w+b", buffering=_BUFFER) for kind in ("rows", "links", "targets")
        )

    @property
    def line(self) -> int:
        """The number that the next row has in its sheet, whose heading is 1."""
        return self.count + 2

    def add(self, cells: Sequence[str], height: float = _USUAL_HEIGHT) -> None:
        """Add the next row: the cell of each column as rendering.py has it, or "" for none; its height in points."""
        line = str(self.count + 2)
        named = "".join([f"{name}{line}{cell}" for name, cell in zip(self._names, cells, strict=True) if cell])
        high = "" if height == _USUAL_HEIGHT else f' ht="{height:.16g}" customHeight="1"'
        self._rows.write(f'<row r="{line}"{high}>{named}</row>'.encode())
        self.count += 1

    def link_out(self, at: str, address: str) -> None:
        """Make a cell a link to a web address."""
        self.links += 1
        target, there = _taken_apart(address) if _SPECIAL.search(address) else (address, "")
        self._links.write(f'<hyperlink ref="{at}" r:id="L{self.links}"{there}/>'.encode())
        whole = f'Id="L{self.links}" Type="{_LINK_TYPE}" Target="{target}" TargetMode="External"'
        self._targets.write(f"<Relationship {whole}/>".encode())

    def link_in(self, at: str, place: str, tip: str = "") -> None:
        """Make a cell a link to a place in the workbook, as `'Rows 2'!A7`."""
        self.links += 1
        shown, tooltip = attribute(place), f' tooltip="{attribute(tip)}"' if tip else ""
        self._links.write(f'<hyperlink ref="{at}" location="{shown}"{tooltip} display="{shown}"/>'.encode())

    def pour(self, drawn: bytes, part: IO[bytes]) -> None:
        """Write the worksheet that was drawn with its heading, with all rows and links in it."""
        last = f"{column_letters(self.columns)}{self.count + 1}"
        drawn = _DIMENSION.sub(f'<dimension ref="A1:{last}"/>'.encode(), drawn, count=1)
        rows = _DRAWN_ROWS.search(drawn)
        end = drawn.index(_AFTER_LINKS)
        if rows is None:
            raise ValueError("the drawn sheet has no place for rows")
        part.write(drawn[: rows.start()] + b"<sheetData>" + (rows[1] or b""))
        _copy(self._rows, part)
        part.write(b"</sheetData>" + drawn[rows.end() : end])
        if self.links:
            part.write(b"<hyperlinks>")
            _copy(self._links, part)
            part.write(b"</hyperlinks>")
        part.write(drawn[end:])

    def pour_targets(self, drawn: bytes, part: IO[bytes]) -> None:
        """Write the addresses of the links, after what the drawn sheet refers to."""
        before, end, after = drawn.partition(b"</Relationships>")
        part.write(before)
        _copy(self._targets, part)
        part.write(end + after)

    @property
    def has_targets(self) -> bool:
        """True if a link leads out of the workbook."""
        return self._targets.tell() > 0

    @property
    def size(self) -> int:
        """How many bytes the rows and links are."""
        return self._rows.tell() + self._links.tell()

    def close(self) -> None:
        """Let go of the files."""
        for file in (self._rows, self._links, self._targets):
            file.close()


def pack(drawn: IO[bytes], poured: Mapping[int, Poured], path: Path) -> None:
    """Write the drawn workbook to `path`, with rows poured into its sheets by their number, counted from 1."""
    parts = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in poured.items()}
    targets = {
        f"xl/worksheets/_rels/sheet{number}.xml.rels": rows for number, rows in poured.items() if rows.has_targets
    }
    with ZipFile(drawn) as source, ZipFile(path, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        names = source.namelist()
        for name in dict.fromkeys((*names, *targets)):
            content = source.read(name) if name in names else _NO_TARGETS
            large = name in parts and parts[name].size + len(content) >= 2**31 - 2**26
            with book.open(name, "w", force_zip64=large) as part:
                if name in parts:
                    parts[name].pour(content, part)
                elif name in targets:
                    targets[name].pour_targets(content, part)
                else:
                    part.write(content)


def _taken_apart(address: str) -> tuple[str, str]:
    """An address as the file holds it, and what names the place within it."""
    target, _, place = address.partition("#")
    target = target if _ESCAPED.search(target) else target.translate(_IN_ADDRESSES)
    return attribute(target), f' location="{attribute(place)}"' if place else ""


def _copy(file: IO[bytes], part: IO[bytes]) -> None:
    file.seek(0)
    shutil.copyfileobj(file, part, _BUFFER)
