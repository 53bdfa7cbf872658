"""A sheet of a million rows, whole: planned, delivered, stopped and resumed once, reported; and its history held up.

python benchmarks/size.py [--rows 100000 --rows 1000000] [--folder DIR] [--json OUT]: for each number of rows a CSV is
made and `batchinvoice run` sends it to an emulator without latency; when half of the invoices are made it is asked to
stop (SIGTERM), and `resume` does the rest. Measured is the resident memory of the tool, phase by phase, the phases
being told by its ledger; delivering must not need more of it for more rows. A million calls take half an hour or more.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil
from measuring import prove, settings
from sheets import write_csv

from batchinvoice.emulator.process import RunningEmulator, running_emulator

_EVERY = 0.5  # seconds between two looks
MB = 2**20


@dataclass
class Trial:
    """One number of rows. `peaks` and `seconds` by phase: MB, and how long it took."""

    rows: int
    folder: Path
    emulator: RunningEmulator
    peaks: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def ledger(self) -> Path:
        return self.folder / "home" / "ledger.sqlite3"

    def go(self) -> None:
        """Run, stop, resume, report."""
        sheet = self.folder / "month-end.csv"
        write_csv(sheet, self.rows)
        self._watch(["run", str(sheet), "--yes"], "run", stop_at=self.rows // 2, well=3)
        self._watch(["resume", "--yes"], "resume", stop_at=None, well=0)
        [name] = {row[0] for row in self._ask("SELECT id FROM runs")}
        self._watch(["report", name], "report again", stop_at=None, well=0)

    def _watch(self, words: list[str], what: str, stop_at: int | None, well: int) -> None:
        with (self.folder / f"{what}.txt").open("w") as said:
            process = subprocess.Popen(  # noqa: S603 (our own words)
                [sys.executable, "-m", "batchinvoice", *words, "--no-notify"]
                if what != "report again"
                else [sys.executable, "-m", "batchinvoice", *words],
                cwd=self.folder,
                env=settings(self.emulator, self.folder / "home", REPORT_DIR=self.folder / "reports"),
                stdout=said,
                stderr=said,
                stdin=subprocess.DEVNULL,
            )
            began = told = last = time.monotonic()
            while process.poll() is None:
                made = self._made()
                phase = f"{what}: {self._phase(what, made, asked=stop_at is not None and stop_at < 0)}"
                now = time.monotonic()
                self.seconds[phase] += now - last
                last = now
                with suppress(psutil.Error):
                    self.peaks[phase] = max(self.peaks[phase], _resident(process.pid))
                if stop_at is not None and 0 <= stop_at <= made:
                    process.terminate()
                    stop_at = -1
                if now - told > 30:
                    told = now
                    click.echo(f"{self.rows:,} rows, {phase}: {made:,} invoices, {now - began:,.0f} s", err=True)
                time.sleep(_EVERY)
        if process.returncode != well:
            raise click.ClickException(f"{what} ended with {process.returncode}; see {said.name}")

    def _phase(self, what: str, made: int, *, asked: bool) -> str:
        if what == "report again":
            return "report"
        if what == "run" and not made:
            return "check and plan"
        over = asked or made == self.rows
        return "text and report" if over else "deliver"

    def _made(self) -> int:
        """How many invoices are meant or made."""
        with suppress(sqlite3.Error, IndexError):  # no ledger yet, or one that is being written
            return int(self._ask("SELECT coalesce(max(id), 0) FROM invoices")[0][0])
        return 0

    def _ask(self, query: str) -> list[tuple[object, ...]]:
        if not self.ledger.exists():
            return []
        with closing(sqlite3.connect(f"file:{self.ledger}?mode=ro", uri=True, timeout=60)) as database:
            return database.execute(query).fetchall()


def _resident(pid: int) -> float:
    """MB of the process and its children: a sheet is read in one."""
    process = psutil.Process(pid)
    return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / MB


@click.command()
@click.option("--rows", "counts", type=int, multiple=True, default=(100_000, 1_000_000), show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Kept afterwards (default: a folder that is removed).")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the figures there, too.")
def main(counts: tuple[int, ...], folder: Path | None, out: Path | None) -> None:
    """Measure memory and time of whole runs, phase by phase."""
    trials = []
    with tempfile.TemporaryDirectory() as temporary:
        for count in counts:
            own = (folder or Path(temporary)) / f"rows-{count}"
            own.mkdir(parents=True)
            with running_emulator() as emulator:
                trial = Trial(count, own, emulator)
                trial.go()
                prove(emulator, own / "home", own / "reports", count)
            trials.append(trial)
            _show(trials)  # what is known so far
    if out:
        told = [{"rows": t.rows, "MB": dict(t.peaks), "seconds": dict(t.seconds)} for t in trials]
        out.write_text(json.dumps(told, indent=2), encoding="utf-8")


def _show(trials: list[Trial]) -> None:
    first, last = trials[0], trials[-1]
    click.echo(f"{'resident memory (seconds)':28}" + "".join(f"{t.rows:>24,}" for t in trials) + f"{'ratio':>8}")
    for phase in first.peaks:
        cells = "".join(f"{t.peaks[phase]:>12.0f} MB ({t.seconds[phase]:>6.0f})" for t in trials)
        click.echo(f"{phase:28}{cells}{last.peaks[phase] / max(first.peaks[phase], 1):>8.2f}")
    click.echo("History: each reference made once, each customer texted once, all rows created.")


if __name__ == "__main__":
    main()
