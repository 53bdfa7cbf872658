"""The proof of the audit log: that its chain is unbroken, and that the runs still stand as it tells.

Whoever can write into the file can also write the whole chain anew, so the chain alone proves little against them: what
does is a record's number and hash on a report that lies in another place (`seen`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from batchinvoice.invoices.kuwait import KUWAIT
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.audit import Event, Record
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.mapping import planned_facts
from batchinvoice.ledger.records import Run

_LEAST_HASH = 16  # digits of a hash that must be given: fewer could be met by trying
_NOT_OF_ITS_KIND = (ValueError, TypeError, LookupError, ArithmeticError)  # what no version of ours has written


@dataclass(frozen=True, slots=True)
class Seen:
    """A record's number and the first digits of its hash, as they stand on a report."""

    number: int
    hash: str

    @classmethod
    def read(cls, text: str) -> Seen:
        """From `17:9f86d081884c7d65…`. Raises ValueError."""
        number, _, digits = text.strip().rstrip("…").partition(":")
        digits = digits.lower()
        if not number.isdecimal() or len(digits) < _LEAST_HASH or set(digits) - set("0123456789abcdef"):
            raise ValueError(f"{text} is not a number, a colon and at least {_LEAST_HASH} digits of a hash.")
        return cls(int(number), digits)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found. `breaks`: each in plain words, none if all is well; `newest`: the latest record, if there is one.

    Runs that were `compared` with the log, that are `open` (under way or cut off, so they are on the way to other
    rows), and that are `older` than the log.
    """

    count: int
    newest: Record | None
    breaks: tuple[str, ...]
    compared: int
    open: int
    older: int


@dataclass(slots=True)
class _Walk:
    """What is learnt on the way along the chain."""

    count: int = 0
    newest: Record | None = None
    older: int = 0  # the runs up to this one are older than the log
    older_count: int = 0  # how many those were when it began
    told: dict[str, str] = field(default_factory=dict)  # each run that it tells of, and where it first does


def prove(ledger: Ledger, seen: Sequence[Seen] = ()) -> Proof:
    """Walk the chain from its beginning, then hold every run against it. Raises LedgerError."""
    walk, kinds, older = _Walk(), Counter[str](), 0
    found = list(_readable(_chain(ledger.log(), seen, walk), walk))
    for name in ledger.run_names():
        walk.told.pop(name, None)
        try:
            run, records, stands = ledger.as_logged(name)
            kind, wrong = against_log(run, records, stands, walk.older)
        except _NOT_OF_ITS_KIND:
            found.append(f"run {name} cannot be read: a value in it is not of its kind")
            continue
        older += run.sequence <= walk.older
        kinds[kind] += 1
        found += wrong
    found += [f"run {name} is not in the ledger, but {where} tells of it" for name, where in walk.told.items()]
    if older != walk.older_count:
        found.append(f"there are {older:,} runs from before the log, but {walk.older_count:,} when it began")
    return Proof(walk.count, walk.newest, tuple(found), kinds["compared"], kinds["open"], kinds["older"])


def _readable(breaks: Iterator[str], walk: _Walk) -> Iterator[str]:
    """The breaks of the chain; a record that cannot be read is the last."""
    try:
        yield from breaks
    except _NOT_OF_ITS_KIND:
        after = f"after {place(walk.newest)}" if walk.newest else "from its beginning"
        yield f"the log cannot be read {after}: a value in it is not of its kind"


def _chain(records: Iterable[Record], seen: Sequence[Seen], walk: _Walk) -> Iterator[str]:
    wanted = {each.number: each for each in seen}
    previous = ""
    for record in records:
        missing = range((walk.newest.number if walk.newest else 0) + 1, record.number)
        if missing:
            yield f"{_numbers(missing)} missing: the log goes on with {place(record)}"
        elif record.previous != previous:
            yield f"{place(record)} does not follow the record before it"
        if record.hash != record.own_hash():
            yield f"{place(record)} is not as it was written: what it says does not give its hash"
        paper = wanted.pop(record.number, None)
        if paper and not record.hash.startswith(paper.hash):
            yield f"{place(record)} has another hash than the one that was seen ({paper.hash[:_LEAST_HASH]}…)"
        if record.event == Event.MIGRATED and not walk.count:  # a later one has no runs from before the log
            walk.older, walk.older_count = record.told.get("runs", 0), record.told.get("count", 0)
        if record.run_id:
            walk.told.setdefault(record.run_id, place(record))
        previous, walk.newest = record.hash, record
        walk.count += 1
    for number in sorted(wanted):
        yield f"record {number} was seen and is not there: the end of the log was cut off"


def _numbers(missing: range) -> str:
    if len(missing) == 1:
        return f"record {missing.start} is"
    return f"records {missing.start} to {missing.stop - 1} are"


def place(record: Record) -> str:
    """`record 17 (2026-11-22 12:30:00 Kuwait, concluded, run 20261122-001)`."""
    of_run = f", run {record.run_id}" if record.run_id else ""
    return f"record {record.number} ({record.at.astimezone(KUWAIT):%Y-%m-%d %H:%M:%S} Kuwait, {record.event}{of_run})"


def against_log(run: Run, records: Sequence[Record], stands: Mapping[str, Any], older: int) -> tuple[str, list[str]]:
    """Whether the run was `compared`, is `open` or `older` than the log, and what of it is not as the log tells.

    stands: how its rows stand now. older: the runs up to this number may have no records.
    """
    if not any(record.event == Event.PLANNED for record in records) and run.sequence > older:
        return "compared", [f"run {run.id} is in the ledger, but the log does not tell that it was planned"]
    telling = [record for record in records if record.event == Event.BEGUN or "digest" in record.told]
    if not telling:
        return "older", []
    wrong = list(chain(_plan(run, records), _status(run, records), _forgotten(run, records)))
    if telling[-1].event == Event.BEGUN:
        return "open", wrong
    return "compared", [*wrong, *_rows(run, telling[-1], stands)]


def _plan(run: Run, records: Sequence[Record]) -> Iterator[str]:
    kept = planned_facts(run)
    for record in records:
        if record.event == Event.PLANNED:
            wrong = [name for name, value in kept.items() if record.told.get(name) != value]
            for name in wrong:
                yield f"run {run.id}: its {name} is {kept[name]}, but {place(record)} says {record.told.get(name)}"


def _status(run: Run, records: Sequence[Record]) -> Iterator[str]:
    told = {Event.PLANNED: RunStatus.PLANNED, Event.BEGUN: RunStatus.RUNNING}
    known = [record for record in records if record.event in told or "status" in record.told]
    if known:
        said = known[-1].told.get("status") or told[Event(known[-1].event)]
        if said != run.status:
            yield f"run {run.id} is {run.status}, but by the log it is {said}: {place(known[-1])} is the last to tell"
        elif run.finished_at not in (None, known[-1].at):
            yield f"run {run.id}: it ended at another time than {place(known[-1])} says"


def _forgotten(run: Run, records: Sequence[Record]) -> Iterator[str]:
    told = [record.at for record in records if record.event == Event.FORGOTTEN]
    if run.forgotten_at != (told[-1] if told else None):
        yield f"run {run.id}: whether its personal data was removed, and when, is not as the log tells"


def _rows(run: Run, record: Record, stands: Mapping[str, Any]) -> Iterator[str]:
    told = record.told
    if told["digest"] == stands["digest"]:
        return
    counts, now = told["rows"], stands["rows"]
    differ = [status for status in sorted({*counts, *now}) if counts.get(status) != now.get(status)]
    for status in differ:
        yield (
            f"run {run.id}, {status}: {_tally(now.get(status))} in the ledger, but {_tally(counts.get(status))} by "
            f"{place(record)}"
        )
    if not differ:
        yield (
            f"run {run.id}: its rows are not as {place(record)} has them: an amount, a status, a reason, an invoice "
            "ID, to which invoice a reference belongs, or a bulk send was changed"
        )


def _tally(tally: Sequence[Any] | None) -> str:
    count, amount = tally or (0, "0.000")
    return f"{count:,} rows with {amount} KWD"
