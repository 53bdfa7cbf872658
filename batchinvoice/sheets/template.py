"""The sheet to fill in, English or Arabic."""

from __future__ import annotations

from pathlib import Path

from batchinvoice.invoices.columns import Home
from batchinvoice.sheets.book import new_book
from batchinvoice.sheets.entry import add_entry_sheet
from batchinvoice.sheets.guide import add_guide, methods_range
from batchinvoice.sheets.style import Styles


def write_template(path: Path, language: str) -> None:
    """Write the template in English (`en`) or Arabic (`ar`). Raises FileInUse or CannotWrite."""
    with new_book(path, title="Invoices to fill in" if language == "en" else "نموذج الفواتير") as book:
        styles = Styles(book)
        # No example stands on these two sheets: it would be invoiced.
        for home in (Home.INVOICES, Home.ITEMS):
            add_entry_sheet(book, home, language, styles, methods=methods_range(language))
        add_guide(book, language, styles)
