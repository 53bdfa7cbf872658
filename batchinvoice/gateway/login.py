"""The token: one login for all threads, renewed before it expires."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from batchinvoice.gateway.errors import GatewayError

USUAL_LIFE = 900.0  # seconds: `expires_in` of the documented login answer
_MARGIN = 60.0  # seconds before the end at which a token is renewed, or a fifth of a shorter life


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token with its life in seconds. The secrets are hidden from repr."""

    access: str = field(repr=False)
    refresh: str = field(repr=False, default="")
    life: float = USUAL_LIFE


@dataclass(frozen=True, slots=True)
class _Held:
    token: Token
    renew_at: float


class Login:
    """Holds the token that every thread uses.

    sign_in: logs in with user name and password; refresh: trades a refresh token for a new one. Both may raise
    GatewayError. Time is monotonic, so that setting the clock neither keeps a dead token nor throws a good one away.
    """

    def __init__(
        self,
        sign_in: Callable[[], Token],
        refresh: Callable[[str], Token],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sign_in = sign_in
        self._refresh = refresh
        self._clock = clock
        self._lock = threading.Lock()
        self._held: _Held | None = None
        self._failure: GatewayError | None = None
        self._rounds = 0

    def __repr__(self) -> str:
        return "Login(token hidden)"

    def token(self) -> Token:
        """A token that is good as far as we know, after a login or a refresh if need be. Raises GatewayError."""
        held = self._held
        if held is not None and self._clock() < held.renew_at:
            return held.token
        return self._renew(held, quietly=True)

    def replace(self, rejected: Token) -> Token:
        """A token other than the one the gateway has just rejected: of all threads that hold it, one logs in."""
        held = self._held
        if held is not None and held.token is not rejected:
            return held.token
        return self._renew(held, quietly=False)

    def _renew(self, stale: _Held | None, *, quietly: bool) -> Token:
        rounds = self._rounds
        with self._lock:
            if self._held is not stale and self._held is not None:
                return self._held.token
            if self._rounds != rounds and self._failure is not None:
                # Whoever waited shares the outcome: a wrong password must not be tried once per thread.
                raise self._failure.again()
            return self._round(stale, quietly)

    def _round(self, stale: _Held | None, quietly: bool) -> Token:
        started = self._clock()
        try:
            token = (self._refreshed(stale) if quietly else None) or self._sign_in()
        except GatewayError as error:
            self._failure = error
            self._rounds += 1
            self._held = self._held if quietly else None
            raise error.again() from None
        self._failure = None
        self._rounds += 1
        self._held = _Held(token, started + token.life - min(_MARGIN, token.life / 5))
        return token

    def _refreshed(self, stale: _Held | None) -> Token | None:
        if stale is None or not stale.token.refresh:
            return None
        try:
            return self._refresh(stale.token.refresh)
        except GatewayError:
            return None


def read_token(response: object) -> Token | None:
    """The token in a login answer's `response.token`, or None when there is none that can go into a header."""
    raw = response.get("token") if isinstance(response, Mapping) else None
    if not isinstance(raw, Mapping):
        return None
    access, refresh, life = raw.get("access_token"), raw.get("refresh_token"), raw.get("expires_in")
    if not isinstance(access, str) or not access.isascii() or not access.isprintable() or not access.strip():
        return None
    seconds = float(life) if isinstance(life, int | Decimal) and 0 < life < 10**7 else USUAL_LIFE
    return Token(access, refresh if isinstance(refresh, str) else "", seconds)
