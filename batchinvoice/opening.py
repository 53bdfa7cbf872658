"""What the settings name, opened: the ledger, and the gateway once login and keys are proved."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from batchinvoice import checking
from batchinvoice.gateway.assumptions import Assumptions
from batchinvoice.gateway.client import Credentials, Gateway, longest_call
from batchinvoice.gateway.errors import NotSent, OutcomeUnknown, Throttled
from batchinvoice.gateway.patience import Patience
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import sqlite_url
from batchinvoice.loading import profiles
from batchinvoice.logs.context import carried
from batchinvoice.places import FILE_NAME
from batchinvoice.settings import Settings, SettingsError


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger of the settings' merchant and environment. Raises SettingsError or LedgerError."""
    if not settings.merchant_code:
        raise _missing(settings)
    url = settings.ledger_url.get_secret_value() or sqlite_url(settings.home)
    lease_seconds = longest_call(settings.timeout)
    ledger = Ledger.open(url, settings.environment, settings.merchant_code, checking.now, lease_seconds)
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def connect(settings: Settings) -> Iterator[Gateway]:
    """The gateway, with login and keys proved by a harmless read. Raises SettingsError or GatewayError."""
    with Connection(settings) as connection:
        yield connection.gateway()


class Connection:
    """The way to the gateway, which is far away: it can be begun while there is other work.

    Inside `with`; whoever leaves it without having asked for the gateway does not wait for it.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._begun: Future[Gateway] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._begun:
            self._begun.add_done_callback(_close)

    def begin(self) -> None:
        """Connect in a thread of its own, if that is not done yet."""
        self._began()

    def gateway(self) -> Gateway:
        """The gateway, with login and keys proved by a harmless read. Raises SettingsError or GatewayError."""
        early = self._begun is not None
        try:
            return self._began().result()
        except (NotSent, Throttled, OutcomeUnknown):  # a while ago; a login that was refused is not tried twice
            if not early:
                raise
            self._begun = None
            return self._began().result()

    def _began(self) -> Future[Gateway]:
        if self._begun is None:
            self._begun = Future()
            threading.Thread(target=carried(self._connect), args=(self._begun,), name="connect", daemon=True).start()
        return self._begun

    def _connect(self, begun: Future[Gateway]) -> None:
        try:
            gateway = _gateway(self._settings)
            try:
                gateway.prove()
            except BaseException:
                gateway.close()
                raise
        except BaseException as error:
            begun.set_exception(error)
        else:
            begun.set_result(gateway)


def _close(ended: Future[Gateway]) -> None:
    if not ended.exception():
        ended.result().close()


def _gateway(settings: Settings) -> Gateway:
    if settings.missing():
        raise _missing(settings)
    credentials = Credentials(
        settings.merchant_code,
        settings.access_code.get_secret_value(),
        settings.secret_key.get_secret_value(),
        settings.iv_key.get_secret_value(),
        settings.username.get_secret_value(),
        settings.password.get_secret_value(),
    )
    assumptions = Assumptions(
        look_up_types=tuple(settings.look_up_types.split(",")),
        nothing_found=tuple(filter(None, [settings.nothing_found.strip().lower()])),
    )
    return Gateway(
        settings.gateway_url,
        credentials,
        connections=settings.concurrency,
        timeout=settings.timeout,
        assumptions=assumptions,
        patience=Patience(max_rate=settings.max_rate),
    )


def _missing(settings: Settings) -> SettingsError:
    tool = settings.command
    known = [] if settings.profile else profiles()
    meant = (
        f" Is a profile meant? batchinvoice --profile {known[0]} … (there are: {', '.join(known)})." if known else ""
    )
    return SettingsError(
        f"Not set: {', '.join(settings.missing())}. “{tool} setup” asks for them, tests and stores them; “{tool} "
        f'doctor” tells where they were looked for. (Or put them in {FILE_NAME} in this folder, NAME = "value", one a '
        "line, or in the environment; the gateway's merchant panel shows them.) “batchinvoice demo” needs none."
        f"{meant}"
    )
