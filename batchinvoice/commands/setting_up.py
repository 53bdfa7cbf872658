"""The commands for settings: setup stores them, doctor sees whether all is well."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from batchinvoice.commands.common import SHEET, chosen_profile, json_option, print_json, the_screen
from batchinvoice.exits import Exit


@click.command()
@click.option("--profile", metavar="NAME", help="Set up a profile, for one of several merchants.")
@click.option("--environment", type=click.Choice(["sandbox", "live"]), help="Which gateway.")
@click.option("--merchant-code", help="As the merchant panel shows it.")
@click.option("--report-dir", help="Folder for the workbooks.")
@click.option("--base-url", help="Another address of the gateway.")
@click.option(
    "--secrets-in",
    type=click.Choice(["keyring", "file"]),
    default="keyring",
    show_default=True,
    help="Where secrets rest. A service that runs while nobody is logged in needs the file.",
)
@click.option("--no-test", is_flag=True, help="Store without asking the gateway.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing: the values are options and environment variables.")
@click.pass_context
def setup(
    context: click.Context,
    profile: str | None,
    environment: str | None,
    merchant_code: str | None,
    report_dir: str | None,
    base_url: str | None,
    secrets_in: str,
    no_test: bool,
    yes: bool,
) -> None:
    """Ask for the settings, test them at the gateway, and store them: secrets in the system's keyring.

    Run it again to change something: Enter keeps what is set. Secrets are never shown, and cannot be given as options,
    which other users of the computer could see.
    """
    from batchinvoice.loading import PROFILE
    from batchinvoice.places import BASE_URL, ENVIRONMENT, MERCHANT_CODE, check_profile_name
    from batchinvoice.setting_up.asking import REPORT_DIR
    from batchinvoice.setting_up.setup import Wish, set_up

    if not yes and not sys.stdin.isatty():
        raise click.UsageError("setup asks questions and nobody is there to answer; with --yes it asks none.")
    named = next((each for each in (profile, chosen_profile(), os.environ.get(PROFILE)) if each is not None), None)
    said = {ENVIRONMENT: environment, MERCHANT_CODE: merchant_code, REPORT_DIR: report_dir, BASE_URL: base_url}
    given = {name: value for name, value in said.items() if value is not None}
    wish = Wish(check_profile_name(named) if named else named, given, yes, not no_test, secrets_in == "file")
    screen = the_screen(as_json=False)
    try:
        code = set_up(screen, wish)
    except click.Abort:
        screen.trouble("\nStopped. Nothing was stored.")
        code = Exit.NOT_RUN
    context.exit(code)


@click.command()
@click.argument("folder", type=SHEET, required=False)
@click.option("--offline", is_flag=True, help="Leave the gateway alone.")
@json_option
@click.pass_context
def doctor(context: click.Context, folder: Path | None, offline: bool, as_json: bool) -> None:
    """See whether all is well, and tell how to mend what is not: settings, secrets, ledger, disks, gateway.

    With FOLDER, the drop folder is looked at, too.
    """
    from batchinvoice.setting_up.doctor import examine
    from batchinvoice.setting_up.finding import Level

    screen = the_screen(as_json)
    found = []
    for finding in examine(chosen_profile(), folder, offline=offline):
        screen.finding(finding.name, finding.level, finding.words, finding.remedy)
        found.append(finding)
    counts = {level: sum(each.level is level for each in found) for level in Level}
    well = not counts[Level.BAD]
    tail = f" {counts[Level.WARN]} to know about." if counts[Level.WARN] else ""
    screen.say(f"All is well.{tail}" if well else f"{counts[Level.BAD]} to mend.{tail}", "bold")
    if as_json:
        keys = ("name", "level", "words", "remedy")
        print_json({"well": well, "findings": [{key: str(getattr(each, key)) for key in keys} for each in found]})
    context.exit(Exit.WELL if well else Exit.NOT_RUN)
