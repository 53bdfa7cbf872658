"""A number format's code taken apart: its sections, and in each the digits' places, the texts, and when it holds."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<end>;)|"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|(?P<blank>[_*].)|\[(?P<bracket>[^\]]*)\]"""
    r"""|(?P<number>General|E[-+]|[0#?.,%])|(?P<bare>.)""",
    re.DOTALL | re.IGNORECASE,
)
# By its number (`-3401`) or, for newer ones, its name (`-ar-KW`); a calendar may follow (`,200`).
LANGUAGE = r"-(?:[0-9A-F]*|[a-z]{2,3}(?:-[0-9a-z]{2,8})+|x-[0-9a-z]+)(?:,\d*)?"
_CURRENCY = re.compile(rf"\$(?P<sign>.*?)(?:{LANGUAGE})?", re.DOTALL | re.IGNORECASE)
_CONDITION = re.compile(r"(?P<sign><=|>=|<>|<|>|=)\s*(?P<limit>-?\d{1,15}(?:\.\d{1,15})?)")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
_OF_NUMBERS = 3  # a fourth section is for texts


@dataclass(slots=True)
class Section:
    """`number` is its places of digits, points, commas and percent signs; `before` and `after` are what stands around.

    `signs`: what it says itself to be currencies (`[$USD-409]`); they stand around the number, too.
    """

    number: str = ""
    before: str = ""
    after: str = ""
    signs: tuple[str, ...] = ()
    condition: tuple[str, float] | None = None

    def holds(self, value: float) -> bool:
        """True unless its condition says otherwise."""
        return self.condition is None or _HOLDS[self.condition[0]](value, self.condition[1])

    def write(self, text: str) -> None:
        if self.number.strip("%"):
            self.after += text
        else:
            self.before += text


def sections(code: str) -> list[Section]:
    """The sections in which a number above nothing may be shown; the first whose condition holds is the one."""
    found = list(_sections(code))[:_OF_NUMBERS]
    if all(section.condition is None for section in found):
        return found[:1]
    if len(found) == _OF_NUMBERS and found[1].condition is None:
        del found[1]  # for numbers below nothing
    return found


def _sections(code: str) -> Iterator[Section]:
    section = Section()
    for token in _TOKEN.finditer(code):
        kind = token.lastgroup or ""
        if kind == "end":
            yield section
            section = Section()
        elif kind == "bracket":
            _read_bracket(section, token[kind])
        elif kind == "number":
            section.number += token[0]
            section.write("%" if token[0] == "%" else "")
        else:
            section.write(" " if kind == "blank" else token[kind])
    yield section


def _read_bracket(section: Section, inner: str) -> None:
    """A currency or a condition; a colour, a language and the like change no number."""
    if found := _CURRENCY.fullmatch(inner):
        section.signs += (found["sign"],)
        section.write(found["sign"])
    elif found := _CONDITION.fullmatch(inner.strip()):
        section.condition = found["sign"], float(found["limit"])
