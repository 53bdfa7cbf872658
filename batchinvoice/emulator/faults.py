"""Faults on order: the grammar of `--fault`, and which call meets which fault.

    [CALL:]KIND[=NUMBER]:EVERY[xTIMES]

CALL    a call's name (login, refresh, create, update, send, find, list, invoice, ...); without it every call counts
KIND    a name in KINDS
NUMBER  seconds, or a place in the answer in bytes: the kind says which; up to nine digits, seconds with a fraction
        if need be; without it the kind's default. A kind that needs none takes none
EVERY   every n-th call that counts meets the fault: 1 is each, 3 is the 3rd, 6th, 9th, ...;
        or a percentage above 0 and up to 100: each call that counts meets it with that probability
TIMES   how often it happens at most; without it there is no end

`create:close-after:3` loses the answer of every third create; `throttle=2:1x5` slows the first five calls down;
`update:cut=40:2.5%` cuts the answer of one update in forty, drawn at random, after 40 bytes.

Chance is drawn from a seed: the same seed, faults and order of calls give the same failures. Every fault counts
and draws by itself, so that the others in a mix change nothing about it; a call that several meet gets the first.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import Response

from batchinvoice.emulator.api import CALLS
from batchinvoice.emulator.broken_answers import KINDS, Kind, Number

GRAMMAR = "[CALL:]KIND[=NUMBER]:EVERY[xTIMES]"
_GRAMMAR = re.compile(
    r"(?:(?P<call>[a-z]+):)?(?P<name>[a-z][a-z0-9-]*)(?:=(?P<number>[0-9]{1,9}(?:\.[0-9]{1,9})?))?"
    r":(?:(?P<percent>[0-9]{1,3}(?:\.[0-9]{1,9})?)%|(?P<every>[1-9][0-9]{0,8}))(?:x(?P<times>[1-9][0-9]{0,8}))?"
)


@dataclass(slots=True)
class Fault:
    """A fault that waits for its call. Of every (n-th call) and percent, one is 0. met: how many calls counted."""

    text: str
    call: str
    name: str
    number: Number
    every: int
    percent: float
    times: int | None
    dice: random.Random
    met: int = 0

    @property
    def kind(self) -> Kind:
        """What happens."""
        return KINDS[self.name]

    def strikes(self, call: str) -> bool:
        """Count this call, and say whether it meets the fault."""
        if self.call not in ("", call) or self.times == 0:
            return False
        self.met += 1
        if not (self.met % self.every == 0 if self.every else self.dice.random() < self.percent / 100):
            return False
        self.times = None if self.times is None else self.times - 1
        return True

    def answer(self, right: Response) -> Response:
        """What is sent instead of the right answer."""
        return self.kind.answer(self.number, right)


def parse_faults(texts: Iterable[str], seed: int = 0) -> list[Fault]:
    """Faults from their texts, none of which has struck yet. Raises ValueError."""
    seen: Counter[str] = Counter()
    faults = []
    for text in map(str.strip, texts):
        faults.append(parse_fault(text, f"{seed}/{text}/{seen[text]}"))
        seen[text] += 1
    return faults


def parse_fault(text: str, seed: str = "") -> Fault:
    """A fault from its text; `seed` is all that its chance depends on. Raises ValueError that says what is wrong."""
    match = _GRAMMAR.fullmatch(text.strip())
    if match is None or match["name"] not in KINDS:
        raise ValueError(f"{text!r} is not a fault. Write {GRAMMAR}; kinds: {', '.join(KINDS)}.")
    kind, percent = KINDS[match["name"]], float(match["percent"] or 0)
    if match["percent"] and not 0 < percent <= 100:
        raise ValueError(f"{text!r}: EVERY as a percentage is above 0 and up to 100.")
    return Fault(
        text=text.strip(),
        call=_call(text, match["call"], kind),
        name=match["name"],
        number=_number(text, match["number"], kind),
        every=int(match["every"] or 0),
        percent=percent,
        times=int(match["times"]) if match["times"] else None,
        dice=random.Random(seed),  # noqa: S311 - chance that can be repeated is the point
    )


def draw(faults: Iterable[Fault], call: str) -> Fault | None:
    """The fault this call meets, if any; every fault counts the call."""
    struck = [fault for fault in faults if fault.strikes(call)]
    return struck[0] if struck else None


def _call(text: str, given: str | None, kind: Kind) -> str:
    if given is None:
        return kind.calls[0] if kind.calls else ""
    known = kind.calls or tuple(call.name for call in CALLS)
    if given not in known:
        raise ValueError(f"{text!r}: this fault is for the calls {', '.join(known)}, not for {given!r}.")
    return given


def _number(text: str, given: str | None, kind: Kind) -> Number:
    if given is None:
        return kind.number
    if not kind.unit:
        raise ValueError(f"{text!r}: this kind takes no number.")
    if kind.unit == "BYTE" and "." in given:
        raise ValueError(f"{text!r}: a place in the answer is a whole number of bytes.")
    return float(given)
