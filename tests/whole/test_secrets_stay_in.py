"""Secrets and personal data appear in no log line and no traceback; --json prints one object and nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from whole_tool import Tool

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX

PERSON = ["INV-1", "Canary Al-Person", "66109753", 120.5, "canary@example.com", "sms"]
PERSONAL = ("Canary", "66109753", "canary@example.com")
SECRETS = tuple(value for name, value in SANDBOX.items() if name not in ("merchant_code", "username"))


def _silent(text: str, *canaries: str) -> None:
    found = [canary for canary in canaries if canary in text]
    assert not found, found
    assert "Bearer" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "fault",
    [
        "",
        "create:close-after:1",
        "create:http-500-after:1",
        "create:garbled:1",
        "create:html-200:1",
        "create:unauthorised:1x1",
        "send:close-after:1",
    ],
)
def test_the_log_of_every_call_holds_no_person_and_no_secret(tool: Tool, gateway: RunningEmulator, fault: str) -> None:
    gateway.set_faults(*filter(None, [fault]))
    done = tool("-v", "run", tool.sheet("a.xlsx", [PERSON]), "--json")
    assert "/api/v1/invoice" in done.stderr  # there is a log to look at
    _silent(done.stderr, *PERSONAL, *SECRETS)
    _silent(done.stdout, *SECRETS)
    assert json.loads(done.stdout)["rows"]["total"] == 1


def test_a_refusal_with_personal_words_stays_out_of_the_log(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [["INV-1", "Canary Al-Person", "66109753", "1,234", "canary@example.com", "sms"]])
    done = tool("-v", "run", sheet, "--json")
    _silent(done.stderr, *PERSONAL, *SECRETS)


def test_an_unexpected_error_tells_its_place_and_no_more(tool: Tool) -> None:
    sheet = tool.sheet("a.xlsx", [PERSON])
    code = (
        "import sys\n"
        "from batchinvoice import app\n"
        "from batchinvoice.__main__ import main\n"
        "def broken(*_, **__): raise KeyError('Canary Al-Person 66109753')\n"
        "app.apply_run = broken\n"
        f"sys.argv = ['batchinvoice', 'run', {str(sheet)!r}, '--json']\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tool.folder,
        env={**_environment(), **tool.settings},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 3
    assert "KeyError" in done.stderr
    _silent(done.stderr, *PERSONAL, *SECRETS)
    assert json.loads(done.stdout)["status"] == "failed"


def _environment() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if not name.startswith(("HESABE_", "BATCHINVOICE_"))}


def test_the_ledger_is_for_its_owner_alone(tool: Tool) -> None:
    tool("run", tool.sheet("a.xlsx", [PERSON]))
    ledger = Path(tool.settings["BATCHINVOICE_HOME"]) / "ledger.sqlite3"
    if sys.platform != "win32":
        assert ledger.stat().st_mode & 0o077 == 0


def test_text_from_cells_is_never_a_formula_or_a_terminal_code(tool: Tool) -> None:
    evil = ["INV-1", '=HYPERLINK("http://x")\x1b[31m', "66109753", "12.3456", None, "sms"]
    sheet = tool.folder / "evil.csv"
    heads = "reference,name,phone,amount,email,delivery\n"
    sheet.write_text(
        heads + ",".join('"' + str(v or "").replace('"', '""') + '"' for v in evil) + "\n", encoding="utf-8"
    )
    done = tool("plan", sheet)
    assert "\x1b[31m" not in done.stdout
    assert "HYPERLINK" in done.stdout
