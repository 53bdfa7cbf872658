"""The deadline is for the whole call: dripping, endless and oversized answers cannot hold a worker."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

import pytest

from batchinvoice.gateway import transport
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.deadline import DeadlineHTTPConnection
from batchinvoice.gateway.errors import OutcomeUnknown

Payload = dict[str, object]
YES = json.dumps({"status": True, "message": "", "response": {"id": 5}}).encode()


def drip(connection: socket.socket, data: bytes) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_a_dripping_server_holds_nobody_beyond_the_deadline(
    start: bytes, raw_server: Callable[..., object], connect: Callable[..., Gateway], payload: Payload
) -> None:
    chunks = b"1\r\nx\r\n" if b"chunked" in start else b"x"

    def behave(request: bytes, connection: socket.socket, number: int) -> None:
        connection.sendall(start)
        drip(connection, (b"HTTP/1.1 200 OK\r\n" if not start else b"") + chunks * 400)

    gateway = connect(raw_server(behave).base_url, timeout=0.6)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="in time"):
        gateway.create(payload)
    assert 0.5 < time.monotonic() - started < 1.5


def test_a_server_that_begins_late_and_then_stalls_gets_no_second_helping(
    raw_server: Callable[..., object], connect: Callable[..., Gateway], payload: Payload
) -> None:
    def behave(request: bytes, connection: socket.socket, number: int) -> None:
        time.sleep(0.6)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\nx")

    gateway = connect(raw_server(behave).base_url, timeout=0.8)
    started = time.monotonic()
    with pytest.raises(OutcomeUnknown, match="in time"):
        gateway.create(payload)
    assert 0.7 < time.monotonic() - started < 1.2


def test_a_late_answer_leaves_the_next_request_its_full_time() -> None:
    """The library below does this by itself; a release that stopped would let a request be cut off half sent."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = DeadlineHTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=5.0)
        connection.connect()
        assert isinstance(connection.sock, socket.socket)
        connection.sock.settimeout(0.001)  # as the last read of a late answer leaves it
        connection.request("GET", "/")
        assert connection.sock.gettimeout() == 5.0
        connection.close()


def test_an_oversized_answer_is_given_up(
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: Payload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 100_000)
    huge = answer_with(YES + b" " * 200_000)
    server = raw_server(lambda request, connection, n: connection.sendall(huge))
    with pytest.raises(OutcomeUnknown):
        connect(server.base_url).create(payload)
    monkeypatch.setattr(transport, "LARGEST_ANSWER", 300_000)
    assert connect(server.base_url).create(payload).invoice.id == "5"


def test_an_answer_cut_short_is_unknown(
    raw_server: Callable[..., object], connect: Callable[..., Gateway], payload: Payload
) -> None:
    def behave(request: bytes, connection: socket.socket, number: int) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(YES) + 1}\r\n\r\n".encode() + YES)
        connection.close()

    with pytest.raises(OutcomeUnknown):
        connect(raw_server(behave).base_url).create(payload)
