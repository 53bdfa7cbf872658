"""The list of commands. What they need is imported where they use it, so that help and completion are quick."""

from __future__ import annotations

import logging

import click

from batchinvoice import __version__
from batchinvoice.commands.beating import Beating, begin
from batchinvoice.commands.beginning import demo, template
from batchinvoice.commands.checking import check, plan
from batchinvoice.commands.common import PROFILE_KEY
from batchinvoice.commands.keeping import forget, verify
from batchinvoice.commands.notifying import notify
from batchinvoice.commands.scheduling import schedule
from batchinvoice.commands.sending import apply, resume, run, send
from batchinvoice.commands.setting_up import doctor, setup
from batchinvoice.commands.telling import history, report, show
from batchinvoice.commands.watching import watch
from batchinvoice.emulator.command import emulator

# In the order in which a person needs them.
_SECTIONS = {
    "To begin": (demo, setup, doctor, template),
    "At month-end": (check, run, resume, send, plan, apply),
    "By itself": (watch, schedule, notify),
    "The morning after": (history, show, report, verify, forget),
    "To try things out": (emulator,),
}


class _Commands(Beating):
    """The group of all commands, its help in sections."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (interface)
        """Write each command with its first sentence, whole."""
        for title, commands in _SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(str(each.name), each.get_short_help_str(limit=formatter.width * 2)) for each in commands]
                )


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="batchinvoice")
@click.option(
    "--verbose", "-v", is_flag=True, help="Log every call and every row on standard error (no personal data)."
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    help="Log on standard error in this form; without -v, only how the work goes on.",
)
@click.option(
    "--profile", metavar="NAME", help="Of several merchants, the one that is meant (or: BATCHINVOICE_PROFILE)."
)
@click.option("--scheduled", metavar="NAME", hidden=True, help="A scheduler starts this; note that it happens.")
@click.option("--only-if-due", metavar="RULE", hidden=True, help="With --scheduled: do nothing unless it is due.")
@click.pass_context
def cli(
    context: click.Context,
    verbose: bool,
    log_format: str | None,
    profile: str | None,
    scheduled: str | None,
    only_if_due: str | None,
) -> None:
    """Make, change and text invoices from a spreadsheet through the Hesabe gateway, each exactly once.

    Begin with "batchinvoice demo" (needs no settings). Then "batchinvoice setup" asks for your settings, "batchinvoice
    template" writes a sheet to fill in, "batchinvoice check SHEET" shows what is wrong with it, and "batchinvoice run
    SHEET" sends it. "batchinvoice doctor" tells whether all is well.
    """
    context.meta[PROFILE_KEY] = profile
    if scheduled is not None:
        begin(context, scheduled, only_if_due)
    if verbose or log_format:
        from batchinvoice.logs.lines import Form
        from batchinvoice.logs.setup import show as show_log

        show_log(Form(log_format or Form.TEXT), logging.DEBUG if verbose else logging.INFO)


for _commands in _SECTIONS.values():
    for _command in _commands:
        cli.add_command(_command)
