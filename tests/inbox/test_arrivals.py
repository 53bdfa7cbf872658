"""Which files have arrived whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchinvoice.inbox.arrivals import Arrivals, in_use, is_open, seems_complete
from batchinvoice.inbox.layout import sheets_in

WHOLE = b"PK\x03\x04 something PK\x05\x06" + bytes(18)


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_file_is_taken_when_nothing_has_changed_for_a_while(tmp_path: Path, clock: Clock) -> None:
    arrivals = Arrivals(2.0, clock)
    path = tmp_path / "a.xlsx"
    path.write_bytes(WHOLE)
    assert arrivals.look(tmp_path) == []
    clock.now += 1.9
    assert arrivals.look(tmp_path) == []
    clock.now += 0.1
    assert arrivals.look(tmp_path) == [path]


def test_a_file_that_grows_or_is_written_anew_begins_again(tmp_path: Path, clock: Clock) -> None:
    arrivals = Arrivals(2.0, clock)
    path = tmp_path / "a.xlsx"
    path.write_bytes(WHOLE)
    arrivals.look(tmp_path)
    clock.now += 1.5
    path.write_bytes(WHOLE + b"1")
    assert arrivals.look(tmp_path) == []
    clock.now += 1.5
    os.utime(path, ns=(1, 1))  # the same size, and another time
    assert arrivals.look(tmp_path) == []
    clock.now += 1.5
    assert arrivals.look(tmp_path) == []
    clock.now += 0.5
    assert arrivals.look(tmp_path) == [path]


@pytest.mark.parametrize(
    ("name", "content", "complete"),
    [
        ("a.xlsx", WHOLE, True),
        ("a.xlsx", WHOLE[:8], False),
        ("a.xlsx", b"", False),
        ("a.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"protected", True),
        ("a.xls", b"anything", True),
        ("a.csv", b"a,b\r\n1,120.500\r\n", True),
        ("a.csv", b"a,b\r\n1,120.5", False),
        ("a.csv", "a;b\n1;2\n".encode("utf-16-le"), True),
        ("a.csv", "a;b\n1;2\n".encode("utf-16-be"), True),
        ("a.csv", "a;b\n1;2".encode("utf-16-le"), False),
        ("a.TXT", b"a\tb\r", True),
        ("a.csv", b"", False),
        ("a.pdf", b"%PDF", True),
    ],
)
def test_a_file_that_seems_to_lack_its_end_must_be_still_for_longer(
    tmp_path: Path, clock: Clock, name: str, content: bytes, complete: bool
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert seems_complete(path) is complete
    arrivals = Arrivals(2.0, clock)
    arrivals.look(tmp_path)
    clock.now += 3.0
    assert arrivals.look(tmp_path) == ([path] if complete else [])
    clock.now += 30.0
    assert arrivals.look(tmp_path) == [path]


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~lock.a.xlsx#"])
def test_a_workbook_beside_which_a_lock_lies_is_open(tmp_path: Path, clock: Clock, lock: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(WHOLE)
    (tmp_path / lock).write_bytes(b"")
    arrivals = Arrivals(0.0, clock)
    assert (arrivals.look(tmp_path), is_open(path), in_use(path)) == ([], True, True)
    (tmp_path / lock).unlink()
    assert (arrivals.look(tmp_path), is_open(path), in_use(path)) == ([path], False, False)


def test_a_file_that_is_whole_and_open_is_held_and_one_that_is_not_whole_only_waits(
    tmp_path: Path, clock: Clock
) -> None:
    for name, content in (("open.xlsx", WHOLE), ("half.xlsx", WHOLE[:8]), ("~$open.xlsx", b"")):
        (tmp_path / name).write_bytes(content)
    arrivals = Arrivals(2.0, clock)
    arrivals.look(tmp_path)
    clock.now += 2.0
    assert arrivals.look(tmp_path) == []
    assert (arrivals.held(tmp_path), arrivals.waiting(tmp_path)) == ([tmp_path / "open.xlsx"], [tmp_path / "half.xlsx"])
    (tmp_path / "~$open.xlsx").unlink()
    assert arrivals.look(tmp_path) == [tmp_path / "open.xlsx"]
    assert arrivals.held(tmp_path) == []


def test_a_name_too_long_for_a_lock_beside_it_is_that_of_a_closed_file(tmp_path: Path) -> None:
    path = tmp_path / f"{'a' * 250}.xlsx"
    path.write_bytes(WHOLE)
    assert not is_open(path)


def test_a_file_that_may_only_be_read_is_none_in_use(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(WHOLE)
    path.chmod(0o444)
    assert not in_use(path)
    assert in_use(tmp_path / "gone.xlsx")


@pytest.mark.parametrize(
    "name", ["~$a.xlsx", ".hidden", "a.xlsx.part", "a.TMP", "b.crdownload", "Thumbs.db", "desktop.ini", "~WRL0001.tmp"]
)
def test_what_is_no_dropped_file_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(WHOLE)
    (tmp_path / "a folder.xlsx").mkdir()
    assert sheets_in(tmp_path) == []


def test_the_oldest_comes_first(tmp_path: Path, clock: Clock) -> None:
    for name, at in (("c.xlsx", 1), ("a.xlsx", 3), ("b.xlsx", 2)):
        (tmp_path / name).write_bytes(WHOLE)
        os.utime(tmp_path / name, (at, at))
    assert [path.name for path in Arrivals(0.0, clock).look(tmp_path)] == ["c.xlsx", "b.xlsx", "a.xlsx"]


def test_two_folders_are_told_apart(tmp_path: Path, clock: Clock) -> None:
    arrivals = Arrivals(1.0, clock)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.xlsx").write_bytes(WHOLE)
        arrivals.look(tmp_path / name)
    clock.now += 1.0
    assert arrivals.look(tmp_path / "one") == [tmp_path / "one" / "a.xlsx"]
    assert arrivals.waiting(tmp_path / "two") == [tmp_path / "two" / "a.xlsx"]


def test_a_folder_that_is_not_there_has_no_sheets(tmp_path: Path) -> None:
    assert sheets_in(tmp_path / "gone") == []


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 3), st.booleans()), max_size=12))
def test_no_file_is_taken_that_changed_within_the_time(tmp_path_factory: pytest.TempPathFactory, steps: list) -> None:
    folder = tmp_path_factory.mktemp("drop")
    path, clock = folder / "a.xlsx", Clock()
    path.write_bytes(WHOLE)
    arrivals, size, changed = Arrivals(2.0, clock), len(WHOLE), None
    for wait, grows in steps:
        clock.now += wait
        if grows:
            size += 1
            path.write_bytes(WHOLE + bytes(size))
        taken = arrivals.look(folder)
        changed = clock.now if grows or changed is None else changed
        assert taken == ([path] if clock.now - changed >= 2.0 and seems_complete(path) else [])
