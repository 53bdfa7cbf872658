"""Serving the emulated gateway over real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import threading
from collections.abc import Callable
from typing import BinaryIO

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from batchinvoice.emulator.application import Emulation, application
from batchinvoice.emulator.broken_answers import HANG_UP


class AbortableProtocol(H11Protocol):
    """HTTP that lets the application close the connection without an answer, as a failing server does."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # asyncio leaves this to us for a socket we made ourselves; without it each answer waits 40 ms for an ACK.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.app = _with_hang_up(self.app, transport)


def serve(
    emulation: Emulation, host: str, port: int, announce: Callable[[str], None], *, until_eof: BinaryIO | None = None
) -> None:
    """Serve until interrupted, or until `until_eof` has no more to read. Port 0 is any free one.

    `announce` gets the address once connections are accepted. Raises OSError when the port cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=512) as listener:
        bound = listener.getsockname()[1]
        config = uvicorn.Config(
            application(emulation),
            http=AbortableProtocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        # The socket listens already, so whoever connects from here on is served.
        announce(f"http://[{host}]:{bound}" if ":" in host else f"http://{host}:{bound}")
        server = uvicorn.Server(config)
        if until_eof is not None:
            threading.Thread(target=_stop_at_eof, args=(server, until_eof), daemon=True).start()
        server.run(sockets=[listener])


def _stop_at_eof(server: uvicorn.Server, stream: BinaryIO) -> None:
    # A pipe from the parent process closes however the parent ends, kill included, and on every system.
    stream.read()
    server.should_exit = True
    server.force_exit = True


def _with_hang_up(app: ASGIApp, transport: asyncio.Transport) -> ASGIApp:
    def hang_up(reset: bool) -> None:
        if reset:
            # Lingering for 0 seconds throws the connection away with a reset, where it would end with a farewell.
            linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()

    async def closable(scope: Scope, receive: Receive, send: Send) -> None:
        scope[HANG_UP] = hang_up
        await app(scope, receive, send)

    return closable
