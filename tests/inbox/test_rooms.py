"""Files go from room to room at once, and over nothing that is there."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.inbox import layout
from batchinvoice.inbox.layout import Inbox, free_names, leave_word, move, sheets_in
from batchinvoice.inbox.lock import FolderBusy, FolderLock
from batchinvoice.inbox.patience import PutOff, SayOnce


def test_a_move_takes_the_next_free_name(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    (room / "a.xlsx").write_bytes(b"mine")
    (room / "a (2).xlsx").mkdir()
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"new")
    there = move(path, room)
    assert (there.name, there.read_bytes(), (room / "a.xlsx").read_bytes()) == ("a (3).xlsx", b"new", b"mine")
    assert not path.exists()


def test_a_move_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    room = tmp_path / "room"
    room.mkdir()
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "gone.xlsx", room)
    assert list(room.iterdir()) == []


@pytest.fixture(params=[True, False], ids=["elsewhere", "windows"])
def renaming_replaces(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Both ways of keeping a name, whatever system this is."""
    if request.param and os.name == "nt":
        pytest.skip("a renaming replaces nothing here")
    monkeypatch.setattr(layout, "_RENAMING_REPLACES", request.param)
    return bool(request.param)


def test_what_is_said_of_a_file_is_there_before_it(tmp_path: Path, renaming_replaces: bool) -> None:
    room, path = tmp_path / "room", tmp_path / "a.xlsx"
    room.mkdir()
    path.write_bytes(b"new")
    (room / "a.xlsx").write_bytes(b"mine")
    seen = []

    def words(place: Path) -> str:
        seen.append((place.name, path.exists()))
        return f"of {place.name}"

    assert move(path, room, words).read_bytes() == b"new"
    assert seen == [("a (2).xlsx", True)]
    assert {each.name: each.read_bytes() for each in room.iterdir()} == {
        "a.xlsx": b"mine",
        "a (2).xlsx": b"new",
        "a (2).xlsx.txt": "\ufeffof a (2).xlsx\r\n".encode(),
    }


def test_a_move_that_fails_takes_its_words_back(tmp_path: Path, renaming_replaces: bool) -> None:
    room = tmp_path / "room"
    room.mkdir()
    with pytest.raises(FileNotFoundError):
        move(tmp_path / "gone.xlsx", room, lambda _: "gone")
    assert list(room.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="there no name is kept by a file")
def test_what_a_killed_move_has_left_is_no_sheet_and_is_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, path = tmp_path / "room", tmp_path / "a.xlsx"
    room.mkdir()
    path.write_bytes(b"new")
    with monkeypatch.context() as killed:
        killed.setattr(layout, "_is_reserved", lambda _: False)  # so that nothing is cleared up
        killed.setattr(os, "replace", _die)
        with pytest.raises(SystemExit):
            move(path, room, lambda _: "why")
    assert (room / "a.xlsx").exists()
    assert sheets_in(room) == [room / "a.xlsx.txt"]
    assert move(path, room, lambda _: "why") == room / "a.xlsx"
    assert sorted(each.name for each in room.iterdir()) == ["a.xlsx", "a.xlsx.txt"]


def _die(draft: Path, place: Path) -> None:
    if Path(draft).name == "a.xlsx":
        raise SystemExit
    Path(draft).rename(place)


@given(st.text(st.characters(exclude_characters="/\0\\", exclude_categories=["Cs"]), min_size=1, max_size=255))
def test_every_name_that_is_offered_can_be_had(name: str) -> None:
    offered = [each.name for each in islice(free_names(Path("room") / f"x{name}"), 3)]
    assert len(set(offered)) == 3
    assert all(len(os.fsencode(each)) <= 255 for each in offered)


def test_a_word_is_left_under_a_name_that_is_free(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    first, second = leave_word(path, "one\ntwo\n"), leave_word(path, "نعم")
    assert leave_word(path, "one\ntwo") == first, "the same is not said twice"
    assert (first.name, second.name) == ("a.xlsx.txt", "a.xlsx (2).txt")
    assert first.read_bytes() == "\ufeffone\r\ntwo\r\n".encode()
    assert second.read_text("utf-8-sig") == "نعم\n"


def test_the_rooms_are_made_once(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    for _ in range(2):
        inbox.make_rooms(approve=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "needs-attention", "processing"]
    inbox.make_rooms(approve=True)
    assert (tmp_path / "to-approve").is_dir()


def test_a_folder_has_one_lock(tmp_path: Path) -> None:
    with FolderLock(tmp_path) as first:
        first.still()
        first.still()
        with FolderLock(tmp_path) as second, pytest.raises(FolderBusy, match="watching"):
            second.still()
    with FolderLock(tmp_path) as third:
        third.still()


def test_a_lock_whose_folder_came_back_is_taken_anew(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    with FolderLock(folder) as lock:
        lock.still()
        folder.rename(tmp_path / "away")
        with pytest.raises(OSError):
            lock.still()
        folder.mkdir()
        lock.still()
        with FolderLock(folder) as second, pytest.raises(FolderBusy):
            second.still()


def test_trouble_is_said_once() -> None:
    said: list[str] = []
    once = SayOnce(said.append)
    for words in ("gone", "gone", "read-only"):
        once.trouble("folder", words)
    once.over("folder", "back")
    once.over("folder", "back")
    once.trouble("folder", "gone")
    assert said == ["gone", "read-only", "back", "gone"]


def test_pauses_grow_to_half_an_hour() -> None:
    now = [0.0]
    put_off = PutOff(60.0, once=False, clock=lambda: now[0])
    assert put_off.is_due("a")
    assert [put_off.again("a") for _ in range(7)] == [60, 120, 240, 480, 960, 1800, 1800]
    now[0] = 1799.0
    assert (put_off.is_due("a"), put_off.is_due("b")) == (False, True)
    now[0] = 1800.0
    assert put_off.is_due("a")
    put_off.done("a")
    assert put_off.again("a") == 60


def test_once_tries_nothing_twice() -> None:
    put_off = PutOff(0.0, once=True)
    put_off.again("a")
    assert not put_off.is_due("a")
