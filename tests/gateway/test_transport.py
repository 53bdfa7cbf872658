"""Where requests may go, and what never leaves."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import BadSetting, GatewayError, OutcomeUnknown
from batchinvoice.gateway.transport import checked_base_url


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_refused_and_its_target_gets_nothing(
    status: str,
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: dict[str, object],
) -> None:
    target = raw_server(lambda request, connection, n: connection.sendall(answer_with(b"{}")))
    source = raw_server(
        lambda request, connection, n: connection.sendall(
            answer_with(b"", status, f"Location: {target.base_url}/api/v1/invoice")
        )
    )
    with pytest.raises(OutcomeUnknown, match="redirect"):
        connect(source.base_url).create(payload)
    assert (len(source.requests), len(target.requests)) == (1, 0)


def test_a_read_is_not_redirected_either(
    raw_server: Callable[..., object], answer_with: Callable[..., bytes], connect: Callable[..., Gateway]
) -> None:
    target = raw_server(lambda request, connection, n: connection.sendall(answer_with(b"{}")))
    answer = answer_with(b"", "302 Found", f"Location: {target.base_url}/")
    source = raw_server(lambda request, connection, n: connection.sendall(answer))
    with pytest.raises(OutcomeUnknown, match="BATCHINVOICE_BASE_URL"):
        connect(source.base_url, tries=2).invoice("1")
    assert (len(source.requests), len(target.requests)) == (2, 0)


def test_environment_proxies_and_cookies_are_ignored(
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    proxy = raw_server(lambda request, connection, n: connection.sendall(answer_with(b"{}")))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.base_url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    answer = answer_with(b'{"status": true, "response": {"id": 1}}', "200 OK", "Set-Cookie: a=b; Path=/")
    server = raw_server(lambda request, connection, n: connection.sendall(answer))
    gateway = connect(server.base_url)
    gateway.create(payload)
    gateway.create(payload)
    assert (len(server.requests), len(proxy.requests)) == (2, 0)
    assert b"cookie" not in server.requests[1].lower()


def test_the_body_on_the_wire_is_the_envelope_of_the_seed(
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
) -> None:
    server = raw_server(
        lambda request, connection, n: connection.sendall(answer_with(b'{"status": true, "message": "sent"}'))
    )
    assert connect(server.base_url).send_bulk(["12880", "12881"]).message == "sent"
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /api/v1/invoice/bulk HTTP/1.1\r\n")
    assert b"accessCode: c333729b-d060-4b74-a49d-7686a8353481" in head
    assert b"Authorization: Bearer tok-en" in head
    assert body == (
        b'{"data": "0e7898bd7464d0c402fe8a949d9cbf9b034eaeacaed3d040207d9535b3ca875b'
        b'be811252c8aa4bdbe4d0323fc13064f33ea74d56ec6508b70669ebc8e0991390"}'
    )


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://merchantapi.hesabe.com", "https://merchantapi.hesabe.com"),
        (" https://merchantapi.hesabe.com/ ", "https://merchantapi.hesabe.com"),
        ("http://127.0.0.1:8942", "http://127.0.0.1:8942"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ],
)
def test_addresses_that_are_safe(address: str, kept: str) -> None:
    assert checked_base_url(address) == kept


@pytest.mark.parametrize(
    "address",
    [
        "http://merchantapi.hesabe.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "ftp://127.0.0.1",
        "merchantapi.hesabe.com",
        "https://",
        "",
        "https://user:secret@merchantapi.hesabe.com",
        "https://merchantapi.hesabe.com/?a=b",
        "https://[::1",
        "https://host:99999",
    ],
)
def test_addresses_that_are_not(address: str) -> None:
    with pytest.raises(BadSetting, match="BATCHINVOICE_BASE_URL") as caught:
        checked_base_url(address)
    assert "secret" not in str(caught.value)


def test_an_id_cannot_lead_elsewhere(emulator: RunningEmulator, gateway: Gateway, change: dict[str, object]) -> None:
    with pytest.raises(GatewayError):
        gateway.update("../invoice?x=", change)
    assert {call["name"] for call in emulator.truth()["calls"]} <= {"login", "update"}


@pytest.mark.parametrize("status", ["102 Processing", "103 Early Hints", "101 Switching Protocols"])
def test_the_answer_that_follows_an_early_one_is_not_taken_for_the_next_calls(
    status: str,
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: dict[str, object],
) -> None:
    def behave(request: bytes, connection: socket.socket, number: int) -> None:
        if number == 1:
            connection.sendall(f"HTTP/1.1 {status}\r\n\r\n".encode())
            time.sleep(0.05)  # the next request is on its way by then
        connection.sendall(answer_with(f'{{"status": true, "response": {{"id": {number}}}}}'.encode()))

    gateway = connect(raw_server(behave).base_url)
    with pytest.raises(OutcomeUnknown):
        gateway.create(payload)
    assert gateway.create(payload).invoice.id == "2"
