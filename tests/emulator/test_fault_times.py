"""Faults of time and of chance: work that is done late, look-ups that lag behind, mixes that can be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from plain_client import CHANGE, CREATE, Client

INVOICE = "/api/v1/invoice"
LIST = "/api/v1/invoice-bulk-upload/"
Done = Callable[[dict[str, list[dict[str, object]]]], bool]
LATE: dict[str, tuple[tuple[str, str, dict[str, object]], Done]] = {
    "create": (("POST", INVOICE, CREATE), lambda truth: len(truth["invoices"]) == 2),
    "update": (("PUT", f"{LIST}12880", dict(CHANGE)), lambda truth: truth["invoices"][0]["amount"] == "5.000"),
    "send": (("POST", f"{INVOICE}/bulk", {"ids": ["12880"]}), lambda truth: len(truth["texts"]) == 1),
}


def outcomes(client: Client) -> list[str]:
    return [call["outcome"] for call in client.running.truth()["calls"]]


@pytest.mark.parametrize("name", LATE)
def test_late_work_is_done_after_the_caller_was_left_alone(client: Client, name: str) -> None:
    request, done = LATE[name]
    client.create()
    client.running.set_faults(f"{name}:late=0.3:1x1")
    started = time.monotonic()
    came = client.over_a_socket(*request)
    assert (came.status, came.body, came.end) == (None, b"", "closed")
    assert not done(client.running.truth())
    assert outcomes(client) == ["done", "done"]
    assert time.monotonic() - started < 0.3  # else the two above prove nothing
    while time.monotonic() < started + 5 and not done(client.running.truth()):
        time.sleep(0.02)
    assert time.monotonic() - started >= 0.3
    assert outcomes(client) == ["done", "done", "done: late"]


def test_a_late_create_lands_after_a_look_up_and_a_second_try(client: Client) -> None:
    """What makes it the worst: the look-up finds nothing, so a second create is made, and then there are two."""
    client.running.set_faults("create:late=0.3:1x1")
    client.over_a_socket("POST", INVOICE, CREATE)
    assert client.found() == []
    client.create()
    assert len(client.running.truth()["invoices"]) == 1
    time.sleep(0.4)
    assert client.found() == ["R-1", "R-1"]


def test_late_work_is_judged_by_the_token_it_came_with(client: Client) -> None:
    client.running.set_faults("create:late=0.1:1")
    client.over_a_socket("POST", INVOICE, CREATE)
    client.running.expire_tokens()
    time.sleep(0.2)
    assert outcomes(client)[-1] == "done: late"
    client.over_a_socket("POST", INVOICE, CREATE)
    time.sleep(0.2)
    assert outcomes(client)[-1] == "refused: late"
    assert len(client.running.truth()["invoices"]) == 1


@pytest.mark.parametrize("faults", [(), ("create:late=0.2:1",)])
def test_work_from_before_a_reset_leaves_no_trace(client: Client, faults: tuple[str, ...]) -> None:
    """Whether it waits for its own time or for the latency of every answer."""
    client.running.set(latency_ms=100)
    client.running.set_faults(*faults)
    assert client.over_a_socket("POST", INVOICE, CREATE, timeout=0.03).end == "silent"
    client.running.reset()
    client.running.set(latency_ms=0)
    time.sleep(0.4)
    assert client.running.truth() == {"invoices": [], "texts": [], "calls": []}


@pytest.mark.parametrize(("call", "path"), [("", "/api/v1/invoice-dashboard"), ("list:", LIST)])
def test_a_look_up_that_lags_leaves_out_what_is_young(client: Client, call: str, path: str) -> None:
    client.create("R-1")
    time.sleep(0.5)
    made = client.create("R-2")
    client.running.set_faults(f"{call}lag=0.5:1")
    assert client.found(path) == ["R-1"]
    assert client.call("GET", f"{INVOICE}/{made['id']}", {})["response"]["reference_number"] == "R-2"
    time.sleep(0.5)
    assert sorted(client.found(path)) == ["R-1", "R-2"]
    assert outcomes(client)[-1] == "done: lag"


def test_only_the_look_up_that_meets_the_lag_is_behind(client: Client) -> None:
    client.create()
    client.running.set_faults("lag:2")
    assert [client.found() for _ in range(4)] == [["R-1"], [], ["R-1"], []]
    assert client.found(LIST) == ["R-1"]


MIX = ("create:http-500-after:20%", "create:unauthorised:12.5%x4", "http-502-before:7")


def met(client: Client, calls: int = 40) -> list[int]:
    """The statuses of so many creates in a row."""
    return [client.raw("POST", INVOICE, CREATE).status_code for _ in range(calls)]


def test_a_mix_can_be_repeated_by_its_seed(client: Client) -> None:
    client.running.set(seed=3)
    client.running.set_faults(*MIX)
    first = met(client)
    assert {200, 401, 500, 502} == set(first)
    client.running.set(seed=3)
    assert met(client) == first
    client.running.set_faults(*MIX)
    assert met(client) == first
    client.running.set(seed=4)
    assert met(client) != first


def test_a_reset_starts_the_seed_afresh_and_keeps_it(client: Client) -> None:
    client.running.set(seed=3)
    client.running.set_faults(*MIX)
    first = met(client)
    client.running.reset()
    again = Client(client.running)
    client.running.set_faults(*MIX)
    assert met(again) == first
