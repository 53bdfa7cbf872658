"""Who works here: the name of the user and of the machine."""

from __future__ import annotations

import getpass
import platform


def this_user() -> str:
    """`fatima@desk-3`; `unknown` where the machine does not tell."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such name on this machine
        user = "unknown"
    return f"{user}@{platform.node() or 'unknown'}"
