"""The emulated gateway as a web application: envelope, accounts, faults and its own control pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from batchinvoice.emulator import sandbox
from batchinvoice.emulator.api import CALLS, Answer, Asked, Call, Refusal
from batchinvoice.emulator.faults import KINDS, Fault, draw, parse_fault
from batchinvoice.emulator.store import CallRecord, Store, utc_now
from batchinvoice.gateway.cipher import ANSWER_BLOCK, Cipher, DecryptionError

FRAMINGS = ("response", "data", "string", "bare")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Emulation:
    """All that one running emulator holds. framing: how an encrypted answer is wrapped."""

    token_seconds: float = 900.0
    latency_ms: float = 0.0
    framing: str = "response"
    faults: list[Fault] = field(default_factory=list)
    store: Store = field(init=False)
    cipher: Cipher = field(default_factory=lambda: Cipher(sandbox.SECRET_KEY, sandbox.IV_KEY))

    def __post_init__(self) -> None:
        self.store = Store(self.token_seconds)

    def set_faults(self, texts: Iterable[str]) -> None:
        """Replace the faults. Raises ValueError."""
        self.faults = [parse_fault(text) for text in texts]

    def seal(self, answer: Answer) -> Response:
        """An encrypted answer in the framing asked for."""
        sealed = self.cipher.encrypt(answer, block=ANSWER_BLOCK)
        if self.framing == "bare":
            return Response(sealed, media_type="text/plain")
        content = sealed if self.framing == "string" else {self.framing: sealed}
        return Response(json.dumps(content), media_type="application/json")


def application(emulation: Emulation) -> Starlette:
    """The application around one emulation."""
    calls = [Route(call.path, _endpoint(emulation, call), methods=[call.method]) for call in CALLS]
    return Starlette(routes=calls + _control(emulation))


def _endpoint(emulation: Emulation, call: Call) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        payload = _payload(emulation, call, request, await request.body())
        if emulation.latency_ms:
            await asyncio.sleep(emulation.latency_ms / 1000)
        fault = draw(emulation.faults, call.name)
        if fault and KINDS[fault.name].when == "before":
            _record(emulation, call, request, payload, f"nothing done: {fault.name}")
            return fault.answer(None)
        right, outcome = _carry_out(emulation, call, request, payload)
        _record(emulation, call, request, payload, f"{outcome}: {fault.name}" if fault else outcome)
        return fault.answer(right) if fault else right

    return endpoint


def _carry_out(emulation: Emulation, call: Call, request: Request, payload: object) -> tuple[Response, str]:
    """Do the call → (the right answer, a word for the record)."""
    try:
        if call.sealed:
            _check_account(emulation, request)
        if not isinstance(payload, Mapping):
            raise Refusal("Invalid Request Data", code=506)
        if call.sealed and str(payload.get("merchantCode")) != sandbox.MERCHANT_CODE:
            raise Refusal("Request not found, Please verify the request data", status=404)
        pay_at = str(request.base_url).rstrip("/")
        answer = call.handler(emulation.store, Asked(payload, request.path_params, request.query_params, pay_at))
    except Refusal as refusal:
        return JSONResponse(refusal.answer, status_code=refusal.status), "refused"
    return (emulation.seal(answer) if call.sealed else JSONResponse(answer)), "done"


def _check_account(emulation: Emulation, request: Request) -> None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = scheme == "Bearer" and emulation.store.knows(token)
    if not known or request.headers.get("accesscode") != sandbox.ACCESS_CODE:
        raise Refusal("Unauthenticated.", status=401)


def _payload(emulation: Emulation, call: Call, request: Request, body: bytes) -> object:
    """The payload in the clear, or None when it cannot be read."""
    try:
        content = dict(request.query_params) if request.method == "GET" else json.loads(body)
        return emulation.cipher.decrypt(str(content["data"])) if call.sealed else content
    except (ValueError, KeyError, TypeError, RecursionError, DecryptionError):
        return None


def _record(emulation: Emulation, call: Call, request: Request, payload: object, outcome: str) -> None:
    hidden = {"password", "refreshToken"}
    shown = {key: value for key, value in payload.items() if key not in hidden} if isinstance(payload, dict) else None
    path = request.url.path
    emulation.store.calls.append(CallRecord(call.name, request.method, path, shown, utc_now(), outcome))


def _control(emulation: Emulation) -> list[Route]:
    """The pages for whoever runs the emulator; the gateway has nothing like them."""

    async def truth(_: Request) -> Response:
        return Response(json.dumps(emulation.store.truth(), default=str), media_type="application/json")

    async def reset(_: Request) -> Response:
        emulation.store = Store(emulation.token_seconds)
        emulation.faults = []
        return JSONResponse({})

    async def expire_tokens(_: Request) -> Response:
        emulation.store.tokens.clear()
        return JSONResponse({})

    async def faults(request: Request) -> Response:
        try:
            emulation.set_faults(await request.json())
        except ValueError as error:
            return JSONResponse({"message": str(error)}, status_code=400)
        return JSONResponse({})

    async def settings(request: Request) -> Response:
        asked = await request.json()
        emulation.latency_ms = float(asked.get("latency_ms", emulation.latency_ms))
        emulation.token_seconds = float(asked.get("token_seconds", emulation.token_seconds))
        emulation.store.token_seconds = emulation.token_seconds
        emulation.framing = asked["framing"] if asked.get("framing") in FRAMINGS else emulation.framing
        return JSONResponse({})

    async def elsewhere(request: Request) -> Response:
        record = CallRecord("elsewhere", request.method, request.url.path, None, utc_now(), "redirect followed")
        emulation.store.calls.append(record)
        return JSONResponse({})

    posts = {"reset": reset, "expire-tokens": expire_tokens, "faults": faults, "settings": settings}
    return [
        Route("/_emulator/truth", truth),
        Route("/_emulator/elsewhere", elsewhere, methods=["GET", "POST", "PUT"]),
        *(Route(f"/_emulator/{name}", page, methods=["POST"]) for name, page in posts.items()),
    ]
