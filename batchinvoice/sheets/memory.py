"""Memory that was freed goes back to the system, where the C library would keep it for itself."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def give_back() -> None:
    """Hand back what nobody needs. Only glibc has to be told; elsewhere it is freed and nothing more is done."""
    gc.collect()  # cycles are looked for seldom (__main__)
    with suppress(Exception):  # there is no such library, or it has no such function
        ctypes.CDLL(None).malloc_trim(0)
