"""One call carried through: encrypted, with a token, repeated exactly as far as the retry table allows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.parse import quote

from batchinvoice.gateway import calls
from batchinvoice.gateway.answers import Answer, understand
from batchinvoice.gateway.calls import Call, may_repeat
from batchinvoice.gateway.cipher import EncryptionError
from batchinvoice.gateway.credentials import Credentials
from batchinvoice.gateway.errors import (
    GatewayError,
    LoginRefused,
    NotSent,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorised,
)
from batchinvoice.gateway.login import Login, Token, read_token
from batchinvoice.gateway.patience import Patience
from batchinvoice.gateway.traffic import Exchange, Lately, Traffic, Verdict
from batchinvoice.gateway.transport import Transport

_log = logging.getLogger(__name__)
_JSON = {"Accept": "application/json", "Content-Type": "application/json", "Accept-Encoding": "identity"}


class Caller:
    """Encryption, token, transport and patience put together; safe to use from many threads. Raises BadSetting."""

    def __init__(
        self, credentials: Credentials, transport: Transport, patience: Patience, clock: Callable[[], float]
    ) -> None:
        self._credentials = credentials
        self._cipher = credentials.cipher()
        self._transport = transport
        self._patience = patience
        self._traffic = Traffic()
        self._login = Login(self._sign_in, self._refresh, clock=clock)

    def lately(self) -> Lately:
        """What was exchanged since this was last asked, and the rate that is kept to."""
        return Lately(self._traffic.take(), self._patience.clock(), self._patience.rate)

    def call(
        self,
        call: Call,
        payload: Mapping[str, object],
        *,
        tries: int,
        invoice_id: str = "",
        query: Mapping[str, str] | None = None,
    ) -> tuple[Answer, int]:
        """Send `payload` until an answer is had or the retry table forbids more → (answer, tries it took).

        Raises GatewayError with `attempts` and `doubt` set; a payload that cannot be encrypted is Refused after 0.
        """
        try:
            sealed = {"data": self._cipher.encrypt(payload)}
        except EncryptionError as error:
            raise Refused(f"Nothing was sent: {error}.", reason=str(error), attempts=0) from None
        path = call.path.format(id=quote(invoice_id, safe=""))
        doubt = False
        for attempts in range(1, tries + 1):
            try:
                return self._attempt(call, path, query or {}, sealed), attempts
            except GatewayError as error:
                error.attempts, error.doubt = attempts, doubt
                if attempts == tries or not may_repeat(call, error):
                    _tell("call failed", call, error, attempts)
                    raise
                _tell("call repeated", call, error, attempts)
                doubt = doubt or isinstance(error, OutcomeUnknown)
                self._wait(error, attempts)
        raise AssertionError("unreachable: the last try returns or raises")

    def _attempt(self, call: Call, path: str, query: Mapping[str, str], sealed: Mapping[str, str]) -> Answer:
        token = self._login.token()
        headers = {
            **_JSON,
            "accessCode": self._credentials.access_code,
            "Authorization": f"Bearer {token.access}",
        }
        try:
            if call.method == "GET":
                return self._exchange(call, path, headers, query={**query, **sealed})
            return self._exchange(call, path, headers, json=sealed)
        except Unauthorised:
            # What matters for this call is its 401; a login that fails now shows itself at the next call.
            with suppress(GatewayError):
                self._login.replace(token)
            raise

    def _wait(self, error: GatewayError, failures: int) -> None:
        if isinstance(error, Throttled):
            self._patience.pause_all(error.retry_after)
        elif not isinstance(error, Unauthorised):
            self._patience.back_off(failures)

    def _exchange(
        self,
        call: Call,
        path: str,
        headers: Mapping[str, str],
        *,
        query: Mapping[str, str] | None = None,
        json: Mapping[str, str] | None = None,
    ) -> Answer:
        self._patience.wait_for_turn()
        began, status, error = self._patience.clock(), "no answer", None
        try:
            reply = self._transport.exchange(call.method, path, headers, query=query, json=json)
            status = str(reply.status)
            return understand(reply, self._cipher)
        except GatewayError as problem:
            error = problem
            raise
        finally:
            exchange = _exchange(call, began, self._patience.clock(), error)
            self._patience.saw(exchange)
            self._traffic.note(exchange)
            # The path's template and no more: ids, searches and bodies are the customers' business.
            ms = round((exchange.ended - began) * 1000)
            _log.debug("call", extra={"method": call.method, "path": call.path, "answer": status, "ms": ms})

    def _sign_in(self) -> Token:
        """Log in. Raises LoginRefused, NotSent or Throttled: whatever call waits for the token was not sent."""
        who = {"username": self._credentials.username, "password": self._credentials.password}
        problem: GatewayError
        try:
            return _token(self._exchange(calls.LOGIN, calls.LOGIN.path, _JSON, json=who))
        except (Refused, Unauthorised, OutcomeUnknown) as error:
            problem = self._no_login(error)
        # Raised outside the handler: the gateway's own words may repeat the password.
        raise problem

    def _no_login(self, error: GatewayError) -> GatewayError:
        if isinstance(error, OutcomeUnknown):
            return NotSent(f"There is no login yet, so nothing was sent. {error.message}")
        words = (error.reason if isinstance(error, Refused) else "") or "401"
        hidden = words.replace(self._credentials.password, "…")
        return LoginRefused(f"The gateway refused the login ({hidden}). Check HESABE_USERNAME and HESABE_PASSWORD.")

    def _refresh(self, refresh_token: str) -> Token:
        return _token(self._exchange(calls.REFRESH, calls.REFRESH.path, _JSON, json={"refreshToken": refresh_token}))


def _exchange(call: Call, began: float, ended: float, error: GatewayError | None) -> Exchange:
    """The exchange as those see it who care for its time alone. A refusal may take another time than what is done."""
    match error:
        case None:
            return Exchange(call.name, began, ended)
        case Throttled():
            return Exchange(call.name, began, ended, Verdict.THROTTLED, error.retry_after)
        case Refused() | Unauthorised():
            return Exchange(f"{call.name} refused", began, ended)
        case _:
            return Exchange(call.name, began, ended, Verdict.LOST)


def _tell(event: str, call: Call, error: GatewayError, attempts: int) -> None:
    """What became of a call that brought no answer of use. A refusal is a row's own matter; the rest is the gateway's.

    The error's own words stay out: they may be the gateway's, and repeat what was sent.
    """
    pause = {"pause_s": round(error.retry_after)} if isinstance(error, Throttled) else {}
    level = logging.DEBUG if isinstance(error, Refused) else logging.INFO
    where = {"method": call.method, "path": call.path}
    _log.log(level, event, extra={**where, "kind": type(error).__name__, "attempts": attempts, **pause})


def _token(answer: Answer) -> Token:
    token = read_token(answer.response)
    if token is None:
        raise OutcomeUnknown("The login answer holds no usable token.")
    return token
