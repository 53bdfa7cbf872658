"""Putting a workbook in place: whole or not at all, and a clear word when it cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batchinvoice.sheets.book import large_book, new_book
from batchinvoice.sheets.errors import CannotWrite, FileInUse
from batchinvoice.sheets.pouring import Poured
from batchinvoice.sheets.rendering import text
from batchinvoice.sheets.template import write_template


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "report.xlsx"
    path.write_text("old")
    return path


def only_the_old(target: Path) -> bool:
    return [path.name for path in target.parent.iterdir()] == [target.name] and target.read_text() == "old"


def test_a_file_that_is_open_in_excel_is_said_so(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def held(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(os, "replace", held)
    with pytest.raises(FileInUse, match=r"report\.xlsx could not be written.*open in Excel.*close it.*run again"):
        write_template(target, "en")
    assert only_the_old(target)


def test_any_other_failure_to_write_names_its_cause(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(CannotWrite, match="No space left on device") as caught:
        write_template(target, "en")
    assert not isinstance(caught.value, FileInUse)
    assert only_the_old(target)


def test_a_folder_where_the_file_should_be_is_an_error_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "taken.xlsx").mkdir()
    with pytest.raises(CannotWrite, match=r"taken\.xlsx could not be written"):
        write_template(tmp_path / "taken.xlsx", "en")


def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    write_template(tmp_path / "new" / "folder" / "t.xlsx", "ar")
    assert (tmp_path / "new" / "folder" / "t.xlsx").exists()


def test_a_failure_while_writing_leaves_nothing_behind(
    target: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    with (  # noqa: PT012 - the failure must come after something was written
        pytest.raises(ZeroDivisionError),
        large_book(target, title="t") as large,
    ):
        large.rows(1).add([text(0, "Noura")])
        assert any(file.is_file() for file in scratch.rglob("*"))
        raise ZeroDivisionError
    assert only_the_old(target)
    assert list(scratch.iterdir()) == []


def test_a_disk_that_is_full_while_rows_wait_is_told_in_words(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Poured, "add", full)
    with pytest.raises(CannotWrite, match="No space left on device"), large_book(target, title="t") as large:
        large.rows(1).add([""])
    assert only_the_old(target)


def test_what_a_killed_process_left_is_cleared_away_and_what_another_writes_is_not(tmp_path: Path) -> None:
    old, young, other = (tmp_path / name for name in (".batchinvoice-0.tmp", ".batchinvoice-1.tmp", "mine.tmp"))
    for file in (old, young, other):
        file.write_text("x")
    for file in (old, other):
        os.utime(file, (0, 0))
    with new_book(tmp_path / "a.xlsx", title="A"):
        pass
    assert sorted(each.name for each in tmp_path.iterdir()) == [".batchinvoice-1.tmp", "a.xlsx", "mine.tmp"]
