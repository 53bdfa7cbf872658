"""Doctor on the gateway: reached, its time and ours, login, keys and look-up. Nothing is changed there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from batchinvoice import checking
from batchinvoice.gateway.errors import BadSetting, GatewayError
from batchinvoice.gateway.transport import Transport
from batchinvoice.opening import connect
from batchinvoice.setting_up.finding import Finding, Patient, bad, ok, warn

_MOST_OFF = dt.timedelta(minutes=2)
_SECONDS = 15.0  # a person waits


def gateway(patient: Patient) -> Iterator[Finding]:
    """Each step once the one before it works: DNS and TLS, the clocks, then login, keys and look-up."""
    settings = patient.settings
    if patient.offline:
        yield ok("gateway", "not examined (--offline)")
        return
    try:
        headers = _reached(settings.gateway_url, min(settings.timeout, _SECONDS))
    except BadSetting:
        return  # the address, which is said elsewhere
    except GatewayError as error:
        yield bad("gateway", str(error), f"See that this computer reaches {settings.gateway_url}, then doctor again.")
        return
    yield ok("gateway", f"{settings.gateway_url} answers")
    yield clock(headers, checking.now())
    if settings.missing():
        return
    try:
        with connect(settings):
            yield ok("login", "the gateway lets us in, the keys fit, and a look-up works")
    except GatewayError as error:
        yield bad("login", str(error), f"{settings.command} setup asks for the credentials anew and tests them.")


def clock(headers: Mapping[str, str], now: dt.datetime) -> Finding:
    """This computer's clock held against the `date` of an answer (RFC 9110, 6.6.1); `now`: aware, UTC."""
    try:
        theirs = parsedate_to_datetime(headers["date"])
        if theirs.tzinfo is None:
            theirs = theirs.replace(tzinfo=dt.UTC)
    except (KeyError, ValueError, TypeError, OverflowError):
        return ok("clock", "not compared: the gateway does not say its time")
    off = now - theirs
    if abs(off) <= _MOST_OFF:
        return ok("clock", "agrees with the gateway's")
    minutes = round(abs(off).total_seconds() / 60)
    side = "ahead of" if off > dt.timedelta(0) else "behind"
    words = f"this computer's clock is {minutes:,} minutes {side} the gateway's"
    return warn("clock", words, "Have it set by the network: due dates and the times in reports go by it.")


def _reached(url: str, seconds: float) -> Mapping[str, str]:
    transport = Transport(url, connections=1, timeout=seconds)
    try:
        return transport.exchange("GET", "/", {}).headers
    finally:
        transport.close()
