"""Whether what was expected happened: what is kept of a schedule, and what the calendar says of it. Pure.

A start counts as done when it ended with 0 or 1 (rows need a person). One that crashed, was killed or could not
run does not; it is then missed like one that never began.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from batchinvoice.calling import tool
from batchinvoice.exits import Exit
from batchinvoice.invoices.kuwait import KUWAIT, kuwait_date
from batchinvoice.schedules.job import Form
from batchinvoice.schedules.moments import count, following, latest
from batchinvoice.schedules.rule import Every, Rule

GRACE = dt.timedelta(hours=2)
# For how long a run that was missed is caught up by later starts; after that a person decides.
CATCH_UP = dt.timedelta(days=3)
# Of something that stands still, and was said already, the next word comes after so long.
_AGAIN = dt.timedelta(days=1)
_LEAST = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Expectation:
    """That something is to happen. `since`: moments before it do not count; `words`: the command and its arguments."""

    rule: Rule
    since: dt.datetime
    form: Form
    words: tuple[str, ...]
    folder: str
    environment: str
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one schedule. `started`: the latest start; `ended`, `code`: the end that was noted last.

    `done`: when the latest start that ended well had begun. The latest missed moment that was said: `told` to a
    person at a command, `noticed` by the notices, which a scheduled command sends, too, while nobody sits there.
    """

    expected: Expectation | None = None
    started: dt.datetime | None = None
    ended: dt.datetime | None = None
    code: int | None = None
    done: dt.datetime | None = None
    told: dt.datetime | None = None
    noticed: dt.datetime | None = None

    def begun(self, at: dt.datetime) -> Kept:
        """With a start noted."""
        return replace(self, started=at)

    def over(self, began: dt.datetime, at: dt.datetime, code: int) -> Kept:
        """With the end noted of what had begun at a moment."""
        well = code in (Exit.WELL, Exit.PERSON)
        done = max(began, _past(self.done, at) or began) if well else self.done
        return replace(self, ended=at, code=code, done=done)


@dataclass(frozen=True, slots=True)
class Missed:
    """That an expected run did not happen. `due`: the latest moment of `times`, the first being `first`.

    `started`: when it began without coming to a good end; `code`: the exit code of that, if it ended at all;
    `now`: it is being done at this moment, late.
    """

    name: str
    expected: Expectation
    first: dt.datetime
    due: dt.datetime
    times: int
    started: dt.datetime | None = None
    code: int | None = None
    now: bool = False


def missed(kept: Mapping[str, Kept], now: dt.datetime, running: str = "") -> list[Missed]:
    """What did not happen, has not been said yet, and is late by two hours or, if that is longer, one interval.

    `running`: the schedule that this command is, if it is one; what only its log shows still waits for a person. If it
    comes every few minutes, it has nothing to tell of itself: a computer that was switched off over night would say
    so each morning.
    """
    known = {name: _as_of(each, now) for name, each in kept.items()}
    found = filter(
        None, (_missed(name, each, now, each.noticed if running else each.told) for name, each in known.items())
    )
    others = [each for each in found if each.name != running or not isinstance(each.expected.rule, Every)]
    return [replace(each, started=None, now=True) if each.name == running else each for each in others]


def overdue(kept: Mapping[str, Kept], now: dt.datetime) -> list[Missed]:
    """The same, whether it has been said or not."""
    return missed({name: replace(each, told=None) for name, each in kept.items()}, now)


def told(kept: Mapping[str, Kept], said: list[Missed], running: str = "") -> dict[str, Kept]:
    """With it noted that these were said: to a person, unless a scheduled command said them, and to the notices."""
    after = dict(kept)
    for each in said:
        if before := kept.get(each.name):
            after[each.name] = replace(before, noticed=each.due, told=before.told if running else each.due)
    return after


def is_news(kept: Kept, each: Missed) -> bool:
    """Whether the notices have not sent it yet."""
    return kept.noticed != each.due


def is_due(rule: Rule, kept: Kept, now: dt.datetime) -> bool:
    """Whether a start is wanted: a moment of the rule has come, and it has not been done since.

    An expected run that was missed is caught up within `CATCH_UP`; one that nobody noted as expected, on its day alone.
    """
    due, kept = latest(rule, now), _as_of(kept, now)
    if kept.done and kept.done >= due:
        return False
    if kept.expected:
        return kept.expected.since <= due and now - due <= CATCH_UP
    return kuwait_date(due) == kuwait_date(now)


def next_due(kept: Kept, now: dt.datetime) -> dt.datetime | None:
    """When it is expected next."""
    return following(kept.expected.rule, now) if kept.expected else None


def said(each: Missed) -> str:
    """What was missed, in words, and where to look."""
    began = " It is being done now." if each.now else ""
    if each.started and each.started >= each.first:
        end = "has come to no end since" if each.code is None else f"could not run (exit code {each.code})"
        began = f" It was started on {moment(each.started)} and {end}."
    often = f", {each.times:,} times since {moment(each.first)}" if each.times > 1 else ""
    return (
        f"Expected, and not done: the scheduled {each.expected.words[0]} “{each.name}” "
        f"({each.expected.environment}), due on {moment(each.due)}{often}.{began} {_to_check(each)}"
    )


def moment(at: dt.datetime) -> str:
    """A moment as people read it."""
    return f"{at.astimezone(KUWAIT):%a %d %b %Y, %H:%M} Kuwait time"


def _as_of(kept: Kept, now: dt.datetime) -> Kept:
    """Without what lies ahead, because the clock was set back: it would count as done, or said, until then."""
    expected = kept.expected
    if expected and not _past(expected.since, now):
        expected = replace(expected, since=latest(expected.rule, now))
    done, told, noticed = (_past(at, now) for at in (kept.done, kept.told, kept.noticed))
    return replace(kept, expected=expected, done=done, told=told, noticed=noticed)


def _past(at: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """The moment, if it has come; clocks are put right by a little all the time."""
    return at if at and at <= now + GRACE else None


def _missed(name: str, kept: Kept, now: dt.datetime, said: dt.datetime | None) -> Missed | None:
    expected = kept.expected
    if expected is None:
        return None
    rule = expected.rule
    grace = max(GRACE, dt.timedelta(minutes=rule.minutes)) if isinstance(rule, Every) else GRACE
    # A moment is over with once it was done or said; that of `since` itself is expected still.
    after = max(filter(None, (expected.since - _LEAST, kept.done, said)))
    first, due = following(rule, after), latest(rule, now - grace)
    if first > due or (isinstance(rule, Every) and said == after and due - after < _AGAIN):
        return None
    over = kept.ended is not None and kept.started is not None and kept.ended >= kept.started
    started = kept.started if kept.started != kept.done else None
    return Missed(name, expected, first, due, count(rule, first, due), started, kept.code if over else None)


def _to_check(each: Missed) -> str:
    unit = f"batchinvoice-{each.name}"
    where = {
        Form.SYSTEMD: f"“journalctl --user -u {unit}” and “systemctl --user list-timers”",
        Form.CRON: "“crontab -l”, and whether cron runs",
        Form.WINDOWS: f"{unit} in Task Scheduler, its Last Run Result",
    }[each.expected.form]
    return f"Was the computer on? Look at {where}; then “{tool(each.expected.profile)} schedule --list”."
