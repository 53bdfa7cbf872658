"""The emulated gateway as a web application: envelope, faults and its own control pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from batchinvoice.emulator import sandbox
from batchinvoice.emulator.api import CALLS, Answer, Call, Refusal
from batchinvoice.emulator.arrival import Arrival, arrival
from batchinvoice.emulator.bounds import Bounds
from batchinvoice.emulator.faults import Fault, draw, parse_fault, parse_faults
from batchinvoice.emulator.store import CallRecord, Store, utc_now
from batchinvoice.gateway.cipher import ANSWER_BLOCK, Cipher

FRAMINGS = ("response", "data", "string", "bare")
_TOO_MANY = parse_fault("throttle=1:1")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Emulation:
    """All that one running emulator holds. framing: how an encrypted answer is wrapped. seed: of the faults' chance."""

    token_seconds: float = 900.0
    latency_ms: float = 0.0
    framing: str = "response"
    seed: int = 0
    bounds: Bounds = field(default_factory=Bounds)
    faults: list[Fault] = field(default_factory=list)
    store: Store = field(init=False)
    cipher: Cipher = field(default_factory=lambda: Cipher(sandbox.SECRET_KEY, sandbox.IV_KEY))

    def __post_init__(self) -> None:
        self.store = Store(self.token_seconds)

    def set_faults(self, texts: Iterable[str]) -> None:
        """Replace the faults. Raises ValueError."""
        self.faults = parse_faults(texts, self.seed)

    def set_seed(self, seed: int) -> None:
        """Start the faults afresh from this seed, counts included."""
        self.seed = seed
        self.set_faults([fault.text for fault in self.faults])

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
        came = await arrival(call, request, emulation.store, emulation.cipher)
        fault = draw(emulation.faults, call.name) if emulation.bounds.takes() else _TOO_MANY
        if fault is _TOO_MANY:
            return _faulty(emulation, came, fault)
        async with emulation.bounds.working():
            if emulation.latency_ms:
                await asyncio.sleep(emulation.latency_ms / 1000)
        return _faulty(emulation, came, fault) if fault else _carry_out(emulation, came, came.store)

    return endpoint


def _faulty(emulation: Emulation, came: Arrival, fault: Fault) -> Response:
    """What a call that meets a fault is answered, with its work done now, later or never."""
    done = f": {fault.name}"
    match fault.kind.when:
        case "before":
            came.record(f"nothing done{done}")
            return fault.answer(Response())
        case "later":
            asyncio.get_running_loop().call_later(fault.number or 0, _carry_out, emulation, came, came.store, done)
            return fault.answer(Response())
        case "after":
            return fault.answer(_carry_out(emulation, came, came.store, done))
        case "behind":
            return fault.answer(_carry_out(emulation, came, came.store.as_of(fault.number or 0), done))


def _carry_out(emulation: Emulation, came: Arrival, store: Store, note: str = "") -> Response:
    """Do the call and write it down → the right answer."""
    try:
        answer = came.carry_out(store)
    except Refusal as refusal:
        came.record(f"refused{note}")
        return JSONResponse(refusal.answer, status_code=refusal.status)
    came.record(f"done{note}")
    return emulation.seal(answer) if came.call.sealed else JSONResponse(answer)


def _control(emulation: Emulation) -> list[Route]:
    """The pages for whoever runs the emulator; the gateway has nothing like them."""

    async def truth(request: Request) -> Response:
        part = request.query_params.get("part")
        start, count = (int(request.query_params.get(name, 0)) for name in ("start", "count"))
        told = emulation.store.page(part, start, count) if part else emulation.store.truth()
        return Response(json.dumps(told, default=str), media_type="application/json")

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
        emulation.bounds.capacity = int(asked.get("capacity", emulation.bounds.capacity))
        emulation.bounds.per_second = int(asked.get("limit_per_second", emulation.bounds.per_second))
        emulation.framing = asked["framing"] if asked.get("framing") in FRAMINGS else emulation.framing
        if "seed" in asked:
            emulation.set_seed(int(asked["seed"]))
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
