"""Which disks may hold a ledger, and what is said when a disk refuses: with SQLite's own errors, not made-up ones."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest
from ledger_making import new_row, planned
from sqlalchemy import event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError

from batchinvoice.ledger import disk
from batchinvoice.ledger.disk import network_kind, unwritable
from batchinvoice.ledger.errors import LedgerBusy, LedgerError, LedgerUnusable
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import open_store

Opener = Callable[..., Ledger]

# As psutil tells them on each system.
LINUX = [
    ("/", "ext4", "rw,relatime"),
    ("/proc", "proc", "rw"),
    ("/home", "btrfs", "rw"),
    ("/home/fatima/remote", "fuse.sshfs", "rw,user_id=1000"),
    ("/srv", "autofs", "rw,fd=6"),
    ("/srv/office", "nfs4", "rw,vers=4.2,addr=10.0.0.9"),
    ("/srv/office/scratch", "tmpfs", "rw"),
    ("/mnt/auto", "autofs", "rw"),
    ("/mnt/auto", "cifs", "rw,vers=3.1.1"),
    ("/mnt/was", "nfs", "rw"),
    ("/mnt/was", "ext4", "rw"),
    ("/media/stick", "fuseblk", "rw"),
]
MAC = [
    ("/", "apfs", "ro,local,rootfs"),
    ("/System/Volumes/Data", "apfs", "rw,local,journaled"),
    ("/Volumes/Invoices", "smbfs", "rw,nodev,nosuid"),
    ("/Volumes/Old", "afpfs", "rw"),
    ("/Volumes/Stick", "exfat", "rw,local"),
]
WINDOWS = [
    ("C:\\", "NTFS", "rw,fixed"),
    ("D:\\", "", "cdrom"),
    ("E:\\", "exFAT", "rw,removable"),
    ("Z:\\", "NTFS", "rw,remote"),
]


@pytest.mark.parametrize(
    ("path", "mounts", "kind"),
    [
        (PurePosixPath("/home/fatima/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/home/fatima/remote/ledger.sqlite3"), LINUX, "fuse.sshfs"),
        (PurePosixPath("/home/fatima/remote-not/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/srv/office/a/b/ledger.sqlite3"), LINUX, "nfs4"),
        (PurePosixPath("/srv/office/scratch/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/srv/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/mnt/auto/ledger.sqlite3"), LINUX, "cifs"),
        (PurePosixPath("/mnt/was/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/media/stick/ledger.sqlite3"), LINUX, None),
        (PurePosixPath("/Users/fatima/Library/ledger.sqlite3"), MAC, None),
        (PurePosixPath("/Volumes/Invoices/ledger.sqlite3"), MAC, "smbfs"),
        (PurePosixPath("/Volumes/Old/ledger.sqlite3"), MAC, "afpfs"),
        (PurePosixPath("/Volumes/Stick/ledger.sqlite3"), MAC, None),
        (PureWindowsPath(r"C:\Users\fatima\ledger.sqlite3"), WINDOWS, None),
        (PureWindowsPath(r"E:\ledger.sqlite3"), WINDOWS, None),
        (PureWindowsPath(r"z:\home\ledger.sqlite3"), WINDOWS, "a network drive"),
        (PureWindowsPath(r"\\server\share\ledger.sqlite3"), WINDOWS, "a network share"),
        (PureWindowsPath("//server/share/ledger.sqlite3"), [], "a network share"),
        (PureWindowsPath(r"\\?\UNC\server\share\ledger.sqlite3"), WINDOWS, "a network share"),
        (PureWindowsPath("\\\\?\\C:\\ledger.sqlite3"), WINDOWS, None),
        (PurePosixPath("/anywhere"), [], None),
    ],
)
def test_a_network_file_system_is_known_by_the_innermost_mount(
    path: PurePath, mounts: list[tuple[str, str, str]], kind: str | None
) -> None:
    assert network_kind(path, mounts) == kind


def test_a_ledger_on_a_network_file_system_is_refused_and_nothing_is_made_there(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_ledger: Opener
) -> None:
    monkeypatch.setattr(disk, "_mounts", lambda _: [(str(tmp_path.resolve()), "nfs4", "rw")])
    with pytest.raises(LedgerUnusable, match=r"home: that is a network folder \(nfs4\).*BATCHINVOICE_HOME") as told:
        open_ledger()
    assert "own disk. Nothing was sent." in str(told.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [PermissionError("no"), RuntimeError("odd"), NotImplementedError()])
def test_a_system_that_does_not_tell_its_disks_keeps_nobody_from_working(
    monkeypatch: pytest.MonkeyPatch, open_ledger: Opener, failure: Exception
) -> None:
    import psutil

    def fails(**_: object) -> None:
        raise failure

    monkeypatch.setattr(psutil, "disk_partitions", fails)
    planned(open_ledger())


def test_this_system_tells_its_disks(tmp_path: Path) -> None:
    assert [at for at, _, _ in disk._mounts(tmp_path) if tmp_path.resolve().is_relative_to(at)]


@pytest.fixture
def engine_error(url: str) -> Iterator[Callable[[Callable[[sqlite3.Connection], object]], LedgerError]]:
    """What is told of the error that SQLite itself raises when a test uses a ledger wrongly."""
    engine = open_store(url)
    engine.dispose()  # so that a test can lay hands on the file, on Windows too

    def told(spoil: Callable[[sqlite3.Connection], object]) -> LedgerError:
        event.listen(engine, "connect", lambda connection, _: spoil(connection))
        with pytest.raises(DBAPIError) as raised, engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE more AS SELECT zeroblob(1000000) AS much")
        return unwritable(raised.value, engine.url)

    yield told
    engine.dispose()


Told = Callable[[Callable[[sqlite3.Connection], object]], LedgerError]


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_a_full_disk_is_told(url: str, engine_error: Told) -> None:
    told = engine_error(lambda connection: connection.execute("PRAGMA max_page_count = 1"))
    assert isinstance(told, LedgerUnusable)
    assert str(told).startswith(f"The disk with the ledger {make_url(url).database} is full. Free some space")
    assert "“batchinvoice resume”" in str(told)


def test_a_read_only_ledger_is_told(engine_error: Told) -> None:
    told = engine_error(lambda connection: connection.execute("PRAGMA query_only = 1"))
    assert isinstance(told, LedgerUnusable)
    assert "is read-only. Check who may write" in str(told)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions bind nobody here")
def test_a_folder_that_its_user_may_not_write_is_told(url: str, engine_error: Told) -> None:
    file_of(url).parent.chmod(0o500)
    try:
        told = engine_error(lambda _: None)
    finally:
        file_of(url).parent.chmod(0o700)
    assert isinstance(told, LedgerUnusable)
    assert "who may write" in str(told)


def test_a_folder_that_has_gone_is_told(url: str, engine_error: Told) -> None:
    shutil.rmtree(file_of(url).parent)
    told = engine_error(lambda _: None)
    assert isinstance(told, LedgerUnusable)
    assert "Check that its folder is there" in str(told)


def test_a_program_that_holds_the_ledger_is_told(url: str, engine_error: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchinvoice.ledger.store._BUSY_SECONDS", 0)
    with sqlite3.connect(file_of(url)) as other:
        other.execute("BEGIN EXCLUSIVE")
        told = engine_error(lambda _: None)
        other.rollback()
    assert isinstance(told, LedgerBusy)
    assert "Another program holds the ledger" in str(told)


def test_a_program_that_holds_the_ledger_is_told_when_it_is_opened(
    url: str, open_ledger: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger().close()
    monkeypatch.setattr("batchinvoice.ledger.store._BUSY_SECONDS", 0)
    with sqlite3.connect(file_of(url)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(LedgerBusy, match="Another program holds the ledger"):
            open_ledger()
        other.rollback()


def test_damage_is_told_without_the_advice_to_begin_anew(url: str, engine_error: Told) -> None:
    whole = file_of(url).read_bytes()
    file_of(url).write_bytes(whole[:100] + b"\x55" * (len(whole) - 100))
    told = engine_error(lambda _: None)
    assert isinstance(told, LedgerUnusable)
    assert "is damaged (database disk image is malformed). Do not delete it" in str(told)
    assert "BATCHINVOICE_HOME" not in str(told)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit on Windows")
def test_a_disk_that_refuses_in_other_ways_is_told(url: str, engine_error: Told) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_of(url).stat().st_size, before[1]))
    try:
        told = engine_error(lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "did not carry out what the ledger" in str(told)
    assert "full, unplugged or failing" in str(told)


def test_other_errors_keep_their_own_words_and_the_password_stays_in() -> None:
    error = OperationalError("SELECT 1", {}, Exception("server closed the connection"))
    told = unwritable(error, make_url("postgresql://fatima:secret1@db/ledger?password=secret2"))
    assert "postgresql://fatima:***@db/ledger could not be read or written (server closed the connection)" in str(told)
    assert "secret" not in str(told)


def test_a_ledger_that_was_refused_is_whole_and_goes_on(url: str, engine_error: Told, open_ledger: Opener) -> None:
    engine_error(lambda connection: connection.execute("PRAGMA max_page_count = 1"))
    ledger = open_ledger()
    run, rows = planned(ledger, [new_row(n) for n in range(40)])
    assert len(list(ledger.rows(run))) == len(rows) == 40
