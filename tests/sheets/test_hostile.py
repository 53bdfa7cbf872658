"""Whatever the file is: it is read or refused in plain words, within bounds of time and memory, and in silence."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import psutil
import pytest
from hostile_files import GOOD, HEADINGS, HOSTILE, ods, ods_row, workbook

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets import guard, reader, reading
from batchinvoice.sheets.errors import FileInUse
from batchinvoice.sheets.guard import read_guarded
from batchinvoice.sheets.reading import Source
from batchinvoice.sheets.unreadable import UnreadableSheet

_GB = 2**30
forked_only = pytest.mark.skipif(sys.platform != "linux", reason="a new interpreter knows nothing of the patch")
unix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The child's memory, each time it was looked at."""
    seen: list[int] = []
    real = guard._memory

    def noted(process: psutil.Process) -> int:
        seen.append(real(process))
        return seen[-1]

    monkeypatch.setattr(guard, "_memory", noted)
    return seen


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    def held() -> tuple[int, int]:
        own = psutil.Process()
        return (own.num_fds() if sys.platform != "win32" else 0), len(own.children())

    if sys.platform != "win32":
        resource_tracker.ensure_running()  # a new interpreter wants it, and it stays
    before = held()
    yield
    assert held() <= before


def why_not(path: Path) -> str:
    with pytest.raises(UnreadableSheet) as caught:
        read_guarded(path)
    return str(caught.value)


def cells(source: Source) -> list[list[object]]:
    return [list(row) for row in source.invoices.cells]


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_in_plain_words(
    name: str, tmp_path: Path, memory: list[int], capfd: pytest.CaptureFixture[str]
) -> None:
    make, said = HOSTILE[name]
    (tmp_path / name).write_bytes(make())
    assert (tmp_path / name).stat().st_size < 2_000_000
    begun = time.monotonic()
    message = why_not(tmp_path / name)
    assert time.monotonic() - begun < 15
    assert said in message
    assert message.startswith(name)
    assert max(memory) - memory[0] < 0.8 * _GB
    assert capfd.readouterr() == ("", "")


def test_a_damaged_file_is_never_read_as_something_else(tmp_path: Path) -> None:
    content = workbook()
    (tmp_path / "whole.xlsx").write_bytes(content)
    whole = cells(read_guarded(tmp_path / "whole.xlsx"))
    path = tmp_path / "damaged.xlsx"
    for length in range(1, len(content), len(content) // 15):
        path.write_bytes(content[:length])
        assert "damaged" in why_not(path)
    for place in range(0, len(content), len(content) // 40):
        flipped = bytes([content[place] ^ 0x55])
        path.write_bytes(content[:place] + flipped + content[place + 1 :])
        with suppress(UnreadableSheet):
            assert cells(read_guarded(path)) == whole


def test_large_and_odd_is_not_hostile(tmp_path: Path) -> None:
    """Far cells that are only formatted, a value some way below, many columns: all of that is in honest sheets."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook([(2_000, 3, "total"), (0, 200, "x"), (1_048_575, 16_383, None)]))
    assert cells(read_guarded(path))[0][:4] == list(GOOD)
    path = tmp_path / "a.ods"
    path.write_bytes(ods(ods_row(*HEADINGS) + ods_row(*GOOD) + ods_row("", repeated=100_000)))
    assert len(cells(read_guarded(path))) == 1


@unix_only
class TestWhatIsNoFile:
    def test_a_pipe_does_not_wait_for_a_writer(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.xlsx")
        assert "pipe or a device" in why_not(tmp_path / "pipe.xlsx")

    def test_a_device(self) -> None:
        assert "pipe or a device" in why_not(Path("/dev/zero"))

    def test_links_that_lead_nowhere(self, tmp_path: Path) -> None:
        (tmp_path / "dangling.xlsx").symlink_to(tmp_path / "gone.xlsx")
        assert "There is no file" in why_not(tmp_path / "dangling.xlsx")
        (tmp_path / "round.xlsx").symlink_to(tmp_path / "round.xlsx")
        assert "round.xlsx" in why_not(tmp_path / "round.xlsx")

    def test_a_link_to_a_sheet_and_a_folder(self, tmp_path: Path) -> None:
        (tmp_path / "a.xlsx").write_bytes(workbook())
        (tmp_path / "link.xlsx").symlink_to(tmp_path / "a.xlsx")
        assert read_guarded(tmp_path / "link.xlsx").path.name == "link.xlsx"
        assert "is a folder" in why_not(tmp_path)

    def test_a_name_longer_than_any(self, tmp_path: Path) -> None:
        assert "x.xlsx" in why_not(tmp_path / ("x" * 300 + "x.xlsx"))

    @pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "\u202eb", "100%s%n", "é" * 120, "\udcff", "-h", " "])
    def test_odd_names(self, name: str, tmp_path: Path) -> None:
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(workbook())
        source = read_guarded(path)
        assert source.path == path
        assert cells(source) == [list(GOOD)]


@forked_only
class TestTheChild:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "a.xlsx"

    def reads(self, monkeypatch: pytest.MonkeyPatch, act: Callable[..., Any]) -> None:
        monkeypatch.setattr(reading, "begin", lambda path: partial(act, path))
        monkeypatch.setattr(guard, "_start_method", lambda: "fork")  # whatever threads other tests have left

    def test_what_it_raises_is_raised(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def act(path: Path, asked: Asked) -> Source:
            raise FileInUse(path)

        self.reads(monkeypatch, act)
        with pytest.raises(FileInUse) as caught:
            read_guarded(path)
        assert caught.value.path == path
        assert str(caught.value) == str(FileInUse(path))

    def test_it_takes_all_memory(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path.write_bytes(workbook())
        self.reads(monkeypatch, lambda *_: bytes(8 * _GB))
        assert "more memory" in why_not(path)
        monkeypatch.setattr(guard, "_MEMORY", 60 * 2**20)
        monkeypatch.setattr(reader, "_limit", lambda _: None)  # as on a system that sets no limit
        self.reads(monkeypatch, lambda *_: [b"x" * 10_000_000 for _ in iter(int, 1)])
        assert "more memory" in why_not(path)

    def test_what_took_all_memory_is_told_if_a_look_shows_it(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path.write_bytes(workbook()[:-100])
        self.reads(monkeypatch, lambda *_: os.abort())
        assert "more memory" not in why_not(path)

    def test_it_does_not_end(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(guard, "_SECONDS", 0.2)
        self.reads(monkeypatch, lambda *_: time.sleep(60))
        assert "takes longer" in why_not(path)

    def test_it_is_watched_however_much_is_asked(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A question that waits in a pipe for a reader that does not end would hold up whoever is to end it."""
        monkeypatch.setattr(guard, "_SECONDS", 0.2)
        monkeypatch.setattr(reading, "begin", lambda _: time.sleep(60))
        monkeypatch.setattr(guard, "_start_method", lambda: "fork")
        with pytest.raises(UnreadableSheet, match="takes longer"):
            read_guarded(path, Asked(remembered={"header " * 1_000_000: {}}))

    @pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
    def test_it_is_killed(
        self, signal_number: int, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self.reads(monkeypatch, lambda *_: os.kill(os.getpid(), signal_number))
        assert path.name in why_not(path)
        assert capfd.readouterr() == ("", "")

    def test_it_panics_and_prints(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        def act(*_: object) -> Source:
            sys.stdout.write("to be seen by nobody\n")
            os.write(2, b"thread panicked")
            raise SystemExit("no Exception")

        self.reads(monkeypatch, act)
        sys.stdout.write("said before\n")
        assert "damaged" in why_not(path)
        assert capfd.readouterr() == ("said before\n", "")

    def test_an_answer_of_any_size_comes_through(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answer = [["INV", 1.5, None, "x" * 20, n] for n in range(200_000)]
        self.reads(monkeypatch, lambda *_: answer)
        assert read_guarded(path) == answer

    def test_ctrl_c(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def act(*_: object) -> None:
            os.kill(os.getppid(), signal.SIGINT)
            time.sleep(60)

        self.reads(monkeypatch, act)
        with pytest.raises(KeyboardInterrupt):
            read_guarded(path)

    def test_ctrl_c_as_soon_as_it_has_begun(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(_: object) -> int:
            raise KeyboardInterrupt

        self.reads(monkeypatch, lambda *_: time.sleep(60))
        monkeypatch.setattr(guard, "_memory", interrupted)
        with pytest.raises(KeyboardInterrupt):
            read_guarded(path)

    def test_it_dies_with_its_parent(self, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        def act(*_: object) -> None:
            (tmp_path / "child").write_text(str(os.getpid()), encoding="utf-8")
            os.kill(os.getppid(), signal.SIGKILL)
            time.sleep(60)

        self.reads(monkeypatch, act)
        parent = os.fork()
        if not parent:
            try:
                read_guarded(path)
            finally:
                os._exit(1)
        os.waitpid(parent, 0)
        child = int((tmp_path / "child").read_text(encoding="utf-8"))
        until = time.monotonic() + 5
        while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < until
            time.sleep(0.01)


def test_beside_other_threads_a_new_interpreter_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.xlsx").write_bytes(workbook())
    monkeypatch.chdir(tmp_path)
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert cells(read_guarded(Path("a.xlsx"))) == [list(GOOD)]
        assert "There is no file nowhere.xlsx" in why_not(Path("nowhere.xlsx"))
    finally:
        done.set()
        other.join()
