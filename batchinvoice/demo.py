"""The demo: the sample sheet with mistakes, run against a local gateway, with a ledger that is thrown away."""

from __future__ import annotations

import tempfile
from pathlib import Path

from batchinvoice import app
from batchinvoice.emulator.process import RunningEmulator, running_emulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.ledger.store import sqlite_url
from batchinvoice.loading import load
from batchinvoice.opening import connect, open_ledger
from batchinvoice.runs.reconcile import problems
from batchinvoice.screen import Screen
from batchinvoice.settings import Settings
from batchinvoice.sheets.samples import write_sample
from batchinvoice.summary import summarise


def run_demo(folder: Path, screen: Screen) -> None:
    """Run the sample into `folder` and say where the report is. Needs no settings and no network."""
    folder.mkdir(parents=True, exist_ok=True)
    sheet = write_sample("mistakes", folder / "invoices.xlsx")
    screen.say(f"A sheet as people write them, mistakes included: {sheet}")
    with tempfile.TemporaryDirectory() as home, running_emulator() as emulator:
        screen.say(f"A local gateway stands in for the real one: {emulator.base_url}\n")
        settings = _settings(emulator, Path(home), folder)
        with open_ledger(settings) as ledger, connect(settings) as gateway:
            planned = app.plan_sheet(ledger, settings, sheet, sms=True, strict=False)
            screen.issues(list(problems(ledger, planned)))
            done = app.apply_run(ledger, gateway, settings, planned)
            screen.outcome(summarise(ledger, done), app.write_workbooks(ledger, done, folder))
        truth = emulator.truth()
        screen.say(
            f"\nThe gateway itself counts {len(truth['invoices'])} invoices and {len(truth['texts'])} text messages."
        )
    screen.say("Next: “batchinvoice template” writes your own sheet to fill in.")


def _settings(emulator: RunningEmulator, home: Path, folder: Path) -> Settings:
    return load(
        **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
        BATCHINVOICE_ENVIRONMENT="sandbox",
        BATCHINVOICE_BASE_URL=emulator.base_url,
        BATCHINVOICE_LEDGER_URL=sqlite_url(home),
        BATCHINVOICE_REPORT_DIR=folder,
    )
