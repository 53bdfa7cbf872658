"""How fast a sheet is checked, and with how much memory: against what merely reading it takes.

python benchmarks/checking.py [--rows 100000] [--large 1000000] [--repeat 3] [--out FILE]

In turn, each a process of its own: the fast reader alone, pandas with openpyxl alone, `batchinvoice check` of a good
sheet, and of one in which every other row has two mistakes. Then a check of a large sheet, as xlsx and as CSV. Wall
and CPU seconds are medians; memory is the most that the process and its children held together at one moment, each
page counted once (`pss`; where the system does not tell that, resident memory).
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from measuring import measure
from sheets import write_csv, write_xlsx

_CALAMINE = (
    "import sys; from python_calamine import CalamineWorkbook as Book; "
    "Book.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()"
)
_PANDAS = "import sys, pandas; pandas.read_excel(sys.argv[1], engine='openpyxl')"
_TICK = 0.05
_ENDS_WELL = (0, 1)  # 1: rows are to be mended


@dataclass(frozen=True)
class Measured:
    """One process: wall and CPU seconds, and the most memory in MB (of a million bytes)."""

    what: str
    seconds: float
    cpu: float
    memory: float


def measured(what: str, folder: Path, *words: str) -> Measured:
    """Run it to its end, looking at its memory on the way."""
    environment = {**os.environ, "BATCHINVOICE_HOME": str(folder / "home"), "BATCHINVOICE_REPORT_DIR": str(folder)}
    ended = measure(words, environment, folder=folder, look_every=_TICK)
    if ended.code not in _ENDS_WELL:
        raise click.ClickException(f"{what} ended with {ended.code}:\n{ended.stderr}")
    return Measured(what, ended.seconds, ended.cpu, ended.memory)


def typical(what: str, found: list[Measured]) -> Measured:
    """The median of several."""
    middle = (statistics.median(values) for values in zip(*((m.seconds, m.cpu, m.memory) for m in found), strict=True))
    return Measured(what, *middle)


def side_by_side(folder: Path, rows: int, repeat: int) -> list[Measured]:
    """The same sheet read and checked, everything in turn."""
    good, bad = folder / "good.xlsx", folder / "bad.xlsx"
    write_xlsx(good, rows)
    write_xlsx(bad, rows, bad=True)
    commands = {
        "calamine, read alone": ("-c", _CALAMINE, str(good)),
        "check": ("-m", "batchinvoice", "check", str(good)),
        "check, half of the rows bad": ("-m", "batchinvoice", "check", str(bad)),
    }
    found: dict[str, list[Measured]] = {what: [] for what in commands}
    for _ in range(repeat):
        for what, command in commands.items():
            found[what].append(measured(what, folder, *command))
    slow = measured("pandas with openpyxl, read alone", folder, "-c", _PANDAS, str(good))
    return [slow, *(typical(what, each) for what, each in found.items())]


def large(folder: Path, rows: int) -> list[Measured]:
    """A check of a sheet of so many rows, in both forms."""
    found = []
    for name, write in (("large.xlsx", write_xlsx), ("large.csv", write_csv)):
        click.echo(f"Making {name} of {rows:,} rows …", err=True)
        write(folder / name, rows)
        command = ("-m", "batchinvoice", "check", str(folder / name))
        found.append(measured(f"check of {rows:,} rows, {name[6:]}", folder, *command))
    return found


@click.command()
@click.option("--rows", default=100_000, show_default=True)
@click.option("--large", "large_rows", default=1_000_000, show_default=True, help="0: none.")
@click.option("--repeat", default=3, show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where the figures go as JSON.")
def main(rows: int, large_rows: int, repeat: int, out: Path | None) -> None:
    """Measure, and print what came of it as a table with ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = side_by_side(folder, rows, repeat)
        at = {each.what: each for each in found}
        by_pandas, by_calamine = at["pandas with openpyxl, read alone"], at["calamine, read alone"]
        found += large(folder, large_rows) if large_rows else []
    click.echo(f"| {rows:,} rows | wall s | CPU s | MB | × calamine | × pandas |\n|---|---|---|---|---|---|")
    for each in found:
        ratios = f"{each.seconds / by_calamine.seconds:.2f} | {each.seconds / by_pandas.seconds:.2f}"
        ratios = ratios if each.what in at else " | "
        click.echo(f"| {each.what} | {each.seconds:.2f} | {each.cpu:.2f} | {each.memory:,.0f} | {ratios} |")
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(json.dumps([asdict(each) for each in found], indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
