"""A watcher killed at any moment is followed by one that leaves the folder as if nothing had happened."""

from __future__ import annotations

import hashlib
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from endings import came, in_a_bulk_send
from history import violations
from proved import log_breaks
from scene import SECONDS, Ended, Lanes, Scene, stride
from victim import Moment, moments

from batchinvoice import checking
from batchinvoice.emulator.sandbox import SANDBOX
from batchinvoice.inbox.approval import name_of
from batchinvoice.inbox.layout import ROOMS
from batchinvoice.ledger.ledger import Ledger
from batchinvoice.ledger.store import sqlite_url

pytestmark = pytest.mark.timeout(SECONDS)

QUICK = ("--poll", "0.05", "--still", "0.05", "--retry", "0.1")
ONCE = ("watch", "inbox", "--once", *QUICK)
APPROVE = (*ONCE, "--approve")
GOOD = [["W-1", "Noura", "66100201", 120.5, None, "sms"], ["W-2", "Ravi", "66100202", 5, None, "link"]]
MIXED = [["W-3", "Ali", "66100203", 7.25, None, "sms"], ["W-4", "Ali", "66100204", "1.2345", None, "sms"]]


class Folder:
    """The drop folder of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.path = scene, scene.folder / "inbox"
        self.path.mkdir(exist_ok=True)
        self.dropped: dict[str, str] = {}  # by content, the name under which it was dropped

    def put(self, name: str, rows: Sequence[Sequence[object]] | bytes) -> None:
        place = self.path / name
        if isinstance(rows, bytes):
            place.write_bytes(rows)
        else:
            (self.scene.folder / self.scene.sheet(rows, f"elsewhere {name}")).rename(place)
        self.dropped[_sha(place)] = name

    def files(self) -> dict[str, list[Path]]:
        """By room, what lies there, without what is hidden."""
        rooms = {room: self.path / room for room in sorted(ROOMS)} | {"": self.path}
        return {
            name: sorted(path for path in room.iterdir() if path.is_file() and not path.name.startswith(".batch"))
            for name, room in rooms.items()
            if room.is_dir()
        }

    def runs(self) -> list[tuple[str, str, str]]:
        with closing(sqlite3.connect(self.scene.folder / "home" / "ledger.sqlite3")) as ledger:
            return list(ledger.execute("SELECT id, status, sha256 FROM runs WHERE environment <> '' ORDER BY sequence"))

    def faults(self, *, rejected: bool = False) -> list[str]:
        """What is not as it has to be."""
        files = self.files()
        ledger = self.scene.folder / "home" / "ledger.sqlite3"
        every = [path for room in files.values() for path in room]
        reports = [path for path in every if ".report" in path.name]
        found = [] if rejected else violations(self.scene.gateway.truth(), ledger, reports)
        found += log_breaks(ledger)
        left = [path for room in ("", "processing", "to-approve") for path in files.get(room, [])]
        found += [f"left in {path.parent.name}: {path.name}" for path in left]
        found += [f"empty: {path.relative_to(self.path)}" for path in every if not path.stat().st_size]
        where = Counter(_sha(path) for path in every)
        found += [f"{name} is there {where[sha]} times" for sha, name in self.dropped.items() if where[sha] != 1]
        rooms = {_sha(path): room for room, paths in files.items() for path in paths}
        for run, status, sha in self.runs():
            own = [path for path in reports if f".{run}." in path.name]
            room = "done" if status == "complete" else "needs-attention"
            if not rejected and [path.parent.name for path in own] != [room]:
                found.append(f"run {run} is {status}, and its reports are {own}")
            if rooms.get(sha) != room:
                found.append(f"run {run} is {status}, and its sheet is in {rooms.get(sha)}")
        return found + self._words(every)

    def _words(self, every: Sequence[Path]) -> list[str]:
        """Junk, and nothing else, comes with a word."""
        words = sorted(path.name for path in every if path.suffix == ".txt")
        due = sorted(f"{name}.txt" for sha, name in self.dropped.items() if sha not in {run[2] for run in self.runs()})
        due = [name for name in due if not name.startswith(("approve", "reject"))]
        return [] if words == due else [f"words {words}, not {due}"]


def some_of(events: Sequence[str], step: int) -> list[Moment]:
    """The moments at which to kill: each before a file is moved, the last, and some of the others."""
    every = moments(events)
    moves = [moment for moment in every if moment.name == "before a file is moved into place"]
    return list(dict.fromkeys([*moves, every[-1], *every[:: stride(step)]]))


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def dropping(scene: Scene) -> Folder:
    folder = Folder(scene)
    folder.put("good.xlsx", GOOD)
    folder.put("mixed.xlsx", MIXED)
    folder.put("letter.docx", b"no sheet")
    return folder


def test_a_watcher_killed_at_any_event_is_followed_by_one_that_finishes(lanes: Lanes) -> None:
    def alone(scene: Scene) -> list[str]:
        dropping(scene)
        return scene.run(ONCE).events

    events = lanes.one(alone)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        folder = dropping(scene)
        killed = scene.run(ONCE, kill_at=moment)
        ended = scene.run(ONCE, ONCE)
        found = came(moment, killed) + folder.faults() + _idle(ended.events)
        if scene.unknown_texts() != in_a_bulk_send(killed):
            found.append(f"{scene.unknown_texts()} texts are unknown, not {in_a_bulk_send(killed)}")
        return [f"killed at {moment}: {said}" for said in found]

    found = lanes.all(trial, some_of(events, 8))
    assert not found, "\n".join(found)


def _idle(events: Sequence[str]) -> list[str]:
    """The last of all finds nothing to do."""
    return [f"another look does {events}"] if events else []


def planned(scene: Scene, **death: Moment) -> Ended:
    folder = Folder(scene)
    folder.put("good.xlsx", GOOD)
    return scene.run(APPROVE, **death)


def answered(scene: Scene, *, approves: bool) -> Folder:
    folder = Folder(scene)
    ledger = Ledger.open(sqlite_url(scene.folder / "home"), "sandbox", SANDBOX["merchant_code"], checking.now)
    [run] = ledger.history(9)
    ledger.close()
    folder.dropped = {run.sha256: "good.xlsx"}
    folder.put(f"{name_of(run, approves=approves)}.xlsx", b"yes" if approves else b"no")
    return folder


@pytest.mark.parametrize("approves", [True, False])
def test_an_answer_that_is_cut_off_at_any_event_is_heard_to_its_end(lanes: Lanes, approves: bool) -> None:
    def alone(scene: Scene) -> list[str]:
        planned(scene)
        answered(scene, approves=approves)
        return scene.run(APPROVE).events

    events = lanes.one(alone)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        planned(scene)
        folder = answered(scene, approves=approves)
        found = came(moment, scene.run(APPROVE, kill_at=moment))
        ended = scene.run(APPROVE, APPROVE)
        found += folder.faults(rejected=not approves) + _idle(ended.events)
        made = len(scene.gateway.truth()["invoices"])
        if made != (2 if approves else 0):
            found.append(f"{made} were made")
        return [f"killed at {moment}: {said}" for said in found]

    found = lanes.all(trial, some_of(events, 5))
    assert not found, "\n".join(found)


def test_planning_that_is_cut_off_at_any_event_leaves_one_plan(lanes: Lanes) -> None:
    events = lanes.one(lambda scene: planned(scene).events)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        found = came(moment, planned(scene, kill_at=moment))
        ended = scene.run(APPROVE, APPROVE)
        files = {room: [path.name.split(".")[-2] for path in paths] for room, paths in Folder(scene).files().items()}
        found += _idle(ended.events)
        if {room: names for room, names in files.items() if names} != {"to-approve": ["plan", "good"]}:
            found.append(f"{files}")
        return [f"killed at {moment}: {said}" for said in found]

    found = lanes.all(trial, some_of(events, 2))
    assert not found, "\n".join(found)
