"""The command that shows where notices go, and tries it: notify."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from batchinvoice.commands.common import the_screen, the_settings
from batchinvoice.exits import Exit


@click.command()
@click.option("--test", "try_it", is_flag=True, help="Send a trial notice to each channel and say which worked.")
@click.pass_context
def notify(context: click.Context, try_it: bool) -> None:
    """Show where notices about runs go (BATCHINVOICE_NOTIFY), and with --test whether they arrive.

    Notices are for you and your colleagues; customers are texted by “run” and “send”.
    """
    from batchinvoice.channels import deliver
    from batchinvoice.notices import trial
    from batchinvoice.notifier import open_notifier
    from batchinvoice.sheets.template import write_template

    screen = the_screen(as_json=False)
    settings = the_settings()
    screen.heading(settings)
    notifier = open_notifier(settings, screen.trouble, needed=True)
    screen.say(f"Notices are sent about: {', '.join(sorted(settings.notify_events))}.")
    if not try_it:
        for channel in notifier.channels:
            files = "workbooks are attached" if channel.takes_files and settings.notify_attach else "text alone"
            screen.say(f"{channel.name[0].upper()}{channel.name[1:]}: {files}")
        screen.say(f"To try them: {settings.command} notify --test")
        return
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "batchinvoice-trial.xlsx"
        write_template(sheet, "en")
        sent = deliver(trial(settings, sheet), notifier.channels, attach=settings.notify_attach)
    for each in sent:
        name = f"{each.channel.name[0].upper()}{each.channel.name[1:]}"
        if each.trouble:
            screen.trouble(f"{name}: did not work: {each.trouble}. Check its URL in BATCHINVOICE_NOTIFY.")
        else:
            screen.say(f"{name}: sent. Look whether it arrived, and not among the junk.", "green")
    context.exit(Exit.PERSON if any(each.trouble for each in sent) else Exit.WELL)
