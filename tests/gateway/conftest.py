"""A running emulator, gateways to it, and raw servers that misbehave byte by byte."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from batchinvoice.emulator.process import RunningEmulator, running_emulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.gateway.client import Credentials, Gateway
from batchinvoice.gateway.patience import Patience

LOGIN_ANSWER = {"status": True, "message": "", "response": {"token": {"access_token": "tok-en", "expires_in": 900}}}
Behaviour = Callable[[bytes, socket.socket, int], None]


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[RunningEmulator]:
    with running_emulator() as running:
        yield running


@pytest.fixture
def emulator(shared_emulator: RunningEmulator) -> RunningEmulator:
    shared_emulator.reset()
    shared_emulator.set(latency_ms=0, token_seconds=900, framing="response")
    return shared_emulator


@pytest.fixture
def credentials() -> Credentials:
    return Credentials(**SANDBOX)


@pytest.fixture
def connect(credentials: Credentials) -> Iterator[Callable[..., Gateway]]:
    """Gateways that hardly wait between tries, closed at the end of the test."""
    opened: list[Gateway] = []

    def open_gateway(base_url: str, who: Credentials = credentials, **options: object) -> Gateway:
        quick = {"timeout": 3.0, "patience": Patience(base=0.001, longest=0.002)}
        opened.append(Gateway(base_url, who, **(quick | options)))
        return opened[-1]

    yield open_gateway
    for gateway in opened:
        gateway.close()


@pytest.fixture
def gateway(emulator: RunningEmulator, connect: Callable[..., Gateway]) -> Gateway:
    return connect(emulator.base_url)


@pytest.fixture
def payload() -> dict[str, object]:
    return {
        "merchantCode": "842217",
        "mobileNumber": "66666666",
        "customerName": "Noura",
        "referenceNumber": "R-1",
        "amount": "280.000",
        "countryCode": "+965",
        "invoiceType": "0",
        "invoiceSubType": "3",
        "allocatePayType": [1, 2],
        "expiresAt": "2026-12-31",
    }


@pytest.fixture
def change() -> dict[str, object]:
    return {
        "merchantCode": "842217",
        "amount": "100.000",
        "name": "Noura",
        "email": "noura@example.com",
        "phone": "96566666666",
        "reference_number": "R-1",
    }


class RawServer:
    """Answers the login by itself and leaves every other request to `behave(request, connection, number from 1)`."""

    def __init__(self, behave: Behaviour) -> None:
        self._behave = behave
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.requests: list[bytes] = []
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        for each in (self._listener, *self._open):
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError):
            while request := read_request(connection):
                if b"/api/v1/login" in request.split(b"\r\n", 1)[0]:
                    connection.sendall(http_answer(json.dumps(LOGIN_ANSWER).encode()))
                    continue
                self.requests.append(request)
                self._behave(request, connection, len(self.requests))


@pytest.fixture
def raw_server() -> Iterator[Callable[[Behaviour], RawServer]]:
    servers: list[RawServer] = []

    def start(behave: Behaviour) -> RawServer:
        servers.append(RawServer(behave))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def answer_with() -> Callable[..., bytes]:
    return http_answer


def http_answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_request(connection: socket.socket) -> bytes:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        data += chunk
    end = data.index(b"\r\n\r\n") + 4
    lines = bytes(data[:end]).lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
    while len(data) < end + length:
        data += connection.recv(65536)
    return bytes(data)
