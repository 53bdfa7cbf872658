"""The command for what runs by itself: print, install, expect, remove and list schedules."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice.calling import tool
from batchinvoice.commands.common import the_settings
from batchinvoice.exits import Exit

if TYPE_CHECKING:
    from batchinvoice.schedules.heartbeat import Kept
    from batchinvoice.schedules.job import Form, Job
    from batchinvoice.schedules.rule import Rule
    from batchinvoice.settings import Settings

# What a command needs so that nobody has to sit there.
_UNATTENDED = {"watch": ("--once",), "resume": ("--yes",), "run": ("--yes",)}
_FORMS = ("systemd", "cron", "windows")


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("what", type=click.Choice([*_UNATTENDED]), required=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[ARGUMENTS OF THE COMMAND]...")
@click.option("--every", metavar="15m|2h", help="At this interval.")
@click.option("--daily", metavar="HH:MM", help="Every day at this time in Kuwait.")
@click.option("--monthly", metavar="DAY", help="On last, last-business, first-business, or 1 to 28, of every month.")
@click.option("--at", default="07:30", show_default=True, metavar="HH:MM", help="With --monthly: the time in Kuwait.")
@click.option("--weekend", default="fri,sat", show_default=True, help="With --monthly: what are no business days.")
@click.option("--name", help="A name of your own, for several schedules of one command (default: the command's).")
@click.option("--for", "form", type=click.Choice(_FORMS), help="Which scheduler (default: this machine's own).")
@click.option("--install", "action", flag_value="install", help="Install it for you, and expect it from now on.")
@click.option("--expect", "action", flag_value="expect", help="Print it, and expect it: you install it yourself.")
@click.option("--uninstall", "action", flag_value="uninstall", help="Remove it, and expect it no more.")
@click.option("--list", "action", flag_value="list", help="Show what is expected, was last done, and is due next.")
@click.pass_context
def schedule(
    context: click.Context,
    /,
    what: str | None,
    words: tuple[str, ...],
    name: str | None,
    form: str | None,
    action: str | None,
    **when: str | None,
) -> None:
    """Let watch, resume or run happen by itself: print what the system's scheduler needs, or install it.

    \b
    batchinvoice schedule watch inbox --every 15m --install
    batchinvoice schedule run invoices.xlsx --monthly last-business --at 07:30 --install
    batchinvoice schedule resume --daily 06:00

    The command runs in this folder, with its batchinvoice.toml, as you write it here; it asks nothing. Business days
    are Sunday to Thursday (--weekend); public holidays are not known. If an expected run does not happen, the next
    command says so.
    """
    from batchinvoice.schedules.install import own_form
    from batchinvoice.schedules.job import Form

    settings = the_settings()
    if action == "list":
        context.exit(_list(settings.home))
    profile = settings.profile  # be it an option's, or this terminal's environment's, which no scheduler has
    name = name or (f"{what}-{profile}" if profile else what)
    if not name or (what is None and action != "uninstall"):
        raise click.UsageError("Say what is to be scheduled: watch FOLDER, resume, or run SHEET (or --list).")
    wanted = Form(form) if form else None
    if action == "uninstall":
        _uninstall(settings.home, name, wanted)
        return
    words = _checked(context, str(what), words)
    job = _job(settings, name, _rule(when), (str(what), *words), profile)
    _settle(settings.home, job, wanted or own_form(), action)


def _settle(home: Path, job: Job, form: Form, action: str | None) -> None:
    """Print the definition, then install it and note that it is expected, as far as that is asked for."""
    from batchinvoice.commands.beating import log_file
    from batchinvoice.schedules.install import install, printed

    now = dt.datetime.now(dt.UTC)
    before = _known(home).get(job.name)
    if action and before:
        _no_other(before, job)
    click.echo(printed(job, form, now), nl=False)
    _say(f"\n{job.title}.")
    _warn_of_this_terminal()
    if action == "install":
        _say(install(job, form, now))
        _remove_elsewhere(before, job.name, form)
    if action:
        _expect(home, job, form, now)
        _say(
            f"Its output goes to {log_file(home, job.name)}; “{tool(job.profile)} schedule --list” shows how it stands."
        )
    else:
        _say("Nothing was installed. --install does it; --expect notes that it is expected, and you install it.")


def _checked(context: click.Context, what: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The command's arguments, found good by the command itself. Raises UsageError."""
    root = context.find_root()
    command = root.command.get_command(root, what) if isinstance(root.command, click.Group) else None
    if command is None:
        raise click.UsageError(f"This installation has no command {what}.")
    whole = (*_UNATTENDED[what], *words)
    parsed = command.make_context(what, [*whole], parent=root)
    if parsed.params.get("as_json"):
        raise click.UsageError("--json is for a program that reads the answer; here nobody does.")
    for there in (*parsed.params.get("sheets", ()), *filter(None, [parsed.params.get("folder")])):
        if not there.exists():
            _say(f"Note: {there} is not there now. It has to be each time the schedule starts.")
    return whole


def _rule(when: dict[str, str | None]) -> Rule:
    """The rule that the options say. Raises UsageError or ScheduleError."""
    from batchinvoice.schedules import rule

    given = [name for name in ("every", "daily", "monthly") if when[name] is not None]
    if len(given) != 1:
        raise click.UsageError("Say when, in one way: --every 15m, --daily 07:30, or --monthly last --at 07:30.")
    value = str(when[given[0]])
    if given == ["every"]:
        return rule.every(value)
    if given == ["daily"]:
        return rule.Daily(rule.time(value))
    return rule.Monthly(rule.day(value), rule.time(str(when["at"])), rule.weekend(str(when["weekend"])))


def _job(settings: Settings, name: str, rule: Rule, words: tuple[str, ...], profile: str) -> Job:
    from batchinvoice.schedules.job import Job

    return Job(name, rule, sys.executable, str(Path.cwd()), words, settings.environment.value, profile)


def _known(home: Path) -> dict[str, Kept]:
    """What is kept; a damaged file is said, and put aside by the next thing that is expected."""
    from batchinvoice.schedules.errors import ScheduleError
    from batchinvoice.schedules.keeping import load

    try:
        return load(home)
    except ScheduleError as error:
        _say(str(error))
        return {}


def _no_other(before: Kept, job: Job) -> None:
    """A schedule takes no other's place by accident. Raises UsageError."""
    expected = before.expected
    if expected and (expected.words, expected.folder, expected.profile) != (job.words, job.folder, job.profile):
        raise click.UsageError(
            f"“{job.name}” is the name of another schedule already: {' '.join(expected.words)}, in {expected.folder}. "
            f"Give this one another --name, or first: {tool(job.profile)} schedule --uninstall --name {job.name}"
        )


def _remove_elsewhere(before: Kept | None, name: str, form: Form) -> None:
    """What moves to another scheduler must not stay with the one before."""
    from batchinvoice.schedules.install import remove

    if before and before.expected and before.expected.form is not form and remove(name, before.expected.form):
        _say(f"It was removed from {before.expected.form}.")


def _expect(home: Path, job: Job, form: Form, now: dt.datetime) -> None:
    from batchinvoice.schedules.heartbeat import Expectation, Kept
    from batchinvoice.schedules.keeping import change

    expected = Expectation(job.rule, now, form, job.words, job.folder, job.environment, job.profile)
    change(home, lambda kept: {**kept, job.name: Kept(expected)}, anew=True)


def _uninstall(home: Path, name: str, form: Form | None) -> None:
    from batchinvoice.schedules.install import own_form, remove
    from batchinvoice.schedules.keeping import change

    kept = _known(home).get(name)
    form = form or (kept.expected.form if kept and kept.expected else own_form())
    removed = remove(name, form)
    change(home, lambda before: {other: each for other, each in before.items() if other != name}, anew=True)
    if not removed and not kept:
        raise click.UsageError(f"There is no schedule “{name}” with {form}. “batchinvoice schedule --list” shows all.")
    _say(f"“{name}” {f'was removed from {form}' if removed else 'was not installed'}, and is expected no more.")


def _list(home: Path) -> int:
    """Show all schedules; 1 if something expected was not done."""
    from batchinvoice.schedules.heartbeat import moment, next_due, overdue, said
    from batchinvoice.schedules.job import mark
    from batchinvoice.schedules.keeping import load
    from batchinvoice.schedules.rule import described

    now, kept = dt.datetime.now(dt.UTC), load(home)
    late = {each.name: each for each in overdue(kept, now)}
    if not kept:
        click.echo("Nothing is scheduled. “batchinvoice schedule --help” shows how.")
    for name, each in sorted(kept.items()):
        if expected := each.expected:
            words = " ".join(filter(None, [expected.profile and f"--profile {expected.profile}", *expected.words]))
            click.echo(f"{name}: {words} {described(expected.rule)}, {mark(expected.environment)}, {expected.form}")
            click.echo(f"    in {expected.folder}")
        else:
            click.echo(f"{name}: started by a scheduler, but not noted as expected")
        done = moment(each.done) if each.done else "never yet"
        ended = f"; last end: {moment(each.ended)}, exit code {each.code}" if each.ended else ""
        due = next_due(each, now)
        click.echo(f"    last done: {done}{ended}; next: {moment(due) if due else 'not known'}")
        if name in late:
            click.echo(f"    {said(late[name])}")
    return Exit.PERSON if late else Exit.WELL


def _warn_of_this_terminal() -> None:
    """A scheduler starts the command without the variables of this terminal."""
    found = {name for name, value in os.environ.items() if name.startswith(("HESABE_", "BATCHINVOICE_")) and value}
    if ours := sorted(found - {"BATCHINVOICE_PROFILE"}):  # that one is in the command
        _say(
            f"Note: these settings come from this terminal's environment: {', '.join(ours)}. A scheduler may not have "
            "them: “batchinvoice setup --secrets-in file” stores credentials, and batchinvoice.toml takes the others."
        )


def _say(text: str) -> None:
    click.echo(text, err=True)
