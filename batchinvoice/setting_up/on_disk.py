"""Doctor on what lies on disks: the ledger, the runs in it, free space, the report folder and the drop folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from batchinvoice.ledger.disk import place, refuse_network
from batchinvoice.ledger.errors import LedgerBusy
from batchinvoice.ledger.store import NEWEST, sqlite_url
from batchinvoice.opening import open_ledger
from batchinvoice.setting_up.finding import Finding, Patient, bad, ok, warn
from batchinvoice.settings import Settings
from batchinvoice.sheets.errors import CannotWrite
from batchinvoice.sheets.placing import check_folder, draft_name

_ENOUGH = 1024**3  # bytes: room for years of ledger and reports
_LEAST = 100 * 1024**2  # bytes: a month-end with its report may need as much


def ledger(patient: Patient) -> Iterator[Finding]:
    """It opens, nobody else works with it, and no run waits to be resumed."""
    settings = patient.settings
    if not settings.merchant_code:
        return  # a ledger is a merchant's, and the missing code is said elsewhere
    file = _ledger_file(settings)
    if file and not file.exists() and not file.with_suffix(".lock").exists():
        refuse_network(file)
        check_folder(file.parent)
        yield ok("ledger", f"not begun yet; the first run makes {file}")
        return
    with open_ledger(settings) as opened:
        url = make_url(settings.ledger_url.get_secret_value() or sqlite_url(settings.home))
        yield ok("ledger", f"{place(url)}, version {NEWEST}" + (", on a disk of this computer" if file else ""))
        try:
            with opened.working():
                yield ok("ledger lock", "free")
        except LedgerBusy as error:
            yield warn("ledger lock", str(error), "Wait; if nothing is running, look for a batchinvoice that hangs.")
        waiting = [run.id for run in opened.unfinished()]
        if waiting:
            yield warn("runs", f"not finished: {', '.join(waiting)}", f"Run: {settings.command} resume")
        else:
            yield ok("runs", "none waits to be resumed")


def space(patient: Patient) -> Iterator[Finding]:
    """Room on the disks of the ledger and of the reports."""
    settings = patient.settings
    file = _ledger_file(settings)
    for name, folder in (("ledger", file.parent if file else settings.home), ("reports", settings.report_dir)):
        free = shutil.disk_usage(_existing(folder)).free
        words = f"{free / 1024**3:,.1f} GB free for the {name} ({folder.absolute()})"
        if free < _LEAST:
            yield bad("disk space", words, "Free some space before a run: on a full disk nothing can be written down.")
        elif free < _ENOUGH:
            yield warn("disk space", words, "Free some space soon.")
        else:
            yield ok("disk space", words)


def report_folder(patient: Patient) -> Iterator[Finding]:
    """Workbooks can be written."""
    folder = patient.settings.report_dir.absolute()
    try:
        check_folder(folder)
        yield ok("report folder", f"{folder} can be written to")
    except CannotWrite as error:
        yield bad("report folder", str(error), "Set BATCHINVOICE_REPORT_DIR to a folder that you may write in.")


def drop_folder(folder: Path | None) -> Iterator[Finding]:
    """Files can be listed, written, renamed, read and deleted in the drop folder, if one was named."""
    if folder is None:
        return
    draft = draft_name(folder / "probe")
    moved = draft.with_suffix(".moved.tmp")
    remedy = "See that the folder is there and connected, and that you may read, write and delete in it."
    try:
        count = sum(1 for _ in folder.iterdir())
        draft.write_bytes(b"probe")
        draft.rename(moved)
        if moved.read_bytes() != b"probe":
            raise OSError("what was written reads otherwise")
        moved.unlink()
        yield ok("drop folder", f"{folder.absolute()}: {count} entries; files can be written, renamed and deleted")
    except OSError as error:
        yield bad("drop folder", f"{folder.absolute()}: {error.strerror or error}", remedy)
    finally:
        for left in (draft, moved):
            left.unlink(missing_ok=True) if folder.is_dir() else None


def _ledger_file(settings: Settings) -> Path | None:
    url = settings.ledger_url.get_secret_value()
    if not url:
        return (settings.home / "ledger.sqlite3").resolve()
    try:
        address = make_url(url)
    except ArgumentError:
        return None  # no address at all, which is said when it is opened
    file = Path(address.database or "") if address.get_backend_name() == "sqlite" else Path()
    return file.resolve() if file.is_absolute() else None  # one of no whole path is refused when it is opened


def _existing(folder: Path) -> Path:
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.exists())
