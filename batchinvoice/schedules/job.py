"""What is scheduled: a command line of this tool, the folder it runs in, and when."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.rule import Every, Rule, described, written

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class Form(StrEnum):
    """Which scheduler starts it."""

    SYSTEMD = "systemd"
    CRON = "cron"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Job:
    """`python`: the interpreter's full path; `folder`: where it runs, since batchinvoice.toml is looked for there.

    `words`: the command and its arguments; `profile`: the merchant's, if one is named; `environment`: sandbox or live.
    Raises ScheduleError if a part could not be written into a schedule.
    """

    name: str
    rule: Rule
    python: str
    folder: str
    words: tuple[str, ...]
    environment: str
    profile: str = ""

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ScheduleError(
                f"“{self.name}” cannot be a schedule's name. Give it one with --name: up to 40 of A-Z, a-z, 0-9, - "
                "and _."
            )
        for text in (self.python, self.folder, self.profile, *self.words):
            if any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") or c in "\ufffe\uffff" for c in text):
                raise ScheduleError(
                    f"“{ascii(text)[1:-1]}” holds a line break or another character that no schedule can hold: "
                    "rename the file or folder."
                )

    @property
    def title(self) -> str:
        """One line for people: what, when, and whether it is play money."""
        return f"batchinvoice {self.name}: {self.words[0]} {described(self.rule)}, {mark(self.environment)}"

    @property
    def unit(self) -> str:
        """The name under which the system's scheduler knows it."""
        return f"batchinvoice-{self.name}"

    def command(self) -> list[str]:
        """The argument list to start.

        A scheduler may start it too often or at another time: none can say “the last business day”, all catch up in
        their own ways, and a machine's zone can change. So the tool's own calendar decides whether it is due.
        -P: a file in the working folder, which others may write to, can never be taken for a module.
        """
        profile = ["--profile", self.profile] if self.profile else []
        guard = [] if isinstance(self.rule, Every) else ["--only-if-due", written(self.rule)]
        return [self.python, "-P", "-m", "batchinvoice", *profile, "--scheduled", self.name, *guard, *self.words]


def mark(environment: str) -> str:
    """How a screen names the environment."""
    return "LIVE" if environment == "live" else "SANDBOX (test)"
