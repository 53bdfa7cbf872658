"""Installing, removing and listing schedules: what systemctl, crontab and schtasks are told, by stand-ins for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from taking_apart import task_value, unit_values
from whole_tool import Tool

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts with a #! line")
MONTH_END = ("schedule", "run", "month.xlsx", "--monthly", "last-business", "--at", "07:30")

STAND_IN = f"""#!{sys.executable}
import os, pathlib, shutil, sys
here = pathlib.Path(__file__).parent
name, words = pathlib.Path(__file__).name, sys.argv[1:]
with open(here / "told.txt", "a") as told:
    told.write(" ".join([name, *words]) + "\\n")
if (here / f"{{name}}.fails").exists():
    sys.exit((here / f"{{name}}.fails").read_text())
if name == "crontab" and words == ["-"]:
    (here / "table").write_bytes(sys.stdin.buffer.read())
elif name == "crontab":
    if not (here / "table").exists():
        sys.exit("no crontab for noura")
    sys.stdout.buffer.write((here / "table").read_bytes())
elif name == "schtasks" and words[0] == "/Create":
    shutil.copy(words[words.index("/XML") + 1], here / "task.xml")
elif name == "schtasks" and words[0] == "/Query" and not (here / "task.xml").exists():
    sys.exit("ERROR: The system cannot find the file specified.")
"""


@pytest.fixture
def bin(tmp_path: Path) -> Path:  # noqa: A001
    """A folder with stand-ins, which write down what they are told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("systemctl", "crontab", "schtasks"):
        (folder / name).write_text(STAND_IN)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def at(tmp_path: Path, bin: Path) -> Tool:  # noqa: A002
    """The tool with the stand-ins found first."""
    settings = {
        "BATCHINVOICE_HOME": str(tmp_path / "home"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "PATH": os.pathsep.join([str(bin), os.environ["PATH"]]),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "TZ": "UTC",
    }
    return Tool(tmp_path, settings)


@pytest.fixture
def told(bin: Path) -> Callable[[], list[str]]:  # noqa: A002
    """What the stand-ins were told since the last time."""

    def lines() -> list[str]:
        file = bin / "told.txt"
        found = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        return found

    return lines


def test_a_timer_is_installed_moved_and_removed(at: Tool, told: Callable[[], list[str]]) -> None:
    done = at(*MONTH_END, "--for", "systemd", "--install")
    assert done.returncode == 0, done.stderr
    assert "loginctl enable-linger" in done.stderr
    unit = "batchinvoice-run.timer"
    assert told() == [f"systemctl --user {rest}" for rest in ("daemon-reload", f"enable {unit}", f"restart {unit}")]
    folder = at.folder / "config" / "systemd" / "user"
    assert unit_values((folder / unit).read_text(), "OnCalendar") == ["*-*-* 07:30:00 Asia/Kuwait"]
    at(*MONTH_END[:-1], "08:00", "--for", "systemd", "--install")
    assert unit_values((folder / unit).read_text(), "OnCalendar") == ["*-*-* 08:00:00 Asia/Kuwait"]
    told()
    done = at("schedule", "run", "--uninstall")
    assert "is expected no more" in done.stderr
    assert told() == [f"systemctl --user disable --now {unit}", "systemctl --user daemon-reload"]
    assert [*folder.iterdir()] == []
    assert "Nothing is scheduled" in at("schedule", "--list").stdout


def test_only_our_lines_of_the_crontab_change(at: Tool, bin: Path, told: Callable[[], list[str]]) -> None:  # noqa: A002
    others = b"MAILTO=noura\r\n# \xff\xfe\n\n0 5 * * * back up # batchinvoice:run-2"
    (bin / "table").write_bytes(others)
    assert at(*MONTH_END, "--for", "cron", "--install").returncode == 0
    assert told() == ["crontab -l", "crontab -"]
    installed = (bin / "table").read_bytes()
    assert installed.startswith(others + b"\n# batchinvoice run: run on the last business day")
    assert installed.count(b" # batchinvoice:run\n") == 2
    at(*MONTH_END, "--for", "cron", "--install")
    assert (bin / "table").read_bytes() == installed
    at("schedule", "--uninstall", "--name", "run")
    assert (bin / "table").read_bytes() == others + b"\n"


def test_the_first_crontab_is_begun(at: Tool, bin: Path) -> None:  # noqa: A002
    assert at(*MONTH_END, "--for", "cron", "--install").returncode == 0
    assert (bin / "table").read_text().count("\n") == 2


def test_a_crontab_that_cannot_be_read_is_never_replaced(at: Tool, bin: Path, told: Callable[[], list[str]]) -> None:  # noqa: A002
    (bin / "crontab.fails").write_text("you (noura) are not allowed to use this program")
    done = at(*MONTH_END, "--for", "cron", "--install")
    assert done.returncode == 3
    assert "not allowed to use this program" in done.stderr
    assert told() == ["crontab -l"]
    assert "Nothing is scheduled" in at("schedule", "--list").stdout


def test_a_task_is_installed_and_removed(at: Tool, bin: Path, told: Callable[[], list[str]]) -> None:  # noqa: A002
    from xml.etree import ElementTree as ET

    done = at(*MONTH_END, "--for", "windows", "--install", "--name", "month-end")
    assert done.returncode == 0, done.stderr
    (create,) = told()
    assert create.startswith("schtasks /Create /TN batchinvoice-month-end /XML ")
    assert create.endswith(" /F")
    root = ET.fromstring((bin / "task.xml").read_bytes())
    assert task_value(root, "Actions/Exec/WorkingDirectory") == str(at.folder)
    at("schedule", "--uninstall", "--name", "month-end")
    assert told() == ["schtasks /Query /TN batchinvoice-month-end", "schtasks /Delete /TN batchinvoice-month-end /F"]


def test_what_moves_to_another_scheduler_leaves_the_one_before(at: Tool, bin: Path) -> None:  # noqa: A002
    at(*MONTH_END, "--for", "cron", "--install")
    done = at(*MONTH_END, "--for", "systemd", "--install")
    assert "It was removed from cron." in done.stderr
    assert (bin / "table").read_bytes() == b""


def test_what_cannot_move_stays_where_it_is(at: Tool, bin: Path) -> None:  # noqa: A002
    at(*MONTH_END, "--for", "cron", "--install")
    (bin / "systemctl.fails").write_text("Failed to connect to bus: No medium found")
    assert at(*MONTH_END, "--for", "systemd", "--install").returncode == 3
    assert b"# batchinvoice:run" in (bin / "table").read_bytes()
    assert "cron" in at("schedule", "--list").stdout


def test_a_scheduler_that_refuses_leaves_nothing_expected(at: Tool, bin: Path) -> None:  # noqa: A002
    (bin / "systemctl.fails").write_text("Failed to connect to bus: No medium found")
    done = at(*MONTH_END, "--for", "systemd", "--install")
    assert done.returncode == 3
    assert "Failed to connect to bus" in done.stderr
    assert [*(at.folder / "config" / "systemd" / "user").iterdir()] == []
    assert "Nothing is scheduled" in at("schedule", "--list").stdout


def test_a_scheduler_that_is_not_here_is_said(at: Tool) -> None:
    done = at(*MONTH_END, "--for", "windows", "--install", PATH=str(at.folder))
    assert done.returncode == 3
    assert "schtasks cannot be used here" in done.stderr


def test_printing_touches_nothing(at: Tool, told: Callable[[], list[str]]) -> None:
    for form in ("systemd", "cron", "windows"):
        done = at(*MONTH_END, "--for", form)
        assert done.returncode == 0
        assert "SANDBOX" in done.stdout
        assert "Nothing was installed" in done.stderr
    assert told() == []
    assert not (at.folder / "home").exists()
    assert not (at.folder / "config").exists()


def test_live_is_said_in_what_is_printed(at: Tool) -> None:
    for form in ("systemd", "cron", "windows"):
        assert "LIVE" in at(*MONTH_END, "--for", form, BATCHINVOICE_ENVIRONMENT="live").stdout


def test_a_schedule_takes_no_others_place(at: Tool) -> None:
    at(*MONTH_END, "--for", "cron", "--expect")
    done = at("schedule", "run", "other.xlsx", "--daily", "07:30", "--for", "cron", "--expect")
    assert done.returncode == 2
    assert "month.xlsx" in done.stderr
    assert "--name" in done.stderr
    assert at("schedule", "run", "other.xlsx", "--daily", "7:30", "--expect", "--name", "other").returncode == 0
    assert at("schedule", "--list").stdout.count("Kuwait time") >= 4


def test_the_list_shows_what_is_expected(at: Tool) -> None:
    at(*MONTH_END, "--for", "cron", "--expect")
    shown = at("schedule", "--list").stdout
    assert "run: run --yes month.xlsx on the last business day of every month" in shown
    assert "SANDBOX (test), cron" in shown
    assert f"in {at.folder}" in shown
    assert "last done: never yet; next: " in shown


def test_removing_what_is_not_there_is_said(at: Tool) -> None:
    done = at("schedule", "--uninstall", "--name", "nothing", "--for", "cron")
    assert done.returncode == 2
    assert "There is no schedule “nothing”" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Say what is to be scheduled"),
        (("run", "a.xlsx"), "Say when, in one way"),
        (("run", "a.xlsx", "--daily", "7:30", "--every", "15m"), "Say when, in one way"),
        (("run", "--daily", "7:30"), "SHEET"),
        (("run", "a.xlsx", "--strct", "--daily", "7:30"), "--strct"),
        (("run", "a.xlsx", "--json", "--daily", "7:30"), "--json"),
        (("resume", "--give-up", "x", "--daily", "7:30"), "x"),
    ],
)
def test_what_could_not_run_is_not_scheduled(at: Tool, words: tuple[str, ...], said: str) -> None:
    done = at("schedule", *words, "--expect")
    assert done.returncode == 2
    assert said in done.stderr
    assert not (at.folder / "home").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--daily", "25:00"), "no time of day"), (("--every", "7m"), "no interval"), (("--monthly", "31"), "no day")],
)
def test_a_time_that_is_none_is_said(at: Tool, words: tuple[str, ...], said: str) -> None:
    done = at("schedule", "resume", *words)
    assert done.returncode == 3
    assert said in done.stderr


def test_a_name_that_no_scheduler_could_have_is_refused(at: Tool) -> None:
    done = at("schedule", "resume", "--daily", "7:30", "--name", "../x")
    assert done.returncode == 3
    assert "cannot be a schedule's name" in done.stderr


def test_settings_of_this_terminal_alone_are_named_and_not_shown(at: Tool) -> None:
    done = at("schedule", "resume", "--daily", "7:30", HESABE_PASSWORD="hidden-1")
    assert "BATCHINVOICE_HOME, HESABE_PASSWORD" in done.stderr
    assert "hidden-1" not in done.stderr + done.stdout
