"""The second line of defence: whatever is about to be logged, no phone, e-mail address or secret leaves with it.

The first line is at each place that logs: it gives codes, numbers and ids, never the content of a cell, the text of a
foreign exception, or what the gateway said.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, MutableMapping
from decimal import Decimal
from pathlib import PurePath
from types import TracebackType
from typing import Any

MASK = "[masked]"

# What stands under such a name is not looked at.
_PRIVATE = re.compile(
    r"phone|mobile|mail|customer|token|passw|secret|credential|authori[sz]|access_?code|key$|user|address|reference"
    r"|search|(^|_)cells?($|_)|cookie|(^|_)name$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,7}")  # a count, a row, milliseconds; a phone of Kuwait has 8 digits
_WORD = re.compile(r"[A-Za-z0-9_-]{1,40}")
# Fields whose values may hold many digits. One that is not of this form is treated like any other text.
_SHAPES = {
    "run": re.compile(r"20\d{6}-\d{3,7}"),
    "sheet": re.compile(r"[0-9a-f]{12}"),
    "merchant": _WORD,
    "gateway_id": _WORD,
    "kwd": re.compile(r"-?\d{1,15}\.\d{3}"),
    "pid": re.compile(r"\d{1,10}"),
    **dict.fromkeys(("row", "rows", "ms", "count"), _NUMBER),
}
_RUN = _SHAPES["run"]
_EMAIL = re.compile(r"[^\s@＠﹫]*[@＠﹫][^\s]*")
# Seven digits or more, of any script, with nothing but a few signs or spaces between them.
_PHONE = re.compile(r"\+?\d(?:[\W_]{0,3}\d){6,}")


def masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of structlog: every value of the line without personal data."""
    return {key: _value(key, value) for key, value in event.items()}


def only_place(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A step of structlog: of an exception its type and place are told, never its text; it could hold anything."""
    event.pop("stack_info", None)
    told = event.pop("exc_info", None)
    error = (sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told) if told else None
    if isinstance(error, BaseException):
        event.update(kind=type(error).__name__, place=place_of(error.__traceback__))
    return event


def place_of(trace: TracebackType | None) -> str:
    """Where an exception was raised, as `caller.py:71`."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{PurePath(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"


def scrubbed(text: str) -> str:
    """The text without anything that looks like an e-mail address or a phone number."""
    return _PHONE.sub(lambda found: found[0] if _RUN.fullmatch(found[0]) else MASK, _EMAIL.sub(MASK, text))


def _value(key: str, value: object) -> object:
    if isinstance(value, Mapping):
        # The fields of `kwd` are amounts, whatever they are called.
        return {
            scrubbed(k): MASK if _PRIVATE.search(k) else _value(key if key in _SHAPES else k, each)
            for k, each in ((str(k), each) for k, each in value.items())
        }
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(key, each) for each in value]
    return _single(key, value)


def _single(key: str, value: object) -> object:
    if _PRIVATE.search(key):
        return MASK
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, (str, int, float, Decimal)):
        return f"<{type(value).__name__}>"  # its repr could hold anything
    shape, text = _SHAPES.get(key), str(value)
    kept = value if isinstance(value, (int, float)) else text
    return kept if (shape and shape.fullmatch(text)) or scrubbed(text) == text else scrubbed(text)
