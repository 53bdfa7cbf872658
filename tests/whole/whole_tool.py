"""The tool as its users start it: a process of its own, against a gateway in another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from forking import FORKS, processes

from batchinvoice.emulator.sandbox import SANDBOX

HEADINGS = ("Reference Number", "Customer Name", "Mobile Number", "Amount", "Email", "Delivery")


@dataclass
class Tool:
    """batchinvoice with its settings in the environment, in a folder of its own."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: object, **changed: str) -> subprocess.CompletedProcess[str]:
        command, env = [*map(str, words)], self.environment(**changed)
        return _forked(command, self.folder, env) if FORKS else _started(command, self.folder, env)

    def environment(self, **changed: str) -> dict[str, str]:
        """What its process has for an environment: nothing of ours but the settings."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("HESABE_", "BATCHINVOICE_"))}
        return {**clean, "PYTHONIOENCODING": "utf-8", "COLUMNS": "200", **self.settings, **changed}

    def json(self, *words: object, **changed: str) -> Any:
        return json.loads(self(*words, "--json", **changed).stdout)

    def sheet(self, name: str, rows: Sequence[Sequence[object]], headings: Sequence[str] = HEADINGS) -> Path:
        """Write a workbook with these rows below the headings."""
        book = openpyxl.Workbook()
        book.active.title = "Invoices"
        for row in (headings, *rows):
            book.active.append(list(row))
        path = self.folder / name
        book.save(path)
        return path


def _started(words: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "batchinvoice", *words],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def _forked(words: list[str], folder: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The same, without loading everything anew."""
    with tempfile.TemporaryDirectory() as kept:
        out, err = Path(kept) / "out", Path(kept) / "err"
        process = processes().Process(target=_main, args=(words, folder, env, out, err))
        process.start()
        process.join(60)
        assert process.exitcode is not None, f"{words} hung"
        return subprocess.CompletedProcess(words, process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))


def _main(words: list[str], folder: Path, env: dict[str, str], out: Path, err: Path) -> None:
    from batchinvoice.__main__ import main

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)
    sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")
    for name, file, number in (("stdout", out, 1), ("stderr", err, 2)):
        os.dup2(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_APPEND), number)
        setattr(sys, name, os.fdopen(number, "w", encoding="utf-8", buffering=1))
    sys.argv = ["batchinvoice", *words]
    main()


def start(tool: Tool, words: Sequence[str], out: Path, **changed: str) -> Any:
    """The same, going on beside the test; what it says, on both streams, goes into a file."""
    process = processes().Process(target=_main, args=([*words], tool.folder, tool.environment(**changed), out, out))
    process.start()
    return process


def settings(folder: Path, base_url: str) -> dict[str, str]:
    """A merchant's settings as environment variables."""
    return {
        **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
        "BATCHINVOICE_BASE_URL": base_url,
        "BATCHINVOICE_HOME": str(folder / "home"),
        "BATCHINVOICE_SETTLE_SECONDS": "0.1",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    """A sheet of a workbook, each row by its headings."""
    values = list(openpyxl.load_workbook(path)[sheet].values)
    return [dict(zip(values[0], row, strict=True)) for row in values[1:] if any(cell is not None for cell in row)]


def calls(truth: Mapping[str, list[dict[str, Any]]], name: str) -> list[dict[str, Any]]:
    """The gateway's own account of one kind of call."""
    return [call for call in truth["calls"] if call["name"] == name]
