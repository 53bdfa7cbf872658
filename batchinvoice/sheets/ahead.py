"""A sheet is begun to be read before the settings are known: what they take to load, reading it takes anyway."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from batchinvoice.invoices.asked import Asked
from batchinvoice.sheets.guard import begun, bounds_itself, read_guarded
from batchinvoice.sheets.reading import Source

Read = Callable[[Path, Asked, Callable[[], None]], Source]


@contextmanager
def ahead(path: Path) -> Iterator[Read]:
    """Begin to read the sheet; yields what reads any sheet as `read_guarded`, and this one, at first, from there on.

    Where the reader is bounded only while it is watched, it begins when it is asked: nobody watches it until then.
    """
    if not bounds_itself():
        yield read_guarded
        return
    with begun(path) as sheet:
        at_first = {path: sheet}

        def read(wanted: Path, asked: Asked, meanwhile: Callable[[], None]) -> Source:
            if wanted not in at_first:
                return read_guarded(wanted, asked, meanwhile)
            meanwhile()
            return at_first.pop(wanted)(asked)

        yield read
