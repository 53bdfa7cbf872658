"""Which language headings are in, and what keeps Latin words and figures in their order within Arabic."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Shows nothing; what stands between two of these is read from left to right.
LEFT_TO_RIGHT = "\u200e"

_FROM_RIGHT = frozenset({"R", "AL", "AN"})
_PLACEHOLDER = re.compile(r"(\{[^{}]*\})")
_LATIN = re.compile(r"[-+#]*[A-Za-z0-9](?:[\w@.+/-]| (?=[\w-]))*(?<=\w)", re.ASCII)


def language_of(headings: Iterable[str]) -> str:
    """`ar` if most letters of the headings are Arabic, else `en`."""
    letters = [c for heading in headings for c in heading if c.isalpha()]
    return "ar" if sum(map(_from_right, letters)) * 2 > len(letters) else "en"


def left_to_right(value: str) -> str:
    """A value as it can stand within Arabic: kept in its order, unless it is written from right to left itself."""
    if not value.strip() or any(map(_from_right, value)):
        return value
    return f"{LEFT_TO_RIGHT}{value}{LEFT_TO_RIGHT}"


@lru_cache(maxsize=1_000)
def marked(template: str) -> str:
    """An Arabic template whose own Latin words and figures are kept in their order; its placeholders are as before."""
    parts = _PLACEHOLDER.split(template)
    return "".join(part if i % 2 else _LATIN.sub(lambda m: left_to_right(m[0]), part) for i, part in enumerate(parts))


def _from_right(c: str) -> bool:
    return unicodedata.bidirectional(c) in _FROM_RIGHT
