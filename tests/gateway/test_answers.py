"""Every framing is unwrapped, and everything that is not plainly a yes is the right kind of no."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.emulator.sandbox import IV_KEY, SECRET_KEY
from batchinvoice.gateway.answers import LONGEST_WAIT, USUAL_WAIT, Answer, Reply, retry_after, understand
from batchinvoice.gateway.cipher import ANSWER_BLOCK, Cipher
from batchinvoice.gateway.errors import (
    GatewayError,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorised,
    Undecipherable,
)

CIPHER = Cipher(SECRET_KEY, IV_KEY)
YES = {"status": True, "message": "Done", "response": {"id": 7}}
SEALED = CIPHER.encrypt(YES, block=ANSWER_BLOCK)
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def reply(body: object, status: int = 200, **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)


@pytest.mark.parametrize(
    "body",
    [
        SEALED.encode(),
        SEALED.upper().encode() + b"\n",
        b"\xef\xbb\xbf" + SEALED.encode(),
        json.dumps(SEALED).encode(),
        json.dumps({"response": SEALED}).encode(),
        json.dumps({"data": SEALED}).encode(),
        json.dumps({"message": "x", "response": SEALED}).encode(),
        json.dumps(YES).encode(),
    ],
)
def test_every_framing_is_unwrapped(body: bytes) -> None:
    assert understand(reply(body), CIPHER) == Answer("Done", {"id": 7})


@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.none()),
    st.sampled_from(["bare", "string", "response", "data", "plain"]),
    st.sampled_from([16, 32]),
)
def test_framing_changes_nothing(response: dict[str, object], framing: str, block: int) -> None:
    yes = {"status": True, "message": "m", "response": response}
    sealed = CIPHER.encrypt(yes, block=block)
    bodies = {"bare": sealed.encode(), "plain": json.dumps(yes).encode(), "string": json.dumps(sealed).encode()}
    body = bodies.get(framing, json.dumps({framing: sealed}).encode())
    assert understand(reply(body), CIPHER).response == response


@given(st.binary(max_size=300), st.integers(100, 599))
def test_no_answer_can_do_more_than_raise_a_gateway_error(body: bytes, status: int) -> None:
    with pytest.raises(GatewayError):
        understand(reply(body, status), CIPHER)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (301, YES, OutcomeUnknown),
        (307, b"", OutcomeUnknown),
        (401, b"", Unauthorised),
        (401, YES, Unauthorised),
        (429, b"<html>", Throttled),
        (200, {"status": False, "code": 401, "message": "Unauthenticated"}, Unauthorised),
        (200, {"status": False, "message": "Request not found, Please verify the request data"}, Refused),
        (200, {"status": False, "code": 506, "message": "Invalid Request Data", "response": None}, Refused),
        (500, {"status": False, "code": 506, "message": "Invalid Request Data", "response": None}, Refused),
        (422, {"message": "The given data was invalid.", "errors": {"amount": ["too low"]}}, Refused),
        (404, {"message": "No such page"}, Refused),
        (400, {"nothing": "to read"}, OutcomeUnknown),
        (404, b"<html>", OutcomeUnknown),
        (408, {"message": "Request timeout"}, OutcomeUnknown),
        (422, YES, OutcomeUnknown),
        (500, {"message": "Internal server error occurred"}, OutcomeUnknown),
        (500, {"status": False, "message": "Something went wrong"}, OutcomeUnknown),
        (200, {"status": False, "code": 500, "message": "Something went wrong"}, OutcomeUnknown),
        (500, YES, OutcomeUnknown),
        (503, b"<html>", OutcomeUnknown),
        (200, b"", OutcomeUnknown),
        (204, b"", OutcomeUnknown),
        (200, b"<!DOCTYPE html><html></html>", OutcomeUnknown),
        (200, b"{", OutcomeUnknown),
        (200, b'{"status": true, "response": NaN}', OutcomeUnknown),
        (200, b"[" * 100_000, OutcomeUnknown),
        (200, b"\xff\xfe\x00", OutcomeUnknown),
        (200, [YES], OutcomeUnknown),
        (200, {"message": "no status"}, OutcomeUnknown),
        (200, {"status": 1, "message": "not a yes"}, OutcomeUnknown),
        (200, {"status": "true"}, OutcomeUnknown),
        (200, SEALED[:-32].encode(), Undecipherable),
        (200, {"response": "60a8f624...."}, Undecipherable),
    ],
)
def test_what_each_answer_means(status: int, body: object, error: type[GatewayError]) -> None:
    with pytest.raises(GatewayError) as caught:
        understand(reply(body, status), CIPHER)
    assert type(caught.value) is error


def test_a_refusal_carries_the_gateways_words_per_field() -> None:
    body = {"status": False, "message": "Validation failed", "response": {"amount": ["too low", "odd"], "name": "long"}}
    with pytest.raises(Refused) as caught:
        understand(reply(body, 422), CIPHER)
    assert caught.value.fields == {"amount": ("too low", "odd"), "name": ("long",)}
    assert caught.value.reason == "Validation failed"
    assert caught.value.message == "The gateway refused: Validation failed - amount: too low, odd; name: long"


def test_words_of_the_gateway_are_one_short_printable_line() -> None:
    with pytest.raises(Refused) as caught:
        understand(reply({"status": False, "message": "a\n\x1b[31mb" + "c" * 1000}), CIPHER)
    assert caught.value.reason.startswith("a [31mbccc")
    assert len(caught.value.reason) == 300


def test_other_keys_do_not_read_the_answer() -> None:
    with pytest.raises(Undecipherable, match="HESABE_SECRET_KEY") as caught:
        understand(reply({"response": SEALED}), Cipher("k" * 32, "i" * 16))
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("3600", LONGEST_WAIT),
        ("9" * 5000, LONGEST_WAIT),
        ("-5", USUAL_WAIT),
        ("soon", USUAL_WAIT),
        ("", USUAL_WAIT),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 11:00:00 GMT", LONGEST_WAIT),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(value: str, seconds: float) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_a_date_is_measured_by_the_clock_of_the_answer() -> None:
    headers = {"retry-after": "Sun, 22 Nov 2026 08:00:10 GMT", "date": "Sun, 22 Nov 2026 08:00:00 GMT"}
    assert retry_after(headers, NOW) == 10.0


REAL = CIPHER.encrypt(
    {
        "status": True,
        "message": "Invoice created successfully",
        "response": {"id": 12881, "reference_number": "INV-1", "amount": "120.500", "customer": {"name": "نورة"}},
    },
    block=ANSWER_BLOCK,
)


@pytest.mark.parametrize("framing", ['{{"response":"{}"}}', '"{}"', "{}"])
def test_an_answer_damaged_at_any_digit_is_never_believed(framing: str) -> None:
    """Nothing authenticates a ciphertext: that every change of one digit shows itself is seen, not promised."""
    for place, digit in enumerate(REAL):
        for other in {"0", "7", "f"} - {digit}:
            damaged = REAL[:place] + other + REAL[place + 1 :]
            with pytest.raises(OutcomeUnknown):
                understand(reply(framing.format(damaged).encode()), CIPHER)


@pytest.mark.parametrize("framing", ['{{"response":"{}"}}', '"{}"', "{}"])
def test_an_answer_cut_at_any_byte_is_never_believed(framing: str) -> None:
    whole = framing.format(REAL).encode()
    assert understand(reply(whole), CIPHER).message == "Invoice created successfully"
    for end in range(len(whole)):
        with pytest.raises(OutcomeUnknown):
            understand(reply(whole[:end]), CIPHER)
