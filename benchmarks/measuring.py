"""What the benchmarks share: a process measured from start to end, the tool's settings, and the proof of its runs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import psutil

from batchinvoice.emulator.process import RunningEmulator
from batchinvoice.emulator.sandbox import SANDBOX

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT / "tests"))
from history import violations  # noqa: E402 (it lies among the tests)

BOOKS = 200_000  # rows up to which the workbooks are read for the history, too: cell by cell that takes long
_LOOKING = 0.05  # the share of one core that looking at memory may take


@dataclass(frozen=True)
class Ended:
    """One process that has ended: wall and CPU seconds, the most memory in MB (of a million bytes), and what it said.

    CPU is 0 where the system does not tell, memory where nobody looked.
    """

    code: int
    seconds: float
    cpu: float
    memory: float
    stdout: str
    stderr: str


def measure(
    words: Sequence[str], env: Mapping[str, str], *, folder: Path | None = None, look_every: float = 0.0
) -> Ended:
    """Run Python with these words to its end, the tool of this tree being the one that it finds.

    look_every: seconds between two looks at the memory of the process and its children; 0: none, so that nothing
    disturbs what is timed. No other child of this process may end meanwhile: its CPU seconds would count, too.
    """
    env = {**env, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH", "")]))}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed tool is not compiled anew each time
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    before, began = os.times(), time.perf_counter()
    started = subprocess.Popen([sys.executable, *words], env=env, cwd=folder, encoding="utf-8", **pipes)  # noqa: S603
    with started as process, _looking(process.pid, look_every) as seen:
        stdout, stderr = process.communicate()
        seconds, after = time.perf_counter() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Ended(process.returncode, seconds, cpu, max(seen, default=0) / 1e6, stdout, stderr)


@contextmanager
def _looking(pid: int, every: float) -> Iterator[list[int]]:
    """The memory of the process and its children, in bytes, look by look."""
    seen: list[int] = []
    over, watched = threading.Event(), psutil.Process(pid)

    def look() -> None:
        pause = 0.0
        while not over.wait(pause):
            began = time.perf_counter()
            seen.append(memory(watched))
            # The more memory, the longer a look, and the process may have to wait for it.
            pause = max(every, (time.perf_counter() - began) / _LOOKING)

    thread = threading.Thread(target=look, daemon=True)
    if every:
        thread.start()
    try:
        yield seen
    finally:
        over.set()
        if every:
            thread.join()


def memory(process: psutil.Process) -> int:
    """Bytes that it and its children hold, each page once; where the system does not tell that, resident memory."""
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            about = each.memory_full_info()
            total += getattr(about, "pss", about.rss)
    except psutil.Error:  # it has just ended
        return total
    return total


def settings(emulator: RunningEmulator, home: Path, **more: object) -> dict[str, str]:
    """The environment of a tool that knows the emulator and nothing else; `more` are settings, CONCURRENCY=32."""
    ours = ("HESABE_", "BATCHINVOICE_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        **{f"HESABE_{name.upper()}": value for name, value in SANDBOX.items()},
        "BATCHINVOICE_BASE_URL": emulator.base_url,
        "BATCHINVOICE_HOME": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONIOENCODING": "utf-8",
        **{f"BATCHINVOICE_{name}": str(value) for name, value in more.items()},
    }


def prove(emulator: RunningEmulator, home: Path, reports: Path, rows: int) -> None:
    """Each row was made once and texted once, and gateway and ledger agree.

    Up to BOOKS rows the history checker goes over it, workbooks included. Raises ClickException: what does not hold.
    """
    ledger = home / "ledger.sqlite3"
    wrong = list(_against_ledger(emulator, ledger, rows))
    if rows <= BOOKS:
        truth = {part: list(emulator.all_of(part)) for part in ("invoices", "texts", "calls")}
        wrong += violations(truth, ledger, reports.glob("*.report.xlsx"))
    if wrong:
        raise click.ClickException("\n  ".join(["The history does not hold:", *wrong[:20]]))


def _against_ledger(emulator: RunningEmulator, ledger: Path, rows: int) -> Iterator[str]:
    """Page by page: each reference made once, as the ledger has it, and each customer texted once."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as database:
        known = dict(
            database.execute(
                "SELECT i.gateway_id, n.reference || ' ' || i.state FROM invoices i"
                " JOIN invoice_references n ON n.invoice_id = i.id"
            )
        )
        statuses = database.execute("SELECT status, count(*) FROM rows GROUP BY status").fetchall()
    made, texted = 0, set()
    for invoice in emulator.all_of("invoices"):
        made += 1
        if known.pop(str(invoice["id"]), None) != f"{invoice['reference_number']} made":
            yield f"{invoice['reference_number']} is at the gateway ({invoice['id']}) otherwise than in the ledger"
    yield from (f"{said} in the ledger is not at the gateway" for said in known.values())
    for text in emulator.all_of("texts"):
        if text["invoice_id"] in texted:
            yield f"{text['invoice_id']} was texted twice"
        texted.add(text["invoice_id"])
    if (made, len(texted), statuses) != (rows, rows, [("created", rows)]):
        yield f"of {rows} rows {made} were made and {len(texted)} texted; the ledger has {statuses}"
