"""How fast a whole run is: against a bare `requests` loop that makes the same calls, and against the ideal.

python benchmarks/delivery.py [--rows 10000] [--case 200x32 --case 50x32] [--repeat N] [--out FILE]

Each measurement has an emulator of its own, in its own process. Tool and loop are measured as one starts them, from
the start of the process to its end, the tool with its report; the loop also from its login to its last bulk send alone
("its calls"), without Python's start, its imports and the reading of what it is to send. The history checker goes over
every run of the tool, and what it finds ends the benchmark: an invoice that is missing or there twice, a customer who
was texted twice or not at all. The ideal is rows x latency / connections.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from measuring import ROOT, measure, prove, settings
from sheets import write_csv, write_xlsx

from batchinvoice.emulator.process import RunningEmulator, running_emulator

_HERE = Path(__file__).parent
_CHUNK = 100
_TOOL, _UNSYNCED, _LOOP = "batchinvoice", "batchinvoice, unsynced", "requests loop"


@dataclass(frozen=True)
class Measured:
    """One measurement: wall seconds, and CPU seconds of that process (0 where the system does not tell).

    calls: seconds of the loop from its login to its last bulk send.
    """

    who: str
    latency_ms: float
    connections: int
    rows: int
    seconds: float
    cpu: float
    calls: float | None = None


@dataclass(frozen=True)
class Case:
    """What is measured: a latency and a number of connections, written as 200x32."""

    latency_ms: float
    connections: int

    @classmethod
    def parse(cls, text: str) -> Case:
        latency, _, connections = text.partition("x")
        return cls(float(latency), int(connections))

    def ideal(self, rows: int) -> float:
        return rows * self.latency_ms / 1000 / self.connections


class Bench:
    """Measures one sheet in a folder of its own; `extra` are further settings of the tool."""

    def __init__(self, folder: Path, sheet: Path, rows: int, extra: Sequence[str]) -> None:
        self._folder, self._sheet, self._rows = folder, sheet, rows
        self._extra = dict(pair.split("=", 1) for pair in extra)
        self._payloads = folder / "payloads.json"
        self._number = 0

    def tool(self, case: Case, *, synced: bool = True) -> Measured:
        """A whole `run`, checked by its history; what it sent is kept for the loop.

        Its ledger is there already, and has no run: it is made once, not each month.
        """
        self._number += 1
        home, reports = self._folder / f"home-{self._number}", self._folder / f"reports-{self._number}"
        words = ["-m", "batchinvoice"] if synced else [str(_HERE / "unsynced.py")]
        words += ["run", str(self._sheet), "--yes", "--no-notify", "--report-dir", str(reports)]
        with running_emulator(latency_ms=case.latency_ms) as emulator:
            known = settings(emulator, home, CONCURRENCY=case.connections, SMS_CHUNK=_CHUNK)
            measure(["-m", "batchinvoice", "history"], known)
            ended = measure(words, {**known, **self._extra})
            if ended.code != 0:
                raise click.ClickException(f"The run ended with {ended.code}:\n{ended.stdout}{ended.stderr}")
            prove(emulator, home, reports, self._rows)
            payloads = _creates(emulator)
        self._payloads.write_text(json.dumps(payloads, ensure_ascii=False), "utf-8")
        return self._measured(_TOOL if synced else _UNSYNCED, case, ended.seconds, ended.cpu)

    def loop(self, case: Case) -> Measured:
        """The same calls by a bare loop; that they are the same is seen at the gateway."""
        with running_emulator(latency_ms=case.latency_ms) as emulator:
            words = [str(_HERE / "bare_loop.py"), emulator.base_url, str(self._payloads)]
            ended = measure([*words, str(case.connections), str(_CHUNK)], os.environ)
            if ended.code != 0:
                raise click.ClickException(f"The loop failed:\n{ended.stderr}")
            sent, texts = _creates(emulator), sum(1 for _ in emulator.all_of("texts"))
        wanted = json.loads(self._payloads.read_text("utf-8"))
        if Counter(map(_canonical, sent)) != Counter(map(_canonical, wanted)) or texts != self._rows:
            raise click.ClickException("The loop did not make the calls that the tool has made.")
        return self._measured(_LOOP, case, ended.seconds, ended.cpu, round(float(ended.stdout), 3))

    def _measured(self, who: str, case: Case, seconds: float, cpu: float, calls: float | None = None) -> Measured:
        return Measured(who, case.latency_ms, case.connections, self._rows, round(seconds, 3), round(cpu, 3), calls)


def _creates(emulator: RunningEmulator) -> list[object]:
    return [call["payload"] for call in emulator.all_of("calls") if call["name"] == "create"]


def _canonical(payload: object) -> str:
    return json.dumps(payload, sort_keys=True)


def _median(measured: Sequence[Measured], who: str, case: Case) -> Measured | None:
    """The one in the middle of those that are meant; of an even number, the slower one."""
    own = [m for m in measured if (m.who, m.latency_ms, m.connections) == (who, case.latency_ms, case.connections)]
    middle = statistics.median_high([m.seconds for m in own]) if own else None
    return next((m for m in own if m.seconds == middle), None)


def _line(measured: Sequence[Measured], case: Case, rows: int) -> dict[str, float | str]:
    """The ratios of one case."""
    tool, loop, unsynced = (_median(measured, who, case) for who in (_TOOL, _LOOP, _UNSYNCED))
    if tool is None:
        raise AssertionError("each case measures the tool")
    line: dict[str, float | str] = {"case": f"{case.latency_ms:g} ms x {case.connections}", "seconds": tool.seconds}
    if loop and loop.calls:
        line |= {"its calls": loop.calls, "/ its calls": tool.seconds / loop.calls}
        line |= {"loop": loop.seconds, "/ loop": tool.seconds / loop.seconds, "cpu / loop": tool.cpu / loop.cpu}
        line |= {"loop / ideal": loop.seconds / case.ideal(rows)} if case.latency_ms else {}
    if case.latency_ms:
        line["/ ideal"] = tool.seconds / case.ideal(rows)
    if unsynced:
        line |= {"unsynced": unsynced.seconds, "/ unsynced": tool.seconds / unsynced.seconds}
    return line


def _show(lines: Sequence[dict[str, float | str]]) -> None:
    names = list(dict.fromkeys(name for line in lines for name in line))
    click.echo("".join(f"{name:>14}" for name in names))
    for line in lines:
        cells = [f"{line[name]:.3f}" if isinstance(line.get(name), float) else line.get(name, "") for name in names]
        click.echo("".join(f"{cell:>14}" for cell in cells))


@click.command()
@click.option("--rows", default=10_000, show_default=True, type=click.IntRange(1))
@click.option("--case", "cases", multiple=True, default=("200x32", "50x32"), show_default=True, help="ms x connections")
@click.option("--repeat", default=1, show_default=True, help="How often each is measured; the median counts.")
@click.option("--csv", is_flag=True, help="Take a CSV sheet, not an Excel workbook.")
@click.option("--no-loop", is_flag=True, help="Measure the tool alone.")
@click.option("--no-unsynced", is_flag=True, help="Leave out the ledger that is not synced.")
@click.option("--set", "extra", multiple=True, metavar="NAME=VALUE", help="A further setting of the tool.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=ROOT / "reports" / "delivery.json")
def main(
    rows: int,
    cases: tuple[str, ...],
    repeat: int,
    csv: bool,
    no_loop: bool,
    no_unsynced: bool,
    extra: tuple[str, ...],
    out: Path,
) -> None:
    """Measure whole runs, prove their history, and print the ratios."""
    measured: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / f"invoices.{'csv' if csv else 'xlsx'}"
        (write_csv if csv else write_xlsx)(sheet, rows)
        bench = Bench(Path(folder), sheet, rows, extra)
        for case in map(Case.parse, cases):
            for _ in range(repeat):
                measured.append(bench.tool(case))
                measured += [] if no_unsynced else [bench.tool(case, synced=False)]
                measured += [] if no_loop else [bench.loop(case)]
                click.echo("\n".join(str(asdict(each)) for each in measured[-3 + no_loop + no_unsynced :]), err=True)
    lines = [_line(measured, case, rows) for case in map(Case.parse, cases)]
    _show(lines)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"ratios": lines, "measured": [asdict(each) for each in measured]}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
