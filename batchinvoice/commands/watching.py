"""The command for a drop folder: watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from batchinvoice.commands.common import SHEET, max_rate_option, say_missed, the_ledger, the_settings
from batchinvoice.exits import Exit
from batchinvoice.options import run_options

if TYPE_CHECKING:
    from batchinvoice.inbox.layout import Inbox
    from batchinvoice.inbox.patience import PutOff
    from batchinvoice.inbox.take import Desk
    from batchinvoice.invoices.asked import Asked
    from batchinvoice.screen import Screen

F = TypeVar("F", bound=Callable[..., Any])


def _seconds(name: str, default: float, words: str) -> Callable[[F], F]:
    return click.option(name, type=click.FloatRange(0.05, 3600), default=default, show_default=True, help=words)


@click.command()
@click.argument("folder", type=SHEET)
@click.option("--once", is_flag=True, help="Take what is there and end: for schedulers.")
@click.option("--approve", is_flag=True, help="Only plan each sheet; it is sent when somebody has approved its plan.")
@click.option("--skip-hidden", "hidden", flag_value="skip", help="Leave out the rows that sheets hide.")
@click.option("--include-hidden", "hidden", flag_value="include", help="Treat hidden rows like the others.")
@run_options
@max_rate_option
@click.option("--tell-if-empty", is_flag=True, help="With --once: send a notice if no sheet was there.")
@click.option("--notify/--no-notify", default=True, help="Send notices to the channels of the settings (default: yes).")
@_seconds("--poll", 5.0, "Seconds between two looks.")
@_seconds("--still", 2.0, "Seconds for which a file must not change before it is taken.")
@_seconds("--retry", 60.0, "Seconds before a sheet that could not go on is tried again; twice as long each time.")
@click.pass_context
def watch(
    context: click.Context,
    folder: Path,
    once: bool,
    approve: bool,
    hidden: str | None,
    how: dict[str, bool],
    max_rate: float | None,
    tell_if_empty: bool,
    notify: bool,
    poll: float,
    still: float,
    retry: float,
) -> None:
    """Run every sheet that is dropped into FOLDER, and put it away with its report.

    A sheet goes through FOLDER/processing to FOLDER/done, or to FOLDER/needs-attention with what a person needs. A
    sub-folder named as a profile of the settings is for that profile's merchant.
    """
    from batchinvoice.inbox.lock import FolderBusy
    from batchinvoice.inbox.watch import Terms, Watcher
    from batchinvoice.invoices.asked import Asked, Hidden
    from batchinvoice.loading import profiles
    from batchinvoice.notices import nothing_came
    from batchinvoice.notifier import open_notifier
    from batchinvoice.screen import Screen

    screen, folder = Screen(attended=False), folder.absolute()
    flags: dict[str, Any] = {"BATCHINVOICE_MAX_RATE": max_rate}
    settings = the_settings(**flags)
    screen.heading(settings)
    say_missed(settings, screen)
    asked = Asked(hidden=Hidden(hidden or Hidden.ASK))
    desk = partial(_desk, screen, asked, how, flags, approve, notify)

    def say_in_a_line(words: str) -> None:
        """So that no file's name can pass for a line of the log."""
        screen.say(" ".join(words.splitlines()))

    watcher = Watcher(folder, Terms(poll, still, retry, once, approve), profiles, desk, say_in_a_line)
    screen.say(f"Watching {folder}. Drop sheets into it; Ctrl-C stops." if not once else f"Looking into {folder}.")
    try:
        code = watcher.watch()
    except FolderBusy as busy:
        screen.trouble(str(busy))
        code = Exit.NOT_RUN
    if tell_if_empty and once and code is not Exit.NOT_RUN and watcher.nothing_came:
        open_notifier(settings, screen.trouble, wanted=notify).tell(nothing_came(settings, folder))
    context.exit(code)


@contextmanager
def _desk(
    screen: Screen,
    asked: Asked,
    how: dict[str, bool],
    flags: dict[str, Any],
    approve: bool,
    notify: bool,
    inbox: Inbox,
    put_off: PutOff,
) -> Iterator[Desk]:
    """Where one inbox's sheets are worked on, with its merchant's settings. Raises SettingsError or LedgerError."""
    from batchinvoice.events import Event
    from batchinvoice.inbox.papers import place_for
    from batchinvoice.inbox.take import Desk
    from batchinvoice.loading import load
    from batchinvoice.notifier import open_notifier
    from batchinvoice.screen import Screen
    from batchinvoice.session import Session

    settings = load(inbox.profile, **flags) if inbox.profile else the_settings(**flags)
    notifier = open_notifier(settings, screen.trouble, wanted=notify)
    told = put_off.waits(inbox.folder)  # that there is no ledger
    with the_ledger(settings, notifier.without(Event.FAILED) if told else notifier) as ledger:
        quiet, place = Screen(quiet=True, attended=False), partial(place_for, inbox)
        session = Session(settings, ledger, quiet, inbox.done, notifier, yes=True, place=place)
        yield Desk(session, inbox, asked, how, put_off, approve)
