"""A record of the log → one line, as JSON or as text for people. Nothing in a value can break or forge a line."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections.abc import MutableMapping
from enum import StrEnum
from typing import Any

from structlog.contextvars import merge_contextvars
from structlog.processors import JSONRenderer
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_logger_name

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.logs.masking import masked, only_place

_BARE = re.compile(r"[\w.:/+{}-]+", re.ASCII)
_NOT_SHOWN = frozenset({"time", "level", "event", "logger", "pid"})  # in a text, as fields: three of them lead it
_FIRST, _LAST = ("run", "row"), ("sheet", "command", "merchant", "environment")  # bound fields come in no order
Event = MutableMapping[str, Any]


class Form(StrEnum):
    """How a line is written."""

    TEXT = "text"
    JSON = "json"


def formatter(form: Form) -> logging.Formatter:
    """What writes records in this form: fields of the call, then those that are bound, all masked."""
    render = _as_json if form is Form.JSON else _as_text
    before = (ExtraAdder(), merge_contextvars, only_place, add_logger_name)
    return ProcessorFormatter(foreign_pre_chain=before, processors=(_head, render))


def _head(logger: object, method: str, event: Event) -> Event:
    """Mask, and put first what every line has. Time is added after masking: it has many digits and no person."""
    record: logging.LogRecord = event.pop("_record")
    event.pop("_from_structlog", None)
    fields = masked(logger, method, event)
    head = {
        "time": dt.datetime.fromtimestamp(record.created, dt.UTC),
        "level": record.levelname.lower(),
        "event": fields.pop("event"),
        "logger": fields.pop("logger"),
        "pid": record.process,
    }
    first, last = ({name: fields.pop(name) for name in names if name in fields} for names in (_FIRST, _LAST))
    return {**head, **first, **fields, **last, **head}  # in this order, and no field can pass for one of the head


_render_json = JSONRenderer(ensure_ascii=True)


def _as_json(logger: object, method: str, event: Event) -> str:
    """Times in UTC. In ASCII alone, so that no character of a value can end a line."""
    event["time"] = event["time"].isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return str(_render_json(logger, method, event))


def _as_text(_logger: object, _method: str, event: Event) -> str:
    """`time level event key=value …`; times as in Kuwait; what is not one plain word is quoted as JSON quotes it."""
    time = event["time"].astimezone(KUWAIT).isoformat(timespec="milliseconds")
    told = _quoted(event["event"]) if not str(event["event"]).replace(" ", "").isalnum() else event["event"]
    fields = (f"{_key(key)}={_shown(value)}" for key, value in event.items() if key not in _NOT_SHOWN)
    return " ".join((time, f"{event['level']:<7}", str(told), *fields))


def _shown(value: object) -> str:
    if isinstance(value, str) and _BARE.fullmatch(value):
        return value
    return _quoted(value)


def _quoted(value: object) -> str:
    quoted = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in quoted)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _shown(key)
