"""A CSV file, in any of the encodings and with any of the separators that Excel writes → its one sheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from batchinvoice.invoices.coded import CodedRows
from batchinvoice.sheets import unreadable
from batchinvoice.sheets.naming import readable
from batchinvoice.sheets.raw import RawSheet

SUFFIXES = (".csv", ".txt", ".tsv")
_ENCODINGS = ("utf-8-sig", "cp1256")
# A Western code page taken for the Arabic one: its accented letters become Arabic letters, vowel signs and marks.
_ARABIC = r"\u0621-\u0652\u0679-\u06d3\u200e\u200f"
_MIXED = re.compile(rf"[A-Za-z][{_ARABIC}]|[{_ARABIC}][A-Za-z]")
_WRAPPED = re.compile(r'="(?P<formula>.*)"|\'(?P<mark>[+]?\d+)')
_DELIMITERS = ",;\t|"
_HEADER_WITHIN = 50
_BLOCK = 10_000  # rows


def text_sheet(path: Path, content: bytes, known: Callable[[Sequence[str]], int]) -> RawSheet:
    """The sheet; rows are counted as a person counts them, a quoted line break within a cell being none.

    known: how many of a row's headings mean something; the separator whose header means the most is taken. Raises
    UnreadableSheet.
    """
    text, encoding = _decoded(path, content)
    delimiter = _delimiter(text, known)
    del text  # it is read once more as a stream: a million rows are not to be there twice
    stream = io.TextIOWrapper(io.BytesIO(content), encoding, newline="")
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    line = 1

    def blocks() -> Iterator[list[list[str]]]:
        nonlocal line
        block: list[list[str]] = []
        for row in reader:
            block.append(row)
            line = reader.line_num + 1
            if len(block) == _BLOCK:
                yield block
                block = []
        yield block

    try:
        cells = CodedRows.of_any(blocks())
    except csv.Error:
        raise unreadable.stray_quote(path, line) from None
    columns = [column.map(lambda cell: _unwrapped(cell) or None if cell else None) for column in cells.columns]
    return RawSheet(readable(path.stem), CodedRows(columns, len(cells)))


def _unwrapped(cell: str) -> str:
    """What programs wrap a number in so that Excel keeps its zeros: `="00123"` or `'00123` is the text 00123."""
    wrapped = _WRAPPED.fullmatch(cell)
    return cell if wrapped is None else (wrapped["formula"] or wrapped["mark"] or "").replace('""', '"')


def _decoded(path: Path, content: bytes) -> tuple[str, str]:
    """The text, and the encoding that it is in."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = _ENCODINGS if b"\0" not in content else ()
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            if encoding == "utf-8-sig" and _mostly_utf8(content):
                raise unreadable.damaged_text(path, content.count(b"\n", 0, error.start) + 1) from None
            continue
        if encoding == "cp1256" and (mixed := _MIXED.search(text)):
            before = re.split(r"[\r\n]", text[max(0, mixed.start() - 8) : mixed.start()])[-1]
            after = re.split(r"[\r\n]", text[mixed.start() : mixed.end() + 8])[0]
            raise unreadable.unknown_encoding(path, before + after)
        return text, encoding
    raise unreadable.not_a_workbook(path)


def _mostly_utf8(content: bytes) -> bool:
    """True if more of the letters beyond ASCII can be read as UTF-8 than not: damaged, rather than another encoding."""
    foreign = [c for c in content.decode("utf-8", "replace") if not c.isascii()]
    return foreign.count("\ufffd") < len(foreign) / 2


def _delimiter(text: str, known: Callable[[Sequence[str]], int]) -> str:
    """The separator whose header means the most; a comma where none is better."""
    top = text[: 2**20].splitlines()[:_HEADER_WITHIN]

    def best(delimiter: str) -> int:
        try:
            return max((known(row) for row in csv.reader(top, delimiter=delimiter)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=best)
