"""What the ledger tells: runs and their rows, invoices, calls; page by page, so that no number of them is too large."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.issue import Issue
from batchinvoice.invoices.lifecycle import Action, RowStatus, RunStatus, SmsStatus
from batchinvoice.ledger import past, queries
from batchinvoice.ledger.errors import NoSuchRun
from batchinvoice.ledger.intent import Intent
from batchinvoice.ledger.logged import Logged
from batchinvoice.ledger.mapping import to_intent, to_item, to_known, to_row, to_run, to_sms_call
from batchinvoice.ledger.past import Past
from batchinvoice.ledger.reader import batches
from batchinvoice.ledger.records import Attempt, ItemRow, Known, Row, Run, Said, SmsCallRecord, ToText, issues_from_json
from batchinvoice.ledger.tables import attempts, invoices, references, rows, runs, sms_calls

_PAGE = 500
_STRETCH = 5000  # invoices among which the last ones are looked for at once


class Account(Logged):
    """All that can be read of one (environment, merchant). Every method raises LedgerError if it cannot be read."""

    def known_references(self, wanted: Sequence[str]) -> dict[str, Known]:
        """The invoices of these references, whatever their state."""
        query = select(references.c.reference, invoices).join(invoices, invoices.c.id == references.c.invoice_id)
        query = query.where(
            references.c.environment == self.environment, references.c.merchant_code == self.merchant_code
        )
        return self._known(query, references.c.reference, wanted, "reference")

    def known_ids(self, wanted: Sequence[str]) -> dict[str, Known]:
        """The invoices of these gateway ids."""
        query = select(invoices).where(
            invoices.c.environment == self.environment, invoices.c.merchant_code == self.merchant_code
        )
        return self._known(query, invoices.c.gateway_id, wanted, "gateway_id")

    def alike(self, wanted: Iterable[str]) -> dict[str, list[Past]]:
        """The invoices, made or perhaps made, of references of these likenesses, by likeness; the oldest first."""
        found: dict[str, list[Past]] = {}
        for batch in batches(dict.fromkeys(wanted), _PAGE):
            for record in self._tuples(past.alike(self._own(references), batch)):
                found.setdefault(record.likeness, []).append(past.to_past(record))
        return found

    def last_made(self, phones: Iterable[str]) -> dict[str, Past]:
        """The invoice last made for each of these phones."""
        found = {}
        for batch in batches(dict.fromkeys(phones), _PAGE):
            for record in self._tuples(past.last_made(self._own(invoices), batch)):
                found[record.phone] = past.to_past(record)
        return found

    def made_since(self, phones: Iterable[str], since: dt.datetime) -> dict[str, list[Past]]:
        """The invoices made for each of these phones since then, the oldest first; of very many the newest."""
        found: dict[str, list[Past]] = {}
        for batch in batches(dict.fromkeys(phones), _PAGE):
            for record in self._tuples(past.made_since(self._own(invoices), batch, since)):
                found.setdefault(record.phone, []).append(past.to_past(record))
        return found

    def _known(self, query: Select[Any], column: Any, wanted: Sequence[str], key: str) -> dict[str, Known]:
        found = {}
        with self._begin() as db:
            for batch in batches(wanted, _PAGE):
                for record in db.execute(query.where(column.in_(batch))).mappings():
                    found[record[key]] = to_known(record)
        return found

    def run(self, name: str) -> Run:
        """A run by its name. Raises NoSuchRun."""
        with self._begin() as db:
            record = db.execute(select(runs).where(runs.c.id == name, *self._own(runs))).mappings().first()
        if record is None:
            raise NoSuchRun(
                f"There is no run {name} for merchant {self.merchant_code} ({self.environment}). "
                "“batchinvoice history” lists the runs. (One of another merchant: batchinvoice --profile NAME …)"
            )
        return to_run(record)

    def history(self, limit: int) -> list[Run]:
        """The latest runs, the newest first."""
        query = select(runs).where(*self._own(runs)).order_by(runs.c.sequence.desc()).limit(limit)
        return [to_run(record) for record in self._all(query)]

    def run_names(self) -> list[str]:
        """The names of all runs, in the order in which they were planned."""
        query = select(runs.c.id).where(*self._own(runs)).order_by(runs.c.sequence)
        return [name for (name,) in self._tuples(query)]

    def runs_of(self, sha256: str) -> list[Run]:
        """The runs of a file of this content, whatever its name was, the newest first."""
        query = select(runs).where(*self._own(runs), runs.c.sha256 == sha256).order_by(runs.c.sequence.desc())
        return [to_run(record) for record in self._all(query)]

    def rows(self, run: Run, *statuses: RowStatus, cells: bool = False, invoices: bool = True) -> Iterator[Row]:
        """The run's rows in their order, of these statuses or of all; read in pages, so that no number is too large.

        cells: with what their cells said; else they have none. invoices: with what is sent for them; else with neither.
        """
        after = -1
        while True:
            page = self.page(run, after, _PAGE, *statuses, cells=cells, invoices=invoices)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].position

    def row(self, run: Run, number: int) -> Row | None:
        """The row of this number in the sheet, with what its cells said."""
        return next((to_row(record) for record in self._all(queries.numbered(run, number))), None)

    def spoken_of(self, reference: str) -> list[tuple[Run, Row]]:
        """The rows that speak of a reference, or of its invoice under another, with their runs; the oldest first."""
        found = [to_row(record) for record in self._all(queries.spoken_of(self._own(runs), reference))]
        told = {name: self.run(name) for name in dict.fromkeys(row.run_id for row in found)}
        return sorted(((told[row.run_id], row) for row in found), key=lambda each: (each[0].sequence, each[1].position))

    def page(
        self, run: Run, after: int, limit: int, *statuses: RowStatus, cells: bool = False, invoices: bool = True
    ) -> list[Row]:
        """At most `limit` rows whose position comes after the given one."""
        query = queries.page(run, after, limit, *statuses, cells=cells, invoices=invoices)
        return [to_row(record) for record in self._all(query)]

    def to_text(
        self, run: Run, after: int, limit: int, states: Collection[SmsStatus], *, doubtful: bool
    ) -> list[ToText]:
        """The next rows of the run whose invoices are made and whose text message is in one of these states.

        Rows that need a person (the gateway answered something else than was sent) are left out unless `doubtful`.
        """
        query = queries.to_text(run, after, limit, states, doubtful=doubtful)
        return [ToText(*each) for each in self._tuples(query)]

    def tallies(self, run: Run) -> dict[RowStatus, tuple[int, Decimal]]:
        """How many rows of each status, and their sum in KWD as the sheet says it."""
        counted = self._tuples(queries.tallies(run, rows.c.status))
        return {status: (count, amount) for status, count, amount in counted}

    def left_to_do(self, run: Run) -> dict[Action, tuple[int, Decimal]]:
        """How many pending rows of each action, and their sum in KWD as the sheet says it."""
        counted = self._tuples(queries.tallies(run, rows.c.action, rows.c.status == RowStatus.PENDING))
        return {action: (count, amount) for action, count, amount in counted}

    def sms_counts(self, run: Run) -> dict[SmsStatus, int]:
        """How many rows in each state of the text message."""
        return {SmsStatus(status): count for status, count in self._tuples(queries.sms_counts(run))}

    def texts_left(self, run: Run) -> int:
        """How many customers this run is still to text by itself: for rows that are at the gateway or pending."""
        return self._count(queries.texts_left(run, (SmsStatus.PENDING,), planned=True))

    def texts_in(self, run: Run, *states: SmsStatus) -> int:
        """How many invoices of the run, made, have their text message in one of these states."""
        return self._count(queries.texts_left(run, states, planned=False))

    def waiting(self, run: Run) -> int:
        """How many rows of the run are pending."""
        return self.tallies(run).get(RowStatus.PENDING, (0,))[0]

    def planned_only(self) -> list[Run]:
        """The runs of which nothing was ever begun, and still can be, the oldest first."""
        query = select(runs).where(*self._own(runs), runs.c.status == RunStatus.PLANNED, runs.c.forgotten_at.is_(None))
        return [to_run(record) for record in self._all(query.order_by(runs.c.sequence))]

    def attention_count(self, run: Run) -> int:
        """How many rows need a person: for what came of them, or of their text message."""
        return self._count(queries.attention_count(run))

    def issues(self, run: Run) -> Iterator[Issue]:
        """The issues of the run's rows, in their order; rows that have none are not looked at."""
        after = -1
        while page := self._tuples(queries.issues(run, after, _PAGE)):
            for position, found in page:
                yield from issues_from_json(found)
                after = position

    def items(self, run: Run) -> Iterator[ItemRow]:
        """The lines of the run's Items sheet; read in pages, like rows."""
        after = -1
        while page := [to_item(record) for record in self._all(queries.item_page(run, after, _PAGE))]:
            yield from page
            after = page[-1].position

    def sms_calls(self, run: Run) -> list[SmsCallRecord]:
        """The run's bulk sends, in their order."""
        query = select(sms_calls).where(sms_calls.c.run_id == run.id).order_by(sms_calls.c.number)
        return [to_sms_call(record) for record in self._all(query)]

    def latest_sms_call(self, run: Run) -> int:
        """The number of the run's latest bulk send; 0 before the first."""
        return self._count(queries.latest_sms_call(run))

    def attempts(self, row: Row) -> list[Attempt]:
        """The calls that were made for a row, in their order."""
        own = (attempts.c.run_id == row.run_id) & (attempts.c.position == row.position)
        columns = (attempts.c[name] for name in Attempt.__dataclass_fields__)
        return [Attempt(*each) for each in self._tuples(select(*columns).where(own).order_by(attempts.c.id))]

    def unfinished(self) -> list[Run]:
        """The runs that were begun and are not over, the oldest first; one that is only planned was not begun."""
        return [to_run(record) for record in self._all(queries.unfinished().where(*self._own(runs)))]

    def cut_off(self) -> list[Run]:
        """Those of them that were cut off, or are not reported as they are, the oldest first."""
        return [to_run(record) for record in self._all(queries.cut_off().where(*self._own(runs)))]

    def lost_creates(self, run: Run) -> list[Intent]:
        """The creates of unknown outcome of which this run's rows speak; some may have been meant by another run."""
        with self._begin() as db:
            lost = db.execute(queries.lost_invoices(run)).mappings().all()
            meant = [db.execute(queries.lost_row(each["id"], each["run_id"])).mappings().one() for each in lost]
        return [to_intent(row, invoice) for row, invoice in zip(meant, lost, strict=True)]

    def rows_of_lost(self, run: Run, intent: Intent) -> list[Row]:
        """Rows of this run that speak of a lost create, besides the one that meant it."""
        own = intent.row.position if intent.row.run_id == run.id else None
        return [to_row(record) for record in self._all(queries.rows_of_lost(run, intent.invoice_key, own))]

    def to_take_up(self, run: Run, *, changes: bool) -> list[Row]:
        """Rows of unknown outcome that can simply be decided anew; `changes`: changes of unknown outcome, too."""
        return [to_row(record) for record in self._all(queries.to_take_up(run, changes=changes))]

    def said_later(self, run: Run, references: Sequence[str], known: Sequence[Known]) -> list[Said]:
        """What rows of runs that were planned later, and begun, say of these; the oldest run first. At most a page."""
        order = {name: number for number, (name,) in enumerate(self._tuples(queries.later_runs(run)))}
        if not order:
            return []
        keys, ids = [each.key for each in known], [each.gateway_id for each in known if each.gateway_id]
        found = {}
        for query in queries.said(references, keys, ids):
            for run_id, position, reference, key, content, stated in self._tuples(query):
                if run_id in order:
                    invoice = Invoice.from_content(content, stated) if content else None
                    found[order[run_id], position] = Said(run_id, reference, key, invoice)
        return [found[place] for place in sorted(found)]

    def lately_made(self, *, subscription: bool, limit: int) -> list[tuple[str, dt.datetime]]:
        """References of the invoices last made, and when; a look-up that cannot find them proves nothing."""
        found: list[tuple[str, dt.datetime]] = []
        for upto in range(self._count(queries.latest_key()), 0, -_STRETCH):
            query = queries.lately_made(self.environment, self.merchant_code, subscription, upto, _STRETCH)
            found += [(content["reference"], at) for content, at in self._tuples(query.limit(limit - len(found)))]
            if len(found) == limit:
                break
        return found
