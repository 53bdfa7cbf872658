"""Which column of a sheet means what: headings in any order, case and spelling, English, Arabic or the API's names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batchinvoice.invoices.cells import ascii_digits
from batchinvoice.invoices.columns import BY_FIELD, COLUMNS, ITEM_FIELDS, REQUIRED, Field

# Letters that are written one for another in everyday Arabic.
_ARABIC_FORMS = str.maketrans("أإآٱىیةک", "ااااييهك", "ـ")
_LIKENESS = 0.72
# Likeness takes long: a heading longer than any name is like none, and no table of invoices has more columns.
_LONGEST_LIKENED = 100
_MOST_LIKENED = 200


@dataclass(frozen=True, slots=True)
class Match:
    """What each heading means. Indexes count the table's columns from 0.

    `missing` maps each required field that no heading means to headings that look like it.
    """

    columns: Mapping[Field, int]
    unknown: tuple[int, ...]
    repeated: Mapping[Field, tuple[int, ...]]
    missing: Mapping[Field, tuple[str, ...]]

    @property
    def is_invoices(self) -> bool:
        """True if this can be the header of a sheet of invoices: every required column is there."""
        return not self.missing

    @property
    def is_items(self) -> bool:
        """True if this is the header of a sheet of items."""
        return Field.REFERENCE in self.columns and Field.ITEM_TITLE in self.columns and Field.AMOUNT not in self.columns

    @property
    def speaks_of_items(self) -> bool:
        """True if this is, or was meant as, the header of a sheet of items: its lines must not be passed over."""
        nameless = Field.ITEM_TITLE not in self.columns and any(field in self.columns for field in ITEM_FIELDS)
        return self.is_items or (nameless and Field.REFERENCE in self.columns)


def fold(word: str) -> str:
    """A word without what people vary in writing it: case, diacritics, kashida, forms of alef, kinds of digits."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word.translate(_ARABIC_FORMS)).casefold().translate(_ARABIC_FORMS)
    return ascii_digits("".join(c for c in bare if not unicodedata.combining(c)))


def key(heading: str) -> str:
    """A heading folded, and without spaces and signs."""
    return "".join(c for c in fold(heading) if c.isalnum())


_MEANING: dict[str, Field] = {key(name): column.field for column in COLUMNS for name in column.names()}


# What may stand in brackets after a heading and changes nothing: our currency, a form, how much it is needed.
_HARMLESS = frozenset(
    key(word)
    for word in (
        *("KWD", "KD", "K.D.", "in KWD", "Kuwaiti Dinar", "د.ك", "بالدينار", "بالدينار الكويتي", "دينار كويتي"),
        *("required", "optional", "text", "number", "مطلوب", "إلزامي", "اختياري", "نص", "رقم"),
    )
)
# Dollars must not go out as dinars because of a likeness.
_OTHER_CURRENCY = re.compile(
    r"[$€£¥₹]|(?<![a-z])(?:usd|eur|gbp|sar|aed|qar|bhd|omr|egp|inr)(?![a-z])|دولار|يورو|ريال|درهم|جنيه", re.IGNORECASE
)
_BRACKETED = re.compile(r"(?P<heading>.*\S)\s*[(\[](?P<tail>[^()\[\]]*)[)\]][\s*:]*", re.DOTALL)
_DATE_FORM = re.compile(r"[dmy]{5,10}|يوم|شهر|سنه|يومشهرسنه|شهريومسنه|سنهشهريوم")
_BOTH_LANGUAGES = re.compile(r"[/|\n–—]|\s-\s")
_ARABIC = re.compile(r"[\u0600-\u06ff\ufb50-\ufeff][\u0600-\u06ff\ufb50-\ufeff\s.]*")


def meaning(heading: str) -> Field | None:
    """The field that a heading, or a field's name at the gateway, means.

    A heading in two languages (`Amount / المبلغ`) must mean the same in both.
    """
    if bracketed := _BRACKETED.fullmatch(heading):
        tail = key(bracketed["tail"])
        if not tail or tail in _HARMLESS or _DATE_FORM.fullmatch(tail):
            heading = bracketed["heading"]
        elif (inner := _MEANING.get(tail)) and inner is meaning(bracketed["heading"]):
            return inner
    named = _MEANING.get(key(heading)) or _MEANING.get(key(heading.replace("#", "no")))
    return named or _same(_BOTH_LANGUAGES.split(heading)) or _same(_by_script(heading))


def _same(parts: Sequence[str]) -> Field | None:
    """What all the parts mean alike."""
    meanings = {_MEANING.get(key(part)) for part in parts if key(part)}
    return meanings.pop() if len(meanings) == 1 else None


def _by_script(heading: str) -> list[str]:
    return [_ARABIC.sub(" ", heading), " ".join(_ARABIC.findall(heading))]


def match(headings: Sequence[str], confirmed: Mapping[str, Field | None] | None = None) -> Match:
    """Find the meaning of each heading; an Items sheet may call its item amount just Amount.

    confirmed: what a person has said of headings, by `key`; it counts for more than what they mean by themselves.
    """
    said = confirmed or {}
    found: dict[Field, list[int]] = {}
    unknown = []
    items_sheet = _looks_like_items(headings)
    for index, heading in enumerate(headings):
        field = said[key(heading)] if key(heading) in said else meaning(heading)
        if field is Field.AMOUNT and items_sheet:
            field = Field.ITEM_AMOUNT
        if field is not None:
            found.setdefault(field, []).append(index)
        elif heading.strip():
            unknown.append(index)
    if Field.ITEM_TITLE not in found and all(field in found for field in REQUIRED):
        # Without a name they are no items: a number of pieces, say, or of rows.
        unknown = sorted([*unknown, *(index for field in ITEM_FIELDS for index in found.pop(field, []))])
    names = [headings[index] for index in unknown[:_MOST_LIKENED]]
    return Match(
        columns={field: indexes[0] for field, indexes in found.items()},
        unknown=tuple(unknown),
        repeated={field: tuple(indexes) for field, indexes in found.items() if len(indexes) > 1},
        # Likeness takes long, and a row without a single known heading is no header: most rows that are looked at.
        missing={field: near(field, names) if found else () for field in REQUIRED if field not in found},
    )


def _looks_like_items(headings: Sequence[str]) -> bool:
    fields = {meaning(heading) for heading in headings}
    return Field.ITEM_TITLE in fields and Field.MOBILE not in fields and Field.CUSTOMER not in fields


def can_be_likened(heading: str) -> bool:
    """Whether a heading may be proposed for a column it is like: not if it is a whole text, or names other money."""
    return len(heading) <= _LONGEST_LIKENED and bool(key(heading)) and not _OTHER_CURRENCY.search(heading)


def near(field: Field, headings: Sequence[str]) -> tuple[str, ...]:
    """The headings that look like the field's names, the likest first."""
    names = [key(name) for name in BY_FIELD[field].names()]
    scored = [
        (max(difflib.SequenceMatcher(None, key(h), name).ratio() for name in names), h)
        for h in headings
        if can_be_likened(h)
    ]
    return tuple(heading for score, heading in sorted(scored, reverse=True) if score >= _LIKENESS)


def proposals(headings: Sequence[str], confirmed: Mapping[str, Field | None]) -> dict[int, Field]:
    """What headings that mean nothing were probably meant for: a column that is not there yet, each once."""
    matched = match(headings, confirmed)
    scored = sorted(
        (
            (score, -index, field)
            for index in matched.unknown[:_MOST_LIKENED]
            if can_be_likened(headings[index]) and key(headings[index]) not in confirmed
            for score, field in [_likeliest(headings[index])]
            if score >= _LIKENESS and field not in matched.columns
        ),
        reverse=True,
    )
    found: dict[int, Field] = {}
    for _, index, field in scored:
        if field not in found.values():
            found[-index] = field
    return found


def signature(headings: Sequence[str]) -> str:
    """The same for any two headers with the same headings in the same order, however they are spelled."""
    return "|".join(key(heading) for heading in headings if key(heading))


def likely(heading: str) -> Field | None:
    """The field that an unknown heading may have been meant for."""
    if not can_be_likened(heading):
        return None
    score, field = _likeliest(heading)
    return field if score >= _LIKENESS else None


def _likeliest(heading: str) -> tuple[float, Field]:
    wanted = key(heading)
    return max((difflib.SequenceMatcher(None, wanted, name).ratio(), field) for name, field in _MEANING.items())
