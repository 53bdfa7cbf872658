"""One real run, recorded: what the ledger does to its disk and when each call leaves, in one order. A program.

    python recorded_run.py FOLDER SYNCHRONOUS

writes FOLDER/log.pickle, a list of disk_events. It is a process of its own, so that no
other test's SQLite is recorded.
"""

from __future__ import annotations

import csv
import json
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from disk_events import Call, Event
from recording_vfs import CannotRecord, Recorder
from requests.adapters import HTTPAdapter
from sqlalchemy import Connection, Engine, event

SETTINGS = ("as it is", "FULL", "OFF")  # of PRAGMA synchronous
CANNOT_RECORD = 77
ROWS = 15
HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Delivery")


def run_once(folder: Path) -> None:
    """Plan and apply a sheet against a gateway in this process."""
    from odd_gateway import OddGateway, created, yes

    from batchinvoice import app
    from batchinvoice.emulator.sandbox import SANDBOX
    from batchinvoice.gateway.client import Credentials, Gateway
    from batchinvoice.loading import load
    from batchinvoice.opening import open_ledger

    numbers = count(7001)
    with OddGateway() as server:
        server.behaviours["create"] = lambda payload: yes(created(next(numbers), payload))
        settings = load(
            **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
            BATCHINVOICE_BASE_URL=server.base_url,
            BATCHINVOICE_HOME=folder,
            BATCHINVOICE_CONCURRENCY=4,
            BATCHINVOICE_SMS_CHUNK=4,
        )
        credentials = Credentials(**SANDBOX)
        with open_ledger(settings) as ledger, Gateway(server.base_url, credentials, connections=4) as gateway:
            gateway.prove()
            run = app.plan_sheet(ledger, settings, sheet(folder), sms=True, strict=False)
            app.apply_run(ledger, gateway, settings, run)


def sheet(folder: Path) -> Path:
    path = folder / "invoices.csv"
    with path.open("w", newline="") as file:
        lines = ([f"R-{n}", "Noura", f"6600{n:04d}", "5.000", "sms"] for n in range(ROWS))
        csv.writer(file).writerows((HEADINGS, *lines))
    return path


@contextmanager
def weakened(setting: str) -> Iterator[None]:
    """The ledger's connections have this setting inside, whatever the ledger asked for; `as it is` changes nothing."""

    def connected(db: Connection) -> None:
        if setting != "as it is":
            db.connection.cursor().execute(f"PRAGMA synchronous={setting}")

    event.listen(Engine, "engine_connect", connected)
    yield
    event.remove(Engine, "engine_connect", connected)


def record_calls(record: Callable[[Event], None]) -> None:
    """Write down each create and each bulk send before its request is sent."""
    from odd_gateway import CIPHER

    really = HTTPAdapter.send

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        path = urlsplit(request.url or "").path
        if request.method == "POST" and path.endswith("/invoice"):
            record(Call("create", (said(request)["referenceNumber"],)))
        elif request.method == "POST" and path.endswith("/invoice/bulk"):
            record(Call("send", tuple(map(str, ids(said(request))))))
        return really(self, request, **how)

    def said(request: requests.PreparedRequest) -> dict[str, Any]:
        return CIPHER.decrypt(json.loads(request.body or "")["data"])

    HTTPAdapter.send = send  # type: ignore[method-assign, assignment]


def ids(payload: Any) -> list[Any]:
    [found] = [value for value in payload.values() if isinstance(value, list)]
    return found


def main(folder: Path) -> int:
    logs: dict[str, list[Event]] = {}

    def record(event: Event) -> None:
        logs[setting].append(event)

    try:
        recorder = Recorder(record)
    except CannotRecord as error:
        sys.stdout.write(str(error))
        return CANNOT_RECORD
    record_calls(record)
    for setting in SETTINGS:
        logs[setting] = []
        (folder / setting).mkdir()
        with weakened(setting):
            run_once(folder / setting)
    recorder.close()
    (folder / "logs.pickle").write_bytes(pickle.dumps(logs))
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1] / "runs"))
    sys.exit(main(Path(sys.argv[1])))
