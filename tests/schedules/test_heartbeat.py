"""What counts as done and as missed, and whether a start is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from any_job import MOMENTS, RULES
from hypothesis import given
from hypothesis import strategies as st

from batchinvoice.exits import Exit
from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.schedules.heartbeat import CATCH_UP, GRACE, Expectation, Kept, is_due, is_news, missed, said, told
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.moments import following, latest
from batchinvoice.schedules.rule import Daily, Every, Monthly, Named, Rule

DAILY = Daily(dt.time(7, 30))
MONTH_END = Monthly(Named.LAST_BUSINESS, dt.time(7, 30))
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 25, 12, tzinfo=KUWAIT)  # a Wednesday
DUE = NOON.replace(hour=7, minute=30)


def _expected(rule: Rule, since: dt.datetime, form: Form = Form.SYSTEMD) -> Kept:
    return Kept(Expectation(rule, since, form, ("run", "--yes", "x.xlsx"), "/a", "sandbox"))


def _done(kept: Kept, at: dt.datetime, code: int = Exit.WELL) -> Kept:
    return kept.begun(at).over(at, at + MINUTE, code)


def _words(kept: Kept, now: dt.datetime) -> list[str]:
    return [said(each) for each in missed({"month-end": kept}, now)]


def test_a_moment_that_passed_without_a_start_is_missed_after_the_grace() -> None:
    kept = {"month-end": _expected(DAILY, DUE - HOUR)}
    assert missed(kept, DUE + GRACE - MINUTE) == []
    (found,) = missed(kept, DUE + GRACE)
    assert (found.name, found.due, found.times, found.started) == ("month-end", DUE, 1, None)


def test_moments_before_it_was_scheduled_do_not_count() -> None:
    assert missed({"a": _expected(DAILY, DUE + MINUTE)}, NOON) == []
    assert missed({"a": _expected(DAILY, DUE)}, NOON) != []


@pytest.mark.parametrize("code", [Exit.WELL, Exit.PERSON])
def test_an_end_that_left_at_most_rows_for_a_person_is_done(code: int) -> None:
    assert missed({"a": _done(_expected(DAILY, DUE - HOUR), DUE, code)}, NOON) == []


@pytest.mark.parametrize("code", [Exit.USAGE, Exit.NOT_RUN])
def test_what_could_not_run_is_not_done(code: int) -> None:
    (words,) = _words(_done(_expected(DAILY, DUE - HOUR), DUE, code), NOON)
    assert f"It was started on Wed 25 Nov 2026, 07:30 Kuwait time and could not run (exit code {code})." in words


def test_a_start_that_was_killed_is_not_done() -> None:
    (words,) = _words(_done(_expected(DAILY, DUE - 3 * DAY), DUE - DAY).begun(DUE), NOON)
    assert "It was started on Wed 25 Nov 2026, 07:30 Kuwait time and has come to no end since." in words


def test_the_start_of_another_day_is_not_told_with_what_never_began() -> None:
    (words,) = _words(_done(_expected(DAILY, DUE - 3 * DAY), DUE - DAY), NOON)
    assert "started" not in words


def test_the_end_of_an_older_start_does_not_undo_a_newer_one() -> None:
    newer = _done(_expected(DAILY, DUE - 3 * DAY), DUE)
    assert newer.over(DUE - DAY, NOON, Exit.WELL).done == DUE
    assert newer.over(DUE - DAY, NOON, Exit.NOT_RUN).done == DUE


def test_several_moments_are_told_in_one_line_and_once() -> None:
    kept = {"a": _expected(DAILY, DUE - 3 * DAY)}
    found = missed(kept, NOON)
    assert [(each.first, each.due, each.times) for each in found] == [(DUE - 3 * DAY, DUE, 4)]
    assert "4 times since Sun 22 Nov 2026, 07:30 Kuwait time" in said(found[0])
    after = told(kept, found)
    assert missed(after, NOON + 10 * HOUR) == []
    assert [(each.due, each.times) for each in missed(after, NOON + DAY)] == [(DUE + DAY, 1)]


def test_what_a_scheduled_command_said_in_its_log_is_still_said_to_a_person() -> None:
    kept = {"a": _expected(DAILY, DUE), "inbox": _expected(Every(15), NOON)}
    found = missed(kept, NOON, "inbox")
    assert [is_news(kept[each.name], each) for each in found] == [True]
    noticed = told(kept, found, "inbox")
    assert missed(noticed, NOON, "inbox") == []
    assert missed(noticed, NOON) == found
    assert [is_news(noticed[each.name], each) for each in found] == [False]
    assert missed(told(noticed, found), NOON) == []


def test_what_is_no_longer_kept_cannot_be_told() -> None:
    found = missed({"a": _expected(DAILY, DUE)}, NOON)
    assert told({}, found) == {}


def test_an_interval_that_stands_still_is_told_again_after_a_day() -> None:
    kept = {"a": _done(_expected(Every(15), NOON - DAY), NOON)}
    assert missed(kept, NOON + GRACE) == []
    found = missed(kept, NOON + 3 * HOUR)
    assert [(each.first, each.due, each.times) for each in found] == [(NOON + 15 * MINUTE, NOON + HOUR, 4)]
    after = told(kept, found)
    assert missed(after, NOON + 10 * HOUR) == []
    assert [each.first for each in missed(after, NOON + 30 * HOUR)] == [NOON + HOUR + 15 * MINUTE]
    again = {"a": _done(after["a"], NOON + 12 * HOUR)}
    assert missed(again, NOON + 13 * HOUR) == []
    assert missed(again, NOON + 15 * HOUR) != []


def test_an_interval_has_one_interval_of_grace_if_that_is_longer() -> None:
    kept = {"a": _expected(Every(480), NOON - 4 * HOUR)}
    assert missed(kept, NOON + 3 * HOUR) == []
    assert missed(kept, NOON + 4 * HOUR) != []


def test_an_interval_tells_nothing_of_itself_while_it_runs() -> None:
    kept = {"inbox": _expected(Every(15), NOON - DAY).begun(NOON), "month-end": _expected(DAILY, DUE)}
    assert [each.name for each in missed(kept, NOON, "inbox")] == ["month-end"]
    assert [each.name for each in missed(kept, NOON)] == ["inbox", "month-end"]


def test_a_late_start_says_that_it_is_being_done_now() -> None:
    (found,) = missed({"a": _expected(DAILY, DUE).begun(NOON)}, NOON, "a")
    assert "It is being done now." in said(found)
    assert "no end" not in said(found)


@pytest.mark.parametrize(
    ("form", "place"),
    [(Form.SYSTEMD, "journalctl --user"), (Form.CRON, "crontab -l"), (Form.WINDOWS, "Task Scheduler")],
)
def test_it_is_said_what_to_look_at(form: Form, place: str) -> None:
    (found,) = missed({"month-end": _expected(DAILY, DUE, form)}, NOON)
    assert said(found).startswith(
        "Expected, and not done: the scheduled run “month-end” (sandbox), due on Wed 25 Nov 2026, 07:30 Kuwait time."
    )
    assert place in said(found)


@given(RULES, MOMENTS, st.timedeltas(dt.timedelta(), dt.timedelta(days=90)))
def test_after_it_was_done_or_told_nothing_is_missed(rule: Rule, since: dt.datetime, later: dt.timedelta) -> None:
    now = since + later
    kept = {"a": _expected(rule, since)}
    found = missed(kept, now)
    assert bool(found) == (following(rule, since - dt.timedelta(microseconds=1)) <= latest(rule, now - _grace(rule)))
    assert missed(told(kept, found), now) == []
    assert missed({"a": _done(kept["a"], now)}, now) == []


def _grace(rule: Rule) -> dt.timedelta:
    return max(GRACE, dt.timedelta(minutes=rule.minutes)) if isinstance(rule, Every) else GRACE


def test_the_last_business_day_is_due_on_its_day_from_its_time_on() -> None:
    """In November 2026 it is Monday the 30th; in October, whose end is a weekend, Thursday the 29th."""
    due = dt.datetime(2026, 11, 30, 7, 30, tzinfo=KUWAIT)
    kept = _expected(MONTH_END, due - 20 * DAY)
    days = [due + number * DAY for number in range(-15, 15)]
    assert [day for day in days if is_due(MONTH_END, kept, day)] == [due + number * DAY for number in range(4)]
    assert not is_due(MONTH_END, kept, due - MINUTE)
    assert not any(is_due(MONTH_END, _done(kept, due), day) for day in days if day >= due)


def test_one_that_nobody_noted_as_expected_is_due_on_its_day_alone() -> None:
    due = dt.datetime(2026, 10, 29, 7, 30, tzinfo=KUWAIT)
    days = [due + number * DAY for number in range(-15, 15)]
    assert [day for day in days if is_due(MONTH_END, Kept(), day)] == [due]
    assert is_due(MONTH_END, Kept(), due + 16 * HOUR)
    assert not is_due(MONTH_END, Kept(), due + 17 * HOUR)
    assert not is_due(MONTH_END, _done(Kept(), due), due + HOUR)


@given(RULES, MOMENTS)
def test_what_was_due_before_it_was_scheduled_is_not_caught_up(rule: Rule, since: dt.datetime) -> None:
    kept = _expected(rule, since)
    assert is_due(rule, kept, since) == (latest(rule, since) == since)
    first = following(rule, since)
    assert is_due(rule, kept, first)
    assert is_due(rule, kept, min(first + CATCH_UP, following(rule, first) - MINUTE / 2))


def test_a_late_start_of_yesterdays_does_not_take_todays_place() -> None:
    kept = _done(_expected(DAILY, DUE - 9 * DAY), DUE - 2 * DAY)
    early = DUE - 2 * HOUR
    assert is_due(DAILY, kept, early)
    assert is_due(DAILY, _done(kept, early), DUE)


@pytest.mark.parametrize("hour", [0, 1])
def test_of_two_starts_for_daylight_saving_one_alone_is_due(hour: int) -> None:
    """cron starts at both offsets: an hour early and in time, or in time and an hour late."""
    kept, starts = _done(_expected(DAILY, DUE - 9 * DAY), DUE - DAY), 0
    for at in (DUE - HOUR * (1 - hour), DUE + HOUR * hour):
        if is_due(DAILY, kept, at):
            kept, starts = _done(kept, at), starts + 1
    assert (starts, kept.done) == (1, DUE)


@pytest.mark.parametrize("rule", [DAILY, MONTH_END, Every(15)])
def test_what_was_noted_by_a_clock_that_was_ahead_hides_nothing(rule: Rule) -> None:
    """A computer whose clock was a year ahead, and was put right."""
    ahead = NOON + 365 * DAY
    wrong = replace(_done(_expected(rule, NOON - 40 * DAY), ahead), told=ahead, noticed=ahead)
    (found,) = missed({"a": wrong}, NOON)
    assert is_due(rule, wrong, latest(rule, NOON))
    assert is_news(wrong, found)
    assert missed(told({"a": wrong}, [found]), NOON) == []
    assert missed({"a": _done(wrong, NOON)}, NOON) == []
    assert _done(wrong, NOON).done == NOON


def test_what_was_scheduled_by_a_clock_that_was_ahead_is_due_all_the_same() -> None:
    kept = _expected(DAILY, NOON + 365 * DAY)
    assert is_due(DAILY, kept, DUE + DAY)
    assert [each.due for each in missed({"a": kept}, NOON + DAY)] == [DUE + DAY]


@given(RULES, MOMENTS, st.timedeltas(MINUTE, GRACE - MINUTE))
def test_a_clock_that_is_put_right_by_a_little_changes_nothing(rule: Rule, now: dt.datetime, by: dt.timedelta) -> None:
    kept = _done(_expected(rule, now - 40 * DAY), now)
    assert missed({"a": kept}, now - by) == []
    assert not is_due(rule, kept, now - by)
