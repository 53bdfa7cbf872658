"""What goes wrong in a drop folder of itself, by hand or by mistake: one file's trouble stays its own, and is said."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from drop_folder import QUICK, Drop, row, until
from filelock import FileLock
from post_office import PostOffice, web_hook
from whole_tool import HEADINGS

LONG = "ف" * 123 + ".xlsx"  # 251 bytes: no room for “ (2)”, “.txt” or the name of a lock


@pytest.fixture
def hook() -> Iterator[PostOffice]:
    with web_hook() as office:
        yield office


def text(drop: Drop, name: str) -> str:
    return (drop.folder / "needs-attention" / name).read_text("utf-8-sig")


def test_a_run_with_a_lost_invoice_is_told_and_reported_once_however_often_one_looks(
    drop: Drop, hook: PostOffice
) -> None:
    drop.gateway.set_faults("create:close-after:1x1", "find:lag=3600:1")
    drop.put("november.xlsx", [row(1), row(2)])
    codes = [drop.once(BATCHINVOICE_NOTIFY=hook.url).returncode for _ in range(3)]
    assert (codes, len(hook.letters)) == ([1, 0, 0], 1)
    assert len([name for name in drop.room("needs-attention") if "report" in name]) == 1
    drop.gateway.set_faults()
    (drop.folder / "needs-attention" / "november.xlsx").rename(drop.folder / "november.xlsx")
    assert drop.once().returncode == 0
    assert (sorted(drop.made()), len(drop.runs())) == (["R-1", "R-2"], 1)
    drop.check(runs=1)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs a way to be an ordinary user")
def test_a_file_that_may_not_be_read_holds_up_no_other_and_is_said(drop: Drop) -> None:
    for room in (drop.folder, drop.folder / "processing"):
        room.mkdir(exist_ok=True)
        shutil.copy(drop.tool.sheet("x.xlsx", [row(9)]), room / f"secret in {room.name}.xlsx")
        (room / f"secret in {room.name}.xlsx").chmod(0)
    drop.put("november.xlsx", [row(1)])
    ordinary = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    words = [sys.executable, "-m", "batchinvoice", "watch", str(drop.folder), "--once", *QUICK]
    env = {**drop.tool.environment(), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [*ordinary, *words], env=env, cwd=drop.tool.folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, drop.made()) == (1, ["R-1"])
    assert done.stdout.count("cannot be opened") == 2


def test_names_as_long_as_a_system_allows_are_taken_like_others(drop: Drop) -> None:
    (drop.folder / LONG).write_bytes(b"no sheet")
    drop.put("other.xlsx", [row(1)])
    assert drop.once().returncode == 1
    drop.put("a.xlsx", [row(2)]).rename(drop.folder / LONG)
    assert drop.once().returncode == 0
    drop.put("a.xlsx", [row(3)]).rename(drop.folder / LONG)
    assert drop.once().returncode == 0
    assert sorted(drop.made()) == ["R-1", "R-2", "R-3"]
    assert len([name for name in drop.room("done") if name.startswith("ففف")]) == 4
    assert sorted(Path(name).suffix for name in drop.room("needs-attention")) == [".txt", ".xlsx"]
    drop.check(runs=3)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems take Unicode names only")
@pytest.mark.parametrize("name", [os.fsdecode(b"caf\xe9.xlsx"), "line\nbreak .xlsx ", " . .csv"])
def test_a_name_that_is_no_text_stops_nothing(drop: Drop, name: str) -> None:
    (drop.folder / name).write_bytes(b"no sheet")
    assert drop.once().returncode == 1
    assert f"{name}.txt" in drop.room("needs-attention")
    path = drop.put("a.xlsx", [row(1)])
    content = path.read_bytes()
    path.rename(drop.folder / f"{name}.xlsx")
    assert drop.once().returncode == 0
    (drop.folder / f"{name}.xlsx").write_bytes(content)
    assert drop.once().returncode == 0
    assert len(drop.runs()) == 1
    drop.check(runs=1)


def test_a_sheet_that_is_saved_anew_while_it_is_run_is_run_as_it_is_then(drop: Drop) -> None:
    drop.gateway.set(latency_ms=30)
    drop.put("november.xlsx", [row(n) for n in range(1, 41)])
    watching = drop.watch(BATCHINVOICE_CONCURRENCY="1")
    until(lambda: len(drop.made()) > 2, "some invoices")
    drop.put("november.xlsx", [row(99)], drop.folder / "processing")
    drop.gateway.set(latency_ms=0)
    until(lambda: "R-99" in drop.made(), "the other sheet", lambda: watching.said)
    drop.emptied()
    assert watching.stop() == 0
    assert len(drop.made()) == 41
    drop.check(runs=2)


def test_what_is_copied_into_processing_by_mistake_is_not_taken_before_it_is_whole(drop: Drop) -> None:
    watching = drop.watch()
    until(lambda: (drop.folder / "processing").is_dir(), "the room")
    lines = [",".join(HEADINGS), *(",".join(str(cell or "") for cell in row(n, "125.500")) for n in (1, 2)), ""]
    content = "\r\n".join(lines).encode()
    with (drop.folder / "processing" / "slow.csv").open("wb") as file:
        for start in (0, len(content) - 20):
            file.write(content[start : start + len(content) - 20])
            file.flush()
            time.sleep(0.5)
    drop.emptied()
    assert watching.stop() == 0
    assert [invoice["amount"] for invoice in drop.gateway.truth()["invoices"]] == ["125.500"] * 2
    drop.check(runs=1)


def test_a_run_that_resume_has_finished_meanwhile_goes_where_it_belongs(drop: Drop) -> None:
    drop.gateway.set_faults("login:http-503-before:1")
    drop.put("mixed.xlsx", [row(1), row(2, "1.2345")])
    assert drop.once().returncode == 3
    drop.gateway.set_faults()
    assert drop.tool("resume", "--yes").returncode == 1
    assert drop.once().returncode == 1
    kinds = sorted(name.split(".")[-2] for name in drop.room("needs-attention"))
    assert kinds == ["corrections", "mixed", "report"]
    drop.check(runs=1)


def test_another_command_with_the_ledger_is_waited_for_and_told_once(drop: Drop, hook: PostOffice) -> None:
    assert drop.once().returncode == 0
    with FileLock(drop.tool.folder / "home" / "ledger.lock"):
        drop.put("november.xlsx", [row(1)])
        watching = drop.watch(BATCHINVOICE_NOTIFY=hook.url)
        until(lambda: watching.said.count("is tried again in") > 2, "tries in vain", lambda: watching.said)
    drop.emptied()
    until(lambda: len(hook.letters) > 1, "the good news")
    assert watching.stop() == 0
    assert ["could not go on" in letter.title for letter in hook.letters] == [True, False]
    drop.check(runs=1)


def test_a_stop_that_reaches_every_process_of_a_service_makes_no_sheet_unreadable(drop: Drop) -> None:
    if not hasattr(os, "killpg"):
        pytest.skip("this system has no groups of processes")
    drop.put("large.xlsx", [row(n) for n in range(1, 4000)])
    env = {
        **drop.tool.environment(BATCHINVOICE_BASE_URL="http://127.0.0.1:9"),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    words = [sys.executable, "-m", "batchinvoice", "watch", str(drop.folder), *QUICK]
    with subprocess.Popen(
        words,
        env=env,
        cwd=drop.tool.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        until(lambda: psutil.Process(process.pid).children(), "a process that reads")
        time.sleep(0.1)
        os.killpg(process.pid, 15)
        assert process.wait(60) == 0
    assert drop.room("processing") == ["large.xlsx"]
    assert drop.room("needs-attention") == []


def test_that_nothing_came_is_not_told_of_a_sheet_that_is_open(drop: Drop, hook: PostOffice) -> None:
    drop.put("november.xlsx", [row(1)])
    (drop.folder / "~$november.xlsx").write_bytes(b"Noura")
    assert drop.once("--tell-if-empty", BATCHINVOICE_NOTIFY=hook.url).returncode == 0
    assert hook.letters == []


def test_a_merchants_folder_that_cannot_be_used_keeps_no_other_waiting(drop: Drop) -> None:
    toml = drop.tool.folder / "batchinvoice.toml"
    toml.write_text('[profiles.a]\nHESABE_MERCHANT_CODE = "842217"\n[profiles.b]\nHESABE_MERCHANT_CODE = "842217"\n')
    for name in ("a", "b"):
        (drop.folder / name).mkdir()
    (drop.folder / "a" / "done").write_bytes(b"")  # a file where a room has to be
    drop.put("november.xlsx", [row(1)], drop.folder / "b")
    done = drop.once()
    assert (done.returncode, drop.made()) == (3, ["R-1"])
    assert "cannot be used" in done.stdout
