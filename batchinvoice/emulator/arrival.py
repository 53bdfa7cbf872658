"""One request as it came in: read, carried out and written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from batchinvoice.emulator import sandbox
from batchinvoice.emulator.api import Answer, Asked, Call, Refusal
from batchinvoice.emulator.store import CallRecord, Store, utc_now
from batchinvoice.gateway.cipher import Cipher, DecryptionError

HIDDEN = {"password", "refreshToken"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request with the store that was there when it came: if that is replaced, the work touches nothing any more.

    payload: in the clear, None when it cannot be read. admitted: whether access code and token were good.
    """

    call: Call
    request: Request
    store: Store
    payload: object
    admitted: bool

    def carry_out(self, store: Store) -> Answer:
        """Do the call in this store. Raises Refusal."""
        if not self.admitted:
            raise Refusal("Unauthenticated.", status=401)
        if not isinstance(self.payload, Mapping):
            raise Refusal("Invalid Request Data", code=506)
        if self.call.sealed and str(self.payload.get("merchantCode")) != sandbox.MERCHANT_CODE:
            raise Refusal("Request not found, Please verify the request data", status=404)
        pay_at = str(self.request.base_url).rstrip("/")
        return self.call.handler(
            store, Asked(self.payload, self.request.path_params, self.request.query_params, pay_at)
        )

    def record(self, outcome: str) -> None:
        """Write the call down with what came of it, without passwords."""
        read = self.payload if isinstance(self.payload, Mapping) else None
        shown = None if read is None else {key: value for key, value in read.items() if key not in HIDDEN}
        path = self.request.url.path
        self.store.calls.append(CallRecord(self.call.name, self.request.method, path, shown, utc_now(), outcome))


async def arrival(call: Call, request: Request, store: Store, cipher: Cipher) -> Arrival:
    """Take a request in: all of its body, decrypted, and whether its sender may come in."""
    payload = _payload(call, request, await request.body(), cipher)
    return Arrival(call, request, store, payload, not call.sealed or _admitted(request, store))


def _payload(call: Call, request: Request, body: bytes, cipher: Cipher) -> object:
    try:
        content = dict(request.query_params) if request.method == "GET" else json.loads(body)
        return cipher.decrypt(str(content["data"])) if call.sealed else content
    except (ValueError, KeyError, TypeError, RecursionError, DecryptionError):
        return None


def _admitted(request: Request, store: Store) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = scheme == "Bearer" and store.knows(token)
    return known and request.headers.get("accesscode") == sandbox.ACCESS_CODE
