"""The list of commands, as `batchinvoice --help` shows it."""

from __future__ import annotations

import re
import subprocess
import sys

from click.testing import CliRunner

from batchinvoice.cli import cli

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
