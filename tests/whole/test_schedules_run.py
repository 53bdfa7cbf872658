"""What is printed is run as printed and noted, and what did not happen is said by the next command."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from post_office import web_hook
from taking_apart import cron_entry, systemd_split, task_value, unit_values, windows_split
from whole_tool import Tool, settings

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.heartbeat import Expectation, Kept
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.keeping import NAME, change, load
from batchinvoice.schedules.rule import Daily

posix = pytest.mark.skipif(sys.platform == "win32", reason="sh and signals")
GOOD = ["INV-1", "Noura Al-Sabah", "66100201", 120.5, "noura@example.com", "sms"]
BAD = ["INV-2", "Fatima Al-Ali", "6610", 120.5, "fatima@example", "sms"]


@pytest.fixture
def office(tmp_path: Path, gateway: RunningEmulator) -> Tool:
    """The tool in a folder of an odd name, with its settings in the folder's file and none in the environment."""
    folder = tmp_path / "فاتورة 50% 'a' $b"
    folder.mkdir()
    values = {**settings(folder, gateway.base_url), "BATCHINVOICE_HOME": str(folder / "home")}
    ring = {"PYTHON_KEYRING_BACKEND": values.pop("PYTHON_KEYRING_BACKEND")}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    (folder / "batchinvoice.toml").write_text("\n".join(lines), "utf-8")
    return Tool(folder, ring)


def _as_scheduler(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Started with hardly any environment, from another folder unless the definition names one."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    env = {**kept, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=60)


def _cron(office: Tool, printed: str) -> subprocess.CompletedProcess[str]:
    command = cron_entry(printed.splitlines()[1])[2].replace(r"\%", "%")
    return _as_scheduler(["sh", "-c", command], office.folder.parent)


def _systemd(office: Tool, printed: str) -> subprocess.CompletedProcess[str]:
    (folder,), (line,) = unit_values(printed, "WorkingDirectory"), unit_values(printed, "ExecStart")
    return _as_scheduler(systemd_split(line), Path(folder.replace("%%", "%")))


def _windows(office: Tool, printed: str) -> subprocess.CompletedProcess[str]:
    root = ET.fromstring(printed.encode("utf-16"))
    arguments = windows_split(task_value(root, "Actions/Exec/Arguments"))
    folder = task_value(root, "Actions/Exec/WorkingDirectory")
    return _as_scheduler([task_value(root, "Actions/Exec/Command"), *arguments], Path(folder))


STARTS = {"cron": _cron, "systemd": _systemd, "windows": _windows}


def _log(office: Tool, name: str) -> str:
    return (office.folder / "home" / "logs" / f"schedule-{name}.log").read_text("utf-8")


def _now() -> str:
    return f"{dt.datetime.now(KUWAIT):%H:%M}"


@posix
@pytest.mark.parametrize("form", STARTS)
def test_a_printed_run_runs_once_as_printed_and_is_noted(office: Tool, gateway: RunningEmulator, form: str) -> None:
    sheet = office.sheet("نوفمبر 100% 'x' $HOME.xlsx", [GOOD, BAD])
    printed = office("schedule", "run", sheet.name, "--daily", _now(), "--for", form, "--name", "month-end").stdout
    before = dt.datetime.now(dt.UTC)
    done = STARTS[form](office, printed)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    kept = load(office.folder / "home")["month-end"]
    assert (kept.code, kept.done) == (1, kept.started)
    assert kept.started
    assert kept.ended
    assert before < kept.started < kept.ended
    assert len(gateway.truth()["invoices"]) == 1
    assert len([*(office.folder / "reports").glob("*.report.xlsx")]) == 1

    again = STARTS[form](office, printed)
    assert again.returncode == 0
    assert load(office.folder / "home")["month-end"] == kept
    assert len([*(office.folder / "reports").glob("*.report.xlsx")]) == 1
    said = _log(office, "month-end")
    assert [line.split(": ", 1)[1].split(".")[0] for line in said.splitlines()] == [
        "started",
        "ended with exit code 1",
        "started, and not due: nothing to do",
    ]
    assert len(gateway.truth()["invoices"]) == 1


@posix
def test_a_printed_resume_runs_as_printed_and_is_noted(office: Tool) -> None:
    printed = office("schedule", "resume", "--every", "15m", "--for", "cron", "--report-dir", "out").stdout
    assert _cron(office, printed).returncode == 0
    kept = load(office.folder / "home")["resume"]
    assert (kept.code, kept.done) == (0, kept.started)


@posix
def test_no_customer_stands_in_a_log(office: Tool) -> None:
    sheet = office.sheet("a.xlsx", [GOOD, BAD])
    printed = office("schedule", "run", sheet.name, "--daily", _now(), "--for", "cron").stdout
    _cron(office, printed)
    text = _log(office, "run")
    assert "ended with exit code 1" in text
    assert not [word for word in ("Noura", "Fatima", "6610", "example") if word in text]
    if os.name == "posix":
        assert (office.folder / "home" / "logs" / "schedule-run.log").stat().st_mode & 0o077 == 0


@posix
def test_what_goes_wrong_stands_in_the_log(office: Tool) -> None:
    printed = office("schedule", "run", "gone.xlsx", "--daily", _now(), "--for", "cron").stdout
    assert _cron(office, printed).returncode == 3
    assert "There is no file gone.xlsx" in _log(office, "run")
    kept = load(office.folder / "home")["run"]
    assert (kept.code, kept.done) == (3, None)


def _expect(home: Path, days: int = 2, name: str = "month-end") -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    rule = Daily((at + dt.timedelta(minutes=1)).astimezone(KUWAIT).time().replace(second=0, microsecond=0))
    expected = Expectation(rule, at - dt.timedelta(minutes=1), Form.CRON, ("resume", "--yes"), "/a", "sandbox")
    change(home, lambda kept: {**kept, name: Kept(expected)})


def test_what_was_missed_is_said_once_by_the_next_command(tool: Tool) -> None:
    _expect(tool.folder / "home")
    first = tool("history")
    assert first.returncode == 0
    assert first.stderr.startswith("Expected, and not done: the scheduled resume “month-end” (sandbox), due on ")
    assert "2 times since" in first.stderr
    assert "crontab -l" in first.stderr
    assert tool("history").stderr == ""


def test_with_json_what_was_missed_is_said_on_standard_error_alone(tool: Tool) -> None:
    _expect(tool.folder / "home")
    done = tool("resume", "--json")
    assert json.loads(done.stdout)["status"] == "complete"
    assert "Expected, and not done" in done.stderr


def test_the_list_says_what_was_missed_however_often(tool: Tool) -> None:
    _expect(tool.folder / "home")
    tool("history")
    for _ in range(2):
        done = tool("schedule", "--list")
        assert done.returncode == 1
        assert "Expected, and not done" in done.stdout


def test_each_missed_run_is_told_by_a_notice_once(tool: Tool) -> None:
    for name in ("a", "b"):
        _expect(tool.folder / "home", name=name)
    with web_hook() as hook:
        for _ in range(2):
            assert tool("history", BATCHINVOICE_NOTIFY=hook.url).returncode == 0
    titles = [letter.title for letter in hook.letters]
    assert titles == [f"SANDBOX (test): What is scheduled as “{name}” did not happen" for name in ("a", "b")]
    assert "Kuwait" in hook.letters[0].text


def test_what_was_missed_is_not_lost_in_the_log_of_another_schedule(tool: Tool) -> None:
    _expect(tool.folder / "home")
    tool("--scheduled", "other", "resume", "--yes")
    assert "Expected, and not done" in _log(tool, "other")
    assert "Expected, and not done" in tool("history").stderr


def test_a_scheduled_run_that_comes_late_says_so_and_is_done(tool: Tool) -> None:
    _expect(tool.folder / "home")
    assert tool("--scheduled", "month-end", "resume", "--yes").returncode == 0
    assert "It is being done now." in _log(tool, "month-end")
    assert tool("history").stderr == ""


def test_a_note_that_is_damaged_is_said_and_stops_nothing(tool: Tool, gateway: RunningEmulator) -> None:
    tool.sheet("a.xlsx", [GOOD])
    (tool.folder / "home").mkdir()
    (tool.folder / "home" / NAME).write_text("{")
    done = tool("run", "a.xlsx", "--yes")
    assert done.returncode == 0
    assert "schedules.json cannot be read" in done.stderr
    scheduled = tool("--scheduled", "x", "--only-if-due", f"daily {_now()}", "resume", "--yes")
    assert scheduled.returncode == 0
    assert "schedules.json cannot be read" in _log(tool, "x")
    assert len(gateway.truth()["invoices"]) == 1
    assert tool("schedule", "--list").returncode == 3


@posix
def test_a_scheduled_run_that_is_killed_is_not_done(office: Tool, gateway: RunningEmulator) -> None:
    office.sheet("a.xlsx", [GOOD])
    gateway.set(latency_ms=5000)
    command = [sys.executable, "-m", "batchinvoice", "--scheduled", "a", "run", "--yes", "a.xlsx"]
    process = subprocess.Popen(command, cwd=office.folder, env={**os.environ, **office.settings})
    try:
        _until(lambda: bool(load(office.folder / "home")))
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
        gateway.set(latency_ms=0)
    kept = load(office.folder / "home")["a"]
    assert kept.started
    assert (kept.ended, kept.code, kept.done) == (None, None, None)


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@posix
def test_in_an_environment_of_its_own_its_interpreter_is_what_runs(office: Tool, tmp_path: Path) -> None:
    venv = tmp_path / "own venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    paths = [str(Path(__file__).parents[2]), *(path for path in sys.path if path.endswith("site-packages"))]
    (packages / "here.pth").write_text("\n".join(paths))
    python, clean = venv / "bin" / "python", {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    command = [python, "-m", "batchinvoice", "schedule", "resume", "--every", "15m", "--for", "cron"]
    printed = subprocess.run(command, cwd=office.folder, env=clean, capture_output=True, text=True, check=True).stdout
    assert f"exec '{python}' -P -m batchinvoice" in printed
    line = cron_entry(printed.splitlines()[1])[2].replace(r"\%", "%")
    assert subprocess.run(["sh", "-c", line], env=clean, check=False).returncode == 0
    assert load(office.folder / "home")["resume"].code == 0


@posix
def test_a_file_in_the_working_folder_is_never_taken_for_a_module(office: Tool) -> None:
    printed = office("schedule", "resume", "--every", "15m", "--for", "cron").stdout
    (office.folder / "click.py").write_text("raise SystemExit(99)")
    assert _cron(office, printed).returncode == 0


def test_a_profile_is_passed_on(tool: Tool) -> None:
    (tool.folder / "batchinvoice.toml").write_text('[profiles.main]\nHESABE_MERCHANT_CODE = "842217"\n', "utf-8")
    words = ["--profile", "main", "schedule", "watch", "in box", "--every", "15m", "--for", "windows"]
    done = tool(*words)
    assert done.returncode == 0, done.stderr
    line = '-m batchinvoice --profile main --scheduled watch-main watch --once "in box"'
    assert line in done.stdout
    assert "Note: in box is not there now." in done.stderr
    by_variable = tool(*words[2:], BATCHINVOICE_PROFILE="main")
    assert line in by_variable.stdout
    assert "BATCHINVOICE_PROFILE" not in by_variable.stderr


@posix
def test_a_scheduled_drop_folder_runs_what_was_dropped(office: Tool, gateway: RunningEmulator) -> None:
    inbox = office.folder / "in box"
    inbox.mkdir()
    office.sheet("in box/a.xlsx", [GOOD])
    printed = office("schedule", "watch", "in box", "--every", "15m", "--expect", "--for", "cron").stdout
    assert _cron(office, printed).returncode == 0
    assert len(gateway.truth()["invoices"]) == 1
    assert sorted(path.suffixes[-1] for path in (inbox / "done").iterdir()) == [".xlsx", ".xlsx"]
    assert load(office.folder / "home")["watch"].code == 0
