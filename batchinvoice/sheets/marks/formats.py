"""Number formats that add zeros or letters to a whole number: what Excel shows where the cell holds only 7."""

from __future__ import annotations

import re
from dataclasses import dataclass

from batchinvoice.sheets.marks.sections import LANGUAGE

_LONGEST = 255  # Excel allows no longer format
_MOST = 10**15  # above it, Excel's digits are not the number's
# A language or a colour changes no digit; a condition or a currency in brackets may.
_ASIDE = re.compile(rf"\[(?:\${LANGUAGE}|Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color ?\d+)\]", re.IGNORECASE)
_TOKEN = re.compile(r"""(?P<zero>0)|"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_.|(?P<bare>[-+() :!^&'~{}<>=$])""", re.DOTALL)
_TEXT = re.compile(r'"[^"]*"|\\.', re.DOTALL)
_ZERO = "\0"


@dataclass(frozen=True, slots=True)
class Padding:
    """A format as its pieces: literal text, and a place for each zero."""

    pieces: tuple[str, ...]
    sections: int

    def text(self, value: float) -> str | None:
        """What is shown for a number; None where that is the number itself or is not certain."""
        if value != value or abs(value) >= _MOST or value != int(value):
            return None
        if (value < 0 and self.sections > 1) or (value == 0 and self.sections > 2):
            return None
        places = self.pieces.count(_ZERO)
        digits = str(abs(int(value))).zfill(places)
        spread = iter([digits[: len(digits) - places + 1], *digits[len(digits) - places + 1 :]])
        return ("-" if value < 0 else "") + "".join(next(spread) if p == _ZERO else p for p in self.pieces).strip()


def padding(code: str) -> Padding | None:
    """The padding of a format's code: two zeros or more, or text around them (`00000`, `"INV-"0`); None for others."""
    if len(code) > _LONGEST:
        return None
    code = _ASIDE.sub("", code)
    pieces, at = [], 0
    while at < len(code) and code[at] != ";":
        token = _TOKEN.match(code, at)
        if token is None:
            return None
        pieces.append(_ZERO if token["zero"] else token["quoted"] or token["escaped"] or token["bare"] or "")
        at = token.end()
    others = _TEXT.sub("", code[at:])
    literal = "".join(piece for piece in pieces if piece != _ZERO)
    if _ZERO not in pieces or _ZERO in literal or "[" in others:
        return None
    if pieces.count(_ZERO) < 2 and not literal.strip("-+()$ "):
        return None
    return Padding(tuple(pieces), 1 + others.count(";"))
