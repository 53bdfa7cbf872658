"""schedules.json: it comes back as it was, is the owner's alone, and damage is said and stops nothing."""

from __future__ import annotations

import datetime as dt
import json
import stat
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from any_job import MOMENTS, RULES, WORDS
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.schedules.errors import ScheduleError
from batchinvoice.schedules.heartbeat import Expectation, Kept
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.keeping import NAME, change, load
from batchinvoice.schedules.rule import Every

TIMES = st.one_of(st.none(), MOMENTS)
EXPECTED = st.builds(
    Expectation,
    rule=RULES,
    since=MOMENTS,
    form=st.sampled_from(Form),
    words=st.lists(WORDS, min_size=1).map(tuple),
    folder=WORDS,
    environment=st.sampled_from(["sandbox", "live"]),
    profile=WORDS,
)
KEPT = st.dictionaries(
    st.text(st.sampled_from("ab-_1"), min_size=1),
    st.builds(
        Kept,
        expected=st.one_of(st.none(), EXPECTED),
        started=TIMES,
        ended=TIMES,
        code=st.one_of(st.none(), st.integers(0, 3)),
        done=TIMES,
        told=TIMES,
        noticed=TIMES,
    ),
    max_size=3,
)
ONE = Kept(Expectation(Every(15), dt.datetime(2026, 11, 25, tzinfo=dt.UTC), Form.CRON, ("resume",), "/a", "live"))


@given(KEPT)
def test_what_is_kept_comes_back(tmp_path_factory: pytest.TempPathFactory, kept: dict[str, Kept]) -> None:
    home = tmp_path_factory.mktemp("home")
    change(home, lambda before: {**before, **kept})
    assert load(home) == kept


def test_without_a_file_nothing_is_expected(tmp_path: Path) -> None:
    assert load(tmp_path / "never made") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the user's folder for the user by its own rights")
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    change(tmp_path, lambda _: {"a": ONE})
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def _without(values: dict[str, Any], *path: str) -> dict[str, Any]:
    inner = values["schedules"]["a"]
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return values


def _whole() -> dict[str, Any]:
    times = dict.fromkeys(("started", "ended", "code", "done", "told", "noticed"))
    rule = {"rule": "every 15m", "since": "2026-11-25T00:00:00+00:00", "form": "cron", "words": ["resume"]}
    return {"schedules": {"a": {"expected": {**rule, "folder": "/a", "environment": "live", "profile": ""}, **times}}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schedules": []}',
        '{"schedules": {"a": 1}}',
        json.dumps(_without(_whole(), "code")),
        json.dumps(_without(_whole(), "expected", "rule")),
        json.dumps(_whole()).replace("every 15m", "every 7m"),
        json.dumps(_whole()).replace("+00:00", ""),
        json.dumps(_whole()).replace('"cron"', '"at"'),
        json.dumps(_whole()).replace('["resume"]', "[]"),
        json.dumps(_whole()).replace('"code": null', '"code": "0"'),
        "\ud800",
    ],
)
def test_a_damaged_file_is_said_and_kept_until_something_is_scheduled_again(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ScheduleError, match=r"schedules\.json cannot be read"):
        load(tmp_path)
    with pytest.raises(ScheduleError):
        change(tmp_path, lambda before: before)
    change(tmp_path, lambda before: {**before, "b": ONE}, anew=True)
    assert load(tmp_path) == {"b": ONE}
    (aside,) = tmp_path.glob(f"{NAME}.damaged-*")
    assert aside.read_bytes() == text.encode("utf-8", "surrogatepass")


def test_the_whole_file_is_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps(_whole()))
    assert load(tmp_path) == {"a": ONE}


def test_a_home_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ScheduleError, match="cannot be written"):
        change(tmp_path / "file", lambda before: before)


def test_of_many_who_write_at_once_none_is_lost(tmp_path: Path) -> None:
    def write(number: int) -> None:
        change(tmp_path, lambda before: {**before, str(number): ONE})

    writers = [threading.Thread(target=write, args=(number,)) for number in range(12)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    assert len(load(tmp_path)) == 12
    assert not list(tmp_path.glob("*.tmp"))
