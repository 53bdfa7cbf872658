"""A record is one line that can be read back, whatever its values hold."""

from __future__ import annotations

import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchinvoice.logs.context import bound_contextvars, carried
from batchinvoice.logs.lines import Form, formatter

EVIL = ["\n", "\r\n", "\u2028", "\u202e", "\x1b[31m", "\x9b", 'a"b', "\\", "a=b run=20261125-001"]
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10) | st.sampled_from(EVIL),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
FIELD = st.sampled_from(["status", "codes", "run", "row", "kind", "time", "level", "pid", "logger"])


def written(form: Form, event: str, **fields: Any) -> str:
    record = logging.LogRecord("batchinvoice.x", logging.INFO, "x.py", 1, event, None, None)
    record.__dict__.update(fields)
    return formatter(form).format(record)


def read_text(line: str) -> dict[str, Any]:
    """A line of text read back as its fields."""
    time, level, rest = re.fullmatch(r"(\S+) (\w+) +(.*)", line, re.DOTALL).groups()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+03:00", time)
    words = re.match(r'"(?:[^"\\]|\\.)*"|[\w ]*?(?= \w+=|$)', rest)
    fields, at = {"level": level, "event": words[0]}, words.end()
    while at < len(rest):
        key = re.compile(r" (\w+)=").match(rest, at)
        assert key, rest[at:]
        try:
            fields[key[1]], at = json.JSONDecoder().raw_decode(rest, key.end())
            assert at == len(rest) or rest[at] == " "
        except (ValueError, AssertionError):
            bare = re.compile(r"\S+").match(rest, key.end())
            fields[key[1]], at = bare[0], bare.end()
    return fields


@given(st.text(), st.dictionaries(FIELD, ANY))
def test_one_record_is_one_line_of_json(event: str, fields: dict[str, Any]) -> None:
    line = written(Form.JSON, event, **fields)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["level"] == "info"


@given(st.text(), st.dictionaries(FIELD, ANY))
@example("/", {})
def test_one_record_is_one_line_of_text(event: str, fields: dict[str, Any]) -> None:
    line = written(Form.TEXT, event, **fields)
    assert line.isprintable()
    read = read_text(line)
    assert read["level"] == "info"
    assert read.keys() <= {"level", "event", *fields}


@given(st.text(st.characters(exclude_categories=("Nd",)), max_size=30).filter(lambda text: "@" not in text))
def test_a_value_is_read_back_as_it_was(value: str) -> None:
    if not re.search("[＠﹫]", value) and value not in ("true", "false", "null", "NaN", "Infinity", "-Infinity", "{}"):
        assert read_text(written(Form.TEXT, "x", status=value))["status"] == value
    if not re.search("[＠﹫]", value):
        assert json.loads(written(Form.JSON, "x", status=value))["status"] == value


def test_a_field_cannot_pass_for_the_head_of_a_line() -> None:
    read = json.loads(written(Form.JSON, "run begun", level="error", time="now", logger="forged"))
    assert (read["level"], read["logger"]) == ("info", "batchinvoice.x")
    assert read["time"].endswith("Z")


@pytest.mark.parametrize("form", Form)
def test_an_exception_s_text_is_in_no_line(form: Form) -> None:
    try:
        raise ValueError("Canary 66109753")
    except ValueError as error:
        line = written(form, "not run", exc_info=(ValueError, error, error.__traceback__), stack_info="Canary")
    assert "ValueError" in line
    assert "test_log_lines.py:" in line
    assert "Canary" not in line


def test_what_is_bound_is_in_each_line_and_the_line_s_own_counts_more() -> None:
    with bound_contextvars(run="20261125-001", row=5, environment="sandbox"):
        read = json.loads(written(Form.JSON, "x", run="20261124-007"))
    assert (read["run"], read["row"], read["environment"]) == ("20261124-007", 5, "sandbox")
    assert "row" not in json.loads(written(Form.JSON, "x"))


def test_a_pool_s_threads_carry_what_was_bound_and_share_nothing() -> None:
    def call(row: int) -> dict[str, Any]:
        with bound_contextvars(row=row):
            return dict(json.loads(written(Form.JSON, "x")))

    with bound_contextvars(run="20261125-001"), ThreadPoolExecutor(4) as pool:
        lines = list(pool.map(carried(call), range(40)))
        bare = pool.submit(written, Form.JSON, "x").result()
    assert [(each["run"], each["row"]) for each in lines] == [("20261125-001", row) for row in range(40)]
    assert "run" not in json.loads(bare)
