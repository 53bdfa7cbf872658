"""What stopped the work, by the kind of the error alone: its own text may quote a cell, a path or the gateway."""

from __future__ import annotations

from batchinvoice.gateway.errors import BadSetting, GatewayError, LoginRefused, NotSent, WrongKeys
from batchinvoice.ledger.errors import LedgerBusy, LedgerError, LedgerNewer, NoSuchRun
from batchinvoice.runs.errors import RunStopped
from batchinvoice.settings import SettingsError
from batchinvoice.sheets.errors import CannotWrite, FileInUse, SheetError, Undecided
from batchinvoice.sheets.unreadable import UnreadableSheet, UnsureColumns

_MOST_PLACES = 10
_WORDS: dict[type[Exception], str] = {
    UnsureColumns: "Columns that are needed are missing in it, or it is not certain which ones are meant.",
    UnreadableSheet: "It cannot be read as one sheet of invoices: it is gone, damaged, protected, open in Excel, or "
    "laid out in a way that is not certain.",
    FileInUse: "A workbook could not be written: it may be open in Excel, or the folder is protected.",
    CannotWrite: "A workbook could not be written: see whether the disk is full and who may write in the folder.",
    SheetError: "A workbook could not be read or written.",
    LedgerBusy: "Another batchinvoice is working with the ledger. Wait until it has finished.",
    LedgerNewer: "The ledger was written by a newer batchinvoice. Install that version.",
    NoSuchRun: "The ledger knows no run of that name; batchinvoice history lists those there are.",
    LedgerError: "The ledger cannot be used: see whether its folder is there, writable and not full.",
    LoginRefused: "The gateway refused the login. Check HESABE_USERNAME and HESABE_PASSWORD.",
    WrongKeys: "HESABE_SECRET_KEY or HESABE_IV_KEY is not that of this merchant and environment.",
    BadSetting: "A setting of the gateway cannot work: its address, a code or a key.",
    NotSent: "The gateway could not be reached. See whether this computer is connected.",
    GatewayError: "The gateway did not answer as it should.",
    RunStopped: "It was asked to stop, or the gateway could not be reached.",
}


def kind(error: Exception) -> str:
    """What stopped the work and what to do, in words that hold nobody's data.

    Of an open question about the sheet: codes (docs/issues.md) and cells. Only an error of the settings is quoted: it
    is made of names of settings alone.
    """
    if isinstance(error, SettingsError):
        return str(error)
    if isinstance(error, Undecided):
        places = [f"{issue.code}{f' at {issue.place.cell}' if issue.place.cell else ''}" for issue in error.stops]
        more = f" and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        return f"Something about the sheet must be answered or mended first: {', '.join(places[:_MOST_PLACES])}{more}."
    for of in type(error).__mro__:
        if of in _WORDS:
            return _WORDS[of]
    return f"Something unexpected happened ({type(error).__name__})."
