"""The drop folder from outside: a real watcher in a process of its own, the gateway in another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from drop_folder import PATIENCE, QUICK, Drop, row, until
from whole_tool import HEADINGS


def test_a_sheet_that_is_dropped_comes_back_with_its_report_beside_it(drop: Drop) -> None:
    watching = drop.watch()
    drop.put("november.xlsx", [row(1), row(2)])
    drop.put("mistakes.xlsx", [row(3), row(4, "12.3456")])
    drop.emptied()
    done, attention = drop.room("done"), drop.room("needs-attention")
    assert [name.split(".")[-2] for name in done] == ["report", "november"]
    assert [name.split(".")[-2] for name in attention] == ["corrections", "report", "mistakes"]
    assert "november.xlsx: run" in watching.said
    assert watching.stop() == 0
    drop.check(runs=2)


def test_mended_corrections_are_dropped_like_any_sheet(drop: Drop) -> None:
    drop.put("mistakes.xlsx", [row(1), row(2, "12.3456")])
    assert drop.once().returncode == 1
    [name] = [name for name in drop.room("needs-attention") if "corrections" in name]
    mended = drop.folder / "needs-attention" / name
    book = openpyxl.load_workbook(mended)
    for cells in book.worksheets[0].iter_rows(min_row=2):
        for cell in cells:
            if str(cell.value) == "12.3456":
                cell.value = "12.346"
    book.save(mended)
    mended.rename(drop.folder / name)
    assert drop.once().returncode == 0
    assert sorted(drop.made()) == ["R-1", "R-2"]
    drop.check(runs=2)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_file_that_is_copied_slowly_is_taken_when_it_is_whole(drop: Drop, kind: str) -> None:
    """It stands still on the way, longer than a file has to: what is missing could be the end of an amount."""
    drop.watch()
    rows = [row(n, f"{n}5.500") for n in range(1, 6)]
    if kind == "csv":
        lines = (",".join(str(cell or "") for cell in cells) for cells in (HEADINGS, *rows))
        content = "\r\n".join([*lines, ""]).encode()
    else:
        content = drop.tool.sheet("whole.xlsx", rows).read_bytes()
    with (drop.folder / f"slow.{kind}").open("wb") as file:
        for start in range(0, len(content), 1 + len(content) // 3):
            file.write(content[start : start + 1 + len(content) // 3])
            file.flush()
            time.sleep(0.6)
    drop.emptied()
    amounts = sorted(invoice["amount"] for invoice in drop.gateway.truth()["invoices"])
    assert amounts == [f"{n}5.500" for n in range(1, 6)]
    drop.check(runs=1)


def test_a_file_that_never_becomes_whole_is_given_to_a_person(drop: Drop) -> None:
    content = drop.tool.sheet("whole.xlsx", [row(1)]).read_bytes()
    (drop.folder / "cut.xlsx").write_bytes(content[: len(content) // 2])
    assert drop.once().returncode == 1
    assert drop.room("needs-attention") == ["cut.xlsx", "cut.xlsx.txt"]
    assert drop.made() == []


def test_a_workbook_that_is_open_is_left_until_it_is_closed(drop: Drop) -> None:
    watching = drop.watch()
    lock = drop.folder / "~$open.xlsx"
    lock.write_bytes(b"Noura")
    drop.put("open.xlsx", [row(1)])
    drop.put("closed.xlsx", [row(2)])
    until(lambda: drop.made() == ["R-2"] and "open.xlsx is open in Excel" in watching.said, "the one that is closed")
    time.sleep(0.5)
    assert drop.inbox == ["open.xlsx", "~$open.xlsx"]
    lock.unlink()
    drop.emptied()
    assert drop.made() == ["R-2", "R-1"]
    drop.check(runs=2)


def test_once_does_not_wait_for_a_workbook_that_is_open(drop: Drop) -> None:
    (drop.folder / ".~lock.open.xlsx#").write_text(",noura,pc,25.11.2026 08:00;")
    drop.put("open.xlsx", [row(1)])
    begun = time.monotonic()
    done = drop.once()
    assert (done.returncode, time.monotonic() - begun < 20) == (0, True)
    assert "open.xlsx is open in Excel" in done.stdout
    assert drop.made() == []


def test_of_two_watchers_of_one_folder_one_works(drop: Drop) -> None:
    first = drop.watch()
    second = drop.watch()
    second.process.join(PATIENCE)
    assert second.process.exitcode == 3
    assert "Another batchinvoice is watching" in second.said
    drop.put("november.xlsx", [row(1)])
    drop.emptied()
    first.kill()
    third = drop.watch()  # the lock died with its process
    drop.put("december.xlsx", [row(2)])
    drop.emptied()
    assert (drop.made(), third.stop()) == (["R-1", "R-2"], 0)
    drop.check(runs=2)


def test_the_same_content_again_is_recognised_and_not_run_twice(drop: Drop) -> None:
    watching = drop.watch()
    first = drop.put("november.xlsx", [row(1)])
    content = first.read_bytes()
    drop.emptied()
    (drop.folder / "again.xlsx").write_bytes(content)
    (drop.folder / "november.xlsx").write_bytes(content)
    drop.emptied()
    assert "again.xlsx: has been run before, as run" in watching.said
    done = drop.room("done")
    assert {"november.xlsx", "november (2).xlsx", "again.xlsx", "again.xlsx.txt"} < set(done)
    words = (drop.folder / "done" / "again.xlsx.txt").read_text("utf-8-sig")
    assert "its content is that of november.xlsx" in words
    assert "november." in words.split("Its report:")[1]
    assert len(drop.runs()) == 1
    drop.check(runs=1)


def test_junk_gets_a_text_that_says_why(drop: Drop) -> None:
    (drop.folder / "letter.docx").write_bytes(b"not a sheet")
    (drop.folder / "empty.xlsx").write_bytes(b"")
    (drop.folder / "Thumbs.db").write_bytes(b"x")
    (drop.folder / "half.crdownload").write_bytes(b"x")
    (drop.folder / "فواتير.csv").write_text("a,b\r\n1,2\r\n", encoding="utf-8")
    (drop.folder / "a folder").mkdir()
    done = drop.once()
    assert done.returncode == 1
    assert drop.inbox == ["Thumbs.db", "half.crdownload"]
    assert (drop.folder / "a folder").is_dir()
    texts = {path.name: path.read_text("utf-8-sig") for path in (drop.folder / "needs-attention").glob("*.txt")}
    assert set(texts) == {"letter.docx.txt", "empty.xlsx.txt", "فواتير.csv.txt"}
    assert "is not an Excel workbook" in texts["letter.docx.txt"]
    assert all("drop it again" in words for words in texts.values())


def test_a_sheet_that_asks_something_is_given_to_a_person(drop: Drop) -> None:
    path = drop.tool.sheet("hidden.xlsx", [row(1), row(2)])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[3].hidden = True
    book.save(path)
    shutil.move(path, drop.folder / "hidden.xlsx")
    assert drop.once().returncode == 1
    words = (drop.folder / "needs-attention" / "hidden.xlsx.txt").read_text("utf-8-sig")
    assert "hidden" in words
    assert drop.made() == []

    (drop.folder / "needs-attention" / "hidden.xlsx").rename(drop.folder / "hidden.xlsx")
    assert drop.once("--skip-hidden").returncode == 0
    assert drop.made() == ["R-1"]


def test_a_link_to_a_file_elsewhere_is_left_alone(drop: Drop) -> None:
    elsewhere = drop.tool.sheet("elsewhere.xlsx", [row(1)])
    try:
        (drop.folder / "link.xlsx").symlink_to(elsewhere)
    except OSError:
        pytest.skip("links need a right that this user has not")
    assert drop.once().returncode == 0
    assert (elsewhere.exists(), drop.made()) == (True, [])


def test_nothing_in_the_rooms_is_ever_replaced(drop: Drop) -> None:
    drop.put("november.xlsx", [row(1)])
    drop.once()
    [report] = [name for name in drop.room("done") if "report" in name]
    day = report.split(".")[1].split("-")[0]
    taken = {
        drop.folder / "done" / "december.xlsx": b"mine",
        drop.folder / "done" / f"december.{day}-002.report.xlsx": b"my report",
    }
    for path, content in taken.items():
        path.write_bytes(content)
    drop.put("december.xlsx", [row(2)])
    assert drop.once().returncode == 0
    assert {path: path.read_bytes() for path in taken} == taken
    assert {"december (2).xlsx", f"december.{day}-002.report-2.xlsx"} < set(drop.room("done"))
    for path in taken:
        path.unlink()
    drop.check(runs=2)


def test_a_watcher_that_is_killed_is_followed_by_one_that_goes_on(drop: Drop) -> None:
    """At whatever moment: each time some rows further, until the sheet is done."""
    drop.gateway.set(latency_ms=30)
    drop.put("november.xlsx", [row(n) for n in range(1, 121)])
    for least in (5, 40, 80):
        watching = drop.watch()
        until(partial(_has_made, drop, least), "some invoices")
        watching.kill()
        assert drop.room("processing") == ["november.xlsx"]
    drop.gateway.set(latency_ms=0)
    drop.watch()
    drop.emptied()
    assert sorted(drop.made()) == sorted({f"R-{n}" for n in range(1, 121)})
    assert len(drop.runs()) == 1
    drop.check(runs=1)


def _has_made(drop: Drop, least: int) -> bool:
    return len(drop.made()) >= least


def test_sigterm_ends_a_run_cleanly_and_the_next_start_finishes_it(drop: Drop) -> None:
    drop.gateway.set(latency_ms=30)
    drop.put("november.xlsx", [row(n) for n in range(1, 121)])
    watching = drop.watch()
    until(lambda: len(drop.made()) > 20, "some invoices")
    assert watching.stop() == 0
    assert "asked to stop" in watching.said
    assert (len(drop.made()) < 120, drop.gateway.truth()["texts"]) == (True, [])
    drop.gateway.set(latency_ms=0)
    assert drop.once().returncode == 0
    drop.check(runs=1)


def test_a_gateway_that_is_down_is_tried_again(drop: Drop) -> None:
    drop.gateway.set_faults("login:http-503-before:1")
    watching = drop.watch()
    drop.put("november.xlsx", [row(1)])
    until(lambda: "is tried again in" in watching.said, "a first try in vain")
    assert drop.room("processing") == ["november.xlsx"]
    drop.gateway.set_faults()
    drop.emptied()
    drop.check(runs=1)


def test_a_folder_that_goes_and_comes_back(drop: Drop) -> None:
    watching = drop.watch()
    drop.put("november.xlsx", [row(1)])
    drop.emptied()
    away = drop.folder.with_name("away")
    drop.folder.rename(away)
    until(lambda: "cannot be used" in watching.said, "a word about it")
    away.rename(drop.folder)
    drop.put("december.xlsx", [row(2)])
    until(lambda: "can be used again" in watching.said, "a word about it")
    drop.emptied()
    shutil.rmtree(drop.folder)
    until(lambda: watching.said.count("cannot be used") == 2, "a word about it")
    drop.folder.mkdir()
    drop.put("january.xlsx", [row(3)])
    drop.emptied()
    assert drop.made() == ["R-1", "R-2", "R-3"]
    assert watching.stop() == 0


def test_a_folder_that_is_not_there_is_said_to_be_made(drop: Drop) -> None:
    drop.folder.rmdir()
    done = drop.once()
    assert done.returncode == 3
    assert "cannot be used (there is no such folder; make it, or connect its drive)" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
def test_no_name_of_a_file_can_pass_for_a_line_of_the_log(drop: Drop) -> None:
    (drop.folder / "a\nSun 01 Nov 2026: ended with exit code 0.\x1b[2K\u2028b.xlsx").write_bytes(b"PK\x05\x06")
    done = drop.once()
    assert not [line for line in done.stdout.splitlines() if line.startswith(("Sun", "b.xlsx"))]
    assert "not run" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_sheet_that_vanishes_while_it_is_run_is_accounted_for_all_the_same(drop: Drop) -> None:
    drop.gateway.set(latency_ms=30)
    drop.put("november.xlsx", [row(n) for n in range(1, 61)])
    watching = drop.watch()
    until(lambda: len(drop.made()) > 5, "some invoices")
    watching.kill()
    (drop.folder / "processing" / "november.xlsx").unlink()
    drop.gateway.set(latency_ms=0)
    assert drop.once().returncode == 0
    drop.check(runs=1)


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="needs a way to be an ordinary user")
def test_a_folder_that_may_only_be_read_sends_nothing(drop: Drop) -> None:
    drop.put("november.xlsx", [row(1)])
    drop.folder.chmod(0o555)
    ordinary = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
    words = [sys.executable, "-m", "batchinvoice", "watch", str(drop.folder), "--once", *QUICK]
    env = {**drop.tool.environment(), "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [*ordinary, *words], env=env, cwd=drop.tool.folder, capture_output=True, text=True, check=False
    )
    drop.folder.chmod(0o755)
    assert done.returncode == 3, done.stderr
    assert "cannot be used" in done.stdout
    assert (drop.inbox, drop.made()) == (["november.xlsx"], [])
    assert drop.once().returncode == 0
    drop.check(runs=1)


def test_a_sub_folder_with_a_profiles_name_is_that_merchants_inbox(drop: Drop) -> None:
    toml = drop.tool.folder / "batchinvoice.toml"
    toml.write_text('[profiles.branch]\nHESABE_MERCHANT_CODE = "842217"\n', encoding="utf-8")
    for name in ("branch", "no profile"):
        (drop.folder / name).mkdir()
    watching = drop.watch("--no-sms")
    drop.put("a.xlsx", [row(1)], drop.folder / "branch")
    drop.put("b.xlsx", [row(2)])
    drop.put("c.xlsx", [row(3)], drop.folder / "no profile")
    until(lambda: len(drop.made()) == 2 and drop.room("done"), "both", lambda: watching.said)
    drop.emptied()
    until(lambda: len(list((drop.folder / "branch" / "done").glob("a*"))) == 2, "the report in its own room")
    assert [path.name for path in (drop.folder / "no profile").iterdir()] == ["c.xlsx"]

    toml.write_text("[profiles.branch\n", encoding="utf-8")  # while somebody is writing in it
    until(lambda: "batchinvoice.toml" in watching.said, "a word about it", lambda: watching.said)
    toml.write_text('[profiles.branch]\nHESABE_MERCHANT_CODE = "842217"\n', encoding="utf-8")
    drop.put("d.xlsx", [row(4)], drop.folder / "branch")
    until(lambda: "R-4" in drop.made(), "the next one", lambda: watching.said)
    assert watching.stop() == 0
    drop.check(runs=3)


def test_many_small_files(drop: Drop) -> None:
    """Forty in the suite; a thousand take the same way (BATCHINVOICE_MANY)."""
    many = int(os.environ.get("BATCHINVOICE_MANY", "40"))
    for number in range(1, many + 1):
        cells = f"R-{number},Noura,6600{number % 10_000:04d},{number}.500,,sms"
        (drop.folder / f"sheet {number}.csv").write_text(f"{','.join(HEADINGS)}\r\n{cells}\r\n", encoding="utf-8")
    drop.watch()
    until(lambda: not drop.inbox and not drop.room("processing"), "an empty inbox", seconds=many)
    assert len(drop.made()) == len(set(drop.made())) == many
    drop.check(runs=many)
