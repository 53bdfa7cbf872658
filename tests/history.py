"""Does one story come out? The gateway's truth, the ledger and the workbooks held against each other, rule by rule."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from witnesses import CONTROL, GATEWAY, TEXTS, Record, Story, read_book, read_ledger

_MADE = ("created", "updated", "unchanged", "adopted")
_STATUSES = (*_MADE, "duplicate", "invalid", "rejected", "held", "unknown", "pending")
_SMS = ("sent", "pending", "failed", "unknown", "not wanted")


def violations(
    truth: Mapping[str, list[Record]],
    ledger_file: Path,
    reports: Iterable[Path],
    *,
    finished: bool = True,
    unknown_allowed: bool = False,
) -> list[str]:
    """What does not fit together, in words with the reference or id; empty if all is well.

    `reports`: the latest workbook of each run. `finished`: nobody is to go on with any run, so no row may be left.
    `unknown_allowed`: even then an invoice may stay uncertain. A text message always may, if the workbook says so.
    """
    books = [read_book(path) for path in reports]
    story = Story(truth, read_ledger(ledger_file), {book.run: book for book in books}, finished, unknown_allowed)
    return [said for rule in _RULES for said in rule(story)]


def made_once(story: Story) -> Iterator[str]:
    """One invoice for each reference, and none that was made and is not there."""
    ids = defaultdict(list)
    for number, invoice in story.at_gateway.items():
        ids[invoice["reference_number"]].append(number)
    for reference, numbers in ids.items():
        if len(numbers) > 1:
            yield f"{reference}: made {len(numbers)} times at the gateway ({', '.join(numbers)})"
    made = len([c for c in story.truth["calls"] if c["name"] == "create" and c["outcome"].startswith("done")])
    if made != len(story.at_gateway):
        yield f"the gateway carried out {made} creates and has {len(story.at_gateway)} invoices"


def accounted_for(story: Story) -> Iterator[str]:
    """What is at the gateway is made (or uncertain) in the ledger, and in a workbook (or uncertain there)."""
    states = {name: invoice["state"] for invoice in story.ledger["invoices"] for name in story.names[invoice["id"]]}
    shown = {row["Invoice ID"] for row in story.reported}
    shown |= {row["Reference"] for book in story.books.values() for row in book.attention if row["Status"] == "unknown"}
    for number, invoice in story.at_gateway.items():
        reference = invoice["reference_number"]
        state = states.get(reference)
        if state not in ("made", "unknown"):
            yield f"{reference}: at the gateway ({number}), but the ledger says {state or 'nothing'}"
        if not shown & {number, reference}:
            yield f"{reference}: at the gateway ({number}), but in no workbook"


def denied(story: Story) -> Iterator[str]:
    """No row says that an invoice was not made which is there, unless another row has it."""
    references = {invoice["reference_number"] for invoice in story.at_gateway.values()}
    told = [("the ledger", row["reference"], row["action"], row["status"]) for row in story.rows]
    told += [("a workbook", row["Reference"], row["Action"], row["Status"]) for row in story.reported]
    having = {(who, reference) for who, reference, _, status in told if status in (*_MADE, "unknown")}
    for who, reference, action, status in told:
        not_made = action == "create" and status in ("pending", "rejected")
        if not_made and reference in references and (who, reference) not in having:
            yield f"{reference}: at the gateway, but {who} calls it {status}"


def ids_agree(story: Story) -> Iterator[str]:
    """An id in the ledger or a workbook is at the gateway, under that reference, and means one invoice."""
    names: dict[str, set[str]] = defaultdict(set)
    for invoice in story.ledger["invoices"]:
        number, own = invoice["gateway_id"], story.names[invoice["id"]]
        if invoice["state"] != "made" or invoice["origin"] == "sheet":  # so far only a sheet says that it exists
            continue
        if number in names:
            yield f"{number}: the ledger has it for two invoices ({', '.join(sorted(own | names[number]))})"
        names[number] |= own
        yield from _place(story, number, own, "the ledger")
    by_id = defaultdict(set)
    for row in story.reported:
        if row["Invoice ID"]:
            by_id[row["Invoice ID"]].add(row["Reference"])
    for number, references in by_id.items():
        together = references | names[number]
        if len(together) > 1 and not references <= names[number]:
            yield f"{number}: a workbook has it for {' and '.join(sorted(together))}"
        yield from _place(story, number, together, "a workbook")


def _place(story: Story, number: str, references: set[str], who: str) -> Iterator[str]:
    there = story.at_gateway.get(number)
    said = ", ".join(sorted(references))
    if there is None:
        yield f"{said}: {who} has the id {number}, but the gateway does not"
    elif there["reference_number"] not in references:
        yield f"{number}: {who} has it for {said}, but at the gateway it is {there['reference_number']}"


def made_is_there(story: Story) -> Iterator[str]:
    """A row that is called made has an invoice."""
    told = [("the ledger", row["reference"], row["status"], row["id"]) for row in story.rows]
    told += [("a workbook", row["Reference"], row["Status"], row["Invoice ID"]) for row in story.reported]
    for who, reference, status, number in told:
        if status in _MADE and number not in story.at_gateway:
            yield f"{reference}: {who} calls it {status}, but there is no invoice (id {number or 'missing'})"


def workbooks_tell_the_ledger(story: Story) -> Iterator[str]:
    """Each run that was started has a workbook, with each row once, and each row is what the ledger says."""
    for run in sorted({row["run_id"] for row in story.rows} - set(story.books)):
        if story.finished:
            yield f"run {run}: no workbook"
    for run, book in story.books.items():
        kept, listed = (
            [row["row"] for row in story.ledger["rows"] if row["run_id"] == run],
            [row["Row"] for row in book.rows],
        )
        if kept != listed:
            yield f"run {run}: the ledger has the rows {kept}, the workbook {listed}"
    for row, shown in story.pairs():
        ledger = (row["reference"], row["status"], row["id"] or "", row["texted"])
        book = (shown["Reference"] or "", shown["Status"], shown["Invoice ID"] or "", shown["SMS"])
        if ledger != book:
            yield f"{row['reference']}: run {row['run_id']} is {ledger} in the ledger, but {book} in the workbook"


def nothing_silently_unknown(story: Story) -> Iterator[str]:
    """What is uncertain stands on Attention with a reason and a remedy; once all is finished, no invoice is."""
    for run, book in story.books.items():
        said = {row["Row"]: row for row in book.attention}
        unsure = {row["Row"] for row in book.rows if "unknown" in (row["Status"], row["SMS"])}
        unsure |= {r["row"] for r in story.rows if r["run_id"] == run and "unknown" in (r["status"], r["texted"])}
        for number in sorted(unsure):
            line = said.get(number, {})
            if not (line.get("What is wrong") and line.get("What to do")):
                yield f"run {run}, row {number}: unknown, without a reason and a remedy on Attention"
    if story.finished and not story.unknown_allowed:
        told = [(row["reference"], "a row in the ledger") for row in story.rows if row["status"] == "unknown"]
        told += [(row["Reference"], "a row in a workbook") for row in story.reported if row["Status"] == "unknown"]
        lost = [invoice["id"] for invoice in story.ledger["invoices"] if invoice["state"] == "unknown"]
        told += [(name, "the ledger's invoice") for key in lost for name in story.names[key]]
        yield from (f"{reference}: {what} is still unknown" for reference, what in told)


def texted_once(story: Story) -> Iterator[str]:
    """No invoice, and no reference, is texted twice."""
    references: Counter[str] = Counter()
    for number, times in story.texted.items():
        references[story.at_gateway.get(number, {}).get("reference_number", number)] += times
        if times > 1:
            yield f"{number}: texted {times} times"
    for reference, times in references.items():
        if times > 1:
            yield f"{reference}: {times} texts for one reference"


def texts_agree(story: Story) -> Iterator[str]:
    """A text is `sent` if and only if it was sent, or is `unknown`; and no bulk send is without its entry."""
    for invoice in story.ledger["invoices"]:
        texted, said = invoice["gateway_id"] in story.texted, invoice["sms"]
        reference = ", ".join(sorted(story.names[invoice["id"]]))
        if said == "sent" and not texted:
            yield f"{reference}: the ledger says sent, but nobody was texted ({invoice['gateway_id']})"
        if texted and said not in ("sent", "unknown"):
            yield f"{reference}: texted ({invoice['gateway_id']}), but the ledger says {said}"
    for row in story.reported:
        if row["SMS"] == "sent" and row["Invoice ID"] not in story.texted:
            yield f"{row['Reference']}: a workbook says sent, but nobody was texted ({row['Invoice ID'] or 'no id'})"
    entered = {number for call in story.ledger["sms_calls"] for number in json.loads(call["gateway_ids"])}
    for text in story.truth["texts"]:
        if text["via"] == "send" and str(text["invoice_id"]) not in entered:
            yield f"{text['invoice_id']}: texted by a bulk send that the ledger does not know"


def no_text_waits(story: Story) -> Iterator[str]:
    """Once all is finished, whoever was to be texted was, unless a person must look first."""
    if story.finished:
        silent = {run["id"] for run in story.ledger["runs"] if json.loads(run["options"])["sms"] != "yes"}
        for row in story.rows:
            waits = row["status"] in _MADE and row["texted"] == "pending" and not row["attention"]
            if waits and row["run_id"] not in silent:
                yield f"{row['reference']}: all is finished, and the text still waits"


def bulk_sends_are_told(story: Story) -> Iterator[str]:
    """The workbook lists the run's bulk sends as the ledger has them."""
    for run, book in story.books.items():
        own = [call for call in story.ledger["sms_calls"] if call["run_id"] == run]
        kept = {call["number"]: (call["outcome"], json.loads(call["gateway_ids"])) for call in own}
        listed: dict[int, tuple[str, list[str]]] = {}
        for line in book.sms:
            listed.setdefault(line["Call"], (line["Outcome"], []))[1].extend((line["Invoice IDs"] or "").split(", "))
        if kept != listed:
            yield f"run {run}: the bulk sends are {kept} in the ledger, but {listed} in the workbook"


def amounts_agree(story: Story) -> Iterator[str]:
    """Gateway, ledger and the latest workbook row have the same amount, unless a person is told of a difference."""
    latest: dict[str, tuple[Record, Record]] = {}
    for row, shown in sorted(story.pairs(), key=lambda pair: pair[0]["updated_at"] or ""):
        if row["status"] in _MADE and row["id"]:
            latest[row["id"]] = (row, shown)
    uncertain = {r["id"] for r in story.rows if r["attention"] or r["status"] in ("unknown", "pending")}
    kept = {invoice["gateway_id"]: invoice for invoice in story.ledger["invoices"]}
    for number, invoice in story.at_gateway.items():
        if number not in kept or number in uncertain:
            continue
        told = {"gateway": invoice["amount"], "ledger": json.loads(kept[number]["content"])["amount"]}
        if kept[number]["gateway_amount"] is not None:
            told["ledger, of the gateway"] = Decimal(kept[number]["gateway_amount"]) / 1000
        if number in latest:
            row, shown = latest[number]
            told |= {"ledger's row": Decimal(row["amount"]) / 1000, "workbook": shown["Amount"]}
            told |= {} if shown["Amount at gateway"] is None else {"workbook, gateway": shown["Amount at gateway"]}
        if len({_fils(amount) for amount in told.values()}) > 1:
            said = ", ".join(f"{who} {amount}" for who, amount in told.items())
            yield f"{invoice['reference_number']}: amounts differ ({said})"


def totals_agree(story: Story) -> Iterator[str]:
    """Input, rows by status, and texts: ledger and Summary count the same, and the differences are 0."""
    for run in story.ledger["runs"]:
        rows = [row for row in story.ledger["rows"] if row["run_id"] == run["id"]]
        read = (run["input_count"], run["input_amount"])
        if read != (len(rows), sum(row["amount"] or 0 for row in rows)):
            yield f"run {run['id']}: the ledger's rows are not what was read ({read[0]} rows, {read[1]} fils)"
        if run["id"] in story.books:
            summary = story.books[run["id"]].summary
            yield from (f"run {run['id']}: {said}" for said in _against_summary(summary, read, rows))


def _against_summary(summary: Mapping[str, Any], read: tuple[int, int], rows: list[Record]) -> Iterator[str]:
    control, texts = summary[CONTROL], summary[TEXTS]
    if _tally(control["Read from the sheet"]) != read:
        yield f"the Summary says that {control['Read from the sheet'][:2]} was read"
    for status in _STATUSES:
        own = [row["amount"] or 0 for row in rows if row["status"] == status]
        counted = {_tally(control[status][:2]), _tally(control[status][2:4])}
        if counted != {(len(own), sum(own))}:
            yield f"{status}: {len(own)} rows with {sum(own)} fils in the ledger, but {counted} on the Summary"
    for sms in _SMS:
        count = len([row for row in rows if row["texted"] == sms])
        if {texts[sms][0], texts[sms][2]} != {count}:
            yield f"SMS {sms}: {count} in the ledger, but {texts[sms]} on the Summary"
    for section in (control, texts, summary[GATEWAY]):
        for label, numbers in section.items():
            apart = numbers if label.startswith("Difference to what was read") else numbers[4:]
            if any(apart):
                yield f"{label}: the Summary has a difference ({apart})"


def each_row_has_ended(story: Story) -> Iterator[str]:
    """Every row has one of the statuses; once all is finished none is pending, and no run is running."""
    for row in story.ledger["rows"]:
        if row["status"] not in _STATUSES:
            yield f"{row['reference']}: {row['status']} is no status"
    if not story.finished:
        return
    yield from (f"run {run['id']}: still running" for run in story.ledger["runs"] if run["status"] == "running")
    yield from (f"{row['reference']}: still pending in the ledger" for row in story.rows if row["status"] == "pending")
    for run, book in story.books.items():
        waiting = [row["Reference"] for row in book.rows if row["Status"] == "pending"]
        yield from (f"{reference}: still pending in the workbook of {run}" for reference in waiting)


def planned_is_untouched(story: Story) -> Iterator[str]:
    """Of a run that is planned and no more, or whose plan was not stored to its end, nothing was sent."""
    planned = {run["id"] for run in story.ledger["runs"] if run["status"] == "planned"}
    planned |= {draft["id"] for draft in story.ledger["drafts"]}
    for run in sorted(planned & {attempt["run_id"] for attempt in story.ledger["attempts"]}):
        yield f"run {run}: called planned, but calls were made for it"


def log_is_unbroken(story: Story) -> Iterator[str]:
    """Each record of the audit log has the hash of what it says and of the one before; every run has its plan in it."""
    before: dict[tuple[str, str], tuple[int, str]] = defaultdict(lambda: (0, ""))
    for record in story.ledger["audit"]:
        chain = (record["environment"], record["merchant_code"])
        at = dt.datetime.fromisoformat(record["at"]).replace(tzinfo=dt.UTC).isoformat()
        told = [
            *chain,
            record["number"],
            at,
            *(record[name] for name in ("who", "event", "run_id", "facts", "previous")),
        ]
        own = hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
        if own != record["hash"] or before[chain] != (record["number"] - 1, record["previous"]):
            yield f"record {record['number']} of the audit log is not as it was written, or does not follow"
        before[chain] = (record["number"], record["hash"])
    planned = {record["run_id"] for record in story.ledger["audit"] if record["event"] == "planned"}
    yield from (f"run {run['id']}: not in the audit log" for run in story.ledger["runs"] if run["id"] not in planned)


_RULES = (
    made_once,
    accounted_for,
    denied,
    ids_agree,
    made_is_there,
    workbooks_tell_the_ledger,
    nothing_silently_unknown,
    texted_once,
    texts_agree,
    no_text_waits,
    bulk_sends_are_told,
    amounts_agree,
    totals_agree,
    each_row_has_ended,
    planned_is_untouched,
    log_is_unbroken,
)


def _tally(numbers: Sequence[Any]) -> tuple[int, int]:
    return int(numbers[0]), _fils(numbers[1])


def _fils(amount: Any) -> int:
    return round(Decimal(str(amount)) * 1000)
