"""The table of what can go wrong with a call, and the answers that go wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

HANG_UP = "emulator.hang_up"  # key in the ASGI scope: a function (reset: bool) that closes the connection
HEAD_START = 0.02  # seconds between the last byte sent and a reset, since a reset may overtake what is on its way
When = Literal["before", "after", "later", "behind"]
Number = float | None


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to fail.

    when: the answer is given before the work (which is never done), after it, the work is done later than the answer,
    or the work is a read that sees the store as it was a while ago. answer: (number, right answer, or an empty one if
    there is none) → response. unit: what the number counts, "" for a kind that takes none. number: its default, None
    if the kind then has a way of its own. calls: the only calls it is for, the usual one first; none means any.
    """

    when: When
    answer: Callable[[Number, Response], Response]
    help: str
    unit: Literal["", "SECONDS", "BYTE"] = ""
    number: Number = None
    calls: tuple[str, ...] = ()


class Silence(Response):
    """No answer at all: after some seconds, or when the caller has gone, the connection closes."""

    def __init__(self, seconds: float, *, reset: bool = False) -> None:
        super().__init__()
        self._seconds = seconds
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        if self._seconds:
            await _gone(receive, self._seconds)
        scope[HANG_UP](self._reset)
        await _gone(receive, None)


class BrokenOff(Response):
    """The right answer with all its headers, ended by a TCP reset after `size` bytes of its body."""

    def __init__(self, right: Response, size: int) -> None:
        super().__init__(bytes(right.body)[:size], right.status_code)
        self.raw_headers = right.raw_headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await asyncio.sleep(HEAD_START)
        scope[HANG_UP](True)
        await _gone(receive, None)


async def _gone(receive: Receive, seconds: float | None) -> None:
    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(until_gone(), seconds)
    except TimeoutError:
        return


def _silence(number: Number, _: Response) -> Response:
    return Silence(number or 0)


def _hang_up(_: Number, __: Response) -> Response:
    return Silence(0)


def _reset_before(_: Number, __: Response) -> Response:
    return Silence(0, reset=True)


def _reset(number: Number, right: Response) -> Response:
    return BrokenOff(right, _part(number, len(right.body)))


def _http_500(_: Number, __: Response) -> Response:
    return JSONResponse({"message": "Internal server error occurred"}, status_code=500)


def _http_502(_: Number, __: Response) -> Response:
    return HTMLResponse("<html><body><h1>502 Bad Gateway</h1></body></html>", status_code=502)


def _http_503(number: Number, _: Response) -> Response:
    return _no("Service Unavailable", 503, retry_after=f"{number or 0:.0f}")


def _html(_: Number, __: Response) -> Response:
    return HTMLResponse("<!DOCTYPE html><html><body><h1>Please sign in to the network</h1></body></html>")


def _empty(_: Number, __: Response) -> Response:
    return Response(status_code=200)


def _cut(number: Number, right: Response) -> Response:
    return _instead(right, bytes(right.body)[: _part(number, len(right.body))])


def _garbled(number: Number, right: Response) -> Response:
    body = bytes(right.body)
    sealed = re.search(rb"[0-9a-f]{32,}", body)
    start, end = sealed.span() if sealed else (0, len(body))
    if number is None:
        # Reversed hex is still hex of whole blocks, so the reader gets as far as decrypting it.
        return _instead(right, body[:start] + body[start:end][::-1] + body[end:])
    place = start + _part(number, end - start)
    other = b"%x" % (int(body[place : place + 1], 16) ^ 1) if sealed else bytes([body[place] ^ 1])
    return _instead(right, body[:place] + other + body[place + 1 :])


def _drip(number: Number, right: Response) -> Response:
    async def slowly() -> AsyncIterator[bytes]:
        for byte in bytes(right.body):
            yield bytes([byte])
            await asyncio.sleep(number or 0)

    return StreamingResponse(slowly(), right.status_code, media_type="application/json")


def _throttle(number: Number, _: Response) -> Response:
    return _no("Too many requests", 429, retry_after=f"{number or 0:.0f}")


def _throttle_date(number: Number, _: Response) -> Response:
    until = datetime.now(UTC) + timedelta(seconds=number or 0)
    return _no("Too many requests", 429, retry_after=format_datetime(until, usegmt=True))


def _throttle_absurd(_: Number, __: Response) -> Response:
    return _no("Too many requests", 429, retry_after="soon, please")


def _unauthorised(_: Number, __: Response) -> Response:
    return _no("Unauthenticated.", 401)


def _refused(_: Number, __: Response) -> Response:
    return _no("Request not found, Please verify the request data", 400)


def _redirect(_: Number, __: Response) -> Response:
    return RedirectResponse("/_emulator/elsewhere", status_code=307)


def _right(_: Number, right: Response) -> Response:
    return right


def _no(message: str, status: int, *, retry_after: str | None = None) -> Response:
    headers = None if retry_after is None else {"Retry-After": retry_after}
    return JSONResponse({"status": False, "message": message, "response": None}, status, headers)


def _instead(right: Response, body: bytes) -> Response:
    return Response(body, right.status_code, media_type=right.media_type or "application/json")


def _part(number: Number, size: int) -> int:
    """How many of `size` bytes: half of them, or the number asked for modulo the size, so that it is never all."""
    return size // 2 if number is None else int(number) % max(size, 1)


KINDS = {
    "close-before": Kind("before", _silence, "hangs up after SECONDS (0) without an answer", "SECONDS", 0),
    "close-after": Kind("after", _silence, "hangs up after SECONDS (0) without an answer", "SECONDS", 0),
    "hang-before": Kind("before", _silence, "silent for SECONDS (3600), then hangs up", "SECONDS", 3600),
    "hang-after": Kind("after", _silence, "silent for SECONDS (3600), then hangs up", "SECONDS", 3600),
    "late": Kind("later", _hang_up, "hangs up at once, works SECONDS (1) later", "SECONDS", 1),
    "reset-before": Kind("before", _reset_before, "TCP reset instead of an answer"),
    "reset": Kind("after", _reset, "TCP reset at BYTE of the body, or half-way", "BYTE"),
    "http-500-before": Kind("before", _http_500, "HTTP 500, JSON"),
    "http-500-after": Kind("after", _http_500, "HTTP 500, JSON"),
    "http-502-before": Kind("before", _http_502, "HTTP 502, a web page"),
    "http-502-after": Kind("after", _http_502, "HTTP 502, a web page"),
    "http-503-before": Kind("before", _http_503, "HTTP 503, JSON, Retry-After SECONDS (1)", "SECONDS", 1),
    "http-503-after": Kind("after", _http_503, "HTTP 503, JSON, Retry-After SECONDS (1)", "SECONDS", 1),
    "html-200-before": Kind("before", _html, "HTTP 200, a web page"),
    "html-200": Kind("after", _html, "HTTP 200, a web page"),
    "empty-before": Kind("before", _empty, "HTTP 200, nothing in it"),
    "empty": Kind("after", _empty, "HTTP 200, nothing in it"),
    "cut": Kind("after", _cut, "the answer up to BYTE, or half of it", "BYTE"),
    "garbled": Kind("after", _garbled, "one hex digit changed at BYTE, or all reversed", "BYTE"),
    "drip": Kind("after", _drip, "the right answer, a byte every SECONDS (0.1)", "SECONDS", 0.1),
    "throttle": Kind("before", _throttle, "HTTP 429, Retry-After SECONDS (1)", "SECONDS", 1),
    "throttle-date": Kind("before", _throttle_date, "HTTP 429, Retry-After a date, SECONDS (1) on", "SECONDS", 1),
    "throttle-absurd": Kind("before", _throttle_absurd, "HTTP 429, Retry-After 'soon, please'"),
    "unauthorised": Kind("before", _unauthorised, "HTTP 401"),
    "unauthorised-after": Kind("after", _unauthorised, "HTTP 401"),
    "refused": Kind("before", _refused, "HTTP 400, status false with a reason"),
    "redirect": Kind("before", _redirect, "HTTP 307 to a page that notes who follows"),
    "lag": Kind("behind", _right, "leaves out invoices younger than SECONDS (5)", "SECONDS", 5, ("find", "list")),
}
