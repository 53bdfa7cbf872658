"""The calls the tool makes: where each goes and when it may be sent again."""

from __future__ import annotations

from dataclasses import dataclass

from batchinvoice.gateway.errors import GatewayError, OutcomeUnknown, Unauthorised


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the gateway. `path` may hold {id}.

    repeat_unknown: doing it twice is the same as once. repeat_unauthorised: sent again with a new token after a 401.
    """

    name: str
    method: str
    path: str
    repeat_unknown: bool
    repeat_unauthorised: bool


LOGIN = Call("login", "POST", "/api/v1/login", repeat_unknown=True, repeat_unauthorised=False)
REFRESH = Call("refresh", "POST", "/api/v1/token-refresh", repeat_unknown=False, repeat_unauthorised=False)
CREATE = Call("create", "POST", "/api/v1/invoice", repeat_unknown=False, repeat_unauthorised=False)
UPDATE = Call("update", "PUT", "/api/v1/invoice-bulk-upload/{id}", repeat_unknown=True, repeat_unauthorised=True)
SEND_BULK = Call("send", "POST", "/api/v1/invoice/bulk", repeat_unknown=False, repeat_unauthorised=True)
FIND = Call("find", "GET", "/api/v1/invoice-dashboard", repeat_unknown=True, repeat_unauthorised=True)
INVOICE = Call("invoice", "GET", "/api/v1/invoice/{id}", repeat_unknown=True, repeat_unauthorised=True)


def may_repeat(call: Call, error: GatewayError) -> bool:
    """Whether the same call may be sent again by itself, by the retry table in docs/gateway.md."""
    if error.retry_safe:
        return True
    match error:
        case Unauthorised():
            return call.repeat_unauthorised
        case OutcomeUnknown():
            return call.repeat_unknown
        case _:
            return False
