"""The control totals on the Summary sheet: live formulas over the rows, beside what reading and ledger counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from batchinvoice.invoices.lifecycle import AT_GATEWAY, RowStatus, SmsStatus
from batchinvoice.sheets import style
from batchinvoice.sheets.grid import Formula, Grid
from batchinvoice.sheets.report_data import Report, Tally, Written, total
from batchinvoice.sheets.report_rows import Place
from batchinvoice.sheets.style import BODY, HEADING, STATUS_COLOURS, Styles

_STRONG: Mapping[str, object] = {"bold": True}
_RESULT: Mapping[str, object] = {"bold": True, "top": 1}
# Those at the gateway come first, so that one SUM takes them together.
STATUS_ORDER: tuple[RowStatus, ...] = (
    *(status for status in RowStatus if status in AT_GATEWAY),
    *(status for status in RowStatus if status not in AT_GATEWAY and status is not RowStatus.PENDING),
    RowStatus.PENDING,
)
_AT_GATEWAY_LINES = len(AT_GATEWAY)
_SMS_WANTED = (SmsStatus.SENT, SmsStatus.PENDING, SmsStatus.FAILED, SmsStatus.UNKNOWN)

Value = int | Decimal | str | Formula | None


class Ranges(NamedTuple):
    """The columns of a Rows sheet that are summed up, as formulas name them."""

    statuses: str
    amounts: str
    gateway: str
    sms: str

    @classmethod
    def of(cls, place: Place) -> Ranges:
        """The ranges of a sheet."""
        last = max(place.rows, 1) + 1
        return cls(*(f"{place.sheet}!${letter}$2:${letter}${last}" for letter in "GEIM"))


Parts = Sequence[Ranges]  # of each Rows sheet; nearly always there is one


@dataclass(slots=True)
class Lines:
    """Lines of a label and up to six numbers, put one below the other; `row` is the next, counted from 0."""

    grid: Grid
    styles: Styles
    row: int

    @property
    def name(self) -> int:
        """The next line's number as formulas say it."""
        return self.row + 1

    def heading(self, *words: str, lines: int = 2) -> None:
        """Put the heading of a table."""
        for column, word in enumerate(words):
            look = self.styles.of(HEADING, align="left" if column == 0 else "right")
            self.grid.put(self.row, column, word, look)
        self.grid.heights[self.row] = 16 * lines
        self.row += 1

    def line(self, label: str, values: Sequence[Value], look: Mapping[str, object] | None = None) -> tuple[str, ...]:
        """Put a line: numbers of rows and KWD in turn; returns the names of the cells that hold a value."""
        self.grid.put(self.row, 0, label, self.styles.of(BODY, look or {}))
        plain = {name: value for name, value in (look or {}).items() if name not in ("bg_color", "font_color")}
        placed = []
        for column, value in enumerate(values, 1):
            if value is not None:
                shown = self.styles.of(BODY, plain, num_format=style.AMOUNT if column % 2 == 0 else style.COUNT)
                placed.append(self.grid.put(self.row, column, _number(value), shown))
        self.row += 1
        return tuple(placed)


def put_control(lines: Lines, report: Report, written: Written, parts: Parts) -> tuple[range, tuple[str, ...]]:
    """Input against rows against ledger; returns the rows of the statuses (from 0) and the cells that must be 0."""
    lines.heading(
        "Control totals",
        "Rows",
        "KWD",
        "Rows in the ledger",
        "KWD in the ledger",
        "Difference in rows",
        "Difference in KWD",
    )
    lines.line("Read from the sheet", (report.input.count, report.input.amount), _STRONG)
    read, first = lines.row, lines.row
    must_be_zero: list[str] = []
    for status in STATUS_ORDER:
        must_be_zero += _put_status(
            lines, status, report.statuses.get(status, Tally()), written.statuses[status], parts
        )
    listed, ledger = total(written.statuses.values()), total(report.statuses.values())
    start, end = first + 1, lines.row
    sums = [float(number) for tally in (listed, ledger) for number in (tally.count, tally.amount)]
    adding = [Formula(f"=ROUND(SUM({at}{start}:{at}{end}),3)", number) for at, number in zip("BCDE", sums, strict=True)]
    lines.line("Sum of the statuses", adding, _RESULT)
    apart = [
        Formula(f"=ROUND({was}{read}-{at}{lines.row},3)", float(number))
        for was, at, number in zip(
            "BCBC", "BCDE", _less(report.input, listed) + _less(report.input, ledger), strict=True
        )
    ]
    must_be_zero += lines.line("Difference to what was read (must be 0)", apart, _STRONG)
    return range(first, end), tuple(must_be_zero)


def _less(whole: Tally, part: Tally) -> tuple[Decimal, Decimal]:
    return Decimal(whole.count - part.count), whole.amount - part.amount


def _put_status(lines: Lines, status: RowStatus, ledger: Tally, listed: Tally, parts: Parts) -> tuple[str, ...]:
    fill, ink = STATUS_COLOURS[status]
    at = lines.name
    amount = "+".join(f"SUMIF({part.statuses},$A{at},{part.amounts})" for part in parts)
    values = (
        Formula("=" + "+".join(f"COUNTIF({part.statuses},$A{at})" for part in parts), listed.count),
        Formula(f"=ROUND({amount},3)", float(listed.amount)),
        ledger.count,
        ledger.amount,
        Formula(f"=B{at}-D{at}", listed.count - ledger.count),
        Formula(f"=ROUND(C{at}-E{at},3)", float(listed.amount - ledger.amount)),
    )
    return lines.line(status.value, values, {"bg_color": fill, "font_color": ink, "bold": True})[-2:]


def put_gateway(lines: Lines, written: Written, parts: Parts, statuses: range) -> tuple[str, ...]:
    """The sheet's amounts against the gateway's, of rows that are there; returns the cells that should be 0."""
    names = range(statuses.start + 1, statuses.start + 1 + _AT_GATEWAY_LINES)
    sheet, untold, gateway = (
        total(tallies[status] for status in AT_GATEWAY)
        for tallies in (written.statuses, written.untold, written.at_gateway)
    )
    lines.heading("Invoices at the gateway", "Rows", "KWD", lines=1)
    top, bottom = names[0], names[-1]
    sums = (
        Formula(f"=SUM(B{top}:B{bottom})", sheet.count),
        Formula(f"=ROUND(SUM(C{top}:C{bottom}),3)", float(sheet.amount)),
    )
    lines.line("Amount in the sheet", sums)
    unnamed = [(part.amounts, part, '"="') for part in parts]
    lines.line("of which the gateway named no amount", _over(names, unnamed, untold))
    named = [(part.gateway, part, '"<>"') for part in parts]
    lines.line("Amount at the gateway", _over(names, named, gateway))
    at = lines.row
    differences = (
        Formula(f"=B{at}+B{at - 1}-B{at - 2}", gateway.count + untold.count - sheet.count),
        Formula(f"=ROUND(C{at}+C{at - 1}-C{at - 2},3)", float(gateway.amount + untold.amount - sheet.amount)),
    )
    return lines.line("Difference: gateway less sheet", differences, _RESULT)


def _over(names: range, sums: Sequence[tuple[str, Ranges, str]], tally: Tally) -> tuple[Formula, Formula]:
    # `"="` takes rows whose amount at the gateway is empty, `"<>"` those where it is not.
    criteria = [
        (summed, f"{part.statuses},$A{name},{part.gateway},{told}") for summed, part, told in sums for name in names
    ]
    count = "+".join(f"COUNTIFS({each})" for _, each in criteria)
    amount = "+".join(f"SUMIFS({summed},{each})" for summed, each in criteria)
    return Formula(f"={count}", tally.count), Formula(f"=ROUND({amount},3)", float(tally.amount))


def put_sms(lines: Lines, report: Report, written: Written, parts: Parts) -> tuple[str, ...]:
    """Text messages wanted and not wanted, which together are all rows; returns the cells that must be 0."""
    lines.heading("Text messages (SMS)", "Rows", "", "Rows in the ledger", "", "Difference in rows", "")
    start = lines.name
    must_be_zero = [cell for sms in _SMS_WANTED for cell in _put_sms(lines, sms, report, written, parts)]
    sums = (written.sms, report.sms)
    wanted = [sum(counts.get(sms, 0) for sms in _SMS_WANTED) for counts in sums]
    lines.line("Wanted", _two(f"=SUM({{0}}{start}:{{0}}{lines.row})", wanted), _RESULT)
    must_be_zero += _put_sms(lines, SmsStatus.NOT_WANTED, report, written, parts)
    everything = [sum(counts.values()) for counts in sums]
    lines.line("All rows", _two(f"={{0}}{lines.row - 1}+{{0}}{lines.row}", everything), _RESULT)
    rest = [report.input.count - number for number in everything]
    text = f"={report.input.count}-{{0}}{lines.row}"
    return (*must_be_zero, *lines.line("Difference to what was read (must be 0)", _two(text, rest), _STRONG))


def _put_sms(lines: Lines, sms: SmsStatus, report: Report, written: Written, parts: Parts) -> tuple[str, ...]:
    here, ledger = written.sms[sms], report.sms.get(sms, 0)
    count = Formula("=" + "+".join(f"COUNTIF({part.sms},$A{lines.name})" for part in parts), here)
    apart = Formula(f"=B{lines.name}-D{lines.name}", here - ledger)
    return lines.line(sms.value, (count, None, ledger, None, apart))[-1:]


def _two(text: str, results: Sequence[int]) -> tuple[Formula, None, Formula]:
    rows, ledger = results
    return Formula(text.format("B"), rows), None, Formula(text.format("D"), ledger)


def _number(value: Value) -> int | float | str | Formula | None:
    return float(value) if isinstance(value, Decimal) else value
