"""Number formats that show a number as something else than dinars: another currency, a percentage, thousands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from batchinvoice.invoices.currencies import is_dinar, is_foreign
from batchinvoice.invoices.table import Otherwise
from batchinvoice.sheets.marks.sections import Section, sections

_LONGEST = 255  # Excel allows no longer format
_LONGEST_TEXT = 100  # of a text in a format of ours
_MOST_PLACES, _MOST_FACTORS = 12, 9
_MOST = 10**15  # above it, the digits shown are not the number's
_SHARES = ("%", "\u066a", "\u2030")  # as a text they only look so: they multiply nothing, unlike a sign that counts
_UNSEEN = ("Cc", "Cf", "Co", "Cs")
# A comma behind the last digit, or behind the last before the point, divides by a thousand.
_THOUSANDS = re.compile(r"[0#?](,+)(?=\.|[^0#?,]*$)")
_GROUPED = re.compile(r"[0#?],+[0#?]")
_DECIMALS = re.compile(r"\.([0#?]*)")
_NUMBER = re.compile(r"[-+(]?\d[\d.,\u066b\u066c\s]*\)?")


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a section shows a number: multiplied by `factor`, with `places` (None: as many as it has), text around it.

    `code` shows it so, whatever other sections there were.
    """

    before: str
    after: str
    factor: float
    places: int | None
    grouped: bool
    code: str

    def of(self, value: float) -> str:
        shown, number = value * self.factor, f"{value * self.factor:.15g}"
        if self.places is not None and shown < _MOST:
            rounded = Decimal(number).quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
            number = f"{rounded:,f}" if self.grouped else f"{rounded:f}"
        return f"{self.before}{number}{self.after}".strip()


@dataclass(frozen=True, slots=True)
class Unit:
    """A format that shows numbers as something else than dinars: its sections, each with how it does so, if it does."""

    sections: tuple[tuple[Section, _Layout | None], ...]

    def of(self, value: float) -> Otherwise | None:
        """What is shown for a number; None if that is dinars or not certain. Nothing, and less, is never an amount."""
        layout = next((layout for section, layout in self.sections if section.holds(value)), None)
        return Otherwise(layout.of(value), layout.code) if layout and value > 0 else None


def unit(code: str) -> Unit | None:
    """The unit of a format's code; None where that is the dinar, or may be anything."""
    if len(code) > _LONGEST:
        return None
    read = [(section, _layout(section)) for section in sections(code)]
    return Unit(tuple(read)) if any(layout for _, layout in read) else None


def _layout(section: Section) -> _Layout | None:
    texts = before, after = _plain(section.before), _plain(section.after)
    thousands = min(sum(map(len, _THOUSANDS.findall(section.number))), _MOST_FACTORS)
    percents = min(section.number.count("%"), _MOST_FACTORS)
    if not (thousands or percents or any(text.strip() in _SHARES for text in texts) or _is_foreign(section)):
        return None
    decimals, grouped = _DECIMALS.search(section.number), _GROUPED.search(section.number) is not None
    places = min(len(decimals[1]), _MOST_PLACES) if decimals else 0
    number = ("#,##0" if grouped else "0") + ("." + "0" * places) * bool(places)
    signs = {_plain(sign).strip() for sign in section.signs}
    is_free = "E" in section.number.upper()  # General, or an exponent
    number = "General" if is_free and not thousands else number
    code = f"{_written(before, signs, percents)}{number}{',' * thousands}{'%' * percents}"
    factor = 100.0**percents / 1000.0**thousands
    return _Layout(before, after, factor, None if is_free else places, grouped, code + _written(after, signs, percents))


def _is_foreign(section: Section) -> bool:
    texts = (section.before, section.after)
    signs = {sign.strip() for sign in section.signs}
    named = any(is_foreign(text, is_sign=text.strip() in signs) for text in texts)
    return named and not any(map(is_dinar, texts))


def _plain(text: str) -> str:
    """On one line and without marks that nobody sees; of spaces in a row, one stays."""
    kept = (" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c) not in _UNSEEN)
    return re.sub(" +", " ", "".join(kept))[:_LONGEST_TEXT]


def _written(text: str, signs: Collection[str] = (), percents: int = 0) -> str:
    """A text as a format has it; percent signs that count stand elsewhere."""
    bare = text.strip()
    if bare and bare in signs:
        return text.replace(bare, f"[${bare.replace('-', ' ')}]")
    text = text.replace('"', "").replace("%", "" if percents else "%")
    return f'"{text}"' if text.strip() else ""


def shown_otherwise(value: float, shows: str, currency: str, *, is_percentage: bool) -> Otherwise | None:
    """The same where only what a cell shows is known, and what currency the file says of it."""
    around = _plain(_NUMBER.sub(" ", shows)).strip()
    if not value > 0 or not (is_percentage or _is_other(currency, around)):
        return None
    name = currency if is_foreign(currency) else around
    shown = shows if around else f"{shows or format(value, '.15g')} {name}"
    return Otherwise(_plain(shown).strip(), "0.00%" if is_percentage else f"General{_written(f' {name}')}")


@lru_cache(1_000)
def _is_other(currency: str, around: str) -> bool:
    named = is_foreign(currency, is_sign=True) or is_foreign(around)
    return named and not is_dinar(f"{currency} {around}")
