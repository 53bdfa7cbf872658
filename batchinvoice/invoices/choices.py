"""Words for one of few meanings (delivery, language, yes or no, payment methods, currency) as people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from batchinvoice.invoices.cells import ascii_digits, text
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import BY_FIELD, PAYMENT_TYPES, Field
from batchinvoice.invoices.headings import fold, key
from batchinvoice.invoices.invoice import SUB_TYPES, Delivery
from batchinvoice.invoices.issue import Problem, problem
from batchinvoice.invoices.table import Cell

Reader = Callable[[Cell], Any]

_DELIVERY = {
    Delivery.SMS: ("text", "text message", "رسالة نصية", "رسالة"),
    Delivery.WHATSAPP: ("wa", "whats app", "واتساب", "واتس اب"),
    Delivery.EMAIL: ("e-mail", "mail", "بريد", "ايميل", "البريد", "بريد إلكتروني", "البريد الإلكتروني"),
    Delivery.LINK: ("url", "none", "رابط", "الرابط"),
}
_LANGUAGE = {
    "en": ("english", "إنجليزي", "الإنجليزية", "إنجليزية", "إنكليزي"),
    "ar": ("arabic", "عربي", "العربية", "عربية"),
}
_YES_NO = {False: ("no", "0", "false", "n", "لا"), True: ("yes", "1", "true", "y", "نعم")}
_DINAR = frozenset(key(word) for word in ("KWD", "KD", "Kuwaiti Dinar", "Dinar", "د.ك", "دينار", "دينار كويتي", "414"))
# Names that can mean only one of the methods; "Apple Pay" or "Visa" could be several.
_PAYMENT = {
    1: ("K-NET", "كي نت", "الكي نت"),
    2: ("Mastercard Payment Gateway",),
    5: ("CyberSource",),
    7: ("American Express", "أمريكان إكسبريس", "أميكس"),
    16: ("GPay", "جوجل باي", "قوقل باي", "غوغل باي"),
}
_LIKENESS = 0.72
# A space or dash that people put between the words of one name, or leave out.
_INSIDE = re.compile(r"(?<=[^\W\d_])[\s_-]+(?=[^\W\d_])")
_WHOLE = re.compile(r"(\d{1,3})\.0")
_BETWEEN = re.compile(r"[,;+&/|،؛]|\s(?:and|و)\s", re.IGNORECASE)
# How a spreadsheet keeps 1,2 where the comma is the decimal mark.
_TWO_AS_DECIMAL = re.compile(r"\d{1,2}\.\d{1,2}")
_LONGEST = 200


def _plain(word: str) -> str:
    """A word without what people vary in writing it; 1.0 as 1. A figure such as ² is none of ours and stays."""
    if not word.isascii() and any(c.isnumeric() and not c.isdecimal() for c in word):
        return word
    folded = _INSIDE.sub("", fold(word).strip())
    whole = _WHOLE.fullmatch(folded)
    return whole[1] if whole else folded


def _like(word: str, meanings: Mapping[str, Any]) -> Any | None:
    """What the words that look like this one mean, if they all mean the same."""
    if len(word) > _LONGEST:
        return None
    others = _with_its_letters(word, meanings)
    near = difflib.get_close_matches(word, others, n=3, cutoff=_LIKENESS) if others else []
    found = {meanings[other] for other in near}
    return found.pop() if len(found) == 1 else None


def _with_its_letters(word: str, others: Iterable[str]) -> list[str]:
    """Those that share so many letters with the word that a closer look, which takes long, can find them like it."""
    letters, length = frozenset(word), len(word)
    return [
        other
        for other in others
        if 2 * min(len(other), length) / (both := length + len(other)) >= _LIKENESS
        and 2 * (length - len(letters.difference(other))) / both >= _LIKENESS
    ]


def choice(field: Field, words: Mapping[Any, Sequence[str]], default: Any = None) -> Reader:
    """A reader for one of few words, in English or Arabic and any case; an empty cell means the default."""
    meanings = {_plain(word): value for value, others in words.items() for word in (str(value), *others)}
    choices = BY_FIELD[field].choices or tuple(str(value) for value in words)
    offered = {_meaning: word for word in choices if (_meaning := meanings[_plain(word)]) is not None}

    def read(cell: Cell) -> Any:
        value = text(cell)
        if value is None:
            return default
        if isinstance(value, Problem):
            return value
        word = _plain(value)
        meaning = meanings.get(word)
        if meaning is not None:
            return meaning
        like = _like(word, meanings)
        proposal = {} if like is None else {"proposed": offered[like]}
        return problem(Code.CHOICE_UNKNOWN, value=value, choices=", ".join(choices), **proposal)

    return read


delivery = choice(Field.DELIVERY, _DELIVERY)
language = choice(Field.LANGUAGE, _LANGUAGE, "en")
subscription = choice(Field.SUBSCRIPTION, _YES_NO, False)
invoice_type = choice(Field.INVOICE_TYPE, {"0": (), "1": ()})
invoice_sub_type = choice(Field.INVOICE_SUB_TYPE, dict.fromkeys(SUB_TYPES.values(), ()))


def currency(cell: Cell) -> str | Problem | None:
    """`KWD`, however it is written; None if empty. Any other currency is a Problem."""
    value = text(cell)
    if value is None or isinstance(value, Problem):
        return value
    return "KWD" if key(value) in _DINAR else problem(Code.CURRENCY_OTHER, value=value)


_METHODS = {
    **{_plain(name): number for number, names in _PAYMENT.items() for name in names},
    **{_plain(name): number for number, name in PAYMENT_TYPES.items()},
    **{str(number): number for number in PAYMENT_TYPES},
}


def payment_types(cell: Cell, default: tuple[int, ...]) -> tuple[int, ...] | Problem:
    """Payment types by number or name with `,` `;` or `+` between (seed 004); an empty cell means the default."""
    value = text(cell)
    if value is None:
        return default
    if isinstance(value, Problem):
        return value
    parts = [part.strip(" \"'") for part in _BETWEEN.split(ascii_digits(value).strip("[]"))]
    parts = [part for part in parts if part]
    found = [_METHODS.get(_plain(part)) for part in parts]
    unknown = next((part for part, number in zip(parts, found, strict=True) if number is None), None)
    if unknown is not None or not found:
        return _no_method(unknown or value, parts)
    return tuple(sorted({number for number in found if number}))


def _no_method(value: str, parts: Sequence[str]) -> Problem:
    choices = ", ".join(f"{number} {name}" for number, name in PAYMENT_TYPES.items())
    meant = [number for part in parts for number in _likely_methods(part)]
    known = [PAYMENT_TYPES[number] for number in dict.fromkeys(meant) if number]
    proposal = {"proposed": ", ".join(known)} if known and all(meant) else {}
    return problem(Code.PAYMENT_METHOD_UNKNOWN, value=value, choices=choices, **proposal)


def _likely_methods(part: str) -> list[int | None]:
    """What a part that is no method was probably meant for: a name that looks like it, or several in one."""
    word = _plain(part)
    several = part.split(".") if _TWO_AS_DECIMAL.fullmatch(part) else part.split()
    within = [_METHODS.get(_plain(piece)) for piece in several]
    if word not in _METHODS and all(within):
        return within
    named = {name: number for name, number in _METHODS.items() if not name.isdigit()}
    return [_METHODS.get(word) or _like(word, named)]
