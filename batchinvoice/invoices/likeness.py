"""The likeness of a reference: what is left of it without that in which one reference is written differently twice."""

from __future__ import annotations

import re
from collections.abc import Sequence

from batchinvoice.invoices.headings import fold

LONGEST = 255  # characters of a likeness that count: folding can lengthen a reference
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SIGN = re.compile(r"[\s/_.#\-\u2010-\u2015\u2212]")
_SIGNS = {code: " " for code in range(0x3001) if _SIGN.fullmatch(chr(code))}
# Both begin with what they look for, which is found much quicker than every place where nothing stands before it.
_LEADING_ZEROS = re.compile(r"0(?<![0-9]0)0*(?=[0-9])")
_NOT_BETWEEN_NUMBERS = re.compile(r" (?:(?![0-9])|(?<![0-9] ))")
_MARK = "\0"  # between references: no digit, no sign, and folded to itself


def likeness(reference: str) -> str:
    """The folded key: “INV-007”, “inv 7” and “INV/0007” have the same, and so have “007” and “7”.

    Case, forms of letters and digits, spaces, dashes, `/ _ . #` and leading zeros do not count, but a sign between two
    numbers parts them: “1-11” and “11-1” are two references, as are “2026-1” and “20261”. A reference of which nothing
    would be left is its own likeness. The ledger keeps likenesses: whoever changes this has to make them anew there.
    """
    return (_key(_folded(reference)) or reference)[:LONGEST]


def likenesses(references: Sequence[str]) -> list[str]:
    """The likeness of each; of many it is told much quicker, since each step goes once over all of them."""
    whole = _MARK.join(references)
    if whole.count(_MARK) != len(references) - 1:
        return [likeness(reference) for reference in references]
    folded = _folded(whole) if whole.isascii() else _MARK.join(map(_folded, references))
    keys = _key(folded).split(_MARK)
    return [(key or reference)[:LONGEST] for key, reference in zip(keys, references, strict=True)]


def _key(folded: str) -> str:
    parted = folded.translate(_SIGNS)
    while "  " in parted:
        parted = parted.replace("  ", " ")
    return _NOT_BETWEEN_NUMBERS.sub("", _LEADING_ZEROS.sub("", parted))


def _folded(reference: str) -> str:
    return reference.casefold() if reference.isascii() else _UNSEEN.sub("", fold(reference))
