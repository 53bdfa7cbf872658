"""Processes forked from one that has loaded the tool and done its job once: they start at once. On Windows, anew."""

from __future__ import annotations

import multiprocessing
import os
import sys
from functools import cache
from multiprocessing.context import BaseContext
from pathlib import Path

FORKS = sys.platform != "win32"


@cache
def processes() -> BaseContext:
    """How to start a process."""
    if not FORKS:
        return multiprocessing.get_context("spawn")
    from multiprocessing import forkserver

    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["warm"])
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [before, str(Path(__file__).parent)]))
    try:
        forkserver.ensure_running()
    finally:
        os.environ["PYTHONPATH"] = before
    return context
