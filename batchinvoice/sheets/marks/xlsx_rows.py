"""The XML of an xlsx sheet without the rows that can carry no mark: a look for bytes is far quicker than a parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import IO

from batchinvoice.invoices.issue import column_letters

_LOOK = 1 << 19
_END = b"</row>"
# Where one of these stands, a mark may be; of a few looked for first, only some forms count.
_SIGNS: dict[bytes, tuple[bytes, ...]] = {
    b'="e"': (b't="e"',),
    b"='e'": (b"t='e'",),
    b"<f": (),
    b"ht=": (b'ht="0', b"ht='0"),
    b"hidden=": (b'hidden="1"', b"hidden='1'", b'hidden="true"', b"hidden='true'"),
}
# XML allows spaces around equals signs, which would hide a sign. A writer has them everywhere or nowhere.
_SPACED = re.compile(rb"""\w\s+=\s*["']|\w=\s+["']""")
_PLACE = 16  # bytes, in which ` r="XFD1048576" ` fits
_NUMBERED = re.compile(rb"""<row\s(?:[^>]*\s)?r=["'](\d+)["']""")


def marked_rows(stream: IO[bytes], styles: Collection[str], columns: Collection[int] | None = None) -> Iterator[bytes]:
    """The part's bytes, still one XML document. `styles` are those, by number, whose cells carry a mark.

    columns: those, from 1, in which a cell carries one by its style; None: in any.

    Rows are left out only where their ends and their numbers can be seen; an empty row with the last number stands for
    them, since a row without a number follows the one before it.
    """
    head = True
    for block, marked in _blocks(stream, styles, columns):
        yield block if marked or head or _END not in block else _shortened(block)
        head = False


def has_marks(stream: IO[bytes], styles: Collection[str]) -> bool:
    """Whether any cell or row of the part may carry a mark, in whatever column."""
    return any(marked for _, marked in _blocks(stream, styles, None))


def _blocks(
    stream: IO[bytes], styles: Collection[str], columns: Collection[int] | None
) -> Iterator[tuple[bytes, bool]]:
    """The part in blocks of whole rows, each with whether there may be a mark in it."""
    seeing = "0" not in styles  # the style of every cell that names none
    styled = _styled(styles, columns) if styles else lambda _: False
    kept, head = b"", True
    while chunk := stream.read(_LOOK):
        data = kept + chunk
        end = data.rfind(_END) + len(_END)
        seeing = seeing and end >= len(_END) and b"<!" not in data and not (head and _SPACED.search(data))
        block, kept = (data[:end], data[end:]) if seeing else (data, b"")
        yield block, not seeing or _signed(block) or styled(block)
        head = False
    yield kept, bool(kept) and (not seeing or _signed(kept))


def _signed(block: bytes) -> bool:
    return any(sign in block and (not exact or any(each in block for each in exact)) for sign, exact in _SIGNS.items())


def _styled(styles: Collection[str], columns: Collection[int] | None) -> Callable[[bytes], bool]:
    """Whether there is a cell of such a style, other than one that has just named a column which is none of these."""
    style = re.compile(rb"""s=["'](?:%b)["']""" % "|".join(styles).encode())
    if columns is None:
        return lambda block: style.search(block) is not None
    letters = "|".join(map(column_letters, columns)).encode()
    elsewhere = re.compile(rb"""\sr=["'](?!(?:%b)\d)[A-Z]{1,3}\d{1,7}["']\s$""" % letters)

    def styled(block: bytes) -> bool:
        places = (found.start() for found in style.finditer(block))
        return any(not elsewhere.search(block, max(0, at - _PLACE), at) for at in places)

    return styled


def _shortened(block: bytes) -> bytes:
    numbers = _NUMBERED.findall(block)
    return b'<row r="%b"/>' % numbers[-1] if len(numbers) == block.count(b"<row") else block
