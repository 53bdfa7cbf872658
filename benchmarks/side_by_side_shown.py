"""What side_by_side.py has measured: kept as JSON, as a table in Markdown, and drawn."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from measuring import BOOKS

Point = tuple[int, float]  # rows, latency in ms
_COLOURS = ("tab:gray", "tab:orange", "tab:blue")


@dataclass(frozen=True)
class Measured:
    """One process: wall and CPU seconds, the most memory in MB; what the gateway had at its end."""

    who: str
    series: str
    rows: int
    latency_ms: float
    seconds: float
    cpu: float
    memory: float
    invoices: int
    texts: int


@dataclass
class Kept:
    """All of it. longest: seconds; what would have taken longer was not measured. points: of each series."""

    contenders: list[str]
    connections: int
    longest: float
    points: dict[str, list[Point]]
    measured: list[Measured] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> Self:
        told = json.loads(path.read_text("utf-8"))
        points = {series: [(rows, ms) for rows, ms in each] for series, each in told["points"].items()}
        return cls(**{**told, "points": points, "measured": [Measured(**each) for each in told["measured"]]})

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=1), "utf-8")

    def middle(self, series: str, point: Point, who: str) -> Measured | None:
        """The one in the middle of those at this point, of an even number the slower one; None: not measured."""
        own = [m for m in self.measured if (m.series, m.rows, m.latency_ms, m.who) == (series, *point, who)]
        middle = statistics.median_high([each.seconds for each in own]) if own else None
        return next((each for each in own if each.seconds == middle), None)


def table(kept: Kept, series: str, ours: str) -> Iterator[str]:
    """Lines of Markdown, with what one must know to read them."""
    first = kept.points[series][0]
    heading = f"rows, {first[1]:g} ms" if series == "rows" else f"latency, {first[0]:,} rows"
    yield "| " + " | ".join([heading, *kept.contenders, "at the gateway, each"]) + " |"
    yield "|---" * (len(kept.contenders) + 2) + "|"
    for point in kept.points[series]:
        found = [kept.middle(series, point, who) for who in kept.contenders]
        beside = kept.middle(series, point, ours)
        told = {f"{each.invoices:,} invoices, {each.texts:,} texts" for each in found if each}
        name = f"{point[0]:,}" if series == "rows" else f"{point[1]:g} ms"
        yield "| " + " | ".join([name, *(_cell(each, beside) for each in found), "; ".join(sorted(told))]) + " |"
    yield ""
    yield (
        f"Wall seconds of the whole process, in brackets as a multiple of {ours}'s; the most memory at one moment. "
        f"Up to {kept.connections} calls at once, but for one by one. Each row was made once and texted once, counted "
        f"at the gateway. Each run of {ours} was held against its ledger, too, and up to {BOOKS:,} rows the history "
        "checker went over it, workbook included."
    )
    if any(kept.middle(series, point, who) is None for point in kept.points[series] for who in kept.contenders):
        yield f"Not measured: what would have taken more than {kept.longest:,.0f} s, by the point before."


def _cell(one: Measured | None, beside: Measured | None) -> str:
    if one is None:
        return "not measured"
    times = f" ({one.seconds / beside.seconds:.2f} ×)" if beside and beside.who != one.who else ""
    return f"{one.seconds:,.1f} s{times}, {one.memory:,.0f} MB"


def draw(kept: Kept, out: Path) -> None:
    """Two panels: seconds over rows, and over latency; dotted, what the latency alone takes with all connections."""
    import matplotlib as mpl

    mpl.use("svg")
    # Text stays text: a small file. The salt: the same picture has the same bytes.
    mpl.rcParams.update({"svg.hashsalt": "side by side", "svg.fonttype": "none", "font.size": 9})
    from matplotlib import pyplot as plt

    figure, places = plt.subplots(1, 2, figsize=(11, 4.2))
    for place, series in zip(places, kept.points, strict=True):
        _draw_series(place, kept, series)
    places[0].set(
        xscale="log", xlabel=f"rows, at {kept.points['rows'][0][1]:g} ms latency", ylabel="seconds, whole run"
    )
    places[1].set(xlabel=f"latency in ms, with {kept.points['latency'][0][0]:,} rows")
    places[0].legend(frameon=False)
    figure.tight_layout()
    figure.savefig(out, format="svg", metadata={"Date": None})


def _draw_series(place: Any, kept: Kept, series: str) -> None:
    at = 0 if series == "rows" else 1
    for who, colour in zip(kept.contenders, _COLOURS, strict=True):
        found = [(point[at], kept.middle(series, point, who)) for point in kept.points[series]]
        line = [(x, one.seconds) for x, one in found if one]
        _line(place, line, "o-", color=colour, linewidth=1.4, markersize=4, label=who)
    ideal = [(point[at], point[0] * point[1] / 1000 / kept.connections) for point in kept.points[series] if point[1]]
    if ideal:
        _line(place, ideal, ":", color="0.6", linewidth=1, label=f"rows × latency ÷ {kept.connections}")
    place.set_yscale("log")
    place.grid(color="0.92")
    place.set_axisbelow(True)
    place.spines[["top", "right"]].set_visible(False)


def _line(place: Any, points: Sequence[tuple[float, float]], form: str, **how: Any) -> None:
    place.plot([x for x, _ in points], [y for _, y in points], form, **how)
