"""What the commands share: the session, the screen, options that several have, and how --json is printed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from batchinvoice.invoices.asked import Asked
    from batchinvoice.screen import Screen
    from batchinvoice.session import Ending, Session

SHEET = click.Path(path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
report_dir_option = click.option("--report-dir", type=SHEET, help="Folder for the workbooks (default: reports).")
notify_option = click.option(
    "--notify/--no-notify",
    default=None,
    help="Tell the channels of BATCHINVOICE_NOTIFY how it ended (default: when nobody sits at the terminal).",
)
yes_option = click.option("--yes", "-y", is_flag=True, help="Do not ask before sending.")


@contextmanager
def open_session(
    *, as_json: bool = False, report_dir: Path | None = None, yes: bool = False, notify: bool | None = False
) -> Iterator[Session]:
    """A session with the settings and their ledger. Raises SettingsError or LedgerError.

    notify: whether notices are sent to the channels of the settings; None: if nobody sits at the terminal.
    """
    from batchinvoice import app
    from batchinvoice.notifier import open_notifier
    from batchinvoice.session import Session
    from batchinvoice.settings import load

    settings, screen = load(BATCHINVOICE_REPORT_DIR=report_dir), the_screen(as_json)
    wanted = not screen.interactive if notify is None else notify
    notifier = open_notifier(settings, screen.trouble, wanted=wanted, needed=bool(notify))
    with ExitStack() as opened:
        with notifier.telling(None):
            ledger = opened.enter_context(app.open_ledger(settings))
        yield Session(settings, ledger, screen, settings.report_dir, notifier, yes)


def the_screen(as_json: bool) -> Screen:
    """The terminal; with --json nothing goes to standard output."""
    from batchinvoice.screen import Screen

    return Screen(quiet=as_json)


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
    """The result on standard output, in ASCII alone, so that no code page on the way can change an Arabic name."""
    click.echo(json.dumps(result, indent=2))
