"""How every crash must end: a resume, the sheet once more as a user would send it, and nothing left to do."""

from __future__ import annotations

from scene import THOROUGH, Ended, Scene
from victim import Moment

RUN, RESUME = ("run", "invoices.xlsx", "--yes"), ("resume", "--yes")
# The gateway's calls that have an effect, as the events name them.
_EFFECTS = ("POST /api/v1/invoice", "PUT /api/v1/invoice")

# How many outcomes share such a commit is another number each time.
_OUTCOMES = "COMMIT of UPDATE attempts"


def came(moment: Moment, ended: Ended) -> list[str]:
    """Whether the process met its moment; what is wrong if it did not, though this one comes each time."""
    varies = moment.nth > 1 and (THOROUGH or _OUTCOMES in moment.name)
    return [] if ended.killed or varies else [f"it did not come; there were {ended.events}"]


def in_a_bulk_send(ended: Ended) -> int:
    """1 if the process died between the intent of a bulk send and its outcome: then its text is in doubt."""
    names = [name for name in ended.events if name.startswith("after COMMIT") and "sms_calls" in name]
    return int(bool(names) and "INSERT INTO sms_calls" in names[-1])


def finished(scene: Scene, *, in_doubt: int | None = None, impatient: bool = False) -> list[str]:
    """Finish what was killed; returns what is wrong then.

    `in_doubt`: how many texts are to be uncertain, if known. `impatient`: the sheet is run again before the resume.
    """
    ended = scene.run(*((RUN, RESUME) if impatient else (RESUME, RUN)), RESUME)
    unknown = scene.unknown_texts()
    found = scene.violations()
    if in_doubt not in (None, unknown):
        found.append(f"{unknown} texts are unknown, not {in_doubt}")
    # The events are those of the last command.
    if max(ended.codes) > 1 or ended.codes[-1] > bool(unknown) or any(_has_effect(name) for name in ended.events):
        found.append(f"what followed ended with {ended.codes}; the last resume did {ended.events}: {ended.output}")
    return found


def _has_effect(event: str) -> bool:
    return any(call in event for call in _EFFECTS)
