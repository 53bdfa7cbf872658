"""An older ledger is copied, then brought to the newest version, whole or not at all, while nobody works with it."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from itertools import takewhile
from pathlib import Path

import pytest
from alembic import command, op
from alembic.config import Config
from disk_events import Event, Wrote
from filelock import FileLock
from power_cut import Disk, Fate
from recording_vfs import CannotRecord, Recorder
from sqlalchemy import create_engine

from batchinvoice.ledger import upgrade
from batchinvoice.ledger.errors import LedgerBusy, LedgerUnusable
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import NEWEST, open_store

Opener = Callable[..., Ledger]
MIGRATIONS = Path(upgrade.__file__).parent / "migrations"
RUN = (
    "INSERT INTO runs (id, environment, merchant_code, status, source, source_name, sha256, sheet, tables, notes,"
    " options, started_by, version, planned_at, input_count, input_amount) VALUES (?, 'sandbox', '842217', 'planned',"
    " '/in/a.xlsx', 'a.xlsx', '', 'Invoices', '[]', '[]', '{}', 'fatima@desk', '0.1.0', '2026-11-22 09:30:00', 0, 0)"
)


@pytest.fixture
def file(url: str) -> Path:
    """The ledger as version 0001 left it, with one run in it."""
    file = Path(url.removeprefix("sqlite:///"))
    file.parent.mkdir()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(RUN, ("20261122-001",))
    engine.dispose()
    return file


def version(file: Path) -> str:
    with closing(sqlite3.connect(file)) as raw:
        return str(raw.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def content(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as raw:
        return list(raw.iterdump())


def copies(file: Path) -> list[str]:
    return sorted(path.name for path in file.parent.iterdir() if ".before-" in path.name)


def test_an_older_ledger_is_copied_and_then_migrated(url: str, file: Path, open_ledger: Opener) -> None:
    before = content(file)
    ledger = open_ledger()
    assert version(file) == NEWEST
    assert [run.id for run in ledger.history(9)] == ["20261122-001"]
    assert copies(file) == [f"ledger.before-{NEWEST}.sqlite3"]
    copy = file.with_name(copies(file)[0])
    assert content(copy) == before
    if os.name != "nt":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    open_ledger()
    assert copies(file) == [copy.name]  # opening it again copies nothing


def test_a_copy_takes_the_place_of_no_other(file: Path, open_ledger: Opener) -> None:
    taken = [file.with_name(f"ledger.before-{NEWEST}{number}.sqlite3") for number in ("", "-2")]
    for path in taken:
        path.write_text("somebody's")
    before = content(file)
    open_ledger()
    assert [path.read_text() for path in taken] == ["somebody's"] * 2
    assert content(file.with_name(f"ledger.before-{NEWEST}-3.sqlite3")) == before


def test_a_new_ledger_needs_no_copy(url: str, open_ledger: Opener) -> None:
    open_ledger()
    file = Path(url.removeprefix("sqlite:///"))
    assert (version(file), copies(file)) == (NEWEST, [])


def test_the_copy_is_what_is_migrated_and_nobody_writes_in_between(
    url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, tried = upgrade.back_up, []

    def back_up(*of: object) -> Path:
        copy = really(*of)  # type: ignore[arg-type]
        with closing(sqlite3.connect(file, timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute(RUN, ("20261122-002",))
            tried.append(copy)
        return copy

    monkeypatch.setattr(upgrade, "back_up", back_up)
    open_store(url).dispose()
    assert len(tried) == 1


def test_without_a_copy_nothing_is_migrated(file: Path, open_ledger: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(file)

    class Full(sqlite3.Connection):
        def backup(self, target: sqlite3.Connection, **how: object) -> None:
            target.execute("PRAGMA max_page_count = 3")
            super().backup(target, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(sqlite3, "connect", lambda path: Full(path))
    with pytest.raises(LedgerUnusable, match=r"copy could not be written beside it.*full.*as it was, and nothing was"):
        open_ledger()
    monkeypatch.undo()
    assert content(file) == before
    assert copies(file) == []
    open_ledger()
    assert version(file) == NEWEST


def test_a_folder_in_which_no_copy_can_be_made_is_told(
    file: Path, open_ledger: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, really = content(file), os.open

    def refuse(path: object, flags: int, mode: int = 0o777) -> int:
        if ".before-" in str(path):
            raise PermissionError(13, "Permission denied")
        return really(path, flags, mode)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(LedgerUnusable, match=r"copy could not be written beside it \(Permission denied\)"):
        open_ledger()
    assert content(file) == before


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), sqlite3.OperationalError("database or disk is full")])
def test_a_migration_that_breaks_off_leaves_the_ledger_as_it_was(
    url: str, file: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    before, really = content(file), op.execute

    def breaks_off(*what: object) -> None:
        really(*what)  # type: ignore[arg-type]
        raise failure

    monkeypatch.setattr(op, "execute", breaks_off)  # the last step of 0002
    with pytest.raises(type(failure)):
        open_store(url)
    monkeypatch.undo()
    assert content(file) == before
    assert content(file.with_name(copies(file)[0])) == before
    open_store(url).dispose()
    assert version(file) == NEWEST


def test_an_older_ledger_that_another_process_works_with_is_left_alone(
    url: str, file: Path, open_ledger: Opener
) -> None:
    before = content(file)
    with FileLock(file.with_suffix(".lock")):
        with pytest.raises(LedgerBusy, match="Another batchinvoice is working"):
            open_ledger()
        assert (content(file), copies(file)) == (before, [])
    with open_ledger().working():  # the lock was let go after migrating
        pass


def test_the_copy_survives_a_power_cut_before_the_ledger_is_changed(url: str, file: Path) -> None:
    log: list[Event] = []
    try:
        recorder = Recorder(log.append)
    except CannotRecord as reason:
        pytest.skip(str(reason))
    try:
        open_store(url).dispose()
    finally:
        recorder.close()
    disk = Disk()
    for event in takewhile(lambda event: not (isinstance(event, Wrote) and event.file == file.name), log):
        disk.happens(event)
    copy = copies(file)[0]
    left = {name: content for name, content in disk.after_power_cut(Fate(kept=0)).items() if name.startswith(copy)}
    assert left == {copy: file.with_name(copy).read_bytes()}
