"""One login for everybody, renewed in time, by a clock that nobody can set."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import LoginRefused, NotSent, OutcomeUnknown
from batchinvoice.gateway.login import Login, Token, read_token

THREADS = 50


def names(emulator: RunningEmulator) -> list[str]:
    return [call["name"] for call in emulator.truth()["calls"]]


def test_fifty_threads_with_an_expired_token_log_in_once(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    gateway = connect(emulator.base_url, connections=THREADS, timeout=20.0)
    made = gateway.create(payload).invoice
    emulator.set(latency_ms=150)
    emulator.expire_tokens()
    start = threading.Barrier(THREADS)

    def read(_: int) -> str:
        start.wait()
        return gateway.invoice(made.id).id

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(read, range(THREADS))) == {made.id}
    refused = [call for call in emulator.truth()["calls"] if call["name"] == "invoice" and call["outcome"] == "refused"]
    assert len(refused) > 1, "only one thread met the expired token, so this proves nothing"
    assert names(emulator).count("login") == 2


def test_fifty_threads_at_the_start_log_in_once(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    gateway = connect(emulator.base_url, connections=THREADS, timeout=20.0)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda n: gateway.create({**payload, "referenceNumber": f"R-{n}"}), range(THREADS)))
    assert names(emulator).count("login") == 1


def test_a_token_is_refreshed_before_it_expires_and_a_create_never_meets_401(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    now = [1000.0]
    gateway = connect(emulator.base_url, clock=lambda: now[0])
    gateway.create(payload)
    now[0] += 839
    gateway.create(payload)
    assert "refresh" not in names(emulator)
    now[0] += 2
    gateway.create(payload)
    assert (names(emulator).count("login"), names(emulator).count("refresh")) == (1, 1)


def test_a_refused_refresh_falls_back_to_the_login(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    now = [1000.0]
    gateway = connect(emulator.base_url, clock=lambda: now[0])
    gateway.create(payload)
    emulator.set_faults("refresh:unauthorised:1")
    now[0] += 5000
    assert gateway.create(payload).attempts == 1
    assert names(emulator).count("login") == 2


def test_setting_the_wall_clock_changes_nothing(
    emulator: RunningEmulator, gateway: Gateway, payload: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.create(payload)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 10 * 365 * 86400)
    gateway.create(payload)
    assert [name for name in names(emulator) if name != "create"] == ["login"]


def test_many_threads_share_one_refused_login() -> None:
    tried: list[int] = []
    waiting = threading.Event()

    def sign_in() -> Token:
        tried.append(1)
        waiting.wait(5)
        raise LoginRefused("no")

    login = Login(sign_in, lambda _: Token("x"))
    errors: list[BaseException] = []

    def use() -> None:
        try:
            login.token()
        except LoginRefused as error:
            errors.append(error)

    threads = [threading.Thread(target=use) for _ in range(20)]
    for thread in threads:
        thread.start()
    threading.Timer(0.3, waiting.set).start()
    for thread in threads:
        thread.join(10)
    assert len(tried) == 1
    assert len({id(error) for error in errors}) == 20


def test_after_a_failure_the_next_call_tries_again() -> None:
    outcomes = [NotSent("no"), Token("good")]

    def sign_in() -> Token:
        outcome = outcomes.pop(0)
        if isinstance(outcome, Token):
            return outcome
        raise outcome

    login = Login(sign_in, lambda _: Token("x"))
    with pytest.raises(NotSent):
        login.token()
    assert login.token().access == "good"


def test_a_rejected_token_is_not_used_again_when_no_new_one_could_be_had() -> None:
    tokens = [Token("first"), Token("second")]
    fail = [False]

    def sign_in() -> Token:
        if fail[0]:
            raise OutcomeUnknown("no")
        return tokens.pop(0)

    login = Login(sign_in, lambda _: Token("x"))
    first = login.token()
    fail[0] = True
    with pytest.raises(OutcomeUnknown):
        login.replace(first)
    fail[0] = False
    assert login.token().access == "second"


@pytest.mark.parametrize(
    "response",
    [
        None,
        {},
        {"token": None},
        {"token": {}},
        {"token": {"access_token": "a\r\nX: y"}},
        {"token": {"access_token": ""}},
    ],
)
def test_a_token_that_cannot_go_into_a_header_is_none(response: object) -> None:
    assert read_token(response) is None


@pytest.mark.parametrize("life", [None, 0, -1, "900", True and 10**9])
def test_an_odd_life_is_taken_for_the_documented_one(life: object) -> None:
    token = read_token({"token": {"access_token": "a", "expires_in": life}})
    assert token is not None
    assert token.life == 900.0
