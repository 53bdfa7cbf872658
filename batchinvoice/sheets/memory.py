"""Memory that was freed goes back to the system, where the C library would keep it for itself."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Hand back what is free. Only glibc has to be told; elsewhere nothing is done."""
    with suppress(Exception):  # there is no such library, or it has no such function
        ctypes.CDLL(None).malloc_trim(0)
