"""Every row of the retry table, over real sockets: what is sent again, what never, and what is raised."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import IV_KEY, SECRET_KEY
from batchinvoice.gateway.cipher import Cipher
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import (
    GatewayError,
    NotSent,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorised,
)
from batchinvoice.gateway.patience import Patience

Payload = dict[str, object]
TODAY = date.today()  # noqa: DTZ011 - a window of days around it, in whatever zone
WINDOW = (TODAY - timedelta(days=1), TODAY + timedelta(days=1))

LOST = [
    "close-before",
    "close-after",
    "reset-before",
    "reset",
    "hang-before",
    "hang-after",
    "http-500-before",
    "http-500-after",
    "http-502-before",
    "http-502-after",
    "http-503-before",
    "http-503-after",
    "html-200-before",
    "html-200",
    "garbled",
    "cut",
    "empty",
    "redirect",
    "drip",
]


def count(emulator: RunningEmulator, name: str) -> int:
    return sum(call["name"] == name for call in emulator.truth()["calls"])


@pytest.mark.parametrize("fault", LOST)
def test_a_create_of_unknown_outcome_is_sent_once(
    fault: str, emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload
) -> None:
    emulator.set_faults(f"create:{fault}:1")
    with pytest.raises(OutcomeUnknown) as caught:
        connect(emulator.base_url, timeout=0.5).create(payload)
    assert count(emulator, "create") == 1
    assert (caught.value.attempts, caught.value.retry_safe) == (1, False)
    assert count(emulator, "elsewhere") == 0


@pytest.mark.parametrize("fault", LOST)
def test_a_bulk_send_of_unknown_outcome_is_sent_once(
    fault: str, emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload
) -> None:
    gateway = connect(emulator.base_url, timeout=0.5)
    made = gateway.create(payload).invoice
    emulator.set_faults(f"send:{fault}:1")
    with pytest.raises(OutcomeUnknown):
        gateway.send_bulk([made.id])
    assert count(emulator, "send") == 1


@pytest.mark.parametrize("fault", LOST)
def test_an_update_and_a_read_of_unknown_outcome_are_repeated(
    fault: str, emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload, change: Payload
) -> None:
    gateway = connect(emulator.base_url, timeout=0.5)
    made = gateway.create(payload).invoice
    emulator.set_faults(f"update:{fault}:1x1", f"find:{fault}:1x1", f"invoice:{fault}:1x1")
    done = gateway.update(made.id, change)
    assert (done.attempts, str(done.invoice.amount)) == (2, "100.000")
    assert [each.id for each in gateway.find("R-1", *WINDOW)] == [made.id]
    assert gateway.invoice(made.id).id == made.id
    assert count(emulator, "update") == 2


def test_an_update_is_repeated_only_so_often(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload, change: Payload
) -> None:
    gateway = connect(emulator.base_url, tries=3)
    made = gateway.create(payload).invoice
    emulator.set_faults("update:http-500-after:1")
    with pytest.raises(OutcomeUnknown) as caught:
        gateway.update(made.id, change)
    assert caught.value.attempts == count(emulator, "update") == 3


@pytest.mark.parametrize("kind", ["throttle", "throttle-date"])
def test_429_pauses_everybody_and_is_sent_again(
    kind: str, emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload
) -> None:
    waits: list[float] = []
    now = [0.0]

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    gateway = connect(
        emulator.base_url, patience=Patience(sleep=sleep, clock=lambda: now[0], spread=lambda low, _: low)
    )
    emulator.set_faults(f"create:{kind}=7:1x1")
    done = gateway.create(payload)
    assert done.attempts == 2
    assert len(waits) == 1
    assert 5.5 <= waits[0] <= 8.5  # dates have whole seconds, and the server may write its Date a second late
    assert len(emulator.truth()["invoices"]) == 1


def test_429_without_end_is_raised_as_safe_to_retry(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload
) -> None:
    emulator.set_faults("create:throttle=0:1")
    with pytest.raises(Throttled) as caught:
        connect(emulator.base_url, tries=4).create(payload)
    assert caught.value.retry_safe
    assert caught.value.attempts == count(emulator, "create") == 4
    assert emulator.truth()["invoices"] == []


def test_401_renews_the_login_and_repeats_all_but_a_create(
    emulator: RunningEmulator, gateway: Gateway, payload: Payload, change: Payload
) -> None:
    made = gateway.create(payload).invoice
    emulator.expire_tokens()
    with pytest.raises(Unauthorised) as caught:
        gateway.create({**payload, "referenceNumber": "R-2"})
    assert (caught.value.attempts, caught.value.retry_safe) == (1, False)
    assert count(emulator, "login") == 2
    assert gateway.create({**payload, "referenceNumber": "R-2"}).attempts == 1
    for call in (
        lambda: gateway.update(made.id, change),
        lambda: gateway.send_bulk([made.id]),
        lambda: gateway.invoice(made.id),
        lambda: gateway.find("R", *WINDOW),
    ):
        emulator.expire_tokens()
        call()
    assert count(emulator, "login") == 6
    assert [text["via"] for text in emulator.truth()["texts"]] == ["send"]


def test_a_create_stays_unsent_when_the_login_after_its_401_fails_too(
    emulator: RunningEmulator, gateway: Gateway, payload: Payload
) -> None:
    gateway.prove()
    emulator.set_faults("create:unauthorised:1x1", "login:close-before:1x1")
    with pytest.raises(Unauthorised):
        gateway.create(payload)
    assert count(emulator, "create") == 1


@pytest.mark.parametrize("fault", ["close-before", "http-500-after", "html-200", "garbled", "cut", "throttle=0"])
def test_a_lost_login_answer_means_that_the_create_was_not_sent(
    fault: str, emulator: RunningEmulator, connect: Callable[..., Gateway], payload: Payload
) -> None:
    emulator.set_faults(f"login:{fault}:1x1")
    assert connect(emulator.base_url).create(payload).attempts == 2
    assert len(emulator.truth()["invoices"]) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"amount": "0.000"}, "amount"), ({"mobileNumber": "12"}, "mobileNumber"), ({"expiresAt": ""}, "expiresAt")],
)
def test_a_refusal_is_not_repeated_and_names_the_field(
    wrong: Payload, field: str, emulator: RunningEmulator, gateway: Gateway, payload: Payload
) -> None:
    with pytest.raises(Refused) as caught:
        gateway.create(payload | wrong)
    assert list(caught.value.fields) == [field]
    assert count(emulator, "create") == 1


def test_an_unknown_id_is_refused_in_the_documented_words(gateway: Gateway, change: Payload) -> None:
    with pytest.raises(Refused, match="Request not found, Please verify the request data"):
        gateway.update("1", change)
    with pytest.raises(Refused, match="Request not found"):
        gateway.send_bulk(["1"])


@pytest.mark.parametrize("response", [None, [], {}, {"id": None}, {"id": "", "reference_number": "R-1"}])
def test_success_without_an_id_is_not_success(
    response: object,
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: Payload,
) -> None:
    body = json.dumps({"status": True, "message": "Invoice created", "response": response}).encode()
    server = raw_server(lambda request, connection, n: connection.sendall(answer_with(body)))
    with pytest.raises(OutcomeUnknown, match="no invoice id"):
        connect(server.base_url).create(payload)
    assert len(server.requests) == 1


def test_a_reset_on_a_kept_alive_connection_is_unknown_for_a_create(
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: Payload,
) -> None:
    sealed = Cipher(SECRET_KEY, IV_KEY).encrypt({"status": True, "message": "", "response": {"id": 5}})

    def behave(request: bytes, connection: socket.socket, number: int) -> None:
        if number == 1:
            connection.sendall(answer_with(sealed.encode()))
        else:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()

    server = raw_server(behave)
    gateway = connect(server.base_url)
    assert gateway.create(payload).invoice.id == "5"
    with pytest.raises(OutcomeUnknown):
        gateway.create(payload)
    assert len(server.requests) == 2


def test_refused_connections_were_never_sent(connect: Callable[..., Gateway], payload: Payload) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotSent, match="refused") as caught:
        connect(f"http://127.0.0.1:{port}", tries=3).create(payload)
    assert caught.value.retry_safe
    assert caught.value.attempts == 3


def test_a_create_is_sent_once_the_gateway_is_back(
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
    payload: Payload,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = json.dumps({"status": True, "message": "", "response": {"id": 5}}).encode()
    server = raw_server(
        lambda request, connection, n: connection.sendall(answer_with(body, "200 OK", "Connection: close"))
    )
    real, failures = socket.getaddrinfo, [socket.gaierror(-2, "Name or service not known")] * 2

    def flaky(*args: object, **kwargs: object) -> object:
        if failures:
            raise failures.pop()
        return real(*args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", flaky)
    assert connect(server.base_url).create(payload).attempts == 3
    assert len(server.requests) == 1


def test_an_unknown_host_was_never_sent(
    connect: Callable[..., Gateway], payload: Payload, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*args: object, **kwargs: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="host name is not known"):
        connect("https://gateway.example", tries=2).create(payload)


@pytest.mark.parametrize("handshake", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"", None])
def test_a_failed_tls_handshake_was_never_sent(
    handshake: bytes | None, connect: Callable[..., Gateway], payload: Payload
) -> None:
    """The other side talks plain text, hangs up, or says nothing at all until the time is up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                held.append(connection)
                if handshake is not None:
                    connection.recv(65536)
                    connection.sendall(handshake)
                    connection.close()

        threading.Thread(target=accept, daemon=True).start()
        with pytest.raises(NotSent) as caught:
            connect(f"https://127.0.0.1:{listener.getsockname()[1]}", tries=2, timeout=0.5).create(payload)
        assert caught.value.attempts == 2
        for connection in held:
            connection.close()


def test_a_payload_that_cannot_be_encrypted_is_refused_before_anything_is_sent(
    emulator: RunningEmulator, gateway: Gateway, payload: Payload
) -> None:
    with pytest.raises(GatewayError) as caught:
        gateway.create({**payload, "customerName": "\ud800"})
    assert caught.value.attempts == 0
    assert emulator.truth()["calls"] == []


def test_a_bulk_send_of_nothing_is_a_mistake(gateway: Gateway) -> None:
    with pytest.raises(ValueError, match="at least one"):
        gateway.send_bulk([])
