"""The ledger's file: made, migrated, private, synced for power loss, held by one process, refused in plain words."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import textwrap
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_making import new_row, new_run, planned
from sqlalchemy import create_engine, inspect

from batchinvoice.ledger import store, tables
from batchinvoice.ledger.errors import LedgerBusy, LedgerNewer, LedgerUnusable
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import NEWEST, open_store

Opener = Callable[..., Ledger]
WHO = ("Noura Al-Mutairi", "66123456")


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in other ways")
def test_it_is_made_on_first_use_for_its_owner_alone(url: str, open_ledger: Opener) -> None:
    previous = os.umask(0)
    try:
        planned(open_ledger())
    finally:
        os.umask(previous)
    assert stat.S_IMODE(file_of(url).stat().st_mode) == 0o600
    file_of(url).chmod(0o644)
    open_ledger()
    assert stat.S_IMODE(file_of(url).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps access in other ways")
def test_it_is_private_from_its_first_moment(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refused)
    previous = os.umask(0)
    try:
        open_store(url).dispose()
    finally:
        os.umask(previous)
    assert stat.S_IMODE(file_of(url).stat().st_mode) == 0o600


def test_an_sqlite_too_old_for_entries_is_refused_before_anything_is_made(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(LedgerUnusable, match=r"too old.*3\.35.*Nothing was sent"):
        open_store(url)
    assert not file_of(url).exists()


def test_it_is_brought_to_the_newest_version_and_has_every_table_and_column(url: str, open_ledger: Opener) -> None:
    open_ledger()
    engine = create_engine(url)
    found = inspect(engine)
    assert set(found.get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    for table in tables.metadata.tables.values():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(table.name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert {index["name"] for index in found.get_indexes(table.name)} == {index.name for index in table.indexes}
        assert found.get_pk_constraint(table.name)["constrained_columns"] == [c.name for c in table.primary_key]
        assert len(found.get_foreign_keys(table.name)) == len(table.foreign_keys)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == NEWEST
    engine.dispose()


def test_a_ledger_that_is_opened_again_has_kept_everything(open_ledger: Opener) -> None:
    first = open_ledger()
    run, rows = planned(first)
    first.close()
    again = open_ledger()
    assert again.run(run.id) == run
    assert list(again.rows(run)) == rows


def test_making_it_is_all_or_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    really, left = op.create_table, [3]

    def create_table(*args: object, **how: object) -> object:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return really(*args, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(op, "create_table", create_table)
    with pytest.raises(KeyboardInterrupt):
        open_store(url)
    assert sqlite3.connect(file_of(url)).execute("SELECT name FROM sqlite_master").fetchall() == []
    monkeypatch.undo()
    open_store(url).dispose()


def test_a_newer_version_is_refused_in_words(url: str, open_ledger: Opener) -> None:
    open_ledger().close()
    with sqlite3.connect(file_of(url)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerNewer, match=r"newer batchinvoice.*pip install -U batchinvoice"):
        open_ledger()


def test_a_commit_survives_a_power_cut(open_ledger: Opener) -> None:
    ledger = open_ledger()
    for _ in range(2):  # a connection from the pool has kept its settings
        with ledger._engine.connect() as connection:
            settings = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            assert settings == {"journal_mode": "delete", "synchronous": 3, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, open_ledger: Opener) -> None:
    (tmp_path / "taken").write_text("a file, not a folder")
    with pytest.raises(LedgerUnusable, match=r"taken/home/ledger.*BATCHINVOICE_HOME.*Nothing was sent"):
        open_ledger(address=f"sqlite:///{tmp_path}/taken/home/ledger.sqlite3")


def test_a_folder_in_place_of_the_file_is_told(tmp_path: Path, open_ledger: Opener) -> None:
    with pytest.raises(LedgerUnusable, match=r"cannot be used \(Is a directory\)|Permission denied"):
        open_ledger(address=f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    "damage", [b"this is no database at all, whatever it says", b"SQLite format 3\0" + b"\xff" * 4000]
)
def test_a_damaged_file_is_told(url: str, open_ledger: Opener, damage: bytes) -> None:
    file_of(url).parent.mkdir()
    file_of(url).write_bytes(damage)
    with pytest.raises(LedgerUnusable, match=r"is (damaged|damaged or is no ledger) \((file is not|.*malformed)"):
        open_ledger()
    assert file_of(url).read_bytes() == damage


def test_damage_that_shows_itself_later_is_told(url: str, open_ledger: Opener) -> None:
    ledger = open_ledger()
    run, _ = planned(ledger, [new_row(n) for n in range(50)])
    ledger.close()
    whole = file_of(url).read_bytes()
    file_of(url).write_bytes(whole[: len(whole) // 2 // 4096 * 4096])
    with pytest.raises(LedgerUnusable, match="ledger"):
        list(open_ledger().rows(run))


@pytest.mark.parametrize(
    "address",
    ["nonsense", "oracle://u:secret@host/db", "sqlite:///:memory:", "sqlite://", "x://", "sqlite:///in-this-folder.db"],
)
def test_an_address_that_cannot_be_used_is_told_by_the_settings_name(open_ledger: Opener, address: str) -> None:
    with pytest.raises(LedgerUnusable, match="BATCHINVOICE_LEDGER_URL") as told:
        open_ledger(address=address)
    assert "secret" not in str(told.value)


def test_a_password_in_the_address_is_never_told(tmp_path: Path, open_ledger: Opener) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LedgerUnusable) as told:
        open_ledger(address=f"sqlite://u:secret1@/{tmp_path}/file/l?password=secret2")
    assert "secret" not in str(told.value)


def test_customers_are_in_no_traceback(url: str, open_ledger: Opener) -> None:
    ledger = open_ledger()
    with sqlite3.connect(file_of(url)) as raw:
        raw.execute("ALTER TABLE rows RENAME TO lost")
    with pytest.raises(LedgerUnusable, match="no such table") as told:
        ledger.add_run(new_run(), [new_row(customer=WHO[0], mobile=WHO[1])], [])
    text = "".join(traceback.format_exception(told.value))
    assert "INSERT INTO" in text  # whoever mends it sees what was tried
    assert not [who for who in WHO if who in text]


HOLDER = """
    import sys
    from batchinvoice import checking
    from batchinvoice.ledger.ledger import Ledger
    ledger = Ledger.open(sys.argv[1], "sandbox", "842217", checking.now)
    with ledger.working():
        print("held", flush=True)
        sys.stdin.read()
"""


def hold(url: str) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLDER), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    return holder


def test_one_process_works_with_it_and_a_killed_one_frees_it(url: str, open_ledger: Opener) -> None:
    ledger = open_ledger()
    with hold(url) as holder:
        with pytest.raises(LedgerBusy, match="Another batchinvoice is working"), ledger.working():
            pytest.fail("two at once")
        planned(ledger)  # planning and reading are free meanwhile
        holder.kill()
        holder.wait()
    with ledger.working():
        pass


def test_a_ledger_under_another_name_is_still_the_same(url: str, tmp_path: Path, open_ledger: Opener) -> None:
    open_ledger()
    try:
        (tmp_path / "elsewhere.db").symlink_to(file_of(url))
    except OSError:
        pytest.skip("no symbolic links here")
    with hold(url) as holder:
        with pytest.raises(LedgerBusy), open_ledger(address=f"sqlite:///{tmp_path}/elsewhere.db").working():
            pytest.fail("two at once")
        holder.kill()


def test_a_lock_that_cannot_be_had_is_told(url: str, open_ledger: Opener) -> None:
    ledger = open_ledger()
    file_of(url).with_suffix(".lock").mkdir()
    with pytest.raises(LedgerUnusable, match="folder of the ledger cannot be written"), ledger.working():
        pytest.fail("no lock was had")


def test_two_processes_that_open_a_new_ledger_at_once_both_can(url: str) -> None:
    program = "import sys; from batchinvoice.ledger.store import open_store; open_store(sys.argv[1])"
    both = [subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [process.communicate()[1] for process in both] == ["", "", ""]
    assert [process.returncode for process in both] == [0, 0, 0]


def test_the_newest_version_is_the_newest_migration() -> None:
    versions = sorted(path.name[:4] for path in (Path(store.__file__).parent / "migrations/versions").glob("[0-9]*.py"))
    assert versions[-1] == NEWEST


def test_a_ledger_that_was_worked_with_and_is_gone_is_not_begun_anew(url: str, open_ledger: Opener) -> None:
    ledger = open_ledger()
    with ledger.working():
        pass
    ledger.close()
    file = Path(url.removeprefix("sqlite:///"))
    aside = file.rename(file.with_name("aside.sqlite3"))
    with pytest.raises(LedgerUnusable, match="is gone, though it has been there"):
        open_ledger()
    assert not file.exists()
    aside.rename(file)
    open_ledger()
