"""How long the ledger looks for what a page of rows asks, in a large ledger and in one of 10,000 invoices.

python benchmarks/ledger.py [--invoices 10000000] [--folder DIR] [--json OUT]: makes both ledgers (of ten million, 15 GB
and three minutes), asks each the same in turn, and prints the ratio of the times. Near 1 means that a look-up costs
the same however much is there; `warm` asks for the same values again and again, `anywhere` for others each time. A
ledger in a folder is kept for the next time.
"""

from __future__ import annotations

import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import click

from batchinvoice.invoices.invoice import Invoice
from batchinvoice.invoices.lifecycle import RowStatus
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import open_store, sqlite_url

SMALL, A_RUN, PAGE, ROUNDS = 10_000, 5_000, 200, 30
MERCHANT = ("sandbox", "842217")
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
_CUSTOMERS = 3  # invoices of one phone
_SAID = """
    WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last),
    numbered AS (SELECT i, 'B-' || i AS reference, i / :per * 7919237 % 100000007 + 100000000 AS mobile FROM n),
    said AS (
        SELECT i, reference, mobile, replace(replace(:content, '%R', reference), '%P', mobile) AS content,
            replace(replace(:cells, '%R', reference), '%P', mobile) AS cells FROM numbered
    )
"""
_RUN = """
    INSERT INTO runs (id, environment, merchant_code, status, source, source_name, sha256, sheet, tables, notes,
        options, started_by, version, planned_at, finished_at, sequence, reported_at, input_count, input_amount)
    VALUES (:run, :environment, :merchant, 'complete', '/in/a.xlsx', 'a.xlsx', :run, 'Invoices',
        '[["Invoices", ["Reference Number"], 1, {}, []]]', '[]', '{"sms": "yes", "strict": "no"}', 'noura@desk',
        '0.1.0', :at, :at, :number, :at, :last - :first + 1, (:last - :first + 1) * 12500)
"""
_INVOICES = """
    INSERT INTO invoices (id, environment, merchant_code, state, content, phone, fingerprint, gateway_id, origin, token,
        link, gateway_amount, sms, run_id, intended_at, updated_at)
    SELECT i, :environment, :merchant, 'made', content, '965' || mobile, printf('%064d', i), 'G' || i, 'create',
        'tok' || i, 'https://pay.example/' || i, 12500, 'sent', :run, :at, :at FROM said
"""
_REFERENCES = "INSERT INTO invoice_references SELECT :environment, :merchant, reference, i, 'b' || i FROM said"
_ROWS = """
    INSERT INTO rows (run_id, position, "row", reference, customer, mobile, amount, typed_amount, cells, content,
        action, status, issues, attention, invoice_id, sms, gateway_amount, attempts, updated_at)
    SELECT :run, i - :first, i - :first + 2, reference, 'Noura Al-Sabah', mobile, 12500, '12.500', cells, content,
        'create', 'created', '[]', 0, i, 'pending', 12500, 1, :at FROM said
"""


def reference(number: int) -> str:
    return f"B-{number}"


def phone(number: int) -> str:
    """The same mixing as in the SQL below: neighbours in the ledger are no neighbours in the index."""
    return f"965{number // _CUSTOMERS * 7_919_237 % 100_000_007 + 100_000_000}"


def make(folder: Path, count: int) -> Path:
    """A ledger of so many invoices that are made, in runs of 5,000 rows."""
    file = folder / f"ledger-{count}" / "ledger.sqlite3"
    if file.exists():
        return file
    draft = file.with_name("draft.sqlite3")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.unlink(missing_ok=True)
    open_store(f"sqlite:///{draft.as_posix()}").dispose()
    with closing(sqlite3.connect(draft, isolation_level=None)) as db:
        for setting in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000", "foreign_keys=OFF"):
            db.execute(f"PRAGMA {setting}")
        indexes = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
        for name, _ in indexes:
            db.execute(f"DROP INDEX {name}")
        db.execute("BEGIN")
        for number, first in enumerate(range(1, count + 1, A_RUN), 1):
            _one_run(db, number, first, min(first + A_RUN - 1, count))
            if not number % 50:
                click.echo(f"\r{first:,} of {count:,}", nl=False, err=True)
        for name, sql in indexes:
            click.echo(f"\r{name:40}", nl=False, err=True)
            db.execute(sql)
        db.execute("COMMIT")
    click.echo("\r", nl=False, err=True)
    return draft.rename(file)


def _one_run(db: sqlite3.Connection, number: int, first: int, last: int) -> None:
    at = NOW - timedelta(days=400) + timedelta(minutes=30 * number)
    said = Invoice(
        "%R", "Noura Al-Sabah", "965", "%P", Decimal("12.500"), email="noura@example.com", payment_types=(1, 2)
    )
    content = json.dumps(said.content())
    cells = json.dumps(
        [None, "%R", "Noura Al-Sabah", "%P", "965", "noura@example.com", 12.5, "Fees", None, "sms", "1,2"]
    )
    given = {
        "first": first,
        "last": last,
        "run": f"{at:%Y%m%d}-{number:06d}",
        "at": at.strftime("%Y-%m-%d %H:%M:%S.000000"),
        "environment": MERCHANT[0],
        "merchant": MERCHANT[1],
        "content": content,
        "cells": cells,
        "number": number,
        "per": _CUSTOMERS,
    }
    db.execute(_RUN, given)
    for statement in (_INVOICES, _REFERENCES, _ROWS):
        db.execute(_SAID + statement, given)


Look = Callable[[Ledger, Sequence[int]], object]

LOOKS: dict[str, Look] = {
    "references that are known": lambda ledger, these: ledger.known_references([reference(n) for n in these]),
    "references that are new": lambda ledger, these: ledger.known_references([f"NEW-{n}" for n in these]),
    "invoice IDs": lambda ledger, these: ledger.known_ids([f"G{n}" for n in these]),
    "references like these": lambda ledger, these: ledger.alike([f"b{n}" for n in these]),
    "the last invoice of phones": lambda ledger, these: ledger.last_made([phone(n) for n in these]),
    "recent invoices of phones": lambda ledger, these: ledger.made_since(
        [phone(n) for n in these], NOW - timedelta(days=800)
    ),
    "what newer runs say": lambda ledger, these: ledger.said_later(
        ledger.history(2)[-1], [reference(n) for n in these], list(ledger.known_ids(["G1"]).values())
    ),
    "a page of a run's rows": lambda ledger, _: ledger.page(ledger.history(1)[0], 2_000, PAGE),
    "its rows that wait": lambda ledger, _: ledger.page(ledger.history(1)[0], -1, PAGE, RowStatus.PENDING),
    "the invoices last made": lambda ledger, _: ledger.lately_made(subscription=False, limit=3),
}


def ask(ledgers: Sequence[tuple[Ledger, int]], look: Look, *, same: bool) -> list[float]:
    """Median seconds of a look in each ledger, taken in turn. same: always the same values, which are warm then."""
    drawn = random.Random(1)  # noqa: S311 (nothing is kept secret with it)
    wanted = {count: drawn.sample(range(1, count + 1), PAGE) for _, count in ledgers}
    times: dict[int, list[float]] = {count: [] for _, count in ledgers}
    for _ in range(ROUNDS):
        for ledger, count in ledgers:
            these = wanted[count] if same else drawn.sample(range(1, count + 1), PAGE)
            began = time.perf_counter()
            look(ledger, these)
            times[count].append(time.perf_counter() - began)
    return [statistics.median(times[count]) for _, count in ledgers]


@click.command()
@click.option("--invoices", type=int, default=1_000_000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where the ledgers are kept (default: not at all).")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the figures there, too.")
def main(invoices: int, folder: Path | None, out: Path | None) -> None:
    """Compare look-ups in a ledger of many invoices and in one of 10,000."""
    with tempfile.TemporaryDirectory() as temporary:
        home = folder or Path(temporary)
        counts = (SMALL, invoices)
        files = [make(home, count) for count in counts]
        ledgers = [
            (Ledger.open(sqlite_url(file.parent), *MERCHANT, lambda: NOW), n)
            for file, n in zip(files, counts, strict=True)
        ]
        click.echo(f"{'':32}{SMALL:>12,}{invoices:>14,}{'ratio, warm':>14}{'anywhere':>10}")
        found = {}
        for name, look in LOOKS.items():
            small, large = ask(ledgers, look, same=True)
            small_any, large_any = ask(ledgers, look, same=False)
            found[name] = {"warm": large / small, "anywhere": large_any / small_any}
            times = f"{small * 1e3:>9.2f} ms{large * 1e3:>11.2f} ms"
            click.echo(f"{name:32}{times}{large / small:>14.2f}{large_any / small_any:>10.2f}")
        for ledger, _ in ledgers:
            ledger.close()
    if out:
        out.write_text(json.dumps({"invoices": invoices, "ratios": found}, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
