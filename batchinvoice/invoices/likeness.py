"""The likeness of a reference: what is left of it without that in which one reference is written differently twice."""

from __future__ import annotations

import re

from batchinvoice.invoices.headings import fold

LONGEST = 255  # characters of a likeness that count: folding can lengthen a reference
_UNSEEN = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SIGNS = re.compile(r"[\s/_.#\-\u2010-\u2015\u2212]+")
_OF_NO_WEIGHT = dict.fromkeys(
    [ord("0"), *(code for code in range(0x3001) if re.fullmatch(r"[\s/_.#\-\u2010-\u2015\u2212]", chr(code)))]
)
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_NOT_BETWEEN_NUMBERS = re.compile(r"(?<![0-9]) | (?![0-9])")


def rough_likeness(reference: str) -> str:
    """A key that references of one likeness have in common, told quickly; others may have it, too."""
    folded = _folded(reference)
    return folded.translate(_OF_NO_WEIGHT) if len(folded) < LONGEST else ""


def likeness(reference: str) -> str:
    """The folded key: “INV-007”, “inv 7” and “INV/0007” have the same, and so have “007” and “7”.

    Case, forms of letters and digits, spaces, dashes, `/ _ . #` and leading zeros do not count, but a sign between two
    numbers parts them: “1-11” and “11-1” are two references, as are “2026-1” and “20261”. A reference of which nothing
    would be left is its own likeness. The ledger keeps likenesses: whoever changes this has to make them anew there.
    """
    without_zeros = _LEADING_ZEROS.sub("", _SIGNS.sub(" ", _folded(reference)))
    return (_NOT_BETWEEN_NUMBERS.sub("", without_zeros) or reference)[:LONGEST]


def _folded(reference: str) -> str:
    return reference.casefold() if reference.isascii() else _UNSEEN.sub("", fold(reference))
