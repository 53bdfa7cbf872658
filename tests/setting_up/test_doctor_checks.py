"""Doctor finds each broken thing, says how to mend it, and no fault hides another."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from file_keyring import Locked
from places_for_tests import Places, empty_places

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.invoices.asked import Asked
from batchinvoice.loading import load
from batchinvoice.opening import open_ledger
from batchinvoice.runs import conclude
from batchinvoice.schedules.heartbeat import Expectation, Kept
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.keeping import change
from batchinvoice.schedules.rule import Daily
from batchinvoice.setting_up import doctor, on_disk, on_gateway
from batchinvoice.setting_up.finding import Finding, Level, Patient

SIX = {f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()}
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such modes")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    return empty_places(tmp_path, monkeypatch)


@pytest.fixture
def well(places: Places, emulator: RunningEmulator) -> Callable[..., None]:
    """Write settings with which all is well, some of them changed; None takes one out."""

    def write(**changed: object) -> None:
        usual = {
            **SIX,
            "BATCHINVOICE_BASE_URL": emulator.base_url,
            "BATCHINVOICE_HOME": str(places.user / "home"),
            "BATCHINVOICE_REPORT_DIR": str(places.here / "reports"),
            "BATCHINVOICE_TIMEOUT": 5,
        }
        said = {name: value for name, value in {**usual, **changed}.items() if value is not None}
        places.write(places.user, said).chmod(0o600)

    write()
    return write


def _found(folder: Path | None = None, *, offline: bool = False) -> list[Finding]:
    found = list(doctor.examine(None, folder, offline=offline))
    for finding in found:
        assert bool(finding.remedy) is (finding.level is not Level.OK), finding
        assert not [s for name, s in SIX.items() if name not in ("HESABE_MERCHANT_CODE", "HESABE_USERNAME")
                    and s in finding.words + finding.remedy]  # fmt: skip
    return found


def _only(found: list[Finding]) -> Finding:
    [trouble] = [finding for finding in found if finding.level is not Level.OK]
    return trouble


def test_all_is_well(well: Callable[..., None], places: Places) -> None:
    found = _found(places.here)
    assert {finding.level for finding in found} == {Level.OK}, found
    names = {finding.name for finding in found}
    assert names >= {"settings", "credentials", "ledger", "disk space", "gateway", "clock", "login", "drop folder"}
    assert not [*places.here.glob(".batchinvoice*")]


@pytest.mark.parametrize(
    ("changed", "name", "words", "remedy"),
    [
        ({"HESABE_IV_KEY": None}, "credentials", "not set: HESABE_IV_KEY", "batchinvoice setup"),
        ({"HESABE_SECRET_KEY": "short"}, "credentials", "HESABE_SECRET_KEY: It must have 32 characters", "setup"),
        ({"HESABE_ACCESS_CODE": "a\u200fb"}, "credentials", "characters that cannot be in it", "setup"),
        ({"BATCHINVOICE_BASE_URL": "http://gateway.example"}, "address", "https://", "Correct BATCHINVOICE_BASE_URL"),
        ({"BATCHINVOICE_TIMEOT": 3}, "settings", "BATCHINVOICE_TIMEOT: no such setting", "Mend that first"),
        (
            {"BATCHINVOICE_ENVIRONMENT": "live", "BATCHINVOICE_BASE_URL": "https://merchantapisandbox.hesabe.com"},
            "settings",
            "BATCHINVOICE_ENVIRONMENT says live",
            "Mend that first",
        ),
        ({"BATCHINVOICE_NOTIFY": "nonsense://x"}, "notices", "BATCHINVOICE_NOTIFY", "Do what it says"),
        ({"BATCHINVOICE_LEDGER_URL": "no address"}, "ledger", "is not the address of a database", "Do what it says"),
        ({"BATCHINVOICE_LEDGER_URL": "sqlite:///l.sqlite3"}, "ledger", "by a whole path", "Do what it says"),
    ],
)
def test_a_setting_that_cannot_work_is_told_with_its_remedy(
    well: Callable[..., None], changed: dict[str, object], name: str, words: str, remedy: str
) -> None:
    well(**changed)
    troubles = [each for each in _found(offline=True) if each.level is Level.BAD and each.name == name]
    assert troubles
    assert words in troubles[0].words
    assert remedy in troubles[0].remedy


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"HESABE_SECRET_KEY": "x" * 32}, "HESABE_SECRET_KEY and HESABE_IV_KEY"),
        ({"HESABE_PASSWORD": "not it"}, "HESABE_USERNAME and HESABE_PASSWORD"),
    ],
)
def test_what_the_gateway_refuses_is_told(well: Callable[..., None], changed: dict[str, object], words: str) -> None:
    well(**changed)
    trouble = _only(_found())
    assert (trouble.name, trouble.level, words in trouble.words) == ("login", Level.BAD, True)
    assert "batchinvoice setup" in trouble.remedy


def test_a_gateway_out_of_reach_is_told_and_offline_leaves_it_alone(well: Callable[..., None]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    well(BATCHINVOICE_BASE_URL=f"http://127.0.0.1:{port}")
    trouble = _only(_found())
    assert (trouble.name, "connection was refused" in trouble.words) == ("gateway", True)
    assert {finding.level for finding in _found(offline=True)} == {Level.OK}


@posix
def test_secrets_that_others_can_read_are_told_and_closed(well: Callable[..., None], places: Places) -> None:
    file = places.secrets(SIX)
    file.chmod(0o644)
    trouble = _only(_found(offline=True))
    assert (trouble.name, trouble.level, "renewed" in trouble.remedy) == ("secrets", Level.WARN, True)
    assert file.stat().st_mode & 0o777 == 0o600
    assert {finding.level for finding in _found(offline=True)} == {Level.OK}
    (places.user / "batchinvoice.toml").chmod(0o644)
    assert "chmod 600" in _only(_found(offline=True)).remedy


def test_a_locked_keyring_is_told(well: Callable[..., None], monkeypatch: Any) -> None:
    monkeypatch.setattr(keyring.core, "_keyring_backend", Locked())
    trouble = _only(_found(offline=True))
    assert (trouble.name, "--secrets-in file" in trouble.remedy) == ("keyring", True)


def test_another_merchants_place_is_told(well: Callable[..., None], places: Places) -> None:
    places.ring({**SIX, "HESABE_MERCHANT_CODE": "999"})
    places.write(places.here, {"HESABE_MERCHANT_CODE": "842217", "HESABE_PASSWORD": ""})
    well(HESABE_MERCHANT_CODE="999")
    troubles = [finding for finding in _found(offline=True) if finding.level is not Level.OK]
    assert "speaks of another merchant than 842217" in troubles[0].words
    assert "not set: HESABE_ACCESS_CODE" in troubles[-1].words


def test_a_ledger_in_trouble_is_told(well: Callable[..., None], places: Places, sheet: Callable[..., Path]) -> None:
    settings = load()
    with open_ledger(settings) as ledger:
        run = app.plan_sheet(ledger, settings, sheet([["A-1", "Ali", "66100201", 5]]), Asked(), sms=True, strict=False)
        conclude.begin(ledger, run)
        with ledger.working():
            busy = [each for each in _found(offline=True) if each.level is not Level.OK]
    assert [each.name for each in busy] == ["ledger lock", "runs"]
    assert (run.id in busy[1].words, busy[1].remedy) == (True, "Run: batchinvoice resume")
    file = places.user / "home" / "ledger.sqlite3"
    file.rename(file.with_suffix(".away"))
    assert "is gone, though it has been there" in _only(_found(offline=True)).words
    file.write_bytes(b"no ledger" * 200)
    assert "damaged" in _only(_found(offline=True)).words


@pytest.mark.parametrize(("free", "level"), [(10**6, Level.BAD), (5 * 10**8, Level.WARN), (10**11, Level.OK)])
def test_a_full_disk_is_told(well: Callable[..., None], monkeypatch: Any, free: int, level: Level) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free, 0, free))  # type: ignore[attr-defined]
    assert {each.level for each in _found(offline=True) if each.name == "disk space"} == {level}


def test_a_report_folder_that_cannot_be_one_is_told(well: Callable[..., None], places: Places) -> None:
    (places.here / "reports").write_text("a file", "utf-8")
    trouble = _only(_found(offline=True))
    assert (trouble.name, "BATCHINVOICE_REPORT_DIR" in trouble.remedy) == ("report folder", True)


def test_a_drop_folder_that_is_away_is_told(well: Callable[..., None], places: Places) -> None:
    trouble = _only(_found(places.here / "away", offline=True))
    assert (trouble.name, trouble.level) == ("drop folder", Level.BAD)
    assert not (places.here / "away").exists()


def test_a_drop_folder_where_nothing_can_be_renamed_is_told(places: Places, monkeypatch: Any) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    [found] = on_disk.drop_folder(places.here)
    assert (found.level, "Permission denied" in found.words) == (Level.BAD, True)
    assert not [*places.here.iterdir()]


@pytest.mark.parametrize(
    ("date", "level", "words"),
    [
        ("Mon, 23 Nov 2026 06:00:00 GMT", Level.OK, "agrees"),
        ("Mon, 23 Nov 2026 05:58:30 GMT", Level.OK, "agrees"),
        ("Mon, 23 Nov 2026 05:57:00 GMT", Level.WARN, "3 minutes ahead"),
        ("Mon, 23 Nov 2026 06:10:00 GMT", Level.WARN, "10 minutes behind"),
        ("yesterday", Level.OK, "not compared"),
    ],
)
def test_a_wrong_clock_is_told(date: str, level: Level, words: str) -> None:
    found = on_gateway.clock({"date": date}, dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC))
    assert (found.level, words in found.words) == (level, True)
    assert on_gateway.clock({}, dt.datetime(2026, 11, 23, 6, tzinfo=dt.UTC)).level is Level.OK


def test_a_check_that_breaks_hides_no_other_and_no_secret_shows(well: Callable[..., None], monkeypatch: Any) -> None:
    def breaks(_: Patient) -> Iterator[Finding]:
        yield Finding("first", Level.OK, "found before it broke")
        raise ValueError(SANDBOX["password"])

    monkeypatch.setattr(doctor, "CHECKS", (breaks, *doctor.CHECKS))
    found = _found(offline=True)
    assert _only(found).words == "this could not be examined (ValueError)"
    assert {"first", "credentials", "ledger", "report folder"} <= {finding.name for finding in found}


def test_a_schedule_that_is_overdue_is_told(well: Callable[..., None], places: Places) -> None:
    well()
    then = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    job = Expectation(Daily(dt.time(7, 30)), then, Form.CRON, ("resume", "--yes"), str(places.here), "sandbox")
    change(load().home, lambda _: {"morning": Kept(expected=job)})
    trouble = _only(_found(offline=True))
    assert (trouble.name, trouble.level, "morning" in trouble.words) == ("schedules", Level.WARN, True)
