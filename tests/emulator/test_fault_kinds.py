"""Each kind of fault over a real socket: what the caller sees, and what the gateway's truth holds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import pytest
import requests
from plain_client import CHANGE, CIPHER, CREATE, Client

from batchinvoice.emulator.broken_answers import KINDS
from batchinvoice.gateway.cipher import DecryptionError

INVOICE = "/api/v1/invoice"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a caller sees. end: how the connection ended; after: Retry-After; starts: of the body; done: in truth."""

    done: bool
    status: int | None = None
    end: str = "closed"
    after: str | None = None
    starts: bytes = b""


ERROR = b'{"message":"Internal server error occurred"}'
SEEN = {
    "close-before": Seen(done=False),
    "close-after": Seen(done=True),
    "hang-before": Seen(done=False, end="silent"),
    "hang-after": Seen(done=True, end="silent"),
    "reset-before": Seen(done=False, end="reset"),
    "reset": Seen(done=True, status=200, end="reset", starts=b'{"response": "'),
    "http-500-before": Seen(done=False, status=500, starts=ERROR),
    "http-500-after": Seen(done=True, status=500, starts=ERROR),
    "http-502-before": Seen(done=False, status=502, starts=b"<html>"),
    "http-502-after": Seen(done=True, status=502, starts=b"<html>"),
    "http-503-before": Seen(done=False, status=503, after="1", starts=b'{"status":false,"message":"Serv'),
    "http-503-after": Seen(done=True, status=503, after="1", starts=b'{"status":false,"message":"Serv'),
    "http-503-after=7": Seen(done=True, status=503, after="7", starts=b'{"status":false,"message":"Serv'),
    "html-200-before": Seen(done=False, status=200, starts=b"<!DOCTYPE html>"),
    "html-200": Seen(done=True, status=200, starts=b"<!DOCTYPE html>"),
    "empty-before": Seen(done=False, status=200),
    "empty": Seen(done=True, status=200),
    "cut": Seen(done=True, status=200, starts=b'{"response": "'),
    "garbled": Seen(done=True, status=200, starts=b'{"response": "'),
    "drip=0.0001": Seen(done=True, status=200),
    "throttle": Seen(done=False, status=429, after="1", starts=b'{"status":false'),
    "throttle=999999": Seen(done=False, status=429, after="999999", starts=b'{"status":false'),
    "throttle-absurd": Seen(done=False, status=429, after="soon, please", starts=b'{"status":false'),
    "unauthorised": Seen(done=False, status=401, starts=b'{"status":false,"message":"Unauthenticated."'),
    "unauthorised-after": Seen(done=True, status=401, starts=b'{"status":false,"message":"Unauthenticated."'),
    "refused": Seen(done=False, status=400, starts=b'{"status":false,"message":"Request not found'),
    "redirect": Seen(done=False, status=307),
}
ELSEWHERE = {"throttle-date", "late", "lag"}  # the first below, the others in test_fault_times.py


def test_no_kind_is_without_a_test() -> None:
    assert {fault.partition("=")[0] for fault in SEEN} | ELSEWHERE == set(KINDS)


@pytest.mark.parametrize("fault", SEEN)
def test_what_a_create_brings_and_whether_it_was_done(client: Client, fault: str) -> None:
    expected = SEEN[fault]
    client.running.set_faults(f"create:{fault}:1")
    came = client.over_a_socket("POST", INVOICE, CREATE, timeout=0.15 if expected.end == "silent" else 5)
    assert (came.status, came.end, came.headers.get("retry-after")) == (expected.status, expected.end, expected.after)
    assert came.body.startswith(expected.starts)
    truth = client.running.truth()
    assert len(truth["invoices"]) == expected.done
    word = "done" if expected.done else "nothing done"
    assert [call["outcome"] for call in truth["calls"][1:]] == [f"{word}: {fault.partition('=')[0]}"]


@pytest.mark.parametrize("fault", ["close-before", "reset", "unauthorised-after"])
def test_updates_and_sends_meet_them_too(client: Client, fault: str) -> None:
    client.create()
    client.running.set_faults(f"update:{fault}:1", f"send:{fault}:1")
    status = {"reset": 200, "unauthorised-after": 401}.get(fault)
    assert client.over_a_socket("PUT", "/api/v1/invoice-bulk-upload/12880", CHANGE).status == status
    assert client.over_a_socket("POST", "/api/v1/invoice/bulk", {"ids": ["12880"]}).status == status
    truth = client.running.truth()
    assert (truth["invoices"][0]["amount"] == "5.000") is (len(truth["texts"]) == 1) is (status is not None)


@pytest.mark.parametrize("kind", ["close-before", "hang-after"])
def test_silence_ends_after_its_seconds(client: Client, kind: str) -> None:
    client.running.set_faults(f"create:{kind}=0.2:1")
    started = time.monotonic()
    assert client.over_a_socket("POST", INVOICE, CREATE).end == "closed"
    assert 0.2 <= time.monotonic() - started < 2


def test_a_throttle_tells_the_date_until_which_to_wait(client: Client) -> None:
    client.running.set_faults("create:throttle-date=100:1")
    came = client.over_a_socket("POST", INVOICE, CREATE)
    now = parsedate_to_datetime(came.headers["date"])
    assert came.status == 429
    assert 97 <= (parsedate_to_datetime(came.headers["retry-after"]) - now).total_seconds() <= 103
    assert client.running.truth()["invoices"] == []


def test_who_follows_a_redirect_is_noted(client: Client) -> None:
    client.running.set_faults("create:redirect:1")
    client.raw("POST", INVOICE, CREATE)
    assert [call["name"] for call in client.running.truth()["calls"]] == ["login", "create", "elsewhere"]


def right_answer(client: Client) -> tuple[str, bytes]:
    """A read that answers the same each time: its path and its whole body."""
    client.raw("POST", INVOICE, CREATE)
    path = f"{INVOICE}/{client.running.truth()['invoices'][-1]['id']}"
    return path, client.over_a_socket("GET", path, {}).body


@pytest.mark.parametrize("number", [0, 1, 14, 100, 10**6])
def test_a_cut_keeps_the_first_bytes_and_never_all(client: Client, number: int) -> None:
    path, right = right_answer(client)
    for place in (number, number + len(right)):
        client.running.set_faults(f"invoice:cut={place}:1")
        came = client.over_a_socket("GET", path, {})
        assert came.body == right[: number % len(right)] != right
        assert came.headers["content-length"] == str(len(came.body))


def test_a_cut_without_a_place_keeps_half(client: Client) -> None:
    path, right = right_answer(client)
    client.running.set_faults("invoice:cut:1")
    assert client.over_a_socket("GET", path, {}).body == right[: len(right) // 2]


@pytest.mark.parametrize("number", [0, 1, 37, 10**6])
def test_a_reset_comes_in_the_middle_of_a_body_that_was_announced_whole(client: Client, number: int) -> None:
    path, right = right_answer(client)
    client.running.set_faults(f"invoice:reset={number}:1")
    came = client.over_a_socket("GET", path, {})
    assert (came.body, came.end) == (right[: number % len(right)], "reset")
    assert came.headers["content-length"] == str(len(right))


def test_a_reset_without_a_place_comes_half_way(client: Client) -> None:
    path, right = right_answer(client)
    client.running.set_faults("invoice:reset:1")
    assert client.over_a_socket("GET", path, {}).body == right[: len(right) // 2]
    with pytest.raises(requests.RequestException):
        client.raw("GET", path, {})


@pytest.mark.parametrize("number", [0, 1, 37, 10**6])
@pytest.mark.parametrize("framing", ["response", "bare"])
def test_garbling_changes_one_digit_of_the_ciphertext(client: Client, number: int, framing: str) -> None:
    client.running.set(framing=framing)
    path, right = right_answer(client)
    client.running.set_faults(f"invoice:garbled={number}:1")
    came = client.over_a_socket("GET", path, {}).body
    client.running.set(framing="response")
    start, end = (0, 0) if framing == "bare" else (len(b'{"response": "'), len(b'"}'))
    digits = len(right) - start - end
    places = [place for place, (one, other) in enumerate(zip(right, came, strict=True)) if one != other]
    assert places == [start + number % digits]
    assert bytes.fromhex(came[start : start + digits].decode())


def test_garbling_without_a_place_reverses_the_ciphertext(client: Client) -> None:
    path, right = right_answer(client)
    client.running.set_faults("invoice:garbled:1")
    came = client.over_a_socket("GET", path, {}).body
    assert came[14:-2] == right[14:-2][::-1]
    with pytest.raises(DecryptionError):
        CIPHER.decrypt(came[14:-2].decode())


def test_garbling_a_plain_answer_changes_one_byte(client: Client) -> None:
    client.running.set_faults("refresh:garbled=1:1")
    body = client.http.post(f"{client.running.base_url}/api/v1/token-refresh", json={}, timeout=5).content
    assert body.startswith(b'{#status"')


def test_a_drip_brings_the_right_answer_slowly(client: Client) -> None:
    path, right = right_answer(client)
    client.running.set_faults("invoice:drip=0.0005:1")
    started = time.monotonic()
    came = client.over_a_socket("GET", path, {})
    assert (came.headers["transfer-encoding"], unchunked(came.body)) == ("chunked", right)
    assert time.monotonic() - started > 0.0005 * len(right)


def unchunked(body: bytes) -> bytes:
    """The content of a body that came in chunks of one byte."""
    return b"".join(body.split(b"\r\n")[1:-2:2])
