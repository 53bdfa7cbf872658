"""A task definition for the Windows Task Scheduler. Source: [MS-TSCH] 2.5, XML Task Definition Language.

The elements of a trigger stand in the order of the schema; an offset in StartBoundary keeps Kuwait time in any zone.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from xml.etree import ElementTree as ET

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.job import Job
from batchinvoice.schedules.rule import Every, Rule

NAMESPACE = "http://schemas.microsoft.com/windows/2004/02/mit/task"
# Task Scheduler puts the values of variables and its own parameters into these; no way to write them as text is known.
_REPLACED = re.compile(r"%[^%]+%|\$\(")
_SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",  # what was missed while the computer was off
    "Enabled": "true",
    "ExecutionTimeLimit": "PT72H",
}


def task(job: Job, today: dt.date) -> str:
    """The definition as text. It begins on that day in Kuwait. Raises ScheduleError if a path cannot be written."""
    program, *arguments = job.command()
    for text in (program, job.folder, *arguments):
        if found := _REPLACED.search(text):
            raise ScheduleError(
                f"Task Scheduler would put something else in the place of “{found[0]}”: rename the file or folder."
            )
    root = ET.Element("Task", {"version": "1.2", "xmlns": NAMESPACE})
    ET.SubElement(ET.SubElement(root, "RegistrationInfo"), "Description").text = job.title
    _trigger(ET.SubElement(root, "Triggers"), job.rule, today)
    principal = ET.SubElement(ET.SubElement(root, "Principals"), "Principal", {"id": "Author"})
    _texts(principal, {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    _texts(ET.SubElement(root, "Settings"), _SETTINGS)
    start = ET.SubElement(ET.SubElement(root, "Actions", {"Context": "Author"}), "Exec")
    # The command as it is split again by every program made with Microsoft's compiler, Python among them.
    line = subprocess.list2cmdline(arguments)
    _texts(start, {"Command": program, "Arguments": line, "WorkingDirectory": job.folder})
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def encoded(text: str) -> bytes:
    """The file as `schtasks /Create /XML` takes it: UTF-16 with a mark at its beginning."""
    return b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")


def _trigger(triggers: ET.Element, rule: Rule, today: dt.date) -> None:
    """A monthly rule starts daily; the tool decides whether it is the day."""
    if isinstance(rule, Every):
        trigger = ET.SubElement(triggers, "TimeTrigger")
        _texts(trigger, {"Enabled": "true", "StartBoundary": _boundary(today, dt.time())})
        _texts(ET.SubElement(trigger, "Repetition"), {"Interval": f"PT{rule.minutes}M", "StopAtDurationEnd": "false"})
        return
    trigger = ET.SubElement(triggers, "CalendarTrigger")
    _texts(trigger, {"Enabled": "true", "StartBoundary": _boundary(today, rule.at)})
    _texts(ET.SubElement(trigger, "ScheduleByDay"), {"DaysInterval": "1"})


def _boundary(day: dt.date, at: dt.time) -> str:
    return dt.datetime.combine(day, at, KUWAIT).isoformat(timespec="seconds")


def _texts(parent: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = value
