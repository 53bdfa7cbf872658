"""schedules.json in the tool's home: what is expected and when it last happened. Written whole, for its owner alone."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.heartbeat import Expectation, Kept
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.rule import read, written

NAME = "schedules.json"
_WAIT = 5  # seconds for another command that is just writing


def load(home: Path) -> dict[str, Kept]:
    """What is kept by name. Raises ScheduleError if the file is there and cannot be understood."""
    try:
        stored = json.loads((home / NAME).read_text("utf-8"))
        return {name: _entry(values) for name, values in stored["schedules"].items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, ScheduleError) as error:
        raise ScheduleError(
            f"{home / NAME} cannot be read ({type(error).__name__}), so that nobody can say whether the scheduled runs "
            "happen. Schedule them again: “batchinvoice schedule … --install” puts the file aside and begins a new one."
        ) from None


def change(home: Path, how: Callable[[dict[str, Kept]], Mapping[str, Kept]], *, anew: bool = False) -> None:
    """Change what is kept, one command at a time. `anew`: a damaged file is put aside. Raises ScheduleError."""
    # Imported here: most commands only read.
    from filelock import FileLock, Timeout

    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / f"{NAME}.lock", timeout=_WAIT):
            _write(home / NAME, how(_readable(home, anew=anew)))
    except (OSError, Timeout) as error:
        raise ScheduleError(
            f"{home / NAME} cannot be written ({type(error).__name__}): see that the folder is there and may be "
            "written to. Until then nobody can say whether the scheduled runs happen."
        ) from None


def _readable(home: Path, *, anew: bool) -> dict[str, Kept]:
    try:
        return load(home)
    except ScheduleError:
        if not anew:
            raise
        _moved(home / NAME, home / f"{NAME}.damaged-{secrets.token_hex(4)}")
        return {}


def _write(path: Path, kept: Mapping[str, Kept]) -> None:
    text = json.dumps({"version": 1, "schedules": {name: _values(each) for name, each in kept.items()}}, indent=1)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        _moved(draft, path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _moved(here: Path, there: Path) -> None:
    """Moved at once. Windows refuses while another command reads the file, which takes no time."""
    for tries in range(20):
        try:
            os.replace(here, there)  # noqa: PTH105 - the name everybody knows for an atomic move
            return
        except PermissionError:
            if tries == 19 or os.name != "nt":
                raise
            time.sleep(0.05)


def _values(each: Kept) -> dict[str, Any]:
    expected = each.expected
    return {
        "expected": expected
        and {
            "rule": written(expected.rule),
            "since": expected.since.isoformat(),
            "form": expected.form,
            "words": expected.words,
            "folder": expected.folder,
            "environment": expected.environment,
            "profile": expected.profile,
        },
        "started": _text(each.started),
        "ended": _text(each.ended),
        "code": each.code,
        "done": _text(each.done),
        "told": _text(each.told),
        "noticed": _text(each.noticed),
    }


def _entry(values: Mapping[str, Any]) -> Kept:
    code = values["code"]
    if not isinstance(code, int | None):
        raise TypeError("code")
    return Kept(
        expected=_expected(values["expected"]) if values["expected"] else None,
        started=_time(values["started"]),
        ended=_time(values["ended"]),
        code=code,
        done=_time(values["done"]),
        told=_time(values["told"]),
        noticed=_time(values["noticed"]),
    )


def _expected(values: Mapping[str, Any]) -> Expectation:
    since = _time(values["since"])
    words = tuple(str(word) for word in values["words"])
    if since is None or not words:
        raise ValueError("since, words")
    folder, environment, profile = (str(values[name]) for name in ("folder", "environment", "profile"))
    return Expectation(read(values["rule"]), since, Form(values["form"]), words, folder, environment, profile)


def _text(at: dt.datetime | None) -> str | None:
    return at.astimezone(dt.UTC).isoformat() if at else None


def _time(text: str | None) -> dt.datetime | None:
    if text is None:
        return None
    at = dt.datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at
