"""How a command is written for people to type: with the profile that is meant, and files' names safe in any shell."""

from __future__ import annotations

import unicodedata
from pathlib import Path

# Between double quotes, sh, cmd or PowerShell puts something else in their place, runs it, or ends the quotes there.
_ACTIVE = frozenset('"“”„‟$`%!')


def tool(profile: str) -> str:
    """`batchinvoice`, or with a profile `batchinvoice --profile branch-2`."""
    return f"batchinvoice --profile {profile}" if profile else "batchinvoice"


def typed(file: Path | str) -> str:
    """A file's name as an argument; SHEET for one with which a shell would do something else, be it on purpose."""
    name = str(file)
    if name.startswith("-") or any(c in _ACTIVE or unicodedata.category(c)[0] == "C" for c in name):
        return "SHEET"
    return f'"{name}"'
