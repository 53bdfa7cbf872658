"""How the number of calls at once finds its level: one run for each kind of gateway, drawn over time.

python benchmarks/pace.py [--seconds 12] [--scene NAME]... [--no-fixed] [--plot docs/pace.svg] [--out FILE]

Each run has an emulator of its own, in its own process, and the same plan of a sheet; it is cut off after so many
seconds. Against it stand runs with a fixed number of calls at once: the best of those numbers is what somebody could
have set who knew the gateway. Needs the extra `bench` (matplotlib) for the plot.
"""

from __future__ import annotations

import json
import math
import shutil
import statistics
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
from sheets import write_csv

from batchinvoice import app
from batchinvoice.emulator.process import running_emulator
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.gateway.traffic import Lately, Verdict
from batchinvoice.loading import load
from batchinvoice.opening import connect, open_ledger
from batchinvoice.runs.deliver import deliver
from batchinvoice.runs.errors import RunStopped
from batchinvoice.runs.job import Job
from batchinvoice.runs.pace import Pace
from batchinvoice.runs.stopping import Stop
from batchinvoice.settings import Settings

ROOT = Path(__file__).parent.parent
_CEILING = 32
_ROWS_A_SECOND = 700  # more than can be delivered
_BIN = 0.25  # seconds, in the plot
_NEAR = 0.25, 2  # of the level at the end, or so many calls: then it has settled


@dataclass(frozen=True)
class Scene:
    """A kind of gateway. options: the emulator's. later: what of them changes after half of the time."""

    name: str
    options: dict[str, float]
    fixed: tuple[int, ...]
    later: dict[str, float] = field(default_factory=dict)
    max_rate: float = 0.0


SCENES = (
    Scene("50 ms", {"latency_ms": 50}, (16, 32)),
    Scene("200 ms", {"latency_ms": 200}, (16, 32)),
    Scene("50 ms, 8 calls at once", {"latency_ms": 50, "capacity": 8}, (8, 12, 32)),
    Scene("50 ms, 429 above 60 a second", {"latency_ms": 50, "limit_per_second": 60}, (3, 4, 8)),
    Scene("100 ms, later 200 ms", {"latency_ms": 100}, (16, 32), {"latency_ms": 200}),
    Scene("50 ms, --max-rate 50", {"latency_ms": 50}, (4, 8), max_rate=50),
)


class Watched(Pace):
    """The pace, and what it saw and said. Times: seconds since the first exchange began."""

    def __init__(self, ceiling: int) -> None:
        super().__init__(ceiling)
        self.limits: list[tuple[float, int]] = []
        self.latencies: list[tuple[float, float]] = []
        self.throttled: list[float] = []
        self._began = math.inf

    def allowed(self, lately: Lately, most: int) -> int:
        allowed = super().allowed(lately, most)
        for each in lately.exchanges:
            self._began = min(self._began, each.began)
            when = each.ended - self._began
            if each.verdict is Verdict.THROTTLED:
                self.throttled.append(when)
            else:
                self.latencies.append((when, each.ended - each.began))
        if math.isfinite(self._began):
            self.limits.append((lately.now - self._began, allowed))
        return allowed


class Fixed(Watched):
    """So many calls at once, always."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self._number = number

    def limit(self, rate: float = math.inf) -> int:  # noqa: ARG002 (as the one it stands for)
        return self._number


@dataclass(frozen=True)
class Line:
    """What came of one scene. settled: seconds, at the beginning and after the change. throughput: calls a second."""

    scene: str
    settled: list[float]
    level: float
    throughput: float
    throttled: int
    best_fixed: int | None
    of_best: float | None


class Stage:
    """The sheet, planned once; each run begins with a copy of that ledger."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder, self._seconds, self._number = folder, seconds, 0
        sheet = folder / "invoices.csv"
        write_csv(sheet, int(_ROWS_A_SECOND * seconds))
        planned = self._settings(folder / "planned", "http://127.0.0.1:9")
        with open_ledger(planned) as ledger:
            self._run = app.plan_sheet(ledger, planned, sheet, sms=False, strict=False).id

    def play(self, scene: Scene, pace: Watched) -> Watched:
        """Deliver for so many seconds."""
        self._number += 1
        home = self._folder / f"home-{self._number}"
        shutil.copytree(self._folder / "planned", home)
        options = dict(scene.options)
        with running_emulator(latency_ms=options.pop("latency_ms")) as emulator:
            emulator.set(**options)
            settings, stop = self._settings(home, emulator.base_url, scene.max_rate), Stop()
            with open_ledger(settings) as ledger, connect(settings) as gateway, ledger.working():
                run = ledger.run(self._run)
                job = Job(ledger, gateway, run, app.terms(settings, run), pace, stop)
                gateway.lately()  # the login and the proof are none of its
                with self._cues(lambda: emulator.set(**scene.later), stop), suppress(RunStopped):
                    deliver(job)
        shutil.rmtree(home)
        if not stop.asked:
            raise click.ClickException(f"The rows did not last for {self._seconds:g} seconds.")
        return pace

    @contextmanager
    def _cues(self, change: Any, stop: Stop) -> Iterator[None]:
        def end() -> None:
            stop.asked = True

        timers = [threading.Timer(self._seconds / 2, change), threading.Timer(self._seconds, end)]
        for timer in timers:
            timer.start()
        try:
            yield
        finally:
            for timer in timers:
                timer.cancel()

    def _settings(self, home: Path, base_url: str, max_rate: float = 0.0) -> Settings:
        own = {"HOME": home, "BASE_URL": base_url, "CONCURRENCY": _CEILING, "MAX_RATE": max_rate}
        credentials = {f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()}
        return load(**credentials, **{f"BATCHINVOICE_{name}": value for name, value in own.items()})


def _level(seen: Watched, since: float, until: float) -> list[tuple[float, float]]:
    """The middle of the limit in each half-second."""
    held: dict[int, list[int]] = {}
    for when, limit in seen.limits:
        if since <= when < until:
            held.setdefault(int(2 * when), []).append(limit)
    return [(number / 2, statistics.median(held[number])) for number in sorted(held)]


def _settled(seen: Watched, since: float, until: float) -> float:
    """Seconds after `since` from which on the limit stays near what it is in the last half of that time."""
    levels = _level(seen, since, until)
    end = statistics.median(level for when, level in levels if when >= (since + until) / 2)
    far = [when + 0.5 for when, level in levels if abs(level - end) > max(_NEAR[0] * end, _NEAR[1])]
    return max(far, default=since) - since


def _throughput(seen: Watched, seconds: float) -> float:
    return sum(when <= seconds for when, _ in seen.latencies) / seconds


def _line(stage: Stage, scene: Scene, seconds: float, *, fixed: bool) -> tuple[Line, Watched]:
    seen = stage.play(scene, Watched(_CEILING))
    parts = [(0.0, seconds / 2), (seconds / 2, seconds)] if scene.later else [(0.0, seconds)]
    reached = _throughput(seen, seconds)
    others = {number: _throughput(stage.play(scene, Fixed(number)), seconds) for number in scene.fixed if fixed}
    best = max(others, key=lambda number: others[number], default=None)
    line = Line(
        scene.name,
        [round(_settled(seen, *part), 1) for part in parts],
        statistics.median(level for when, level in _level(seen, 0, seconds) if when >= parts[-1][1] / 2),
        round(reached, 1),
        len(seen.throttled),
        best,
        round(reached / others[best], 3) if best else None,
    )
    return line, seen


def _draw(pictures: Sequence[tuple[Line, Watched]], seconds: float, out: Path) -> None:
    """The limit and the latency of each scene over time."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "pace"
    from matplotlib import pyplot as plt

    figure, places = plt.subplots(math.ceil(len(pictures) / 2), 2, figsize=(11, 3 * math.ceil(len(pictures) / 2)))
    for place, (line, seen) in zip(places.flat, pictures, strict=False):
        whole = [(when, limit) for when, limit in seen.limits if when <= seconds]
        thin = [point for n, point in enumerate(whole) if n == 0 or point[1] != whole[n - 1][1]] + whole[-1:]
        place.step(*zip(*thin, strict=True), where="post", color="tab:blue", linewidth=1.2)
        place.set(title=line.scene, xlim=(0, seconds), ylim=(0, _CEILING + 2), xlabel="seconds")
        place.set_ylabel("calls at once, at most", color="tab:blue")
        bins: dict[int, list[float]] = {}
        for when, latency in seen.latencies:
            bins.setdefault(int(when / _BIN), []).append(1000 * latency)
        beside = place.twinx()
        beside.plot([(n + 0.5) * _BIN for n in sorted(bins)], [statistics.median(bins[n]) for n in sorted(bins)], ".",
                    color="tab:orange", markersize=3)  # fmt: skip
        beside.set_ylim(0, None)
        beside.set_ylabel("latency, ms (median)", color="tab:orange")
        for when in seen.throttled:
            place.axvline(when, color="tab:red", linewidth=0.8)
    figure.tight_layout()
    figure.savefig(out, format="svg", metadata={"Date": None})


@click.command()
@click.option("--seconds", default=12.0, show_default=True, type=click.FloatRange(4), help="Of each run.")
@click.option("--scene", "names", multiple=True, type=click.Choice([scene.name for scene in SCENES]))
@click.option("--no-fixed", is_flag=True, help="Leave out the runs with a fixed number of calls at once.")
@click.option("--plot", type=click.Path(dir_okay=False, path_type=Path), default=ROOT / "docs" / "pace.svg")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=ROOT / "reports" / "pace.json")
def main(seconds: float, names: tuple[str, ...], no_fixed: bool, plot: Path, out: Path) -> None:
    """Run each scene, print when it settled and what it reached, and draw it."""
    pictures: list[tuple[Line, Watched]] = []
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(Path(folder), seconds)
        click.echo(
            f"{'gateway':32}{'settled, s':>14}{'level':>8}{'calls/s':>10}{'429s':>6}{'best fixed':>12}{'of it':>8}"
        )
        for scene in SCENES:
            if names and scene.name not in names:
                continue
            line, seen = _line(stage, scene, seconds, fixed=not no_fixed)
            pictures.append((line, seen))
            settled = ", ".join(f"{each:g}" for each in line.settled)
            best = f"{line.best_fixed or '':>12}{line.of_best or '':>7}"
            click.echo(f"{line.scene:32}{settled:>14}{line.level:>8g}{line.throughput:>10}{line.throttled:>6}{best}")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps([asdict(line) for line, _ in pictures], indent=1), "utf-8")
    _draw(pictures, seconds, plot)


if __name__ == "__main__":
    main()
