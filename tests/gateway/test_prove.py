"""The probe tells in plain words which setting is wrong, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.client import Credentials, Gateway
from batchinvoice.gateway.errors import BadSetting, GatewayError, LoginRefused, NotSent, OutcomeUnknown, WrongKeys

OTHER_KEY = "QkW64zMe5NVdrlPVNnjo2Jy9nOb7v1Xg"
OTHER_IV = "6NVdrlPVNnjo2Jy9"


def test_the_right_settings_pass_and_nothing_is_made(emulator: RunningEmulator, gateway: Gateway) -> None:
    gateway.prove()
    assert [call["name"] for call in emulator.truth()["calls"]] == ["login", "find"]


@pytest.mark.parametrize(
    ("wrong", "error", "named"),
    [
        ({"password": "nope"}, LoginRefused, "HESABE_PASSWORD"),
        ({"username": "nobody"}, LoginRefused, "HESABE_USERNAME"),
        ({"access_code": "00000000-0000"}, LoginRefused, "HESABE_ACCESS_CODE"),
        ({"merchant_code": "1"}, LoginRefused, "HESABE_MERCHANT_CODE"),
        ({"secret_key": OTHER_KEY}, WrongKeys, "HESABE_SECRET_KEY"),
        ({"iv_key": OTHER_IV}, WrongKeys, "HESABE_IV_KEY"),
    ],
)
def test_each_wrong_setting_is_named_and_not_shown(
    wrong: dict[str, str],
    error: type[GatewayError],
    named: str,
    emulator: RunningEmulator,
    connect: Callable[..., Gateway],
    credentials: Credentials,
) -> None:
    with pytest.raises(error, match=named) as caught:
        connect(emulator.base_url, replace(credentials, **wrong)).prove()
    assert not any(value in str(caught.value) for value in wrong.values() if len(value) > 1)
    assert emulator.truth()["invoices"] == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"secret_key": "short"}, "HESABE_SECRET_KEY"),
        ({"iv_key": "short"}, "HESABE_IV_KEY"),
        ({"access_code": "a\r\nX-Evil: b"}, "HESABE_ACCESS_CODE"),
        ({"merchant_code": " "}, "HESABE_MERCHANT_CODE"),
        ({"username": ""}, "HESABE_USERNAME"),
        ({"password": ""}, "HESABE_PASSWORD"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_before_anything_is_sent(
    wrong: dict[str, str], named: str, credentials: Credentials
) -> None:
    with pytest.raises(BadSetting, match=named):
        Gateway("https://gateway.example", replace(credentials, **wrong))


def test_answers_in_other_keys_are_told_as_wrong_keys(emulator: RunningEmulator, gateway: Gateway) -> None:
    emulator.set_faults("find:garbled:1")
    with pytest.raises(WrongKeys, match="cannot be decrypted"):
        gateway.prove()


def test_one_damaged_answer_does_not_condemn_the_keys(emulator: RunningEmulator, gateway: Gateway) -> None:
    emulator.set_faults("find:garbled:1x1")
    gateway.prove()


def test_a_broken_gateway_is_not_told_as_wrong_keys(emulator: RunningEmulator, gateway: Gateway) -> None:
    emulator.set_faults("find:http-502-before:1")
    with pytest.raises(OutcomeUnknown):
        gateway.prove()


def test_a_missing_gateway_is_told_as_such(connect: Callable[..., Gateway]) -> None:
    with pytest.raises(NotSent, match="BATCHINVOICE_BASE_URL"):
        connect("http://127.0.0.1:9").prove()
