"""What a notice can be about."""

from __future__ import annotations

from enum import StrEnum


class Event(StrEnum):
    """What happened to a run or a sheet, or did not happen; BATCHINVOICE_NOTIFY_ON names those that are told."""

    FINISHED = "finished"  # every row ended well
    ATTENTION = "attention"  # done, but rows need a person
    FAILED = "failed"  # it could not run, or was stopped on the way
    NOTHING = "nothing"  # no sheet came where one was looked for
    MISSED = "missed"  # an expected run did not happen
