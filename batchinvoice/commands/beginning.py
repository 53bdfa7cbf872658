"""The commands for a beginning: the demo and the sheet to fill in."""

from __future__ import annotations

from pathlib import Path

import click

from batchinvoice.calling import typed
from batchinvoice.commands.common import SHEET, the_screen


@click.command()
@click.option("--report-dir", type=SHEET, default=Path("reports"), help="Folder for the demo's files.")
def demo(report_dir: Path) -> None:
    """Show the whole job on this machine alone: a local gateway, a sheet with mistakes, a report."""
    from batchinvoice.demo import run_demo

    run_demo(report_dir / "demo", the_screen(as_json=False))


@click.command()
@click.argument("out", type=SHEET, required=False)
@click.option("--lang", type=click.Choice(["en", "ar"]), default="en", help="Language of the sheet.")
def template(out: Path | None, lang: str) -> None:
    """Write the sheet to fill in, to OUT (default: batchinvoice-template.xlsx)."""
    from batchinvoice.sheets.template import write_template

    path = out or Path("batchinvoice-template.xlsx")
    if path.is_dir():
        path /= "batchinvoice-template.xlsx"
    if path.exists():
        raise click.UsageError(f"{path} is there already and may hold invoices; give another name.")
    write_template(path, lang)
    the_screen(as_json=False).say(f"Written: {path}. Fill in the sheet, then: batchinvoice check {typed(path)}")
