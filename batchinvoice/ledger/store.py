"""Opening the ledger's database: made on first use, brought to the newest version, synced for power loss."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from batchinvoice.ledger.disk import known_trouble, place, refuse_network, unwritable
from batchinvoice.ledger.errors import LedgerBusy, LedgerUnusable
from batchinvoice.ledger.upgrade import upgrade

NEWEST = "0005"
_OLDEST = (3, 35, 0)  # SQLite that gives back the numbers of new lines, on which entries rely
_BUSY_SECONDS = 30


def sqlite_url(home: Path) -> str:
    """The address of the ledger file in a folder."""
    return f"sqlite:///{(home / 'ledger.sqlite3').as_posix()}"


def open_store(url: str) -> Engine:
    """Open the database, making or migrating it as needed.

    Raises LedgerUnusable (folder, permissions, disk, damage, a database or an SQLite that will not do), LedgerNewer, or
    LedgerBusy when another process works with a ledger that must be migrated.
    """
    try:
        address = make_url(url)
        if file := _file(address):
            _refuse_old()
            refuse_network(file)
            _refuse_missing(file)
            _make_private(file)
        # No parameters in errors: they are customers' names and phones.
        engine = create_engine(address, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise LedgerUnusable(
            "BATCHINVOICE_LEDGER_URL is not the address of a database that can be used here."
        ) from None
    except OSError as error:
        raise _unusable(address, error.strerror or "no access") from None
    if file:
        _set_up_sqlite(engine)
    try:
        upgrade(engine, NEWEST, file, working_lock(engine))
    except DBAPIError as error:
        raise known_trouble(error, address) or _unusable(address, str(error.orig)) from None
    return engine


def _file(address: URL) -> Path | None:
    """The file of an SQLite ledger; None for a database that is no file."""
    if address.get_backend_name() != "sqlite":
        return None
    if address.database in (None, "", ":memory:"):
        raise LedgerUnusable("BATCHINVOICE_LEDGER_URL names no file, and a ledger must outlive the program. Name one.")
    if not Path(str(address.database)).is_absolute():
        raise LedgerUnusable(
            "BATCHINVOICE_LEDGER_URL must name its file by a whole path, as sqlite:////srv/ledger.sqlite3 or "
            "sqlite:///C:/ledger.sqlite3. Else each folder from which you start would have a ledger of its own, and "
            "invoices could be made twice. Nothing was sent."
        )
    return Path(str(address.database)).resolve()


def _unusable(address: URL, why: str) -> LedgerUnusable:
    return LedgerUnusable(
        f"The ledger {place(address)} cannot be used ({why}). Check that its folder exists and can be written to, "
        "or set BATCHINVOICE_HOME to another folder. Nothing was sent."
    )


def _refuse_old() -> None:
    """Some systems' Python comes with an SQLite of years ago (RHEL 9: 3.34.1)."""
    if sqlite3.sqlite_version_info < _OLDEST:
        raise LedgerUnusable(
            f"The SQLite of this Python ({sqlite3.sqlite_version}) is too old to keep the ledger: 3.35 or a newer one "
            "is needed. Install Python from python.org or with uv, which bring their own, and batchinvoice with it. "
            "Nothing was sent."
        )


def _refuse_missing(file: Path) -> None:
    """A ledger that has been worked with and is gone must not be begun anew as if there had been none."""
    lock = file.with_suffix(".lock")
    if lock.exists() and not file.exists():
        raise LedgerUnusable(
            f"The ledger {file} is gone, though it has been there: {lock.name} lies beside it. Put it back, from a "
            "copy if need be: with an empty one, invoices that were made could be made again. If they are to be "
            f"forgotten (a trial in the sandbox), delete {lock.name}, too. Nothing was sent."
        )


def _make_private(file: Path) -> None:
    """The ledger holds customers' names and phones: only its owner may read it (where the system knows owners)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    with suppress(OSError):
        file.chmod(0o600)


def _set_up_sqlite(engine: Engine) -> None:
    """A rollback journal, synced together with its folder: a commit that was reported survives a power cut.

    Deleting the journal is the commit. FULL, SQLite's own choice, syncs the files but not the folder: after a power cut
    the journal can be back and roll back what was reported as committed, after its invoice was sent. EXTRA syncs the
    folder, too. Not WAL: SQLite 3.7.0 to 3.51.2 can lose a WAL's content when two connections meet.
    tests/ledger/test_power_loss.py cuts the power before every call, with these settings and with weaker ones.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        for setting in (
            f"busy_timeout={_BUSY_SECONDS * 1000}",  # first: the next one may have to wait already
            "journal_mode=DELETE",
            "synchronous=EXTRA",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def compact(engine: Engine) -> None:
    """Write the file anew, without what was removed from it. Raises LedgerError when that cannot be done."""
    try:
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
        finally:
            raw.close()
    except sqlite3.Error as error:
        known = DBAPIError("VACUUM", None, error)
        raise unwritable(known, engine.url) from None


def copies(engine: Engine) -> list[Path]:
    """Copies of the ledger's file that lie beside it, from before it was brought to a new version."""
    file = _file(engine.url)
    return sorted(file.parent.glob(f"{file.stem}.before-*{file.suffix}")) if file else []


def working_lock(engine: Engine) -> AbstractContextManager[object]:
    """Held while a run is driven: one process at a time works with a ledger file. It dies with its process.

    Raises LedgerBusy on entering when another process holds it, LedgerUnusable when its folder cannot be written.
    """
    return _WorkingLock(_file(engine.url))


class _WorkingLock:
    def __init__(self, file: Path | None) -> None:
        self._lock = FileLock(file.with_suffix(".lock")) if file else None

    def __enter__(self) -> None:
        try:
            if self._lock:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise LedgerBusy(
                "Another batchinvoice is working with this ledger at this moment. Wait until it has finished; from "
                "here nothing was sent."
            ) from None
        except OSError as error:
            raise LedgerUnusable(
                f"The folder of the ledger cannot be written ({error.strerror or 'no access'}). Check who may write in "
                "it, or set BATCHINVOICE_HOME to another folder. Nothing was sent."
            ) from None

    def __exit__(self, *_: object) -> None:
        if self._lock:
            self._lock.release()
