"""The sheet "How to fill this in": steps, the meaning of each column with an example, and the payment methods."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from batchinvoice.invoices.columns import PAYMENT_TYPES, Column, Home, offered
from batchinvoice.sheets import style
from batchinvoice.sheets.cells import write_text
from batchinvoice.sheets.entry import SHEETS, help_of, in_language, is_needed
from batchinvoice.sheets.style import BODY, HEADING, Styles, set_up_print

NAME = ("How to fill this in", "طريقة التعبئة")
_STEPS: tuple[tuple[str, str], ...] = (
    (
        "Write one row for each invoice on the sheet Invoices. Nothing on this sheet is sent.",
        "اكتب صفا واحدا لكل فاتورة في ورقة الفواتير. لا يرسل شيء من هذه الورقة.",
    ),
    (
        "The columns marked * must be filled in every row; all others may stay empty.",
        "الأعمدة التي تحمل علامة * مطلوبة في كل صف، وما عداها يمكن تركه فارغا.",
    ),
    (
        "Give each invoice its own reference number: the same one is never invoiced twice.",
        "أعط كل فاتورة رقما مرجعيا خاصا بها، فالرقم نفسه لا تصدر به فاتورتان.",
    ),
    (
        "Amounts are in Kuwaiti dinars with at most three decimals. Nothing is rounded for you.",
        "المبالغ بالدينار الكويتي بثلاث خانات عشرية على الأكثر، ولا يقرب أي مبلغ تلقائيا.",
    ),
    (
        "Items are optional. Give each item its own row on the sheet Items, with the invoice's reference number.",
        "الأصناف اختيارية. اكتب كل صنف في صف خاص به في ورقة الأصناف مع الرقم المرجعي للفاتورة.",
    ),
    (
        "Keep the headings as they are; their order does not matter. Point at a heading to read about its column.",
        "أبق العناوين كما هي، وترتيبها غير مهم. ضع المؤشر على أي عنوان لقراءة شرحه.",
    ),
    (
        "Save the file and check it before you send it: batchinvoice check FILE",
        "احفظ الملف ثم افحصه قبل الإرسال بالأمر: ‎batchinvoice check FILE",
    ),
)
_TABLE = (("Column", "العمود"), ("Needed", "مطلوب"), ("What to write", "ماذا تكتب"), ("Example", "مثال"))
_YES = ("yes", "نعم")
_ON_SHEET = ("Sheet {}", "ورقة {}")
_METHODS = (("Payment method", "طريقة الدفع"), ("Number", "الرقم"))
_FIRST_STEP = 2
_FIRST_METHOD = _FIRST_STEP + len(_STEPS) + 2  # below the steps and the heading of the table


def methods_range(language: str) -> str:
    """The cells of the guide that name the payment methods, for a drop-down."""
    return f"='{in_language(NAME, language)}'!$F${_FIRST_METHOD + 1}:$F${_FIRST_METHOD + len(PAYMENT_TYPES)}"


def add_guide(book: Workbook, language: str, styles: Styles) -> Worksheet:
    """Add the sheet, in English (`en`) or Arabic (`ar`)."""
    sheet = book.add_worksheet(in_language(NAME, language))
    sheet.hide_gridlines(2)
    for index, width in enumerate((26, 10, 72, 26, 3, 30, 9)):
        sheet.set_column(index, index, width)
    direction = {"reading_order": 2 if language == "ar" else 1}
    title = styles.of(direction, bold=True, font_size=18, font_color=style.NAVY)
    sheet.write_string(0, 0, in_language(NAME, language), title)
    sheet.set_row(0, 30)
    for number, step in enumerate(_STEPS, 1):
        words = f"{number}.  {in_language(step, language)}"
        sheet.write_string(_FIRST_STEP + number - 1, 0, words, styles.of(direction, font_color=style.INK, font_size=12))
        sheet.set_row(_FIRST_STEP + number - 1, 19)
    _write_columns(sheet, language, styles)
    _write_methods(sheet, language, styles)
    set_up_print(sheet, ("", in_language(NAME, language), ""), repeat_row=None)
    if language == "ar":
        sheet.right_to_left()
    return sheet


def _write_columns(sheet: Worksheet, language: str, styles: Styles) -> None:
    direction = {"reading_order": 2 if language == "ar" else 1}
    row = _FIRST_METHOD - 1
    for index, words in enumerate(_TABLE):
        sheet.write_string(row, index, in_language(words, language), styles.of(HEADING, direction))
    for home in (Home.INVOICES, Home.ITEMS):
        row += 1
        name = in_language(_ON_SHEET, language).format(in_language(SHEETS[home], language))
        group = styles.of(BODY, direction, bold=True, bg_color=style.PALE, font_color=style.NAVY)
        for index in range(len(_TABLE)):
            write_text(sheet, row, index, "" if index else name, group)
        for column in offered(home):
            row += 1
            _write_column(sheet, row, (column, home), language, styles)


def _write_column(sheet: Worksheet, row: int, which: tuple[Column, Home], language: str, styles: Styles) -> None:
    column, needed = which[0], is_needed(*which)
    direction = {"reading_order": 2 if language == "ar" else 1}
    words = (
        in_language(column.heading, language),
        in_language(_YES, language) if needed else "",
        in_language(help_of(*which), language),
        in_language(column.example, language),
    )
    looks: tuple[dict[str, object], ...] = (
        {"bold": True, "font_color": style.NAVY if needed else style.INK},
        {"bold": True, "align": "center"},
        {"text_wrap": True},
        {"num_format": style.TEXT, "font_name": "Consolas", "align": "left"},
    )
    for index, (text, look) in enumerate(zip(words, looks, strict=True)):
        write_text(sheet, row, index, text, styles.of(BODY, direction, look))
    sheet.set_row(row, 16.0 * (1 + len(words[2]) // 76))


def _write_methods(sheet: Worksheet, language: str, styles: Styles) -> None:
    direction = {"reading_order": 2 if language == "ar" else 1}
    for index, words in enumerate(_METHODS, 5):
        sheet.write_string(_FIRST_METHOD - 1, index, in_language(words, language), styles.of(HEADING, direction))
    for row, (number, name) in enumerate(PAYMENT_TYPES.items(), _FIRST_METHOD):
        sheet.write_string(row, 5, name, styles.of(BODY))
        sheet.write_number(row, 6, number, styles.of(BODY, align="center"))
