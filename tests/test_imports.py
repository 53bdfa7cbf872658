"""What a command loads: heavy parts only where they are used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import sys
from batchinvoice.cli import cli
sys.argv = ["batchinvoice", *sys.argv[1:]]
try:
    cli.main(standalone_mode=False)
finally:
    print("LOADED", *sorted(name for name in sys.modules if "." not in name), file=sys.stderr)
"""


def loaded(folder: Path, *words: str) -> set[str]:
    """The packages that a command has loaded when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        check=False,
    )
    line = next(line for line in done.stderr.splitlines() if line.startswith("LOADED"))
    return set(line.split()[1:])


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = {"pandas", "numpy", "pandera", "sqlalchemy", "requests", "rich", "pydantic", "Crypto", "phonenumbers"}
    assert not loaded(tmp_path, "--help") & heavy


def test_a_check_loads_neither_ledger_nor_gateway_nor_a_writer(tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text(
        "Reference Number,Customer Name,Mobile Number,Amount\nINV-1,Noura,66666666,5.000\n", encoding="utf-8"
    )
    packages = loaded(tmp_path, "check", "good.csv")
    assert "pandas" in packages
    assert not packages & {
        "sqlalchemy",
        "alembic",
        "requests",
        "urllib3",
        "Crypto",
        "xlsxwriter",
        "structlog",
        "apprise",
    }
