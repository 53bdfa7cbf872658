"""Ways to spoil a spreadsheet: its bytes, the parts of its archive, and the XML or records in them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

_NUMBERS = (
    b"0", b"-1", b"1", b"16384", b"1048576", b"1048577", b"65536", b"2147483648", b"4294967295",
    b"18446744073709551616", b"1e308", b"1e999", b"-0", b"nan", b"0.1", b"99999999999999999999", b"2958466", b"-693594",
    b"",
)  # fmt: skip
_PLACES = (
    b"A1",
    b"XFD1048576",
    b"A0",
    b"ZZZ1",
    b"A1048577",
    b"1A",
    b"A1:XFD1048576",
    b"B2:A1",
    b"$A$1",
    b"A",
    b"AAAA1",
)
_WORDS = (
    b"s", b"str", b"inlineStr", b"e", b"b", b"n", b"d", b"true", b"1", b"rId1", b"rId99", b"../../../etc/passwd",
    b"x" * 9999, b"http://example.com/", b"\xe2\x80\xae", b"&#0;", b"&#xD800;", b"&lol;", b"&amp;", b"\xff\xfe",
    b"date", b"float",
)  # fmt: skip
_TEXTS = (
    b"=1+1", b"\xd9\xa1\xd9\xa2", b"#REF!", b"Amount", b"Reference Number", b"2026-13-45", b"&#13;&#10;", b"&#x1b;[31m",
    b"x" * 40_000, b"<!-- -->", b"<![CDATA[x]]>", b"<?x y?>", b'<!DOCTYPE a [<!ENTITY lol "x">]>', b"\0",
)  # fmt: skip
_DIGITS = re.compile(rb"(?<![\w.])\d+(?:\.\d+)?(?![\w.])")
_VALUE = re.compile(rb'(?<==")[^"<>]*(?=")')
_ELEMENT = re.compile(rb"<([\w:]+)(?:\s[^<>]*)?(?:/>|>[^<]*</\1>)")
_TAG = re.compile(rb"<[^<>]+>")
_CONTENT = re.compile(rb"(?<=>)[^<>]+(?=<)")


def spoilt(content: bytes, random: Random) -> bytes:
    """The content with one to four things about it changed."""
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        if zipfile.is_zipfile(io.BytesIO(content)) and random.random() < 0.8:
            content = _with_a_part_spoilt(content, random)
        else:
            content = random.choice(_OF_BYTES)(content, random)
    return content


def _with_a_part_spoilt(content: bytes, random: Random) -> bytes:
    """Packed anew, so that what is spoilt is met behind a right checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            parts = [(info.filename, book.read(info)) for info in book.infolist()]
    except (zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError, OSError, EOFError):
        return content
    if not parts:
        return content
    telling = [
        i for i, (name, _) in enumerate(parts) if re.search(r"sheet|content|workbook|strings|styles", name, re.I)
    ]
    place = random.choice(telling or range(len(parts)))
    name, inside = parts[place]
    whole = random.random()
    if whole < 0.03:
        del parts[place]
    elif whole < 0.05:
        parts.append((random.choice(parts)[0], inside))
    else:
        ways = _OF_XML if inside.lstrip()[:1] == b"<" and random.random() < 0.9 else _OF_BYTES
        parts[place] = (name, random.choice(ways)(inside, random))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as book:
        for each, packed in parts:
            info = zipfile.ZipInfo(each)
            info.compress_type = zipfile.ZIP_STORED if each == "mimetype" else zipfile.ZIP_DEFLATED
            book.writestr(info, packed)
    return made.getvalue()


def _flip(data: bytes, random: Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random.choice((1, 1, 3, 20)) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _cut(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


def _leave_out(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + data[start + random.choice((1, 2, 4, 100)) :]


def _insert(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    return data[:start] + random.choice((b"\0", b'"', b"\n", b"\xff" * 4, random.randbytes(20), *_TEXTS)) + data[start:]


def _repeat(data: bytes, random: Random) -> bytes:
    start = random.randrange(len(data) + 1)
    piece = data[start : start + random.choice((1, 16, 512))]
    return data[:start] + piece * random.choice((2, 3, 100)) + data[start:]


def _number(data: bytes, random: Random) -> bytes:
    """A size, a count or an offset that is none."""
    shape, values = random.choice((("<H", (0, 1, 0x7FFF, 0xFFFF)), ("<I", (0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF))))
    start = random.randrange(max(1, len(data) - 4)) & random.choice((~0, ~1, ~3))
    return data[:start] + struct.pack(shape, random.choice(values)) + data[start + struct.calcsize(shape) :]


def _put(pattern: re.Pattern[bytes], choices: tuple[bytes, ...]) -> Callable[[bytes, Random], bytes]:
    """Something else in one of the places, or sometimes in all of them."""

    def change(data: bytes, random: Random) -> bytes:
        places = [found.span() for found in pattern.finditer(data[:200_000])]
        if not places:
            return data
        word = random.choice(choices)
        if random.random() < 0.05:
            return pattern.sub(lambda _: word, data)
        start, end = random.choice(places)
        return data[:start] + word + data[end:]

    return change


def _element(data: bytes, random: Random) -> bytes:
    """An element is left out, there many times, or somewhere else."""
    found = [match.span() for match in random.choice((_ELEMENT, _TAG)).finditer(data[:200_000])]
    if not found:
        return data
    start, end = random.choice(found)
    piece, rest = data[start:end], data[:start] + data[end:]
    match random.randrange(3):
        case 0:
            return rest
        case 1:
            return data[:start] + piece * random.choice((2, 50, 5_000)) + data[end:]
        case _:
            place = random.choice(found)[0]
            return rest[:place] + piece + rest[place:]


_OF_BYTES = (_flip, _cut, _leave_out, _insert, _repeat, _number)
_OF_XML = (
    _put(_DIGITS, _NUMBERS),
    _put(_DIGITS, _NUMBERS),
    _put(_VALUE, (*_NUMBERS, *_PLACES, *_WORDS)),
    _put(_VALUE, _PLACES),
    _put(_CONTENT, (*_NUMBERS, *_TEXTS)),
    _element,
    _element,
    _insert,
    _cut,
    _flip,
)
