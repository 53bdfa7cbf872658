"""Issues in words: a template is filled with an issue's parameters, said in English or in Arabic.

Parameters are data in no language, and most are shown as they are. These are said:

heading   what the sheet itself calls the column; without it, “the cell”
field     a field's code (`amount`) → its heading
fields    codes with commas between (`description,expiry`) → their headings
near      a field's code, or nothing → “(perhaps …)”
proposed  the value that was probably meant, said as {proposal}
where     made of `run`, an earlier run, else of `row`, a row of the same sheet
rows      row numbers, of which the first are shown; `more` is how many are not among them
change    made of `was`, what the invoice said before, and `value`; nothing where `was` is not known
hidden    `yes` or nothing
said      `sheet`: the sheet states it; `asked`: --expect-count states it where there is a `count`, else --expect-total
repeated  rows that repeat others, or nothing
readings  made of `first` and `second`, two amounts; nothing where they are not known
why       `ambiguous`, `several`, or nothing
detail    `early`, `stopped`, or words of the gateway; else made of `tried`, a run, or of what contradicts itself:
          `stated` against `meant` by `type` and `sub_type`
found     the gateway's invoices as `found_text` writes them
owner, other   a reference and an invoice's ID; nothing where they are not known

Older ledgers hold some of these as English words: what is not known here is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from batchinvoice.invoices.columns import LANGUAGES, Field, heading
from batchinvoice.invoices.script import left_to_right, marked

# (English, Arabic)
_PHRASES: Mapping[str, tuple[str, str]] = {
    "cell": ("The cell", "الخلية"),
    "heading": ("{heading}", "«{heading}»"),
    "proposal": (" (perhaps {proposed})", " (ربما {proposed})"),
    "near": (" (perhaps “{near}”)", " (ربما «{near}»)"),
    "change": (": it was “{was}”, and this row says “{value}”", "؛ كانت القيمة «{was}» وفي هذا الصف «{value}»"),
    "hidden": (" and is hidden", " وهي مخفية"),
    "sheet says": ("The sheet says", "تذكر الورقة"),
    "flag says": ("{flag} says", "يذكر الخيار {flag}"),
    "row": ("row {row}", "الصف {row}"),
    "run": ("run {run}", "التشغيل {run}"),
    "more": (" and {more} more", " وعدد {more} غيرها"),
    "readings": (" ({first} or {second})", " ({first} أو {second})"),
    "several": (": there seem to be several numbers in it", "، إذ يبدو أن فيها أكثر من رقم"),
    "repeated": (
        "; the rows {repeated} repeat others and count for nothing",
        "؛ والصفوف {repeated} مكررة ولا تُحسب",
    ),
    "ambiguous": (": it can be read in two ways", "، لأنها تُقرأ بطريقتين"),
    "tried": (" (run {tried} tried to make it)", " (حاول التشغيل {tried} إنشاءها)"),
    "early": (
        "it did not work at first, and has to be seen twice.",
        "لم ينجح البحث في البداية، ويجب أن تظهر النتيجة مرتين.",
    ),
    "stopped": ("it was asked to stop.", "طُلب التوقف."),
    "contradiction": (
        "Delivery says {stated}, but Invoice Type {type} with Invoice Sub Type {sub_type} is {meant}",
        "«طريقة الإرسال» تذكر {stated}، لكن «نوع الفاتورة» {type} مع «النوع الفرعي» {sub_type} يعني {meant}",
    ),
    "found": ("ID {id}, {amount}{cancelled}", "رقم الفاتورة {id}، {amount}{cancelled}"),
    "kwd": ("{amount} KWD", "{amount} د.ك"),
    "no amount": ("amount not told", "والمبلغ غير مذكور"),
    "cancelled": (", cancelled", "، ملغاة"),
    "unknown": ("not known", "غير معروف"),
    "comma": (", ", "، "),
    "semicolon": ("; ", "؛ "),
}
_EXAMPLE = "120.500"
_MOST_ROWS = 12  # numbers, or ranges of them
_WORDS = frozenset({"ambiguous", "several", "early", "stopped"})
_FIELDS = frozenset(str(field) for field in Field)


class Found(NamedTuple):
    """An invoice at the gateway: `amount` in KWD, empty where it is not told."""

    id: str
    amount: str
    cancelled: bool


def found_text(found: Iterable[Found]) -> str:
    """The invoices as the parameter `found` holds them: `7001|7.000|cancelled;7002||`."""
    return ";".join(f"{each.id}|{each.amount}|{'cancelled' if each.cancelled else ''}" for each in found)


def fill(template: str, params: Mapping[str, str], language: str) -> str:
    """The template's words in `en` or `ar`; a blank that the parameters do not fill becomes `…`."""
    form, names = _blanks_of(marked(template) if language == "ar" else template)
    if not names:  # most remedies
        return form
    blanks = _Blanks(params, language)
    return form % tuple([blanks[name] for name in names])


@lru_cache(maxsize=1_000)
def _blanks_of(template: str) -> tuple[str, tuple[str, ...]]:
    """A template with a `%s` for each of its blanks, if there are any, and their names."""
    words = re.split(r"\{(\w+)\}", template)
    names = tuple(words[1::2])
    return ("%s".join(part.replace("%", "%%") for part in words[::2]), names) if names else (template, ())


class _Blanks:
    """What stands in the blanks of a template, by the blank's name."""

    def __init__(self, params: Mapping[str, str], language: str) -> None:
        self.language = language
        self._params = params

    def __getitem__(self, name: str) -> str:
        return _SAID[name](self) if name in _SAID else self.shown(self.given(name, "…"))

    def given(self, name: str, otherwise: str = "") -> str:
        return self._params.get(name) or otherwise

    def shown(self, value: str) -> str:
        return left_to_right(value) if self.language == "ar" else value

    def phrase(self, name: str, **values: str) -> str:
        template = _PHRASES[name][LANGUAGES.index(self.language)]
        return template.format_map({name: self.shown(value) for name, value in values.items()})

    def field(self, code: str) -> str:
        return heading(Field(code), self.language) if code in _FIELDS else self.shown(code)

    def word(self, value: str) -> str:
        return self.phrase(value) if value in _WORDS else self.shown(value)

    def known(self, name: str) -> str:
        return self.shown(self.given(name)) or self.phrase("unknown")


def _heading(blanks: _Blanks) -> str:
    name = blanks.given("heading")
    return blanks.phrase("heading", heading=name) if name else blanks.phrase("cell")


def _proposal(blanks: _Blanks) -> str:
    proposed = blanks.given("proposed")
    return blanks.phrase("proposal", proposed=proposed) if proposed else ""


def _fields(blanks: _Blanks) -> str:
    codes = blanks.given("fields", "…").split(",")
    return blanks.phrase("comma").join(blanks.field(code.strip()) for code in codes)


def _near(blanks: _Blanks) -> str:
    code = blanks.given("near")
    return blanks.phrase("near", near=blanks.field(code)) if code in _FIELDS else blanks.shown(code)


def _where(blanks: _Blanks) -> str:
    name = "run" if blanks.given("run") else "row"
    return blanks.phrase(name, **{name: blanks.given(name, "…")})


def _rows(blanks: _Blanks) -> str:
    more = blanks.given("more")
    parts = blanks.given("rows", "…").split(", ")
    shown = ", ".join(parts[:_MOST_ROWS]) + (", …" if len(parts) > _MOST_ROWS else "")
    return blanks.shown(shown) + (blanks.phrase("more", more=more) if more else "")


def _change(blanks: _Blanks) -> str:
    was = blanks.given("was")
    return blanks.phrase("change", was=was, value=blanks.given("value", "…")) if was else ""


def _readings(blanks: _Blanks) -> str:
    first, second = blanks.given("first"), blanks.given("second")
    return blanks.phrase("readings", first=first, second=second) if second else ""


def _repeated(blanks: _Blanks) -> str:
    repeated = blanks.given("repeated")
    return blanks.phrase("repeated", repeated=repeated) if repeated else ""


def _stated(blanks: _Blanks) -> str:
    if blanks.given("said") != "asked":
        return blanks.phrase("sheet says")
    return blanks.phrase("flag says", flag="--expect-count" if blanks.given("count") else "--expect-total")


def _detail(blanks: _Blanks) -> str:
    if blanks.given("stated"):
        names = ("stated", "type", "sub_type", "meant")
        return blanks.phrase("contradiction", **{name: blanks.given(name, "…") for name in names})
    if blanks.given("tried"):
        return blanks.phrase("tried", tried=blanks.given("tried"))
    return blanks.word(blanks.given("detail"))


def _found(blanks: _Blanks) -> str:
    found = blanks.given("found", "…")
    parts = [part.split("|") for part in found.split(";")]
    if any(len(part) != 3 for part in parts):
        return blanks.shown(found)
    told = []
    for number, amount, cancelled in parts:
        words = blanks.phrase("kwd", amount=amount) if amount else blanks.phrase("no amount")
        end = blanks.phrase("cancelled") if cancelled else ""
        told.append(blanks.phrase("found", id=number, amount=words, cancelled=end))
    return blanks.phrase("semicolon").join(told)


_SAID: Mapping[str, Callable[[_Blanks], str]] = {
    "heading": _heading,
    "field": lambda blanks: blanks.field(blanks.given("field", "…")),
    "fields": _fields,
    "near": _near,
    "proposal": _proposal,
    "where": _where,
    "change": _change,
    "readings": _readings,
    "repeated": _repeated,
    "rows": _rows,
    "hidden": lambda blanks: blanks.phrase("hidden") if blanks.given("hidden") else "",
    "said": _stated,
    "why": lambda blanks: blanks.word(blanks.given("why")),
    "detail": _detail,
    "found": _found,
    "owner": lambda blanks: blanks.known("owner"),
    "other": lambda blanks: blanks.known("other"),
    "example": lambda blanks: blanks.shown(blanks.given("example", _EXAMPLE)),
}
