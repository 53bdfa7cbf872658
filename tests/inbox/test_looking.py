"""How the watcher looks again and again: for how long it waits, what it does first, and that it keeps nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from batchinvoice.exits import Exit
from batchinvoice.inbox import watch
from batchinvoice.inbox.layout import Inbox
from batchinvoice.inbox.patience import PutOff
from batchinvoice.inbox.take import Taken
from batchinvoice.inbox.watch import Terms, Watcher


def done(desk: Any, path: Path) -> Taken:
    path.unlink()
    return Taken(Exit.WELL, f"{path.name} is done")


@pytest.fixture
def looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Watcher, list[str]]]:
    """A watcher whose work on a sheet is what a test says."""

    @contextmanager
    def desk(inbox: Inbox, put_off: PutOff) -> Iterator[Any]:
        yield SimpleNamespace(inbox=inbox, put_off=put_off)

    def made(one: Callable[[Any, Path], Taken] = done, **terms: Any) -> tuple[Watcher, list[str]]:
        monkeypatch.setattr(watch, "_one", one)
        monkeypatch.setattr(watch, "tend", lambda desk, new: ())
        monkeypatch.setattr(watch, "left_behind", lambda desk: ())
        said: list[str] = []
        return Watcher(tmp_path, Terms(**{"poll": 0.01, "still": 0.01, **terms}), list, desk, said.append), said

    return made


def test_what_came_during_long_work_is_taken_too(
    tmp_path: Path, looking: Callable[..., tuple[Watcher, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_ONCE_SECONDS", 0.2)

    def slow(desk: Any, path: Path) -> Taken:
        time.sleep(0.3)
        if path.name == "first.pdf":
            (tmp_path / "second.pdf").write_bytes(b"x")
        return done(desk, path)

    (tmp_path / "first.pdf").write_bytes(b"x")
    (tmp_path / "never whole.xlsx").write_bytes(b"PK")
    watcher, said = looking(slow, once=True, still=0.1)
    assert watcher.watch() is Exit.WELL
    assert said[:2] == ["first.pdf is done", "second.pdf is done"]
    assert "left for the next time: never whole.xlsx" in said[2]


def test_once_asked_to_stop_it_begins_nothing_more(
    tmp_path: Path, looking: Callable[..., tuple[Watcher, list[str]]]
) -> None:
    def asked(desk: Any, path: Path) -> Taken:
        signal.raise_signal(signal.SIGINT)
        return done(desk, path)

    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"x")
    watcher, said = looking(asked)
    assert watcher.watch() is Exit.WELL
    assert len(said) == 1
    assert len(list(tmp_path.glob("*.pdf"))) == 1


def test_one_files_trouble_is_its_own(tmp_path: Path, looking: Callable[..., tuple[Watcher, list[str]]]) -> None:
    def refused(desk: Any, path: Path) -> Taken:
        if path.name == "a.pdf":
            raise PermissionError(13, "Permission denied", str(path))
        return done(desk, path)

    for name in ("a.pdf", "b.pdf"):
        (tmp_path / name).write_bytes(b"x")
    watcher, said = looking(refused, once=True)
    assert watcher.watch() is Exit.NOT_RUN
    assert ("a.pdf: Permission denied" in said[0], said[1]) == (True, "b.pdf is done")
    assert (tmp_path / "processing" / "a.pdf").exists()


def test_a_file_that_cannot_be_moved_is_said_once(
    tmp_path: Path, looking: Callable[..., tuple[Watcher, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def refused(path: Path, room: Path) -> Path:
        tries.append(path)
        if len(tries) == 5:
            signal.raise_signal(signal.SIGINT)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(watch, "move", refused)
    (tmp_path / "a.pdf").write_bytes(b"x")
    watcher, said = looking()
    watcher.watch()
    assert said == ["a.pdf cannot be moved (Permission denied), so it is not run. It waits."]


def test_days_of_looking_leave_nothing_in_memory(
    tmp_path: Path, looking: Callable[..., tuple[Watcher, list[str]]]
) -> None:
    """Each day another file is open, and taken away again, and another sheet is tried in vain, and taken away, too."""
    days = 30

    def in_vain(desk: Any, path: Path) -> Taken:
        day = int(path.stem)
        for name in (f"open {day}.xlsx", f"~$open {day}.xlsx", f"processing/{day - 1}.pdf"):
            (tmp_path / name).unlink(missing_ok=True)
        for name in (f"open {day + 1}.xlsx", f"~$open {day + 1}.xlsx", f"{day + 1}.pdf"):
            (tmp_path / name).write_bytes(b"PK\x05\x06")
        if day == days:
            signal.raise_signal(signal.SIGINT)
        return Taken(Exit.NOT_RUN, "in vain", again=True)

    (tmp_path / "0.pdf").write_bytes(b"x")
    watcher, said = looking(in_vain, still=0.05, retry=60.0)
    watcher.watch()
    assert len([words for words in said if "is open in Excel" in words]) >= days - 1
    kept = [watcher._once._said, watcher._put_off._tries, watcher._arrivals._seen, watcher._arrivals._held]
    assert max(len(each) for each in kept) <= 5, kept
