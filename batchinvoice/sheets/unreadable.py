"""What keeps a sheet from being read at all; each message says what was looked for and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from batchinvoice.invoices.columns import Field, heading
from batchinvoice.invoices.headings import Match, proposals
from batchinvoice.invoices.issue import column_letters
from batchinvoice.sheets.errors import SheetError


class UnreadableSheet(SheetError):
    """The sheet cannot be read; nothing was sent, and trying again is safe once it is mended."""


class UnsureColumns(UnreadableSheet):
    """The header lacks columns that are needed, or has some that may be meant.

    `proposals`: headings that mean nothing by themselves, and what they were probably meant for.
    """

    def __init__(self, message: str, proposals: Mapping[str, Field] | None = None) -> None:
        super().__init__(message)
        self.proposals = dict(proposals or {})


def missing_file(path: Path) -> UnreadableSheet:
    """No file of that name."""
    return UnreadableSheet(f"There is no file {path}. Check the name and the folder.")


def locked_file(path: Path) -> UnreadableSheet:
    """The file is there but may not be read."""
    return UnreadableSheet(f"{path} may not be read. If it is open in Excel, close it; else check its permissions.")


def folder(path: Path) -> UnreadableSheet:
    """A folder where a file was wanted."""
    return UnreadableSheet(f"{path} is a folder. Name the sheet in it.")


def no_file(path: Path) -> UnreadableSheet:
    """A pipe or a device: reading it might never end."""
    return UnreadableSheet(f"{path} is not a file but a pipe or a device. Name the sheet itself.")


def empty_file(path: Path) -> UnreadableSheet:
    """The file holds nothing."""
    return UnreadableSheet(f"{path.name} is empty. Save the sheet again in Excel, or copy it again.")


def a_report(path: Path) -> UnreadableSheet:
    """A workbook of ours about a run: its rows were sent, or could not be, and are no sheet to be run."""
    return UnreadableSheet(
        f"{path.name} is a report of batchinvoice, not a sheet of invoices. What is to be mended and run is in the "
        "corrections workbook beside it."
    )


def not_a_workbook(path: Path) -> UnreadableSheet:
    """The content is no spreadsheet, whatever the name says."""
    return UnreadableSheet(
        f"{path.name} is not an Excel workbook or a CSV file (or it is damaged). "
        "Open it in Excel and save it again as “Excel Workbook (.xlsx)”."
    )


def unknown_encoding(path: Path, sample: str) -> UnreadableSheet:
    """Text that is neither UTF-8 nor the Arabic Windows code page."""
    return UnreadableSheet(
        f"{path.name} is not saved as UTF-8, and as Arabic it would read “{sample}”, Latin and Arabic in one word. "
        "In Excel, save it as “CSV UTF-8” or as an Excel workbook."
    )


def damaged_text(path: Path, line: int) -> UnreadableSheet:
    """UTF-8 text with bytes in it that are none: read in another encoding, every Arabic name would be garbled."""
    return UnreadableSheet(
        f"{path.name} is damaged: line {line} holds a character that cannot be read. "
        "Save the sheet again in Excel as “CSV UTF-8”, or as a workbook."
    )


def stray_quote(path: Path, line: int) -> UnreadableSheet:
    """A quotation mark that swallows the rows below it."""
    return UnreadableSheet(
        f"{path.name}, line {line}: a quotation mark is opened and not closed as it should be, "
        "so that it is not certain where the row ends. Correct it, or save the sheet as a workbook."
    )


def protected(path: Path) -> UnreadableSheet:
    """The workbook wants a password."""
    return UnreadableSheet(f"{path.name} is protected by a password. Save a copy without the password and use that.")


def too_large(path: Path, what: str) -> UnreadableSheet:
    """The file is larger than any sheet of invoices."""
    return UnreadableSheet(f"{path.name} was not read: {what}. Copy the invoices alone into a new workbook.")


def no_header(path: Path, sheets: list[str]) -> UnreadableSheet:
    """No row of any sheet has headings that are known."""
    wanted = ", ".join(heading(field) for field in (Field.REFERENCE, Field.CUSTOMER, Field.MOBILE, Field.AMOUNT))
    return UnreadableSheet(
        f"No header row was found in {path.name} (looked in: {', '.join(sheets) or 'no sheets'}). "
        f"One row must hold the headings {wanted}. “batchinvoice template” makes a sheet that has them."
    )


def several_sheets(path: Path, sheets: Sequence[str]) -> UnreadableSheet:
    """Several sheets of invoices: all but one of them would be passed over."""
    return UnreadableSheet(
        f"{path.name} has invoices on {len(sheets)} sheets: {_quoted(sheets)}. Say which one is meant, as "
        f'--sheet "{sheets[0]}", and run once for each that is; or keep only one of them in the workbook.'
    )


def several_item_sheets(path: Path, sheets: Sequence[str]) -> UnreadableSheet:
    """Several sheets of items: all but one of them would be passed over."""
    return UnreadableSheet(
        f"{path.name} has items on {len(sheets)} sheets: {_quoted(sheets)}. Put them all on one of them."
    )


def hidden_sheet(path: Path, sheets: Sequence[str]) -> UnreadableSheet:
    """Only sheets that Excel does not show hold invoices."""
    return UnreadableSheet(
        f"In {path.name} only a hidden sheet has invoices: {_quoted(sheets)}. Unhide it in Excel and look at it; or, "
        f'if it is meant, say so: --sheet "{sheets[0]}"'
    )


def no_such_sheet(path: Path, name: str, sheets: Sequence[str]) -> UnreadableSheet:
    """The workbook has no sheet of the name that was asked for."""
    return UnreadableSheet(f"{path.name} has no sheet “{name}”. Its sheets are: {_quoted(sheets)}.")


def no_such_heading(path: Path, names: Sequence[str], headings: Sequence[str]) -> UnreadableSheet:
    """What --map names is no heading of the sheet: a slip of the pen would leave the column as it was."""
    there = _quoted([" ".join(heading.split()) for heading in headings if heading])
    return UnreadableSheet(f"{path.name} has no column {_quoted(names)}, as --map says. Its columns are: {there}.")


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def no_rows(path: Path, sheet: str, header_row: int) -> UnreadableSheet:
    """A header without rows."""
    return UnreadableSheet(
        f"{path.name} has no invoices: nothing stands below the header (sheet {sheet}, row {header_row})."
    )


def missing_columns(
    path: Path,
    sheet: str,
    header_row: int,
    matched: Match,
    headings: Sequence[str],
    confirmed: Mapping[str, Field | None],
) -> UnsureColumns:
    """A header without some required columns; headings that look like them are named, else those that mean nothing."""
    names = [" ".join(name.split()) for name in headings]  # some are written on several lines
    likely = {field: names[index] for index, field in proposals(headings, confirmed).items()}
    said = [
        f"“{heading(field)}”" + (f" (perhaps “{likely[field]}” is meant)" if field in likely else "")
        for field in matched.missing
    ]
    others = [names[i] for i in matched.unknown if names[i] not in likely.values()]
    rest = f" Headings that are not known: {_quoted(others)}." if others else ""
    meant = " ".join(f'--map "{likely.get(field, "…")}={heading(field)}"' for field in matched.missing)
    return UnsureColumns(
        f"{path.name}, sheet {sheet}, row {header_row}: there is no column {' and no column '.join(said)}.{rest} "
        f"Rename the headings in the sheet, or say which are meant: {meant}",
        {name: field for field, name in likely.items()},
    )


def unsure_columns(
    path: Path, sheet: str, headings: Sequence[str], confirmed: Mapping[str, Field | None]
) -> UnsureColumns | None:
    """Headings that mean nothing but are like others; None if there are none that nobody was asked about."""
    found = {headings[index]: field for index, field in proposals(headings, confirmed).items()}
    said = "; ".join(f"“{name}” may mean {heading(field)}" for name, field in found.items())
    return UnsureColumns(f"{path.name}, sheet {sheet}: {said}.", found) if found else None


def nameless_items(path: Path, sheet: str, header_row: int, near: Sequence[str]) -> UnreadableSheet:
    """A sheet of items without the column that names them."""
    like = f" Perhaps “{near[0]}” is meant: rename it." if near else ""
    return UnreadableSheet(
        f"{path.name}, sheet {sheet}, row {header_row}: there is no column “{heading(Field.ITEM_TITLE)}”.{like}"
    )


def repeated_columns(
    path: Path, sheet: str, header_row: int, matched: Match, headings: tuple[str, ...]
) -> UnreadableSheet:
    """Two headings that mean the same."""
    said = [
        f"{' and '.join(f'“{headings[i]}” ({column_letters(i + 1)})' for i in indexes)} both mean {heading(field)}"
        for field, indexes in matched.repeated.items()
    ]
    unused = headings[next(iter(matched.repeated.values()))[-1]]
    return UnreadableSheet(
        f"{path.name}, sheet {sheet}, row {header_row}: {'; '.join(said)}. "
        f'Keep only one of them, or say which one is not used: --map "{unused}="'
    )


def too_slow(path: Path) -> UnreadableSheet:
    """Reading takes longer than for any honest sheet of its size."""
    return too_large(path, "reading it takes longer than any sheet of its size should")


def too_much_memory(path: Path) -> UnreadableSheet:
    """Reading takes more memory than for any honest sheet of its size."""
    return too_large(
        path,
        "reading it takes more memory than any sheet of its size should: it is damaged, or a value far below or far "
        "beside the table makes it so large",
    )


def broke_off(path: Path) -> UnreadableSheet:
    """The reader itself broke off, which no whole file makes it do."""
    return UnreadableSheet(
        f"{path.name} cannot be read: it is damaged, or larger than it seems. Open it in Excel, copy the invoices "
        "alone into a new workbook and save that as “Excel Workbook (.xlsx)”."
    )


def part_twice(path: Path, part: str) -> UnreadableSheet:
    """An archive with two parts of one name: two programs would read two workbooks."""
    return UnreadableSheet(
        f"{path.name} is damaged: it holds its part {part} twice, and which one counts is not certain. "
        "Open it in Excel and save it again."
    )


def damaged_part(path: Path, part: str) -> UnreadableSheet:
    """An archive that cannot be unpacked whole: a value in it could have become another."""
    return UnreadableSheet(
        f"{path.name} is damaged: its part {part} is not as it was saved. Copy it again from where it came from, "
        "or open it in Excel, look whether all is there, and save it again."
    )


def far_cell(path: Path, sheet: str, cells: Sequence[str]) -> UnreadableSheet:
    """A value so far from the table that the sheet is millions of empty cells large."""
    return UnreadableSheet(
        f"{path.name} was not read: sheet {sheet} has something in cell {' and in cell '.join(cells)}, far from the "
        "rest. Delete the empty rows and columns beyond the table (select them, then “Delete”), and save."
    )
