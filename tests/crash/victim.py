"""A process that runs the tool's commands, counts what they do to the world, and kills itself at one of these events.

An event is a point at which a crash leaves something that no earlier point would: before and after each commit that
writes (before it, nothing of its transaction is there), the steps of each call that can have an effect at the gateway,
and before and after a file is moved into its place. `Orders.every` counts reads and single statements, too.

Several threads make events, so their order is another each time: a moment to die at is the n-th event of one name, and
what had happened by then is told by the process itself. No commit is under way in one thread while another one dies:
what was committed is known exactly.
"""

from __future__ import annotations

import functools
import http.client
import os
import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from batchinvoice.__main__ import main
from batchinvoice.gateway.deadline import DeadlineHTTPConnection
from batchinvoice.gateway.transport import Transport

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows, SIGTERM is TerminateProcess
_ANSWER_SECONDS = 5.0
_HEAD_START = 0.02  # seconds: what would leave before the commit of its intent does so before a death there
_READS = ("SELECT", "PRAGMA", "BEGIN")


class Moment(NamedTuple):
    """The n-th event of a name, from 1."""

    name: str
    nth: int


def moments(events: Sequence[str]) -> list[Moment]:
    """The moments of these events, in their order."""
    return [Moment(name, events[:number].count(name) + 1) for number, name in enumerate(events)]


def telling(events: Sequence[str]) -> list[Moment]:
    """Those of them that leave something else than the one before: between a commit and what comes next is nothing.

    Before an intent is committed a death is worth its time even so: what leaves too early has left by then.
    """
    after_commit = [False, *(name.startswith("after COMMIT") for name in events)]
    return [
        moment
        for moment, idle in zip(moments(events), after_commit, strict=False)
        if not (idle and _changes_nothing(moment.name))
    ]


def _changes_nothing(event: str) -> bool:
    is_intent = "INTO attempts" in event or "INTO sms_calls" in event
    return event.startswith(("before COMMIT", "before POST", "before PUT")) and not is_intent


@dataclass(frozen=True)
class Orders:
    """Commands to run one after the other, and when to die: at an event of the last one, or after some seconds.

    `kill_at`: a moment, or the number of an event of all. What becomes of it stands in `folder`: `<name>.events`, one a
    line, up to the one that killed it; `<name>.output`; and, unless it was killed, `<name>.codes`, the exit codes.
    """

    name: str
    folder: Path
    settings: dict[str, str]
    commands: tuple[tuple[str, ...], ...]
    kill_at: Moment | int | None = None
    kill_after: float | None = None
    every: bool = False

    def file(self, kind: str) -> Path:
        return self.folder / f"{self.name}.{kind}"


class Count:
    """The events of the last command, so far."""

    def __init__(self, orders: Orders) -> None:
        self._orders, self._names, self._lock, self._counting = orders, [], threading.RLock(), False

    def begin(self) -> None:
        self._counting = True

    def detail(self, name: str) -> None:
        """A step that changes nothing outside this process, or not yet."""
        if self._orders.every:
            self.tick(name)

    def tick(self, name: str) -> None:
        with self._lock:
            if not self._counting:
                return
            self._names.append(name)
            dies = self._orders.kill_at in (len(self._names), Moment(name, self._names.count(name)))
        if dies:
            if name.startswith("before COMMIT"):
                time.sleep(_HEAD_START)
            with self._lock:
                self.tell()
                os.kill(os.getpid(), KILL)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing else happens meanwhile."""
        with self._lock:
            yield

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
        with count.alone():
            commit(self, connection)
            tick(f"after {what}")

    DefaultDialect.do_commit = committing


def _shortened(statement: str) -> str:
    return " ".join(statement.split()[:3]).removesuffix(" SET")


def _watch_gateway(count: Count) -> None:
    exchange, connection, below = Transport.exchange, DeadlineHTTPConnection, http.client.HTTPConnection
    getresponse, send = connection.getresponse, below.send
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
    def sending(self: http.client.HTTPConnection, data: bytes) -> None:
        # What the tool writes at once is cut here, so that a part of it has left, and a part has not.
        half = len(data) // 2
        send(self, data[:half])
        step("having written a part of")
        send(self, data[half:])

    @functools.wraps(getresponse)
    def answering(self: DeadlineHTTPConnection) -> Any:
        # The gateway has done what it does, and not a byte of its answer is read.
        select.select([self.sock], [], [], _ANSWER_SECONDS)
        step("before the answer of")
        response = getresponse(self)
        count.detail(f"within the answer of {under_way.name}")
        return response

    Transport.exchange, below.send, connection.getresponse = exchanging, sending, answering


def _watch_files(count: Count) -> None:
    replace = os.replace

    @functools.wraps(replace)
    def replacing(*words: Any, **named: Any) -> None:
        count.tick("before a file is moved into place")
        replace(*words, **named)
        count.tick("after a file is moved into place")

    os.replace = replacing
