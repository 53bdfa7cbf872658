"""The records of a binary workbook part ([MS-XLSB] 2.1.4): a kind and a size of varying length, then so many bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO

from batchinvoice.sheets.marks import MarksUnreadable

_CHUNK = 1 << 18
_LONGEST = 2**24
_HEAD = 6  # two bytes of kind and four of size, at most
_NO_TEXT = 0xFFFFFFFF


def records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Each record's kind and bytes. Raises MarksUnreadable where a record is cut off or far too long."""
    buffer, at = stream.read(_CHUNK), 0
    while True:
        if len(buffer) - at < _HEAD:
            buffer, at = buffer[at:] + stream.read(_CHUNK), 0
            if not buffer:
                return
        kind, size, at = _head(buffer, at)
        if len(buffer) - at < size:
            if size > _LONGEST:
                raise MarksUnreadable("a record is too long")
            buffer, at = buffer[at:] + stream.read(max(size, _CHUNK)), 0
            if len(buffer) < size:
                raise MarksUnreadable("a record is cut off")
        yield kind, buffer[at : at + size]
        at += size


def _head(buffer: bytes, at: int) -> tuple[int, int, int]:
    """The kind, the size, and where the bytes begin; seven bits a byte, the eighth says that more follow."""
    try:
        kind = buffer[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (buffer[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while True:
            byte = buffer[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 or shift == 28:
                return kind, size, at
    except IndexError:
        raise MarksUnreadable("a record is cut off") from None


def text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where the next field begins; a text that is not there is empty."""
    (length,) = struct.unpack_from("<I", data, at)
    at += 4
    if length == _NO_TEXT:
        return "", at
    end = at + 2 * length
    if end > len(data):
        raise MarksUnreadable("a text is cut off")
    return data[at:end].decode("utf-16-le", "replace"), end
