"""No call whose intent is gone: the power is cut before every call and between all that the ledger writes.

A real run is recorded below SQLite (recording_vfs), together with the calls that leave. For every moment from the
first call on, the disk is made as a power cut could leave it (power_cut), opened with SQLite, which recovers from its
journal, and searched for every create and every bulk send that had left. Weaker settings show that the search can fail.
"""

from __future__ import annotations

import json
import pickle
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from disk_events import Call, Event
from power_cut import Disk, Fate
from recorded_run import CANNOT_RECORD, ROWS

FATES = (
    Fate(kept=0),
    Fate(kept=0, end="zeros"),
    Fate(kept=0, end="noise"),
    Fate(kept=1),
    *(Fate(kept=0.5, seed=seed) for seed in range(2)),
    Fate(kept=0.5, end="noise", seed=2),
)


class Loss(NamedTuple):
    """What a power cut after so many events took away."""

    after: int
    fate: Fate
    what: str


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Event]]:
    """The recorded run of each setting."""
    program, folder = Path(__file__).with_name("recorded_run.py"), tmp_path_factory.mktemp("recorded")
    done = subprocess.run([sys.executable, program, folder], capture_output=True, text=True, timeout=100)
    if done.returncode == CANNOT_RECORD:
        pytest.skip(done.stdout)
    assert done.returncode == 0, done.stderr
    logs: dict[str, list[Event]] = pickle.loads((folder / "logs.pickle").read_bytes())
    return logs


def losses(log: Sequence[Event], folder: Path, moments: type = object) -> Iterator[Loss]:
    """Every loss at these moments and for every fate; a disk that was searched before is not searched again."""
    disk = Disk()
    calls: list[Call] = []
    searched: set[int] = set()
    for number, event in enumerate(log, 1):
        if isinstance(event, Call):
            calls.append(event)
        else:
            disk.happens(event)
        for fate in FATES if calls and isinstance(event, moments) else ():
            files = disk.after_power_cut(fate)
            state = hash((len(calls), *sorted(files.items())))
            if state not in searched:
                searched.add(state)
                yield from (Loss(number, fate, what) for what in lost(files, calls, folder))


def lost(files: dict[str, bytes], calls: Sequence[Call], folder: Path) -> list[str]:
    """The calls of which the ledger in these files does not know that they may have left."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        with closing(sqlite3.connect(folder / "ledger.sqlite3")) as ledger:
            ledger.execute("PRAGMA synchronous=OFF")
            known, damage = remembered(ledger), []
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # noise can stand in its very words
        known, damage = set(), [f"damaged: {error}"]
    return [*damage, *(each for call in calls for each in words(call) if each not in known)]


def words(call: Event) -> list[str]:
    assert isinstance(call, Call)
    return [f"{call.name} {about}" for about in call.about]


def remembered(ledger: sqlite3.Connection) -> set[str]:
    """The calls that may have left, as the ledger has it. Raises DatabaseError if it is damaged."""

    def column(query: str) -> set[str]:
        return {value for (value,) in ledger.execute(query)}

    if (found := column("PRAGMA integrity_check")) != {"ok"}:
        raise sqlite3.DatabaseError(found)
    created = column(
        "SELECT reference FROM invoice_references JOIN invoices ON invoices.id = invoice_id"
        " WHERE state IN ('unknown', 'made')"
    ) - column("SELECT reference FROM rows WHERE status = 'pending'")
    in_calls = column("SELECT gateway_ids FROM sms_calls WHERE outcome IN ('unknown', 'sent')")
    sent = column("SELECT gateway_id FROM invoices WHERE sms IN ('unknown', 'sent')")
    sent &= {each for ids in in_calls for each in json.loads(ids)}
    return {f"create {reference}" for reference in created} | {f"send {each}" for each in sent}


def test_a_power_cut_at_any_moment_loses_no_intent(logs: dict[str, list[Event]], tmp_path: Path) -> None:
    log = logs["as it is"]
    calls = [event for event in log if isinstance(event, Call)]
    assert len([call for call in calls if call.name == "create"]) == ROWS
    assert sum(len(call.about) for call in calls if call.name == "send") == ROWS
    assert list(losses(log, tmp_path)) == []


def test_the_search_finds_what_is_lost_when_a_deleted_journal_can_come_back(
    logs: dict[str, list[Event]], tmp_path: Path
) -> None:
    """FULL, SQLite's own choice: a call has left, the journal's deletion is undone, and it rolls back the intent."""
    log = logs["FULL"]
    found = list(losses(log, tmp_path, Call))
    forgotten = {what for number, _, what in found if what in words(log[number - 1])}
    assert {what.split()[0] for what in forgotten} == {"create", "send"}  # at the very moment in which they left
    assert 1 not in {fate.kept for _, fate, _ in found}
    assert not [what for _, _, what in found if "damaged" in what]  # the ledger forgets, but is whole


def test_the_search_finds_what_is_lost_without_syncing(logs: dict[str, list[Event]], tmp_path: Path) -> None:
    found = list(losses(logs["OFF"], tmp_path, Call))
    assert len({what for _, _, what in found if what.startswith("create")}) == ROWS
    assert [what for _, _, what in found if "damaged" in what]
    assert 1 not in {fate.kept for _, fate, _ in found}
