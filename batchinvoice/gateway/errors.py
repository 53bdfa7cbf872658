"""What can go wrong with a call to the gateway, and whether sending it again is safe.

GatewayError
├── BadSetting      an address, key or code that cannot work; nothing was sent
├── NotSent         no connection (DNS, refused, TLS, connect timeout): certainly never sent     retry_safe
├── Throttled       429: refused before any work was done; carries `retry_after` seconds         retry_safe
├── Unauthorised    401: the token or the access code was not accepted
├── Refused         status:false or a readable 4xx: the gateway said no, in its own words
├── OutcomeUnknown  the request may have been carried out, and nobody said so
│   └── Undecipherable  an encrypted answer that our keys cannot read
├── WrongKeys       the probe shows that HESABE_SECRET_KEY or HESABE_IV_KEY does not fit
└── LoginRefused    the gateway does not accept who we say we are
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Self


class GatewayError(Exception):
    """A call that did not succeed.

    `message`: plain words with what to do next, free of secrets. `attempts`: how many requests were tried.
    `retry_safe`: True when the gateway certainly did nothing and sending the same call again may succeed.
    `doubt`: an earlier try of the same call may have been carried out, whatever came of this one.
    """

    retry_safe: ClassVar[bool] = False

    def __init__(self, message: str, *, attempts: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.attempts = attempts
        self.doubt = False

    def again(self) -> Self:
        """A fresh copy to raise in another thread: one exception object must not be raised in two."""
        return copy.copy(self)


class BadSetting(GatewayError, ValueError):
    """A setting that cannot work; the message names it."""

    def __init__(self, message: str, *, attempts: int = 0) -> None:
        super().__init__(message, attempts=attempts)


class NotSent(GatewayError):
    """No connection came about, so not one byte of the request left."""

    retry_safe = True


class Throttled(GatewayError):
    """The gateway asked us to slow down (HTTP 429). `retry_after`: seconds it asked for, already capped."""

    retry_safe = True

    def __init__(self, message: str, *, retry_after: float = 0.0, attempts: int = 1) -> None:
        super().__init__(message, attempts=attempts)
        self.retry_after = retry_after


class Unauthorised(GatewayError):
    """The token was not accepted (HTTP 401). A create is looked up before it is sent again."""


class Refused(GatewayError):
    """The gateway answered no.

    `reason`: its own words. `code`: its own number, if it gave one. `fields`: its words for each API field.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        code: int | None = None,
        fields: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
        attempts: int = 1,
    ) -> None:
        super().__init__(message, attempts=attempts)
        self.reason = reason
        self.code = code
        self.fields: dict[str, tuple[str, ...]] = dict(fields)


class OutcomeUnknown(GatewayError):
    """The request may have reached the gateway and no readable answer says what came of it."""


class Undecipherable(OutcomeUnknown):
    """An encrypted answer came, and our keys cannot read it."""


class WrongKeys(GatewayError):
    """HESABE_SECRET_KEY or HESABE_IV_KEY does not belong to this merchant and environment."""


class LoginRefused(GatewayError):
    """The user name, password, access code or merchant code was not accepted."""
