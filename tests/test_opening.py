"""The way to the gateway: begun while there is other work, and nobody waits for it who does not ask for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import GatewayError, LoginRefused
from batchinvoice.opening import Connection, open_ledger
from batchinvoice.settings import Settings, SettingsError

GOOD = ["R-1", "Noura", "66100201", 1.5]
BAD = ["R-2", "Noura", "66100201", "nothing"]


def names(emulator: RunningEmulator) -> list[str]:
    return [call["name"] for call in emulator.all_of("calls")]


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set as soon as a gateway is closed."""
    event, close = threading.Event(), Gateway.close

    def closing(gateway: Gateway) -> None:
        close(gateway)
        event.set()

    monkeypatch.setattr(Gateway, "close", closing)
    return event


def test_what_was_begun_is_the_gateway_that_is_asked_for(
    settings: Settings, emulator: RunningEmulator, closed: threading.Event
) -> None:
    with Connection(settings) as connection:
        connection.begin()
        connection.begin()
        gateway = connection.gateway()
        assert connection.gateway() is gateway
        assert not closed.is_set()
    assert closed.is_set()
    assert names(emulator) == ["login", "find"]


def test_who_leaves_without_the_gateway_does_not_wait_for_it(
    settings: Settings, emulator: RunningEmulator, closed: threading.Event
) -> None:
    emulator.set(latency_ms=300)
    with Connection(settings) as connection:
        connection.begin()
    assert not closed.is_set()
    assert closed.wait(5)


def test_what_prevents_it_is_raised_where_it_is_asked_for(
    settings: Settings, emulator: RunningEmulator, closed: threading.Event
) -> None:
    wrong = settings.model_copy(update={"password": type(settings.password)("wrong")})
    with Connection(wrong) as connection:
        connection.begin()
        with pytest.raises(LoginRefused):
            connection.gateway()
    assert closed.is_set()
    assert names(emulator) == ["login"]  # a password that is refused is not tried twice
    with Connection(settings.model_copy(update={"username": type(settings.username)("")})) as connection:
        connection.begin()
        with pytest.raises(SettingsError, match="HESABE_USERNAME"):
            connection.gateway()


def test_a_gateway_that_was_away_when_it_was_begun_is_tried_once_more(
    settings: Settings, emulator: RunningEmulator
) -> None:
    emulator.set_faults("login:close-before:1")
    with Connection(settings) as connection, pytest.raises(GatewayError):
        connection.gateway()  # nobody has begun it before: once is enough
    with Connection(settings) as connection:
        connection.begin()
        assert connection._begun
        assert isinstance(connection._begun.exception(30), GatewayError)
        emulator.set_faults()
        assert connection.gateway()
    assert names(emulator)[-2:] == ["login", "find"]


@pytest.mark.parametrize(("rows", "times"), [([GOOD], 1), ([BAD, GOOD], 1), ([BAD], 0)])
def test_it_is_begun_before_planning_if_any_row_can_go(
    settings: Settings, sheet: Callable[..., Path], rows: list[list[object]], times: int
) -> None:
    planned: list[int] = []
    with open_ledger(settings) as ledger:

        def checked() -> None:
            planned.append(len(ledger.history(9)))

        app.plan_sheet(ledger, settings, sheet(rows), sms=True, strict=False, checked=checked)
    assert planned == [0] * times
