"""What the commands share: the session, the screen, options that several have, and how --json is printed."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchinvoice import __version__
from batchinvoice.commands.beating import under_way

if TYPE_CHECKING:
    from batchinvoice.endings import Ending
    from batchinvoice.invoices.asked import Asked
    from batchinvoice.ledger.ledger import Ledger
    from batchinvoice.notifier import Notifier
    from batchinvoice.schedules.heartbeat import Kept, Missed
    from batchinvoice.screen import Screen
    from batchinvoice.session import Session
    from batchinvoice.settings import Settings

_log = logging.getLogger(__name__)

SHEET = click.Path(path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
report_dir_option = click.option("--report-dir", type=SHEET, help="Folder for the workbooks (default: reports).")
max_rate_option = click.option(
    "--max-rate",
    type=float,
    metavar="N",
    help="Make at most N calls per second (default: what the gateway takes).",
)
notify_option = click.option(
    "--notify/--no-notify",
    default=None,
    help="Tell the channels of BATCHINVOICE_NOTIFY how it ended (default: when nobody sits at the terminal).",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask before sending.")


PROFILE_KEY = "batchinvoice.profile"  # in click's context: what the group's --profile says


def the_settings(*, sending: bool = True, **flags: object) -> Settings:
    """The settings of the profile that is meant, by option or environment. Raises SettingsError.

    sending: if not, the keyring is left alone wherever the merchant is known without it.
    """
    from batchinvoice.loading import load
    from batchinvoice.places import MERCHANT_CODE, SECRETS

    return load(chosen_profile(), SECRETS if sending else (MERCHANT_CODE,), **flags)


def chosen_profile() -> str | None:
    """What --profile says; None if it was not given."""
    context = click.get_current_context(silent=True)
    return context.meta.get(PROFILE_KEY) if context else None


@contextmanager
def open_session(
    *,
    as_json: bool = False,
    report_dir: Path | None = None,
    max_rate: float | None = None,
    yes: bool = False,
    notify: bool | None = False,
) -> Iterator[Session]:
    """A session with the settings and their ledger, and a log in their home. Raises SettingsError or LedgerError.

    notify: whether notices are sent to the channels of the settings; None: if nobody sits at the terminal.
    """
    from batchinvoice.notifier import open_notifier
    from batchinvoice.session import Session

    settings = the_settings(BATCHINVOICE_REPORT_DIR=report_dir, BATCHINVOICE_MAX_RATE=max_rate)
    screen = the_screen(as_json)
    screen.heading(settings)
    wanted = not screen.interactive if notify is None else notify
    notifier = open_notifier(settings, screen.trouble, wanted=wanted, needed=bool(notify))
    say_missed(settings, screen)
    with the_ledger(settings, notifier) as ledger:
        yield Session(settings, ledger, screen, settings.report_dir, notifier, yes)


@contextmanager
def the_ledger(settings: Settings, notifier: Notifier) -> Iterator[Ledger]:
    """The ledger of these settings, and a log in their home; that it could not be opened is told.

    Raises SettingsError or LedgerError.
    """
    from batchinvoice.logs.context import bound_contextvars
    from batchinvoice.opening import open_ledger

    _keep_log(settings)
    bound = bound_contextvars(merchant=settings.merchant_code, environment=str(settings.environment))
    with bound, ExitStack() as opened:
        with notifier.telling(None):
            ledger = opened.enter_context(open_ledger(settings))
        yield ledger


def _keep_log(settings: Settings) -> None:
    """Keep a log in the home from now on, and begin it with the command."""
    from batchinvoice.logs.context import bind_contextvars
    from batchinvoice.logs.setup import keep

    words = click.get_current_context(silent=True)
    bind_contextvars(command=(words.info_name if words else None) or "")
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    if keep(settings.home / "logs", level):
        _log.info("command begun", extra={"version": __version__})


def the_screen(as_json: bool) -> Screen:
    """The terminal; with --json nothing goes to standard output.

    The log of a scheduled command gets what went wrong, too, and nothing else: tables and issues show customers.
    """
    from batchinvoice.screen import Screen

    return Screen(quiet=as_json or under_way(click.get_current_context(silent=True)) is not None)


def tell(settings: Settings, screen: Screen, missed: Missed) -> None:
    """Send a notice of an expected run that did not happen. What is wrong with the channels is said elsewhere."""
    from batchinvoice import notices
    from batchinvoice.notifier import open_notifier
    from batchinvoice.settings import SettingsError

    with suppress(SettingsError):
        notice = notices.missed(settings, f"What is scheduled as “{missed.name}”", missed.due)
        open_notifier(settings, screen.trouble).tell(notice)


def say_missed(settings: Settings, screen: Screen) -> None:
    """Say once what was expected and did not happen. What is wrong with the note of it stops nothing."""
    from batchinvoice.schedules.errors import ScheduleError
    from batchinvoice.schedules.heartbeat import is_news, missed, said, told
    from batchinvoice.schedules.keeping import change, load

    beat = under_way(click.get_current_context(silent=True))
    running = beat.name if beat else ""
    found: list[Missed] = []
    before: dict[str, Kept] = {}
    try:
        before = load(settings.home)
        found = missed(before, dt.datetime.now(dt.UTC), running)
        if found:
            change(settings.home, lambda kept: told(kept, found, running))
    except ScheduleError as error:
        screen.trouble(str(error))
    for each in found:
        screen.trouble(said(each))
        if is_news(before[each.name], each):
            tell(settings, screen, each)


def one_control_slip(asked: Asked, sheets: tuple[Path, ...]) -> None:
    """See that a control slip speaks of one sheet. Raises UsageError."""
    if len(sheets) > 1 and (asked.count is not None or asked.total is not None):
        raise click.UsageError("--expect-count and --expect-total speak of one sheet: name one at a time.")


def end(context: click.Context, ending: Ending, as_json: bool) -> None:
    """Print the result if that is asked for, and exit with the ending's code."""
    if as_json:
        print_json(ending.result)
    context.exit(ending.code)


def print_json(result: object) -> None:
    """The result on standard output, in ASCII alone, so that no code page on the way can change an Arabic name.

    What is still to be worked out (the issues) is worked out now.
    """
    click.echo(json.dumps(result, indent=2, default=list))
