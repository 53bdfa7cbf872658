"""What a file is called → what can be shown and stored of it, and what the workbooks about it are called."""

from __future__ import annotations

import unicodedata
from pathlib import Path

# The sheets of a reconciliation workbook, in their order; by them it is known when somebody runs it by mistake.
REPORT_SHEETS = ("Summary", "Rows", "Attention", "SMS")
# File systems allow 255 bytes for a name, and Windows 260 letters for a whole path.
_MOST_BYTES = 120
# Windows allows none of these in a name; the last says that nothing readable was there.
_NOT_IN_NAMES = frozenset('<>:"/\\|?*\ufffd')


def readable(name: str) -> str:
    """The name in one line and as Unicode text: what is neither (a system allows nearly everything) becomes `�`."""
    return "".join("\ufffd" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in name)


def workbook_path(folder: Path, sheet: str, about: str, kind: str) -> Path:
    """Where a workbook about a sheet goes: `november.20261124-001.report.xlsx`, whatever the sheet's file is called."""
    return folder / f"{_stem(sheet)}.{about}.{kind}.xlsx"


def _stem(file: str) -> str:
    stem = "".join(c if c.isprintable() and c not in _NOT_IN_NAMES else "_" for c in Path(file).stem)
    return stem.encode("utf-8")[:_MOST_BYTES].decode("utf-8", "ignore").strip(" .") or "sheet"
