"""Killed at any moment, the job is finished by `resume`: nothing twice, nothing lost, nothing silently uncertain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from endings import RESUME, RUN, finished
from scene import SECONDS, Ended, Lanes, Scene, stride

pytestmark = pytest.mark.timeout(SECONDS)

NEW = [
    ["C-1", "Noura", "66100201", 120.5, "noura@example.com", "sms"],
    ["C-2", "Ali", "66100202", 5, "ali@example.com", "sms"],
    ["C-3", "Ravi", "66100203", 7.25, "ravi@example.com", "link"],
]
CHANGED = [
    ["C-1", "Noura", "66100201", 99.5, "noura@example.com", "sms"],
    ["C-2", "Ali", "66100202", 5, "ali@example.com", "sms"],
    ["C-3", "Ravi", "66100203", 7.25, "ravi.new@example.com", "link"],
]

Start = Callable[..., Ended]


def making(scene: Scene, **death: int | bool) -> Ended:
    """Three new invoices, two of them texted."""
    scene.sheet(NEW)
    return scene.run(RUN, **death)


def changing(scene: Scene, **death: int | bool) -> Ended:
    """The same sheet once more with an amount and an e-mail address changed; only this second run is killed."""
    scene.sheet(NEW, "before.xlsx")
    scene.sheet(CHANGED)
    return scene.run(("run", "before.xlsx", "--yes"), RUN, **death)


@pytest.mark.parametrize(
    ("start", "impatient", "step"), [(making, False, 1), (making, True, 4), (changing, False, 1), (changing, True, 3)]
)
def test_a_run_killed_at_any_event_is_finished(lanes: Lanes, start: Start, impatient: bool, step: int) -> None:
    events = lanes.one(lambda scene: start(scene).events)

    def trial(scene: Scene, k: int) -> list[str]:
        killed = start(scene, kill_at=k)
        where = f"{start.__name__}, killed at event {k} of {len(events)}, {events[k - 1]!r}"
        if killed.events != [events[k - 1]]:
            return [f"{where}: it was {killed.events}; is the order of events another each time?"]
        found = finished(scene, in_doubt=in_a_bulk_send(events[:k]), impatient=impatient)
        return [f"{where}: {said}" for said in found]

    found = lanes.all(trial, range(1, len(events) + 1, stride(step)))
    assert not found, "\n".join(found)


def test_changes_that_are_taken_back_after_a_crash_stay_so(lanes: Lanes) -> None:
    events = lanes.one(lambda scene: changing(scene).events)

    def trial(scene: Scene, k: int) -> list[str]:
        changing(scene, kill_at=k)
        scene.run(("run", "before.xlsx", "--yes"), RESUME)
        found = scene.violations()
        there = {each["reference_number"]: float(each["amount"]) for each in scene.gateway.truth()["invoices"]}
        if there != {row[0]: row[3] for row in NEW}:
            found.append(f"the resume brought older amounts back: {there}")
        return [f"changing, killed at event {k} of {len(events)}, {events[k - 1]!r}: {said}" for said in found]

    found = lanes.all(trial, range(1, len(events) + 1, stride(3)))
    assert not found, "\n".join(found)


# Where a first crash is worst: what it leaves must stand a second crash.
PLACES = {
    "an intent is committed": "before POST /api/v1/invoice",
    "a create is half written": "having written a part of POST /api/v1/invoice",
    "a create is done": "before the answer of POST /api/v1/invoice",
    "a create is answered": "after POST /api/v1/invoice",
    "a bulk send is done": "before the answer of POST /api/v1/invoice/bulk",
    "the report is written": "before a file is moved into place",
}


@pytest.mark.parametrize("place", PLACES)
def test_a_resume_killed_at_any_event_is_finished_by_another(lanes: Lanes, place: str) -> None:
    first = lanes.one(lambda scene: making(scene).events)
    k1 = _last_but_one(first, PLACES[place])

    def resumed(scene: Scene, **death: int) -> Ended:
        making(scene, kill_at=k1)
        return scene.run(RESUME, **death)

    events = lanes.one(lambda scene: resumed(scene).events)

    def trial(scene: Scene, k2: int) -> list[str]:
        resumed(scene, kill_at=k2)
        where = f"killed at event {k1}, {PLACES[place]!r}, and the resume at {k2} of {len(events)}, {events[k2 - 1]!r}"
        in_doubt = in_a_bulk_send(first[:k1]) + in_a_bulk_send(events[:k2])
        return [f"{where}: {said}" for said in finished(scene, in_doubt=in_doubt)]

    offset = list(PLACES).index(place) % stride(4)
    found = lanes.all(trial, range(1 + offset, len(events) + 1, stride(4)))
    assert not found, "\n".join(found)


def _last_but_one(events: Sequence[str], name: str) -> int:
    """The number of the event of this name that comes before the last such one: something is left to do after it."""
    numbers = [number for number, each in enumerate(events, 1) if each == name]
    return numbers[-2:][0]


def in_a_bulk_send(events: Sequence[str]) -> int:
    """1 if the last of these events lies between the intent of a bulk send and its outcome: its text is in doubt."""
    names = [name for name in events if name.startswith("after COMMIT") and "sms_calls" in name]
    return int(bool(names) and "INSERT INTO sms_calls" in names[-1])
