"""Where the log goes: to standard error if that is asked for, and to a file in the home of whoever sends."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, TextIO

from batchinvoice.logs.file import SharedFile
from batchinvoice.logs.lines import Form, formatter

# Our own loggers alone: those of libraries write addresses, and with them what is searched for.
_OWN = logging.getLogger("batchinvoice")
_SHOWN, _KEPT = "batchinvoice: shown", "batchinvoice: kept"


class _Shown(logging.StreamHandler[TextIO]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (interface)
        """A standard error that is gone stops nothing."""


def show(form: Form, level: int) -> None:
    """Show on standard error what is of this level or above."""
    _attach(_Shown(), _SHOWN, form, level)


def keep(folder: Path, level: int) -> bool:
    """Keep a log in the folder, a line of JSON for each record; returns whether that is new to this process.

    Always JSON, whatever is shown: several commands write to one file.
    """
    handler = SharedFile(folder)
    before = [each for each in _OWN.handlers if each.name == _KEPT]
    if any(isinstance(each, SharedFile) and each.baseFilename == handler.baseFilename for each in before):
        return False
    _attach(handler, _KEPT, Form.JSON, level)
    return True


def stop() -> None:
    """Neither show nor keep anything from now on."""
    for name in (_SHOWN, _KEPT):
        _detach(name)


def _attach(handler: logging.Handler, name: str, form: Form, level: int) -> None:
    _detach(name)
    handler.set_name(name)
    handler.setLevel(level)
    handler.setFormatter(formatter(form))
    _OWN.addHandler(handler)
    _OWN.setLevel(min(each.level for each in _ours()))


def _detach(name: str) -> None:
    for handler in [each for each in _OWN.handlers if each.name == name]:
        _OWN.removeHandler(handler)
        handler.close()
    _OWN.setLevel(min((each.level for each in _ours()), default=logging.NOTSET))


def _ours() -> list[Any]:
    return [each for each in _OWN.handlers if each.name in (_SHOWN, _KEPT)]
