"""The catalogues as pages to read: docs/columns.md, docs/issues.md and, in Arabic, docs/issues.ar.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from string import Formatter

from batchinvoice.invoices.arabic import ARABIC
from batchinvoice.invoices.codes import Code
from batchinvoice.invoices.columns import COLUMNS, PAYMENT_TYPES, Column, Home
from batchinvoice.invoices.english import CATALOGUE
from batchinvoice.invoices.script import left_to_right, marked

# Parts of a sentence that are there only sometimes.
_OPTIONAL = frozenset({"near", "why", "proposal", "hidden", "change"})
_SHEETS = {
    Home.INVOICES: "Sheet Invoices",
    Home.ITEMS: "Sheet Items",
    Home.NOWHERE: "Understood, but not in the template",
}
_MADE = "<!-- Made by `python -m batchinvoice.sheets` from batchinvoice/invoices/{}: change it there. -->"


def columns_page() -> str:
    """docs/columns.md: each column with its headings, what to write, and the gateway's name for it."""
    lines = [
        _MADE.format("columns.py"),
        "",
        "# Columns",
        "",
        "Headings may stand in any order, in English, in Arabic or by the gateway's names; case, spaces and signs do "
        "not matter. Columns that are not listed here are not used, and the check says so.",
    ]
    for home, title in _SHEETS.items():
        lines += ["", f"## {title}", "", *_table(_COLUMN_HEADINGS, map(_column, _at(home)))]
    lines += [
        "",
        "## Payment methods",
        "",
        *_table(("Number", "Name"), ((str(n), name) for n, name in PAYMENT_TYPES.items())),
    ]
    return "\n".join(lines) + "\n"


_COLUMN_HEADINGS = ("Heading", "Arabic", "Needed", "What to write", "Example", "Also accepted as", "At the gateway")


def _at(home: Home) -> list[Column]:
    return [column for column in COLUMNS if column.home is home]


def _column(column: Column) -> tuple[str, ...]:
    limit = f" At most {column.max_length} characters." if column.max_length else ""
    return (
        f"**{column.heading[0]}**",
        column.heading[1],
        "yes" if column.required else "",
        column.help[0] + limit,
        f"`{column.example[0]}`" if column.example[0] else "",
        ", ".join(column.aliases),
        ", ".join(f"`{name}`" for name in column.api),
    )


def issues_page() -> str:
    """docs/issues.md: each issue with its code, its weight, its wording and what to do."""
    lines = [
        _MADE.format("english.py"),
        "",
        "# Issues",
        "",
        "The codes are stable: they are in the answer of `--json`. An **error** keeps its row from being sent and "
        "leaves all others alone; a **warning** is only said. Words in ‹ › are filled in.",
        "",
        *_table(("Code", "Weight", "What is wrong", "What to do"), map(_issue, Code)),
    ]
    return "\n".join(lines) + "\n"


def arabic_issues_page() -> str:
    """docs/issues.ar.md: the same in Arabic."""
    weights = {"error": "خطأ", "warning": "تنبيه"}
    rows = (
        (f"`{code.value}`", weights[CATALOGUE[code].severity], *(_arabic_blanks(words) for words in ARABIC[code]))
        for code in Code
    )
    lines = [
        _MADE.format("arabic.py"),
        "",
        '<div dir="rtl">',
        "",
        "# الملاحظات",
        "",
        "الرموز ثابتة، وتظهر في ناتج `--json`. **الخطأ** يمنع إرسال صفه ولا يؤثر في غيره، و**التنبيه** للعلم فقط. "
        "ما بين ‹ › يُملأ بالقيم.",
        "",
        *_table(("الرمز", "الدرجة", "ما الخطأ", "ما المطلوب"), rows),
        "",
        "</div>",
    ]
    return "\n".join(lines) + "\n"


def _arabic_blanks(template: str) -> str:
    return _blanks(marked(template), lambda name: left_to_right(f"‹{name}›"))


def _issue(code: Code) -> tuple[str, ...]:
    words = CATALOGUE[code]
    return f"`{code.value}`", words.severity.value, _blanks(words.wrong), _blanks(words.remedy)


def _blanks(template: str, shown: Callable[[str], str] = "‹{}›".format) -> str:
    names = [name for _, name, _, _ in Formatter().parse(template) if name]
    return template.format_map({name: "" if name in _OPTIONAL else shown(name.replace("_", " ")) for name in names})


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [_line(headings), _line(("---",) * len(headings)), *map(_line, rows)]


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
