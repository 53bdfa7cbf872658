"""The look-up brings every page or an error, never a list cut short."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.gateway.assumptions import Assumptions
from batchinvoice.gateway.client import Gateway
from batchinvoice.gateway.errors import OutcomeUnknown, Refused

TODAY = date.today()  # noqa: DTZ011 - a window of days around it, in whatever zone
WINDOW = (TODAY - timedelta(days=1), TODAY + timedelta(days=1))


@pytest.mark.parametrize("framing", ["response", "data", "string", "bare"])
def test_all_pages_in_every_framing(
    framing: str, emulator: RunningEmulator, gateway: Gateway, payload: dict[str, object]
) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: gateway.create({**payload, "referenceNumber": f"R-{n}"}), range(60)))
    emulator.set(framing=framing)
    assert {each.reference for each in gateway.find("R-", *WINDOW)} == {f"R-{n}" for n in range(60)}
    assert [each.reference for each in gateway.find("R-59", *WINDOW)] == ["R-59"]
    assert gateway.find("nothing like it", *WINDOW) == []


def test_too_many_pages_are_an_error(
    emulator: RunningEmulator, connect: Callable[..., Gateway], payload: dict[str, object]
) -> None:
    gateway = connect(emulator.base_url, assumptions=Assumptions(most_pages=1))
    gateway.create(payload)
    with pytest.raises(OutcomeUnknown, match="more than 1 pages"):
        gateway.find("", *WINDOW)


@pytest.mark.parametrize("response", [None, [], {}, {"invoices": []}, {"invoices": {"data": [{"name": "no id"}]}}])
def test_an_unreadable_list_is_never_an_empty_one(
    response: object,
    raw_server: Callable[..., object],
    answer_with: Callable[..., bytes],
    connect: Callable[..., Gateway],
) -> None:
    body = json.dumps({"status": True, "message": "", "response": response}).encode()
    server = raw_server(lambda request, connection, n: connection.sendall(answer_with(body)))
    with pytest.raises(OutcomeUnknown):
        connect(server.base_url).find("R-1", *WINDOW)


def test_a_gateway_that_repeats_its_last_page_does_not_hold_us(
    raw_server: Callable[..., object], answer_with: Callable[..., bytes], connect: Callable[..., Gateway]
) -> None:
    page = {"status": True, "message": "", "response": {"invoices": {"data": [{"id": 1}], "pagination": {}}}}
    server = raw_server(lambda request, connection, n: connection.sendall(answer_with(json.dumps(page).encode())))
    assert [each.id for each in connect(server.base_url).find("", *WINDOW)] == ["1"]
    assert len(server.requests) == 2


def test_a_refusal_means_nothing_found_only_where_it_is_set_so(
    raw_server: Callable[..., object], answer_with: Callable[..., bytes], connect: Callable[..., Gateway]
) -> None:
    body = json.dumps({"status": False, "message": "No Record Found", "response": None}).encode()
    server = raw_server(lambda request, connection, n: connection.sendall(answer_with(body)))
    with pytest.raises(Refused):
        connect(server.base_url).find("", *WINDOW)
    known = Assumptions(nothing_found=("no record found",))
    assert connect(server.base_url, assumptions=known).find("", *WINDOW) == []
