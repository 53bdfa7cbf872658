"""The list of commands, as `batchinvoice --help` shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from batchinvoice.cli import cli
from batchinvoice.emulator.sandbox import SANDBOX

# What takes long to load, and no help needs.
HEAVY = {
    "pandas",
    "pandera",
    "openpyxl",
    "sqlalchemy",
    "requests",
    "rich",
    "pydantic",
    "starlette",
    "keyring",
    "apprise",
}


def test_help_shows_each_command_once_and_its_sentence_whole() -> None:
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert "..." not in shown.replace("[ARGS]...", "")
    listed = re.findall(r"^  ([a-z]+)  ", shown, re.MULTILINE)
    assert sorted(listed) == sorted(cli.commands)
    assert listed[:3] == ["demo", "setup", "doctor"]


def test_help_loads_nothing_that_takes_long() -> None:
    code = "import sys, batchinvoice.__main__; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True).stdout
    assert not HEAVY & set(loaded.split())


# What a check has no use for: nothing is sent, remembered or written.
NOT_FOR_A_CHECK = {
    *("requests", "urllib3", "sqlalchemy", "alembic", "Crypto", "xlsxwriter", "openpyxl", "apprise", "keyring", "dns"),
    *("structlog", "starlette", "uvicorn", "tomlkit", "filelock"),
    *(f"batchinvoice.{name}" for name in ("app", "session", "ledger.ledger", "gateway.client", "runs.plan")),
}


def test_a_check_loads_nothing_that_it_has_no_use_for(sheet: Callable[..., Path], tmp_path: Path) -> None:
    path = sheet([["R-1", "Noura", "66000001", "5.000"]])
    code = "import sys; from batchinvoice.__main__ import _run; _run(); print('loaded', *sys.modules)"
    settings = {"HESABE_MERCHANT_CODE": SANDBOX["merchant_code"]}
    done = subprocess.run(
        [sys.executable, "-c", code, "check", path],
        env={**os.environ, **settings, "BATCHINVOICE_HOME": str(tmp_path / "home")},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    said, _, loaded = done.stdout.rpartition("loaded ")
    assert "1 rows, 1 good" in said
    assert NOT_FOR_A_CHECK & set(loaded.split()) == set()
