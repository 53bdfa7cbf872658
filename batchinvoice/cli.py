"""The list of commands. What they need is imported where they use it, so that help and completion are quick."""

from __future__ import annotations

import logging

import click

from batchinvoice import __version__
from batchinvoice.commands.beginning import demo, template
from batchinvoice.commands.checking import check, plan
from batchinvoice.commands.keeping import forget, verify
from batchinvoice.commands.sending import apply, resume, run, send
from batchinvoice.commands.telling import history, report, show
from batchinvoice.emulator.command import emulator


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="batchinvoice")
@click.option(
    "--verbose", "-v", is_flag=True, help="Log every call to the gateway on standard error (no personal data)."
)
def cli(verbose: bool) -> None:
    """Make, change and text invoices from a spreadsheet through the Hesabe gateway, each exactly once.

    Begin with "batchinvoice demo" (needs no settings), then "batchinvoice template" for a sheet to fill in,
    "batchinvoice check SHEET" to see what is wrong with it, and "batchinvoice run SHEET" to send it.
    """
    # Our own loggers alone: those of libraries write addresses, and with them what is searched for.
    if verbose:
        own = logging.getLogger("batchinvoice")
        own.addHandler(logging.StreamHandler())
        own.setLevel(logging.DEBUG)


_COMMANDS = (demo, template, check, plan, run, apply, resume, send, report, history, show, verify, forget, emulator)
for _command in _COMMANDS:
    cli.add_command(_command)
