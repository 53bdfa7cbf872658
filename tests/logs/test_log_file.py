"""The log's file is bounded, its owner's, shared by processes, and fails nobody's work."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchinvoice.logs import setup
from batchinvoice.logs.file import FILE_NAME, SharedFile


@pytest.fixture(autouse=True)
def _nothing_is_kept() -> Iterator[None]:
    yield
    setup.stop()


def write(handler: SharedFile, text: str) -> None:
    handler.handle(logging.LogRecord("batchinvoice", logging.INFO, "x.py", 1, text, None, None))


def lines(folder: Path) -> list[str]:
    return [line for file in folder.glob(f"{FILE_NAME}*") for line in file.read_text("utf-8").splitlines()]


def test_size_and_number_are_bounded(tmp_path: Path) -> None:
    handler = SharedFile(tmp_path, most_bytes=1000, kept=2)
    for number in range(500):
        write(handler, f"line {number:4d}")
    logs = sorted(file.name for file in tmp_path.iterdir() if not file.name.endswith(".lock"))
    assert logs == [FILE_NAME, f"{FILE_NAME}.1", f"{FILE_NAME}.2"]
    assert all((tmp_path / name).stat().st_size <= 1010 for name in logs)
    kept = sorted(lines(tmp_path))
    assert kept == [f"line {number:4d}" for number in range(500 - len(kept), 500)]


def test_no_line_is_lost_when_processes_share_a_log_and_rotate_it(tmp_path: Path) -> None:
    code = (
        "import logging, sys\n"
        "from pathlib import Path\n"
        "from batchinvoice.logs.file import SharedFile\n"
        "handler = SharedFile(Path(sys.argv[1]), most_bytes=2000, kept=90)\n"
        "for number in range(400):\n"
        "    handler.handle(logging.LogRecord('x', 20, 'x.py', 1, f'{sys.argv[2]} {number:04d}', None, None))\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, tmp_path, name]) for name in ("a", "b")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert sorted(lines(tmp_path)) == [f"{name} {number:04d}" for name in ("a", "b") for number in range(400)]
    assert len(list(tmp_path.glob(f"{FILE_NAME}.[0-9]*"))) <= 3


def test_a_log_that_another_process_has_just_rotated_is_not_rotated_again(tmp_path: Path) -> None:
    handler = SharedFile(tmp_path, most_bytes=1000, kept=1)
    write(handler, "the first line of the new file")
    handler.doRollover()  # it was full when this process looked
    assert [file.name for file in tmp_path.glob("*.log*") if file.suffix != ".lock"] == [FILE_NAME]


def test_a_log_that_cannot_be_rotated_is_written_on_and_older_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = SharedFile(tmp_path, most_bytes=50, kept=2)
    for number in range(12):
        write(handler, f"line {number:4d}")
    older = [(tmp_path / f"{FILE_NAME}.{number}").read_text() for number in (1, 2)]

    def open_elsewhere(*_: object) -> None:
        raise PermissionError("in use")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", open_elsewhere)
        for number in range(12, 32):
            write(handler, f"line {number:4d}")
    assert older == [(tmp_path / f"{FILE_NAME}.{number}").read_text() for number in (1, 2)]
    assert "line   31" in (tmp_path / FILE_NAME).read_text()
    write(handler, "line   32")
    assert (tmp_path / FILE_NAME).read_text() == "line   32\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows other rights")
def test_the_log_is_for_its_owner_alone_whoever_made_it(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "logs"
    write(SharedFile(folder), "a line")
    assert (folder / FILE_NAME).stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0
    (folder / FILE_NAME).chmod(0o644)
    SharedFile(folder)
    assert (folder / FILE_NAME).stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_written_is_said_once_and_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("not a folder")
    handler = SharedFile(tmp_path / "logs")
    for _ in range(3):
        write(handler, "Canary")
    said = capsys.readouterr().err
    assert said.count("cannot be written") == 1
    assert len(said.splitlines()) == 1
    assert "Canary" not in said


def test_a_file_that_is_kept_already_is_not_begun_again(tmp_path: Path) -> None:
    assert setup.keep(tmp_path / "a", logging.INFO)
    assert not setup.keep(tmp_path / "a", logging.INFO)
    assert setup.keep(tmp_path / "b", logging.INFO)
    logging.getLogger("batchinvoice.x").info("one")
    logging.getLogger("batchinvoice.x").debug("two")
    logging.getLogger("urllib3").error("three")
    assert not (tmp_path / "a" / FILE_NAME).exists()
    assert [("one" in line) for line in lines(tmp_path / "b")] == [True]
