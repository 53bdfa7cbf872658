"""The tool beside what people would do instead: the script that everybody writes, and the same with a thread pool.

python benchmarks/side_by_side.py [--rows N]... [--latency MS]... [--longest SECONDS] [--quick]
python benchmarks/side_by_side.py --from reports/side_by_side.json: table and plot anew, without measuring.

Each point is measured in turn: the same sheet, the same latency, an emulator in a process of its own for each, from the
start of a process to its end, report included. At the gateway it is counted that each row was made once and texted
once; the history checker goes over the runs of the tool besides. What would take longer than --longest, by the point
before it, is left out. What the three do when they are stopped half-way is not measured here. Needs the extra `bench`
(matplotlib) for the plot.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from measuring import ROOT, measure, prove, settings
from sheets import write_xlsx
from side_by_side_shown import Kept, Measured, Point, draw, table

from batchinvoice.emulator.process import RunningEmulator, running_emulator

_SCRIPTS = Path(__file__).parent / "scripts"
_LOOK = 0.25  # seconds between two looks at memory
_HARDLY_ANY = 10  # rows
_ROWS = (100, 1_000, 10_000, 100_000)
_LATENCIES = (0.0, 10.0, 50.0, 100.0, 200.0)


@dataclass(frozen=True)
class Contender:
    """One way to do the job. at_once: how many calls, of so many connections. words: those that start it."""

    who: str
    at_once: Callable[[int], int]
    words: Callable[[Path, RunningEmulator, Path, int], list[str]]


def _one_by_one(sheet: Path, emulator: RunningEmulator, reports: Path, _: int) -> list[str]:
    return [str(_SCRIPTS / "one_by_one.py"), str(sheet), emulator.base_url, str(reports / "report.xlsx")]


def _thread_pool(sheet: Path, emulator: RunningEmulator, reports: Path, connections: int) -> list[str]:
    _, *rest = _one_by_one(sheet, emulator, reports, connections)
    return [str(_SCRIPTS / "thread_pool.py"), *rest, str(connections)]


def _tool(sheet: Path, _: RunningEmulator, reports: Path, __: int) -> list[str]:
    return ["-m", "batchinvoice", "run", str(sheet), "--yes", "--no-notify", "--report-dir", str(reports)]


TOOL = Contender("batchinvoice", lambda connections: connections, _tool)
CONTENDERS = (
    Contender("script, one by one", lambda _: 1, _one_by_one),
    Contender("script, thread pool", lambda connections: connections, _thread_pool),
    TOOL,
)


class Bench:
    """Measures in a folder of its own, where a sheet of each size is made once."""

    def __init__(self, folder: Path, connections: int) -> None:
        self._folder, self._connections = folder, connections

    def measure(self, contender: Contender, series: str, rows: int, latency_ms: float) -> Measured:
        """One process from its start to its end, and what the gateway knows afterwards. Raises ClickException."""
        sheet = self._sheet(rows)
        with tempfile.TemporaryDirectory(dir=self._folder) as own, running_emulator(latency_ms=latency_ms) as emulator:
            home, reports = Path(own) / "home", Path(own) / "reports"
            reports.mkdir()
            known = settings(emulator, home, CONCURRENCY=self._connections)
            words = contender.words(sheet, emulator, reports, self._connections)
            ended = measure(words, known, folder=Path(own), look_every=_LOOK)
            if ended.code != 0:
                said = f"{ended.stdout}{ended.stderr}"[-2000:]
                raise click.ClickException(f"{contender.who} ended with {ended.code} for {rows:,} rows:\n{said}")
            made, texted = _counted(emulator, contender.who, rows)
            if contender is TOOL:
                prove(emulator, home, reports, rows)
        figures = (round(figure, 3) for figure in (ended.seconds, ended.cpu, ended.memory))
        return Measured(contender.who, series, rows, latency_ms, *figures, made, texted)

    def _sheet(self, rows: int) -> Path:
        path = self._folder / f"invoices-{rows}.xlsx"
        if not path.exists():
            write_xlsx(path, rows)
        return path


def _counted(emulator: RunningEmulator, who: str, rows: int) -> tuple[int, int]:
    """Invoices and texts at the gateway: as many as rows, each reference made once, each invoice texted once."""
    made = [invoice["reference_number"] for invoice in emulator.all_of("invoices")]
    texted = [text["invoice_id"] for text in emulator.all_of("texts")]
    if {len(made), len(set(made)), len(texted), len(set(texted))} != {rows}:
        raise click.ClickException(f"{who}: {len(made)} invoices and {len(texted)} texts for {rows} rows")
    return len(made), len(texted)


def predicted(start: float, last: Measured, rows: int, latency_ms: float, at_once: int) -> float:
    """Seconds: after its start, each row takes as long as at the point before, and what the latency adds."""
    return start + rows * (max(last.seconds - start, 0) / last.rows + (latency_ms - last.latency_ms) / 1000 / at_once)


def measured(bench: Bench, kept: Kept, series: str, starts: Mapping[str, Measured], repeat: int) -> Iterator[Measured]:
    """Each point of a series in turn, the lesser first; a contender that would take too long is left out.

    starts: of each a run of hardly any rows, which takes as long as its start.
    """
    last = dict(starts)

    def able(contender: Contender, rows: int, latency_ms: float) -> bool:
        start, at_once = starts[contender.who].seconds, contender.at_once(kept.connections)
        return predicted(start, last[contender.who], rows, latency_ms, at_once) <= kept.longest

    for rows, latency_ms in kept.points[series]:
        contenders = [each for each in CONTENDERS if able(each, rows, latency_ms)]
        for _ in range(repeat):
            for contender in contenders:
                last[contender.who] = bench.measure(contender, series, rows, latency_ms)
                yield last[contender.who]


def measure_all(kept: Kept, repeat: int, out: Path) -> None:
    """Both series; what is measured so far is written down at each point."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), kept.connections)
        for _ in range(2):  # the first start pays for what the disk has to find
            starts = {each.who: bench.measure(each, "start", _HARDLY_ANY, 0) for each in CONTENDERS}
        for series in kept.points:
            for one in measured(bench, kept, series, starts, repeat):
                kept.measured.append(one)
                kept.write(out)
                click.echo(str(asdict(one)), err=True)


def _points(rows: Sequence[int], at_ms: float, latencies: Sequence[float], of_rows: int) -> dict[str, list[Point]]:
    return {
        "rows": [(count, at_ms) for count in sorted(set(rows))],
        "latency": [(of_rows, latency_ms) for latency_ms in sorted(set(latencies))],
    }


@click.command()
@click.option("--rows", multiple=True, type=click.IntRange(1), default=_ROWS, show_default=True)
@click.option("--at-ms", default=50.0, show_default=True, help="The latency of the series over rows.")
@click.option("--latency", "latencies", multiple=True, type=click.FloatRange(0), default=_LATENCIES, show_default=True)
@click.option("--of-rows", default=1_000, show_default=True, help="The rows of the series over latency.")
@click.option("--connections", default=32, show_default=True, type=click.IntRange(1, 128))
@click.option("--longest", default=1_200.0, show_default=True, help="Seconds: what would take longer is not measured.")
@click.option("--repeat", default=1, show_default=True, help="How often each is measured; the median counts.")
@click.option("--quick", is_flag=True, help="Up to 100 rows and 50 ms, in a minute, to see whether it works.")
@click.option("--from", "kept_in", type=click.Path(exists=True, path_type=Path), help="Show what is kept in this JSON.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=ROOT / "reports" / "side_by_side.json")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), help="Default: docs/side_by_side.svg.")
def main(
    rows: Sequence[int],
    at_ms: float,
    latencies: Sequence[float],
    of_rows: int,
    connections: int,
    longest: float,
    repeat: int,
    quick: bool,
    kept_in: Path | None,
    out: Path,
    plot: Path | None,
) -> None:
    """Measure the three side by side, print a table in Markdown, and draw it."""
    points = _points((10, 100), 50, (0, 10, 50), 100) if quick else _points(rows, at_ms, latencies, of_rows)
    kept = Kept.read(kept_in) if kept_in else Kept([each.who for each in CONTENDERS], connections, longest, points)
    out = out.with_suffix(".quick.json") if quick else out
    if not kept_in:
        out.parent.mkdir(parents=True, exist_ok=True)
        measure_all(kept, repeat, out)
    for series in kept.points:
        click.echo("\n".join(table(kept, series, TOOL.who)) + "\n")
    draw(kept, plot or (out.with_suffix(".svg") if quick else ROOT / "docs" / "side_by_side.svg"))


if __name__ == "__main__":
    main()
