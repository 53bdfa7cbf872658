"""Exit codes, for schedulers and scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a command ended."""

    WELL = 0  # every row ended well
    PERSON = 1  # done, but rows need a person
    USAGE = 2
    NOT_RUN = 3  # settings, login, gateway, ledger in use, unreadable sheet
