"""Bringing a ledger to the newest version: a copy beside it first, then the migration, whole or not at all."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager, closing
from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from batchinvoice.ledger.audit import note_migration
from batchinvoice.ledger.errors import LedgerNewer, LedgerUnusable


def upgrade(engine: Engine, newest: str, file: Path | None, lock: AbstractContextManager[object]) -> None:
    """Bring the database to the newest version. `file` is the ledger's, if it is one; `lock` is its working lock.

    Raises LedgerNewer; LedgerBusy if another process works with an older ledger; LedgerUnusable if it cannot be copied.
    """
    with engine.connect() as connection:
        version = _version(connection)
    if version == newest:
        return
    if version is None:  # nothing in it yet: two processes may make it at once, and the second finds it made
        _migrate(engine, newest, None)
        return
    if version > newest:
        raise LedgerNewer(
            "The ledger was written by a newer batchinvoice. Install that version: pip install -U batchinvoice"
        )
    with lock:
        _migrate(engine, newest, file)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def _migrate(engine: Engine, newest: str, file: Path | None) -> None:
    # Imported here: most starts find the newest version and need no Alembic.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    with engine.begin() as connection:  # nobody else writes from here on: the copy is what is migrated
        before = _version(connection)
        if file and before != newest:
            back_up(file, newest)
        config.attributes["connection"] = connection
        command.upgrade(config, newest)
        if before and before != newest:
            note_migration(connection, before, newest)


def back_up(file: Path, newest: str) -> Path:
    """Copy the ledger beside itself as it is before this version: whole, synced, for its owner alone."""
    copy: Path | None = None
    try:
        copy = _new_file(file, newest)
        with closing(sqlite3.connect(file)) as ledger, closing(sqlite3.connect(copy)) as beside:
            # Its last step syncs the folder, too: the copy is there after a power cut.
            beside.execute("PRAGMA synchronous=EXTRA")
            ledger.backup(beside)
    except (OSError, sqlite3.Error) as error:
        if copy:
            copy.unlink(missing_ok=True)
        raise LedgerUnusable(
            f"The ledger {file} is of an older version. Before it is brought to the new one it is copied, and the copy "
            f"could not be written beside it ({getattr(error, 'strerror', None) or error}). See whether the disk is "
            "full and who may write in the folder, then run this again. The ledger is as it was, and nothing was sent."
        ) from None
    return copy


def _new_file(file: Path, newest: str) -> Path:
    """An empty file that was not there before: `ledger.before-0003.sqlite3`, or `ledger.before-0003-2.sqlite3`…"""
    numbers = chain([""], (f"-{number}" for number in count(2)))
    names = (file.with_name(f"{file.stem}.before-{newest}{number}{file.suffix}") for number in numbers)
    copy = next(name for name in names if not name.exists())
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    return copy
