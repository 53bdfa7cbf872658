"""What the terminal shows: tables, issues, progress. Text from cells can carry no codes that a terminal obeys."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from heapq import nsmallest
from itertools import count as numbers
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.style import Style
from rich.table import Table
from rich.text import Text

from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.invoices.script import LEFT_TO_RIGHT
from batchinvoice.settings import Environment, Settings

if TYPE_CHECKING:
    from batchinvoice.app import Workbooks
    from batchinvoice.invoices.check import Checked
    from batchinvoice.ledger.records import Row, Run
    from batchinvoice.summary import Summary

_MOST_ISSUES = 40
_MOST_ROWS = 50
_COLOURS = {
    RowStatus.CREATED: "green",
    RowStatus.UPDATED: "green",
    RowStatus.UNCHANGED: "green",
    RowStatus.ADOPTED: "green",
    RowStatus.DUPLICATE: "yellow",
    RowStatus.PENDING: "yellow",
    RowStatus.INVALID: "red",
    RowStatus.REJECTED: "red",
    RowStatus.HELD: "red",
    RowStatus.UNKNOWN: "bold red",
}
_RUN_WORDS = {
    RunStatus.PLANNED: "planned; nothing was sent yet",
    RunStatus.RUNNING: "not finished",
    RunStatus.COMPLETE: "complete: every row ended well",
    RunStatus.PARTIAL: "done, but some rows need a person",
    RunStatus.FAILED: "stopped before it was done",
}


_ARROWS = {"en": "→", "ar": "←"}


class Screen:
    """The terminal. `quiet` (with --json) keeps everything off standard output; messages then go to standard error.

    `attended`: whoever sits at the terminal may be asked.
    """

    def __init__(self, *, quiet: bool = False, attended: bool = True) -> None:
        self._attended = attended
        self._out = Console(stderr=quiet, highlight=False, quiet=quiet)
        self._err = Console(stderr=True, highlight=False)

    @property
    def interactive(self) -> bool:
        """True if a person sits there who can answer."""
        return self._attended and sys.stdin.isatty()

    def say(self, text: str, style: str = "") -> None:
        """A line for the user."""
        self._out.print(Text(plain(text), style=style), soft_wrap=not self._out.is_terminal)

    def trouble(self, text: str) -> None:
        """What went wrong, on standard error."""
        self._err.print(Text(plain(text), style="red"), soft_wrap=True)

    def heading(self, settings: Settings) -> None:
        """Which gateway is meant, whose merchant, by which profile: the first line of every command."""
        live = settings.environment is Environment.LIVE
        self.say(settings.mark, "bold red" if live else "bold")

    def finding(self, name: str, level: str, words: str, remedy: str) -> None:
        """What doctor found, in ASCII marks, which every console can show."""
        colour = {"ok": "green", "warn": "yellow"}.get(level, "bold red")
        line = Text.assemble((f"{level.upper():<4}", colour), f"  {plain(name)}: {plain(words)}")
        self._out.print(line, soft_wrap=True)
        if remedy:
            self._out.print(Text(f"      -> {plain(remedy)}"), soft_wrap=True)

    def issues(self, issues: Iterable[Issue], language: str = "en", source: Path | None = None) -> None:
        """The issues by cell in `en` or `ar`, errors first; of very many only the first, and how many more there are.

        Warnings stand by what is to be done, which is said once, below the last of them. source: the sheet's file; on a
        terminal that can, each cell's name then is a link to it.
        """
        seen = numbers()
        passing = (issue for issue, _ in zip(issues, seen, strict=False))
        shown_now = nsmallest(
            _MOST_ISSUES, passing, key=lambda issue: (not issue.is_error, "" if issue.is_error else issue.code)
        )
        more = next(seen) - len(shown_now)
        for issue, following in zip_longest(shown_now, shown_now[1:]):
            sign, colour = ("✗", "red") if issue.is_error else ("!", "yellow")
            link = cell_link(source, issue) if source and self._out.is_terminal else None
            place = Text(plain(where(issue)), Style(bold=True, link=link))
            self._out.print(Text.assemble((f"{sign} ", colour), place), soft_wrap=True)
            shown = arabic if language == "ar" else plain
            said = issue.say(language)
            self._indented(shown(said.message))
            if issue.is_error or following is None or following.say(language).remedy != said.remedy:
                self._indented(shown(f"{_ARROWS[language]} {said.remedy}"), "dim")
        if more:
            self.say(f"… and {more:,} more; the workbooks show them all.", "dim")

    def _indented(self, text: str, style: str = "", left: int = 4) -> None:
        """Wrapped at words on a terminal; elsewhere one line, so that it can be searched."""
        if self._out.is_terminal:
            self._out.print(Padding(Text(text, style=style), (0, 0, 0, left)))
        else:
            self._out.print(Text(f"{' ' * left}{text}", style=style), soft_wrap=True)

    def checked(self, name: str, checked: Checked) -> None:
        """The outcome of a check in one line."""
        tallies = checked.rows.tallies()
        good, total = tallies[RowStatus.PENDING]
        bad = tallies[RowStatus.INVALID][0] + tallies[RowStatus.HELD][0]
        further = sum(
            issue.code is Code.ITEM_ROW for row in checked.rows.of(RowStatus.DUPLICATE) for issue in row.issues
        )
        same = len(checked.rows) - good - bad - further
        tail = (f", {further} further items" if further else "") + (f", {same} repeated" if same else "")
        self.say(f"{name}: {len(checked.rows)} rows, {good} good ({total:,.3f} KWD), {bad} to mend{tail}.")

    def planned(self, summary: Summary) -> None:
        """What is to be done: rows and KWD by action, and how many customers will be texted."""
        self.say(_title(summary.run), "bold")
        table = Table()
        table.add_column("Would be")
        table.add_column("Rows", justify="right")
        table.add_column("KWD", justify="right")
        names = {Action.CREATE: "created", Action.UPDATE: "updated", Action.UNCHANGED: "left unchanged"}
        for action, name in names.items():
            count, amount = summary.left.get(action, (0, 0))
            table.add_row(name, f"{count:,}", f"{amount:,.3f}")
        for status in (RowStatus.DUPLICATE, RowStatus.INVALID, RowStatus.HELD, RowStatus.UNKNOWN):
            if summary.rows[status]:
                table.add_row(
                    Text(status, _COLOURS[status]), f"{summary.rows[status]:,}", f"{summary.amounts[status]:,.3f}"
                )
        table.add_section()
        table.add_row("all rows of the sheet", f"{summary.run.input_count:,}", f"{summary.run.input_amount:,.3f}")
        self._out.print(table)
        self.say(f"Customers to be texted: {summary.texts_left:,}.")

    def outcome(self, summary: Summary, workbooks: Workbooks | None) -> None:
        """The closing table: rows and KWD by status, the control difference, text messages, and the workbooks."""
        self.say(_title(summary.run), "bold")
        table = Table()
        table.add_column("Status")
        table.add_column("Rows", justify="right")
        table.add_column("KWD", justify="right")
        for status, count in summary.rows.items():
            if count:
                table.add_row(Text(status, _COLOURS[status]), f"{count:,}", f"{summary.amounts[status]:,.3f}")
        table.add_section()
        table.add_row("read from the sheet", f"{summary.run.input_count:,}", f"{summary.run.input_amount:,.3f}")
        rows, amount = summary.difference
        agrees = not rows and not amount
        table.add_row("difference (must be 0)", f"{rows:,}", f"{amount:,.3f}", style="green" if agrees else "bold red")
        self._out.print(table)
        texts = ", ".join(
            f"{count} {status}" for status, count in summary.sms.items() if count and status is not SmsStatus.NOT_WANTED
        )
        self.say(f"Text messages: {texts or 'none wanted'}.")
        self.say(f"Run {summary.run.id} is {_RUN_WORDS[summary.run.status]}.")
        if workbooks:
            self.workbooks(workbooks)

    def workbooks(self, workbooks: Workbooks) -> None:
        """Where the workbooks are, and whether their totals agree."""
        self.say(f"Report:      {workbooks.report}", "bold")
        if workbooks.corrections:
            self.say(f"Corrections: {workbooks.corrections}  (mend the marked cells and run it)", "bold")
        for what in workbooks.disagreements:
            self.trouble(f"THE TOTALS DO NOT AGREE: {what}. Do not rely on this run before the cause is found.")

    def lines(self, lines: Iterable[str]) -> None:
        """Lines as they are; what stands indented stays so where a line is wrapped."""
        for line in lines:
            text = line.lstrip(" ")
            self._indented(plain(text), left=len(line) - len(text))

    def named(self, lines: Iterable[tuple[str, str]]) -> None:
        """What is said, each with its name before it; what says nothing is left out."""
        told = [(f"{name}:" if name else "", said) for name, said in lines if said]
        width = max((len(name) for name, _ in told), default=0)
        for name, said in told:
            if self._out.is_terminal:
                table = Table.grid(padding=(0, 1, 0, 0))
                table.add_column(width=width)
                table.add_column(overflow="fold")
                table.add_row(Text(plain(name)), Text(plain(said)))
                self._out.print(table)
            else:
                self.say(f"{name:{width}} {said}")

    def rows(self, rows: Iterable[Row], all_of_them: str) -> None:
        """The rows, one a line; of very many only the first. all_of_them: the command that writes them all."""
        table = Table()
        for name in ("Row", "Reference", "Customer", "KWD", "Action", "Status", "SMS"):
            table.add_column(name, justify="right" if name in ("Row", "KWD") else "left")
        shown = list(islice(rows, _MOST_ROWS + 1))
        for row in shown[:_MOST_ROWS]:
            amount = f"{row.amount:,.3f}" if row.amount is not None else row.typed_amount
            texts = [Text(plain(text)) for text in (str(row.row), row.reference, row.customer, amount, row.action)]
            table.add_row(*texts, Text(row.status, _COLOURS[row.status]), row.sms)
        self._out.print(table)
        if len(shown) > _MOST_ROWS:
            self.say(f"The first {_MOST_ROWS} rows are shown; a report lists them all: {all_of_them}", "dim")

    @contextmanager
    def progress(self, total: int | None, what: str) -> Iterator[Callable[[int], None]]:
        """A bar on a terminal, nothing elsewhere; yields a function that is told how many more are done.

        total: None where it is not known; then the words stand alone and nothing moves, since a thread that moved them
        would make the reading of sheets slower (guard.py). Gone afterwards.
        """
        known = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) if total is not None else ()
        with Progress(
            TextColumn(plain(what if known else f"{what} …"), markup=False),
            *known,
            console=self._out,
            disable=not self._out.is_terminal or self._out.quiet,
            auto_refresh=bool(known),
            transient=True,
        ) as bar:
            task = bar.add_task(what, total=total)
            yield lambda more: bar.advance(task, more)


def where(issue: Issue) -> str:
    """`Invoices!D5 Amount`, as far as it is known."""
    place = issue.place
    return " ".join(
        part for part in (f"{place.sheet}!{place.cell}" if place.cell else place.sheet, place.heading) if part
    )


def cell_link(source: Path, issue: Issue) -> str | None:
    """A link to the issue's place in its file, `file:///home/noura/november.xlsx#Invoices!D5`; None if it has none."""
    place = issue.place
    sheet = place.sheet if place.sheet.isalnum() else "'{}'".format(place.sheet.replace("'", "''"))
    cell = f"{sheet}!{place.letters or 'A'}{place.row}" if place.row else sheet
    try:
        return f"{source.absolute().as_uri()}#{quote(cell, safe='!')}"
    except UnicodeEncodeError:  # a name that is no text
        return None


def plain(text: str) -> str:
    """Text that a terminal only prints: without control characters and marks that turn the writing direction."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def arabic(text: str) -> str:
    """The same, with the mark that keeps Latin words within Arabic in order: it can turn nothing around."""
    return LEFT_TO_RIGHT.join(map(plain, text.split(LEFT_TO_RIGHT)))


def _title(run: Run) -> str:
    mark = "LIVE" if run.environment == "live" else "SANDBOX (test)"
    return f"{plain(run.source_name)} · run {run.id} · {mark}"
