"""Opening the ledger's database: made on first use, brought to the newest version, synced for power loss."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from batchinvoice.ledger.errors import LedgerBusy, LedgerNewer, LedgerUnusable

NEWEST = "0002"
_BUSY_SECONDS = 30


def sqlite_url(home: Path) -> str:
    """The address of the ledger file in a folder."""
    return f"sqlite:///{(home / 'ledger.sqlite3').as_posix()}"


def open_store(url: str) -> Engine:
    """Open the database, making or migrating it as needed.

    Raises LedgerUnusable (folder, permissions, damage, unknown kind of database) or LedgerNewer.
    """
    try:
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            _make_private(_file(address))
        # No parameters in errors: they are customers' names and phones.
        engine = create_engine(address, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError):
        raise LedgerUnusable(
            "BATCHINVOICE_LEDGER_URL is not the address of a database that can be used here."
        ) from None
    except OSError as error:
        raise _unusable(url, error.strerror or "no access") from None
    if engine.dialect.name == "sqlite":
        _set_up_sqlite(engine)
    try:
        _migrate(engine)
    except DBAPIError as error:
        raise _unusable(url, str(error.orig)) from None
    return engine


def _file(address: URL) -> Path:
    if address.database in (None, "", ":memory:"):
        raise LedgerUnusable("BATCHINVOICE_LEDGER_URL names no file, and a ledger must outlive the program. Name one.")
    return Path(str(address.database)).resolve()


def _unusable(url: str, why: str) -> LedgerUnusable:
    where = make_url(url).set(query={}).render_as_string(hide_password=True)
    return LedgerUnusable(
        f"The ledger {where} cannot be used ({why}). Check that its folder exists and can be written to, "
        "or set BATCHINVOICE_HOME to another folder. Nothing was sent."
    )


def _make_private(file: Path) -> None:
    """The ledger holds customers' names and phones: only its owner may read it (where the system knows owners)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
    with suppress(OSError):
        file.chmod(0o600)


def _set_up_sqlite(engine: Engine) -> None:
    """A rollback journal, synced together with its folder: a commit that was reported survives a power cut.

    Not WAL: SQLite 3.7.0 to 3.51.2 can lose a WAL's content when two connections meet.
    """

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None  # BEGIN is ours, below
        for setting in (
            "journal_mode=DELETE",
            "synchronous=EXTRA",
            "foreign_keys=ON",
            f"busy_timeout={_BUSY_SECONDS * 1000}",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    with engine.connect() as connection:
        version = None
        if inspect(connection).has_table("alembic_version"):
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if version == NEWEST:
        return
    if version is not None and version > NEWEST:
        raise LedgerNewer(
            "The ledger was written by a newer batchinvoice. Install that version: pip install -U batchinvoice"
        )
    # Imported here: most starts find the newest version and need no Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def working_lock(engine: Engine) -> AbstractContextManager[object]:
    """Held while a run is driven: one process at a time works with a ledger file. It dies with its process.

    Raises LedgerBusy on entering when another process holds it, LedgerUnusable when its folder cannot be written.
    """
    return _WorkingLock(_file(engine.url) if engine.dialect.name == "sqlite" else None)


class _WorkingLock:
    def __init__(self, file: Path | None) -> None:
        self._lock = FileLock(file.with_suffix(".lock")) if file else None

    def __enter__(self) -> None:
        try:
            if self._lock:
                self._lock.acquire(timeout=0)
        except Timeout:
            raise LedgerBusy(
                "Another batchinvoice is working with this ledger at this moment. "
                "Wait until it has finished, then run this again; nothing was sent."
            ) from None
        except OSError as error:
            raise LedgerUnusable(
                f"The folder of the ledger cannot be written ({error.strerror or 'no access'}). Check who may write in "
                "it, or set BATCHINVOICE_HOME to another folder. Nothing was sent."
            ) from None

    def __exit__(self, *_: object) -> None:
        if self._lock:
            self._lock.release()
