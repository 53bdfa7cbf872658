"""A sheet to fill in: headings with notes, formats, drop-downs and rules that warn while somebody types."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.columns import LANGUAGES, Column, Field, Home, Kind, offered
from batchinvoice.sheets import style
from batchinvoice.sheets.style import HEADING, Styles, set_up_print

SHEETS: dict[Home, tuple[str, str]] = {Home.INVOICES: ("Invoices", "الفواتير"), Home.ITEMS: ("Items", "الأصناف")}
ROWS = 5_000  # so many rows get the rules; more can be filled in without them
_FORMATS = {Kind.AMOUNT: style.AMOUNT, Kind.QUANTITY: "0", Kind.DATE: style.DATE}
_REQUIRED_NOTE = ("Needed in every row.", "مطلوب في كل صف.")
_ITEM_REFERENCE = (
    "The reference number of the invoice that the item belongs to.",
    "الرقم المرجعي للفاتورة التي يتبعها الصنف.",
)
_TITLE = ("Please check", "يرجى التحقق")
_WARNINGS: dict[Kind, tuple[str, str]] = {
    Kind.AMOUNT: (
        "Write a number above 0 with at most three decimals, as 120.500.",
        "اكتب رقما أكبر من 0 بثلاث خانات عشرية على الأكثر، مثل 120.500.",
    ),
    Kind.QUANTITY: ("Write a whole number of 1 or more.", "اكتب عددا صحيحا، 1 أو أكثر."),
    Kind.DATE: (
        "Write a date from today on, as 2026-12-31.",
        "اكتب تاريخا من اليوم فصاعدا، مثل 2026-12-31.",
    ),
    Kind.CHOICE: ("Choose one of the list, or leave the cell empty.", "اختر من القائمة أو اترك الخلية فارغة."),
    Kind.TEXT: ("This is longer than the gateway takes.", "النص أطول مما تقبله البوابة."),
}


def in_language(words: tuple[str, str], language: str) -> str:
    """The English or the Arabic of the two."""
    return words[LANGUAGES.index(language)]


def is_needed(column: Column, home: Home) -> bool:
    """Whether every row of that sheet needs the column; an item needs a name and a rate."""
    return column.required or (home is Home.ITEMS and column.field in (Field.ITEM_TITLE, Field.ITEM_RATE))


def help_of(column: Column, home: Home) -> tuple[str, str]:
    """What to write in the column on that sheet, in English and Arabic."""
    return _ITEM_REFERENCE if home is Home.ITEMS and column.field is Field.REFERENCE else column.help


def add_entry_sheet(book: Workbook, home: Home, language: str, styles: Styles, *, methods: str = "") -> Worksheet:
    """Add the empty sheet of these columns; `methods` is the range with the names of the payment methods, if any."""
    sheet = book.add_worksheet(in_language(SHEETS[home], language))
    columns = offered(home)
    for index, column in enumerate(columns):
        _add_column(sheet, index, (column, home), language, styles)
        _add_rule(sheet, index, column, language, methods)
    _mark_gaps(sheet, [is_needed(column, home) for column in columns], styles)
    if home is Home.INVOICES:
        again = styles.of(bg_color=style.AMBER, font_color=style.AMBER_INK)
        at = [column.field for column in columns].index(Field.REFERENCE)
        sheet.conditional_format(1, at, ROWS, at, {"type": "duplicate", "format": again})
    sheet.set_row(0, 36)
    sheet.freeze_panes(1, 0)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    set_up_print(sheet, ("", in_language(SHEETS[home], language), ""))
    if language == "ar":
        sheet.right_to_left()
    return sheet


def _add_column(sheet: Worksheet, index: int, which: tuple[Column, Home], language: str, styles: Styles) -> None:
    column, needed = which[0], is_needed(*which)
    look: dict[str, object] = {"align": "center", "reading_order": 2 if language == "ar" else 1}
    if needed:
        # The star belongs to the format, so that the heading itself stays the plain word.
        look["num_format"] = '@" *"'
    else:
        look["bg_color"] = "#5B6B84"
    # The whole column, so that no phone number loses its zero wherever it is pasted.
    sheet.set_column(index, index, column.width, styles.of(num_format=_FORMATS.get(column.kind, style.TEXT)))
    sheet.write_string(0, index, in_language(column.heading, language), styles.of(HEADING, look))
    help_ = in_language(help_of(*which), language)
    note = f"{in_language(_REQUIRED_NOTE, language)}\n{help_}" if needed else help_
    lines = sum(1 + len(line) // 38 for line in note.split("\n"))
    sheet.write_comment(0, index, note, {"x_scale": 1.9, "y_scale": max(0.5, lines * 0.25), "author": "batchinvoice"})


def _add_rule(sheet: Worksheet, index: int, column: Column, language: str, methods: str) -> None:
    cell = f"{xl_col_to_name(index)}2"
    rule = _rule(column, cell, methods)
    if rule is None:
        return
    # A warning can be overruled: what is odd here may still be right, and the check has the last word.
    words = {
        "error_title": in_language(_TITLE, language),
        "error_message": in_language(_WARNINGS[column.kind], language),
    }
    sheet.data_validation(1, index, ROWS, index, {"error_type": "warning", **words, **rule})


def _rule(column: Column, cell: str, methods: str) -> dict[str, object] | None:
    if column.choices:
        return {"validate": "list", "source": list(column.choices)}
    if column.field is Field.PAYMENT_METHODS:
        # Several may be written with commas between, so the list only offers.
        return {"validate": "list", "source": methods, "show_error": False} if methods else None
    match column.kind:
        case Kind.AMOUNT:
            return _custom(f"=IF(ISNUMBER({cell}),AND({cell}>0,ROUND({cell},3)={cell}),FALSE)")
        case Kind.QUANTITY:
            return {"validate": "integer", "criteria": ">=", "value": 1}
        case Kind.DATE:
            return {"validate": "date", "criteria": ">=", "value": "=TODAY()"}
        case _:
            limit = column.max_length
            return {"validate": "length", "criteria": "<=", "value": limit} if limit else None


def _custom(formula: str) -> dict[str, object]:
    return {"validate": "custom", "value": formula}


def _mark_gaps(sheet: Worksheet, needed: Sequence[bool], styles: Styles) -> None:
    """Colour the empty cells of required columns in rows that somebody has begun."""
    last = xl_col_to_name(len(needed) - 1)
    gap = styles.of(bg_color=style.RED)
    for index, wanted in enumerate(needed):
        if wanted:
            cell = f"{xl_col_to_name(index)}2"
            criteria = f"=AND(COUNTA($A2:${last}2)>0,LEN(TRIM({cell}))=0)"
            rule = {"type": "formula", "criteria": criteria, "format": gap}
            sheet.conditional_format(1, index, ROWS, index, rule)
