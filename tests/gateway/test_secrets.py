"""No key, code, token, password or customer in any repr, message, traceback or log."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable
from dataclasses import replace

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import ACCESS_CODE, IV_KEY, PASSWORD, SECRET_KEY
from batchinvoice.gateway.client import Credentials, Gateway
from batchinvoice.gateway.errors import GatewayError
from batchinvoice.gateway.login import Token

SECRETS = (SECRET_KEY, IV_KEY, ACCESS_CODE, PASSWORD, "Bearer", "Noura", "66666666", "noura@example.com")
FAULTS = ("close-after", "hang-after", "http-500-after", "html-200", "garbled", "cut", "unauthorised", "redirect")


def clean(text: str) -> None:
    assert [secret for secret in SECRETS if secret in text] == []


def everything_about(error: BaseException) -> str:
    """Message, repr and traceback of an error and of everything chained to it, suppressed or not."""
    seen, text = error, ""
    while seen is not None:
        text += f"{seen} {seen!r} {vars(seen)} {''.join(traceback.format_exception(seen))}"
        seen = seen.__cause__ or seen.__context__
    return text


@pytest.mark.parametrize("fault", FAULTS)
def test_failed_calls_tell_nothing(
    fault: str,
    emulator: RunningEmulator,
    connect: Callable[..., Gateway],
    payload: dict[str, object],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="batchinvoice")
    gateway = connect(emulator.base_url, timeout=0.5)
    made = gateway.create(payload).invoice
    emulator.set_faults(f"create:{fault}:1", f"invoice:{fault}:1")
    for call in (lambda: gateway.create(payload), lambda: gateway.invoice(made.id)):
        with pytest.raises(GatewayError) as caught:
            call()
        clean(everything_about(caught.value))
    told = [vars(record) for record in caplog.records if record.message == "call"]
    assert ("POST", "/api/v1/invoice") in [(fields["method"], fields["path"]) for fields in told]
    everything = " ".join(str(vars(record)) for record in caplog.records)
    clean(everything)
    assert made.id not in everything


def test_a_refused_login_tells_nothing_even_if_the_gateway_repeats_the_password(
    raw_server: Callable[..., object], answer_with: Callable[..., bytes], connect: Callable[..., Gateway]
) -> None:
    body = json.dumps({"status": False, "message": f"No user test with {PASSWORD}"}).encode()
    server = raw_server(lambda request, connection, n: None)
    server._serve = lambda connection: connection.sendall(answer_with(body))
    with pytest.raises(GatewayError) as caught:
        connect(server.base_url).prove()
    assert "No user test with" in str(caught.value)
    clean(everything_about(caught.value))


def test_an_unreachable_gateway_tells_nothing(connect: Callable[..., Gateway], payload: dict[str, object]) -> None:
    with pytest.raises(GatewayError) as caught:
        connect("http://127.0.0.1:9", tries=2).create(payload)
    clean(everything_about(caught.value))


def test_reprs_hide_everything_but_the_merchant(credentials: Credentials) -> None:
    gateway = Gateway("https://gateway.example", credentials)
    shown = f"{credentials!r} {credentials} {gateway!r} {vars(gateway)!r} {Token('tok-en', 'ref-resh')!r}"
    shown += repr(vars(gateway._caller)) + repr(replace(credentials, merchant_code="1"))
    clean(shown)
    assert "842217" in repr(credentials)
    assert "tok-en" not in shown
    assert "ref-resh" not in shown
