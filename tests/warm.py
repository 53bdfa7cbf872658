"""What a forked process finds loaded: the fork server imports this, and so has done the whole job once."""

from __future__ import annotations

import gc
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest  # noqa: F401 - the main module of the tests, which each child would load again

from batchinvoice.demo import run_demo
from batchinvoice.screen import Screen

with tempfile.TemporaryDirectory() as folder, redirect_stdout(StringIO()), redirect_stderr(StringIO()):
    run_demo(Path(folder), Screen(quiet=False))
gc.freeze()  # a fork then copies less
