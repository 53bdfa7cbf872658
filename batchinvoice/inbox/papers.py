"""A run's papers in an inbox: its sheet, its plan, its reports; where they lie, and where they are put away."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from batchinvoice.inbox.layout import Inbox, free_names, move
from batchinvoice.invoices.lifecycle import RunStatus
from batchinvoice.ledger.records import Run
from batchinvoice.sheets.naming import readable


def place_for(inbox: Inbox, run: Run) -> Path | None:
    """The room for the workbooks of a run; none before it is over."""
    match run.status:
        case RunStatus.COMPLETE:
            return inbox.done
        case RunStatus.PARTIAL:
            return inbox.attention
    return None


def put_away(room: Path, files: Sequence[Path]) -> None:
    """Move these files into a room; those that are gone meanwhile need no move. Raises OSError."""
    for file in files:
        with suppress(FileNotFoundError):
            move(file, room)


def sha256(path: Path) -> str:
    """Of the file's bytes, in hex: by it the ledger knows a sheet, whatever it is called. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_again(path: Path) -> str:
    """The same, of a file that is looked at again and again: it is read anew when its size or time is another."""
    state = path.stat()
    return _sha256_of(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=1000)
def _sha256_of(path: Path, _size: int, _modified: int) -> str:
    return sha256(path)


def source_of(path: Path) -> str:
    """How the ledger writes where a sheet lies."""
    return readable(str(path.absolute()))


def is_of(run: Run, path: Path) -> bool:
    """Whether the run was planned from this place."""
    return run.source == source_of(path)


def lies_in(room: Path, run: Run) -> bool:
    """Whether the run's sheet has been put away into the room."""
    for path in free_names(room / run.source_name):
        if not path.exists():
            return False
        with suppress(OSError):
            if sha256(path) == run.sha256:
                return True
    raise AssertionError("unreachable: some name is free")


def reports(room: Path, run: Run) -> list[Path]:
    """The run's reports in a room."""
    return sorted(room.glob(f"*.{run.id}.report*.xlsx")) if room.is_dir() else []


def plans(inbox: Inbox, run: Run) -> list[Path]:
    """The run's plan, where it waits for approval."""
    room = inbox.to_approve
    return sorted(room.glob(f"*.{run.id}.plan*.xlsx")) if room.is_dir() else []


def waits_for_approval(inbox: Inbox, run: Run) -> bool:
    """Whether the run's plan lies there to be approved and nothing of it was sent."""
    return run.status is RunStatus.PLANNED and not run.forgotten_at and bool(plans(inbox, run))
