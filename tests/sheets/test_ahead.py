"""A sheet that is begun to be read before anybody says what is asked of it."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import resource_tracker
from pathlib import Path

import psutil
import pytest
from hostile_files import GOOD, workbook

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets import guard, reader, reading
from batchinvoice.sheets.ahead import ahead
from batchinvoice.sheets.unreadable import UnreadableSheet

forked_only = pytest.mark.skipif(sys.platform != "linux", reason="a new interpreter knows nothing of the patch")
ASKED = Asked(sheet="Invoices")


def nothing() -> None:
    pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook())
    if sys.platform != "win32":
        resource_tracker.ensure_running()  # a new interpreter wants it, and it stays
    return path


@pytest.fixture
def readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that gets a line when a reading begins; what is read is the path and what was asked."""
    note = tmp_path / "readings"

    def begin(path: Path) -> Callable[[Asked], tuple[Path, Asked]]:
        with note.open("a", encoding="utf-8") as file:
            file.write(f"{path.name}\n")
        return lambda asked: (path, asked)

    monkeypatch.setattr(reading, "begin", begin)
    monkeypatch.setattr(guard, "_start_method", lambda: "fork")  # whatever threads other tests have left
    return note


def has_begun(note: Path) -> list[str]:
    until = time.monotonic() + 10
    while not note.exists() or not note.read_text(encoding="utf-8"):
        assert time.monotonic() < until
        time.sleep(0.005)
    return note.read_text(encoding="utf-8").split()


@forked_only
def test_it_is_read_before_anybody_asks_and_once(path: Path, readings: Path) -> None:
    with ahead(path) as read:
        assert has_begun(readings) == ["a.xlsx"]
        done: list[str] = []
        assert read(path, ASKED, lambda: done.append("meanwhile")) == (path, ASKED)
        assert done == ["meanwhile"]
        assert has_begun(readings) == ["a.xlsx"]


@forked_only
def test_another_sheet_and_the_same_once_more_are_read_anew(path: Path, readings: Path) -> None:
    other = path.with_name("b.xlsx")
    with ahead(path) as read:
        has_begun(readings)
        assert [read(each, ASKED, nothing) for each in (other, path, path)] == [(p, ASKED) for p in (other, path, path)]
    assert has_begun(readings) == ["a.xlsx", "b.xlsx", "a.xlsx"]


def short_of_time(_: object) -> None:
    """As `reader._limit`."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0.2)


@forked_only
def test_one_that_does_not_end_is_ended_though_nobody_asks_and_why_is_said_then(
    path: Path, readings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "begin", lambda _: time.sleep(60))
    monkeypatch.setattr(reader, "_limit", short_of_time)
    with ahead(path) as read, pytest.raises(UnreadableSheet, match="takes longer"):
        read(path, Asked(), lambda: time.sleep(0.3))


@forked_only
def test_however_long_nobody_asks_it_waits(path: Path, readings: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A keyring may ask for its password meanwhile."""
    monkeypatch.setattr(reader, "_limit", short_of_time)
    with ahead(path) as read:
        has_begun(readings)
        time.sleep(0.3)
        assert read(path, ASKED, nothing) == (path, ASKED)


@forked_only
def test_a_reader_that_is_bounded_only_while_it_is_watched_begins_when_it_is_asked(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "_start_method", lambda: "spawn")
    before = psutil.Process().children()
    with ahead(path) as read:
        assert psutil.Process().children() == before
        assert read(path, Asked(), nothing).path == path


def test_what_stands_in_it_is_the_same(path: Path) -> None:
    with ahead(path) as read:
        assert [list(row) for row in read(path, Asked(), nothing).invoices.cells] == [list(GOOD)]


def test_why_it_cannot_be_read_is_said_when_it_is_asked_for(tmp_path: Path) -> None:
    with ahead(tmp_path / "gone.xlsx") as read, pytest.raises(UnreadableSheet, match="There is no file"):
        read(tmp_path / "gone.xlsx", Asked(), nothing)


def test_nobody_reads_on_where_it_is_never_asked_for(path: Path) -> None:
    before = psutil.Process().children()
    with pytest.raises(KeyError), ahead(path):
        raise KeyError
    assert psutil.Process().children() == before


@forked_only
def test_a_reader_that_does_not_end_is_gone_once_that_is_said(
    path: Path, readings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "begin", lambda path: lambda asked: time.sleep(60))
    monkeypatch.setattr(guard, "_SECONDS", 0.1)
    before = psutil.Process().children()
    with ahead(path) as read:
        with pytest.raises(UnreadableSheet, match="takes longer"):
            read(path, Asked(), nothing)
        assert psutil.Process().children() == before
