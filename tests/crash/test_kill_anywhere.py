"""Killed at any moment, the job is finished by `resume`: nothing twice, nothing lost, nothing silently uncertain."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from endings import RESUME, RUN, came, finished, in_a_bulk_send
from scene import SECONDS, THOROUGH, Ended, Lanes, Scene, stride
from victim import Moment, moments, telling

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


def making(scene: Scene, **death: Moment) -> Ended:
    """Three new invoices, two of them texted."""
    scene.sheet(NEW)
    return scene.run(RUN, **death)


def changing(scene: Scene, **death: Moment) -> Ended:
    """The same sheet once more with an amount and an e-mail address changed; only this second run is killed."""
    scene.sheet(NEW, "before.xlsx")
    scene.sheet(CHANGED)
    return scene.run(("run", "before.xlsx", "--yes"), RUN, **death)


@pytest.mark.parametrize(
    ("start", "impatient", "step"), [(making, False, 1), (making, True, 4), (changing, False, 1), (changing, True, 3)]
)
def test_a_run_killed_at_any_event_is_finished(lanes: Lanes, start: Start, impatient: bool, step: int) -> None:
    events = lanes.one(lambda scene: start(scene).events)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        killed = start(scene, kill_at=moment)
        found = came(moment, killed)
        found += finished(scene, in_doubt=in_a_bulk_send(killed), impatient=impatient)
        return [f"{start.__name__}, killed at {moment}: {said}" for said in found]

    found = lanes.all(trial, (moments if THOROUGH else telling)(events)[:: stride(step)])
    assert not found, "\n".join(found)


def test_changes_that_are_taken_back_after_a_crash_stay_so(lanes: Lanes) -> None:
    events = lanes.one(lambda scene: changing(scene).events)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        found = came(moment, changing(scene, kill_at=moment))
        scene.run(("run", "before.xlsx", "--yes"), RESUME)
        found += scene.violations()
        there = {each["reference_number"]: float(each["amount"]) for each in scene.gateway.truth()["invoices"]}
        if there != {row[0]: row[3] for row in NEW}:
            found.append(f"the resume brought older amounts back: {there}")
        return [f"changing, killed at {moment}: {said}" for said in found]

    found = lanes.all(trial, moments(events)[:: stride(3)])
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
    times = lanes.one(lambda scene: making(scene).events).count(PLACES[place])
    # The last but one, if there are several: something is left to do after it.
    first = Moment(PLACES[place], max(times - 1, 1))

    def lives(scene: Scene, **death: Moment) -> tuple[Ended, Ended]:
        return making(scene, kill_at=first), scene.run(RESUME, **death)

    events = lanes.one(lambda scene: lives(scene)[1].events)

    def trial(scene: Scene, moment: Moment) -> list[str]:
        killed, again = lives(scene, kill_at=moment)
        found = came(first, killed) + came(moment, again)
        found += finished(scene, in_doubt=in_a_bulk_send(killed) + in_a_bulk_send(again))
        return [f"killed at {first}, and the resume at {moment}: {said}" for said in found]

    offset = list(PLACES).index(place) % stride(4)
    found = lanes.all(trial, moments(events)[offset :: stride(4)])
    assert not found, "\n".join(found)
