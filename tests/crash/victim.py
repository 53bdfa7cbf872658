"""A process that runs the tool's commands, counts what they do to the world, and kills itself at the n-th event.

An event is a point at which a crash leaves something that no earlier point would: before and after each commit that
writes (before it, nothing of its transaction is there), the steps of each call that can have an effect at the gateway,
and before and after a file is moved into its place. `Orders.every` counts reads and single statements, too.
"""

from __future__ import annotations

import functools
import os
import select
import signal
import sys
import tempfile
import threading
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from batchinvoice.__main__ import main
from batchinvoice.gateway.deadline import DeadlineHTTPConnection
from batchinvoice.gateway.transport import Transport

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM is TerminateProcess
_ANSWER_SECONDS = 5.0
_READS = ("SELECT", "PRAGMA", "BEGIN")


@dataclass(frozen=True)
class Orders:
    """Commands to run one after the other, and when to die: at event `kill_at` of the last one, or after some seconds.

    What becomes of it stands in `folder`: `<name>.events`, one a line, or the one that killed it; `<name>.output`; and,
    unless it was killed, `<name>.codes`, the exit codes.
    """

    name: str
    folder: Path
    settings: dict[str, str]
    commands: tuple[tuple[str, ...], ...]
    kill_at: int | None = None
    kill_after: float | None = None
    every: bool = False

    def file(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"


class Count:
    """The events of the last command, so far."""

    def __init__(self, orders: Orders) -> None:
        self._orders, self._names, self._lock, self._counting = orders, [], threading.Lock(), False

    def begin(self) -> None:
        self._counting = True

    def detail(self, name: str) -> None:
        """A step that changes nothing outside this process, or not yet."""
        if self._orders.every:
            self.tick(name)

    def tick(self, name: str) -> None:
        with self._lock:
            if self._counting:
                self._names.append(name)
                if len(self._names) == self._orders.kill_at:
                    self._orders.file("events").write_text(name, encoding="utf-8")
                    os.kill(os.getpid(), KILL)

    def tell(self) -> None:
        self._orders.file("events").write_text("\n".join(self._names), encoding="utf-8")


def live(orders: Orders) -> None:
    """Carry the orders out."""
    _settle_in(orders)
    count = Count(orders)
    _watch_ledger(count)
    _watch_gateway(count)
    _watch_files(count)
    if orders.kill_after is not None:
        timer = threading.Timer(orders.kill_after, os.kill, (os.getpid(), KILL))
        timer.daemon = True
        timer.start()
    codes = []
    with orders.file("output").open("w", encoding="utf-8") as output, redirect_stdout(output), redirect_stderr(output):
        *earlier, last = orders.commands
        codes += [_run(command) for command in earlier]
        count.begin()
        codes.append(_run(last))
    count.tell()
    orders.file("codes").write_text(" ".join(map(str, codes)), encoding="utf-8")


def _settle_in(orders: Orders) -> None:
    for name in list(os.environ):
        if name.startswith(("HESABE_", "BATCHINVOICE_")):
            del os.environ[name]
    os.environ.update(orders.settings)
    os.chdir(orders.folder)
    tempfile.tempdir = str(orders.folder)  # what is killed cannot clear up


def _run(command: tuple[str, ...]) -> int:
    sys.argv = ["batchinvoice", *command]
    try:
        main()
    except SystemExit as done:
        return int(done.code or 0)
    raise AssertionError("unreachable: the tool ends with an exit code")


def _watch_ledger(count: Count) -> None:
    written: list[str] = []  # by the transaction that is open

    @event.listens_for(Engine, "before_cursor_execute")
    def before(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        count.detail(f"before {_shortened(statement)}")
        if not statement.startswith(_READS):
            written.append(_shortened(statement))

    @event.listens_for(Engine, "after_cursor_execute")
    def after(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        count.detail(f"after {_shortened(statement)}")

    commit = DefaultDialect.do_commit

    def committing(self: DefaultDialect, connection: Any) -> None:
        tick = count.tick if written else count.detail
        what = f"COMMIT of {', '.join(dict.fromkeys(written)) or 'nothing'}"
        written.clear()
        tick(f"before {what}")
        commit(self, connection)
        tick(f"after {what}")

    DefaultDialect.do_commit = committing


def _shortened(statement: str) -> str:
    return " ".join(statement.split()[:3]).removesuffix(" SET")


def _watch_gateway(count: Count) -> None:
    exchange, connection = Transport.exchange, DeadlineHTTPConnection
    getresponse, send = connection.getresponse, connection.send
    under_way = threading.local()

    def step(what: str) -> None:
        # A login or a look-up changes nothing at the gateway.
        (count.tick if under_way.has_effect else count.detail)(f"{what} {under_way.name}")

    @functools.wraps(exchange)
    def exchanging(self: Transport, method: str, path: str, *words: Any, **named: Any) -> Any:
        under_way.name = f"{method} {path}"
        under_way.has_effect = method != "GET" and path.startswith("/api/v1/invoice")
        step("before")
        reply = exchange(self, method, path, *words, **named)
        step("after")
        return reply

    @functools.wraps(send)
    def sending(self: DeadlineHTTPConnection, data: Any) -> None:
        send(self, data)
        step("having written a part of")

    @functools.wraps(getresponse)
    def answering(self: DeadlineHTTPConnection) -> Any:
        # The gateway has done what it does, and not a byte of its answer is read.
        select.select([self.sock], [], [], _ANSWER_SECONDS)
        step("before the answer of")
        response = getresponse(self)
        count.detail(f"within the answer of {under_way.name}")
        return response

    Transport.exchange, connection.send, connection.getresponse = exchanging, sending, answering


def _watch_files(count: Count) -> None:
    replace = os.replace

    @functools.wraps(replace)
    def replacing(*words: Any, **named: Any) -> None:
        count.tick("before a file is moved into place")
        replace(*words, **named)
        count.tick("after a file is moved into place")

    os.replace = replacing
