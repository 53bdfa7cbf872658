"""Faults on order: the grammar of `--fault` and the table of what can go wrong.

    [CALL:]KIND[=SECONDS]:EVERY[xTIMES]

CALL     a call's name (login, refresh, create, update, send, find, invoice, ...); without it every call counts
KIND     a name in KINDS below
SECONDS  what the kind waits or asks for; each has a default
EVERY    every n-th call that counts meets the fault: 1 is each, 3 is the 3rd, 6th, 9th, ...
TIMES    how often it happens at most; without it there is no end

`create:close-after:3` loses the answer of every third create; `throttle=2:1x5` slows the first five calls down.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

ABORT = "emulator.abort"  # key in the ASGI scope: a function that closes the connection
When = Literal["before", "after"]
_GRAMMAR = re.compile(r"(?:([a-z]+):)?([a-z][a-z0-9-]*)(?:=([0-9]+(?:\.[0-9]+)?))?:([1-9][0-9]*)(?:x([1-9][0-9]*))?")


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to fail. when: before or after the work is done. answer: (seconds, right answer or None) → response."""

    when: When
    answer: Callable[[float, Response | None], Response]
    seconds: float = 0.0


@dataclass(slots=True)
class Fault:
    """A fault that waits for its call."""

    call: str
    name: str
    seconds: float
    every: int
    times: int | None
    met: int = 0

    def strikes(self, call: str) -> bool:
        """Count this call, and say whether it meets the fault."""
        if self.call not in ("", call) or self.times == 0:
            return False
        self.met += 1
        if self.met % self.every:
            return False
        self.times = None if self.times is None else self.times - 1
        return True

    def answer(self, right: Response | None) -> Response:
        """What is sent instead of the right answer."""
        return KINDS[self.name].answer(self.seconds, right)


class Silence(Response):
    """No answer at all: after some seconds, or when the caller has gone, the connection closes."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if self._seconds:
            await _gone(receive, self._seconds)
        scope[ABORT]()
        await _gone(receive, None)


def parse_fault(text: str) -> Fault:
    """A fault from its text. Raises ValueError with the grammar and the known kinds."""
    match = _GRAMMAR.fullmatch(text.strip())
    if match is None or match[2] not in KINDS:
        known = ", ".join(KINDS)
        raise ValueError(f"{text!r} is not a fault. Write [CALL:]KIND[=SECONDS]:EVERY[xTIMES]; kinds: {known}.")
    call, name, seconds, every, times = match.groups()
    return Fault(
        call=call or "",
        name=name,
        seconds=KINDS[name].seconds if seconds is None else float(seconds),
        every=int(every),
        times=None if times is None else int(times),
    )


def draw(faults: Iterable[Fault], call: str) -> Fault | None:
    """The fault this call meets, if any; every fault counts the call."""
    struck = [fault for fault in faults if fault.strikes(call)]
    return struck[0] if struck else None


async def _gone(receive: Receive, seconds: float | None) -> None:
    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(until_gone(), seconds)
    except TimeoutError:
        return


def _silence(seconds: float, _: Response | None) -> Response:
    return Silence(seconds)


def _http_500(_: float, __: Response | None) -> Response:
    return JSONResponse({"message": "Internal server error occurred"}, status_code=500)


def _html(_: float, __: Response | None) -> Response:
    return HTMLResponse("<!DOCTYPE html><html><body><h1>Please sign in to the network</h1></body></html>")


def _bad_gateway(_: float, __: Response | None) -> Response:
    return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)


def _garbled(_: float, right: Response | None) -> Response:
    body = bytes(right.body) if right is not None else b""
    # Reversed hex is still hex of whole blocks, so the reader gets as far as decrypting it.
    damaged, found = re.subn(rb"[0-9a-f]{32,}", lambda run: run[0][::-1], body)
    return Response(damaged if found else body[::-1], media_type="application/json")


def _cut(_: float, right: Response | None) -> Response:
    body = bytes(right.body) if right is not None else b""
    return Response(body[: len(body) // 2], media_type="application/json")


def _empty(_: float, __: Response | None) -> Response:
    return Response(status_code=200)


def _throttle(seconds: float, _: Response | None) -> Response:
    return _too_many(f"{seconds:.0f}")


def _throttle_date(seconds: float, _: Response | None) -> Response:
    return _too_many(format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True))


def _too_many(retry_after: str) -> Response:
    answer = {"status": False, "message": "Too many requests", "response": None}
    return JSONResponse(answer, status_code=429, headers={"Retry-After": retry_after})


def _unauthorised(_: float, __: Response | None) -> Response:
    return JSONResponse({"status": False, "message": "Unauthenticated.", "response": None}, status_code=401)


def _redirect(_: float, __: Response | None) -> Response:
    return RedirectResponse("/_emulator/elsewhere", status_code=307)


def _drip(seconds: float, right: Response | None) -> Response:
    async def slowly() -> AsyncIterator[bytes]:
        for byte in bytes(right.body) if right is not None else b"":
            yield bytes([byte])
            await asyncio.sleep(seconds)

    return StreamingResponse(slowly(), media_type="application/json")


KINDS = {
    "close-before": Kind("before", _silence),
    "close-after": Kind("after", _silence),
    "hang-before": Kind("before", _silence, seconds=3600),
    "hang-after": Kind("after", _silence, seconds=3600),
    "http-500-before": Kind("before", _http_500),
    "http-500-after": Kind("after", _http_500),
    "http-502-before": Kind("before", _bad_gateway),
    "http-502-after": Kind("after", _bad_gateway),
    "html-200": Kind("after", _html),
    "garbled": Kind("after", _garbled),
    "cut": Kind("after", _cut),
    "empty": Kind("after", _empty),
    "drip": Kind("after", _drip, seconds=0.1),
    "throttle": Kind("before", _throttle, seconds=1),
    "throttle-date": Kind("before", _throttle_date, seconds=1),
    "unauthorised": Kind("before", _unauthorised),
    "redirect": Kind("before", _redirect),
}
