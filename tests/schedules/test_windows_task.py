"""What is made for Task Scheduler: it keeps to the schema, and Windows splits it into the same arguments."""

from __future__ import annotations

import datetime as dt
import sys
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema
from any_job import JOBS
from hypothesis import assume, given
from taking_apart import task_value, windows_split

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule
from batchinvoice.schedules.windows import encoded, task

TODAY = dt.date(2026, 11, 25)
MORNING = dt.time(7, 30)


@cache
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(Path(__file__).with_name("task.xsd"))


def _task(job: Job) -> ET.Element:
    try:
        text = task(job, TODAY)
    except ScheduleError:
        assume(False)
        raise
    return ET.fromstring(encoded(text))


@given(JOBS)
def test_windows_finds_the_same_arguments(job: Job) -> None:
    root = _task(job)
    assert [
        task_value(root, "Actions/Exec/Command"),
        *windows_split(task_value(root, "Actions/Exec/Arguments")),
    ] == job.command()
    assert task_value(root, "Actions/Exec/WorkingDirectory") == job.folder


@pytest.mark.skipif(sys.platform != "win32", reason="only Windows has its own splitting")
@given(JOBS)
def test_windows_itself_splits_as_this_test_does(job: Job) -> None:
    import ctypes

    line, count = task_value(_task(job), "Actions/Exec/Arguments"), ctypes.c_int()
    shell = ctypes.windll.shell32  # type: ignore[attr-defined]
    shell.CommandLineToArgvW.restype = ctypes.POINTER(ctypes.c_wchar_p)
    found = shell.CommandLineToArgvW(f"x {line}", ctypes.byref(count))
    assert found[1 : count.value] == windows_split(line)


@pytest.mark.parametrize(
    "rule", [Every(1), Every(15), Every(1440), Daily(MORNING), Monthly(Named.LAST_BUSINESS, MORNING)]
)
def test_the_definition_keeps_to_the_schema(rule: Rule, tmp_path: Path) -> None:
    file = tmp_path / "task.xml"
    job = Job("month-end", rule, "C:\\a & <b>\\python.exe", "C:\\فاتورة 50% 'x'", ("run", "--yes", "x.xlsx"), "live")
    file.write_bytes(encoded(task(job, TODAY)))
    assert file.read_bytes().startswith(b"\xff\xfe<\0?\0")
    _schema().validate(str(file))


@pytest.mark.parametrize(
    ("good", "wrong"),
    [
        ("<StartBoundary>2026-11-25T07:30:00+03:00</StartBoundary>", ""),
        ("T07:30:00+03:00", "T07:30:00"),
        ("IgnoreNew", "Ignore"),
        ('Context="Author"', 'Context="Other"'),
        ("<Enabled>true</Enabled>\n      <StartBoundary>", "<StartBoundary>"),
    ],
)
def test_the_schema_would_find_what_is_wrong(good: str, wrong: str) -> None:
    text = task(Job("a", Daily(MORNING), "C:\\python.exe", "C:\\a", ("resume",), "sandbox"), TODAY)
    text = text.partition("\n")[2]
    assert _schema().is_valid(text)
    assert good in text
    changed = text.replace(good, wrong)
    if wrong == "<StartBoundary>":  # the order of a trigger's elements
        changed = changed.replace("</StartBoundary>", "</StartBoundary><Enabled>true</Enabled>")
    assert not _schema().is_valid(changed)


@pytest.mark.parametrize("text", ["C:\\%TEMP%\\a", "C:\\$(Arg0)"])
def test_what_windows_would_put_something_else_for_is_refused(text: str) -> None:
    with pytest.raises(ScheduleError, match="Task Scheduler"):
        task(Job("a", Every(15), "C:\\python.exe", text, ("resume",), "sandbox"), TODAY)


def test_what_was_missed_is_caught_up_and_two_never_run_at_once() -> None:
    root = _task(Job("a", Every(15), "C:\\python.exe", "C:\\a", ("resume",), "sandbox"))
    assert task_value(root, "Settings/StartWhenAvailable") == "true"
    assert task_value(root, "Settings/MultipleInstancesPolicy") == "IgnoreNew"
    assert task_value(root, "Triggers/TimeTrigger/Repetition/Interval") == "PT15M"


def test_the_time_is_kuwaits_whatever_the_machines_zone() -> None:
    root = _task(Job("a", Daily(MORNING), "C:\\python.exe", "C:\\a", ("resume",), "sandbox"))
    assert task_value(root, "Triggers/CalendarTrigger/StartBoundary") == "2026-11-25T07:30:00+03:00"
